"""Conditions as a planner says them: Zeigen, wenn „5. Sind Sie betroffen?“ ist „ja“."""

from consultation.core.language import Language, M, Message, number, say
from consultation.forms.conditions import AllOf, Answered, AnyOf, Condition, Greater, Is, Less, OneOf
from consultation.forms.definition import Asked, Form

LONGEST = 70


def sentence(condition: Condition, form: Form, language: Language) -> str:
    return say(M("Zeigen, wenn {condition}", condition=_said(condition, form, language)), language)


def _said(condition: Condition, form: Form, language: Language, *, inside: bool = False) -> str:
    match condition:
        case AllOf(all=parts) | AnyOf(any=parts):
            joint = M("und") if isinstance(condition, AllOf) else M("oder")
            text = f" {say(joint, language)} ".join(_said(one, form, language, inside=True) for one in parts)
            return f"({text})" if inside and len(parts) > 1 else text
        case _:
            return say(clause(condition, form, language), language)


def clause(condition: Condition, form: Form, language: Language) -> Message:
    """One comparison; an unknown field is named by its key."""
    assert not isinstance(condition, AllOf | AnyOf)
    asked = form.by_key.get(condition.field)
    what = named(asked, language) if asked else condition.field
    match condition:
        case Answered():
            return M("„{question}“ beantwortet ist", question=what)
        case Is(value=value):
            return M(
                "„{question}“ mit „{value}“ beantwortet ist", question=what, value=labelled(asked, value, language)
            )
        case OneOf(one_of=values):
            labels = f" {say(M('oder'), language)} ".join(f"„{labelled(asked, value, language)}“" for value in values)
            return M("„{question}“ mit {values} beantwortet ist", question=what, values=labels)
        case Greater(greater=bound):
            return M("„{question}“ größer als {value} ist", question=what, value=figure(asked, bound, language))
        case Less(less=bound):
            return M("„{question}“ kleiner als {value} ist", question=what, value=figure(asked, bound, language))


def named(asked: Asked, language: Language) -> str:
    """Number and title of the question, and which of its fields is meant."""
    question = asked.question
    title = question.title.said(language)
    text = f"{question.number}. {title}" if question.number else title
    text = text if len(text) <= LONGEST else text[: LONGEST - 2].rstrip() + " …"
    several = len(question.fields) > 1 or asked.field not in question.fields
    label = asked.field.label.said(language) if several and asked.field.label else ""
    return f"{text} – {label}" if label else text


def labelled(asked: Asked | None, value: str | float | bool, language: Language) -> str:
    offered = asked.type.comparable(asked.settings, language).values if asked else ()
    return next(
        (label for one, label in offered if one == value and type(one) is type(value)), figure(asked, value, language)
    )


def figure(asked: Asked | None, value: str | float | bool, language: Language) -> str:
    """A number with its unit; a step of a scale is named by its label."""
    if isinstance(value, bool | str):
        return str(value)
    told = asked.type.comparable(asked.settings, language) if asked else None
    if asked is None or told is None or told.bounds is None:
        return number(value, language)
    if told.values:
        return next((label for one, label in told.values if one == value), number(value, language))
    return asked.type.figure(float(value), asked.settings, language)
