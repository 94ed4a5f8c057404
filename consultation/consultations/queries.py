"""Reading consultations. What is invited only shows to planners of the programme and to invited bodies, to nobody else."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from consultation.consultations.models import Consultation, ConsultationVersion, DeadlineExtension, Invitation
from consultation.core.db import hold
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.programmes.models import DraftVersion, Programme, ProgrammeMember
from consultation.rulebook import IN_SIGHT
from consultation.states import ANSWERING, PLANNING, ConsultationState, ExtensionState, InvitationState, Visibility
from consultation.subjects import Actor


def visible(actor: Actor) -> Select[Consultation]:
    """The SQL twin of rulebook.VIEW_CONSULTATION."""
    if actor.is_system:
        return select(Consultation)
    public = and_(Consultation.visibility == Visibility.PUBLIC, Consultation.state.in_(IN_SIGHT))
    return select(Consultation).where(or_(public, _planned_by(actor), _answered_by(actor)))


def _planned_by(actor: Actor) -> ColumnElement[bool]:
    if not (actor.may_plan and actor.roles & PLANNING):
        return false()
    shared = select(ProgrammeMember.programme_id).where(ProgrammeMember.organisation_id == actor.organisation_id)
    return Consultation.programme_id.in_(shared)


def _answered_by(actor: Actor) -> ColumnElement[bool]:
    if not actor.roles & ANSWERING:
        return false()
    return and_(
        Consultation.state.in_(IN_SIGHT | {ConsultationState.CANCELLED}),
        Consultation.id.in_(_invitations_of(actor).with_only_columns(Invitation.consultation_id)),
    )


def _invitations_of(actor: Actor) -> Select[Invitation]:
    return select(Invitation).where(
        Invitation.organisation_id == actor.organisation_id, Invitation.state != InvitationState.PLANNED
    )


def get(session: Session, actor: Actor, slug: str) -> Consultation:
    """With its programme, members, form and draft (without the sections' texts)."""
    return _one(session, actor, Consultation.slug == slug)


def by_id(session: Session, actor: Actor, consultation_id: uuid.UUID) -> Consultation:
    return _one(session, actor, Consultation.id == consultation_id)


def held(session: Session, actor: Actor, slug: str) -> Consultation:
    """As `get`, for whoever changes it: locked until the end of the transaction, and read as it is now.

    What is looked at before a change (its state, deadline, form) is then still so when it is changed.
    """
    consultation = get(session, actor, slug)
    hold(session, Consultation, consultation.id)
    session.expire(consultation)
    return get(session, actor, slug)


def _one(session: Session, actor: Actor, condition: ColumnElement[bool]) -> Consultation:
    statement = visible(actor).where(condition).options(
        joinedload(Consultation.programme).options(selectinload(Programme.members), joinedload(Programme.owner)),
        joinedload(Consultation.form_version), joinedload(Consultation.draft_version).joinedload(DraftVersion.programme),
    )  # fmt: skip
    if (consultation := session.scalars(statement).one_or_none()) is None:
        raise NotFound(M("Diese Konsultation gibt es nicht."))
    if actor.organisation_id is not None and actor.roles & ANSWERING:  # nobody else is asked for it
        mine = _invitations_of(actor).where(Invitation.consultation_id == consultation.id)
        if session.scalars(mine.with_only_columns(Invitation.id)).first() is not None:
            consultation.invited = frozenset({actor.organisation_id})
    return consultation


def of_programme(session: Session, actor: Actor, programme_id: uuid.UUID) -> list[Consultation]:
    statement = visible(actor).where(Consultation.programme_id == programme_id)
    return list(session.scalars(statement.order_by(Consultation.created_at.desc(), Consultation.id)))


def beside(session: Session, actor: Actor, consultation: Consultation) -> list[Consultation]:
    """The other consultations of its programme that this actor may see and that have been announced, by their rounds."""
    statement = visible(actor).where(
        Consultation.programme_id == consultation.programme_id, Consultation.id != consultation.id,
        Consultation.state.in_(IN_SIGHT),
    )  # fmt: skip
    return list(session.scalars(statement.order_by(Consultation.round, Consultation.created_at, Consultation.id)))


def round_before(consultation: Consultation, others: Sequence[Consultation]) -> Consultation | None:
    """Of those `beside` it the last earlier round that was about another version of the draft."""
    earlier = [
        one for one in others
        if one.round < consultation.round and one.draft_version_id not in (None, consultation.draft_version_id)
    ]  # fmt: skip
    return earlier[-1] if consultation.draft_version_id and earlier else None


def planned_by(session: Session, actor: Actor) -> list[Consultation]:
    """All consultations of the programmes the acting organisation takes part in, newest first."""
    members = joinedload(Consultation.programme).selectinload(Programme.members)
    statement = select(Consultation).where(_planned_by(actor)).options(members)
    return list(session.scalars(statement.order_by(Consultation.created_at.desc(), Consultation.id)))


def public(session: Session) -> list[Consultation]:
    statement = select(Consultation).where(
        Consultation.visibility == Visibility.PUBLIC, Consultation.state.in_(IN_SIGHT)
    )
    with_programme = joinedload(Consultation.programme).joinedload(Programme.owner)
    return list(session.scalars(statement.options(with_programme).order_by(Consultation.deadline.desc())))


def invitations_to(session: Session, actor: Actor) -> list[Invitation]:
    """What the acting organisation was asked, the nearest deadline last."""
    statement = _invitations_of(actor).join(Invitation.consultation)
    consultation = joinedload(Invitation.consultation)
    whole = (
        consultation.joinedload(Consultation.programme).joinedload(Programme.owner),
        consultation.joinedload(Consultation.form_version),
    )
    seen = Consultation.state.in_(IN_SIGHT | {ConsultationState.CANCELLED})
    return list(session.scalars(statement.where(seen).options(*whole).order_by(Consultation.deadline.desc())))


def versions(session: Session, consultation_id: uuid.UUID) -> list[ConsultationVersion]:
    statement = select(ConsultationVersion).where(ConsultationVersion.consultation_id == consultation_id)
    return list(session.scalars(statement.order_by(ConsultationVersion.number)))


def current_version(session: Session, consultation_id: uuid.UUID) -> ConsultationVersion | None:
    return next(iter(reversed(versions(session, consultation_id))), None)


def invitation(session: Session, actor: Actor, invitation_id: uuid.UUID) -> Invitation:
    """For planners of the consultation; a Land unit sees those of its Land."""
    statement = (
        select(Invitation)
        .where(Invitation.id == invitation_id)
        .where(
            Invitation.consultation_id.in_(
                visible(actor).where(_planned_or_system(actor)).with_only_columns(Consultation.id)
            )
        )
        .options(
            joinedload(Invitation.consultation)
            .joinedload(Consultation.programme)
            .options(selectinload(Programme.members), joinedload(Programme.owner)),
            joinedload(Invitation.organisation),
        )
    )
    found = session.scalars(statement).one_or_none()
    if found is None or _limited_to(actor, found.consultation) not in (None, found.organisation.state):
        raise NotFound(M("Diese Einladung gibt es nicht."))
    return found


def _planned_or_system(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.is_system else _planned_by(actor)


def _limited_to(actor: Actor, consultation: Consultation) -> str | None:
    """The Land a member of the programme is limited to."""
    return None if actor.organisation_id is None else consultation.planners.get(actor.organisation_id)


def extension(session: Session, actor: Actor, extension_id: uuid.UUID) -> DeadlineExtension:
    found = session.get(DeadlineExtension, extension_id, options=[joinedload(DeadlineExtension.invitation)])
    if found is None:
        raise NotFound(M("Diese Bitte um Fristverlängerung gibt es nicht."))
    invitation(session, actor, found.invitation_id)
    return found


def extensions(session: Session, consultation_id: uuid.UUID) -> list[DeadlineExtension]:
    """Open requests first."""
    statement = select(DeadlineExtension).where(DeadlineExtension.consultation_id == consultation_id)
    whole = joinedload(DeadlineExtension.invitation).joinedload(Invitation.organisation)
    return list(
        session.scalars(
            statement.options(whole).order_by(DeadlineExtension.decided_at.is_not(None), DeadlineExtension.requested_at)
        )
    )


def extensions_waiting(session: Session, consultation_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Consultation → requests for more time that nobody has answered; only those with one. The caller may see them."""
    statement = (
        select(Invitation.consultation_id, func.count())
        .join(DeadlineExtension, DeadlineExtension.invitation_id == Invitation.id)
        .where(Invitation.consultation_id.in_(consultation_ids), DeadlineExtension.state == ExtensionState.REQUESTED)
        .group_by(Invitation.consultation_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)} if consultation_ids else {}


def extensions_asked(session: Session, invitation_id: uuid.UUID) -> list[DeadlineExtension]:
    """What one body asked for, newest first; the caller has checked that it is the actor's own invitation."""
    statement = select(DeadlineExtension).where(DeadlineExtension.invitation_id == invitation_id)
    return list(session.scalars(statement.order_by(DeadlineExtension.requested_at.desc())))


def slug_taken(session: Session, slug: str) -> bool:
    return session.scalar(select(func.count()).where(Consultation.slug == slug)) != 0
