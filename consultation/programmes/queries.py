"""Reading programmes, draft versions and sections."""

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, false, func, inspect, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.programmes.models import DraftVersion, Programme, ProgrammeMember, Section
from consultation.states import PLANNING
from consultation.subjects import Actor


def visible(actor: Actor) -> Select[Programme]:
    """The SQL twin of rulebook.VIEW_PROGRAMME."""
    if actor.is_system:
        return select(Programme)
    if not (actor.may_plan and actor.roles & PLANNING):
        return select(Programme).where(false())
    shared = select(ProgrammeMember.programme_id).where(ProgrammeMember.organisation_id == actor.organisation_id)
    return select(Programme).where(Programme.id.in_(shared))


def get(session: Session, actor: Actor, slug: str) -> Programme:
    statement = visible(actor).where(Programme.slug == slug).options(
        selectinload(Programme.members).joinedload(ProgrammeMember.organisation),
        joinedload(Programme.owner), selectinload(Programme.parameters), selectinload(Programme.terms),
    )  # fmt: skip
    if (programme := session.scalars(statement).one_or_none()) is None:
        raise NotFound(M("Dieses Programm gibt es nicht."))
    return programme


def of_actor(session: Session, actor: Actor) -> list[Programme]:
    return list(session.scalars(visible(actor).options(selectinload(Programme.owner)).order_by(Programme.title)))


def slug_taken(session: Session, slug: str) -> bool:
    return session.scalar(select(func.count()).where(Programme.slug == slug)) != 0


def draft_versions(session: Session, programme_id: uuid.UUID) -> list[DraftVersion]:
    """Newest first, without their sections."""
    statement = select(DraftVersion).where(DraftVersion.programme_id == programme_id)
    return list(session.scalars(statement.order_by(DraftVersion.number.desc())))


def draft_version(session: Session, actor: Actor, draft_version_id: uuid.UUID) -> DraftVersion:
    """With its sections in reading order, for members of the programme."""
    statement = (
        select(DraftVersion)
        .where(DraftVersion.id == draft_version_id)
        .where(DraftVersion.programme_id.in_(visible(actor).with_only_columns(Programme.id)))
        .options(
            selectinload(DraftVersion.sections),
            joinedload(DraftVersion.programme).options(
                selectinload(Programme.members), selectinload(Programme.parameters), selectinload(Programme.terms)
            ),
        )
    )
    if (version := session.scalars(statement).one_or_none()) is None:
        raise NotFound(M("Diese Entwurfsfassung gibt es nicht."))
    return version


def consulted_draft(session: Session, draft_version_id: uuid.UUID) -> DraftVersion:
    """With its sections in reading order. Whoever may see the consultation may see it: the caller has checked."""
    statement = select(DraftVersion).where(DraftVersion.id == draft_version_id)
    return session.scalars(statement.options(selectinload(DraftVersion.sections))).one()


def sections(session: Session, draft_version_id: uuid.UUID, *, fresh: bool = False) -> Sequence[Section]:
    """In reading order. Whoever may see the consultation or the programme may see them: the caller has checked.

    `fresh`: as they are now, whatever the session has read before.
    """
    statement = select(Section).where(Section.draft_version_id == draft_version_id).order_by(Section.position)
    return session.scalars(statement.execution_options(populate_existing=fresh)).all()


def sections_of(session: Session, draft: DraftVersion) -> list[Section]:
    """As `sections`; read once and kept with the version, also after its own session has ended."""
    if "sections" in inspect(draft).unloaded:
        set_committed_value(draft, "sections", list(sections(session, draft.id)))
    return draft.sections


def last_draft(session: Session, programme_id: uuid.UUID) -> DraftVersion | None:
    """The one with the highest number, published or not, with its sections: what the next one is compared with."""
    statement = select(DraftVersion).where(DraftVersion.programme_id == programme_id)
    newest = statement.order_by(DraftVersion.number.desc()).limit(1)
    return session.scalars(newest.options(selectinload(DraftVersion.sections))).one_or_none()


def draft_before(session: Session, version: DraftVersion) -> uuid.UUID | None:
    """The version before this one, whoever may read it."""
    statement = select(DraftVersion.id).where(
        DraftVersion.programme_id == version.programme_id, DraftVersion.number < version.number
    )
    return session.scalars(statement.order_by(DraftVersion.number.desc()).limit(1)).one_or_none()


def next_draft_number(session: Session, programme_id: uuid.UUID) -> int:
    last = session.scalar(select(func.max(DraftVersion.number)).where(DraftVersion.programme_id == programme_id))
    return (last or 0) + 1
