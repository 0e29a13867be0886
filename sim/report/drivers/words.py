"""Drivers and figures in a planner's words, and where one would find out more about a driver."""

from __future__ import annotations

from collections.abc import Sequence

LABELS = {
    "population.women": "share of women",
    "population.rural": "share who live in a rural area",
    "population.education": "schooling of applicants",
    "population.disability": "share with a disability",
    "population.returned_migrant": "share of returned migrant workers",
    "population.listed_worker": "share on the list of affected workers",
    "demand.hours[0]": "registrations at night beside those by day",
    "demand.surge.hours": "how long an opening draws registrants",
    "demand.surge.factor": "how many more register when a wave opens",
    "portal.rate": "what the portal takes a minute",
    "processing.email.passes": "share past the email check",
    "email.passes_steps": "who passes the email check, over time",
    "processing.email.retry.share": "who tries the email check again",
    "processing.email.retry.passes": "who passes the email check at a retry",
    "processing.email.retry.attempts": "tries at the email check",
    "processing.email.retry.delay.mean": "how soon the email check is tried again",
    "processing.registry.rate": "what the civil registry takes a week",
    "processing.registry.passes": "share past the civil registry",
    "registry.passes_steps": "who passes the civil registry, over time",
    "processing.registry.retry.share": "who tries the civil registry again",
    "processing.registry.retry.passes": "who passes the registry at a retry",
    "processing.registry.retry.attempts": "tries at the civil registry",
    "processing.registry.retry.delay.mean": "how soon the registry is tried again",
    "processing.third_layer.passes": "share past the third layer",
    "third_layer.passes_steps": "who passes the third layer, over time",
    "processing.third_layer.retry.share": "who tries the third layer again",
    "processing.third_layer.retry.passes": "who passes the third layer at a retry",
    "processing.third_layer.retry.attempts": "tries at the third layer",
    "processing.third_layer.retry.delay.mean": "how soon the third layer is tried again",
    "processing.screening.servers": "places at screening",
    "processing.screening.service.mean": "seconds that a screening takes",
    "processing.screening.passes": "who passes screening",
    "screening.passes_steps": "who passes screening, over time",
    "processing.test.taken": "who takes the test",
    "processing.test.delay.mean": "how soon the test is begun",
    "joining.newcomers[0].share": "newcomers who join, April 2020",
    "joining.newcomers": "who of the pool joins, wave by wave",
    "joining.losers[0].share": "who joins again after a loss, April 2020",
    "joining.delay.mean": "how soon an open wave is joined",
    "joining.patience_waves": "waves lost before giving up",
    "selection.eligible[0].share": "who is eligible, waves of 2020",
    "selection.eligible[1].share": "who is eligible, waves of 2021 on",
    "selection.shares.regional": "regional share of the places",
    "selection.shares.affirmative": "affirmative share of the places",
    "account.delay.mean": "how soon an account is linked",
    "account.unbanked_delay.mean": "how soon those without an account link one",
    "account.fails": "accounts that fail to link",
    "account.repair.mean": "how long an account is mended",
    "purchase.waves[0].buys": "who of the awarded buys a course, waves 1 to 4",
    "purchase.waves[0].delay.mean": "how soon a course is bought, first waves",
    "purchase.buys": "who of the awarded buys a course, by wave",
    "purchase.delay": "how soon a course is bought, by wave",
    "purchase.price.shape": "how many courses are cheap, open market",
    "purchase.further.appetite": "who buys a further course",
    "purchase.further.courses": "courses bought at most",
    "purchase.further.delay.mean": "how soon a further course is bought",
    "training.duration.spread": "how much courses differ in length, open market",
    "training.completes": "who completes a course, open market",
    "training.pace": "pace of training, by wave",
    "training.completion[0].odds": "who completes a course, waves 1 to 3",
    "training.completion[1].odds": "who completes a course, from wave 4 on",
    "training.certificate.mean": "how soon a certificate is there",
    "training.reviews": "who rates and reviews a course",
    "training.review.mean": "how soon a course is reviewed",
    "market.certificates_hour": "hour at which certificates are issued",
    "market.platforms": "how buyers split over the platforms",
    "market.platforms.marketplace_1.checkout.rate": "orders an hour at the largest checkout",
    "market.platforms.marketplace_3.certificates.cap": "certificates a day of the slow platform",
    "market.catalogue.sizes": "how unequal providers are in size",
    "market.catalogue.popularity": "how unequal courses are in popularity",
    "market.catalogue.platforms.least": "platforms of the smallest providers",
    "market.catalogue.platforms.most": "platforms of the largest providers",
    "market.catalogue.live": "share of courses that are live",
    "market.catalogue.seats.least": "seats of the smallest classes",
    "market.catalogue.seats.most": "seats of the largest classes",
    "market.catalogue.seats.shape": "how many classes are small",
    "market.catalogue.seats_a_week": "live seats a week",
    "market.catalogue.follow": "how far seats follow demand",
    "market.catalogue.price.shape": "how many courses are cheap",
    "market.catalogue.duration.mean": "days that a course takes",
    "market.catalogue.duration.spread": "how much courses differ in length",
    "market.catalogue.completion.least": "completion of the hardest courses",
    "market.catalogue.completion.most": "completion of the easiest courses",
    "market.choices": "courses tried before leaving the market",
    "market.tries": "times that a buyer comes back",
    "market.patience.mean": "how long a buyer waits for a class",
    "market.comes_back.mean": "how soon a buyer comes back",
    "market.pace.spread": "how much the pace of learners differs",
    "payment.run_hour": "hour of the payment runs",
    "payment.partners.bni.cap": "payments a working day of all partners",
    "payment.partners": "how e-money splits over the partners",
    "payment.survey.answers": "who answers a survey",
    "payment.survey.delay.mean": "how soon a survey is answered",
    "payment.lag_days": "working days before a payment run",
    "payment.lag_steps": "working days added before a run, over time",
    "payment.repair.mean": "how soon a failed payment is tried again",
}
"""Of each driver of the base, as it is declared, its words."""

FIND_OUT = {
    "population": "the shares among applicants, from the registrations themselves",
    "demand": "registrations by the hour, from the portal's log",
    "portal": "the portal's capacity, from a load test or its operator",
    "email": "passes, retries and their dates, from the log of the email check",
    "processing.email": "passes, retries and their dates, from the log of the email check",
    "registry": "passes and rate by month, from the civil registry (Dukcapil)",
    "processing.registry": "passes, retries and rate, from the civil registry (Dukcapil)",
    "third_layer": "passes by month, from the log of the third layer",
    "processing.third_layer": "passes and retries, from the log of the third layer",
    "screening": "passes by month, from the log of screening",
    "processing.screening": "places, time and passes, from the log of screening",
    "processing.test": "who takes the test and when, from its log",
    "joining": "who of the pool pressed the button in each wave, from the waves' records",
    "selection": "who was found eligible in each wave, and which places went to which share",
    "account": "when accounts were linked, and how many failed, from the partners",
    "purchase": "purchases by wave and days since the award, from the platforms",
    "training": "completions, certificates and reviews by wave, from the platforms",
    "market.platforms": "orders and certificates by platform and day, from the platforms",
    "market": "courses, seats and what buyers did who found none, from providers and platforms",
    "payment": "payments by partner and day, with the day on which they fell due, from the partners",
}
"""Where one would look, by the beginning of a driver's name; the longest that fits counts."""

KNOWN = {
    "weeks_to_clear": ("processing.weeks_to_clear", "Weeks until all are processed"),
    "joined": ("funnel.ever_joined", "People who joined a wave"),
    "awarded": ("funnel.awarded", "People awarded"),
    "participants": ("funnel.bought_first", "Participants"),
    "completed": ("funnel.completed_first", "People who completed a course"),
    "paid_in_full": ("funnel.fully_paid", "People paid in full"),
    "wait_for_incentive": ("wait.award_to_incentive.median_days_got_it", "Award to first incentive, median"),
    "payments_waiting": ("peak.queue_payments", "Most payments waiting"),
    "rupiah_paid": ("money.paid", "Rupiah paid"),
}
"""Figures that have a word of their own: their names, and their labels."""

USUAL = ("weeks_to_clear", "joined", "participants", "paid_in_full", "wait_for_incentive", "payments_waiting")
"""The figures that are told where none are asked for, those of them that a question has."""

TOGETHER, LUCK = "several only together", "luck"
UNEXPLAINED = "not explained: many small ones, or acting together, or too few points to tell"


def label_of(parts: Sequence[str]) -> str:
    """Return a driver in words; several that figures do not tell apart are told as one."""
    return "; with it ".join(LABELS.get(part, part) for part in parts)


def find_out(parts: Sequence[str]) -> list[str]:
    """Return where one would find out more about a driver; nothing where that is not known."""
    found = []
    for part in parts:
        fits = [begin for begin in FIND_OUT if part == begin or part.startswith((f"{begin}.", f"{begin}["))]
        if fits:
            found.append(FIND_OUT[max(fits, key=len)])
    return list(dict.fromkeys(found))


def label_of_figure(name: str) -> str:
    """Return a figure in words; its name where it has none."""
    return next((label for known, label in KNOWN.values() if known == name), name)
