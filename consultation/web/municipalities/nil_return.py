"""Fehlanzeige: nothing to say, and that counts as a reply. Asks only what a nil return is asked."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.errors import Conflict, NotReady, Problem
from consultation.core.language import M, Message
from consultation.forms.definition import Question
from consultation.http import Form, Pages, see_other
from consultation.questions.disclosure import LEVELS
from consultation.responses.desk import Desk
from consultation.responses.submission import submit
from consultation.rulebook import RESPONSE, contributor, releaser
from consultation.states import ResponseState
from consultation.web.municipalities.asking import asked_in, errors_of, marks, shown_questions
from consultation.web.municipalities.desks import PREFIX, Here, desk_page
from consultation.web.municipalities.disclosing import REST, common_level, one_for_all
from consultation.web.municipalities.saving import Outcome, save

router = Pages(prefix=PREFIX + "/nil-return")
_PREPARED = M("Gespeichert. Abgeben kann die Fehlanzeige jetzt, wer in Ihrer Organisation das Recht „Freigabe“ hat.")


def _questions(desk: Desk) -> list[Question]:
    return [question for question in desk.form.questions if question.with_nil_return]


@router.get("")
def show(here: Here) -> Response:
    at = here.look()
    if at.begun is None:
        return see_other(at.base, M("Beginnen Sie zuerst die Stellungnahme."), "info")
    return _page(here.request, Outcome(at, at.desk.typed), {})


@router.post("")
def send(here: Here, form: Form) -> Response:
    """Saves the few answers, then releases; who only edits prepares it, who only releases releases what is there."""
    typed = {"name": form.line("name")[:200], "function": form.line("function")[:200]}
    with here.db.transaction() as session:
        at = here.begin(session)
    outcome = Outcome(at, at.desk.typed)
    edits = contributor(here.actor, at.response) and at.response.state == ResponseState.DRAFTING
    if edits:
        outcome = save(here, form, _keys, one_for_all(form.line(REST)))
    lacking = _lacking(outcome) if edits else ()
    if outcome.status != 200:
        return _page(here.request, outcome, typed, status=outcome.status, problems=lacking if outcome.problems else ())
    if edits and not releaser(here.actor, at.response):
        if lacking:
            return _page(here.request, outcome, typed, status=422, problems=lacking)
        return see_other(f"{at.base}/nil-return", _PREPARED)
    try:
        with here.db.transaction() as session:
            submit(session, here.actor, at.response.id, nil_return=True, name=typed["name"], function=typed["function"])
    except (NotReady, Conflict) as refused:
        return _page(
            here.request, outcome, typed, status=refused.status, problems=refused.problems, refused=refused.message
        )
    return see_other(f"{at.base}/receipt", M("Ihre Fehlanzeige ist abgegeben."))


def _keys(desk: Desk) -> list[str]:
    known = {question.key for question in _questions(desk)}
    return [asked.key for asked in desk.form.asked if asked.question.key in known]


def _lacking(outcome: Outcome) -> tuple[Problem, ...]:
    """What is missing beside what was typed wrongly: both are told at once."""
    wrong = {problem.field for problem in outcome.problems}
    return tuple(p for p in outcome.at.desk.missing_for_nil_return if p.field not in wrong)


def _page(
    request: Request, outcome: Outcome, typed: dict[str, str], *, status: int = 200,
    problems: tuple[Problem, ...] = (), refused: Message | None = None,
) -> Response:  # fmt: skip
    at, found = outcome.at, tuple(_at_the_one_choice(outcome, p) for p in (*outcome.problems, *problems))
    questions = shown_questions(at.desk, _questions(at.desk), outcome.typed, at.actor.moment)
    asks = at.may_answer or outcome.refused is not None
    if not asks:  # nothing on the page to lead to
        found = tuple(replace(problem, field="") for problem in found)
    data: dict[str, Any] = {
        "questions": questions, "problems": found, "errors": errors_of(found, at.desk), "typed": typed,
        "marks": marks(at.desk, [field for shown in questions for field in shown.fields], outcome.kept),
        "quarrels": outcome.quarrels, "refused": outcome.refused or (None if problems else refused),
        **_one_choice(outcome),
        "asks": asks, "releases": RESPONSE.may(at.actor, at.response, "submit_nil_return"),
    }  # fmt: skip
    return desk_page(request, at, "municipalities/nil_return.html", M("Fehlanzeige abgeben"), data, status=status)


def _one_choice(outcome: Outcome) -> dict[str, Any]:
    """Of so little, what may be published is asked once; what was settled part by part before may stay."""
    desk = outcome.at.desk
    chosen = outcome.typed.get(desk.form.disclosure_key or "") or {}
    level = common_level(desk, chosen)
    kept = [("", M("wie schon für die einzelnen Teile festgelegt"))] if chosen and not level else []
    return {"levels": [*kept, *LEVELS.items()], "level": level}


def _at_the_one_choice(outcome: Outcome, problem: Problem) -> Problem:
    asked = asked_in(outcome.at.desk, problem.field)
    return replace(problem, field=REST) if asked is not None and asked.type.settles_disclosure else problem
