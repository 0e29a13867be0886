"""The command `prakerja`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from sim.command.help import COMMAND_HELP, HELP

COMMANDS = ("run", "trace", "scenarios", "assumptions", "calibrate")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the words of the command line ask for and return the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    help_wanted = not words or any(word in ("-h", "--help", "help") for word in words)
    if help_wanted:  # answered before anything heavy is imported
        text = COMMAND_HELP.get(words[0], HELP) if words else HELP
        print(text, end="", file=sys.stdout if words else sys.stderr)
        return 0 if words else 2
    try:
        from sim.command.edge import guarded

        return guarded(lambda: _command(words[0])(words[1:]))
    except KeyboardInterrupt:  # pressed while the above is being imported
        return 130


def _command(name: str) -> Callable[[list[str]], int]:
    from sim.command import ask
    from sim.parameters import BadInput, Problem
    from sim.parameters.problems import NOTHING, suggestion

    if name not in COMMANDS:
        do = f"{suggestion(name, COMMANDS)} `prakerja --help` shows examples."
        raise BadInput([Problem(name, NOTHING, "is not a command", do)])
    command: Callable[[list[str]], int] = getattr(ask, name)
    return command
