"""Editing a form: every operation takes a form and returns another that is valid, or raises `Invalid` and changes nothing.

Keys are given once and stay. What looked at something that is gone no longer looks at it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from consultation.core.errors import Invalid, NotFound
from consultation.core.language import M
from consultation.forms.checks import read_form
from consultation.forms.conditions import AllOf, AnyOf, Condition, fields_of
from consultation.forms.definition import Form, FormField, Part, Question
from consultation.questions import Texts
from consultation.questions.setup import new_key

T = TypeVar("T")
UP, DOWN = -1, 1
MOST_PARTS, MOST_QUESTIONS, MOST_FIELDS = 40, 300, 20


def definition_of(form: Form) -> dict[str, Any]:
    """As it is stored."""
    return form.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def empty_form(title: Texts) -> Form:
    part = Part(key="A", title=Texts(de="Teil 1", en="Part 1"), questions=())
    return Form(key=new_key(title.de, set()), title=title, parts=(part,))


def part_of(form: Form, key: str) -> Part:
    return _found((part for part in form.parts if part.key == key), M("Diesen Teil gibt es nicht mehr."))


def question_of(form: Form, key: str) -> Question:
    return _found((one for one in form.questions if one.key == key), M("Diese Frage gibt es nicht mehr."))


def _found(found: Iterator[T], missing: Any) -> T:
    for one in found:
        return one
    raise NotFound(missing)


# -- the form and its parts --------------------------------------------------------------------
def describe(form: Form, title: Texts, intro: Texts | None) -> Form:
    return form.model_copy(update={"title": title, "intro": intro})


def add_part(form: Form, title: Texts, hint: Texts | None = None) -> Form:
    if len(form.parts) >= MOST_PARTS:
        raise Invalid.about("title.de", M("Ein Formular hat höchstens {count} Teile.", count=MOST_PARTS))
    part = Part(key=_free_letter(form), title=title, hint=hint, questions=())
    return _with_parts(form, (*form.parts, part))


def _free_letter(form: Form) -> str:
    """A, B, C …: keys of parts are short, since they stand before what is disclosed."""
    taken = {part.key for part in form.parts}
    letters = (*(chr(ord("A") + place) for place in range(26)), *(f"P{place}" for place in range(27, 99)))
    return next(letter for letter in letters if letter not in taken)


def edit_part(form: Form, key: str, title: Texts, hint: Texts | None) -> Form:
    part = part_of(form, key)
    return _changed_part(form, part, part.model_copy(update={"title": title, "hint": hint}))


def move_part(form: Form, key: str, step: int) -> Form:
    return _with_parts(form, _moved(form.parts, form.parts.index(part_of(form, key)), step))


def remove_part(form: Form, key: str, *, to: str = "") -> Form:
    """Its questions go with it, or into the part `to`."""
    part = part_of(form, key)
    if len(form.parts) == 1:
        raise Invalid.about("to", M("Ein Formular braucht mindestens einen Teil."))
    left = tuple(other for other in form.parts if other is not part)
    if to:
        goal = _found((other for other in left if other.key == to), M("Diesen Teil gibt es nicht mehr."))
        before = form.parts.index(goal) > form.parts.index(part)
        questions = (*part.questions, *goal.questions) if before else (*goal.questions, *part.questions)
        left = tuple(_holding(other, questions) if other is goal else other for other in left)
    return _with_parts(form, left)


# -- questions ---------------------------------------------------------------------------------
def add_question(form: Form, part_key: str, question: Question) -> Form:
    """At the end of the part; the key is given here, from the title."""
    part = part_of(form, part_key)
    keys = {one.key for one in form.questions}
    if len(keys) >= MOST_QUESTIONS:
        raise Invalid.about("title.de", M("Ein Formular hat höchstens {count} Fragen.", count=MOST_QUESTIONS))
    new = question.model_copy(update={"key": new_key(question.title.de, keys), "when": None})
    new = new.model_copy(update={"fields": _with_keys(form, new, new.fields)[1]})
    return _changed_part(form, part, _holding(part, (*part.questions, new)))


def edit_question(form: Form, key: str, question: Question) -> Form:
    """Everything but the key and the condition."""
    form, fields = _with_keys(form, question_of(form, key), question.fields)
    old = question_of(form, key)
    new = question.model_copy(update={"key": old.key, "when": old.when, "fields": fields})
    return _changed_question(form, old, (new,))


def duplicate(form: Form, key: str) -> Form:
    """Right behind the original."""
    old = question_of(form, key)
    title = Texts(de=f"{old.title.de} (Kopie)", en=f"{old.title.en} (copy)" if old.title.en else "")
    new = old.model_copy(
        update={"key": new_key(old.key, {one.key for one in form.questions}), "title": title, "number": ""}
    )
    return _changed_question(form, old, (old, new))


def remove_question(form: Form, key: str) -> Form:
    return _changed_question(form, question_of(form, key), ())


def move_question(form: Form, key: str, step: int) -> Form:
    """One place up or down; over the edge of its part it goes into the neighbouring one."""
    question = question_of(form, key)
    place = next(place for place, part in enumerate(form.parts) if question in part.questions)
    inside = form.parts[place].questions.index(question)
    if 0 <= inside + step < len(form.parts[place].questions):
        part = form.parts[place]
        return _changed_part(form, part, _holding(part, _moved(part.questions, inside, step)))
    if not 0 <= place + step < len(form.parts):
        return form
    return move_to(form, key, form.parts[place + step].key, first=step == DOWN)


def move_to(form: Form, key: str, part_key: str, *, first: bool = False) -> Form:
    question, goal = question_of(form, key), part_of(form, part_key)
    parts = [_holding(part, tuple(one for one in part.questions if one is not question)) for part in form.parts]
    place = form.parts.index(goal)
    rest = parts[place].questions
    parts[place] = _holding(parts[place], (question, *rest) if first else (*rest, question))
    return _with_parts(form, parts)


def set_condition(form: Form, key: str, condition: Condition | None) -> Form:
    old = question_of(form, key)
    return _changed_question(form, old, (old.model_copy(update={"when": condition}),))


def renumber(form: Form) -> Form:
    """1, 2, 3 …"""
    number = iter(range(1, MOST_QUESTIONS * 2))
    return form.model_copy(update={"parts": tuple(
        _holding(part, tuple(q.model_copy(update={"number": str(next(number))}) for q in part.questions))
        for part in form.parts
    )})  # fmt: skip


def counts_by_itself(form: Form) -> bool:
    """Numbered 1, 2, 3 … without a gap: then every operation keeps it so."""
    return [question.number for question in form.questions] == [
        str(place) for place in range(1, 1 + sum(len(part.questions) for part in form.parts))
    ]


# -- fields of a compound question -------------------------------------------------------------
def _with_keys(form: Form, old: Question, fields: Sequence[FormField]) -> tuple[Form, tuple[FormField, ...]]:
    """A lone field may go without a key; of several, each gets one, and conditions follow the first that had none."""
    if len(fields) > MOST_FIELDS:
        raise Invalid.about("q.fields", M("Eine Frage hat höchstens {count} Angaben.", count=MOST_FIELDS))
    taken = {field.key for field in fields if field.key}
    nameless = any(not field.key for field in old.fields)
    named: list[FormField] = []
    for field in fields:
        key = field.key
        if not key and (len(fields) > 1 or not nameless):
            label = field.label.de if field.label else ""
            key = new_key(label or "answer", taken)
            form = _renamed(form, old.key, f"{old.key}.{key}") if nameless else form
        nameless = nameless and bool(field.key)
        taken.add(key)
        named.append(field.model_copy(update={"key": key}))
    return form, tuple(named)


# -- what all of them keep ---------------------------------------------------------------------
def _holding(part: Part, questions: Sequence[Question]) -> Part:
    return part.model_copy(update={"questions": tuple(questions)})


def _moved(things: Sequence[T], place: int, step: int) -> tuple[T, ...]:
    left = [*things]
    left.insert(max(0, min(len(things) - 1, place + step)), left.pop(place))
    return tuple(left)


def _changed_part(form: Form, old: Part, new: Part) -> Form:
    return _with_parts(form, [new if part is old else part for part in form.parts])


def _changed_question(form: Form, old: Question, new: Sequence[Question]) -> Form:
    part = next(part for part in form.parts if any(one is old for one in part.questions))
    questions = [one for q in part.questions for one in (new if q is old else (q,))]
    return _changed_part(form, part, _holding(part, questions))


def _with_parts(form: Form, parts: Sequence[Part]) -> Form:
    new = form.model_copy(update={"parts": tuple(parts)})
    new = _looking_at_what_is_there(new)
    _demand_order(new)
    new = renumber(new) if counts_by_itself(form) else new
    return read_form(definition_of(new))


def _looking_at_what_is_there(form: Form) -> Form:
    """Conditions lose the fields that are gone, and so does the reservation of the council."""
    known = {asked.key for asked in Form.model_validate(definition_of(form)).asked}
    form = _each_condition(form, lambda condition: _kept(condition, known))
    if (reservation := form.reservation) is None:
        return form
    if not set(fields_of(reservation.when)) <= known:
        return form.model_copy(update={"reservation": None})
    date = reservation.date if reservation.date in known else None
    unneeded = reservation.unneeded and _kept(reservation.unneeded, known)
    return form.model_copy(update={"reservation": reservation.model_copy(update={"date": date, "unneeded": unneeded})})


def _kept(condition: Condition, known: set[str]) -> Condition | None:
    match condition:
        case AllOf(all=parts) | AnyOf(any=parts):
            left = [one for one in (_kept(part, known) for part in parts) if one is not None]
            if len(left) < 2:
                return left[0] if left else None
            return AllOf(all=left) if isinstance(condition, AllOf) else AnyOf(any=left)
        case _:
            return condition if condition.field in known else None


def _renamed(form: Form, old: str, new: str) -> Form:
    def told(condition: Condition) -> Condition:
        match condition:
            case AllOf(all=parts):
                return AllOf(all=[told(part) for part in parts])
            case AnyOf(any=parts):
                return AnyOf(any=[told(part) for part in parts])
            case _:
                return condition.model_copy(update={"field": new}) if condition.field == old else condition

    # the key exists only with the operation that follows, so nothing is checked here
    form = _each_condition(form, told)
    if (reservation := form.reservation) is None:
        return form
    date = new if reservation.date == old else reservation.date
    unneeded = reservation.unneeded and told(reservation.unneeded)
    now = {"when": told(reservation.when), "date": date, "unneeded": unneeded}
    return form.model_copy(update={"reservation": reservation.model_copy(update=now)})


def _each_condition(form: Form, change: Callable[[Condition], Condition | None]) -> Form:
    def changed(question: Question) -> Question:
        return question if question.when is None else question.model_copy(update={"when": change(question.when)})

    parts = tuple(_holding(part, [changed(one) for one in part.questions]) for part in form.parts)
    return form.model_copy(update={"parts": parts})


def _demand_order(form: Form) -> None:
    """Raises `Invalid` if a condition would look at a question that comes later."""
    earlier: set[str] = set()
    fresh = Form.model_validate(definition_of(form))
    for question in fresh.questions:
        for key in fields_of(question.when) if question.when else ():
            if key not in earlier:
                other = fresh.by_key[key].question.title.de
                raise Invalid.about("order", M(
                    "„{title}“ wird nur bei bestimmten Antworten auf „{other}“ gezeigt und muss dahinter stehen. "
                    "Ändern Sie zuerst die Bedingung.", title=question.title.de, other=other,
                ))  # fmt: skip
        earlier |= {asked.key for asked in fresh.asked if asked.question is question}
