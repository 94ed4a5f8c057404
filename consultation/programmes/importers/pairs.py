"""Tables of name and value that a source can only write as nested bullet lists, such as the shares of the Länder."""

from consultation.programmes.importers.inlines import Collector, Node, line
from consultation.programmes.importers.tables import is_number


def read_pairs(items: list[list[Node]], collector: Collector) -> list[tuple[str, str]]:
    """Name and value of each item; [] if the list is not such a table.

    A bullet list of two-item bullet lists is how laws in Markdown write a table of name and value.
    """
    halves = [_halves(item) for item in items]
    if all(len(half) == 2 for half in halves):
        return [(line(name, collector), line(value, collector)) for name, value in halves]
    return alternating(items[0]) if len(items) == 1 else []


def _halves(item: list[Node]) -> list[list[Node]]:
    """The inline content of each bullet of a list that is all there is in `item`."""
    if len(item) != 1 or item[0]["t"] != "BulletList":
        return []
    cells = item[0]["c"]
    simple = all(len(cell) == 1 and cell[0]["t"] in {"Para", "Plain"} for cell in cells)
    return [cell[0]["c"] for cell in cells] if simple else []


def alternating(item: list[Node]) -> list[tuple[str, str]]:
    """The same table after a word processor has run its rows together: name, number, name, number …"""
    texts = [line(half, Collector()) for half in _halves(item)]
    names, values = texts[::2], texts[1::2]
    if len(texts) % 2 or not texts or any(map(is_number, names)) or not all(map(is_number, values)):
        return []
    return list(zip(names, values, strict=True))
