"""The tandem as cimba compiles it: a process a server, customers by number in the queues between."""

import cimba as cb


class Tandem(cb.Model):  # type: ignore[misc, unused-ignore]
    """Three stations of five, 180 and five servers; services and arrivals by customer, waits in order of start."""

    gaps: cb.Input[float]
    service_1: cb.Array[float]
    service_2: cb.Array[float]
    service_3: cb.Array[float]
    came_1: cb.Array[float]
    came_2: cb.Array[float]
    came_3: cb.Array[float]
    queue_1: cb.Store[int]
    queue_2: cb.Store[int]
    queue_3: cb.Store[int]
    wait_1: cb.Dataset
    wait_2: cb.Dataset
    wait_3: cb.Dataset

    @cb.process
    def arrivals(self) -> None:
        k = 0
        while self.gaps.remaining() > 0:
            cb.hold(self.gaps.next())
            self.came_1[k] = cb.now()
            self.queue_1.put(k)
            k += 1

    @cb.process(copies=5)  # type: ignore[untyped-decorator, unused-ignore]
    def first(self) -> None:
        while True:
            k = self.queue_1.get()
            self.wait_1.record(cb.now() - self.came_1[k])
            cb.hold(self.service_1[k])
            self.came_2[k] = cb.now()
            self.queue_2.put(k)

    @cb.process(copies=180)  # type: ignore[untyped-decorator, unused-ignore]
    def second(self) -> None:
        while True:
            k = self.queue_2.get()
            self.wait_2.record(cb.now() - self.came_2[k])
            cb.hold(self.service_2[k])
            self.came_3[k] = cb.now()
            self.queue_3.put(k)

    @cb.process(copies=5)  # type: ignore[untyped-decorator, unused-ignore]
    def third(self) -> None:
        while True:
            k = self.queue_3.get()
            self.wait_3.record(cb.now() - self.came_3[k])
            cb.hold(self.service_3[k])
