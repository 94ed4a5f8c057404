"""What the template reads: one JSON file written node by node, and the charts beside it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from consultation.core.language import moment as moment_text
from consultation.core.times import BERLIN
from consultation.documents import charts, layout, words
from consultation.documents.outline import (
    SPOKEN,
    Chart,
    Footnote,
    Heading,
    ListBlock,
    Meta,
    Node,
    Outline,
    PageBreak,
    Paragraph,
    Statement,
    Table,
)  # fmt: skip
from consultation.documents.typst import coverage

RUNNING = 110
"""Characters of the title in the header of a page."""


@dataclass
class Source:
    """Writes an outline into `folder`. `row_headers` tells, table by table as they stand in the file, who has them."""

    outline: Outline
    folder: Path
    letters: Callable[[str], str] = coverage.printable
    row_headers: list[bool] = field(default_factory=list)

    def write(self) -> None:
        meta = self.outline.meta
        self._captions = words.Captions(meta.language)
        with (self.folder / "document.json").open("w", encoding="utf-8") as file:
            head = self._head(meta)
            head |= {"contents": self.outline.has_contents, "short": self.outline.short}
            file.write(json.dumps(head, ensure_ascii=False)[:-1] + ',"nodes":[')
            for number, node in enumerate(self.outline.walk()):
                file.write((",\n" if number else "\n") + json.dumps(self._node(node), ensure_ascii=False))
            file.write("\n]}")

    def _text(self, text: str) -> str:
        return self.letters(text)

    def _head(self, meta: Meta) -> dict[str, Any]:
        if meta.facts:
            self.row_headers.append(True)
        page, of = words.page_of(meta.language)
        title = self._text(meta.title) or "–"
        return {
            "meta": {
                "title": title,
                "running": title if len(title) <= RUNNING else title[:RUNNING].rstrip() + " …",
                "imprint": self._text(f"{meta.author} · {moment_text(meta.moment, meta.language)}"),
                "subtitle": self._text(meta.subtitle),
                "author": self._text(meta.author),
                "about": self._text(meta.description),
                "description": self._text(meta.description or meta.subtitle),
                "keywords": [self._text(word) for word in meta.keywords],
                "language": meta.language,
                "region": words.REGIONS[meta.language],
                "spoken": {"lang": SPOKEN, "region": words.REGIONS[SPOKEN]},
                "fonts": coverage.FAMILIES,
                "moment": _moment(meta.moment),
                "facts": [[self._text(label), self._text(text)] for label, text in meta.facts],
                "marks": [self._text(mark) for mark in meta.marks],
            },
            "words": {"contents": words.contents(meta.language), "page": page, "of": of},
        }

    def _node(self, node: Node) -> dict[str, Any]:
        match node:
            case Heading():
                text = self._text(node.text)
                return {"kind": "heading", "level": node.level, "text": text, "outlined": node.in_contents}
            case Chart():
                return self._chart(node)
            case Statement():
                return {
                    "kind": "statement",
                    "level": node.level,
                    "sender": self._text(node.sender),
                    "paragraphs": [self._text(text) for text in node.paragraphs],
                }
            case PageBreak():
                return {"kind": "break"}
            case ListBlock():
                return self._block(layout.shallow(node))
            case _:
                return self._block(node)

    def _block(self, block: Paragraph | ListBlock | Table | Footnote) -> dict[str, Any]:
        match block:
            case Paragraph(text):
                return {"kind": "paragraph", "text": self._text(text)}
            case Footnote(label, text):
                return {"kind": "footnote", "label": self._text(label), "text": self._text(text)}
            case ListBlock(items):
                return {
                    "kind": "list",
                    "items": [
                        {"label": self._text(i.label), "blocks": [self._block(inner) for inner in i.blocks]}
                        for i in items
                    ],
                }
            case Table():
                return self._table(block)

    def _table(self, table: Table) -> dict[str, Any]:
        self.row_headers.append(table.row_headers)
        rows = list(layout.rows(table, self.outline.meta.language))
        head, across = layout.head(table), layout.widths(table)
        return {
            "kind": "table",
            "caption": self._text(self._captions.table(table.caption)),
            "head": [self._text(cell) for cell in head],
            "rows": [[self._text(cell) for cell in row] for row in rows],
            "whole": [layout.whole(row, across) for row in rows],
            "divided": {
                "head": layout.divided(head, across, layout.HEAD_TYPE),
                "rows": [layout.divided(row, across) for row in rows],
            },
            "together": layout.together(table, across),
            "aligns": layout.aligns(table),
            "shares": layout.shares(across),
            "dense": layout.dense(table),
        }

    def _chart(self, chart: Chart) -> dict[str, Any]:
        caption = self._captions.chart(chart.caption)
        name = picture(self.folder, chart, self.outline, self._captions.charts, self.letters)
        alt = self._text(chart.alt or chart.caption) or "–"
        return {"kind": "chart", "caption": self._text(caption), "alt": alt, "picture": name}


def picture(folder: Path, chart: Chart, outline: Outline, number: int, letters: Callable[[str], str]) -> str:
    """Writes a chart as SVG into the folder; returns the name of the file."""
    family = ", ".join(f"'{family}'" for family in coverage.FAMILIES)
    drawn = charts.svg(chart, outline.meta.language, family)
    name = f"chart-{number}.svg"
    (folder / name).write_text(letters(drawn), encoding="utf-8")
    return name


def _moment(moment: datetime) -> dict[str, int]:
    local = moment.astimezone(BERLIN)
    return {name: getattr(local, name) for name in ("year", "month", "day", "hour", "minute", "second")}
