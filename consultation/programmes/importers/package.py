"""Opening an office package (a zip) without trust: sizes, names, encryption; every XML part checked before it is used."""

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from xml.parsers import expat

from consultation.core.errors import Invalid
from consultation.core.language import M
from consultation.programmes.importers.pandoc import Unreadable

MAX_ENTRIES = 5000
"""A draft with 1,000 pictures has some 1,100."""
MAX_INFLATED = 200 * 1024 * 1024
"""All parts together, pictures included, as the directory of the zip declares them."""
MAX_RATIO = 150
"""Office XML shrinks to a tenth, at most to a sixtieth; a zip bomb to a thousandth."""
RATIO_FROM = 8 * 1024 * 1024
"""Below this size no ratio does harm."""
MAX_PART = 40 * 1024 * 1024
"""One XML part, counted while inflating: 300 pages of LibreOffice take 4 MB."""
MAX_XML_DEPTH = 250
"""Tables in tables in text boxes reach 60."""

Attributes = Mapping[str, str]
Visit = Callable[[str, Attributes], None]


class Package:
    """The parts of an office file; reading one inflates no more than is allowed."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, UnicodeError):
            raise Unreadable from None
        self.names = [entry.filename for entry in self._zip.infolist()]
        _check_directory(self._zip.infolist(), len(data))

    def read(self, name: str) -> bytes:
        """The bytes of a part; empty if there is none."""
        if name not in self.names:
            return b""
        try:
            with self._zip.open(name) as part:
                content = part.read(MAX_PART + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError):
            raise Unreadable from None
        if len(content) > MAX_PART:
            raise _bomb()
        return content


def _check_directory(entries: list[zipfile.ZipInfo], size: int) -> None:
    inflated = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or inflated > MAX_INFLATED or (inflated > RATIO_FROM and inflated > size * MAX_RATIO):
        raise _bomb()
    if any(entry.flag_bits & 1 for entry in entries):
        raise encrypted()
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names) or any(_strange(name) for name in names):
        raise Unreadable


def _strange(name: str) -> bool:
    return name.startswith("/") or "\\" in name or "\x00" in name or ".." in name.split("/")


def check_xml(content: bytes, visit: Visit | None = None, text: Callable[[str], None] | None = None) -> None:
    """Well-formed, no document type (so no entities of its own), not too deep; `visit` sees every element."""
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_XML_DEPTH:
            raise Invalid(M("Das Dokument ist zu tief verschachtelt. Bitte vereinfachen Sie Listen und Tabellen."))
        if visit is not None:
            visit(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise Unreadable from None


def _refuse_doctype(*_: object) -> None:
    raise Invalid(M("Die Datei enthält eine Dokumenttyp-Definition (DTD); das kommt in Office-Dokumenten nicht vor. "
                    "Bitte öffnen Sie sie in Ihrer Textverarbeitung und speichern Sie sie neu."))  # fmt: skip


def pack(parts: Mapping[str, bytes]) -> bytes:
    """A new package of nothing but these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name, content in parts.items():
            target.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def encrypted() -> Invalid:
    return Invalid(M("Die Datei ist mit einem Kennwort geschützt. Bitte speichern Sie sie ohne Kennwort."))


def with_macros() -> Invalid:
    return Invalid(M("Die Datei enthält Makros oder Steuerelemente. Bitte speichern Sie sie als Dokument ohne Makros."))


def with_references() -> Invalid:
    return Invalid(M("Die Datei verweist auf Inhalte außerhalb des Dokuments (verknüpfte Bilder, Vorlagen, Dateien). "
                     "Nichts davon wurde abgerufen. Betten Sie die Inhalte ein oder lösen Sie die Verknüpfungen."))  # fmt: skip


def _bomb() -> Invalid:
    return Invalid(
        M("Die Datei ist entpackt zu groß. Bitte entfernen Sie Bilder und Anhänge und speichern Sie sie neu.")
    )
