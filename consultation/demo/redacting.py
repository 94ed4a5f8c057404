"""Somebody named a colleague with her number: the ministry hides that sentence before the edition is compiled."""

from sqlalchemy import select

from consultation.demo.cast import Cast
from consultation.demo.law import Exercise
from consultation.demo.stage import Stage, acting
from consultation.evaluation import redactions
from consultation.evaluation.models import RedactionReason
from consultation.responses import queries
from consultation.responses.models import Response, Revision

FIELD, HIDDEN = "missing_section", "Frau Erika Beispielmann unter 030 23125 014"


def play(stage: Stage, cast: Cast, exercise: Exercise, days: float) -> None:
    with stage.scene() as session:
        planner = acting(session, cast.ministry_planner, cast.ministry, stage.at(days))
        own = select(Response.id).where(
            Response.consultation_id == exercise.consultation_id, Response.organisation_id == cast.associations[-1]
        )
        response = queries.get(session, planner, session.scalars(own).one())
        revision = session.get_one(Revision, response.counted_revision_id)
        written = next(one for one in redactions.texts_of(session, [revision])[revision.id] if one.place == FIELD)
        redactions.redact(
            session, planner, response, revision, written, HIDDEN, reason=RedactionReason.PERSON,
            note="Name und Durchwahl einer Beschäftigten.",
        )  # fmt: skip
