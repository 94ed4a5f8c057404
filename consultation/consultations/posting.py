"""Letters given to the post: only a planner can tell. On which day is what the procedure log says; nothing else keeps it.

The state of an invitation stays what it was. A letter that is laid ready anew, with a new code, has not been posted yet.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from consultation.consultations.models import Invitation
from consultation.core.errors import Invalid
from consultation.core.history import HistoryEntry, record_all
from consultation.core.language import M
from consultation.core.times import local_day
from consultation.subjects import Actor

POSTED = "post_letter"
"""What the log calls it."""


def demand_past(actor: Actor, day: date) -> None:
    if day > local_day(actor.moment):
        raise Invalid.about(
            "day", M("Der Tag liegt in der Zukunft. Vermerken Sie ihn, wenn die Briefe bei der Post sind.")
        )


def note(session: Session, actor: Actor, letters: Sequence[Invitation], day: date) -> None:
    """A line for each letter. The caller has checked who may; a day noted before is replaced by this one."""
    demand_past(actor, day)
    if not letters:
        raise Invalid.about("day", M("An diesem Tag lag von den gewählten Briefen noch keiner bereit, oder ihr Tag ist schon "
                                     "vermerkt. Prüfen Sie Tag und Auswahl."))  # fmt: skip
    record_all(session, actor, letters, "post_letter", day=day.isoformat())


def noted_day() -> ScalarSelect[str]:
    """Of an invitation: the day, in ISO, that was noted last for the letter that is its last."""
    since = HistoryEntry.action == POSTED, HistoryEntry.moment >= Invitation.letter_at
    statement = select(HistoryEntry.details["day"].as_string()).where(HistoryEntry.subject_id == Invitation.id, *since)
    return statement.order_by(HistoryEntry.seq.desc()).limit(1).correlate(Invitation).scalar_subquery()


def days(session: Session, invitations: Collection[Invitation]) -> dict[uuid.UUID, date]:
    """Invitation → the day its letter was given to the post, as far as that was noted."""
    letters = [one.id for one in invitations if one.as_letter]
    statement = select(Invitation.id, noted_day()).where(Invitation.id.in_(letters))
    found = session.execute(statement) if letters else ()
    return {row[0]: date.fromisoformat(row[1]) for row in found if row[1]}
