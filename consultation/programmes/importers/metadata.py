"""What stands before the first section and tells about the draft: front matter, definition lists, document properties."""

from typing import Any

from consultation.core.text import clean_line
from consultation.programmes.importers.inlines import Collector, Node, line

Facts = tuple[tuple[str, str], ...]

_TITLES = ("title", "titel")
_TECHNICAL = {"generator", "viewport", "layout", "lang", "dir", "css", "template"}
_MAX_TERM = 120
"""A label is short; a longer paragraph before a quotation is text."""


def stated(meta: dict[str, Any], collector: Collector) -> tuple[str, Facts]:
    """Title and further facts of the front matter or the document properties; what only programs need is left out."""
    title, facts = "", []
    for label, value in meta.items():
        said = clean_line(_said(value, collector))
        if label.casefold() in _TITLES and not title:
            title = said
        elif said and label.casefold() not in _TECHNICAL:
            facts.append((clean_line(label), said))
    return title, tuple(facts)


def _said(value: dict[str, Any], collector: Collector) -> str:
    content = value.get("c")
    match value["t"]:
        case "MetaInlines":
            return line(content or [], collector)
        case "MetaBlocks":
            return " ".join(line(node["c"], collector) for node in content or [] if node["t"] in {"Para", "Plain"})
        case "MetaList":
            return ", ".join(_said(item, collector) for item in content or [])
        case "MetaMap":
            return ", ".join(f"{label}: {_said(item, collector)}" for label, item in (content or {}).items())
        case "MetaBool":
            return "ja" if content else "nein"
        case _:
            return str(content)


def split_metadata(nodes: list[Node], collector: Collector) -> tuple[Facts, list[Node]]:
    """Definition lists (in ODT: a short paragraph and an indented one) become facts; the rest is text."""
    facts: list[tuple[str, str]] = []
    rest: list[Node] = []
    position = 0
    while position < len(nodes):
        node = nodes[position]
        following = nodes[position + 1] if position + 1 < len(nodes) else None
        if node["t"] == "DefinitionList":
            facts.extend(
                (line(term, collector), _text([n for part in parts for n in part], collector))
                for term, parts in node["c"]
            )
        elif following is not None and _is_term(node, following, collector):
            facts.append((line(node["c"], collector), _text(following["c"], collector)))
            position += 1
        else:
            rest.append(node)
        position += 1
    return tuple(facts), rest


def _is_term(node: Node, following: Node, collector: Collector) -> bool:
    if node["t"] not in {"Para", "Plain"} or following["t"] != "BlockQuote":
        return False
    return 0 < len(line(node["c"], Collector())) <= _MAX_TERM


def _text(nodes: list[Node], collector: Collector) -> str:
    return " ".join(line(node["c"], collector) for node in nodes if node["t"] in {"Para", "Plain"})
