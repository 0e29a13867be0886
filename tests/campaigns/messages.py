"""Whether what a command says is a message that a planner can use."""

from __future__ import annotations

from tests.campaigns.hostile import UNSEEN


def unclear(said: str) -> str:
    """Return what is wrong with a message; nothing if it is one."""
    lines = said.splitlines()
    if not lines or not lines[0].endswith((" thing to mend:", " things to mend:", "One thing to mend:")):
        return "is no message"
    if not all(line.isprintable() for line in lines):
        return "holds what hides"
    if UNSEEN in said:
        return "shows the environment"
    return "is a book" if len(said) > 150_000 or len(lines) > 60 else ""
