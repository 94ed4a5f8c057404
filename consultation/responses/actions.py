"""What the house does with its answer besides writing and submitting it."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from consultation.core import bounds
from consultation.core.db import insert_new
from consultation.core.errors import Conflict, Forbidden, Invalid, Problem, changed_meanwhile
from consultation.core.history import perform, record
from consultation.core.language import M
from consultation.core.text import clean, clean_line
from consultation.forms.checks import form_of
from consultation.people.kinds import MEMBERS_KNOWN, SPEAKS_FOR_OTHERS
from consultation.people.models import Organisation
from consultation.register import queries as register
from consultation.responses import queries
from consultation.responses.answering import require_answering, wrote
from consultation.responses.desk import open_desk
from consultation.responses.models import Representation, RepresentationKind, Response, ResponseNote
from consultation.responses.resolutions import still_to_come
from consultation.responses.submission import uncount
from consultation.rulebook import RESPONSE, planner, releaser
from consultation.subjects import Actor

MOST_BODIES = 2000
"""So many bodies can an answer name."""


def mark_ready(session: Session, actor: Actor, response_id: uuid.UUID) -> Response:
    """Lay it before the releaser; refused with everything that is still missing."""
    desk = open_desk(session, actor, response_id, held=True)
    perform(session, RESPONSE, actor, desk.response, "mark_ready", author_id=actor.person_id)
    return desk.response


def return_for_rework(session: Session, actor: Actor, response_id: uuid.UUID, reason: str) -> Response:
    response = open_desk(session, actor, response_id).response
    RESPONSE.check(actor, response, "return_for_rework")
    reason = _reason(reason)
    perform(session, RESPONSE, actor, response, "return_for_rework")
    session.add(ResponseNote(response_id=response.id, text=reason, person_id=actor.person_id, moment=actor.moment))
    return response


def decline(session: Session, actor: Actor, response_id: uuid.UUID, reason: str = "") -> Response:
    """We take no part. What was submitted before counts no more."""
    response = open_desk(session, actor, response_id, held=True).response
    perform(
        session, RESPONSE, actor, response, "decline", details={"reason": _bounded(reason)}, counted_revision_id=None
    )  # fmt: skip
    uncount(session, response.id)
    return response


def withdraw(session: Session, actor: Actor, response_id: uuid.UUID, reason: str = "") -> Response:
    response = open_desk(session, actor, response_id).response
    perform(
        session, RESPONSE, actor, response, "withdraw", details={"reason": _bounded(reason)}, counted_revision_id=None
    )  # fmt: skip
    uncount(session, response.id)
    return response


def reopen(
    session: Session, actor: Actor, response_id: uuid.UUID, *, until: datetime | None = None, reason: str = ""
) -> Response:
    """By the organisation until its deadline; by the planner as long as answers are taken, for one body, with a day and a
    reason.

    The last submission keeps counting until another takes its place.
    """
    response = queries.get(session, actor, response_id)
    changes: dict[str, Any] = {}
    if planner(actor, response):
        if until is None or until <= actor.moment:
            raise Invalid(
                M("Bitte prüfen Sie Ihre Angaben."),
                problems=[
                    Problem("until", M("Nennen Sie einen Tag in der Zukunft, bis zu dem erneut abgegeben werden kann."))
                ],
            )
        reason, changes = _reason(reason), {"reopened_until": until}
    reason = _bounded(reason)
    perform(session, RESPONSE, actor, response, "reopen", details={"reason": reason, "until": until}, **changes)
    return response


def confirm_resolution(session: Session, actor: Actor, response_id: uuid.UUID, number: int) -> None:
    """The council has agreed to the revision with this number, which is provisional no more. One that was submitted since has
    not been before the council.
    """
    response = queries.get(session, actor, response_id, held=True)
    if not releaser(actor, response):
        raise Forbidden(M("Das darf nur: {who}.", who=releaser.name))
    counted = queries.counted_revision(session, response)
    if counted is None or not counted.reserved or response.confirmed_at is not None:
        raise Conflict(M("Diese Stellungnahme steht nicht unter Gremienvorbehalt."))
    if counted.number != number:
        raise changed_meanwhile()
    form = response.consultation.form_version
    assert form is not None
    if day := still_to_come(form_of(form), queries.document(counted)["answers"], actor.moment):
        raise Conflict(M("Der Beschluss ist in Ihrer Stellungnahme für den {day} angekündigt. Bestätigen Sie ihn ab diesem Tag.",
                         day=day))  # fmt: skip
    response.confirmed_at = actor.moment
    record(session, actor, response, "confirm_resolution", revision=counted.number)


def set_own_reference(session: Session, actor: Actor, response_id: uuid.UUID, reference: str) -> None:
    response = open_desk(session, actor, response_id, held=True).response
    require_answering(actor, response)
    if (given := clean_line(reference)[:100]) != response.own_reference:
        response.own_reference = given
        wrote(actor, response)


def set_representation(
    session: Session, actor: Actor, response_id: uuid.UUID, bodies: Mapping[str, RepresentationKind]
) -> None:
    """Register key → spoken for or supporting; replaces what was chosen before. Problems name the key that is wrong."""
    response = open_desk(session, actor, response_id, held=True).response
    require_answering(actor, response)
    if response.organisation.kind not in SPEAKS_FOR_OTHERS:
        raise Forbidden(M("Für andere sprechen Gemeindeverbände, Kreise, Qualitätszirkel und Spitzenverbände."))
    if len(bodies) > MOST_BODIES:
        raise Invalid.about("bodies", M("Eine Antwort nennt höchstens {most} Stellen.", most=MOST_BODIES))
    if problems := list(_wrongly_named(session, response.organisation, bodies)):
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    if {body.key: kind for body, kind in queries.represented(session, response.id)} != bodies:
        wrote(actor, response)
    session.execute(delete(Representation).where(Representation.response_id == response.id))
    rows = [{"response_id": response.id, "register_key": key, "kind": kind} for key, kind in sorted(bodies.items())]
    insert_new(session, Representation, rows, ["response_id", "register_key"])
    record(session, actor, response, "set_representation", count=len(rows))


def may_speak_for(house: Organisation, key: str) -> bool:
    """Whether it is one of its own, as far as the register knows them: its key begins with that of what it belongs to."""
    return house.kind not in MEMBERS_KNOWN or key.startswith(house.register_key or "-")


def _wrongly_named(
    session: Session, house: Organisation, bodies: Mapping[str, RepresentationKind]
) -> Iterator[Problem]:
    """Who is represented is asked and reminded no more: so a house whose members the register knows speaks for these alone.
    Everybody may say who supports them.
    """
    known = register.by_keys(session, bodies)
    for body, kind in bodies.items():
        if body == house.register_key:
            yield Problem(body, M("{name} sind Sie selbst. Nennen Sie hier nur andere.", name=house.name))
        elif body not in known:
            yield Problem(body, M("Im Register gibt es keine Stelle mit dem Schlüssel {key}.", key=body))
        elif kind == RepresentationKind.REPRESENTED and not may_speak_for(house, body):
            yield Problem(body, M("{name} gehört nach dem Gemeindeverzeichnis nicht zu Ihnen. Für andere als die eigenen "
                                  "Mitglieder können Sie nur angeben, dass sie Ihre Stellungnahme unterstützen.",
                                  name=known[body].name),
                          in_data=M("{name} gehört nach dem Gemeindeverzeichnis nicht zu Ihnen. Wer Ihre Stellungnahme nur "
                                    "unterstützt, bekommt „kind“: „supporter“.", name=known[body].name))  # fmt: skip


def _reason(text: str) -> str:
    if not (text := _bounded(text)):
        raise Invalid.about("reason", M("Nennen Sie den Grund."))
    return text


def _bounded(reason: str) -> str:
    return bounds.WHY.within("reason", clean(reason))
