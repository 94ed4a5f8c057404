"""A few of the texts that were written, each wording once, under their senders' names as far as these allow it."""

from collections.abc import Iterator
from typing import Any

from consultation.core.language import M
from consultation.documents.frozen import Frozen
from consultation.documents.labels import description
from consultation.documents.outline import Node, Paragraph, Statement
from consultation.forms.definition import Asked
from consultation.questions import Family

MOST = 3
LONGEST = 600


def nodes(asked: Asked, frozen: Frozen) -> Iterator[Node]:
    if asked.makes_points:
        yield Paragraph(
            frozen.say(M("Die Antworten sind als Einzelpunkte in der Synopse oder im Kapitel 6 ausgewertet."))
        )
        return
    if asked.type.family is Family.NUMBER:
        yield Paragraph(frozen.say(M("Alle freigegebenen Angaben stehen in den Datendateien.")))
        return
    seen: set[str] = set()
    for sender, text in texts(asked, frozen):
        if text in seen:
            continue
        seen.add(text)
        number = len(seen)
        if number > MOST:
            yield Paragraph(frozen.say(M("Auszug; alle freigegebenen Texte stehen in den Datendateien.")))
            return
        key = f"auszug-{asked.key.replace('.', '-')}-{number}"
        yield Statement(sender_label(sender, frozen), key, 4, tuple(shortened(text, LONGEST).split("\n\n")))


def texts(asked: Asked, frozen: Frozen) -> Iterator[tuple[dict[str, Any], str]]:
    """(sender, text) of everybody who lets it be read."""
    for record in frozen.records("response"):
        value = record["answers"].get(asked.key)
        if value is not None and (text := asked.type.text(value, asked.settings, frozen.context).strip()):
            yield record["sender"], text


def sender_label(sender: dict[str, Any], frozen: Frozen) -> str:
    if sender["level"] == "named":
        name: str = sender["name"]
        return name
    return description(sender["kind"], sender["size_class"], frozen.language)


def shortened(text: str, limit: int) -> str:
    """Cut visibly, between words."""
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(" ,;.") + " […]"
