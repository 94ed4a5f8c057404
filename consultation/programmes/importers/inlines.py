"""Inline content → plain text. What plain text cannot say (footnotes, images, links) goes to the collector."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from consultation.core.blocks import Footnote
from consultation.core.language import M, Message
from consultation.core.text import clean

Node = dict[str, Any]

_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LOWERED = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_NOTES: dict[str, Message] = {
    "image": M("Bilder wurden nicht übernommen. Bitte beschreiben Sie im Text, was sie zeigen. Anzahl:"),
    "struck": M("Durchgestrichener Text wurde als gewöhnlicher Text übernommen. Bitte prüfen Sie die Stellen. Anzahl:"),
    "math": M("Formeln wurden als Text übernommen. Bitte prüfen Sie die Stellen. Anzahl:"),
    "raw": M("Eingebetteter Code wurde nicht übernommen. Anzahl der Stellen:"),
    "link": M("Verweise mit unsicherem oder lokalem Ziel behielten nur ihren Text. Anzahl:"),
    "merged": M("Verbundene Tabellenzellen wurden aufgelöst, ihr Inhalt steht in jeder Zelle. Anzahl der Tabellen:"),
    "nested_table": M("Listen oder Tabellen innerhalb von Tabellenzellen wurden zu Text. Anzahl der Zellen:"),
    "head": M("Mehrzeilige Tabellenköpfe wurden zu einer Zeile. Anzahl der Tabellen:"),
}


@dataclass
class Collector:
    """Footnotes of the section being read, and what the report will say; footnotes are counted through the draft."""

    counts: Counter[str] = field(default_factory=Counter)
    footnotes: list[Footnote] = field(default_factory=list)
    footnote_count: int = 0

    def note(self, what: str) -> None:
        self.counts[what] += 1

    def take_footnotes(self) -> tuple[Footnote, ...]:
        taken, self.footnotes = tuple(self.footnotes), []
        return taken

    def report(self) -> tuple[Message, ...]:
        return tuple(M("{what} {count}.", what=_NOTES[what], count=n) for what, n in sorted(self.counts.items()))


def line(inlines: list[Node], collector: Collector) -> str:
    """One line, white space folded."""
    return " ".join(text(inlines, collector).split())


def text(inlines: list[Node], collector: Collector) -> str:
    """Clean text; a line break stays one, other white space is folded (a protected space is kept)."""
    raw = clean("".join(_flat(inline, collector) for inline in inlines))
    return "\n".join(" ".join(part for part in row.split(" ") if part) for row in raw.replace("\t", " ").split("\n"))


def _flat(node: Node, collector: Collector) -> str:
    kind: str = node["t"]
    content: Any = node.get("c")
    match kind:
        case "Str":
            return str(content)
        case "Space" | "SoftBreak":
            return " "
        case "LineBreak":
            return "\n"
        case "Code":
            return str(content[1])
        case "Quoted":
            return _quoted(content, collector)
        case _:
            return _special(kind, content, collector)


def _special(kind: str, content: Any, collector: Collector) -> str:
    if kind in _NOTES_ON:
        collector.note(_NOTES_ON[kind])
    match kind:
        case "Math":
            return str(content[1])
        case "RawInline" | "Image":
            return ""
        case "Link":
            return _link(content, collector)
        case "Note":
            return _footnote(content, collector)
        case "Superscript":
            return _shifted(_join(content, collector), _RAISED)
        case "Subscript":
            return _shifted(_join(content, collector), _LOWERED)
        case _:  # Emph, Strong, Underline, SmallCaps, Strikeout: a list; Span, Cite: something and a list
            return _join(content[1] if kind in {"Span", "Cite"} else content, collector)


_NOTES_ON = {"Math": "math", "RawInline": "raw", "Image": "image", "Strikeout": "struck"}


def _join(inlines: list[Node], collector: Collector) -> str:
    return "".join(_flat(inline, collector) for inline in inlines)


def _quoted(content: Any, collector: Collector) -> str:
    opening, closing = ("‚", "‘") if content[0]["t"] == "SingleQuote" else ("„", "“")
    return f"{opening}{_join(content[1], collector)}{closing}"


def _shifted(value: str, letters: dict[int, int]) -> str:
    """m² and CO₂ keep their meaning; a raised word stays as it is."""
    return value.translate(letters) if all(ord(c) in letters for c in value) else value


def _link(content: Any, collector: Collector) -> str:
    label, target = _join(content[1], collector), str(content[2][0])
    if target.startswith("#"):
        return label
    if not target.lower().startswith(("http://", "https://", "mailto:")):
        collector.note("link")
        return label
    address = target.removeprefix("mailto:")
    return label if address.rstrip("/") in label or not label.strip() else f"{label} ({address})"


def _footnote(blocks: list[Node], collector: Collector) -> str:
    collector.footnote_count += 1
    label = str(collector.footnote_count)
    position = len(collector.footnotes)
    parts = [text(block["c"], collector) for block in blocks if block["t"] in {"Para", "Plain"}]
    collector.footnotes.insert(position, Footnote(label, " ".join(part for part in parts if part)))
    return f"[{label}]"
