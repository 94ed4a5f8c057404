"""The contract of a draft import format. To add one, drop one file into this folder."""

import abc
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import ClassVar

from consultation.core.errors import Invalid
from consultation.core.language import M, Message
from consultation.core.plugins import discover
from consultation.core.text import clean_line
from consultation.programmes.importers.guard import check_size
from consultation.programmes.importers.pandoc import Ast, Unreadable
from consultation.programmes.importers.sections import build_tree
from consultation.programmes.importers.tree import DraftSection, DraftTree, render_tree, walk

__all__ = ["IMPORTERS", "DraftSection", "DraftTree", "Importer", "Source", "import_draft", "render_tree", "walk"]


@dataclass(frozen=True)
class Source:
    """A document as pandoc's tree, and what its reader has to say about it."""

    ast: Ast
    notes: tuple[Message, ...] = ()


class Importer(abc.ABC):
    key: ClassVar[str]
    title: ClassVar[Message]
    extensions: ClassVar[tuple[str, ...]]
    """Lower case, without the dot."""

    @abc.abstractmethod
    def read(self, data: bytes) -> Source:
        """Raises `Invalid` for what is hostile or another format, `Unreadable` for what is damaged."""


def import_draft(name: str, data: bytes) -> DraftTree:
    """The draft in a file; `name` is the file's name as uploaded. Raises `Invalid` with reason and remedy.

    Nothing is fetched, nothing is stored.
    """
    check_size(data)
    path = PurePath(clean_line(name))
    extension = path.suffix.lstrip(".").casefold()
    importer = next((i for i in IMPORTERS.values() if extension in i.extensions), None)
    if importer is None:
        raise Invalid(_unknown(extension))
    try:
        source = importer.read(data)
    except Unreadable:
        raise Invalid(M("Die Datei ist beschädigt oder kein Dokument im Format {format}. Bitte öffnen Sie sie in Ihrer "
                        "Textverarbeitung und speichern Sie sie neu.", format=importer.title)) from None  # fmt: skip
    tree = build_tree(source.ast, _title(path))
    return replace(tree, report=(*source.notes, *tree.report))


def _unknown(extension: str) -> Message:
    known = tuple(e for i in IMPORTERS.values() for e in i.extensions)
    if not extension:
        return M("Dateien ohne Endung lassen sich nicht einlesen. Möglich sind: {known}.", known=known)
    return M("Dateien mit der Endung „{extension}“ lassen sich nicht einlesen. Möglich sind: {known}.",
             extension=extension, known=known)  # fmt: skip


def _title(path: PurePath) -> str:
    """For a document without a title of its own: the file's name as one would write it."""
    return " ".join(re.sub(r"_+|(?<!\s)-+(?!\s)", " ", path.stem).split()) or "Entwurf"


IMPORTERS: Mapping[str, Importer] = discover(sys.modules[__name__], Importer)  # type: ignore[type-abstract] # only subclasses are made
