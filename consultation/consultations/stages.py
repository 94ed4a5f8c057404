"""When bodies are reminded: so many days before their own deadline, at nine in the morning in Germany."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from consultation.consultations import queries
from consultation.consultations.models import Consultation, ReminderStage
from consultation.core.db import insert_new
from consultation.core.errors import Conflict, Invalid
from consultation.core.history import record
from consultation.core.language import M
from consultation.core.times import BERLIN, local_day, local_day_ending
from consultation.programmes.actions import require_planner
from consultation.rulebook import RUNNING
from consultation.states import ConsultationState
from consultation.subjects import Actor

USUAL = (14, 3)
MOST, LONGEST = 5, 90
HOUR = time(9)


def of_consultation(session: Session, consultation_id: uuid.UUID) -> list[int]:
    """Days before the deadline, the earliest reminder first; empty where reminding is switched off."""
    statement = select(ReminderStage.days_before).where(ReminderStage.consultation_id == consultation_id)
    return list(session.scalars(statement.order_by(ReminderStage.days_before.desc())))


def set_usual(session: Session, consultation_id: uuid.UUID) -> None:
    _put(session, consultation_id, USUAL)


def plan(session: Session, actor: Actor, slug: str, days: Iterable[int], seen: str | None = None) -> list[int]:
    """Other days, or none at all. What was sent already stays sent, and a stage that has passed is not made up for.

    Raises Conflict if somebody planned others since they were `seen` (as `said`).
    """
    consultation = queries.held(session, actor, slug)
    require_planner(actor, consultation)
    if consultation.state not in {ConsultationState.DRAFT} | RUNNING:
        raise Conflict(M("Die Konsultation läuft nicht mehr; es wird niemand mehr erinnert."))
    wanted = sorted(set(days), reverse=True)
    if len(wanted) > MOST or any(not 1 <= number <= LONGEST for number in wanted):
        message = M("Nennen Sie höchstens {most} Zahlen von 1 bis {longest}, zum Beispiel „14, 3“.",
                    most=MOST, longest=LONGEST)  # fmt: skip
        raise Invalid.about("days", message)
    old = of_consultation(session, consultation.id)
    if seen not in (None, said(old)) and wanted != old:
        raise Conflict(M("Jemand anderes hat die Tage inzwischen geändert: {days}. Ihre stehen noch im Feld; wenn Sie noch einmal "
                         "speichern, gelten sie.", days=said(old) if old else M("keine")))  # fmt: skip
    session.execute(delete(ReminderStage).where(ReminderStage.consultation_id == consultation.id))
    _put(session, consultation.id, wanted)
    record(session, actor, consultation, "plan_reminders", old=said(old), new=said(wanted))
    return wanted


def _put(session: Session, consultation_id: uuid.UUID, days: Iterable[int]) -> None:
    rows = [{"consultation_id": consultation_id, "days_before": number} for number in days]
    insert_new(session, ReminderStage, rows, ["consultation_id", "days_before"])


def said(days: Iterable[int]) -> str:
    """For the log, and for what a page carries along of the days it had shown."""
    return ", ".join(map(str, days)) or "-"


def nine(day: date) -> datetime:
    """Nine o'clock in Germany, in UTC; right on both clock changes."""
    return datetime.combine(day, HOUR, BERLIN)


def due_at(deadline: datetime, days_before: int) -> datetime:
    return nine(local_day_ending(deadline) - timedelta(days=days_before))


def days_to_look_at(moment: datetime, back: int) -> list[date]:
    """The days whose nine o'clock has passed, `back` of them, the newest last: a service that was down makes up for them."""
    last = local_day(moment)
    if moment < nine(last):
        last -= timedelta(days=1)
    return [last - timedelta(days=number) for number in reversed(range(back))]


def reminding(session: Session) -> list[uuid.UUID]:
    """Consultations that are under way and have stages."""
    statement = (
        select(Consultation.id)
        .where(Consultation.state.in_(RUNNING))
        .where(Consultation.id.in_(select(ReminderStage.consultation_id)))
        .order_by(Consultation.id)
    )
    return list(session.scalars(statement))
