"""Answers that came by mail, letter or workshop: written down by a planner, never over what the body does itself."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from consultation.consultations import queries as consultations
from consultation.consultations.models import Consultation, Invitation
from consultation.core import bounds
from consultation.core.db import compare_and_set, hold
from consultation.core.errors import Conflict, Invalid, NotFound, Problem, changed_meanwhile
from consultation.core.history import record
from consultation.core.language import SOURCE, Language, M
from consultation.core.text import clean, clean_line
from consultation.core.times import local_day
from consultation.people.models import Organisation
from consultation.people.queries import somebody_answers
from consultation.programmes.models import DraftVersion, Programme
from consultation.responses.answering import Posted
from consultation.responses.desk import Desk, Stored, context_of, refusals_of
from consultation.responses.models import BY_HAND, Channel, Intake, Response, Revision
from consultation.rulebook import RESPONSE, RUNNING, editor
from consultation.states import Purpose, ResponseState
from consultation.subjects import Actor

LONGEST = 500_000
EARLY = "early"
"""The confirmation that a day before the announcement is meant: people mistype the year."""


class Standing(StrEnum):
    """What the body has done itself; all a planner learns of it."""

    FREE = "free"
    BEGUN = "begun"
    ENTERED = "entered"
    """An answer was entered for it, and it has not taken over."""
    ANSWERED = "answered"
    AWAY = "away"
    """Declined, or withdrew."""


@dataclass(frozen=True)
class Received:
    """What is known of the answer besides what it says."""

    channel: Channel
    received_on: date
    reference: str
    original: str


def standing(session: Session, invitation: Invitation) -> Standing:
    own = exists().where(Revision.response_id == Response.id, ~entered())
    row = session.execute(select(Response.state, own).where(Response.invitation_id == invitation.id)).one_or_none()
    return Standing.FREE if row is None else _standing(row[0], answered_itself=bool(row[1]))


def gets_mail(session: Session, invitation: Invitation) -> bool:
    """Whether a receipt finds anybody by mail: the invited address, or somebody who answers for the body."""
    return bool(invitation.email) or bool(session.scalar(select(somebody_answers(invitation.organisation_id))))


def to_reopen(session: Session, invitation: Invitation) -> uuid.UUID | None:
    """The response that a planner reopens where nothing can be entered; none once the consultation takes no answers."""
    if invitation.consultation.state not in RUNNING:
        return None
    over = Response.state.in_(RESPONSE.rows["reopen"].sources)
    return session.scalar(select(Response.id).where(Response.invitation_id == invitation.id, over))


def standing_of(response: Response | None) -> Standing:
    """Of one that `response_of` has read."""
    return Standing.FREE if response is None else _standing(response.state, answered_itself=response.answered_itself)


def _standing(state: ResponseState, *, answered_itself: bool) -> Standing:
    if answered_itself:
        return Standing.ANSWERED
    if state in (ResponseState.DRAFTING, ResponseState.READY):
        return Standing.BEGUN
    return Standing.ENTERED if state == ResponseState.SUBMITTED else Standing.AWAY


def entered() -> ColumnElement[bool]:
    """Over revisions: it came by letter or the like. Whoever is noted with it wrote it down, and did not release it."""
    return exists().where(Intake.revision_id == Revision.id)


def response_of(session: Session, invitation: Invitation) -> Response | None:
    """As it is now, with `answered_itself` and all that a submission needs; nothing of its draft answers."""
    consultation = joinedload(Response.consultation)
    statement = (
        select(Response)
        .where(Response.invitation_id == invitation.id)
        .options(
            consultation.joinedload(Consultation.programme).options(
                selectinload(Programme.members), joinedload(Programme.owner)
            ),
            consultation.joinedload(Consultation.form_version),
            consultation.joinedload(Consultation.draft_version).selectinload(DraftVersion.sections),
            joinedload(Response.organisation).joinedload(Organisation.register_body),
            joinedload(Response.invitation).joinedload(Invitation.consultation),
        )
        .execution_options(populate_existing=True)
    )
    found = session.scalars(statement).one_or_none()
    if found is not None:
        own = select(Revision.id).where(Revision.response_id == found.id, ~entered()).limit(1)
        found.answered_itself = session.scalar(own) is not None
    return found


def require_possible(actor: Actor, invitation: Invitation, now: Standing) -> None:
    """403 for the wrong people, 409 with the reason where there is nothing to enter."""
    editor.demand(actor, invitation)
    if invitation.purpose != Purpose.FOR_COMMENT:
        raise Conflict(M("Diese Stelle ist nur nachrichtlich beteiligt und gibt keine Stellungnahme ab."))
    if invitation.consultation.state not in RUNNING:
        raise Conflict(M("Die Konsultation läuft nicht; es werden keine Antworten mehr aufgenommen."))
    if now == Standing.ANSWERED:
        raise Conflict(
            M(
                "Die Stelle hat selbst geantwortet; das gilt. Öffnen Sie ihre Stellungnahme wieder, damit sie ändern kann."
            )
        )
    if now == Standing.AWAY:
        raise Conflict(
            M(
                "Die Stelle nimmt nicht teil oder hat zurückgenommen. Öffnen Sie ihre Stellungnahme wieder, bevor Sie erfassen."
            )
        )


# -- writing it down -------------------------------------------------------------------------------------------------
def begin(
    session: Session,
    actor: Actor,
    invitation_id: uuid.UUID,
    received: Received,
    *,
    beside: bool = False,
    early: bool = False,
) -> Intake:
    """`beside`: the planner knows that the body is writing itself, and that its own answer will take the place of this one.

    `early`: and that the answer came before the consultation was announced.
    """
    invitation = consultations.invitation(session, actor, invitation_id)
    hold(session, Invitation, invitation.id)
    now = standing(session, invitation)
    require_possible(actor, invitation, now)
    problems = list(_problems(actor, invitation.consultation, received, early=early))
    if now == Standing.BEGUN and not beside:
        problems.append(Problem("beside", M("Bestätigen Sie, dass die eigene Antwort der Stelle später gelten soll.")))
    if problems:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    made = Intake(
        id=uuid.uuid4(), consultation_id=invitation.consultation_id, invitation_id=invitation.id,
        organisation_id=invitation.organisation_id, answers={}, version=1, person_id=actor.person_id,
        created_at=actor.moment, **_kept(received),
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(session, actor, made, "begin_intake", channel=made.channel, body=str(made.organisation_id))
    return made


def _problems(actor: Actor, consultation: Consultation, received: Received, *, early: bool) -> Iterable[Problem]:
    if received.channel not in BY_HAND:
        yield Problem("channel", M("Wählen Sie, wie die Antwort einging."))
    if received.received_on > local_day(actor.moment):
        yield Problem("received_on", M("Der Tag des Eingangs liegt in der Zukunft."))
    announced = consultation.announced_at
    if announced is not None and received.received_on < local_day(announced) and not early:
        yield Problem(EARLY, M("Der {day} liegt vor der Ankündigung am {announced}. Berichtigen Sie den Tag des Eingangs, "
                               "oder bestätigen Sie ihn.", day=received.received_on, announced=local_day(announced)))  # fmt: skip
    if not clean(received.original):
        yield Problem("original", M("Fügen Sie den Wortlaut ein; er bleibt als Original neben der Stellungnahme."))
    elif len(received.original) > LONGEST:
        yield Problem("original", M("Der Text ist zu lang. Erlaubt sind {longest} Zeichen.", longest=LONGEST))
    yield from bounds.SENDER_REFERENCE.problems("reference", clean_line(received.reference))


def _kept(received: Received) -> dict[str, Any]:
    original = clean(received.original)
    return {
        "channel": received.channel, "received_on": received.received_on, "original": original,
        "reference": clean_line(received.reference), "original_hash": hashlib.sha256(original.encode()).hexdigest(),
    }  # fmt: skip


def get(session: Session, actor: Actor, intake_id: uuid.UUID) -> tuple[Intake, Invitation]:
    """One that is not submitted yet, for the editors of the programme; everybody else finds nothing."""
    found = session.get(Intake, intake_id)
    if found is None or found.revision_id is not None:
        raise NotFound(M("Diese Erfassung gibt es nicht."))
    invitation = consultations.invitation(session, actor, found.invitation_id)
    if not editor(actor, invitation):
        raise NotFound(M("Diese Erfassung gibt es nicht."))
    return found, invitation


def held(
    session: Session, actor: Actor, intake_id: uuid.UUID, version: int | None = None
) -> tuple[Intake, Invitation]:  # fmt: skip
    """As `get`; until the transaction ends nobody else changes, submits or discards it, and it is read as it is then.

    What is held is the invitation: the body may have no response yet. `version`: what somebody was shown and agrees to.
    """
    _, invitation = get(session, actor, intake_id)
    hold(session, Invitation, invitation.id)
    anew = select(Intake).where(Intake.id == intake_id).execution_options(populate_existing=True)
    found = session.scalars(anew).one_or_none()
    if found is None or found.revision_id is not None or version not in (None, found.version):
        raise changed_meanwhile()
    return found, invitation


def open_ones(session: Session, consultation_id: uuid.UUID) -> list[tuple[Intake, str]]:
    """What somebody began to write down and did not submit, with the body's name, newest first."""
    statement = (
        select(Intake, Organisation.name)
        .join(Organisation, Organisation.id == Intake.organisation_id)
        .where(Intake.consultation_id == consultation_id, Intake.revision_id.is_(None))
        .order_by(Intake.created_at.desc(), Intake.id)
        .limit(50)
    )
    return [(intake, name) for intake, name in session.execute(statement)]


def of_revision(session: Session, revision_id: uuid.UUID) -> Intake | None:
    """The original beside a revision. The caller has checked who may see that."""
    return session.scalars(select(Intake).where(Intake.revision_id == revision_id)).one_or_none()


def correct(
    session: Session, actor: Actor, intake_id: uuid.UUID, received: Received, version: int, *, early: bool = False
) -> Intake:
    intake, invitation = held(session, actor, intake_id)
    if problems := list(_problems(actor, invitation.consultation, received, early=early)):
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    compare_and_set(session, intake, {"version": version}, {"version": version + 1, **_kept(received)})
    record(session, actor, intake, "correct_intake")
    return intake


def discard(session: Session, actor: Actor, intake_id: uuid.UUID) -> None:
    intake, _ = held(session, actor, intake_id)
    record(session, actor, intake, "discard_intake", body=str(intake.organisation_id))
    session.delete(intake)
    session.flush()


# -- its answers -----------------------------------------------------------------------------------------------------
def desk(session: Session, actor: Actor, intake_id: uuid.UUID, language: Language = SOURCE) -> tuple[Intake, Desk]:
    """The form for this body with what was written down; never a look at what the body wrote itself."""
    intake, _ = get(session, actor, intake_id)
    return intake, desk_of(session, actor, intake, language)


def desk_of(session: Session, actor: Actor, intake: Intake, language: Language = SOURCE) -> Desk:
    """As `desk`, of one that was read already."""
    invitation = _whole(session, intake.invitation_id)
    nobodys = Response(
        id=uuid.uuid4(),
        consultation=invitation.consultation,
        organisation=invitation.organisation,
        invitation=invitation,
    )
    context = context_of(session, invitation.consultation, invitation.organisation, actor.moment, language)
    return Desk(nobodys, context.form, context, stored(intake))


def _whole(session: Session, invitation_id: uuid.UUID) -> Invitation:
    """Beside what is read already: form, draft, register row."""
    consultation = joinedload(Invitation.consultation)
    statement = (
        select(Invitation)
        .where(Invitation.id == invitation_id)
        .options(
            consultation.joinedload(Consultation.form_version),
            consultation.joinedload(Consultation.draft_version).selectinload(DraftVersion.sections),
            joinedload(Invitation.organisation).joinedload(Organisation.register_body),
        )
    )
    return session.scalars(statement).one()


def stored(intake: Intake) -> dict[tuple[str, str], Stored]:
    return {
        (key, item): Stored(kept.get("raw", kept.get("value")), "raw" in kept, intake.version, None, intake.created_at)
        for key, items in intake.answers.items()
        for item, kept in items.items()
    }


def keep(
    session: Session, actor: Actor, intake_id: uuid.UUID, posted: Mapping[str, Posted], version: int,
    language: Language = SOURCE,
) -> tuple[Problem, ...]:  # fmt: skip
    """Save what the page posted; wrong values are kept as typed and named. Refused if a colleague saved in between."""
    intake, _ = held(session, actor, intake_id)
    at = desk_of(session, actor, intake, language)
    answers = {key: dict(items) for key, items in intake.answers.items()}
    problems: list[Problem] = []
    for key, sent in posted.items():
        asked = at.form.by_key[key]
        for item in sorted(sent.items) if asked.type.itemised else ("",):
            raw = (sent.value or {}).get(item) if item else sent.value
            answers.setdefault(key, {}).pop(item, None)
            if raw is None:
                continue
            whole = {item: raw} if item else raw
            if refused := refusals_of(asked, whole, at.context):
                problems += refused
                answers[key][item] = {"raw": raw}
                continue
            value = asked.type.check(whole, asked.settings, at.context)
            checked = (value or {}).get(item) if item else value
            if checked is not None:
                answers[key][item] = {"value": checked}
    compare_and_set(
        session, intake, {"version": version},
        {"version": version + 1, "person_id": actor.person_id, "answers": {k: v for k, v in answers.items() if v}},
    )  # fmt: skip
    return tuple(problems)


def may_be_taken(invitation: Invitation) -> bool:
    """Whether a page should offer it at all."""
    return invitation.purpose == Purpose.FOR_COMMENT and invitation.consultation.state in RUNNING
