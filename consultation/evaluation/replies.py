"""Replies that are used again and again in one consultation (Textbausteine)."""

import uuid

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core import bounds
from consultation.core.errors import Invalid, NotFound
from consultation.core.history import record
from consultation.core.language import M
from consultation.core.text import clean, clean_line
from consultation.evaluation.many import checked_decision
from consultation.evaluation.models import ReplyTemplate
from consultation.programmes.actions import require_planner
from consultation.subjects import Actor


def templates(session: Session, consultation_id: uuid.UUID) -> list[ReplyTemplate]:
    """By title; the caller has checked who may see them."""
    statement = select(ReplyTemplate).where(ReplyTemplate.consultation_id == consultation_id)
    return sorted(session.scalars(statement), key=lambda one: one.title.casefold())


def add(
    session: Session, actor: Actor, consultation: Consultation, *, title: str, text: str, decision: str = ""
) -> ReplyTemplate:
    require_planner(actor, consultation)
    title, text = _checked(session, consultation, title, text)
    made = ReplyTemplate(
        id=uuid.uuid4(), consultation_id=consultation.id, title=title, text=text, decision=checked_decision(decision),
        created_at=actor.moment,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(session, actor, made, "add_reply_template")
    return made


def change(
    session: Session, actor: Actor, consultation: Consultation, template_id: uuid.UUID, *,
    title: str, text: str, decision: str = "",
) -> ReplyTemplate:  # fmt: skip
    """Points that took it over keep the text they have."""
    found = _one(session, actor, consultation, template_id)
    found.title, found.text = _checked(session, consultation, title, text, found.id)
    found.decision = checked_decision(decision)
    session.flush()
    record(session, actor, found, "change_reply_template")
    return found


def remove(session: Session, actor: Actor, consultation: Consultation, template_id: uuid.UUID) -> None:
    found = _one(session, actor, consultation, template_id)
    record(session, actor, found, "remove_reply_template")
    session.execute(delete(ReplyTemplate).where(ReplyTemplate.id == found.id))


def with_template(reply: str, template: ReplyTemplate | None) -> str:
    """The reply with the template's text behind it, unless it holds that already."""
    if template is None or template.text in reply:
        return reply
    return f"{reply}\n\n{template.text}".strip()


def _one(session: Session, actor: Actor, consultation: Consultation, template_id: uuid.UUID) -> ReplyTemplate:
    require_planner(actor, consultation)
    found = session.get(ReplyTemplate, template_id)
    if found is None or found.consultation_id != consultation.id:
        raise NotFound(M("Diesen Textbaustein gibt es nicht."))
    return found


def _checked(
    session: Session, consultation: Consultation, title: str, text: str, own: uuid.UUID | None = None
) -> tuple[str, str]:
    title, text = clean_line(title), clean(text)
    if not title:
        raise Invalid.about("title", M("Geben Sie dem Textbaustein einen Namen, unter dem Sie ihn wiederfinden."))
    if not text:
        raise Invalid.about("text", M("Schreiben Sie den Text des Textbausteins."))
    if problems := [*bounds.BLOCK_TITLE.problems("title", title), *bounds.BLOCK.problems("text", text)]:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    if any(one.title == title and one.id != own for one in templates(session, consultation.id)):
        raise Invalid.about("title", M("Einen Textbaustein mit diesem Namen gibt es schon. Wählen Sie einen anderen."))
    return title, text
