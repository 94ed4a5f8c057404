"""The JSON Schema (2020-12) of a form: what API clients may send as answers."""

from typing import Any

from consultation.forms.context import FormContext
from consultation.forms.definition import Asked


def form_schema(context: FormContext) -> dict[str, Any]:
    """Schema of the object `answers`: full field key → value. Drafts may be partial, so nothing is required here;
    what a submission needs stands in `x-required` (always) and `x-when` (only where the condition holds).
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": context.say(context.form.title),
        "type": "object",
        "additionalProperties": False,
        "properties": {asked.key: field_schema(asked, context) for asked in context.form.asked},
        "x-required": [a.key for a in context.form.asked if a.field.required and a.question.when is None],
    }


def field_schema(asked: Asked, context: FormContext) -> dict[str, Any]:
    extras: dict[str, Any] = {
        "title": context.asked_as(asked.question),
        "description": context.say(asked.field.label),
        "x-type": asked.type.key,
        "x-core": asked.question.core,
    }
    if asked.question.when is not None:
        extras["x-when"] = asked.question.when.model_dump(mode="json", by_alias=True)
    if beyond := asked.type.beyond_schema:
        extras["x-beyond-schema"] = list(beyond)
    return {**asked.type.schema(asked.settings, context), **extras}
