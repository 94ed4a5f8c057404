"""CSV for spreadsheets: the responses (or the first sheet), UTF-8 with byte order mark, semicolons.

Texts that a spreadsheet would take for a formula get an apostrophe before them. That changes the data, which is why
it happens here alone: JSON and NDJSON are exact.
"""

import csv
import re
import unicodedata
from pathlib import Path

from consultation.core.language import Language, M
from consultation.documents.formats import Cell, Compiled, DocumentFormat
from consultation.documents.texts import writable

MAIN = "responses"
_STARTS = ("=", "+", "-", "@", "|")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_OUTER = re.compile(r"^[\s\ufeff\u200b-\u200f\u2060\"';,]+")
_CONTROLS = ("\t", "\r", "\n")


class Csv(DocumentFormat):
    key = "csv"
    title = M("CSV (für Tabellenkalkulationen)")
    media_type = "text/csv"
    extension = "csv"

    def write(self, compiled: Compiled, target: Path) -> None:
        language = compiled.outline.meta.language
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
            sheet = next((s for s in compiled.sheets if s.key == MAIN), next(iter(compiled.sheets), None))
            if sheet:
                writer.writerow([guarded(column.key) for column in sheet.columns])
                writer.writerows([_cell(value, language) for value in row] for row in sheet.rows())


def _cell(value: Cell, language: Language) -> str:
    """Numbers as the reader's spreadsheet takes them for numbers: 0,5 in German."""
    match value:
        case None:
            return ""
        case str():
            return guarded(value)
        case bool():
            return str(int(value))
        case int():
            return str(value)
        case float():
            return repr(value).replace(".", "," if language == "de" else ".")


def guarded(text: str) -> str:
    """Text that no spreadsheet will calculate. Plain numbers such as -5 stay as they are."""
    if (first := text[:1]).isascii() and first.isalnum() and text.isprintable():
        return text  # nearly all do: one line that begins with a plain letter or digit, which starts no formula
    text = writable(text)
    first = unicodedata.normalize("NFKC", _OUTER.sub("", text)[:1])
    if text.startswith(_CONTROLS) or (first.startswith(_STARTS) and not _NUMBER.fullmatch(text)):
        return "'" + text
    return text
