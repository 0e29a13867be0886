"""How much the engines' stores hold: numbers that are packed into few bits, and what a config may therefore ask for.

The parameters refuse what lies beyond; who packs a number asserts that the limit fits.
"""

from __future__ import annotations

PEOPLE = 1 << 27
"""Applicants: a person's number is sorted in one word of 64 bits with an instant."""

PROVINCES = 1 << 6
"""Provinces: a number of 6 bits in the packed traits."""

REGENCIES = 1 << 6
"""Regencies of one province: a number of 6 bits within it."""

ALL_REGENCIES = 3_000
"""Regencies of all provinces: the open time of a station in each, over the longest run, adds up in 64 bits of µs."""

WAVES = (1 << 15) - 1
"""Waves: a signed number of 16 bits, with -1 for none."""

PARTNERS = (1 << 8) - 1
"""Payment partners: a number of 8 bits."""

PLACES = 1 << 8
"""Places where a person may stand, stations included: a number of 8 bits."""

COURSES = 40
"""Courses of a participant: three columns each in people's rows."""

PLATFORMS = (1 << 8) - 1
"""Marketplaces and digital stores: a number of 8 bits, and one for none."""

PROVIDERS = 2_000
"""Providers of training: each has a row of weeks over the longest run."""

ON_SALE = (1 << 15) - 1
"""Courses on sale in a run: a signed number of 16 bits, with -1 for none."""

CHOICES = 64
"""Courses that a buyer tries at a time: as many as are drawn for one purchase."""

TRIES = 1_000
"""Times that a buyer comes to the market for one course: counted in 16 bits, and no purchase goes on for ever."""

INCENTIVES = 8
"""Incentives of a participant."""

SURVEYS = 8
"""Surveys of a participant; with the incentives, their payments are counted in 8 bits."""

RUPIAH_OF_ONE = 10**9
"""Rupiah of a participant's training balance, or of one payment: all of everyone's are added up in 64 bits."""

ATTEMPTS = 1_000
"""Tries of a check: counted in 16 bits, and nobody's journey may go on for ever."""

LONGEST_YEARS = 80
"""Years of a run: days and attempts to pay, at most one a day, are counted in 16 bits, waves by rule in 15."""
