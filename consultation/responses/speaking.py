"""Who speaks for a body. All that it may know of another house's answer: whose it is, when it came, that it speaks for it too."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from consultation.core.times import local_day
from consultation.people.models import Organisation
from consultation.responses.models import RepresentationKind, Response, Revision, RevisionRepresentation
from consultation.subjects import Actor


@dataclass(frozen=True)
class Speaker:
    """A house whose counted answer says that it represents the acting organisation."""

    name: str
    day: date
    nil_return: bool


def speakers(
    session: Session, actor: Actor, consultation_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, list[Speaker]]:
    """By consultation, the earliest first; one query for all of them. Drafts, withdrawn answers and answers that a planner
    entered for a house speak for nobody.
    """
    acting = aliased(Organisation)
    statement = (
        select(Response.consultation_id, Organisation.name, Revision.submitted_at, Revision.nil_return)
        .join(Revision, Revision.id == Response.counted_revision_id)
        .join(RevisionRepresentation, RevisionRepresentation.revision_id == Revision.id)
        .join(Organisation, Organisation.id == Response.organisation_id)
        .join(acting, acting.register_key == RevisionRepresentation.register_key)
        .where(acting.id == actor.organisation_id, Organisation.id != actor.organisation_id)
        .where(Response.consultation_id.in_(consultation_ids))
        .where(RevisionRepresentation.kind == RepresentationKind.REPRESENTED)
        .order_by(Revision.submitted_at, Organisation.sort_key, Organisation.id)
    )
    found: dict[uuid.UUID, list[Speaker]] = defaultdict(list)
    for consultation_id, name, submitted_at, nil_return in session.execute(statement):
        found[consultation_id].append(Speaker(name, local_day(submitted_at), nil_return))
    return found
