"""Deadlines as entries for the calendar: of one consultation, or of all that are open."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from consultation.consultations.models import Invitation
from consultation.core.language import Language, M, say
from consultation.core.times import local_day_ending


def deadlines_calendar(
    invitations: Iterable[Invitation], moment: datetime, base_url: str, language: Language
) -> bytes:  # fmt: skip
    """Whole days, the last ones; an identifier stays the same, so that a later deadline moves the entry."""
    calendar = Calendar()
    calendar.add("prodid", "-//Konsultation//DE")
    calendar.add("version", "2.0")
    for invitation in invitations:
        if invitation.deadline is not None:
            calendar.add_component(
                _event(invitation, local_day_ending(invitation.deadline), moment, base_url, language)
            )
    return bytes(calendar.to_ical())


def _event(invitation: Invitation, last: date, moment: datetime, base_url: str, language: Language) -> Event:
    event = Event()
    event.add("uid", f"{invitation.id}@{urlsplit(base_url).hostname}")
    event.add("dtstamp", moment)
    event.add("dtstart", last)
    event.add("dtend", last + timedelta(days=1))
    event.add("summary", say(M("Frist: {title}", title=invitation.consultation.title), language))
    event.add("url", f"{base_url}/o/{invitation.organisation_id}/answers/{invitation.consultation.slug}")
    return event
