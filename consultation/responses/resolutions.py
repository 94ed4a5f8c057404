"""What an answer rests on has been resolved; a resolution that is still to come is a reservation."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from consultation.core.errors import Problem
from consultation.core.language import M
from consultation.core.times import local_day, read_day
from consultation.forms.conditions import holds
from consultation.forms.definition import Form

IN_FUTURE = "in_future"


def not_yet_taken(form: Form, answers: Mapping[str, Any], moment: datetime) -> Iterator[Problem]:
    """The day of a resolution that nobody can have taken by now, in Berlin, where the answer is not under reservation of it.

    Under reservation any day may stand: the council may have put its meeting off.
    """
    reservation = form.reservation
    if reservation is None or reservation.date is None or holds(reservation.when, answers):
        return
    if day := still_to_come(form, answers, moment):
        yield Problem(
            reservation.date,
            M("Ein Beschluss vom {day} ist noch nicht gefasst. Berichtigen oder leeren Sie das Datum, oder geben Sie an, dass der "
              "Beschluss noch aussteht.", day=day),
            IN_FUTURE,
        )  # fmt: skip


def left_over(form: Form, answers: Mapping[str, Any]) -> str | None:
    """The field with the day of a resolution that is not needed any more, since the answer rests on something else."""
    reservation = form.reservation
    needless = reservation and reservation.unneeded and holds(reservation.unneeded, answers)
    return reservation.date if reservation and needless else None


def still_to_come(form: Form, answers: Mapping[str, Any], moment: datetime) -> date | None:
    """The day of the resolution that the answer tells, if it has not begun in Berlin: nobody can say before that it was taken."""
    named = form.reservation and form.reservation.date
    given = answers.get(named) if named else None
    day = read_day(given) if isinstance(given, str) else None
    return day if day is not None and day > local_day(moment) else None
