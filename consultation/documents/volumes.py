"""An edition as it is bound: the consolidated document, and beside it the annex volumes with every text word for word."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from consultation.core.language import M, Message
from consultation.documents.annex import Volume
from consultation.documents.chapters import statements
from consultation.documents.consolidated import compiled_from, meta_of
from consultation.documents.formats import FORMATS, Compiled
from consultation.documents.frozen import Frozen
from consultation.documents.outline import Heading, Meta, Node, Outline, Paragraph
from consultation.documents.wording import Wording

READABLE = tuple(key for key, chosen in FORMATS.items() if chosen.reads_outline)
"""The formats of volumes: those that people read. Data files hold every text anyway."""


@dataclass(frozen=True)
class Bound:
    document: Compiled
    volumes: tuple[tuple[Volume, Compiled], ...]

    def part(self, number: int) -> Compiled:
        """0 is the document. Raises `KeyError`."""
        parts = {volume.number: compiled for volume, compiled in self.volumes} | {0: self.document}
        return parts[number]


@contextmanager
def bound(frozen: Frozen, sha256: str) -> Iterator[Bound]:
    """The texts are sorted when the first volume is read, and lie in a temporary folder until the end."""
    with tempfile.TemporaryDirectory(prefix="annex-") as folder:

        @cache
        def wording() -> Wording:
            return Wording(frozen, Path(folder))

        meta = meta_of(frozen, sha256)
        volumes = tuple((volume, _volume(volume, frozen, meta, wording)) for volume in frozen.volumes)
        yield Bound(compiled_from(frozen, sha256), volumes)


def _volume(volume: Volume, frozen: Frozen, meta: Meta, wording: Callable[[], Wording]) -> Compiled:
    say = frozen.say
    number = M("Band {number} von {of}", number=volume.number, of=volume.of)
    held = M("{number}: {questions}, Texte {first} bis {last}", number=number,
             questions=statements.questions(volume), first=volume.first, last=volume.last)  # fmt: skip
    own = replace(
        meta,
        title=f"{meta.title} – {say(number)}",
        subtitle=say(held),
        description=say(M("Texte im Wortlaut. {document}", document=meta.subtitle)),
        facts=((say(M("Gehört zu")), meta.subtitle), *meta.facts),
    )
    outline = Outline(own, lambda: _nodes(volume, frozen, wording()))
    return Compiled(outline, (), {}, lambda: iter(()))


def _nodes(volume: Volume, frozen: Frozen, wording: Wording) -> Iterator[Node]:
    yield Heading(1, frozen.say(M("Texte im Wortlaut")), "wortlaut")
    yield Paragraph(frozen.say(_intro(volume)))
    for piece in volume.pieces:
        yield statements.heading(piece.asked, frozen, in_contents=True, goes_on=piece.first > 1)
        for number, sender, text in wording.of(piece):
            yield statements.statement(piece.asked, number, sender, text)


def _intro(volume: Volume) -> Message:
    return M("Dieser Band enthält die Texte {first} bis {last} von {total}, geordnet nach den Fragen; jeder Text steht in "
             "genau einem Band. Die Auswertung steht im konsolidierten Rückmeldedokument.",
             first=volume.first, last=volume.last, total=volume.total)  # fmt: skip
