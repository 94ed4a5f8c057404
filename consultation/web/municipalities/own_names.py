"""Where a text tells who wrote it although the house chose not to be named with it: shown before it is submitted."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from consultation.evaluation.hiding import around
from consultation.evaluation.own_names import OwnNames, of_one
from consultation.evaluation.written import texts
from consultation.responses import queries
from consultation.responses.desk import Desk
from consultation.responses.models import Disclosure
from consultation.web.municipalities.asking import address

AROUND = 40
"""Characters shown before and after a passage."""


@dataclass(frozen=True)
class Telling:
    """A passage, the words around it, and where to change it."""

    question: str
    before: str
    passage: str
    after: str
    href: str


def telling(session: Session, desk: Desk, base: str, chosen: Mapping[str, str]) -> list[Telling]:
    """In the parts that are to be read without a name, the first place of each text."""
    if Disclosure.DESCRIBED not in chosen.values():
        return []
    return list(_telling(desk, base, chosen, _own_names(session, desk.response.organisation_id, desk.response.id)))


def _own_names(session: Session, organisation_id: uuid.UUID, response_id: uuid.UUID) -> OwnNames:
    spoken_for = [body.name for body, _ in queries.represented(session, response_id)]
    return of_one(session, organisation_id).also(spoken_for)


def _telling(desk: Desk, base: str, chosen: Mapping[str, str], own: OwnNames) -> Iterator[Telling]:
    for written in texts(desk.form, desk.submitted):
        question, text = written.asked.question, written.text
        if question.confidential or chosen.get(written.asked.part.key) != Disclosure.DESCRIBED:
            continue
        for span in own.spans(text)[:1]:
            before, after = around(text, span, AROUND)
            href = address(desk, base, written.asked.key)
            yield Telling(desk.context.asked_as(question), before, span.of(text), after, href)
