"""The official file (GV100AD), line by line. Strict: what is not as described is refused with its line and reason."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from consultation.core.errors import Invalid, Problem
from consultation.core.language import M, Message
from consultation.core.text import clean_line
from consultation.register.completeness import gaps
from consultation.register.layout import FIELDS, LINE_LENGTH
from consultation.register.records import Record
from consultation.register.states import STATE_BY_KEY

PROBLEMS_SHOWN = 20
"""After so many problems nobody reads on."""
ZIP = b"PK\x03\x04"
"""How the archive begins in which the Statistical Office hands the file out."""


@dataclass(frozen=True)
class Register:
    """A whole file: its date (Gebietsstand) and its records in their order."""

    as_of: date
    records: tuple[Record, ...]


def parse(data: bytes) -> Register:
    """Raises `Invalid`; its problems carry the field "line N" and are at most PROBLEMS_SHOWN."""
    if data.startswith(ZIP):
        raise Invalid(
            M("Das ist eine ZIP-Datei. Packen Sie sie aus, und lesen Sie die Textdatei darin ein (GV100AD_….txt).")
        )
    problems: list[Problem] = []
    records: list[Record] = []
    for number, result in _read(data):
        if isinstance(result, Record):
            records.append(result)
        else:
            problems.append(Problem(f"line {number}", result))
        if len(problems) >= PROBLEMS_SHOWN:
            break
    if not problems:
        problems = [Problem(f"line {number}", reason) for number, reason in _whole(records)][:PROBLEMS_SHOWN]
    if problems:
        first = problems[0]
        raise Invalid(
            M(
                "Die Registerdatei ist beschädigt oder unvollständig. Es wurde nichts übernommen. Bitte laden Sie die "
                "Datei noch einmal beim Statistischen Bundesamt herunter. Erster Fehler ({line}): {reason}",
                line=M("Zeile {number}", number=first.field.removeprefix("line ")), reason=first.message,
            ),
            problems=problems,
        )  # fmt: skip
    return Register(records[0].as_of, tuple(records))


def _read(data: bytes) -> Iterator[tuple[int, Record | Message]]:
    *lines, rest = data.split(b"\n")
    for number, line in enumerate(lines, start=1):
        yield number, _record(number, line.removesuffix(b"\r"))
    if rest:
        yield len(lines) + 1, M("Die letzte Zeile bricht ab: Am Ende der Datei fehlt der Zeilenumbruch.")


def _record(number: int, raw: bytes) -> Record | Message:
    try:
        line = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return M("Die Zeile ist nicht in UTF-8 geschrieben (Byte {position}).", position=error.start + 1)
    if len(line) != LINE_LENGTH:
        return M("Die Zeile hat {length} statt {expected} Zeichen.", length=len(line), expected=LINE_LENGTH)
    fields = FIELDS.get(line[:2])
    if fields is None:
        return M("Die Satzart „{kind}“ gibt es nicht; erlaubt sind 10, 20, 30, 40, 50 und 60.", kind=line[:2])
    as_of = _date(line[2:10])
    if as_of is None:
        return M("Stellen 3–10: „{text}“ ist kein Gebietsstand (Jahr, Monat, Tag).", text=line[2:10])
    reason = next((problem for field in fields if (problem := field.problem(line))), None)
    return reason or _checked(number, as_of, line, {field.name: field.cut(line) for field in fields})


def _checked(number: int, as_of: date, line: str, cells: dict[str, str]) -> Record | Message:
    name, seat = clean_line(cells["name"]), clean_line(cells.get("seat", ""))
    if name != " ".join(cells["name"].split()) or seat != " ".join(cells.get("seat", "").split()):
        return M("Bezeichnung oder Verwaltungssitz enthält unzulässige Zeichen.")
    if cells["region"][:2] not in STATE_BY_KEY:
        return M("Ein Land mit dem Schlüssel „{key}“ gibt es nicht.", key=cells["region"][:2])
    population, male = int(cells.get("population", 0)), int(cells.get("male", 0))
    if male > population:
        return M("Die männliche Bevölkerung ist größer als die Bevölkerung insgesamt.")
    return Record(
        line=number, type=line[:2], as_of=as_of, region=cells["region"], association=cells.get("association", ""),
        name=name, seat=seat, text_key=cells.get("text_key", ""), area=int(cells.get("area", 0)),
        population=population, postcode=cells.get("postcode", "").strip(),
    )  # fmt: skip


def _date(text: str) -> date | None:
    if not (text.isascii() and text.isdigit()):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 -- a day has no time zone
    except ValueError:
        return None


def _whole(records: list[Record]) -> Iterable[tuple[int, Message]]:
    """What only shows when all lines are known."""
    if not records:
        return [(1, M("Die Datei ist leer."))]
    return gaps(records)
