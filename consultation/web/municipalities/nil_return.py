"""Fehlanzeige: nothing to say, and that counts as a reply. Asks only what a nil return is asked."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from consultation.core.errors import Conflict, Invalid, NotReady, Problem
from consultation.core.language import M, Message
from consultation.forms.definition import Question
from consultation.http import Form, Pages, PostedForm, see_other
from consultation.questions.disclosure import levels_for
from consultation.responses import queries
from consultation.responses.desk import Desk
from consultation.responses.models import Revision
from consultation.responses.submission import submit_held, unsigned
from consultation.rulebook import COMMENTABLE, RESPONSE, another_pair_of_eyes, contributor, releaser
from consultation.states import ResponseState
from consultation.web.municipalities.asking import asked_in, errors_of, marks, shown_questions
from consultation.web.municipalities.desks import PREFIX, At, Here, Visit, desk_page
from consultation.web.municipalities.disclosing import REST, common_level, one_for_all
from consultation.web.municipalities.releasing import (
    SIGNED,
    Signed,
    handed_in,
    nobody_releases,
    release_of,
    signed_in,
)
from consultation.web.municipalities.saving import Outcome, save

router = Pages(prefix=PREFIX + "/nil-return")
REPLACES = "replaces"
"""The box that says: what was submitted before shall count no more."""
_PREPARED = M("Gespeichert. Abgeben kann die Fehlanzeige jetzt, wer in Ihrer Organisation das Recht „Freigabe“ hat.")
_BY_ANOTHER = M("Gespeichert. Abgeben kann die Fehlanzeige jetzt eine andere Person mit dem Recht „Freigabe“ "
                "(Vier-Augen-Prinzip).")  # fmt: skip


def _questions(desk: Desk) -> list[Question]:
    return [question for question in desk.form.questions if question.with_nil_return]


@router.get("")
def show(here: Here) -> Response:
    at = here.look()
    if at.begun is None:
        return see_other(at.base, M("Beginnen Sie zuerst die Stellungnahme."), "info")
    return _page(here, Outcome(at, at.desk.typed), {})


@router.post("")
def send(here: Here, form: Form) -> Response:
    """Saves the few answers, then releases; who may not release what they edit prepares it, who only releases releases what
    is there.
    """
    typed = signed_in(form)
    with here.db.transaction() as session:
        at = here.begin(session)
    outcome = Outcome(at, at.desk.typed)
    edits = contributor(here.actor, at.response) and at.response.state == ResponseState.DRAFTING
    if edits:
        outcome = save(here, form, _keys, one_for_all(form.line(REST)))
    lacking = _lacking(outcome) if outcome.at.is_open and at.response.state in COMMENTABLE else ()
    if outcome.status != 200:
        return _page(here, outcome, typed, status=outcome.status, problems=lacking if outcome.problems else ())
    if edits and (prepared := _prepared(outcome.at)):
        return (
            _page(here, outcome, typed, status=422, problems=lacking) if lacking
            else see_other(f"{at.base}/nil-return", prepared)
        )  # fmt: skip
    return _submitted(here, outcome, form, typed, lacking)


def _prepared(at: At) -> Message | None:
    """Why this person does not hand in what it has just saved."""
    if not releaser(at.actor, at.response):
        return _PREPARED
    return _BY_ANOTHER if list(another_pair_of_eyes(at.actor, at.response)) else None


def _submitted(
    here: Visit, outcome: Outcome, form: PostedForm, typed: Signed, lacking: tuple[Problem, ...]
) -> Response:  # fmt: skip
    if outcome.at.response.state in COMMENTABLE and (
        problems := (*lacking, *unsigned(typed["name"], typed["function"]))
    ):
        return _page(here, outcome, typed, status=422, problems=problems)
    try:
        with here.db.transaction() as session:
            at = here.arrive_alone(session)
            _demand_consent(session, at, form)
            revision = submit_held(session, here.actor, at.desk, release_of(typed), nil_return=True)
    except (NotReady, Conflict) as refused:
        return _page(here, outcome, typed, status=refused.status, problems=refused.problems, refused=refused.message)
    return see_other(f"{at.base}/receipt", *handed_in(revision, nil_return=True))


def _demand_consent(session: Session, at: At, form: PostedForm) -> None:
    """Raises Invalid where a response counts and nobody said that it shall count no more."""
    counted = _replaced(session, at)
    if counted is not None and form.line(REPLACES) != counted.receipt_number:
        raise Invalid.about(REPLACES, M("Bestätigen Sie, dass Ihre abgegebene Stellungnahme nicht mehr zählen soll."))


def _replaced(session: Session, at: At) -> Revision | None:
    """The response that counts now and that a nil return would take the place of."""
    counted = queries.counted_revision(session, at.response) if at.response.state in COMMENTABLE else None
    return None if counted is None or counted.nil_return else counted


def _keys(desk: Desk) -> list[str]:
    known = {question.key for question in _questions(desk)}
    return [asked.key for asked in desk.form.asked if asked.question.key in known]


def _lacking(outcome: Outcome) -> tuple[Problem, ...]:
    """What is missing beside what was typed wrongly: both are told at once."""
    wrong = {problem.field for problem in outcome.problems}
    return tuple(p for p in outcome.at.desk.missing_for_nil_return if p.field not in wrong)


def _page(
    here: Visit, outcome: Outcome, typed: Signed, *, status: int = 200,
    problems: tuple[Problem, ...] = (), refused: Message | None = None,
) -> Response:  # fmt: skip
    at, found = outcome.at, tuple(_at_the_one_choice(outcome, p) for p in (*outcome.problems, *problems))
    with here.db.reader() as session:
        replaced = _replaced(session, at)
        represented = queries.represented(session, at.response.id) if at.speaks_for_others else []
        nobody = nobody_releases(session, at.response, at.actor.person_id) if at.may_answer else None
    questions = shown_questions(at.desk, _questions(at.desk), outcome.typed, at.actor.moment)
    asks = at.may_answer or outcome.refused is not None
    found = tuple(p if asks or p.field in _OWN else replace(p, field="") for p in found)
    releases, eyes = RESPONSE.may(at.actor, at.response, "submit_nil_return"), _eyes(at)
    data: dict[str, Any] = {
        "questions": questions, "problems": found, "errors": errors_of(found, at.desk), "typed": typed,
        "marks": marks(at.desk, [field for shown in questions for field in shown.fields], outcome.kept),
        "quarrels": outcome.quarrels, "refused": outcome.refused or (None if problems else refused),
        **_one_choice(outcome),
        "asks": asks, "releases": releases and not eyes, "eyes": eyes, "replaced": replaced,
        "represented": represented, "nobody": nobody,
        "why": None if asks or (typed and releases and not eyes) else _why_not(at, eyes),
    }  # fmt: skip
    return desk_page(here.request, at, "municipalities/nil_return.html", M("Fehlanzeige abgeben"), data, status=status)


_OWN = SIGNED | {REPLACES}


def _why_not(at: At, eyes: list[Message]) -> Message | None:
    """The one reason for which somebody can neither prepare nor hand in; nothing for those who can hand in."""
    if at.response.state not in COMMENTABLE or not at.is_open:
        return at.why_no_answers
    if not releaser(at.actor, at.response):
        return M("Eine Fehlanzeige gibt ab, wer in Ihrer Organisation das Recht „Freigabe“ hat.")
    return eyes[0] if eyes else None


def _eyes(at: At) -> list[Message]:
    return [problem.message for problem in another_pair_of_eyes(at.actor, at.response)]


def _one_choice(outcome: Outcome) -> dict[str, Any]:
    """Of so little, what may be published is asked once; what was settled part by part before may stay."""
    desk = outcome.at.desk
    chosen = outcome.typed.get(desk.form.disclosure_key or "") or {}
    level = common_level(desk, chosen)
    kept = [("", M("wie schon für die einzelnen Teile festgelegt"))] if chosen and not level else []
    return {"levels": [*kept, *levels_for(desk.context).items()], "level": level}


def _at_the_one_choice(outcome: Outcome, problem: Problem) -> Problem:
    asked = asked_in(outcome.at.desk, problem.field)
    return replace(problem, field=REST) if asked is not None and asked.type.settles_disclosure else problem
