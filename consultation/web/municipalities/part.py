"""One page per part of the form. Saved as a whole by its buttons, and by itself while one types."""

from collections.abc import Iterable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.errors import NotFound
from consultation.core.language import M, Message
from consultation.forms.definition import Form as Questionnaire
from consultation.forms.definition import Part
from consultation.http import Form, Pages, PostedForm, page, safe_path, see_other
from consultation.responses import comments
from consultation.responses.answering import Posted
from consultation.responses.desk import Desk
from consultation.web.municipalities.asking import (
    errors_of,
    has_entries,
    lacks,
    mark,
    marks,
    numbered,
    shown_questions,
    step_at,
)
from consultation.web.municipalities.colleagues import PART, clock, sit_down
from consultation.web.municipalities.desks import PREFIX, At, Here, Visit, changes, desk_page
from consultation.web.municipalities.disclosing import REST, offered, open_parts, rest_as
from consultation.web.municipalities.saving import Outcome, save, without_shells
from consultation.web.municipalities.shown_as import by_level

router = Pages(prefix=PREFIX + "/part/{part_key}")


def _everything(request: Request) -> bool:
    return request.query_params.get("path") == "all"


def _part(form: Questionnaire, part_key: str) -> Part:
    found = next((part for part in form.parts if part.key == part_key), None)
    if found is None:
        raise NotFound(M("Diesen Teil gibt es im Formular nicht."))
    return found


def _keys(desk: Desk, part: Part, *, everything: bool) -> Iterable[str]:
    here = {question.key for question in part.asks(everything=everything)}
    return [asked.key for asked in desk.form.asked if asked.question.key in here]


@router.get("")
def show(here: Here, part_key: str) -> Response:
    at, colleagues = sit_down(here, f"{PART}:{part_key}")
    if at.begun is None:
        return see_other(at.base, M("Beginnen Sie zuerst die Stellungnahme."), "info")
    part, everything = _part(at.desk.form, part_key), _everything(here.request)
    known = set(_keys(at.desk, part, everything=everything))
    problems = tuple(p for key, found in at.desk.refusals.items() if key in known for p in found)
    return _page(here, Outcome(at, at.desk.typed, problems, colleagues=colleagues), part, status=200)


@router.post("")
def keep(here: Here, part_key: str, form: Form) -> Response:
    everything, rest = _everything(here.request), "" if here.by_itself else form.line(REST)

    def asked_for(desk: Desk) -> Iterable[str]:
        return _keys(desk, _part(desk.form, part_key), everything=everything)

    def change(desk: Desk, posted: dict[str, Posted]) -> dict[str, Posted]:
        return rest_as(rest)(desk, without_shells(desk, posted))

    outcome = save(here, form, asked_for, change, where=f"{PART}:{part_key}")
    part = _part(outcome.at.desk.form, part_key)
    if here.by_itself:
        asked = [question.key for question in part.asks(everything=everything)]
        return saved_piece(here.request, outcome, form, asked, f"{PART}:{part.key}", _lacking(outcome, form, part))
    if outcome.status != 200 and not (outcome.status == 422 and form.line("add")):
        return _page(here, outcome, part, status=outcome.status)
    return _onward(outcome.at, part, form, everything=everything)


def _onward(at: At, part: Part, form: PostedForm, *, everything: bool) -> Response:
    path = "?path=all" if everything else ""
    here = f"{at.base}/part/{part.key}{path}"
    if add := form.line("add"):
        return see_other(safe_path(f"{here}#{add}", here))
    if form.line("then") == "hub":
        return see_other(at.base + path, M("Gespeichert."))
    if form.line("then") == "stay":
        return see_other(here, M("Gespeichert."))
    following = step_at(at.desk, part, everything=everything).following
    return see_other(f"{at.base}/part/{following.key}{path}" if following else f"{at.base}/review", M("Gespeichert."))


def _lacking(outcome: Outcome, form: PostedForm, part: Part) -> list[tuple[str, Sequence[Message]]]:
    """Entry on the page → what it still lacks."""
    desk = outcome.at.desk
    entries = tuple(f"version.{a.key}." for a in desk.form.asked if a.part.key == part.key and has_entries(desk, a))
    names = [name.removeprefix("version.") for name in form.keys() if name.startswith(entries)]  # noqa: SIM118 -- no mapping
    return [(name, lacks(desk, name, outcome.problems)) for name in names]


def _page(here: Visit, outcome: Outcome, part: Part, *, status: int) -> Response:
    at, everything = outcome.at, _everything(here.request)
    desk, step = at.desk, step_at(at.desk, part, everything=everything)
    asked = part.asks(everything=everything)
    questions = shown_questions(desk, asked, outcome.typed, at.actor.moment, outcome.problems)
    with here.db.reader() as session:
        waiting = comments.open_ones(session, here.actor, at.response.id)
    more = desk.progress(part)[1] - desk.progress(part, core=True)[1] if not everything else 0
    data: dict[str, Any] = {
        "part": part, "questions": questions, "everything": everything, "path": "?path=all" if everything else "",
        "marks": marks(desk, [field for shown in questions for field in shown.fields], outcome.kept),
        "problems": [numbered(desk, problem) for problem in outcome.problems],
        "rest": offered(desk) if open_parts(desk) else (), "levels": by_level(desk),
        "errors": errors_of(outcome.problems, desk), "quarrels": outcome.quarrels,
        "refused": outcome.refused, "waiting": waiting, "editable": at.may_answer or outcome.refused is not None,
        "changes": changes(here, at) if any(a.type.needs_sections and a.part.key == part.key for a in desk.form.asked) else None,
        "step": step, "more": more, "read": read_answers(desk, part),
        "colleagues": outcome.colleagues, "where": f"{PART}:{part.key}",
    }  # fmt: skip
    return desk_page(here.request, at, "municipalities/part.html", desk.context.say(part.title), data, status=status)


def read_answers(desk: Desk, part: Part) -> list[tuple[str, list[tuple[str, str]]]]:
    """Question → (label, text) of its answers, as they will be sent; questions without an answer are left out."""
    found: dict[str, list[tuple[str, str]]] = {}
    for asked in desk.form.asked:
        if asked.part.key == part.key and asked.key in desk.submitted:
            label = desk.context.say(asked.field.label)
            text = asked.type.text(desk.submitted[asked.key], asked.settings, desk.context)
            found.setdefault(desk.context.asked_as(asked.question), []).append((label, text))
    return list(found.items())


def saved_piece(
    request: Request, outcome: Outcome, form: PostedForm, questions: Iterable[str], where: str,
    lacking: Iterable[tuple[str, Sequence[Message]]] = (),
) -> Response:  # fmt: skip
    """What the automatic saving puts into the page: when it was saved, the new versions, what is shown now, what still lacks.

    `lacking`: entry → what it lacks.
    """
    desk = outcome.at.desk
    names = [name.removeprefix("version.") for name in form.keys() if name.startswith("version.")]  # noqa: SIM118 -- no mapping
    data = {
        "time": clock(outcome.at.actor.moment), "refused": outcome.refused,
        "problems": outcome.problems, "quarrels": outcome.quarrels,
        "marks": [mark(desk, name, outcome.kept) for name in names], "group": form.line("group"),
        "colleagues": outcome.colleagues, "where": where, "lacking": lacking,
        "conditional": [(q.key, q.key in desk.visible) for q in desk.form.questions if q.when and q.key in set(questions)],
    }  # fmt: skip
    answer = page(request, "municipalities/saved.html", data, outcome.status, partial=True)
    answer.headers["X-Saved"] = outcome.saved
    return answer
