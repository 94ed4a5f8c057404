"""Annex: who took part; in public those that let themselves be named."""

from collections.abc import Iterator
from typing import Any

from consultation.core.language import M
from consultation.documents.frozen import Frozen
from consultation.documents.labels import SIZES, SPOKEN, kind_label
from consultation.documents.outline import Heading, Node, Paragraph, Table
from consultation.register.states import STATE_TITLES, State


def nodes(frozen: Frozen) -> Iterator[Node]:
    """A table; beyond what a document carries the names by Land, which is a tenth of the pages."""
    if frozen.public:
        yield Paragraph(frozen.say(M("Genannt sind die Stellen, die ihrer Nennung als Teilnehmerin zugestimmt haben.")))
    many = sum(1 for _ in frozen.records("participant")) > frozen.most
    yield from _by_land(frozen) if many else _table(frozen)


def _table(frozen: Frozen) -> Iterator[Node]:
    say = frozen.say
    rows = tuple(_row(record, frozen) for record in frozen.records("participant"))
    head = tuple(map(say, (M("Stelle"), M("Land"), M("Art und Größenklasse"), M("AGS"), M("spricht für"))))
    columns = 5 if any(row[-1] for row in rows) else 4
    shown = tuple(row[:columns] for row in rows)
    yield Table(say(M("Teilnehmende Stellen")), head[:columns], shown, ())


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


def _row(record: dict[str, Any], frozen: Frozen) -> tuple[str, ...]:
    sender = record["sender"]
    state = frozen.say(STATE_TITLES[State(sender["state"])]) if sender["state"] else "–"
    size = frozen.say(SIZES[sender["size_class"]]) if sender["size_class"] else ""
    kind = ", ".join(part for part in (kind_label(sender["kind"], frozen.language), size) if part)
    return sender["name"], state, kind, sender["ags"] or "–", _spoken_for(record["spoken_for"], frozen)


def _spoken_for(bodies: list[dict[str, Any]], frozen: Frozen) -> str:
    by_kind = ((kind, [b["name"] for b in bodies if b["kind"] == kind]) for kind in SPOKEN)
    return "\n".join(f"{frozen.say(SPOKEN[kind])}: {'; '.join(names)}" for kind, names in by_kind if names)
