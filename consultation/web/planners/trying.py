"""Trying a form out as a respondent: page by page, with conditions and refusals as they will be. Nothing is stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from consultation.core.errors import Problem
from consultation.core.language import M, say
from consultation.forms.context import FormContext
from consultation.forms.definition import Asked, Part, Question
from consultation.forms.estimate import minutes
from consultation.http import Form, Pages, PostedForm, page
from consultation.questions import Field, Refused
from consultation.web.planners.building import AT, AtForm, Bench

router = Pages(prefix=AT + "/preview")
REVIEW = "review"


def drawn(context: FormContext, question: Question, values: dict[str, Any] | None = None) -> list[Field]:
    """The controls of a question as respondents get them."""
    asked = [one for one in context.form.asked if one.question.key == question.key]
    return [_drawn(one, context, (values or {}).get(one.key)) for one in asked]


def _drawn(asked: Asked, context: FormContext, value: Any) -> Field:
    field = asked.type.field(asked.key, value, asked.settings, context)
    label = context.say(asked.field.label) or field.label
    if len(asked.question.fields) > 1 or asked.question.explanation:
        label = label or say(M("Ihre Antwort"), context.language)
    return replace(field, label=label)


@dataclass
class Trial:
    """What was entered so far: checked values, raw ones where they are wrong, and what is wrong with them."""

    values: dict[str, Any]
    shown: dict[str, Any]
    problems: list[Problem]


def tried(context: FormContext, form: PostedForm) -> Trial:
    trial = Trial({}, {}, [])
    for asked in context.form.asked:
        raw = asked.type.read(form, asked.key, asked.settings, context)
        trial.shown[asked.key] = raw
        try:
            trial.values[asked.key] = trial.shown[asked.key] = asked.type.check(raw, asked.settings, context)
        except Refused as refused:
            trial.problems += (
                replace(one, field=f"{asked.key}.{one.field}" if one.field else asked.key) for one in refused.problems
            )
    return trial


@router.get("")
def begin(bench: AtForm, path: str = "") -> Response:
    return _page(bench, PostedForm({}, {}), everything=path == "all")


@router.post("")
def go_on(bench: AtForm, form: Form, path: str = "") -> Response:
    """From page to page, everything entered on the others goes along unseen."""
    return _page(bench, form, everything=path == "all")


def _page(
    bench: Bench, form: PostedForm, *, everything: bool
) -> Response:  # fmt: skip
    with bench.db.reader() as session:
        programme, version = bench.found(session)
        data = bench.surroundings(programme, version, M("Vorschau"))
        context = bench.context(session, programme, version)
    trial = tried(context, form)
    visible = context.form.visible(trial.values)
    parts = context.form.way(visible, everything=everything)
    here, problems = _where(form, parts, trial)
    if bench.request.headers.get("hx-request"):
        conditional = [(one.key, one.key in visible) for one in context.form.questions if one.when]
        return page(bench.request, "planners/builder/conditions.html", {"conditional": conditional}, partial=True)
    asked = here.asks(everything=everything) if here else ()
    data |= {
        "context": context, "parts": parts, "part": here, "everything": everything, "path": "?path=all" if everything else "",
        "questions": [(one, context.asked_as(one), context.say(one.hint), drawn(context, one, trial.shown), one.key in visible)
                      for one in asked],
        "hidden": list(_carried(form, {asked.key for asked in asked})), "problems": problems,
        "answers": _answers(context, trial, visible),
        "errors": {problem.field: say(problem.message, context.language) for problem in problems},
        "short": minutes(context, everything=False), "long": minutes(context, everything=True),
        "place": parts.index(here) if here in parts else len(parts),
    }  # fmt: skip
    return page(bench.request, "planners/builder/preview.html", data, 422 if problems else 200)


def _where(form: PostedForm, parts: Sequence[Part], trial: Trial) -> tuple[Part | None, list[Problem]]:
    """The page asked for; where something on the page left is wrong, one stays, as respondents do. `None`: the end."""
    keys = {part.key: part for part in parts}
    left = keys.get(form.line("from"))
    if form.line("go") and left is not None:
        own = {question.key for question in left.questions}
        wrong = [problem for problem in trial.problems if problem.field.partition(".")[0] in own]
        if wrong:
            return left, wrong
    if form.line("go") == REVIEW:
        return None, []
    if form.line("add"):
        return left, []
    return keys.get(form.line("go")) or left or (parts[0] if parts else None), []


def _carried(form: PostedForm, here: set[str]) -> Iterator[tuple[str, str]]:
    """What stands on other pages."""
    for name in form.keys():  # noqa: SIM118 -- no mapping
        if name not in ("csrf_token", "go", "from", "add") and name.partition(".")[0] not in here:
            yield from ((name, value) for value in form.getlist(name))


def _answers(context: FormContext, trial: Trial, visible: frozenset[str]) -> list[tuple[str, str]]:
    """Question and answer as they would be read."""
    return [
        (context.asked_as(asked.question), asked.type.text(value, asked.settings, context))
        for asked in context.form.asked
        if asked.question.key in visible and (value := trial.values.get(asked.key)) is not None
    ]
