"""The ministry weighs what came in, compiles edition 1 in all formats and publishes it."""

import uuid
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.demo import redacting, shaping
from consultation.demo.cast import Cast
from consultation.demo.law import COMPILED, PUBLISHED, WEIGHED, Exercise
from consultation.demo.positions import positions
from consultation.demo.stage import Stage, acting
from consultation.documents import editions
from consultation.evaluation import points
from consultation.evaluation.models import Contribution, Point
from consultation.states import Audience
from consultation.subjects import Actor


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
        source = source_of(session, exercise, point_id)
        points.tag(session, actor, point_id, source["tag"])
        supporters = session.scalar(
            select(func.count(Contribution.organisation_id.distinct())).where(Contribution.point_id == point_id)
        )
        if (supporters or 0) < 2 and stage.random.random() < 0.1:
            return
        position = positions()[source["position"]]
        points.review(session, actor, point_id)
        points.decide(session, actor, point_id, position.decision, position.reply, version=point.version)


def source_of(session: Session, exercise: Exercise, point_id: uuid.UUID) -> dict[str, Any]:
    """The invented demand behind a point."""
    said = select(Contribution.original_text, Contribution.rationale).where(Contribution.point_id == point_id).limit(1)
    text, rationale = session.execute(said).one()
    return exercise.voices.sources[text or rationale]


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
            actor = _planner(stage, session, cast, PUBLISHED)
            editions.publish(session, actor, edition_id, stage.settings.documents, texts_checked=True)
        stage.work(PUBLISHED)
    out = stage.settings.data_dir / "ausgaben" / f"{exercise.slug}-{audience}"
    return editions.copy_files(stage.db, stage.settings.documents, edition_id, out)
