"""The command `prakerja`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TextIO

from sim import __version__
from sim.command.early import end_at_once
from sim.command.help import COMMAND_HELP, HELP

MODULES = {"calibrate": "fit", "validate": "fit", "baseline": "baselines", "check": "baselines"}
"""Commands that are in a module of their own; the others are in `ask`."""

OTHERS = ("run", "compare", "trace", "scenarios", "config", "assumptions", "drivers")
COMMANDS = (*OTHERS, *MODULES)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the words of the command line ask for and return the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if argv is None:
        end_at_once()
    _open_what_is_closed()
    if words[:1] == ["--version"]:
        return _print(f"prakerja {__version__}\n")
    help_wanted = not words or any(word in ("-h", "--help", "help") for word in words)
    if help_wanted:  # answered before anything heavy is imported
        return _help(words)
    try:
        from sim.command.edge import ENDING, guarded

        code = guarded(lambda: _command(words[0])(words[1:]))
        if argv is None:  # the process ends now: nothing is left to interrupt
            for each in ENDING:
                signal.signal(each, signal.SIG_IGN)
    except KeyboardInterrupt:  # pressed while the above is being imported, or the command is done
        return 130
    return code


def _open_what_is_closed() -> None:
    """Let a standard stream that was closed lead nowhere: else the next file that is opened would take its place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            setattr(sys, name, open(nowhere, "r" if number == 0 else "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def _help(words: list[str]) -> int:
    if not words:
        return _print(HELP, sys.stderr) or 2
    return _print(COMMAND_HELP.get(words[0], HELP))


def _print(text: str, stream: TextIO | None = None) -> int:
    """Print what needs nothing heavy, and return the exit code."""
    try:
        print(text, end="", file=stream or sys.stdout, flush=True)
    except OSError as error:  # `head` has seen enough, or the disk is full
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            print(f"{error.strerror}.", file=sys.stderr)
            return 2
    return 0


def _command(name: str) -> Callable[[list[str]], int]:
    from sim.composition import scenario
    from sim.parameters import BadInput, Problem
    from sim.parameters.problems import NOTHING, suggestion

    if name in scenario.names():
        raise BadInput([Problem(name, NOTHING, "is a scenario, not a command", f"Write prakerja run {name}.")])
    if name not in COMMANDS:
        do = f"{suggestion(name, COMMANDS)} `prakerja --help` shows examples."
        raise BadInput([Problem(name, NOTHING, "is not a command", do)])
    command: Callable[[list[str]], int] = getattr(import_module(f"sim.command.{MODULES.get(name, 'ask')}"), name)
    return command
