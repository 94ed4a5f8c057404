"""Word documents: checked part by part, then packed anew with nothing but text for the reader."""

import re
from typing import ClassVar

from consultation.core.errors import Invalid
from consultation.core.language import M, Message
from consultation.programmes.importers import Importer, Source
from consultation.programmes.importers.guard import check_kind
from consultation.programmes.importers.package import (
    Attributes,
    Package,
    check_xml,
    pack,
    with_macros,
    with_references,
)  # fmt: skip
from consultation.programmes.importers.pandoc import read_ast

_MACROS = re.compile(r"(^|/)(vbaProject|vbaData|vbaProjectSignature)\.|(^|/)activeX/", re.IGNORECASE)
_PARTS = re.compile(r"\[Content_Types\]\.xml|_rels/\.rels|word/[^/]+\.xml|word/_rels/[^/]+\.rels")
_UNUSED = re.compile(r"word/(settings|webSettings|fontTable)\.xml|word/_rels/settings\.xml\.rels")
_FIELDS = re.compile(r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|IMPORT)\b\s+\S", re.IGNORECASE)
# A drive letter or a bare name; never a host, a share or a scheme.
_LOCAL = re.compile(r"(file:///)?([a-zA-Z]:[\\/].*|[^:\\/]+)", re.DOTALL)


class Docx(Importer):
    key: ClassVar[str] = "docx"
    title: ClassVar[Message] = M("Word-Dokument (DOCX)")
    extensions: ClassVar[tuple[str, ...]] = ("docx",)

    def read(self, data: bytes) -> Source:
        check_kind(data, "docx")
        package = Package(data)
        if any(_MACROS.search(name) for name in package.names):
            raise with_macros()
        seen = _Seen()
        check_xml(package.read("[Content_Types].xml"), seen.content_type)
        for name in package.names:
            if name.endswith(".rels"):
                check_xml(package.read(name), seen.relationship)
        parts = {n: package.read(n) for n in package.names if _PARTS.fullmatch(n) and not _UNUSED.fullmatch(n)}
        for name, content in parts.items():
            if name.startswith("word/") and name.endswith(".xml"):
                seen.instruction = ""
                check_xml(content, seen.element, seen.text)
                seen.end()
        return Source(read_ast(pack(parts), "docx"), seen.notes())


class _Seen:
    """What the parts contain beside text: refused at once, or noted for the report."""

    def __init__(self) -> None:
        self.changes = self.comments = self.embedded = self.template = False
        self.instruction = ""
        self._in_instruction = False

    def content_type(self, name: str, attributes: Attributes) -> None:
        kind = attributes.get("ContentType", "")
        if "macroEnabled" in kind or "vbaProject" in kind or "activeX" in kind:
            raise with_macros()
        if "spreadsheetml.sheet.main" in kind or "presentationml.presentation.main" in kind:
            raise Invalid(M("Die Datei ist kein Textdokument, sondern eine Tabelle oder Präsentation. "
                            "Bitte wählen Sie die Datei mit dem Entwurf."))  # fmt: skip

    def relationship(self, name: str, attributes: Attributes) -> None:
        kind = attributes.get("Type", "").rsplit("/", 1)[-1]
        if kind in {"vbaProject", "wordVbaData", "control", "activeXControlBinary"}:
            raise with_macros()
        if kind in {"aFChunk", "subDocument", "frame"}:
            raise with_references()
        self.embedded = self.embedded or kind in {"oleObject", "package"}
        if attributes.get("TargetMode", "").casefold() == "external" and kind != "hyperlink":
            if kind != "attachedTemplate" or not _LOCAL.fullmatch(attributes.get("Target", "")):
                raise with_references()
            self.template = True

    def element(self, name: str, attributes: Attributes) -> None:
        tag = name.rsplit(" ", 1)[-1]
        self.changes = self.changes or tag in {"ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange"}
        self.comments = self.comments or tag == "comment"
        self._in_instruction = tag == "instrText"
        if tag == "altChunk":
            raise with_references()
        if tag == "fldSimple":
            self.instruction += "\n" + next((v for k, v in attributes.items() if k.endswith("instr")), "")
        if tag == "fldChar":
            self.instruction += "\n"

    def text(self, value: str) -> None:
        if self._in_instruction:
            self.instruction += value

    def end(self) -> None:
        """After each part: its field instructions, which Word may have cut into pieces."""
        if any(_FIELDS.match(line.strip()) for line in self.instruction.split("\n")):
            raise with_references()

    def notes(self) -> tuple[Message, ...]:
        said = (
            (self.changes, M("Nachverfolgte Änderungen wurden angenommen. Bitte prüfen Sie den Wortlaut.")),
            (self.comments, M("Kommentare wurden nicht übernommen.")),
            (self.embedded, M("Eingebettete Dateien und Objekte wurden nicht übernommen.")),
            (self.template, M("Die verknüpfte Dokumentvorlage wurde nicht beachtet.")),
        )
        return tuple(message for is_so, message in said if is_so)
