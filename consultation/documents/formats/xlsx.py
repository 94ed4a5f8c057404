"""XLSX: the sheets of the document with typed numbers, after a first sheet that says what they are.

Texts stay texts, whatever they look like. Nothing is hidden: no sheets, no names (filters and repeated rows would be
names), no author.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC
from itertools import chain, islice
from pathlib import Path
from typing import Any

import xlsxwriter

from consultation.core.language import Language, M, say
from consultation.documents.formats import Cell, Column, Compiled, DocumentFormat, Sheet
from consultation.documents.office.look import BLUE, MARK_INK, PALE
from consultation.documents.outline import Meta
from consultation.documents.texts import writable

LONGEST = 32_767
"""Characters in a cell; more would be cut silently, or make the file unreadable."""
ROWS = 1_048_575
"""Rows of a sheet below its header row; the rest follows on the next sheet."""
EXACT = 10**15
"""Greater whole numbers lose digits in a spreadsheet and are written as text."""
_FORBIDDEN = str.maketrans("[]:*?/\\", "()\u2236\u2217 \u2215\u2216")
_OPTIONS = {
    "constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False,
    "nan_inf_to_errors": False,
}  # fmt: skip


class Xlsx(DocumentFormat):
    key = "xlsx"
    title = M("XLSX (Excel und andere)")
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    extension = "xlsx"

    def write(self, compiled: Compiled, target: Path) -> None:
        meta = compiled.outline.meta
        with xlsxwriter.Workbook(str(target), _OPTIONS) as book:
            created = meta.moment.astimezone(UTC).replace(tzinfo=None)
            book.set_properties({"title": writable(meta.title), "subject": writable(meta.subtitle), "created": created})
            pages = _Book(book, meta)
            pages.cover()
            for sheet in compiled.sheets:
                pages.add(sheet)


class _Book:
    def __init__(self, book: Any, meta: Meta) -> None:
        self._book = book
        self._meta = meta
        self._names: set[str] = set()
        top = {"valign": "top"}
        self._text = book.add_format({"text_wrap": True, "num_format": "@", **top})
        self._whole = book.add_format({"num_format": "#,##0", **top})
        self._decimal = book.add_format({"num_format": "#,##0.0###", **top})
        self._head = book.add_format(
            {"bold": True, "text_wrap": True, "font_color": f"#{BLUE}", "bg_color": f"#{PALE}", "bottom": 1, **top}
        )
        self._title = book.add_format({"bold": True, "font_size": 16, "font_color": f"#{BLUE}"})
        self._mark = book.add_format({"bold": True, "font_color": f"#{MARK_INK}"})

    def cover(self) -> None:
        """What the file is: title, facts and marks."""
        meta = self._meta
        page = self._page(say(M("Über diese Datei"), meta.language))
        page.set_column(0, 0, 28)
        page.set_column(1, 1, 90)
        lines = [(meta.title, "", self._title), (meta.subtitle, "", None)]
        lines += [(mark, "", self._mark) for mark in meta.marks]
        lines += [(meta.author, "", None), (meta.description, "", None)]
        lines += [(label, text, self._text) for label, text in meta.facts]
        for number, (label, text, style) in enumerate(line for line in lines if line[0]):
            page.write_string(number, 0, cut(label, meta.language), style)
            if text:
                page.write_string(number, 1, cut(text, meta.language), style)

    def add(self, sheet: Sheet) -> None:
        rows = sheet.rows()
        first = next(rows, None)
        rest = rows if first is None else chain((first,), rows)
        self._fill(sheet, islice(rest, ROWS))
        for row in rest:
            self._fill(sheet, chain((row,), islice(rest, ROWS - 1)))

    def _fill(self, sheet: Sheet, rows: Iterator[Sequence[Cell]]) -> None:
        page = self._page(sheet.title)
        sample = list(islice(rows, 50))
        words = [column.words for column in sheet.columns]
        for number, column in enumerate(sheet.columns):
            page.set_column(number, number, _width(column, [row[number] for row in sample]))
            page.write_string(0, number, cut(column.label, self._meta.language), self._head)
        page.freeze_panes(1, 0)
        for number, row in enumerate(chain(sample, rows), start=1):
            for place, value in enumerate(row):
                said = words[place].get(value, value) if words[place] and isinstance(value, str) else value
                self._write(page, number, place, said)

    def _write(self, page: Any, row: int, column: int, value: Cell) -> None:
        match value:
            case None | "":
                return
            case str():
                page.write_string(row, column, cut(value, self._meta.language), self._text)
            case int() if abs(value) < EXACT:
                page.write_number(row, column, int(value), self._whole)
            case float() if math.isfinite(value):
                page.write_number(row, column, value, self._decimal)
            case _:
                page.write_string(row, column, cut(str(value), self._meta.language), self._text)

    def _page(self, title: str) -> Any:
        page = self._book.add_worksheet(self._name(title))
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        if self._meta.marks:
            page.set_header("&C" + " · ".join(self._meta.marks).replace("&", "&&")[:200])
        page.set_footer("&L&A&R&P/&N")
        return page

    def _name(self, title: str) -> str:
        """At most 31 characters, none that Excel refuses, unlike all others whatever their case."""
        plain = writable(title).translate(_FORBIDDEN).strip(" '") or "–"
        name, number = plain[:31].rstrip(" '"), 1
        while name.casefold() in self._names:
            number += 1
            name = f"{plain[:26]} ({number})"
        self._names.add(name.casefold())
        return name


def cut(text: str, language: Language) -> str:
    """Cut so that it can be seen."""
    text = writable(text)
    if len(text) <= LONGEST // 2 or len(text.encode("utf-16-le")) // 2 <= LONGEST:
        return text
    note = say(M(" [… gekürzt, vollständig im NDJSON]"), language)
    room = (LONGEST - len(note)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + note


def _width(column: Column, cells: Sequence[Cell]) -> int:
    longest = max((len(column.words.get(str(cell), str(cell))) for cell in cells if cell is not None), default=0)
    return max(10, min(60, longest + 2), min(24, len(column.label) + 2))
