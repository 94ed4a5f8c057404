"""Reading the first sheet of a spreadsheet: how much it holds is told by its parts, before a reader lays it out."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence

import python_calamine

from consultation.core.errors import Invalid
from consultation.core.language import M, Message
from consultation.programmes.importers.package import Attributes, Package, check_xml, pack
from consultation.programmes.importers.pandoc import Unreadable

MAX_ROWS = 20_000
MAX_COLUMNS = 100
MOST_TEXT = 20_000_000
"""Characters in all cells; a text that stands once in the file can be shown in every cell."""
TOO_MANY = M("Die Liste hat mehr als {rows} Zeilen oder {columns} Spalten. Bitte teilen Sie sie auf.",
             rows=MAX_ROWS, columns=MAX_COLUMNS)  # fmt: skip
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW = re.compile(r"[1-9][0-9]{0,6}")
_POINTER = re.compile(r"[0-9]{1,9}")
_LONGEST_POINTER = 100
"""White space may stand around it."""
_SHEETS, _STRINGS = "xl/worksheets/", "xl/sharedstrings.xml"


def read_rows(content: bytes) -> Iterator[Sequence[str]]:
    """The rows of the first sheet, each as wide as the widest."""
    try:
        checked = _checked(Package(content))
        sheet = python_calamine.load_workbook(io.BytesIO(checked)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (Unreadable, python_calamine.CalamineError):
        raise _refused(
            M("Die Datei ist beschädigt oder keine Tabelle im Format XLSX. Bitte speichern Sie sie neu.")
        ) from None
    except Invalid as refused:
        raise _refused(refused.message) if not refused.problems else refused from None
    for row in rows:
        yield [_cell(value) for value in row]


def _refused(message: Message) -> Invalid:
    return Invalid.about("file", message)


def _cell(value: object) -> str:
    """Spreadsheets hold 1001000 as 1001000.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _checked(package: Package) -> bytes:
    """The file anew, of nothing but parts that were checked: size, macros, links to other files and formulas are told by
    the parts themselves, before a reader runs.
    """
    if any(name.endswith("vbaProject.bin") for name in package.names):
        raise _refused(M("Die Datei enthält Makros. Bitte speichern Sie sie als XLSX ohne Makros."))
    if any(name.startswith("xl/externalLinks/") for name in package.names):
        raise _refused(M("Die Datei verweist auf andere Dateien. Bitte fügen Sie die Inhalte als Werte ein."))
    if "xl/workbook.xml" not in package.names or len({name.casefold() for name in package.names}) < len(package.names):
        raise Unreadable
    parts = {name: package.read(name) for name in package.names if name.casefold().endswith((".xml", ".rels"))}
    _check_parts({name.casefold(): part for name, part in parts.items()})
    return pack(parts)


def _check_parts(parts: Mapping[str, bytes]) -> None:
    strings = _Strings()
    check_xml(parts.get(_STRINGS, b"<sst/>"), strings.element, strings.text)
    for name, part in parts.items():
        if name.startswith(_SHEETS):
            sheet = _Sheet(strings.lengths)
            check_xml(part, sheet.element, sheet.text)
            sheet.end_cell()
        else:
            check_xml(part, _no_sheet)


def _no_sheet(element: str, _: Attributes) -> None:
    """A sheet in any other place would go unchecked."""
    if element.rpartition(" ")[2] == "sheetData":
        raise Unreadable


class _Strings:
    """How long the texts are that cells only point to."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def element(self, name: str, _: Attributes) -> None:
        if name.rpartition(" ")[2] == "si":
            self.lengths.append(0)

    def text(self, piece: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(piece)


class _Sheet:
    """Counts rows, columns and letters as a reader does, who gives the next place to whatever names none."""

    def __init__(self, strings: Sequence[int]) -> None:
        self._strings = strings
        self._rows = self._row = self._cells = self._column = self._letters = 0
        self._points = False
        self._written: list[str] = []

    def element(self, name: str, attributes: Attributes) -> None:
        match name.rpartition(" ")[2]:
            case "f":
                raise _refused(
                    M(
                        "Die Tabelle enthält Formeln. Bitte fügen Sie die Inhalte als Werte ein und speichern Sie sie neu."
                    )
                )
            case "row":
                self.end_cell()
                self._begin_row(attributes.get("r"))
            case "c":
                self.end_cell()
                self._begin_cell(attributes.get("r"))
                self._points = attributes.get("t") == "s"
            case "v" if self._points:
                self._written.append("")

    def text(self, piece: str) -> None:
        if self._written and len(self._written[-1]) < _LONGEST_POINTER:
            self._written[-1] += piece

    def _begin_row(self, place: str | None) -> None:
        if place is not None and not _ROW.fullmatch(place):
            raise Unreadable
        self._rows += 1
        self._row = int(place) if place else self._row + 1
        self._cells = self._column = 0
        if max(self._rows, self._row) > MAX_ROWS + 1:
            raise _refused(TOO_MANY)

    def _begin_cell(self, place: str | None) -> None:
        found = _PLACE.fullmatch(place) if place else None
        if place and not found:
            raise Unreadable
        self._cells += 1
        self._column = _column(found[1]) if found else self._column + 1
        row = int(found[2]) if found else self._row
        if max(self._cells, self._column) > MAX_COLUMNS or row > MAX_ROWS + 1:
            raise _refused(TOO_MANY)

    def end_cell(self) -> None:
        numbers = [number.strip() for number in self._written]
        self._points, self._written = False, []
        if not any(numbers):
            return
        if len(numbers) > 1 or not _POINTER.fullmatch(numbers[0]) or int(numbers[0]) >= len(self._strings):
            raise Unreadable
        self._letters += self._strings[int(numbers[0])]
        if self._letters > MOST_TEXT:
            raise _refused(
                M("In den Zellen der Tabelle steht zu viel Text. Bitte behalten Sie nur die Spalten mit den Adressen.")
            )


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
