"""The command `prakerja compare`: plan, run, answer, write."""

from __future__ import annotations

from sim.command.address_space import refuse_too_little
from sim.command.folder import refuse_what_cannot_be_had, taken
from sim.command.progress import clear, progress
from sim.command.screen import remark, say
from sim.library import SideBySide, ToCompare, asked_to_compare
from sim.parameters.problems import printable

MOST_REMARKS = 6
"""Lines of what was understood that are shown before the plan."""


def compare(words: list[str]) -> int:
    """Compare scenarios, print the answer, then write its folder; 1 where a run was left out."""
    asked = asked_to_compare(words)
    if asked.plan.workers is not None:
        refuse_too_little(asked.plan.memory)
    refuse_what_cannot_be_had(asked.request.folder)
    for line in asked.remarks[:MOST_REMARKS]:
        remark(line)
    if asked.request.options.plan:
        say(asked.plan.text)
        return 0
    remark(asked.plan.text)
    if asked.plan.runs > asked.plan.kept:
        remark(f"Interrupted or killed, the same command goes on from the runs that are done ({asked.work}).")
    with taken(asked.request.folder, asked.called, remark) as folder:
        try:
            found = asked.compare(progress())
            clear()
            _say(found)
            remark("Writing tables and drawing figures.")
            found.write_into(folder.unfinished)
        except KeyboardInterrupt:
            clear()
            remark(_how_to_go_on(asked))
            raise
        finally:
            clear()
    say(f"\nTables, figures and the manifest: {folder.path}")
    for line in said_of_left_out(found):
        remark(line)
    return 1 if found.comparison.left_out else 0


def _say(found: SideBySide) -> None:
    """Print the finding and the table as they are: it is as wide as its scenarios."""
    print("\n".join(map(printable, found.screen.split("\n"))), flush=True)


def said_of_left_out(found: SideBySide) -> list[str]:
    """Return a line for each run that was left out."""
    return [
        f"Left out: {each.scenario}, replication {each.replication}, which {each.why}."
        for each in found.comparison.left_out
    ]


def _how_to_go_on(asked: ToCompare) -> str:
    plan = asked.planned_again()
    return f"Run the same command again: {plan.kept} of {plan.runs} runs are done, and kept in {asked.work}."
