"""What is compared: the scenarios of a study, a list or a sweep, each composed once and in order in every world."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from sim.composition import compare_words, comparison_file, scenario, study_file
from sim.composition.asked import BASE, REPLAYED
from sim.composition.compare_composed import One, compared_of, composed, refuse_alike
from sim.composition.compare_options import IN_BASE, IN_WORLDS, Options, options_of
from sim.composition.compare_words import MOST_COMPARED, Swept, Words
from sim.composition.ensemble import Worlds
from sim.composition.understood import remarks
from sim.composition.words import word
from sim.experiments.comparing.design import Design
from sim.experiments.comparing.figures import refuse_what_no_run_has
from sim.experiments.worlds import World
from sim.parameters import BadInput, Problem
from sim.parameters.problems import NOTHING
from sim.results.comparison import Compared

SCALE = "population.scale"
A_HUNDREDTH = f"{SCALE}=0.01"
"""What is compared unless another scale is asked for: one person in a hundred."""

REPLICATIONS = 20
"""Replications unless it is said how many."""

MOST_IN_BASE = 200
"""Replications that a precision is given in the base world, unless it is said how many."""


@dataclass(frozen=True)
class Request:
    """A comparison that is in order, and how it is to be made."""

    design: Design
    options: Options
    made: str | None
    """How the members of the ensemble were made; None in the base world."""
    words: tuple[str, ...]
    folder: str | None
    draws: bool
    remarks: tuple[str, ...] = ()
    worlds: tuple[Worlds | None, ...] = ()
    """Of each scenario, the members of the ensemble as its folder keeps them; None in the base world."""

    @property
    def again(self) -> tuple[str, ...]:
        """Return the words that ask the same of the scenarios that its folder keeps; figures are known once it ran."""
        design, options = self.design, self.options
        words = [
            f"reference={design.scenarios[design.reference].name}",
            f"replications={design.replications}",
            f"worlds={IN_WORLDS if design.in_worlds else IN_BASE}",
            f"people={'groups' if design.with_people else 'none'}",
            f"why={str(design.why).lower()}",
        ]
        if design.precision is not None:
            words += [f"precision={options.precision:.9f}", f"max_replications={design.most}"]
        return tuple(words)


def asked(words: Sequence[str]) -> Request:
    """Return what the words after `prakerja compare` ask for; nothing is simulated.

    Raises BadInput, which tells all that is wrong at once: of the words, and of every scenario in every world.
    """
    said = compare_words.read(words)
    problems = list(said.problems)
    study: study_file.Study | comparison_file.Again | None = None
    try:
        if said.again is not None:
            problems += _beside_what_is_made_again(said)
            study = comparison_file.load(said.again)
            said = _with_words(study.words, said, "comparison.words")
            said.again_of = study.scenarios
        elif said.study is not None:
            study = study_file.load(said.study)
            problems += _beside_a_study(said)
            said = _with_study(study, said)
    except BadInput as bad:
        problems += bad.problems
    options, wrong = options_of(said.options)
    problems += [*wrong, *(said.problems if study is not None else [])]
    ones = list(_ones(said))
    if not problems:
        problems += _too_few_or_many(ones, said)
    if problems:
        raise BadInput(problems)
    most = _most(options)
    found = composed(ones, options, most)
    compared = compared_of(ones, [each for each, _ in found])
    refuse_alike(compared)
    figures = options.figures or (study.figures if isinstance(study, study_file.Study) else ())
    refuse_what_no_run_has(figures, [each.parameters for each in compared])
    in_worlds = found[0][1]
    design = Design(
        study=None if study is None else study.study if isinstance(study, comparison_file.Again) else study.name,
        question=None if study is None else study.question,
        scenarios=compared,
        worlds=tuple(_worlds(each, most) for _, each in found),
        reference=_reference(options.reference or getattr(study, "reference", None), compared),
        figures=figures,
        in_worlds=options.in_worlds,
        replications=_first(options, len(_worlds(in_worlds, most))),
        precision=options.precision,
        with_people=options.people != "none",
        why=options.why,
    )
    return Request(
        design=design,
        options=options,
        made=None if in_worlds is None else in_worlds.made,
        words=tuple(words),
        folder=said.folder.get("run.folder", "").strip("'\"") or None,
        draws=said.folder.get("run.figures", "all").strip("'\"") != "none",
        worlds=tuple(each for _, each in found),
        remarks=tuple(_remarks(compared, [remarks(each) for each, _ in found])),
    )


def _remarks(compared: Sequence[Compared], lines: Sequence[list[str]]) -> Iterator[str]:
    """Yield what was understood, each line once, with the scenarios whose it is where it is not all's."""
    of: dict[str, list[str]] = {}
    for each, its in zip(compared, lines, strict=True):
        for line in its:
            of.setdefault(line, []).append(each.name)
    for line, names in of.items():
        kind, colon, rest = line.partition(": ")
        yield line if len(names) == len(compared) else f"{kind} of {', '.join(names)}{colon}{rest}"


def _beside_a_study(said: Words) -> Iterator[Problem]:
    if said.study is not None and said.scenarios:
        do = "Leave one of the two out; a study of your own is a file: study=./mine.yaml."
        yield Problem("scenario", list(said.scenarios), "cannot be asked beside a study, which has its own", do)


def _beside_what_is_made_again(said: Words) -> Iterator[Problem]:
    do = "Leave it out; one value of a key changes it in all of them."
    here = {"scenario": said.scenarios, "study": said.study, "a sweep": [each[0].key for each in said.sweeps]}
    for key, value in here.items():
        if value:
            yield Problem(key, value, f"cannot be asked beside {REPLAYED}=, which has its scenarios", do)


def _with_study(study: study_file.Study, said: Words) -> Words:
    """Return the words with those of the study; what is said beside it wins."""
    keys = {each.partition("=")[0] for each in said.common} | {each[0].key for each in said.sweeps}
    own = _with_words(study.common, said, "study.common")
    own.sweeps += [
        [Swept(key, value, word(key, value)) for value in values] for key, values in study.sweep if key not in keys
    ] + said.sweeps
    own.study, own.scenarios = said.study, list(study.scenarios)
    return own


def _with_words(words: Sequence[str], said: Words, where: str) -> Words:
    """Return words that a file says, with those that are said beside it, which win; sweeps are the file's alone."""
    own = compare_words.read(words)
    keys = {each.partition("=")[0] for each in said.common} | {each[0].key for each in said.sweeps}
    own.problems = [replace(each, path=f"{where}: {each.path}") for each in own.problems]
    if own.scenarios or own.study is not None:
        do = "Name them under scenarios."
        own.problems.append(Problem(where, list(words), "names scenarios", do))
    own.common = [each for each in own.common if each.partition("=")[0] not in keys] + said.common
    own.options |= said.options
    own.folder |= said.folder
    return own


def _ones(said: Words) -> Iterator[One]:
    """Yield every scenario with every value of what is swept, the first key's values slowest."""
    if said.again_of:
        yield from (One(each.name, (), tuple(said.common), each) for each in said.again_of)
        return
    chosen = said.scenarios or ([BASE] if said.sweeps else [])
    common = said.common if any(_key(each) == SCALE for each in said.common) else [A_HUNDREDTH, *said.common]
    count = len(chosen)
    for values in said.sweeps:
        count *= len(values)
    if count > MOST_COMPARED:
        said.problems.append(
            Problem("scenarios", count, f"must be at most {MOST_COMPARED}, crossed", "Compare fewer at once.")
        )
        return
    for name, swept in product(chosen, product(*said.sweeps)):
        yield One(name, swept, tuple(common))


def _key(said: str) -> str:
    return said.partition("=")[0].lstrip("+")


def _too_few_or_many(ones: Sequence[One], said: Words) -> Iterator[Problem]:
    yield from (each for each in said.problems if each.path == "scenarios")
    if ones or said.problems:
        if len(ones) == 1:
            do = f"Name another, such as scenario={BASE},{ones[0].scenario}; or sweep a key: processing.rate=1,2."
            do = do.replace(f"{BASE},{BASE}", f"{BASE},rate_800k")
            yield Problem("scenario", ones[0].scenario, "is one scenario, a comparison has two or more", do)
        return
    studies = ", ".join(study_file.names()) or "none yet"
    do = f"Write study=NAME (there are: {studies}), or scenario=NAME,NAME."
    yield Problem("prakerja compare", NOTHING, "does not say what is compared", do)


def _most(options: Options) -> int | None:
    """Return how many replications there may be; None: as many as there are worlds."""
    first = options.replications or (options.worlds if isinstance(options.worlds, int) else None)
    if options.precision is None:
        return first or REPLICATIONS
    return options.max_replications or (None if options.in_worlds else MOST_IN_BASE)


def _first(options: Options, most: int) -> int:
    first = options.replications or (options.worlds if isinstance(options.worlds, int) else None)
    return min(first or REPLICATIONS, most)


def _worlds(found: Worlds | None, most: int | None) -> tuple[World, ...]:
    """Return the world of each replication; in the base there is none that moves anything."""
    if found is not None:
        return found.worlds
    return tuple(World(number, {}) for number in range(1, (most or MOST_IN_BASE) + 1))


def _reference(asked_for: str | None, compared: Sequence[Compared]) -> int:
    if asked_for is None:
        return 0
    for number, each in enumerate(compared):
        if _bare(each.name) == _bare(asked_for):
            return number
    for number, each in enumerate(compared):
        if each.sweep and each.name.startswith(f"{asked_for} "):  # crossed with a sweep: its first value
            return number
    named = ", ".join(each.name for each in compared)
    do = f"Write one of {named}."
    if asked_for in scenario.names():
        do = f"Add it to the scenarios, or write one of {named}."
    raise BadInput([Problem("reference", asked_for, "is none of the scenarios that are compared", do)])


def _bare(name: str) -> str:
    return name.replace("_", "").replace(" ", "")
