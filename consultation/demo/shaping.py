"""What weighing leaves beside decisions: replies to be used again, votes of other units, an exception to the largest point."""

from sqlalchemy import func, select

from consultation.consultations import queries as consultations
from consultation.demo.cast import Cast
from consultation.demo.law import WEIGHED, Exercise
from consultation.demo.stage import Stage, acting
from consultation.evaluation import parting, points, replies
from consultation.evaluation.models import ADOPTED, Contribution, Decision, Point
from consultation.evaluation.points import Writing
from consultation.people.models import Organisation
from consultation.states import PointState

TEMPLATES = (
    ("Gleichbehandlung", "not_accepted", "Eine Sonderregelung würde andere Kommunen benachteiligen."),
    ("Folgt mit der Verwaltungsvereinbarung", "to_be_examined", "Das wird in der Verwaltungsvereinbarung aufgegriffen."),
    ("Dank und Übernahme", "accepted", "Der Vorschlag wird übernommen. Wir danken für den Hinweis aus der Praxis."),
)  # fmt: skip
"""Title, decision, text."""
VOTES = (
    ("Haushaltsreferat II 3 (Beispiel)", "Aus Sicht des Haushalts bestehen keine Bedenken."),
    ("Referat Recht Z 5 (Beispiel)", "Rechtlich möglich; die Begründung sollte ergänzt werden."),
    ("Länderreferat KI 2 (Beispiel)", "Mit den Ländern ist das noch nicht abgestimmt."),
)
"""Who gave a vote, and what it says."""
DAY = WEIGHED + 0.2
"""Before the points are decided: a vote is advice."""
EXCEPTION = ("Hier liegt der Fall anders: Die Maßnahme der Kommune ist bereits abgeschlossen und abgerechnet. Die Änderung wirkt "
             "nicht auf sie zurück.")  # fmt: skip


def advise(stage: Stage, cast: Cast, exercise: Exercise) -> None:
    """Replies laid ready, and a vote beside the points with the most supporters."""
    with stage.scene() as session:
        actor = acting(session, cast.ministry_planner, cast.ministry, stage.at(DAY))
        consultation = consultations.get(session, actor, exercise.slug)
        for title, decision, text in TEMPLATES:
            replies.add(session, actor, consultation, title=title, text=text, decision=decision)
        weighty = (
            select(Point.id, Point.version)
            .join(Contribution, Contribution.point_id == Point.id)
            .where(Point.consultation_id == exercise.consultation_id)
            .group_by(Point.id, Point.version, Point.number)
            .order_by(func.count(Contribution.organisation_id.distinct()).desc(), Point.number)
            .limit(len(VOTES))
        )
        for (point_id, version), (unit, said) in zip(session.execute(weighty).all(), VOTES, strict=False):
            points.save(session, actor, point_id, Writing(vote=said, vote_by=unit), version=version)


def except_one(stage: Stage, cast: Cast, exercise: Exercise, days: float) -> None:
    """Of the adopted point with the second most contributions one is taken out and answered otherwise.

    The first one stays whole: it shows a template statement with all its supporters.
    """
    with stage.scene() as session:
        actor = acting(session, cast.ministry_planner, cast.ministry, stage.at(days))
        together = (
            select(Point.id)
            .join(Contribution, Contribution.point_id == Point.id)
            .where(Point.consultation_id == exercise.consultation_id, Point.state == PointState.DECIDED)
            .where(Point.decision.in_(ADOPTED))
            .group_by(Point.id, Point.number)
            .having(func.count(Contribution.id) > 1)
            .order_by(func.count(Contribution.id).desc(), Point.number)
            .offset(1)
            .limit(1)
        )
        said = (
            select(Contribution.id)
            .join(Organisation, Organisation.id == Contribution.organisation_id)
            .where(Contribution.point_id == together.scalar_subquery())
            .order_by(Organisation.register_key, Contribution.item_key)
            .limit(1)
        )
        if (one := session.scalars(said).one_or_none()) is None:
            return
        apart = parting.take_out(session, actor, [one])
        points.review(session, actor, apart.id)
        points.decide(session, actor, apart.id, Decision.NOT_ACCEPTED, EXCEPTION, version=apart.version)
