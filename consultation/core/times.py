"""UTC is stored and compared; Europe/Berlin is what people write and read."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


def end_of_day(day: date) -> datetime:
    """„bis 31.03.“ ends at 24:00 Berlin time; returned in UTC, right on both clock changes."""
    return datetime.combine(day + timedelta(days=1), time(), BERLIN).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    return datetime.combine(day, time(), BERLIN).astimezone(UTC)


def utc_text(moment: datetime) -> str:
    """As files and programs read it (ISO 8601, UTC): 2026-03-31T22:00:00Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def is_midnight(moment: datetime) -> bool:
    return moment.astimezone(BERLIN).time() == time()


def local_day_ending(deadline: datetime) -> date:
    """The last day that belongs to a deadline: 2026-03-31T22:00Z → 31 March."""
    return (deadline - timedelta(microseconds=1)).astimezone(BERLIN).date()


def local_day(moment: datetime) -> date:
    return moment.astimezone(BERLIN).date()
