"""Reading a source with pandoc as a child process that may read nothing but its input and reach no network."""

import functools
import re
import resource
import subprocess
import tempfile
from typing import IO, Any

import orjson
import pypandoc

from consultation.core.errors import Invalid
from consultation.core.language import M

Ast = dict[str, Any]

SECONDS = 8
"""A draft of 300 pages takes two seconds; what takes longer was made to take long."""
HEAP = "512M"
"""A draft of 300 pages takes 150 MB."""
MAX_OUTPUT = 64 * 1024 * 1024
"""Bytes of JSON; the real law gives 0.3 MB."""
MAX_DEPTH = 250
"""Nesting of the JSON; twenty nested lists take about 120. Keeps every later walk far from Python's own limit."""


class Unreadable(Exception):
    """The source is damaged or not what it claims to be."""


def read_ast(data: bytes, source: str) -> Ast:
    """The document as pandoc's tree; `source` is a pandoc format with extensions.

    Raises `Unreadable` when pandoc does not understand the data, `Invalid` when it takes too much time or memory.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        status = _run(data, source, out, errors)
        if status == _OUT_OF_MEMORY or status < 0:
            raise _too_much()
        if status != 0:
            raise Unreadable
        out.seek(0)
        text = out.read()
    if _depth(text) > MAX_DEPTH:
        raise Invalid(M("Das Dokument ist zu tief verschachtelt. Bitte vereinfachen Sie Listen und Tabellen."))
    ast: Ast = orjson.loads(text)
    return ast


_OUT_OF_MEMORY = 251


def _run(data: bytes, source: str, out: IO[bytes], errors: IO[bytes]) -> int:
    command = [
        _program(), "+RTS", f"-M{HEAP}", "-RTS", "--sandbox", "--from", source, "--to", "json",
        "--track-changes=accept", "--quiet",
    ]  # fmt: skip
    environment = {"LANG": "C.UTF-8", "HOME": "/nonexistent", "XDG_DATA_HOME": "/nonexistent"}
    with subprocess.Popen(  # noqa: S603 -- a fixed command; nothing of the user's in it
        command, stdin=subprocess.PIPE, stdout=out, stderr=errors, env=environment
    ) as process:
        _limit(process.pid)
        try:
            process.communicate(data, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise _too_much() from None
        return process.returncode


def _limit(pid: int) -> None:
    """Set from outside, since code between fork and exec is not safe beside threads; Linux only."""
    if not hasattr(resource, "prlimit"):
        return
    limits = ((resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, MAX_OUTPUT), (resource.RLIMIT_CORE, 0))
    for name, value in limits:
        try:
            resource.prlimit(pid, name, (value, value))
        except ProcessLookupError:
            return


@functools.cache
def _program() -> str:
    return str(pypandoc.get_pandoc_path())


def _too_much() -> Invalid:
    return Invalid(
        M(
            "Das Dokument ist zu groß oder zu verwickelt, um es zu lesen. Bitte teilen Sie es auf oder vereinfachen Sie es."
        )
    )


_NO_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\[\]{}"]+')


def _depth(text: bytes) -> int:
    """Deepest nesting of JSON text, counted without recursion (strings are skipped)."""
    deepest = depth = 0
    for mark in _NO_BRACKET.sub(b"", text):
        if mark in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest
