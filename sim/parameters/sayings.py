"""Differences in a planner's words, with units: the most telling first."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sim.parameters import quantities
from sim.parameters.block import Block, block_at
from sim.parameters.budget import Budget
from sim.parameters.called import Called
from sim.parameters.differences import ABSENT, Difference, inside
from sim.parameters.law import Law
from sim.parameters.parameters import Parameters
from sim.parameters.steps import Outage
from sim.parameters.units import LEVERS_OF_THE_MARKET, shortened, unit_of

MOST_TOLD = 30
"""Sayings that the screen tells one by one; further ones are counted."""

MANIFEST = "manifest.json"
"""Where every difference of a run stands."""

CAPACITY = ("rate", "per", "servers", "cap", "seats", "every_days", "steps")
"""Keys of a block that say together how much it takes."""

OUTAGES = "outages"
"""The key of a block that says when it is closed."""

LEVER = "capacity"
"""The key of a block that multiplies the capacities of all inside it."""

LAST = ("population", "demand", "clock")
"""Parts of the parameters that are told last."""


@dataclass(frozen=True)
class Saying:
    """What differs in words, and the keys that it speaks of."""

    words: str
    paths: tuple[str, ...]

    @property
    def short(self) -> Saying:
        """Return what is so now, without what was before."""
        return replace(self, words=re.sub(r" instead of .*?(?=$| \(rupiah\)$)", "", self.words))


def sayings(found: Sequence[Difference], base: Parameters, other: Parameters) -> tuple[Saying, ...]:
    """Return differences in words, each told once: what is closed, capacities, the rules, and people and dates last."""
    left, told = list(found), list[Saying]()
    for teller in (_closed, _levers, _all_partners, _capacities, _joining, _waves, _tranches, _others):
        for saying in teller(left, base, other):
            told.append(saying)
            left = [one for one in left if one.path not in saying.paths]
    last = [saying for saying in told if saying.paths[0].split(".")[0] in LAST]
    return (*(saying for saying in told if saying not in last), *last)


def together(some: Sequence[Saying], most: int = MOST_TOLD) -> str:
    """Return the first sayings in a line, and how many more there are."""
    more = len(some) - most if len(some) > most + 1 else 0  # one more is told as soon as counted
    told = "; ".join(saying.words for saying in (some[:most] if more else some))
    return f"{told}; and {more:,} more (see {MANIFEST})" if more > 0 else told


Teller = Callable[[Sequence[Difference], Parameters, Parameters], Iterator[Saying]]


# Stations and partners


def _name(path: str, parameters: Parameters) -> str:
    """Return what a block of capacity is called: a payment partner, a station, or its own keys in words."""
    for station in parameters.journey.stations:
        if station.config == path:
            return station.label.lower()
    return _humanly(path, parameters)


def closed(outages: Mapping[str, Sequence[Outage]], parameters: Parameters) -> str:
    """Return in a line what is closed when, of outages by the path of the block that has them."""
    spans = {path: _some([_span(outage) for outage in some]) for path, some in outages.items()}
    return together([Saying(f"{_name(path, parameters)} closed {when}", (path,)) for path, when in spans.items()])


def _closed(found: Sequence[Difference], base: Parameters, other: Parameters) -> Iterator[Saying]:
    for one in found:
        if one.path.endswith(f".{OUTAGES}") and isinstance(one.after, tuple) and isinstance(one.before, tuple):
            name = _name(one.path.removesuffix(f".{OUTAGES}"), other)
            new = [_span(outage) for outage in one.after if outage not in one.before]
            gone = [_span(outage) for outage in one.before if outage not in one.after]
            words = [f"{name} closed {_some(new)}"] if new else []
            words += [f"{name} not closed {_some(gone)}"] if gone else []
            yield Saying(" and ".join(words), (one.path,))


def _levers(found: Sequence[Difference], base: Parameters, other: Parameters) -> Iterator[Saying]:
    """Tell the levers: each multiplies the capacities of a group."""
    names = {station.lever: _humanly(station.lever) for station in other.journey.stations}
    names["payment"] = "payment partners'"
    levers = {f"{block}.{LEVER}": f"{name} capacity" for block, name in names.items()}
    levers |= {path: words.removeprefix("times the ") for path, words in LEVERS_OF_THE_MARKET.items()}
    for one in found:
        if one.path in levers:
            before = "" if one.before == 1 else f" instead of {number(one.before)}"
            yield Saying(f"{levers[one.path]} times {number(one.after)}{before}", (one.path,))


def _span(outage: Outage) -> str:
    return span(outage.since, outage.until)


def _some(spans: list[str]) -> str:
    more = len(spans) - 2
    return " and ".join(spans[:2]) + (f" and {more:,} more time{'s' * (more > 1)}" if more > 0 else "")


def _all_partners(found: Sequence[Difference], base: Parameters, other: Parameters) -> Iterator[Saying]:
    """Tell caps that change for every partner together, by one factor but for rounding."""
    paths = tuple(f"payment.partners.{key}.cap" for key in other.payment.partners)
    if len(paths) < 2 or not set(paths) <= {one.path for one in found}:
        return
    caps = [[each.payment.partners[key].cap for key in other.payment.partners] for each in (base, other)]
    known = [[cap for cap in each if cap is not None] for each in caps]
    before, after = map(sum, known)
    if known != caps or before in (0, after):
        return
    if any(abs(new - old * after / before) > 1 for old, new in zip(*known, strict=True)):
        return
    yield Saying(f"payment partners {number(after)} payments a working day in all instead of {number(before)}", paths)


def _capacities(found: Sequence[Difference], base: Parameters, other: Parameters) -> Iterator[Saying]:
    for path in dict.fromkeys(one.path.rpartition(".")[0] for one in found if one.path.split(".")[-1] in CAPACITY):
        try:
            before, after = block_at(base, path), block_at(other, path)
        except AttributeError:  # a block that one of the two does not have
            continue
        has = tuple(key for key in ("rate", "servers", "cap") if hasattr(after, key))
        if not has or not hasattr(before, has[0]):
            continue
        own = [one for one in found if one.path.rpartition(".")[0] == path and one.path.split(".")[-1] in CAPACITY]
        now, was = (f" {unit_of(f'{path}.{has[0]}', getattr(each, 'per', ''))}" for each in (after, before))
        said = was == now and bool(getattr(after, has[0]))
        takes, took = _takes(after, has[0], now), _takes(before, has[0], "" if said else was)
        capacity = f"{takes} instead of {took}"
        if takes == took:  # there is no limit in both, and another period
            capacity = f"per {after.per} instead of {before.per}"
        yield Saying(f"{_name(path, other)} {capacity}", tuple(one.path for one in own))


def _takes(block: Any, key: str, unit: str) -> str:
    """Return how much a block takes, in words."""

    def amount(value: float | None, unit: str = "") -> str:
        return "no limit" if value is None else "closed" if value == 0 else f"{number(value)}{unit}"

    words = [amount(getattr(block, key), unit)]
    words += [f"{amount(getattr(step, key))} from {when(step.since)}" for step in getattr(block, "steps", ())]
    return ", then ".join(words)


# Rules


def _joining(found: Sequence[Difference], base: Parameters, other: Parameters) -> Iterator[Saying]:
    own = tuple(one.path for one in found if inside(one.path, "joining"))
    joining = other.joining
    who = [words for key, words in JOIN.items() if f"joining.{key}" in own]
    everyone = all(step.share == 1 for step in (*joining.newcomers, *joining.losers))
    if who:
        some = f"other propensities {'' if len(who) == len(JOIN) else f'of {who[0]} '}to join waves"
        words = "everyone in the pool joins every wave" if everyone else some
        yield Saying(words, tuple(path for path in own if path != "joining.patience_waves"))


JOIN = {"newcomers": "newcomers", "losers": "those who were not selected before"}
"""Who joins waves by a propensity of their own."""


def _waves(found: Sequence[Difference], base: Parameters, other: Parameters) -> Iterator[Saying]:
    own = tuple(one.path for one in found if one.path in ("waves.rule", "waves.calendar"))
    if len(own) < 2:
        return
    rule = other.waves.rule
    if rule is None:
        yield Saying(f"a calendar of {len(other.waves.calendar or {})} waves instead of a rule", own)
        return
    places = (
        f"places for {share(rule.quota_share)} of those processed"
        if rule.places is None
        else f"{number(rule.places)} places"
    )
    yield Saying(f"a wave every {number(rule.every_days)} days with {places} instead of the calendar", own)


def _tranches(found: Sequence[Difference], base: Parameters, other: Parameters) -> Iterator[Saying]:
    own = tuple(one.path for one in found if inside(one.path, "budget.tranches"))
    if own:
        now, was = (_budget(each.budget) for each in (other, base))
        yield Saying(f"a budget of {now} instead of {was} (rupiah)", own)


def _budget(budget: Budget) -> str:
    tranches = list(budget.tranches.values())
    amounts = [rupiah(tranche.rupiah).removesuffix(" rupiah") for tranche in tranches]
    if len(amounts) == 1:
        return f"{amounts[0]} for all waves"
    return " and ".join(
        f"{amount} from wave {tranche.first_wave}" for amount, tranche in zip(amounts, tranches, strict=True)
    )


def _others(found: Sequence[Difference], base: Parameters, other: Parameters) -> Iterator[Saying]:
    for one in found:
        yield Saying(_one(one, base, other), (one.path,))


def _one(one: Difference, base: Parameters, other: Parameters) -> str:
    if one.path == "clock.end":
        return _until(one.after)
    wave = re.fullmatch(r"waves\.calendar\.\w*?0*(\d+)(?:\.(\w+))?", one.path)
    called = next((each for each in _metadata(one.declared) if isinstance(each, Called)), None)
    words = called.words if called else ""
    name = words or _humanly(wave[2] or "" if wave else one.path, base, other)
    if wave:
        name = f"{name} of wave {wave[1]}" if wave[2] else f"wave {wave[1]}"
    if one.after is ABSENT or (one.after is None and _whole(one.before)):
        return f"without {name}"
    if one.before is ABSENT or (one.before is None and _whole(one.after)):
        told = getattr(one.after, "told", "")
        return f"with {name}{f' ({told})' if told else ''}"
    declared = () if one.path.endswith("places") else one.declared
    after, before = (_value(value, declared, called) for value in (one.after, one.before))
    if after is None or before is None or after == before:
        return f"{'other' if isinstance(one.after, tuple) else 'another'} {name}"
    return f"{name} {after} instead of {before}"


def _whole(value: Any) -> bool:
    """Return whether a value is a whole block, in place of which there may be none."""
    return isinstance(value, Block) and not isinstance(value, Law)


def _until(end: datetime | None) -> str:
    return "until nothing is left to do" if end is None else f"until {when(end)}"


GROUPS_OF_WORDS = ("population", "payment", "processing", "purchase", "training", "selection", "demand", "clock")
"""Parts of the parameters whose name adds nothing to what is told of a key inside them."""


def _humanly(path: str, *some: Parameters) -> str:
    """Return the keys of a path as words; a payment partner or platform is called by its name in the first with it."""
    keys = path.split(".")
    named = [name for parameters in some if (name := _own_name(parameters, keys))]
    if named:
        return " ".join([named[0], *keys[3:]]).replace("_", " ")
    if len(keys) > 1 and keys[0] in GROUPS_OF_WORDS:
        keys = keys[1:]
    return " ".join(keys).replace("_", " ")


def _own_name(parameters: Parameters, keys: list[str]) -> str | None:
    """Return the name of the payment partner or platform whose keys these are; None where they are of neither."""
    having: dict[tuple[str, ...], Mapping[str, Any]] = {("payment", "partners"): parameters.payment.partners}
    if parameters.market is not None:
        having["market", "platforms"] = parameters.market.platforms
    named = having.get(tuple(keys[:2]), {}).get(keys[2]) if len(keys) > 2 else None
    return None if named is None else str(named.name)


# Values with their units


def _value(value: Any, declared: Any, called: Called | None = None) -> str | None:
    """Return a value with the unit that its declaration has; None where it takes too many words."""
    if value is None:
        return called.none if called else "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Law):
        return law(value)
    if isinstance(value, int | float):
        return f"{number(value)} {called.unit}" if called and called.unit else _unit(declared)(value)
    return value if isinstance(value, str) else None


def _unit(declared: Any) -> Callable[[float], str]:
    """Return how a number of a declared kind is written."""
    metadata = list(_metadata(declared))
    for kind, write in UNITS:
        if any(one is typing.get_args(kind)[1] for one in metadata):
            return write
    return number


def _metadata(declared: Any) -> Iterator[Any]:
    """Go through a declaration, also inside `| None`, and yield what it says beside its types."""
    for part in declared or ():
        if typing.get_origin(part) is typing.Annotated:
            yield from typing.get_args(part)[1:]
        elif typing.get_args(part):
            yield from _metadata(typing.get_args(part))
        else:
            yield part


def number(value: float) -> str:
    """Return a number as it is written, with separators."""
    return f"{value:,.12g}" if abs(value) < 10**12 else f"{value:,.0f}"


def share(value: float) -> str:
    """Return a share in per cent."""
    return f"{100 * value:.6g} %"


def rupiah(value: float) -> str:
    """Return rupiah in trillions, billions or millions, to the last digit."""
    return f"{shortened(value, ',.12g')} rupiah"


def law(value: Law) -> str:
    """Return the mean of a law with its unit, and its kind where it is drawn."""
    mean = f"{number(value.minimum + value.mean)} {value.unit}"
    return mean if value.law == "constant" else f"{mean} at the mean ({value.law})"


UNITS: tuple[tuple[Any, Callable[[float], str]], ...] = (
    (quantities.Share, share),
    (quantities.Rupiah, rupiah),
    (quantities.RupiahOfOne, rupiah),
    (quantities.People, lambda value: f"{number(value)} people"),
    (quantities.Days, lambda value: f"{number(value)} days"),
    (quantities.WholeDays, lambda value: f"{number(value)} days"),
)
"""Kinds of numbers whose declaration says their unit."""


# Dates

MONTHS = ["January", "February", "March", "April", "May", "June", "July"]
MONTHS += ["August", "September", "October", "November", "December"]


def day(at: date) -> str:
    """Return a date in words."""
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def when(at: datetime) -> str:
    """Return a time in words, without the hour of a midnight."""
    return day(at) if at.hour == at.minute == at.second == 0 else f"{day(at)} {at:%H:%M}"


def span(first: datetime, until: datetime) -> str:
    """Return the days of an outage, the last one included; with hours where it is not of whole days."""
    whole = first.time() == until.time() == datetime.min.time()
    if not whole:
        return f"{when(first)} to {until:%H:%M}" if first.date() == until.date() else f"{when(first)} to {when(until)}"
    last = until - timedelta(days=1)
    if first == last:
        return f"on {day(first)}"
    begin = day(first).split()
    same = (first.year == last.year) + (first.year == last.year and first.month == last.month)
    return f"{' '.join(begin[: 3 - same])} to {day(last)}"
