"""Comments on single answers, inside the house that writes them: nobody else ever reads them, no document holds them."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core.errors import Invalid, NotFound
from consultation.core.history import perform, record
from consultation.core.language import M
from consultation.core.text import clean
from consultation.responses.desk import Desk
from consultation.responses.models import AnswerComment, Response, ResponseNote
from consultation.rulebook import COMMENT, COMMENT_ON, colleague
from consultation.states import CommentState, ConsultationState
from consultation.subjects import Actor

LONGEST = 4000
KEPT = timedelta(days=730)
"""At most so long; earlier once the consultation is archived or cancelled."""
_OVER = (ConsultationState.ARCHIVED, ConsultationState.CANCELLED)


@dataclass(frozen=True)
class Thread:
    """A comment with its answers, oldest first."""

    comment: AnswerComment
    answers: tuple[AnswerComment, ...]

    @property
    def is_open(self) -> bool:
        return self.comment.state == CommentState.OPEN


def threads(session: Session, actor: Actor, response_id: uuid.UUID) -> list[Thread]:
    """All of the own house, oldest first; others find none."""
    statement = select(AnswerComment).where(
        AnswerComment.response_id == response_id, AnswerComment.organisation_id == actor.organisation_id
    )
    answers: dict[uuid.UUID, list[AnswerComment]] = defaultdict(list)
    first = []
    for comment in session.scalars(statement.order_by(AnswerComment.moment, AnswerComment.id)):
        if comment.parent_id is None:
            first.append(comment)
        else:
            answers[comment.parent_id].append(comment)
    return [Thread(comment, tuple(answers[comment.id])) for comment in first]


def open_ones(session: Session, actor: Actor, response_id: uuid.UUID) -> dict[str, list[uuid.UUID]]:
    """Question (or "" for the whole) → comments of the own house that wait for an answer, oldest first."""
    found: dict[str, list[uuid.UUID]] = defaultdict(list)
    for key, comment_id in session.execute(_OPEN, {"response": response_id, "house": actor.organisation_id}):
        found[key].append(comment_id)
    return found


_OPEN = (
    select(AnswerComment.question_key, AnswerComment.id)
    .where(AnswerComment.response_id == bindparam("response"), AnswerComment.organisation_id == bindparam("house"))
    .where(AnswerComment.parent_id.is_(None), AnswerComment.state == CommentState.OPEN)
    .order_by(AnswerComment.moment, AnswerComment.id)
)


def write(session: Session, actor: Actor, desk: Desk, question_key: str, item_key: str, text: str) -> AnswerComment:
    """On an answer of the own house, or without a question on the whole, until it is submitted."""
    COMMENT_ON.demand(actor, desk.response)
    if question_key and question_key not in {question.key for question in desk.form.questions}:
        raise NotFound(M("Diese Frage gibt es im Formular nicht."))
    return _add(session, actor, desk.response, question_key, item_key[:80], text, None)


def answer(session: Session, actor: Actor, desk: Desk, comment_id: uuid.UUID, text: str) -> AnswerComment:
    COMMENT_ON.demand(actor, desk.response)
    one = _own(session, actor, desk.response, comment_id)
    return _add(session, actor, desk.response, one.question_key, one.item_key, text, one.id)


def resolve(session: Session, actor: Actor, response: Response, comment_id: uuid.UUID) -> None:
    perform(session, COMMENT, actor, _own(session, actor, response, comment_id), "resolve")


def reopen(session: Session, actor: Actor, response: Response, comment_id: uuid.UUID) -> None:
    perform(session, COMMENT, actor, _own(session, actor, response, comment_id), "reopen")


def _own(session: Session, actor: Actor, response: Response, comment_id: uuid.UUID) -> AnswerComment:
    found = session.get(AnswerComment, comment_id)
    if found is None or found.response_id != response.id or found.parent_id or not colleague(actor, found):
        raise NotFound(M("Diesen Kommentar gibt es nicht."))
    return found


def _add(
    session: Session, actor: Actor, response: Response, question_key: str, item_key: str, text: str,
    parent_id: uuid.UUID | None,
) -> AnswerComment:  # fmt: skip
    if not (said := clean(text)):
        raise Invalid.about("text", M("Schreiben Sie, was Sie anmerken möchten."))
    if len(said) > LONGEST:
        raise Invalid.about("text", M("Ein Kommentar hat höchstens {most} Zeichen; kürzen Sie ihn.", most=LONGEST))
    comment = AnswerComment(
        id=uuid.uuid4(), response_id=response.id, organisation_id=response.organisation_id, question_key=question_key,
        item_key=item_key, parent_id=parent_id, text=said, person_id=actor.person_id, moment=actor.moment,
        state=CommentState.OPEN,
    )  # fmt: skip
    session.add(comment)
    session.flush()
    record(session, actor, comment, "answer_comment" if parent_id else "comment", question=question_key)
    return comment


def forget(session: Session, moment: datetime) -> None:
    """Internal notes with personal references are not kept: not once the procedure is over, and never longer than `KEPT`.
    So for comments, and for the reasons with which an answer was returned.
    """
    over = (
        select(Response.id)
        .join(Consultation, Consultation.id == Response.consultation_id)
        .where(Consultation.state.in_(_OVER))
    )
    first = AnswerComment.parent_id.is_(None)
    gone = or_(AnswerComment.response_id.in_(over), AnswerComment.moment < moment - KEPT)
    threads_gone = select(AnswerComment.id).where(first, gone).scalar_subquery()
    session.execute(delete(AnswerComment).where(AnswerComment.parent_id.in_(threads_gone)))
    session.execute(delete(AnswerComment).where(first, gone))
    returned = or_(ResponseNote.response_id.in_(over), ResponseNote.moment < moment - KEPT)
    session.execute(delete(ResponseNote).where(returned))
