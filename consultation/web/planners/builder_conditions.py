"""When a question is shown, in words: question, comparison, value; all of them or one of them."""

from typing import Any

from pydantic import TypeAdapter
from starlette.responses import Response

from consultation.core.errors import Conflict, Invalid
from consultation.core.language import Language, M
from consultation.forms import editing
from consultation.forms.collisions import condition_fingerprint, demand_same_condition
from consultation.forms.conditions import AllOf, AnyOf, Condition
from consultation.forms.definition import Asked, Question
from consultation.forms.definition import Form as Questionnaire
from consultation.forms.reachability import can_hold
from consultation.forms.sentences import clause, named
from consultation.http import Form, Pages, PostedForm, page, see_other
from consultation.questions import Refused
from consultation.web.planners.building import AT, AtForm, Bench
from consultation.web.planners.frame import problems_of

router = Pages(prefix=AT + "/questions/{question_key}/condition")
READ: TypeAdapter[Condition] = TypeAdapter(Condition)
OPERATORS = {
    "answered": M("ist beantwortet"), "is": M("ist"), "one_of": M("ist eine von"),
    "greater": M("ist größer als"), "less": M("ist kleiner als"),
}  # fmt: skip


def earlier(form: Questionnaire, question: Question) -> list[Asked]:
    """Fields a condition of this question may look at."""
    keys = [one.key for one in form.questions]
    before = set(keys[: keys.index(question.key)])
    return [asked for asked in form.asked if asked.question.key in before]


def clauses(condition: Condition | None) -> list[Condition] | None:
    """The single comparisons; `None` where they are nested deeper than this page can show."""
    if condition is None:
        return []
    parts = (
        condition.all
        if isinstance(condition, AllOf)
        else condition.any
        if isinstance(condition, AnyOf)
        else [condition]
    )
    return None if any(isinstance(one, AllOf | AnyOf) for one in parts) else list(parts)


def joined(parts: list[Condition], how: str) -> Condition | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return AnyOf(any=parts) if how == "any" else AllOf(all=parts)


@router.get("")
def show(bench: AtForm, question_key: str, field: str = "") -> Response:
    return _page(bench, question_key, field)


def _page(
    bench: Bench, key: str, field: str,
    status: int = 200, **more: Any,
) -> Response:  # fmt: skip
    with bench.db.reader() as session:
        programme, version = bench.found(session)
        data = bench.surroundings(programme, version, M("Bedingung"))
    form, language = data["form"], data["language"]
    question = editing.question_of(form, key)
    before = earlier(form, question)
    chosen = next((asked for asked in before if asked.key == field), None)
    parts = clauses(question.when)
    data |= {
        "question": question, "seen": condition_fingerprint(question), "field": chosen.key if chosen else "",
        "fields": [(asked.key, named(asked, language)) for asked in before], "nested": parts is None,
        "clauses": [clause(one, form, language) for one in parts or ()],
        "how": "any" if isinstance(question.when, AnyOf) else "all",
        "never": question.when is not None and not can_hold(question.when, form),
        "typed": {"operator": "", "value": "", "values": []},
    } | (_offered(chosen, language) if chosen else {"values": [], "operators": [], "chosen": "", "number": False})  # fmt: skip
    return page(bench.request, "planners/builder/condition.html", data | more, status)


def _offered(asked: Asked, language: Language) -> dict[str, Any]:
    told = asked.type.comparable(asked.settings, language)
    fitting = ["answered", *(["is", "one_of"] if told.values else []), *(["greater", "less"] if told.bounds else [])]
    if told.bounds and not told.values:
        fitting.insert(1, "is")
    return {
        "values": [(str(value), label) for value, label in told.values], "number": told.bounds is not None,
        "operators": [(name, OPERATORS[name]) for name in fitting], "chosen": named(asked, language),
    }  # fmt: skip


@router.post("")
def save(bench: AtForm, question_key: str, form: Form) -> Response:
    """Adds a comparison, takes one away (`remove`), or changes whether all must hold (`how`)."""
    with bench.db.reader() as session:
        programme, version = bench.found(session)
        context = bench.context(session, programme, version)
    question = editing.question_of(context.form, question_key)
    at = f"{bench.at}/questions/{question_key}/condition"

    def operation(old: Questionnaire) -> Questionnaire:
        demand_same_condition(old, question_key, form.line("seen"))
        parts = clauses(editing.question_of(old, question_key).when) or []
        return editing.set_condition(
            old, question_key, joined(_changed(parts, form, context, question), form.line("how"))
        )

    try:
        bench.do("set_condition", operation, about=question.title.de)
    except (Invalid, Conflict) as refused:
        typed = {"operator": form.line("operator"), "value": form.line("value"), "values": form.lines("values")}
        return _page(bench, question_key, form.line("field"), refused.status, typed=typed,
                     problems=problems_of(refused))  # fmt: skip
    return see_other(at, M("Die Bedingung ist gespeichert."))


def _changed(parts: list[Condition], form: PostedForm, context: Any, question: Question) -> list[Condition]:
    if form.line("clear"):
        return []
    if remove := form.line("remove"):
        return [one for place, one in enumerate(parts) if str(place) != remove]
    if "operator" in form:
        return [*parts, _comparison(form, context, question)]
    return parts


def _comparison(form: PostedForm, context: Any, question: Question) -> Condition:
    asked = next((one for one in earlier(context.form, question) if one.key == form.line("field")), None)
    if asked is None:
        raise Invalid.about("field", M("Wählen Sie eine frühere Frage."))
    operator = form.line("operator")
    told = asked.type.comparable(asked.settings, context.language)
    known = {str(value): value for value, _ in told.values}
    if operator == "answered":
        made: dict[str, Any] = {"answered": True}
    elif operator == "one_of" and known:
        chosen = [known[one] for one in form.lines("values") if one in known]
        if not chosen:
            raise Invalid.about("values", M("Kreuzen Sie mindestens eine Antwort an."))
        made = {"one_of": chosen} if len(chosen) > 1 else {"is": chosen[0]}
    elif operator == "is" and known:
        chosen = [known[one] for one in form.lines("values") if one in known]
        if len(chosen) != 1:
            raise Invalid.about("values", M("Wählen Sie genau eine Antwort, oder oben „ist eine von“."))
        made = {"is": chosen[0]}
    elif operator in ("is", "greater", "less") and told.bounds is not None:
        made = {operator: _number(form.line("value"), asked, context)}
    else:
        raise Invalid.about("operator", M("Wählen Sie, womit verglichen wird."))
    return READ.validate_python({"field": asked.key, **made})


class _Said:
    """The same words under every name: so a type reads a number as it would read an answer."""

    def __init__(self, text: str) -> None:
        self._text = text

    def getlist(self, key: str) -> list[Any]:
        return [self._text]

    def keys(self) -> list[str]:
        return []


def _number(text: str, asked: Asked, context: Any) -> int | float:
    """What was typed, read by the question's own type: "85 %", "1.250 €", "40"; a step of a scale by its place."""
    wrong = Invalid.about("value", M("Geben Sie eine Zahl ein, wie sie auch als Antwort möglich wäre."))
    try:
        value = asked.type.check(
            asked.type.read(_Said(text), "value", asked.settings, context), asked.settings, context
        )
    except Refused as refused:
        raise Invalid.about("value", refused.problems[0].message) from None
    if isinstance(value, dict):
        value = next(iter(value.values()))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong
    return value
