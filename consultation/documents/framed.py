"""An HTML document as the service shows it: the frozen bytes, and above them the way back to the service.

The file cannot name that way itself: its bytes are frozen and come from the snapshot alone, which knows no address of a service,
and a relative link would lead nowhere from a folder. So the service adds it when it sends the document to be read, and only
then: whoever takes the file gets the frozen bytes.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from consultation.core.language import SOURCE, Language
from consultation.core.markup import render
from consultation.documents.formats.html import content_security_policy, hash_of

HEAD = 64 * 1024
"""Within so many bytes a document has begun with what is read."""
STYLE, STYLED, BODY = b"<style>", b"</style>", b'<div class="sheet">'


@dataclass(frozen=True)
class Framed:
    """`begin`, then the file from the byte `rest` on."""

    path: Path
    begin: bytes
    rest: int
    policy: str

    @property
    def size(self) -> int:
        return len(self.begin) + self.path.stat().st_size - self.rest

    def parts(self) -> Iterator[bytes]:
        yield self.begin
        with self.path.open("rb") as file:
            file.seek(self.rest)
            while block := file.read(HEAD):
                yield block

    def tag(self, sha256: str) -> str:
        """What tells this version apart; `sha256` is the file's."""
        return hashlib.sha256(sha256.encode() + self.begin + self.policy.encode()).hexdigest()[:32]


def framed(path: Path, back: str, newer: tuple[int, str] | None, language: Language) -> Framed:
    """`back` is the address of the edition's page, `newer` number and address of the edition that replaces it.

    The policy allows the style the document itself was frozen with, which may be that of an earlier version of the service.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    at, ends, body = head.find(STYLE), head.find(STYLED), head.find(BODY)
    if not 0 <= at < ends < body:
        return Framed(path, b"", 0, content_security_policy())
    own = render("print/way-back.css", {}, SOURCE).encode()
    bar = render("print/way-back.html", {"back": back, "newer": newer}, language).encode()
    ends += len(STYLED)
    begin = head[:ends] + b"\n" + STYLE + own + STYLED + head[ends:body] + bar
    frozen = head[at + len(STYLE) : ends - len(STYLED)]
    return Framed(path, begin, body, content_security_policy(hash_of(frozen), hash_of(own)))
