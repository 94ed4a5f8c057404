"""The ministry weighs what came in, compiles edition 1 in all formats and publishes it."""

import uuid
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.demo import redacting, shaping
from consultation.demo.cast import Cast
from consultation.demo.law import COMPILED, PUBLISHED, WEIGHED, Exercise
from consultation.demo.stage import Stage, acting
from consultation.documents import editions
from consultation.evaluation import points
from consultation.evaluation.models import Contribution, Decision, Point
from consultation.states import Audience
from consultation.subjects import Actor

DECISIONS: dict[Decision, int] = {
    Decision.ACCEPTED: 18, Decision.PARTLY_ACCEPTED: 24, Decision.NOT_ACCEPTED: 26, Decision.NOTED: 14,
    Decision.ALREADY_COVERED: 8, Decision.OUT_OF_SCOPE: 4, Decision.TO_BE_EXAMINED: 6,
}  # fmt: skip


def play(stage: Stage, cast: Cast, exercise: Exercise) -> list[Path]:
    """Returns the compiled files of both editions."""
    with stage.scene() as session:
        consultations.evaluate(session, _planner(stage, session, cast, WEIGHED), exercise.slug)
    shaping.advise(stage, cast, exercise)
    with stage.db.reader() as session:
        statement = select(Point.id).where(Point.consultation_id == exercise.consultation_id).order_by(Point.number)
        numbered = list(session.scalars(statement))
    with stage.progress("Einzelpunkte werden abgewogen", len(numbered)) as step:
        for place, point_id in enumerate(numbered):
            _weigh(stage, cast, exercise, point_id, place / len(numbered))
            step.done()
    shaping.except_one(stage, cast, exercise, COMPILED - 0.5)
    redacting.play(stage, cast, exercise, COMPILED - 0.5)
    return [
        *_compile(stage, cast, exercise, Audience.PUBLIC, COMPILED, "Ausgabe 1 (öffentlich) wird erstellt"),
        *_compile(stage, cast, exercise, Audience.INTERNAL, PUBLISHED + 0.1, "Ausgabe 2 (intern) wird erstellt"),
    ]


def _planner(stage: Stage, session: Session, cast: Cast, days: float) -> Actor:
    return acting(session, cast.ministry_planner, cast.ministry, stage.at(days))


def _weigh(stage: Stage, cast: Cast, exercise: Exercise, point_id: uuid.UUID, place: float) -> None:
    """Tagged as its text was meant, decided in nine of ten cases, with a reply; `place` in the work of these weeks, 0 to 1."""
    first, last = WEIGHED + 0.5, COMPILED - 1
    days = first + (last - first) * place
    with stage.scene() as session:
        actor = _planner(stage, session, cast, days)
        point = session.get_one(Point, point_id)
        said = session.execute(
            select(Contribution.original_text, Contribution.rationale).where(Contribution.point_id == point_id).limit(1)
        ).one()
        tag = exercise.voices.tags.get(said[0]) or exercise.voices.tags.get(said[1]) or "local_needs"
        points.tag(session, actor, point_id, tag)
        supporters = session.scalar(
            select(func.count(Contribution.organisation_id.distinct())).where(Contribution.point_id == point_id)
        )
        if (supporters or 0) < 2 and stage.random.random() < 0.1:
            return
        decision = stage.random.choices(list(DECISIONS), list(DECISIONS.values()))[0]
        reply = exercise.voices.reply(tag, decision, " ".join(said))
        points.review(session, actor, point_id)
        points.decide(session, actor, point_id, decision, reply, version=point.version)


def _compile(
    stage: Stage, cast: Cast, exercise: Exercise, audience: Audience, days: float, title: str
) -> list[Path]:  # fmt: skip
    with stage.scene() as session:
        actor = _planner(stage, session, cast, days)
        edition_id = editions.start(session, actor, exercise.slug, audience).id
    with stage.progress(title, 1) as step:
        stage.work(days)
        step.done()
    if audience == Audience.PUBLIC:
        with stage.scene() as session:
            editions.publish(session, _planner(stage, session, cast, PUBLISHED), edition_id, texts_checked=True)
        stage.work(PUBLISHED)
    out = stage.settings.data_dir / "ausgaben" / f"{exercise.slug}-{audience}"
    return editions.copy_files(stage.db, stage.settings.documents, edition_id, out)
