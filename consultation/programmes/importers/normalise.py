"""Evening out what writers of office documents break: empty paragraphs, wrappers, nested lists torn apart."""

from typing import Any

from consultation.programmes.importers.inlines import Node
from consultation.programmes.importers.pairs import alternating

_WRAPPERS = {"Div"}


def normalise(nodes: list[Node]) -> list[Node]:
    """The same content with wrappers opened, empty paragraphs gone and torn lists mended, at every depth."""
    flat = [part for node in nodes for part in _opened(node)]
    return _mended([_deep(node) for node in flat if not _is_blank(node)])


def _opened(node: Node) -> list[Node]:
    if node["t"] in _WRAPPERS:
        return [part for inner in node["c"][1] for part in _opened(inner)]
    return [node]


def _is_blank(node: Node) -> bool:
    return node["t"] in {"Para", "Plain"} and all(i["t"] in {"Space", "SoftBreak", "LineBreak"} for i in node["c"])


def _deep(node: Node) -> Node:
    match node["t"]:
        case "BulletList":
            return {"t": "BulletList", "c": [normalise(item) for item in node["c"]]}
        case "OrderedList":
            attributes, items = node["c"]
            return {"t": "OrderedList", "c": [attributes, [normalise(item) for item in items]]}
        case "BlockQuote":
            return {"t": "BlockQuote", "c": normalise(node["c"])}
        case _:
            return node


def _mended(nodes: list[Node]) -> list[Node]:
    """A word processor that nests a list of another kind writes it beside its parent, and starts the parent anew.

    1. first / [a) b)] / 1. second becomes 1. first [a) b)] / 2. second. Lists of one kind with nothing between them
    are one list.
    """
    result: list[Node] = []
    for node in nodes:
        last = result[-1] if result else None
        inner = _only_a_list(node)
        if last is not None and inner is not None and _items(last) and not alternating([inner]):
            parent = _items(last)[-1]
            parent[:] = _mended([*parent, inner])
        elif last is not None and _goes_on(last, node):
            _items(last).extend(_items(node))
        else:
            result.append(node)
    return result


def _items(node: Node) -> list[list[Node]]:
    match node["t"]:
        case "BulletList":
            return _as_items(node["c"])
        case "OrderedList":
            return _as_items(node["c"][1])
        case _:
            return []


def _as_items(value: Any) -> list[list[Node]]:
    items: list[list[Node]] = value
    return items


def _only_a_list(node: Node) -> Node | None:
    """The list inside a list of one item that has no text of its own."""
    items = _items(node)
    if len(items) == 1 and len(items[0]) == 1 and _items(items[0][0]):
        return items[0][0]
    return None


def _goes_on(last: Node, node: Node) -> bool:
    if last["t"] != "OrderedList" or node["t"] != "OrderedList":
        return bool(last["t"] == node["t"] == "BulletList")
    (start, *kind), (begun, *begun_kind) = node["c"][0], last["c"][0]
    same_kind: bool = kind == begun_kind
    return same_kind and start in {begun, begun + len(_items(last))}
