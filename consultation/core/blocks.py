"""Neutral content: paragraphs, lists, tables, footnotes. Plain strings, no markup; every output escapes for itself.

Section texts of drafts are stored as these blocks (JSON), reading views and documents are made of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Align = Literal["left", "right", "center"]


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class ListItem:
    """`label` is what readers see before the item ("1.", "a)", "•"); the text is in its blocks."""

    label: str
    blocks: tuple["Block", ...]


@dataclass(frozen=True)
class ListBlock:
    items: tuple[ListItem, ...]


@dataclass(frozen=True)
class Table:
    """Cells are text already in the reader's language. With `row_headers` the first cell of a row names the row."""

    caption: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    align: tuple[Align, ...] = ()
    row_headers: bool = True


@dataclass(frozen=True)
class Footnote:
    label: str
    text: str


Block = Paragraph | ListBlock | Table | Footnote


def to_json(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [_to_json(block) for block in blocks]


def _to_json(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph(text):
            return {"type": "paragraph", "text": text}
        case ListBlock(items):
            return {"type": "list", "items": [{"label": i.label, "blocks": to_json(i.blocks)} for i in items]}
        case Table():
            return {
                "type": "table",
                "caption": block.caption,
                "head": list(block.head),
                "rows": [list(row) for row in block.rows],
                "align": list(block.align),
                "row_headers": block.row_headers,
            }
        case Footnote(label, text):
            return {"type": "footnote", "label": label, "text": text}


def from_json(values: Iterable[dict[str, Any]]) -> tuple[Block, ...]:
    return tuple(_from_json(value) for value in values)


def _from_json(value: dict[str, Any]) -> Block:
    match value["type"]:
        case "paragraph":
            return Paragraph(value["text"])
        case "list":
            return ListBlock(tuple(ListItem(i["label"], from_json(i["blocks"])) for i in value["items"]))
        case "table":
            rows = tuple(tuple(row) for row in value["rows"])
            return Table(value["caption"], tuple(value["head"]), rows, tuple(value["align"]), value["row_headers"])
        case "footnote":
            return Footnote(value["label"], value["text"])
        case unknown:
            raise ValueError(f"no such block: {unknown}")


def plain_text(blocks: Iterable[Block]) -> str:
    """For search, for comparison and for the current text beside a point."""
    return "\n".join(line for block in blocks for line in _lines(block))


def _lines(block: Block) -> Iterable[str]:
    match block:
        case Paragraph(text):
            yield text
        case Footnote(label, text):
            yield f"[{label}] {text}"
        case Table(head=head, rows=rows):
            yield from (" | ".join(row) for row in (head, *rows) if any(row))
        case ListBlock(items):
            for item in items:
                first, *rest = [line for inner in item.blocks for line in _lines(inner)] or [""]
                yield f"{item.label} {first}".strip()
                yield from (f"   {line}" for line in rest)
