"""How much a file, a word of the command line and a config may hold: far more than any question asks for."""

MOST_BYTES = 1 << 18
"""Bytes of a file. All files of the base have 42,000 together."""

MOST_NODES = 10_000
"""Keys and values of a file or a scenario, those of an alias each time. The base has 1,700."""

MOST_COMPOSED = 2 * MOST_NODES
"""Keys and values of a composed config, those of a reference each time."""

MOST_COMPOSED_BYTES = 1 << 20
"""Bytes of a file with a composed config. That of the base has 50,000."""

DEEPEST = 20
"""Lists and blocks inside one another, and keys of a path. The base has 6."""

LONGEST_TEXT = 10_000
"""Characters of a text."""

LONGEST_KEY = 100
"""Characters of a key."""

MOST_DIGITS = 40
"""Characters of a number."""

MOST_WORDS = 1_000
"""Words of a command line."""

MOST_IN_WORDS = 2_000
"""Lists, blocks and values in the words of a command line. A calendar of 22 waves has 150."""

LONGEST_WORD = 20_000
"""Characters of a word of the command line. A calendar of 22 waves has 3,000."""

LONGEST_LINE = 50_000
"""Characters of all words together."""
