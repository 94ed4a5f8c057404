"""Block content of the source → the neutral blocks drafts are stored as."""

from typing import Any

from consultation.core.blocks import Block, ListBlock, ListItem, Paragraph, Table, plain_text
from consultation.core.text import clean
from consultation.programmes.importers.inlines import Collector, Node, line, text
from consultation.programmes.importers.numbers import letters, roman
from consultation.programmes.importers.pairs import read_pairs
from consultation.programmes.importers.tables import MAX_ROWS, column_alignment, read_table

_BULLETS = ("•", "–")


def read_blocks(nodes: list[Node], collector: Collector, depth: int = 0) -> tuple[Block, ...]:
    """`depth` counts the lists around; empty paragraphs and rules are dropped."""
    return tuple(block for node in nodes for block in _read(node, collector, depth))


def _read(node: Node, collector: Collector, depth: int) -> tuple[Block, ...]:
    kind: str = node["t"]
    content: Any = node.get("c")
    match kind:
        case "Para" | "Plain":
            return _paragraph(text(content, collector))
        case "LineBlock":
            return _paragraph("\n".join(line(row, collector) for row in content))
        case "CodeBlock":
            return _paragraph(clean(content[1]))
        case "BulletList":
            return _bullets(content, collector, depth)
        case "OrderedList":
            return (_ordered(content, collector, depth),)
        case "DefinitionList":
            return (_definitions(content, collector, depth),)
        case _:
            return _container(kind, content, collector, depth)


def _container(kind: str, content: Any, collector: Collector, depth: int) -> tuple[Block, ...]:
    match kind:
        case "BlockQuote":
            return read_blocks(content, collector, depth)
        case "Div":
            return read_blocks(content[1], collector, depth)
        case "Figure":
            return read_blocks([*content[2], *content[1][1]], collector, depth)
        case "Header":  # inside a list or a quotation it opens no section
            return _paragraph(text(content[2], collector))
        case "Table":
            return read_table(content, collector, lambda nodes: plain_text(read_blocks(nodes, collector, depth)))
        case "RawBlock":
            collector.note("raw")
            return ()
        case _:  # HorizontalRule
            return ()


def _paragraph(value: str) -> tuple[Block, ...]:
    return (Paragraph(value),) if value else ()


def _bullets(items: list[list[Node]], collector: Collector, depth: int) -> tuple[Block, ...]:
    if pairs := read_pairs(items, collector):
        rows = tuple(pairs[:MAX_ROWS])
        return (Table("", (), rows, column_alignment(rows)),)
    label = _BULLETS[min(depth, 1)]
    return (ListBlock(tuple(ListItem(label, read_blocks(item, collector, depth + 1)) for item in items)),)


def _ordered(content: Any, collector: Collector, depth: int) -> ListBlock:
    (start, style, delimiter), items = content
    read = (read_blocks(item, collector, depth + 1) for item in items)
    labels = (list_label(start + i, style["t"], delimiter["t"]) for i in range(len(items)))
    return ListBlock(tuple(ListItem(label, blocks) for label, blocks in zip(labels, read, strict=True)))


def list_label(number: int, style: str, delimiter: str) -> str:
    """What readers see before an item; where the source lost the punctuation, as German texts write it: 1. a) i)."""
    match style:
        case "LowerAlpha":
            mark = letters(number)
        case "UpperAlpha":
            mark = letters(number).upper()
        case "LowerRoman":
            mark = roman(number)
        case "UpperRoman":
            mark = roman(number).upper()
        case _:
            mark = str(number)
    match delimiter:
        case "TwoParens":
            return f"({mark})"
        case "OneParen":
            return f"{mark})"
        case "Period":
            return f"{mark}."
        case _:
            return f"{mark})" if style.startswith("Lower") else f"{mark}."


def _definitions(content: Any, collector: Collector, depth: int) -> ListBlock:
    """A term and what it means, as an item of a list: "Kommune: Gemeinde oder Landkreis"."""
    items = []
    for term, definitions in content:
        blocks = read_blocks([node for definition in definitions for node in definition], collector, depth + 1)
        name = line(term, collector)
        match blocks:
            case (Paragraph(first), *rest):
                blocks = (Paragraph(f"{name}: {first}"), *rest)
            case _:
                blocks = (Paragraph(name), *blocks)
        items.append(ListItem(_BULLETS[min(depth, 1)], blocks))
    return ListBlock(tuple(items))
