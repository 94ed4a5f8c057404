"""Several colleagues at once: each page notes who is there and shows who else is, and where."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.responses import Response

from consultation.core.language import M, Message, say
from consultation.core.outage import is_outage
from consultation.core.times import BERLIN
from consultation.http import Form, Pages, page
from consultation.people import queries as people
from consultation.responses import presence
from consultation.responses.models import Presence
from consultation.web.municipalities.desks import PREFIX, At, Here, Visit

router = Pages(prefix=PREFIX)
DRAFT = "draft"
PART = "part"


@dataclass(frozen=True)
class Colleague:
    """Somebody else of the house at work: `where` in words, with its address.

    A page of the form is meant with all its questions: otherwise what the other one is writing might not be on it.
    """

    name: str
    page: str
    where: str
    href: str
    seen: str

    @property
    def part(self) -> str:
        """Key of the part of the form; empty in the draft."""
        kind, _, key = self.page.partition(":")
        return key if kind == PART else ""

    @property
    def section(self) -> str:
        """Key of the section of the draft; empty elsewhere."""
        kind, _, key = self.page.partition(":")
        return key if kind == DRAFT else ""


def meet(session: Session, at: At, here: str = "") -> list[Colleague]:
    """Who else is there; with `here`, what the acting person is at, that is noted first: for colleagues, if there are any."""
    if at.begun is None or at.place.alone:
        return []
    known = pages_of(at)
    if here in known and at.may_answer:
        presence.note(session, at.actor, at.response.id, here)
    found = presence.others(session, at.actor, [at.response.id])
    names = people.names(session, {one.person_id for one in found}) if found else {}
    return [_colleague(at, one, names, known) for one in found if one.page in known]


def sit_down(visit: Visit, where: str) -> tuple[At, tuple[Colleague, ...]]:
    """The desk, with a mark for colleagues where one is; where nothing can be written, reading goes on without it."""
    if not visit.place.alone:
        try:
            with visit.db.transaction() as session:
                at = visit.arrive(session)
                return at, tuple(meet(session, at, where))
        except SQLAlchemyError as error:
            if not is_outage(error):
                raise
    return visit.look(), ()


def pages_of(at: At) -> dict[str, str]:
    """Everything somebody can be at → what it is called."""
    language = at.desk.context.language
    known = {f"{PART}:{part.key}": at.desk.context.say(part.title) for part in at.desk.form.parts}
    if at.consultation.draft_version is not None:
        known[DRAFT] = say(M("Entwurf"), language)
        for section in at.desk.context.sections.values():
            known[f"{DRAFT}:{section.key}"] = f"{section.number} {section.heading}".strip()
    return known


def _colleague(at: At, one: Presence, names: Mapping[uuid.UUID, str], known: Mapping[str, str]) -> Colleague:
    kind, _, key = one.page.partition(":")
    href = f"{at.base}/part/{key}?path=all" if kind == PART else f"{at.base}/draft" + (f"#{key}" if key else "")
    return Colleague(names.get(one.person_id, ""), one.page, known[one.page], href, clock(one.seen_at))


def clock(moment: datetime) -> str:
    return moment.astimezone(BERLIN).strftime("%H:%M")


def at_work(found: Iterable[Colleague]) -> dict[str, Message]:
    """Key of a part of the form, or `DRAFT` → who is there, for the list of tasks."""
    names: dict[str, list[str]] = {}
    for one in found:
        names.setdefault(one.part or DRAFT, []).append(one.name)
    return {place: M("gerade hier: {names}", names=", ".join(who)) for place, who in names.items()}


@router.post("/presence")
def still_here(here: Here, form: Form) -> Response:
    """The page says now and then that somebody is there, and hears who else is."""
    where = form.line("page")
    with here.db.transaction() as session:
        at = here.arrive(session)
        found = meet(session, at, where)
    sections = at.begun.context.sections.values() if at.begun and where.startswith(DRAFT) else ()
    data = {"colleagues": found, "where": where, "sections": sections}
    return page(here.request, "municipalities/_colleagues.html", data, partial=True)
