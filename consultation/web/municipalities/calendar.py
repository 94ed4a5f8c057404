"""The deadline as an entry for the calendar."""

from datetime import timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from consultation.core.language import Language, M, say
from consultation.core.times import local_day_ending
from consultation.web.municipalities.desks import At


def deadline_calendar(at: At, base_url: str, language: Language) -> bytes:
    """A whole day, the last one; the identifier stays the same, so that a later deadline moves the entry."""
    assert at.invitation.deadline is not None
    last = local_day_ending(at.invitation.deadline)
    event = Event()
    event.add("uid", f"{at.invitation.id}@{urlsplit(base_url).hostname}")
    event.add("dtstamp", at.actor.moment)
    event.add("dtstart", last)
    event.add("dtend", last + timedelta(days=1))
    event.add("summary", say(M("Frist: {title}", title=at.consultation.title), language))
    event.add("url", f"{base_url}{at.base}")
    calendar = Calendar()
    calendar.add("prodid", "-//Konsultation//DE")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
