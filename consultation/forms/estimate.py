"""How long a form takes: reading each question, and answering it as long as its type says. Told to bodies and planners."""

from consultation.forms.context import FormContext
from consultation.forms.definition import Asked

READING = 10
"""Seconds for reading a question."""
LEAST = 2


def seconds(context: FormContext, *, everything: bool) -> float:
    """A question under a condition counts half; explanations, which are optional, do not count."""
    questions = [q for q in context.form.questions if everything or q.core]
    asked = {q.key: READING * (0.5 if q.when else 1.0) for q in questions}
    for one in context.form.asked:
        if one.question.key in asked and one.field in one.question.fields:
            asked[one.question.key] += _answering(one, context) * (0.5 if one.question.when else 1.0)
    return sum(asked.values())


def _answering(asked: Asked, context: FormContext) -> int:
    return asked.type.seconds(asked.settings, context)


def minutes(context: FormContext, *, everything: bool) -> int:
    """Whole minutes up to twenty, steps of five beyond."""
    exact = seconds(context, everything=everything) / 60
    return max(LEAST, round(exact)) if exact <= 20 else 5 * round(exact / 5)
