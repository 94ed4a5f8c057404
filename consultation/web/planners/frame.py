"""What all pages of the workbench share: who gets in, where a page stands, how wrong input comes back."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session

from consultation.consultations import queries
from consultation.consultations.models import Consultation
from consultation.core.errors import DomainError, Invalid, NotFound, Problem
from consultation.core.language import M, Message
from consultation.core.times import read_day
from consultation.http import PostedForm
from consultation.http.actors import Acting, InPlace
from consultation.programmes.models import Programme
from consultation.register.states import STATE_TITLES, State
from consultation.responses.participation import land_of
from consultation.rulebook import planner, reads_programme
from consultation.states import ANSWERING
from consultation.subjects import Actor

Crumbs = list[tuple[Message | str, str]]
PREFIX = "/o/{organisation_id}"
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2200, 12, 31)
"""Of the days planners write."""


async def _planning(place: InPlace, actor: Acting) -> Actor:
    if not place.plans:
        raise NotFound(M("Diese Seite gibt es nur für Personen, die in einer planenden Organisation planen."))
    return actor


Planning = Annotated[Actor, Depends(_planning)]
"""A member of the organisation in the address that may plan; for everybody else the page does not exist."""


def planned(session: Session, actor: Actor, slug: str) -> Consultation:
    """A consultation of the actor's programmes. Bodies that are only invited, or the public, have pages of their own."""
    planning = replace(actor, roles=actor.roles - ANSWERING)  # whether the house is asked as well makes no difference
    consultation = queries.get(session, planning, slug)
    if not reads_programme(actor, consultation):
        raise NotFound(M("Diese Konsultation gibt es nicht."))
    return consultation


def home(actor: Actor) -> str:
    return f"/o/{actor.organisation_id}"


def programme_path(actor: Actor, slug: str) -> str:
    return f"{home(actor)}/programmes/{slug}"


def consultation_path(actor: Actor, slug: str) -> str:
    return f"{home(actor)}/consultations/{slug}"


def programme_crumbs(actor: Actor, programme: Programme, *more: Message | str) -> Crumbs:
    """The way to a page of a programme; only the last of `more` is the page itself."""
    way: Crumbs = [
        (M("Programme und Konsultationen"), f"{home(actor)}/programmes"),
        (programme.title, programme_path(actor, programme.slug)),
    ]
    return [*way, *((text, "") for text in more)]


def consultation_crumbs(actor: Actor, consultation: Consultation, *more: Message | str) -> Crumbs:
    way = programme_crumbs(actor, consultation.programme)
    return [*way, (consultation.title, consultation_path(actor, consultation.slug)), *((text, "") for text in more)]


def surroundings(actor: Actor, consultation: Consultation, here: Message | str = "") -> dict[str, Any]:
    """What the pages of a consultation show around themselves."""
    at, land = consultation_path(actor, consultation.slug), land_of(actor, consultation)
    return {
        "consultation": consultation,
        "programme": consultation.programme,
        "at": at,
        "demo": consultation.demo,
        "only_land": STATE_TITLES[State(land)] if land else None,
        "breadcrumbs": consultation_crumbs(actor, consultation, *([here] if here else [])),
        "tabs": _tabs(at, actor, consultation),
        "typed": {},
    }


def _tabs(at: str, actor: Actor, consultation: Consultation) -> list[tuple[Message, str]]:
    """Where one can go inside a consultation; what makes no sense yet, or is not for this actor, is not offered."""
    announced = consultation.announced_at is not None
    tabs = [
        (True, M("Überblick"), at),
        (True, M("Adressatenkreis"), f"{at}/audience"),
        (not announced, M("Anschriften"), f"{at}/addresses"),
        (announced, M("Beteiligung"), f"{at}/participation"),
        (True, M("Einladungen"), f"{at}/invitations"),
        (announced, M("Erinnerungen"), f"{at}/reminders"),
        (announced, M("Stellungnahmen"), f"{at}/responses"),
        (announced, M("Ergebnisse"), f"{at}/results"),
        (announced, M("Einzelpunkte"), f"{at}/points"),
        (announced, M("Ausgaben"), f"{at}/editions"),
        (planner(actor, consultation), M("Verfahrensprotokoll"), f"{at}/log"),
    ]
    return [(title, href) for shown, title, href in tabs if shown]


def problems_of(refused: DomainError) -> Sequence[Problem]:
    """What the error summary lists; a refusal without single problems is one itself."""
    return refused.problems or (Problem("", refused.message),)


def typed_day(form: PostedForm, field: str, *, needed: bool = True) -> date | None:
    """A day as browsers send it, or as people write it (31.03.2027). Raises `Invalid`."""
    text = form.line(field)
    if not text and not needed:
        return None
    day = read_day(text)
    if day is None:
        raise Invalid.about(field, M("Geben Sie ein Datum an, zum Beispiel 31.03.2027."))
    if not FIRST_DAY <= day <= LAST_DAY:
        message = M("Geben Sie ein Datum zwischen {first} und {last} an.", first=FIRST_DAY, last=LAST_DAY)
        raise Invalid.about(field, message)
    return day


def identifier(text: str) -> uuid.UUID | None:
    """An id that came with a form or an address; `None` for nothing or nonsense, which then finds nothing."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
