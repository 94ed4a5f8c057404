"""The notation in which people correct the text of a section: plain lines, what is read back is what was written. Pure.

Ein Absatz steht für sich, eine leere Zeile trennt ihn vom nächsten.

- a) Ein Punkt einer Aufzählung beginnt mit einem Strich, dann kommt seine Bezeichnung.
  - aa) Eingerückt gehört er zum Punkt darüber.
- Ohne Bezeichnung bekommt er einen Aufzählungspunkt.

Tabelle: Verteilung
| Land | Anteil |
|------|-------:|
| Berlin | 3,9385 |

[1]: Eine Fußnote; im Text steht [1].
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from consultation.core.blocks import Align, Block, Footnote, ListBlock, ListItem, Paragraph, Table
from consultation.core.text import clean

_BULLETS = ("•", "–")
_NUMBERED = (
    r"\(?(?:\d{1,4}[a-z]?|[a-z]{1,3}|[A-Z]{1,3}|[ivxlc]{1,8}|[IVXLC]{1,8})\)|\d{1,4}[a-z]?\.|[a-zA-Z]\.|[IVXLC]{1,8}\."
)
_LABEL = re.compile(rf"({_NUMBERED}|[•–▪➢✓])(?:\s+|$)")
_ODD = re.compile(r"\{([^{}]*)\}(?:\s+|$)")
_NOTE = re.compile(r"\[([^\[\]\s]{1,20})\]:\s*")
_CAPTION = "Tabelle:"
_RULE = re.compile(r":?-+:?")
_SPECIAL = re.compile(r"\\|\||-(\s|$)|\[[^\[\]\s]{1,20}\]:|Tabelle:")
_BREAK = "⏎"
"""A line break inside a cell."""
_STEP = "  "
_DEEPEST = 40
"""Lists inside lists; what is indented further is text."""


# -- writing ---------------------------------------------------------------------------------------------------------
def write(blocks: Iterable[Block]) -> str:
    """What stands in the text box."""
    return "\n\n".join("\n".join(_lines(block, 0)) for block in blocks)


def _lines(block: Block, depth: int) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield from _guarded(text)
        case Footnote(label, text):
            first, *rest = _guarded(text)
            yield f"[{label}]: {first}"
            yield from rest
        case ListBlock(items):
            for item in items:
                yield from _item(item, depth)
        case Table():
            yield from _table(block)


def _guarded(text: str) -> list[str]:
    """A line that would be read as something else begins with a backslash; empty ones cannot be kept."""
    lines = [line.strip() for line in text.split("\n") if line.strip()] or [""]
    return [f"\\{line}" if _SPECIAL.match(line) else line for line in lines]


def _item(item: ListItem, depth: int) -> Iterator[str]:
    blocks = list(item.blocks)
    first = list(_lines(blocks.pop(0), depth)) if blocks and isinstance(blocks[0], Paragraph) else [""]
    yield f"- {_label(item.label, first[0], depth)}{first[0]}".rstrip()
    yield from (_STEP + line for line in first[1:])
    for at, block in enumerate(blocks):
        if at or not isinstance(block, ListBlock):
            yield ""
        yield from (_STEP + line if line else "" for line in _lines(block, depth + 1))


def _label(label: str, text: str, depth: int) -> str:
    """Nothing for the usual bullet, unless the text itself looks like a label."""
    if label == _bullet(depth) and not (_LABEL.match(text) or _ODD.match(text)):
        return ""
    return f"{label} " if _LABEL.fullmatch(label) else f"{{{label}}} "


def _bullet(depth: int) -> str:
    return _BULLETS[min(depth, 1)]


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield f"{_CAPTION} {table.caption}"
    if any(table.head):
        yield _row(table.head)
    width = max([len(table.head), *(len(row) for row in table.rows)], default=1)
    align = (*table.align, *("left",) * width)[:width]
    yield "|" + "|".join({"left": "---", "right": "--:", "center": ":-:"}[one] for one in align) + "|"
    yield from (_row(row) for row in table.rows)


def _row(cells: Sequence[str]) -> str:
    escaped = [cell.replace("\\", "\\\\").replace("|", "\\|").replace("\n", f" {_BREAK} ") for cell in cells]
    if all(_RULE.fullmatch(cell) for cell in escaped):
        escaped[0] = f"\\{escaped[0]}"
    return "| " + " | ".join(escaped) + " |"


# -- reading ---------------------------------------------------------------------------------------------------------
def read(text: str) -> tuple[Block, ...]:
    """Every text can be read; what looks like nothing special is a paragraph."""
    lines = [line.rstrip() for line in clean(text).replace("\t", _STEP).split("\n")]
    return tuple(_read(lines, 0))


def _read(lines: Sequence[str], depth: int) -> Iterator[Block]:
    """Without what holds nothing: a lone backslash, a rule with no row."""
    for block in _all(lines, depth):
        if block != Paragraph("") and not (isinstance(block, Table) and not block.head and not block.rows):
            yield block


def _all(lines: Sequence[str], depth: int) -> Iterator[Block]:
    at = 0
    while at < len(lines):
        start = lines[at].lstrip()
        if not start:
            at += 1
        elif _is_item(start, depth):
            items, at = _read_list(lines, at, depth)
            yield ListBlock(tuple(items))
        elif table := _table_from(lines, at):
            end = at + bool(table[0])
            while end < len(lines) and lines[end].lstrip().startswith("|"):
                end += 1
            yield _read_table(table[0], lines[at + bool(table[0]) : end])
            at = end
        else:
            end = at + 1
            while end < len(lines) and _goes_on(lines, end, depth):
                end += 1
            yield _read_text([line.strip() for line in lines[at:end]])
            at = end


def _is_item(line: str, depth: int) -> bool:
    return depth < _DEEPEST and (line == "-" or line.startswith("- "))


def _table_from(lines: Sequence[str], at: int) -> tuple[str] | None:
    """The caption of the table that begins here."""
    line = lines[at].lstrip()
    if line.startswith("|"):
        return ("",)
    follows = at + 1 < len(lines) and lines[at + 1].lstrip().startswith("|")
    caption = line.removeprefix(_CAPTION).strip()
    return (caption,) if line.startswith(_CAPTION) and caption and follows else None


def _goes_on(lines: Sequence[str], at: int, depth: int) -> bool:
    """The line belongs to the paragraph before it."""
    line = lines[at].lstrip()
    return bool(line) and not (_is_item(line, depth) or _NOTE.match(line) or _table_from(lines, at))


def _read_text(lines: list[str]) -> Block:
    found = _NOTE.match(lines[0])
    first = lines[0][found.end() :] if found else lines[0]
    text = "\n".join(line.removeprefix("\\") for line in (first, *lines[1:])).strip()
    return Footnote(found[1], text) if found else Paragraph(text)


def _read_list(lines: Sequence[str], at: int, depth: int) -> tuple[list[ListItem], int]:
    """The items from here on that are indented alike, and where the list ends: before an empty line or other text."""
    indent = _indent(lines[at])
    items = []
    while at < len(lines) and _is_item(lines[at].lstrip(), depth) and _indent(lines[at]) == indent:
        end = _end_of_item(lines, at + 1, indent)
        inner = [line[min(_indent(line), indent + len(_STEP)) :] for line in lines[at + 1 : end]]
        items.append(_read_item(lines[at].lstrip()[1:].strip(), inner, depth))
        at = end
    return items, at


def _end_of_item(lines: Sequence[str], at: int, indent: int) -> int:
    """An indented line belongs to the item above, an empty one if an indented one follows."""
    end = at
    while at < len(lines) and (not lines[at] or _indent(lines[at]) > indent):
        at += 1
        end = at if lines[at - 1] else end
    return end


def _read_item(first: str, inner: list[str], depth: int) -> ListItem:
    found = _LABEL.match(first) or _ODD.match(first)
    label, text = (found[1], first[found.end() :]) if found else (_bullet(depth), first)
    head = [text] if text else []
    return ListItem(label, tuple(_read([*head, *inner], depth + 1)))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _read_table(caption: str, lines: Sequence[str]) -> Table:
    rows = [_cells(line) for line in lines]
    rule = next((at for at, row in enumerate(rows[:2]) if all(_RULE.fullmatch(cell) for cell in row)), None)
    head = tuple(map(_unescaped, rows[0])) if rule == 1 else ()
    body = rows[rule + 1 :] if rule is not None else rows
    width = max([len(head), *(len(row) for row in body)], default=0)
    ruled: list[Align] = [] if rule is None else [_alignment(cell) for cell in rows[rule]]
    align = tuple((ruled + ["left"] * width)[:width])
    return Table(caption, head, tuple(tuple(map(_unescaped, row)) for row in body), align)


def _cells(line: str) -> list[str]:
    """A bar ends a cell unless a backslash stands before it; the last one may be missing."""
    inner = line.strip().removeprefix("|")
    open_ = len(inner) - len(inner.rstrip("\\"))
    cells = re.findall(r"((?:\\.|[^\\|])*)\|", inner + "\\" * (open_ % 2) + "|")
    if len(cells) > 1 and not cells[-1]:
        cells.pop()
    return [cell.strip() for cell in cells]


def _unescaped(cell: str) -> str:
    return re.sub(r"\\(.)", r"\1", cell).replace(f" {_BREAK} ", "\n").strip()


def _alignment(cell: str) -> Align:
    if cell.endswith(":"):
        return "center" if cell.startswith(":") else "right"
    return "left"
