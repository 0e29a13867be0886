"""Key figures: flat, stable names, each a value and its unit."""

from __future__ import annotations

from sim.calendar.instants import WEEK, instant, moment
from sim.observers.observations import ARTICLE, SERVICE_LEVEL, Observations
from sim.programme.waves import WaveRecord
from sim.results.bottleneck import bottleneck
from sim.results.figure import Figure
from sim.results.table import Table, part


def key_figures(seen: Observations, records: list[WaveRecord], tables: dict[str, Table]) -> dict[str, Figure]:
    """Return the key figures of a run; counts are of simulated people, rupiah of the full population."""
    parameters = seen.programme.parameters
    scale = parameters.population.scale
    figures: dict[str, Figure] = {
        "people": Figure(seen.programme.people, "simulated people"),
        "scale": Figure(scale, "share of the full population"),
        "end": Figure(moment(seen.end).isoformat(), "WIB"),
    }
    for row in tables["funnel"].rows:
        figures[f"funnel.{row['stage']}"] = Figure(row["people"], "simulated people")
    figures |= _processing(seen)
    for row in tables["waits"].rows:
        for what in ("median_days", "p95_days"):
            figures[f"wait.{row['wait']}.{what}"] = Figure(row[what], "days")
    units = {
        "peak_queue": "simulated people",
        "waiting_at_end": "simulated people",
        "utilisation": "share",
        "time_over_capacity": "share of opening hours",
        "person_days_waited": "simulated person-days",
    }
    for row in tables["stations"].rows:
        for what, unit in units.items():
            figures[f"station.{row['station']}.{what}"] = Figure(row[what], unit)
    place = seen.waits["place"]
    figures["places.person_days_waited"] = Figure(place.time / (24 * 3600 * 1e6), "simulated person-days")
    figures["places.awarded"] = Figure(sum(record.awarded for record in records), "simulated people")
    refused = sum(record.refused_by_budget for record in records)
    figures["places.refused_by_budget"] = Figure(refused, "simulated places")
    found = bottleneck(tables)
    figures["bottleneck"] = Figure(found.name if found else None, "station, or places")
    figures["bottleneck.share_of_waits"] = Figure(found.share if found else None, "share of person-days waited")
    for flow in ("awarded", "paid", "returned", "outstanding"):
        rupiah = _rupiah(seen, flow)
        figures[f"money.{flow}"] = Figure(round(rupiah / scale), "rupiah, full population")
    level = seen.waits["service_level"]
    figures["service_level.first_incentive_within_30_days"] = Figure(
        part(level.within(SERVICE_LEVEL), level.began), "share"
    )
    return dict(sorted(figures.items()))


def _rupiah(seen: Observations, flow: str) -> int:
    def total(name: str) -> int:
        return sum(int(amounts.sum()) for (each, _), amounts in seen.rupiah.items() if each == name)

    if flow == "outstanding":
        return total("awarded") - total("paid") - total("returned")
    return total(flow)


def _processing(seen: Observations) -> dict[str, Figure]:
    processed = int(seen.by_day["processing_left"].sum())
    everyone = processed == seen.programme.people and processed > 0
    last = seen.last.get("processing_left", 0)
    by_article = seen.before("processing_left", instant(ARTICLE))
    backlog = seen.stations["portal"].queue() + seen.stations["processing"].queue()
    return {
        "processing.weeks_to_clear": Figure(last / WEEK if everyone else None, "weeks from the start"),
        "processing.processed_by_2022_02_09": Figure(by_article, "simulated people"),
        "processing.peak_backlog": Figure(int(backlog.max()), "simulated people"),
    }
