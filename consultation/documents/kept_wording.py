"""Sections of which something was adopted while the next version words them as before: planners hear of it before anybody else."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from consultation.consultations.models import Consultation
from consultation.core.language import M, Message
from consultation.evaluation.models import ADOPTED, Contribution, Point
from consultation.programmes import named, queries
from consultation.programmes.comparison import compare
from consultation.programmes.models import DraftVersion, Programme, Section
from consultation.responses.models import Response
from consultation.states import DraftVersionState, PointState


@dataclass(frozen=True)
class KeptSections:
    """`points`: section → how many of its points were adopted, in reading order; never empty."""

    version: DraftVersion
    points: tuple[tuple[str, int], ...]

    @property
    def sentences(self) -> list[Message]:
        return [
            M("{count} Punkte zu {section} sind ganz oder teilweise berücksichtigt, der Wortlaut ist unverändert.",
              one="1 Punkt zu {section} ist ganz oder teilweise berücksichtigt, der Wortlaut ist unverändert.",
              count=count, section=section)
            for section, count in self.points
        ]  # fmt: skip


def kept_in_the_next(session: Session, consultation: Consultation) -> KeptSections | None:
    """In the newest version after the one that was consulted on, also while it is being written."""
    consulted = consultation.draft_version
    if consulted is None:
        return None
    later = select(DraftVersion).where(
        DraftVersion.programme_id == consultation.programme_id, DraftVersion.number > consulted.number
    )
    newest = session.scalars(later.order_by(DraftVersion.number.desc()).limit(1)).one_or_none()
    if newest is None:
        return None
    return _kept(session, _adopted(session, consultation), consulted, newest)


def kept_since_the_last(session: Session, consultation: Consultation) -> KeptSections | None:
    """In this consultation's version, against what was adopted in the round before: that of the version before, if weighed."""
    version = consultation.draft_version
    if version is None:
        return None
    before = (
        select(Consultation)
        .join(DraftVersion, DraftVersion.id == Consultation.draft_version_id)
        .where(Consultation.programme_id == consultation.programme_id, DraftVersion.number < version.number)
        .where(Consultation.id.in_(select(Point.consultation_id).where(*_DECIDED)))
        .order_by(DraftVersion.number.desc(), Consultation.round.desc(), Consultation.created_at.desc())
        .limit(1)
        .options(joinedload(Consultation.draft_version))
    )
    last = session.scalars(before).one_or_none()
    if last is None or last.draft_version is None:
        return None
    return _kept(session, _adopted(session, last), last.draft_version, version)


_DECIDED = (Point.state == PointState.DECIDED, Point.decision.in_(ADOPTED), Point.merged_into_id.is_(None))


def _adopted(session: Session, consultation: Consultation) -> Counter[str]:
    """Section → its points that were adopted and that an answer which counts still demands."""
    demanded = select(Contribution.point_id).join(Response, Response.counted_revision_id == Contribution.revision_id)
    statement = (
        select(Point.section_key, func.count())
        .where(Point.consultation_id == consultation.id, Point.section_key.is_not(None), *_DECIDED)
        .where(Point.id.in_(demanded.where(Contribution.consultation_id == consultation.id)))
        .group_by(Point.section_key)
    )
    return Counter({str(key): n for key, n in session.execute(statement)})


def _kept(
    session: Session, adopted: Mapping[str, int], old: DraftVersion, new: DraftVersion
) -> KeptSections | None:  # fmt: skip
    if not adopted:
        return None
    found = compare(_as_read(session, old), _as_read(session, new))
    kept = tuple(
        (f"{one.new.number} {one.new.heading}".strip(), adopted[one.key])
        for one in found.sections
        if one.new is not None and one.key in found.untouched and one.key in adopted
    )
    return KeptSections(new, kept) if kept else None


def _as_read(session: Session, version: DraftVersion) -> list[Section]:
    programme = None
    if version.state != DraftVersionState.PUBLISHED:  # its values are those of today
        whole = (selectinload(Programme.parameters), selectinload(Programme.terms))
        programme = session.scalars(select(Programme).where(Programme.id == version.programme_id).options(*whole)).one()
    return named.shown(queries.sections(session, version.id), named.values(version, programme))
