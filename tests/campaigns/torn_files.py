"""Damage to files for the fuzzing: signs and lines put into a text or taken from it, and bytes that are no text."""

from __future__ import annotations

import random

from tests.campaigns.hostile import SIGNS


def torn_text(text: str, chance: random.Random) -> str:
    """Return a text from which something was taken, or into which something was put that YAML gives a meaning."""
    at, to = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    to = min(to, at + chance.choice((1, 3, 20, 400)))
    many = chance.choice((2, 19, 21, 300, 3_000))
    put = chance.choice((
        "", text[at:to] * 2, "&a ", "*a", "&a [*a]", "<<: *a", "<<: {a: 1}", "!!str ", "!x ",
        "!!python/name:os.system ", "? ", "- ", ": ", "\t", "\n", "\n---\n", "\n...\n", "%YAML 9.9\n", "# ", "|\n",
        ">\n  a\n", "'", '"', "\\", "@", "`",
        "[" * many, "{a: " * many, "]" * many, "9" * many, "x" * many, "\n" * many, " " * many, "${portal.rate}",
        "${oc.env:UNSEEN}", '"???"', "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n",
        "".join(f"k{k}: 1\n" for k in range(many)), chance.choice(SIGNS),
    ))  # fmt: skip
    return text[:at] + put + text[to:]


def torn_bytes(contents: bytes, chance: random.Random) -> bytes:
    """Return contents with a byte put in, cut, repeated, in another encoding, or others in their place."""
    at = chance.randrange(len(contents) + 1)
    return chance.choice((
        contents[:at] + bytes([chance.randrange(256)]) + contents[at:],
        contents[:at] + b"\0" + contents[at:],
        contents[:at],
        b"\xef\xbb\xbf" + contents,
        contents.decode("utf-8", "replace").encode("utf-16"),
        contents.decode("utf-8", "replace").encode("latin-1", "replace"),
        contents * 50,
        chance.randbytes(200),
        b"",
    ))  # fmt: skip
