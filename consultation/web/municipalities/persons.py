"""What looks like a person in the texts of an answer, shown before it is submitted: the house takes it out itself."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from consultation.core.language import Message
from consultation.documents.labels import SIGN_TITLES
from consultation.evaluation.hiding import around
from consultation.evaluation.personal import personal
from consultation.responses.desk import Desk
from consultation.web.municipalities.asking import address
from consultation.web.municipalities.own_names import AROUND


@dataclass(frozen=True)
class LooksPersonal:
    """A passage, what it looks like, the words around it, and where to change it."""

    sign: Message
    question: str
    before: str
    passage: str
    after: str
    href: str


def looks_personal(session: Session, desk: Desk, base: str) -> list[LooksPersonal]:
    found = []
    for written, one in personal(session, desk.form, desk.submitted):
        before, after = around(written.text, one.span, AROUND)
        question, href = desk.context.asked_as(written.asked.question), address(desk, base, written.asked.key)
        passage = one.span.of(written.text)
        found.append(LooksPersonal(SIGN_TITLES[one.sign], question, before, passage, after, href))
    return found
