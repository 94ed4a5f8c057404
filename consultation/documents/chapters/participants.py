"""Annex: who took part; in public those that let themselves be named."""

from collections.abc import Collection, Iterator
from typing import Any

from consultation.core.language import M, Message
from consultation.documents.frozen import Frozen
from consultation.documents.labels import SIZES, SPOKEN, kind_label
from consultation.documents.outline import Heading, Node, Paragraph, Table
from consultation.register.states import STATE_TITLES, State
from consultation.responses.models import RepresentationKind


def nodes(frozen: Frozen) -> Iterator[Node]:
    """A table; beyond what a document carries the names by Land, which is a tenth of the pages."""
    if frozen.public:
        yield Paragraph(frozen.say(M("Genannt sind die Stellen, die ihrer Nennung als Teilnehmerin zugestimmt haben.")))
    many = sum(1 for _ in frozen.records("participant")) > frozen.most
    yield from _by_land(frozen) if many else _table(frozen)


def _table(frozen: Frozen) -> Iterator[Node]:
    say = frozen.say
    themselves = {record["sender"]["ars"] for record in frozen.records("participant")}
    rows = tuple(_row(record, themselves, frozen) for record in frozen.records("participant"))
    head = tuple(map(say, (M("Stelle"), M("Land"), M("Art und Größenklasse"), M("AGS"), M("spricht für"))))
    columns = 5 if any(row[-1] for row in rows) else 4
    shown = tuple(row[:columns] for row in rows)
    if columns == 5:
        yield Paragraph(" ".join(map(say, _lapsed(frozen))))
    yield Table(say(M("Teilnehmende Stellen")), head[:columns], shown, ())


def _lapsed(frozen: Frozen) -> Iterator[Message]:
    """In public only of those that are named anyway: that a body answered at all is for itself to say."""
    yield M(
        "Hat eine vertretene Stelle selbst geantwortet, entfällt die Vertretung für sie; gezählt wird ihre eigene Antwort."
    )
    if frozen.public:
        yield M("Vermerkt ist das nur bei Stellen, die sich als Teilnehmerin nennen lassen.")


def _by_land(frozen: Frozen) -> Iterator[Node]:
    yield Paragraph(
        frozen.say(
            M("Art, Größenklasse, AGS und wer für wen spricht stehen in den Dateien für Programme (JSON, NDJSON).")
        )
    )
    names: dict[str, list[str]] = {land: [] for land in (*map(str, State), "")}
    for record in frozen.records("participant"):
        names[record["sender"]["state"] or ""].append(record["sender"]["name"])
    for land, found in names.items():
        if found:
            title = frozen.say(STATE_TITLES[State(land)] if land else M("ohne Land"))
            yield Heading(2, f"{title} ({len(found)})", f"teilnehmende-{land or 'ohne-land'}", in_contents=False)
            yield Paragraph("; ".join(found))


def _row(record: dict[str, Any], themselves: Collection[str], frozen: Frozen) -> tuple[str, ...]:
    sender = record["sender"]
    state = frozen.say(STATE_TITLES[State(sender["state"])]) if sender["state"] else "–"
    size = frozen.say(SIZES[sender["size_class"]]) if sender["size_class"] else ""
    kind = ", ".join(part for part in (kind_label(sender["kind"], frozen.language), size) if part)
    return sender["name"], state, kind, sender["ags"] or "–", _spoken_for(record["spoken_for"], themselves, frozen)


def _spoken_for(bodies: list[dict[str, Any]], themselves: Collection[str], frozen: Frozen) -> str:
    def known_as(body: dict[str, Any]) -> str:
        lapsed = body["kind"] == RepresentationKind.REPRESENTED and body["ars"] in themselves
        return frozen.say(M("{name} (hat selbst geantwortet)", name=body["name"])) if lapsed else str(body["name"])

    by_kind = ((kind, [known_as(b) for b in bodies if b["kind"] == kind]) for kind in SPOKEN)
    return "\n".join(f"{frozen.say(SPOKEN[kind])}: {'; '.join(names)}" for kind, names in by_kind if names)
