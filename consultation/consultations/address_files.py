"""Reading an address list: CSV or a spreadsheet, as text, cell by cell; nothing is calculated, fetched or trusted."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from consultation.consultations.address_sheets import MAX_COLUMNS, MAX_ROWS, TOO_MANY, read_rows
from consultation.core.errors import Invalid
from consultation.core.language import M, Message
from consultation.core.text import clean, clean_line, search_key

MAX_BYTES = 5 * 1024 * 1024
LONGEST_CELL = 2_000

COLUMNS: dict[str, frozenset[str]] = {
    "key": frozenset({
        "ags", "ars", "schlussel", "gemeindeschlussel", "regionalschlussel", "amtlicher gemeindeschlussel",
        "amtlicher regionalschlussel", "ags ars", "ars ags",
    }),
    "name": frozenset({"name", "kommune", "gemeinde", "stelle", "organisation", "bezeichnung", "name der kommune"}),
    "email": frozenset({"e mail", "email", "mail", "mailadresse", "e mail adresse", "emailadresse", "mail adresse"}),
    "postal": frozenset({"post", "postanschrift", "anschrift", "adresse", "postadresse"}),
    "street": frozenset({"strasse", "strasse und hausnummer", "strasse hausnummer", "strasse nr", "postfach"}),
    "postcode": frozenset({"plz", "postleitzahl"}),
    "town": frozenset({"ort", "stadt", "wohnort", "sitz"}),
    "contact": frozenset({
        "ansprechperson", "ansprechpartner", "ansprechpartnerin", "kontakt", "kontaktperson", "ansprechstelle",
    }),
}  # fmt: skip
"""What a column may be called, as `search_key` folds it: case, umlauts and punctuation do not matter."""


@dataclass(frozen=True)
class Line:
    """A row of the list as it stands there; `number` is that of the row in the file."""

    number: int
    key: str
    name: str
    email: str
    postal: str
    contact: str


def read_lines(name: str, content: bytes) -> list[Line]:
    """Raises `Invalid` with reason and remedy; nothing of a file is read that is not read whole."""
    if not content:
        raise _refused(M("Die Datei ist leer."))
    if len(content) > MAX_BYTES:
        raise _refused(M("Die Datei ist größer als {count} MB.", count=MAX_BYTES // 1024 // 1024))
    ending = PurePath(clean_line(name)).suffix.casefold()
    if ending == ".xlsx":
        rows: Iterable[Sequence[str]] = read_rows(content)
    elif ending in (".csv", ".txt", ".tsv"):
        rows = _csv(content)
    else:
        raise _refused(
            M("Nur CSV und XLSX lassen sich einlesen. Bitte speichern Sie die Liste in einem dieser Formate.")
        )
    return list(_lines(rows))


def _refused(message: Message) -> Invalid:
    return Invalid.about("file", message)


def read_pasted(text: str) -> list[Line]:
    """A list from the clipboard: a name or a key in each line, or columns as a spreadsheet copies them, with their names in the
    first line or without. A comma divides nothing: "Kappeln, Stadt" is one name. Raises `Invalid` as `read_lines` does.
    """
    rows = [
        (number, row) for number, row in enumerate(_cells(text, "\t;"), start=1) if any(cell.strip() for cell in row)
    ]
    places = _places(rows[0][1]) if rows else {}
    if not places.keys() & {"key", "name"}:
        return [_unnamed(number, row) for number, row in rows]
    return [_line(number, _placed(row, places)) for number, row in rows[1:]]


_BULLET = re.compile(r"^(?:[-–•*·▪]|[0-9]{1,3}[.)])\s+")
_KEY_FIRST = re.compile(r"(?P<key>[0-9][0-9 ]+)[ ,:–-]+(?P<name>[^\W\d].*)")


def _unnamed(number: int, row: Sequence[str]) -> Line:
    """Digits are a key, other words a name; in one cell the key may stand before the name."""
    cells = [_BULLET.sub("", clean_line(cell))[:LONGEST_CELL] for cell in row if cell.strip()]
    key = next((cell for cell in cells if cell.replace(" ", "").isdigit()), "")
    name = next((cell for cell in cells if cell != key), "")
    if not key and (both := _KEY_FIRST.fullmatch(name)):
        key, name = both["key"].strip(), both["name"]
    return Line(number, key, name, "", "", "")


def _csv(content: bytes) -> Iterator[Sequence[str]]:
    if content.startswith((b"PK", b"\xd0\xcf\x11\xe0", b"%PDF")) or b"\x00" in content:
        raise _refused(M("Der Inhalt der Datei ist kein CSV. Bitte speichern Sie die Liste als CSV oder XLSX."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    yield from _cells(text, ";,\t")


def _cells(text: str, delimiters: str) -> Iterator[Sequence[str]]:
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(delimiters, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error:
        place = M("Zeile {line} lässt sich nicht lesen, vermutlich fehlt ein Anführungszeichen.", line=reader.line_num)
        raise _refused(place) from None


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[Line]:
    places: dict[str, int] | None = None
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS + 1 or len(row) > MAX_COLUMNS:
            raise _refused(TOO_MANY)
        if not any(cell.strip() for cell in row):
            continue
        if places is None:
            places = _header(row)
            continue
        yield _line(number, _placed(row, places))
    if places is None:
        raise _refused(M("Die Datei ist leer."))


def _places(row: Sequence[str]) -> dict[str, int]:
    """Which column is what, as far as the row says it."""
    places: dict[str, int] = {}
    for place, cell in enumerate(row):
        word = search_key(cell)
        for name, words in COLUMNS.items():
            if word in words:
                places.setdefault(name, place)
    return places


def _placed(row: Sequence[str], places: dict[str, int]) -> dict[str, str]:
    return {name: row[place] for name, place in places.items() if place < len(row)}


def _header(row: Sequence[str]) -> dict[str, int]:
    """As `_places`. Raises `Invalid` if the list cannot be read without guessing."""
    places = _places(row)
    if not places.keys() & {"key", "name"}:
        raise _refused(
            M("Es fehlt eine Spalte „AGS“, „ARS“ oder „Name“. Die erste Zeile muss die Namen der Spalten nennen.")
        )
    if not places.keys() & {"email", "postal", "street"}:
        raise _refused(
            M("Es fehlt eine Spalte „E-Mail“ oder „Postanschrift“. Die erste Zeile muss die Namen der Spalten nennen.")
        )
    return places


def _line(number: int, cells: dict[str, str]) -> Line:
    def cell(name: str) -> str:
        return clean_line(cells.get(name, ""))[:LONGEST_CELL]

    town = " ".join(part for part in (cell("postcode"), cell("town")) if part) if "street" in cells else ""
    postal = clean(cells.get("postal", ""))[:LONGEST_CELL] or "\n".join(p for p in (cell("street"), town) if p)
    if "postal" in cells and town and town not in postal:
        postal = f"{postal}\n{town}"
    return Line(number, cell("key"), cell("name"), cell("email"), postal, cell("contact"))
