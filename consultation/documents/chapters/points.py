"""Points as rows of a synopsis, and how many of them fit into a document that people read."""

from collections.abc import Iterable
from typing import Any

from consultation.core.language import M, Message
from consultation.documents.chapters.excerpts import shortened
from consultation.documents.frozen import Frozen
from consultation.documents.labels import AMENDMENT_KINDS, DECISIONS, description
from consultation.documents.outline import Table
from consultation.evaluation import numbers
from consultation.rulebook import POINT
from consultation.states import PointState

MOST = 2500
"""Points in one document; beyond it each section shows its most supported ones. The data files hold all."""
TEXT, RATIONALE, NAMES = 1200, 400, 5


def per_section(frozen: Frozen) -> int:
    """How many points each section may show, so that the document stays readable."""
    return frozen.points.fitting(MOST)


def table(caption: str, points: Iterable[dict[str, Any]], frozen: Frozen) -> Table:
    say = frozen.say
    head = (say(M("Nr.")), say(M("Forderung")), say(M("Unterstützung")), say(M("Entscheidung und Erwiderung")))
    return Table(caption, head, tuple(_row(point, frozen) for point in points), ("left", "left", "left", "left"))


def _row(point: dict[str, Any], frozen: Frozen) -> tuple[str, ...]:
    return frozen.say(both_numbers(point)), demand(point, frozen), supporters(point, frozen), decision(point, frozen)


def both_numbers(point: dict[str, Any]) -> Message:
    """In public there is one; editions made before it was kept have none beside that of the house."""
    return numbers.both_numbers(point["number"], point.get("public_number"))


def demand(point: dict[str, Any], frozen: Frozen) -> str:
    place, text = place_of(point, frozen), wording(point)
    lines = [f"{place}:" if place and text else place, shortened(text, TEXT)]
    if point["rationales"]:
        lines.append(frozen.say(M("Begründung: {text}", text=shortened(point["rationales"][0], RATIONALE))))
    return "\n".join(line for line in lines if line)


def place_of(point: dict[str, Any], frozen: Frozen) -> str:
    """Where something is to be changed, and how."""
    kind = frozen.say(AMENDMENT_KINDS[point["kind"]]) if point["kind"] in AMENDMENT_KINDS else ""
    return ", ".join(part for part in (point["locator"], kind) if part)


def wording(point: dict[str, Any]) -> str:
    """What is demanded; nothing where something is to go without a word said, so that its place stands for the demand."""
    text: str = point["text"]
    return "" if point["kind"] == "delete" and text == point["locator"] else text


def supporters(point: dict[str, Any], frozen: Frozen) -> str:
    """How many, and who as far as they let themselves be named."""
    found = point["supporters"]
    named = found["named"]
    lines = []
    if named:
        more = M("{names} und {count} weitere", names="; ".join(named[:NAMES]), count=len(named) - NAMES)
        lines.append(frozen.say(more) if len(named) > NAMES else "; ".join(named))
    if found["described"]:
        groups = (
            f"{g['count']} × {description(g['kind'], g['size_class'], frozen.language)}" for g in found["described"]
        )
        lines.append("; ".join(groups))
    if found["figures"]:
        lines.append(frozen.say(M("{count} ohne Nennung", count=found["figures"])))
    whole = M("{count} Stellen", one="1 Stelle", count=found["count"])
    return "\n".join([frozen.say(whole), *lines])


def decision(point: dict[str, Any], frozen: Frozen) -> str:
    if point["decision"] is None:
        return frozen.say(M("noch nicht entschieden ({state})", state=POINT.states[PointState(point["state"])]))
    title = frozen.say(DECISIONS[point["decision"]])
    if point["state"] != "decided":
        title = frozen.say(M("Vorschlag: {decision}", decision=title))
    return "\n".join(part for part in (title, point["reply"]) if part)
