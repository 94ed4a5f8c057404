"""UTC is stored and compared; Europe/Berlin is what people write and read."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_GERMAN = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4}|[0-9]{2})")


def read_day(text: str) -> date | None:
    """31.03.2026, 1.4.26 (always this century) or ISO, as browsers send it; `None` if the text is no day."""
    if found := _GERMAN.fullmatch(text):
        number, month, year = found.groups()
        text = f"{'20' if len(year) == 2 else ''}{year}-{int(month):02}-{int(number):02}"
    parts = _ISO.fullmatch(text)
    try:
        return date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None


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
