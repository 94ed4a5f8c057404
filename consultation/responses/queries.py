"""Reading answers. Planners see submitted revisions, and who declined; a draft belongs to its organisation alone."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import ScalarResult, Select, and_, bindparam, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from consultation.consultations.models import Consultation, ConsultationVersion, Invitation
from consultation.core.db import hold, hold_where, holding
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.forms.models import FormVersion
from consultation.people.models import Organisation
from consultation.programmes.models import Programme, ProgrammeMember
from consultation.register.models import RegisterBody
from consultation.responses.models import (
    Channel,
    Disclosure,
    DisclosureChoice,
    Representation,
    RepresentationKind,
    Response,
    ResponseNote,
    Revision,
)
from consultation.rulebook import is_open
from consultation.states import ANSWERING, PLANNING, InvitationState, ResponseState
from consultation.subjects import Actor, system


def visible(actor: Actor) -> Select[Response]:
    """The SQL twin of rulebook.VIEW_RESPONSE."""
    if actor.is_system:
        return select(Response)
    own = Response.organisation_id == actor.organisation_id if actor.roles & ANSWERING else false()
    if not (actor.may_plan and actor.roles & PLANNING):
        return select(Response).where(own)
    land = select(Organisation.state).where(Organisation.id == Response.organisation_id).correlate(Response)
    members = (
        select(ProgrammeMember.id)
        .join(Consultation, Consultation.programme_id == ProgrammeMember.programme_id)
        .where(Consultation.id == Response.consultation_id, ProgrammeMember.organisation_id == actor.organisation_id)
        .where(or_(ProgrammeMember.state.is_(None), ProgrammeMember.state == land.scalar_subquery()))
        .correlate(Response)
    )
    replied = or_(Response.revision_count > 0, Response.state == ResponseState.DECLINED)
    return select(Response).where(or_(own, and_(replied, members.exists())))


def get(session: Session, actor: Actor, response_id: uuid.UUID, *, held: bool = False) -> Response:
    """With everything its rules look at and its page shows. `held`: nobody else changes it until the transaction ends, and what
    was read of it before is read anew.
    """
    if held:
        hold(session, Response, response_id)
    statement = visible(actor).where(Response.id == response_id).options(*_surroundings(plans=True))
    response = _one(session.scalars(statement, execution_options={"populate_existing": held}))
    if response is None:
        raise NotFound(M("Diese Stellungnahme gibt es nicht."))
    return response


def own(session: Session, actor: Actor, consultation_id: uuid.UUID) -> Response | None:
    """The acting organisation's response, if it has begun one."""
    return _own(session, actor, consultation_id=consultation_id)


def own_in(session: Session, actor: Actor, slug: str) -> Response | None:
    """As `own`, by the consultation's slug; only for people who answer."""
    return _own(session, actor, slug=slug) if actor.roles & ANSWERING else None


def has_written(session: Session, organisation_id: uuid.UUID) -> bool:
    """Whether an organisation has written anything itself, submitted or not; a letter that was entered for it is none of it."""
    drafted = select(Response.id).where(Response.organisation_id == organisation_id, Response.author_id.is_not(None))
    sent = select(Revision.id).where(
        Revision.organisation_id == organisation_id, Revision.channel.in_((Channel.PORTAL, Channel.API))
    )
    return bool(session.scalar(select(or_(drafted.exists(), sent.exists()))))


def own_one(session: Session, actor: Actor, response_id: uuid.UUID, *, held: bool = False) -> Response:
    """The acting organisation's own response; others find nothing, whatever else they may see of it. `held`: as for `get`."""
    if held:
        hold(session, Response, response_id)
    found = _own(session, actor, anew=held, response_id=response_id) if actor.roles & ANSWERING else None
    if found is None:
        raise NotFound(M("Diese Stellungnahme gibt es nicht."))
    return found


def own_held_in(session: Session, actor: Actor, slug: str) -> Response | None:
    """As `own_in`; nobody else changes it until the transaction ends."""
    held = hold_where(session, _OWN_ROW, {"slug": slug, "acting": actor.organisation_id})
    found = own_in(session, actor, slug)
    if found is None or held:
        return found
    return own_one(session, actor, found.id, held=True)  # somebody began it before it was read


_NAMED = select(Consultation.id).where(Consultation.slug == bindparam("slug")).scalar_subquery()
_OWN_ROW = holding(Response.id, Response.consultation_id == _NAMED, Response.organisation_id == bindparam("acting"))


def _own(session: Session, actor: Actor, *, anew: bool = False, **given: Any) -> Response | None:
    asked = given | {"acting": actor.organisation_id}
    statement = _own_statement(*given, plans=actor.may_plan or actor.is_system)
    return _one(session.scalars(statement, asked, execution_options={"populate_existing": anew}))


@cache
def _own_statement(by: str, *, plans: bool) -> Select[Response]:
    """Every page of the form asks this: it is put together once."""
    known = {
        "slug": Response.consultation_id == _NAMED,
        "consultation_id": Response.consultation_id == bindparam("consultation_id"),
        "response_id": Response.id == bindparam("response_id"),
    }
    statement = select(Response).where(known[by])
    return statement.where(Response.organisation_id == bindparam("acting")).options(*_surroundings(plans=plans))


def _surroundings(*, plans: bool) -> tuple[Any, ...]:
    """The definition of the form stays where it is: a frozen one is known by its hash (`forms.checks.form_of`). Who shares
    the programme is looked at by those alone who may plan.
    """
    consultation = joinedload(Response.consultation)
    programme = consultation.joinedload(Consultation.programme)
    return (
        programme.options(joinedload(Programme.owner), *((joinedload(Programme.members),) if plans else ())),
        consultation.joinedload(Consultation.form_version).defer(FormVersion.definition),
        consultation.joinedload(Consultation.draft_version),
        joinedload(Response.organisation).joinedload(Organisation.register_body),
        joinedload(Response.invitation),
    )


def _one(found: ScalarResult[Response]) -> Response | None:
    """It and its invitation belong to the same consultation, which need not be read twice."""
    response = found.unique().one_or_none()
    if response is not None:
        set_committed_value(response.invitation, "consultation", response.consultation)
    return response


def revisions(session: Session, response_id: uuid.UUID) -> list[Revision]:
    """Newest first."""
    statement = select(Revision).where(Revision.response_id == response_id).order_by(Revision.number.desc())
    return list(session.scalars(statement))


def submitted_with(session: Session, response_id: uuid.UUID, key: str) -> Revision | None:
    """What was submitted with an idempotency key that begins like this, if anything was."""
    return session.scalars(_SUBMITTED_WITH, {"response_id": response_id, "key": key}).first()


_SUBMITTED_WITH = select(Revision).where(
    Revision.response_id == bindparam("response_id"),
    Revision.idempotency_key.startswith(bindparam("key"), autoescape=False),
)


def revision(session: Session, actor: Actor, response_id: uuid.UUID, number: int) -> Revision:
    sought = visible(actor).where(Response.id == response_id).with_only_columns(Response.id)
    statement = select(Revision).where(Revision.response_id.in_(sought), Revision.number == number)
    if (found := session.scalars(statement).one_or_none()) is None:
        raise NotFound(M("Diese Fassung der Stellungnahme gibt es nicht."))
    return found


def answered_versions(session: Session, response_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Response → number of the consultation's version that its counted revision answered."""
    statement = (
        select(Response.id, ConsultationVersion.number)
        .join(Revision, Revision.id == Response.counted_revision_id)
        .join(ConsultationVersion, ConsultationVersion.id == Revision.consultation_version_id)
        .where(Response.id.in_(list(response_ids)))
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def last_revision(session: Session, response_id: uuid.UUID) -> Revision | None:
    return session.scalars(_LAST_REVISION, {"response_id": response_id}).one_or_none()


_LAST_REVISION = (
    select(Revision).where(Revision.response_id == bindparam("response_id")).order_by(Revision.number.desc()).limit(1)
)


def counted_revision(session: Session, response: Response) -> Revision | None:
    """What counts of this answer, if anything does."""
    return session.get(Revision, response.counted_revision_id) if response.counted_revision_id else None


def told_revision(session: Session, told: Mapping[str, Any]) -> Revision | None:
    """The submission that a job is about; jobs of earlier versions name the response alone."""
    if number := told.get("revision"):
        return session.get(Revision, uuid.UUID(number))
    return last_revision(session, uuid.UUID(told["id"]))


def document(revision: Revision) -> dict[str, Any]:
    """The submitted form, as it was hashed."""
    loaded: dict[str, Any] = orjson.loads(revision.document)
    return loaded


def disclosure_in_force(session: Session, response_id: uuid.UUID, moment: datetime) -> dict[str, Disclosure]:
    """Part → level at that moment; a part without a choice is absent and means `none`."""
    rows = session.execute(_DISCLOSURE, {"response_id": response_id, "moment": moment})
    return {row.part: row.level for row in rows}


_LAST_CHOICES = (
    select(func.max(DisclosureChoice.seq))
    .where(DisclosureChoice.response_id == bindparam("response_id"), DisclosureChoice.moment <= bindparam("moment"))
    .group_by(DisclosureChoice.part)
)
_DISCLOSURE = select(DisclosureChoice.part, DisclosureChoice.level).where(DisclosureChoice.seq.in_(_LAST_CHOICES))


def last_choices(session: Session, response_id: uuid.UUID) -> dict[str, DisclosureChoice]:
    """Part → what was written last of it."""
    found = session.scalars(_LAST_WRITTEN, {"response_id": response_id})
    return {choice.part: choice for choice in found}


_LAST_WRITTEN = select(DisclosureChoice).where(
    DisclosureChoice.seq.in_(
        select(func.max(DisclosureChoice.seq))
        .where(DisclosureChoice.response_id == bindparam("response_id"))
        .group_by(DisclosureChoice.part)
    )
)


def answered(session: Session, invitation_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these invitations with a response that counts, a nil return too. The caller has checked who may see it."""
    statement = select(Response.invitation_id).where(
        Response.invitation_id.in_(invitation_ids), Response.counted_revision_id.is_not(None)
    )
    return set(session.scalars(statement))


def represented(session: Session, response_id: uuid.UUID) -> list[tuple[RegisterBody, RepresentationKind]]:
    """Whom an answer speaks for, and who supports it, sorted German."""
    return [(body, kind) for body, kind in session.execute(_REPRESENTED, {"response_id": response_id})]


_REPRESENTED = (
    select(RegisterBody, Representation.kind)
    .join(Representation, Representation.register_key == RegisterBody.key)
    .where(Representation.response_id == bindparam("response_id"))
    .order_by(RegisterBody.sort_key, RegisterBody.key)
)


def notes(session: Session, response_id: uuid.UUID) -> list[ResponseNote]:
    """Reasons for which it was returned, newest first."""
    statement = select(ResponseNote).where(ResponseNote.response_id == response_id)
    return list(session.scalars(statement.order_by(ResponseNote.moment.desc())))


def last_notes(session: Session, response_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, ResponseNote]:
    """Response → why it was returned last, if that was after its last submission."""
    submitted = (
        select(func.max(Revision.submitted_at))
        .where(Revision.response_id == ResponseNote.response_id)
        .scalar_subquery()
    )
    statement = (
        select(ResponseNote)
        .where(ResponseNote.response_id.in_(response_ids))
        .where(or_(submitted.is_(None), ResponseNote.moment > submitted))
        .order_by(ResponseNote.moment)
    )
    return {note.response_id: note for note in session.scalars(statement)}


def of_organisation(session: Session, actor: Actor) -> Mapping[uuid.UUID, Response]:
    """Consultation → the acting organisation's response."""
    statement = select(Response).where(Response.organisation_id == actor.organisation_id)
    whole = selectinload(Response.counted_revision), joinedload(Response.organisation)
    return {r.consultation_id: r for r in session.scalars(statement.options(*whole))}


def ready_at(session: Session, organisation_id: uuid.UUID, moment: datetime) -> list[Response]:
    """What waits for release in this house, and may still be released."""
    statement = select(Response).where(
        Response.organisation_id == organisation_id, Response.state == ResponseState.READY
    ).options(joinedload(Response.consultation), joinedload(Response.invitation))  # fmt: skip
    return [found for found in session.scalars(statement) if is_open(system(moment), found)]


def invitation_for(session: Session, actor: Actor, consultation_id: uuid.UUID) -> Invitation:
    """The acting organisation's invitation, once it was sent."""
    return _invitation(session, actor, consultation_id=consultation_id)


def invitation_in(session: Session, actor: Actor, slug: str) -> Invitation:
    """As `invitation_for`, by the consultation's slug."""
    return _invitation(session, actor, slug=slug)


def _invitation(session: Session, actor: Actor, **given: Any) -> Invitation:
    asked = given | {"acting": actor.organisation_id}
    found = None
    if actor.roles & ANSWERING:
        found = session.scalars(_invitation_statement(by_slug="slug" in given), asked).unique().one_or_none()
    if found is None:
        raise NotFound(M("Ihre Stelle ist zu dieser Konsultation nicht eingeladen."))
    return found


@cache
def _invitation_statement(*, by_slug: bool) -> Select[Invitation]:
    consultation = joinedload(Invitation.consultation)
    return (
        select(Invitation)
        .where(Invitation.consultation_id == (_NAMED if by_slug else bindparam("consultation_id")))
        .where(Invitation.organisation_id == bindparam("acting"))
        .where(Invitation.state != InvitationState.PLANNED)
        .options(
            consultation.joinedload(Consultation.programme).options(
                joinedload(Programme.members), joinedload(Programme.owner)
            ),
            consultation.joinedload(Consultation.form_version).defer(FormVersion.definition),
            consultation.joinedload(Consultation.draft_version),
            joinedload(Invitation.organisation),
        )
    )
