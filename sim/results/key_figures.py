"""Key figures: flat, stable names, each a value and its unit, of the full population."""

from __future__ import annotations

from collections.abc import Mapping

from sim.calendar.instants import DAY, WEEK, instant, moment
from sim.journey.measures import CLASS_WAIT, PAYMENT_PARTNERS, PAYMENT_WAITS, STAGES, WANTS, revoked_for
from sim.journey.money import FLOWS, OUTCOMES, Benefit
from sim.journey.route import PROCESSED_AT
from sim.observers.market import MarketCounts, week_of_day
from sim.observers.observations import ARTICLE, Observations
from sim.observers.outstanding import outstanding
from sim.programme.adding import adds
from sim.programme.classes import Classes
from sim.programme.waves import WaveRecord
from sim.results.bottleneck import bottleneck
from sim.results.figure import Figure
from sim.results.full_population import full
from sim.results.table import Table, ratio
from sim.results.tables.market import concentration

WAIT_COUNTS = ("began", "got_it", "left_without", "still_waiting")
"""Counts of a wait by outcome."""


def key_figures(
    observations: Observations, records: list[WaveRecord], tables: Mapping[str, Table]
) -> dict[str, Figure]:
    """Return the key figures of a run: people, payments and rupiah of the full population."""
    scale, people = observations.programme.parameters.population.scale, observations.programme.people
    figures: dict[str, Figure] = {
        "people": Figure(full(people, scale), "people"),
        "people.simulated": Figure(people, "simulated people"),
        "scale": Figure(scale, "share of the full population"),
        "start": Figure(observations.programme.parameters.clock.start.isoformat(), "WIB"),
        "end": Figure(moment(observations.end).isoformat(), "WIB"),
    }
    for row in tables["funnel"].rows:
        figures[f"funnel.{row['stage']}"] = Figure(row["people"], "people")
    figures |= _processing(observations, scale)
    figures["participants.by_2022_02_09"] = Figure(_participants_by_article(observations, scale), "people")
    for row in tables["waits"].rows:
        if row["kind"] == "platform":  # the table has them
            continue
        for what, cell in row.items():
            if what in WAIT_COUNTS:
                payments = row["kind"] == "run" or row["wait"] in PAYMENT_WAITS
                counted = "payments" if payments else "bookings" if row["wait"] == CLASS_WAIT else "people"
                figures[f"wait.{row['wait']}.{what}"] = Figure(cell, counted)
            elif "_days" in what and what != "person_days":
                figures[f"wait.{row['wait']}.{what}"] = Figure(cell, "days")
    for row in tables["stations"].rows:
        if row["bank"] not in (None, PAYMENT_PARTNERS):
            continue
        counted = "payments" if row["bank"] == PAYMENT_PARTNERS else "people"
        units = {
            "peak_queue": counted,
            "waiting_at_end": counted,
            "utilisation": "share",
            "utilisation_busiest_month": "share",
            "time_over_capacity": "share of opening hours",
            "person_days_waited": "person-days",
        }
        for what, unit in units.items():
            figures[f"station.{row['station']}.{what}"] = Figure(row[what], unit)
    place = observations.waits("place")
    figures["places.person_days_waited"] = Figure(full(place.time / DAY, scale), "person-days")
    figures["places.awarded"] = Figure(full(sum(record.awarded for record in records), scale), "people")
    refused = sum(record.refused_by_budget for record in records)
    figures["places.refused_by_budget"] = Figure(full(refused, scale), "places")
    figures["waves.follow"] = Figure(_waves_follow(observations, records), "whether one is announced after the end")
    found = bottleneck(tables["bottlenecks"].rows)
    figures["bottleneck"] = Figure(found.name if found else None, "group of stations, or places")
    for row in tables["bottlenecks"].rows:
        if row["member"] is None:
            figures[f"bottleneck.{row['group']}.share"] = Figure(row["share"], "share of person-days waited")
    figures["bottleneck.share_of_waits"] = Figure(found.share if found else None, "share of person-days waited")
    tranches = observations.programme.parameters.budget.tranches.values()
    figures["money.budget"] = Figure(sum(tranche.rupiah for tranche in tranches), "rupiah")
    for flow, rupiah in _rupiah(observations).items():
        figures[f"money.{flow}"] = Figure(full(rupiah, scale), "rupiah")
    spent = sum(float(figures[f"money.{name}"].value or 0) for name in ("paid", "still_to_be_paid"))
    of_one = ratio(spent, float(figures["funnel.bought_first"].value or 0))
    figures["money.cost_a_participant"] = Figure(of_one, "rupiah paid or earned, of each who bought a course")
    for row in tables["service_levels"].rows:
        if row["by"] == "all":
            name = f"service_level.{row['level']}"
            figures[name] = Figure(row["share"], "share")
            figures[f"{name}.asked"] = Figure(row["share_asked"], "share")
            for since, unit in (("failed_since", "first month in which it failed"), ("failed_since_day", "first day")):
                figures[f"{name}.{since}"] = Figure(row[since] and row[since].isoformat(), unit)
    if observations.market is not None:
        figures |= _market(observations, observations.market, tables)
    return dict(sorted(figures.items()))


def _market(observations: Observations, counts: MarketCounts, tables: Mapping[str, Table]) -> dict[str, Figure]:
    index, largest = concentration(counts)
    scale, end = observations.programme.parameters.population.scale, observations.days
    offered, taken = (sum(tables["seats"].column(name)) for name in ("seats_offered", "seats_taken"))

    def in_all(name: str) -> int:
        return sum(row[name] for row in tables["market"].rows)

    def at_full(count: int) -> int:
        return full(count, scale)

    return {
        "market.courses_sold": Figure(in_all("sold"), "courses"),
        "market.rupiah": Figure(in_all("rupiah"), "rupiah"),
        "market.next_choices": Figure(in_all("next_choices"), "courses"),
        "market.came": Figure(at_full(int(counts.came[:, :end].sum())), "times"),
        "market.found_nothing": Figure(at_full(int(counts.found_nothing[:, :end].sum())), "times"),
        "market.found_no_seat": Figure(at_full(int(counts.found_no_seat[:, :end].sum())), "times"),
        "market.found_nothing_to_buy": Figure(at_full(int(counts.found_nothing_to_buy[:, :end].sum())), "times"),
        "market.found_platform_gone": Figure(at_full(int(counts.platform_gone[:, :end].sum())), "times"),
        "market.found_no_platform": Figure(at_full(int(counts.found_nothing[-1, :end].sum())), "times"),
        "market.turned_away": Figure(at_full(int(counts.turned_away_by_day[:end].sum())), "times"),
        **{
            f"market.{revoked_for(want)}": Figure(at_full(observations.total(revoked_for(want))), "people")
            for want in WANTS.values()
        },
        "market.seats_offered": Figure(offered, "seats"),
        **_added(counts, observations),
        "market.seats_taken": Figure(taken, "seats"),
        "market.seats_used": Figure(ratio(taken, offered), "share"),
        "market.concentration": Figure(index, "Herfindahl-Hirschman index of providers' sales, 0 to 1"),
        "market.share_of_ten_largest": Figure(largest, "share of courses sold"),
    }


def _added(counts: MarketCounts, observations: Observations) -> dict[str, Figure]:
    """Return how many of the live seats offered providers added, where they may."""
    programme = observations.programme
    if not adds(programme):
        return {}
    weeks = int(week_of_day(counts.table, observations.days)[-1]) + 1
    now, at_first = (
        int(classes.offered_by_provider(observations.end, weeks).sum())
        for classes in (counts.classes, Classes(counts.table))
    )
    return {"market.seats_added": Figure(full(now - at_first, programme.parameters.population.scale), "seats")}


def figures_of_outages(table: Table) -> dict[str, Figure]:
    """Return the key figures of outages, from their table."""
    figures: dict[str, Figure] = {}
    for row in table.rows:
        counted = "payments" if row["kind"] == PAYMENT_PARTNERS else "people"
        units = {
            "touched": counted,
            "share": "share",
            "people": "people",
            "days_later": f"{counted.removesuffix('s').replace('people', 'person')}-days",
            "median_days_later": "days",
            "p95_days_later": "days",
            "peak_queue": counted,
            "peak_queue_without": counted,
        }
        name = f"outage.{row['place']}.{row['number']}"
        figures |= {f"{name}.{what}": Figure(row[what], unit) for what, unit in units.items()}
        if row["person_days_more"] is not None:
            figures[f"outage.{row['place']}.person_days_more"] = Figure(row["person_days_more"], "person-days")
        back = row["back_on"]
        figures[f"{name}.back_on"] = Figure(back and back.isoformat(), "day")
    return figures


def _rupiah(observations: Observations) -> dict[str, int]:
    flows = {flow: sum(int(observations.rupiah(flow, benefit).sum()) for benefit in Benefit) for flow in FLOWS}
    left = outstanding(observations)
    programme = observations.programme
    return {
        **flows,
        **{name: sum(outcome[name] for outcome in left.values()) for name in OUTCOMES},
        "released_by_revocation": observations.total("revoked") * sum(programme.benefit),
    }


def _waves_follow(observations: Observations, records: list[WaveRecord]) -> bool:
    """Return whether the plan has a wave that is announced after the end of the run.

    Waves by rule go on until nothing is left to do: none follows one that has not opened in its time.
    """
    if any(record.opened and not record.announced for record in records):
        return True
    if observations.programme.parameters.clock.end is None:
        return False
    in_time = observations.programme.waves.waves["open"] < observations.end
    broken_off = any(not record.opened for record, due in zip(records, in_time, strict=True) if due)
    return not broken_off and not all(in_time)


def _participants_by_article(observations: Observations, scale: float) -> int | None:
    """Return those who were awarded and not revoked before the article; None where the run breaks off before it."""
    awarded, revoked = (_by_article(observations, stamp) for stamp in ("awarded", "revoked"))
    return None if awarded is None or revoked is None else full(awarded - revoked, scale)


def _by_article(observations: Observations, stamp: str) -> int | None:
    """Return how many stamps lie before the article; all, where nothing was left to do by then."""
    article = instant(ARTICLE)
    if observations.end >= article:
        return observations.before(stamp, article)
    return observations.total(stamp) if observations.programme.parameters.clock.end is None else None


def _processing(observations: Observations, scale: float) -> dict[str, Figure]:
    stamp, _ = STAGES["processed"]
    journey = observations.programme.journey
    processed = observations.total(stamp)
    everyone = processed == observations.programme.people and processed > 0
    start, before = instant(observations.programme.parameters.clock.start), _by_article(observations, stamp)
    by_article = None if before is None else full(before, scale)
    on_the_way = journey.names[: journey.number(PROCESSED_AT) + 1]
    backlog = sum((observations.stations[name].queue() for name in on_the_way), observations.span.no_days())
    return {
        "processing.weeks_to_clear": Figure(
            (observations.last(stamp) - start) / WEEK if everyone else None, "weeks from the start"
        ),
        "processing.processed_by_2022_02_09": Figure(by_article, "people"),
        "processing.peak_backlog": Figure(full(int(backlog.max()), scale), "people"),
    }
