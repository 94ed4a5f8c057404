"""Deadlines and the calendar: warnings for planners, never a silent move."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from functools import cache

import holidays

from consultation.core.language import M, Message
from consultation.core.times import local_day, local_day_ending
from consultation.register.states import STATE_TITLES, State

WORKING_DAYS_WANTED = 20
A_YEAR = timedelta(days=366)


@cache
def _holidays(state: str | None, year: int) -> frozenset[date]:
    """Public holidays of a Land, or those of all Länder."""
    return frozenset(holidays.country_holidays("DE", subdiv=state, years=year).keys())


def is_working_day(day: date, state: State | None = None) -> bool:
    return day.weekday() < 5 and day not in _holidays(state, day.year)


def working_days(first: datetime, deadline: datetime) -> int:
    """Whole working days between the day of the announcement and the last day of the deadline, both not counted twice:
    the first day does not count, the last one does.
    """
    day, last, count = local_day(first), local_day_ending(deadline), 0
    while day < last:
        day += timedelta(days=1)
        count += is_working_day(day)
    return count


def warnings(announced: datetime, deadline: datetime, lands: Collection[State]) -> Iterator[Message]:
    """What a planner should know before announcing: little time, or an end on a weekend or public holiday."""
    if (left := working_days(announced, deadline)) < WORKING_DAYS_WANTED:
        yield M(
            "Die Frist lässt nur {days} Arbeitstage. Üblich sind mindestens {wanted}; Gremien brauchen oft mehr.",
            days=left, wanted=WORKING_DAYS_WANTED,
        )  # fmt: skip
    yield from on_the_last_day(deadline, lands)


def far_out(general: datetime | None, deadline: datetime) -> Iterator[Message]:
    """Most likely a slip of the keys, such as 2072 for 2027; `general` is what holds for all, or held until now."""
    if general is not None and deadline - general > A_YEAR:
        yield M("Der Tag ({day}) liegt mehr als ein Jahr nach der allgemeinen Frist ({deadline}).",
                day=local_day_ending(deadline), deadline=general)  # fmt: skip


def on_the_last_day(deadline: datetime, lands: Collection[State]) -> Iterator[Message]:
    """Nobody works on it."""
    last = local_day_ending(deadline)
    if last.weekday() >= 5:
        yield M("Die Frist endet an einem Wochenende ({day}).", day=last)
    elif last in _holidays(None, last.year):
        yield M("Die Frist endet an einem gesetzlichen Feiertag ({day}).", day=last)
    elif closed := [land for land in sorted(lands) if not is_working_day(last, land)]:
        yield M("Die Frist endet an einem Tag, der in {lands} Feiertag ist ({day}).",
                lands=tuple(STATE_TITLES[land] for land in closed), day=last)  # fmt: skip
