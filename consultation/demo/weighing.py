"""The ministry weighs what came in and publishes an edition, and another one when it has decided what was left open."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func, select
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
from consultation.states import Audience, PointState
from consultation.subjects import Actor


def play(stage: Stage, cast: Cast, exercise: Exercise) -> list[Path]:
    """Returns the compiled files of the newest public edition and of an internal one."""
    with stage.scene() as session:
        consultations.evaluate(session, _planner(stage, session, cast, WEIGHED), exercise.slug)
    shaping.advise(stage, cast, exercise)
    numbered = _points(stage, exercise)
    with stage.progress("Einzelpunkte werden abgewogen", len(numbered)) as step:
        for place, point_id in enumerate(numbered):
            _weigh(stage, cast, exercise, point_id, place / len(numbered))
            step.done()
    shaping.except_one(stage, cast, exercise, COMPILED - 0.5)
    redacting.play(stage, cast, exercise, COMPILED - 0.5)
    first = _compile(stage, cast, exercise, Audience.PUBLIC, COMPILED, "Ausgabe 1 (öffentlich) wird erstellt")
    _publish(stage, cast, first, PUBLISHED)
    _decide_what_was_left(stage, cast, exercise, PUBLISHED + 0.2)
    second = _compile(stage, cast, exercise, Audience.PUBLIC, PUBLISHED + 0.4, "Ausgabe 2 (öffentlich) wird erstellt")
    _publish(stage, cast, second, PUBLISHED + 0.6)
    internal = _compile(stage, cast, exercise, Audience.INTERNAL, PUBLISHED + 0.8, "Ausgabe 3 (intern) wird erstellt")
    return [*_copy(stage, exercise, second, Audience.PUBLIC), *_copy(stage, exercise, internal, Audience.INTERNAL)]


def _points(stage: Stage, exercise: Exercise, *which: ColumnElement[bool]) -> list[uuid.UUID]:
    here = select(Point.id).where(Point.consultation_id == exercise.consultation_id, *which).order_by(Point.number)
    with stage.db.reader() as session:
        return list(session.scalars(here))


def _planner(stage: Stage, session: Session, cast: Cast, days: float) -> Actor:
    return acting(session, cast.ministry_planner, cast.ministry, stage.at(days))


def _weigh(stage: Stage, cast: Cast, exercise: Exercise, point_id: uuid.UUID, place: float) -> None:
    """Tagged as its text was meant, decided with a reply; nobody got yet to some that a single body demands. `place` in the
    work of these weeks, 0 to 1.
    """
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
        if (supporters or 0) < 2 and stage.random.random() < 0.3:
            return
        _decide(session, actor, point, source)


def _decide(session: Session, actor: Actor, point: Point, source: Mapping[str, Any]) -> None:
    position = positions()[source["position"]]
    points.review(session, actor, point.id)
    points.decide(session, actor, point.id, position.decision, position.reply, version=point.version)


def _decide_what_was_left(stage: Stage, cast: Cast, exercise: Exercise, days: float) -> None:
    """All but every third: the next edition has something new to say, and there is something left to do."""
    left = _points(stage, exercise, Point.state == PointState.NEW)
    with stage.scene() as session:
        actor = _planner(stage, session, cast, days)
        for point_id in (one for place, one in enumerate(left) if place % 3):
            _decide(session, actor, session.get_one(Point, point_id), source_of(session, exercise, point_id))


def source_of(session: Session, exercise: Exercise, point_id: uuid.UUID) -> dict[str, Any]:
    """The invented demand behind a point."""
    said = select(Contribution.original_text, Contribution.rationale).where(Contribution.point_id == point_id).limit(1)
    text, rationale = session.execute(said).one()
    return exercise.voices.sources[text or rationale]


def _compile(
    stage: Stage, cast: Cast, exercise: Exercise, audience: Audience, days: float, title: str
) -> uuid.UUID:  # fmt: skip
    with stage.scene() as session:
        actor = _planner(stage, session, cast, days)
        edition_id = editions.start(session, actor, exercise.slug, audience).id
    with stage.progress(title, 1) as step:
        stage.work(days)
        step.done()
    return edition_id


def _publish(stage: Stage, cast: Cast, edition_id: uuid.UUID, days: float) -> None:
    with stage.scene() as session:
        actor = _planner(stage, session, cast, days)
        editions.publish(session, actor, edition_id, stage.settings.documents, texts_checked=True)
    stage.work(days)


def _copy(stage: Stage, exercise: Exercise, edition_id: uuid.UUID, audience: Audience) -> list[Path]:
    out = stage.settings.data_dir / "ausgaben" / f"{exercise.slug}-{audience}"
    return editions.copy_files(stage.db, stage.settings.documents, edition_id, out)
