"""Reading editions: planners see all of theirs, others what was published."""

import uuid
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from consultation.consultations.models import Consultation, Invitation
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.core.workflow import Rule
from consultation.documents.folders import HIDDEN, NUMBERS, OUTCOMES, TEXTS, folder_of
from consultation.documents.models import Edition, EditionFile
from consultation.programmes.models import Programme, ProgrammeMember
from consultation.rulebook import is_invited, is_public
from consultation.states import (
    ANSWERING,
    PLANNING,
    Audience,
    ConsultationState,
    EditionState,
    InvitationState,
    Visibility,
)
from consultation.subjects import Actor

SHOWN = frozenset({ConsultationState.EVALUATING, ConsultationState.PUBLISHED, ConsultationState.ARCHIVED})
"""A published edition can be read in these states of its consultation."""

_plans_everywhere = Rule[Actor, Edition](
    M("Mitglied des Programms, nicht auf ein Land begrenzt"),
    lambda a, e: a.may_plan and bool(a.roles & PLANNING) and e.planners.get(a.organisation_id, "") is None,  # type: ignore[arg-type]  # nobody has no organisation
)
_plans_a_land = Rule[Actor, Edition](
    M("Mitglied des Programms"),
    lambda a, e: a.may_plan and bool(a.roles & PLANNING) and a.organisation_id in e.planners,
)
_published = Rule[Actor, Edition](
    M("veröffentlicht"), lambda a, e: e.state == EditionState.PUBLISHED and e.consultation_state in SHOWN
)
_reader = Rule[Actor, Edition](
    M("eingeladene Stelle oder Öffentlichkeit"),
    lambda a, e: is_invited(a, e.consultation) or is_public(a, e.consultation),
)
VIEW_EDITION = _plans_everywhere | (_published & (_plans_a_land | _reader))
"""A Land unit sees only its Land, and an internal edition holds all of them."""


def visible(actor: Actor) -> Select[Edition]:
    """The SQL twin of VIEW_EDITION."""
    if actor.is_system:
        return select(Edition)
    readers = or_(Consultation.visibility == Visibility.PUBLIC, _planned(actor, whole=False), _invited(actor))
    shown = _consultations(Consultation.state.in_(SHOWN), readers)
    published = and_(Edition.state == EditionState.PUBLISHED, shown)
    return select(Edition).where(or_(_consultations(_planned(actor, whole=True)), published))


def _consultations(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """That it is an edition of one of these; also where the statement joins consultations itself."""
    return Edition.consultation_id.in_(select(Consultation.id).where(*conditions).correlate(None))


def _planned(actor: Actor, *, whole: bool) -> ColumnElement[bool]:
    if not (actor.may_plan and actor.roles & PLANNING):
        return false()
    member = select(ProgrammeMember.programme_id).where(ProgrammeMember.organisation_id == actor.organisation_id)
    if whole:
        member = member.where(ProgrammeMember.state.is_(None))
    return Consultation.programme_id.in_(member)


def _invited(actor: Actor) -> ColumnElement[bool]:
    if not actor.roles & ANSWERING:
        return false()
    mine = select(Invitation.consultation_id).where(
        Invitation.organisation_id == actor.organisation_id, Invitation.state != InvitationState.PLANNED
    )
    return Consultation.id.in_(mine)


def _whole() -> tuple[object, ...]:
    programme = joinedload(Edition.consultation).joinedload(Consultation.programme)
    return (
        selectinload(Edition.files),
        programme.selectinload(Programme.members),
        programme.joinedload(Programme.owner),
    )


def get(session: Session, actor: Actor, edition_id: uuid.UUID) -> Edition:
    """With its files, its consultation and the programme's members."""
    return _one(session, visible(actor).where(Edition.id == edition_id), *_whole())


def by_number(session: Session, actor: Actor, consultation_slug: str, number: int) -> Edition:
    statement = visible(actor).join(Edition.consultation).where(Consultation.slug == consultation_slug)
    return _one(session, statement.where(Edition.number == number), *_whole())


def of_known(session: Session, actor: Actor, consultation: Consultation, number: int) -> Edition:
    """As `by_number`, of a consultation that the caller has read with the programme's members."""
    return numbered(all_known(session, actor, consultation), number)


def all_known(session: Session, actor: Actor, consultation: Consultation) -> Sequence[Edition]:
    """As `of_consultation`, of a consultation that the caller has read with the programme's members."""
    statement = visible(actor).where(Edition.consultation_id == consultation.id).order_by(Edition.number.desc())
    return session.scalars(statement.options(selectinload(Edition.files), joinedload(Edition.consultation))).all()


def numbered(found: Sequence[Edition], number: int) -> Edition:
    return _there(next((one for one in found if one.number == number), None))


def _one(session: Session, statement: Select[Edition], *whole: object) -> Edition:
    return _there(session.scalars(statement.options(*whole)).one_or_none())  # type: ignore[arg-type]  # loader options


def _there(found: Edition | None) -> Edition:
    if found is None:
        raise NotFound(M("Diese Ausgabe gibt es nicht."))
    return found


def of_consultation(session: Session, actor: Actor, consultation_id: uuid.UUID) -> list[Edition]:
    """Newest first."""
    statement = visible(actor).where(Edition.consultation_id == consultation_id).order_by(Edition.number.desc())
    return list(session.scalars(statement.options(*_whole())))  # type: ignore[arg-type]  # loader options


def last_published(session: Session, consultation_id: uuid.UUID) -> Edition | None:
    """Of its public editions that are out the one with the highest number, alone."""
    out = (Edition.audience == Audience.PUBLIC, Edition.state == EditionState.PUBLISHED)
    here = select(Edition).where(Edition.consultation_id == consultation_id, *out)
    return session.scalars(here.order_by(Edition.number.desc()).limit(1)).one_or_none()


def published_numbers(session: Session, consultation_id: uuid.UUID, *more: ColumnElement[bool]) -> list[int]:
    """The numbers of its public editions that are out; none of them is ever taken back."""
    out = (Edition.audience == Audience.PUBLIC, Edition.state == EditionState.PUBLISHED, *more)
    here = select(Edition.number).where(Edition.consultation_id == consultation_id, *out)
    return list(session.scalars(here.order_by(Edition.number)))


def next_number(session: Session, consultation_id: uuid.UUID) -> int:
    last = session.scalar(select(func.max(Edition.number)).where(Edition.consultation_id == consultation_id))
    return (last or 0) + 1


def file(edition: Edition, name: str) -> EditionFile:
    """One of the files in the edition's list, by its whole name; anything else is not found."""
    if (found := next((f for f in edition.files if f.name == name), None)) is None:
        raise NotFound(M("Diese Datei gibt es nicht."))
    return found


def file_path(documents: Path, edition: Edition, name: str) -> Path:
    """Where it lies. The name comes from the database, never from the request: no path can lead outside."""
    path = folder_of(documents, edition.id) / file(edition, name).name
    if not path.is_file():
        raise NotFound(M("Diese Datei gibt es nicht."))
    return path


def lacks(documents: Path, edition: Edition, name: str) -> bool:
    """Whether one of its side files is gone."""
    return name in side_files(edition) and not (folder_of(documents, edition.id) / name).is_file()


def side_files(edition: Edition) -> list[str]:
    """What lies beside a compiled public edition and later ones depend on, as far as the program that made it kept it."""
    counted = edition.audience == Audience.PUBLIC and "revisions" in edition.counts
    kept = [HIDDEN, OUTCOMES, TEXTS] if counted else []
    return [*kept, NUMBERS] if counted and "compared" in edition.counts else kept
