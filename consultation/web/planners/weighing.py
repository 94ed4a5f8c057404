"""What the list of points and the page of one point share: the filter in the address, and what points can be given."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core.errors import Conflict, Invalid
from consultation.core.language import M, Message
from consultation.core.text import clean_line
from consultation.documents.labels import DECISIONS
from consultation.documents.told.weighing import STEP_TITLES
from consultation.evaluation import finding
from consultation.evaluation.assignees import team, works_on
from consultation.evaluation.codebook import tags
from consultation.evaluation.finding import Order, PointFilter, Walk
from consultation.evaluation.models import Decision, Held, Point, ReplyTemplate
from consultation.evaluation.numbers import both_numbers
from consultation.http import PostedForm
from consultation.people.kinds import KIND_TITLES, OrganisationKind
from consultation.programmes import named
from consultation.programmes.models import Section
from consultation.register.kinds import SIZE_CLASS_TITLES
from consultation.register.states import STATE_TITLES
from consultation.responses.participation import land_of
from consultation.rulebook import POINT
from consultation.states import PointState
from consultation.subjects import Actor
from consultation.web.planners.frame import identifier

P = TypeVar("P", Point, Held)
KEPT = ("q", "section", "tag", "state", "decision", "land", "size", "assignee", "order")
NONE = "-"
"""Of a filter: those that have none."""
UNDECIDED = "open"
UNCOUNTED = "uncounted"
"""Of the state: points without any answer that counts, which the list leaves out otherwise."""
BADGES = {PointState.NEW: "info", PointState.IN_REVIEW: "warning", PointState.DECIDED: "success"}
UNSIZED = (OrganisationKind.JOINT_MUNICIPALITY, OrganisationKind.COUNTY)
SIZES = {
    **{size.value: title for size, title in SIZE_CLASS_TITLES.items()},
    **{kind.value: KIND_TITLES[kind] for kind in UNSIZED},
}


def kept_of(asked: Mapping[str, str]) -> dict[str, str]:
    """The filter as the address says it."""
    return {name: clean_line(asked.get(name, ""))[:100] for name in KEPT}


def query_of(kept: Mapping[str, str], **more: str) -> str:
    """The filter as an address says it, with its question mark; empty if nothing is chosen."""
    chosen = {name: value for name, value in {**kept, **more}.items() if value}
    return f"?{urlencode(chosen)}" if chosen else ""


def filter_of(kept: Mapping[str, str], actor: Actor) -> PointFilter:
    """Words that mean nothing do not narrow."""
    return PointFilter(
        section="" if kept["section"] == NONE else kept["section"] or None,
        tag=kept["tag"] if kept["tag"] in tags() else None,
        untagged=kept["tag"] == NONE,
        state=PointState(kept["state"]) if kept["state"] in list(PointState) else None,
        undecided=kept["state"] == UNDECIDED,
        supported=kept["state"] != UNCOUNTED,
        unsupported=kept["state"] == UNCOUNTED,
        decision=Decision(kept["decision"]) if kept["decision"] in list(Decision) else None,
        assignee_id=actor.person_id if kept["assignee"] == "me" else identifier(kept["assignee"]),
        unassigned=kept["assignee"] == NONE,
        text=kept["q"],
        land=kept["land"] if kept["land"] in STATE_TITLES else None,
        size_class=kept["size"] if kept["size"] in SIZES else None,
    )


def draft_sections(session: Session, consultation: Consultation) -> Sequence[Section]:
    """As people read them."""
    draft_id = consultation.draft_version_id
    return named.sections_as_read(session, draft_id) if draft_id else ()


def order_of(kept: Mapping[str, str]) -> Order:
    return Order(kept["order"]) if kept["order"] in list(Order) else Order.SUPPORT


def positions_of(known: Sequence[Section]) -> dict[str, int]:
    return {section.key: place for place, section in enumerate(known)}


def walked(
    session: Session, actor: Actor, consultation: Consultation, kept: Mapping[str, str], known: Sequence[Section]
) -> Walk:
    return finding.walk(
        session, consultation.id, filter_of(kept, actor), land_of(actor, consultation),
        order=order_of(kept), positions=positions_of(known),
    )  # fmt: skip


def choices(session: Session, consultation: Consultation, known: Sequence[Section]) -> dict[str, Any]:
    """What points can be given."""
    members = team(session, consultation)
    offered = {str(one.person_id): f"{one.person.name} ({one.organisation.name})"
               for one in members if works_on(one, consultation)}  # fmt: skip
    labels = {key: tag.label.model_dump() for key, tag in tags().items()}
    return {
        "section_titles": {s.key: f"{s.number} {s.heading}".strip() for s in known},
        "tag_titles": labels,
        "tag_choices": list(labels.items()),
        "people": {one.person_id: one.person.name for one in members},
        "assignee_choices": [("", M("niemandem")), *offered.items()],
        "decision_titles": DECISIONS,
        "decision_choices": [("", M("noch offen")), *((d.value, DECISIONS[d]) for d in Decision)],
        "states": POINT.states,
        "badges": BADGES,
        "step_titles": STEP_TITLES,
    }


def with_holder(data: Mapping[str, Any], holder: uuid.UUID | None) -> dict[str, Any]:
    """Whom a point can be given to, and who has it now, also if that person may not work on it any more."""
    offered = data["assignee_choices"]
    if holder is None or str(holder) in dict(offered):
        return {}
    name = data["people"].get(holder, M("jemand, der nicht mehr plant"))
    return {"assignee_choices": [*offered, (str(holder), M("{name} (darf diesen Punkt nicht bearbeiten)", name=name))]}


def filters(data: Mapping[str, Any]) -> dict[str, Any]:
    """What points can be filtered by, from what they can be given, and from who has some."""
    nothing = ("", M("alle"))
    progress, offered = data["progress"], dict(data["assignee_choices"][1:])
    left, gone = M("jemand, der nicht mehr plant"), M("nicht mehr im Entwurf")
    holders = {one: data["people"].get(one, left) for one in progress.assignees if one is not None}
    others = {str(one): name for one, name in holders.items()}
    sections = data["section_titles"] | {
        key: gone for key in progress.sections if key not in (None, *data["section_titles"])
    }
    return {
        "section_names": sections,
        "holders": holders,
        "section_filter": [nothing, (NONE, M("ohne Abschnitt")), *sections.items()],
        "tag_filter": [nothing, (NONE, M("ohne Schlagwort")), *data["tag_choices"]],
        "state_filter": [nothing, (UNDECIDED, M("noch nicht entschieden")),
                         *((state.value, title) for state, title in POINT.states.items()),
                         (UNCOUNTED, M("ohne gezählte Stellungnahme"))],
        "decision_filter": [nothing, *((d.value, DECISIONS[d]) for d in Decision)],
        "land_filter": [nothing, *((state.value, title) for state, title in STATE_TITLES.items())],
        "size_filter": [nothing, *SIZES.items()],
        "assignee_filter": [nothing, ("me", M("mir")), (NONE, M("niemandem")), *(others | offered).items()],
        "orders": [("", M("meiste Unterstützung zuerst")), ("number", M("nach Nummer")),
                   ("section", M("nach Abschnitt"))],
    }  # fmt: skip


# -- what a form says ------------------------------------------------------------------------------------------------
def assignee(text: str) -> uuid.UUID | None:
    found = identifier(text)
    if text and found is None:
        raise Invalid.about("assignee", M("Zuweisen können Sie nur an Personen, die diese Punkte bearbeiten dürfen."))
    return found


def whole_number(text: str) -> int:
    """0 finds no point and no version, and is refused as changed in between."""
    return int(text[:9]) if text.isascii() and text.isdigit() else 0


def template_of(form: PostedForm, known: Sequence[ReplyTemplate]) -> ReplyTemplate | None:
    chosen = form.line("template")
    found = next((one for one in known if str(one.id) == chosen), None)
    if chosen and found is None:
        raise Conflict(M("Diesen Textbaustein gibt es nicht mehr."))
    return found


def the_one(found: Sequence[P], otherwise: Message) -> P:
    """Of points that are named alike the one that is meant: where two have the number, nothing is guessed. Raises Invalid about the
    input `into`, with `otherwise` where there is none.
    """
    if not found:
        raise Invalid.about("into", otherwise)
    if len(found) > 1:
        first, second = (both_numbers(one.number, one.public_number) for one in found)
        message = M("Zwei Punkte haben diese Nummer: Punkt {first} und Punkt {second}. Geben Sie „Punkt …“ ein, wenn Sie die "
                    "Nummer in Ihrem Haus meinen, „öffentlich …“, wenn Sie die veröffentlichte meinen.",
                    first=first, second=second)  # fmt: skip
        raise Invalid.about("into", message)
    return found[0]
