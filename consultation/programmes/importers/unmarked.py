"""Documents without heading styles: short bold paragraphs that begin with a number are the headings."""

from consultation.core.language import M, Message
from consultation.programmes.importers.contents import list_label
from consultation.programmes.importers.inlines import Collector, Node, line
from consultation.programmes.importers.numbers import rank, split_number

_MAX_HEADING = 200
"""Characters; a longer bold paragraph is emphasised text."""


def mark_headings(nodes: list[Node], notes: list[Message]) -> list[Node]:
    """`nodes` as they are if at least two headings are marked; otherwise with the headings found by their looks."""
    if sum(node["t"] == "Header" for node in nodes) > 1:
        return nodes
    marked = [part for node in nodes for part in _marked(node)]
    found = sum(node["t"] == "Header" for node in marked) - sum(node["t"] == "Header" for node in nodes)
    if not found:
        return nodes
    notes.append(M("Das Dokument hat keine ausgezeichneten Überschriften. Nummerierte fette Absätze wurden als "
                   "Überschriften gelesen: {count}. Bitte prüfen Sie die Gliederung.", count=found))  # fmt: skip
    return marked


def _marked(node: Node) -> list[Node]:
    match node["t"]:
        case "Para" | "Plain" if _is_bold(node):
            heading = line(node["c"], Collector())
            return [_header(heading, node["c"])] if split_number(heading)[0] else [node]
        case "OrderedList":
            return _marked_items(node)
        case _:
            return [node]


def _marked_items(node: Node) -> list[Node]:
    """Numbered by the word processor: every item opens with a bold line of its own."""
    (start, style, delimiter), items = node["c"]
    if not all(item and _is_bold(item[0]) for item in items):
        return [node]
    result = []
    for number, item in enumerate(items, start=start):
        label = list_label(number, style["t"], delimiter["t"])
        inlines = [{"t": "Str", "c": label}, {"t": "Space"}, *item[0]["c"]]
        result += [_header(label, inlines), *(part for inner in item[1:] for part in _marked(inner))]
    return result


def _is_bold(node: Node) -> bool:
    if node["t"] not in {"Para", "Plain"}:
        return False
    inlines = [i for i in node["c"] if i["t"] not in {"Space", "SoftBreak", "LineBreak"}]
    if not inlines or any(i["t"] != "Strong" for i in inlines):
        return False
    return len(line(inlines, Collector())) <= _MAX_HEADING


def _header(text: str, inlines: list[Node]) -> Node:
    return {"t": "Header", "c": [1 + rank(split_number(text + " x")[0]), ["", [], []], inlines]}
