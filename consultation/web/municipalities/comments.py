"""Comments on single answers, inside the house: write one, answer it, mark it as resolved, take it up again."""

import uuid
from collections.abc import Callable

from sqlalchemy.orm import Session
from starlette.responses import Response

from consultation.core.errors import Conflict, Invalid, NotFound, Problem
from consultation.core.language import M, Message
from consultation.http import Form, Pages, see_other
from consultation.responses import comments
from consultation.web.municipalities.desks import PREFIX, At, Here, Visit
from consultation.web.municipalities.release import review_page

router = Pages(prefix=PREFIX + "/comments")


@router.post("")
def write(here: Here, form: Form) -> Response:
    question, item, text = form.line("question")[:80], form.line("item")[:80], form.text("text")

    def do(session: Session, at: At) -> uuid.UUID:
        return comments.write(session, here.actor, at.desk, question, item, text).id

    return _done(here, do, M("Der Kommentar ist gespeichert."), f"comment-{question or 'whole'}", text)


@router.post("/{comment_id}/answer")
def answer(here: Here, comment_id: uuid.UUID, form: Form) -> Response:
    text = form.text("text")

    def do(session: Session, at: At) -> uuid.UUID:
        comments.answer(session, here.actor, at.desk, comment_id, text)
        return comment_id

    return _done(here, do, M("Die Antwort ist gespeichert."), f"answer-{comment_id}", text)


@router.post("/{comment_id}/{verb}")
def settle(here: Here, comment_id: uuid.UUID, verb: str) -> Response:
    """`verb`: resolve or reopen. A second press finds it done."""
    verbs = {
        "resolve": (comments.resolve, M("Der Kommentar ist erledigt.")),
        "reopen": (comments.reopen, M("Der Kommentar ist wieder offen.")),
    }
    if verb not in verbs:
        raise NotFound(M("Diese Adresse gibt es nicht."))
    settled, said = verbs[verb]

    def do(session: Session, at: At) -> uuid.UUID:
        settled(session, here.actor, at.response, comment_id)
        return comment_id

    return _done(here, do, said, "", "")


def _done(here: Visit, do: Callable[[Session, At], uuid.UUID], said: Message, field: str, text: str) -> Response:
    """Back to where the comment stands; what was refused stays in its field."""
    try:
        with here.db.transaction() as session:
            at = here.arrive(session)
            comment_id = do(session, at)
    except Invalid as refused:
        problems = tuple(Problem(field, problem.message) for problem in refused.problems)
        return review_page(here, status=422, problems=problems, typed={field: text})
    except Conflict as refused:
        return review_page(here, status=refused.status, refused=refused.message)
    return see_other(f"{at.base}/review#thread-{comment_id}", said)
