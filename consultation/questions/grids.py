"""Answers with one choice per row: matrices, agreement per section, disclosure per part."""

import abc
from collections.abc import Iterable
from typing import Any

from consultation.questions import Context, Control, Fact, Field, FormFields, Item, Option, QuestionType, Value
from consultation.questions.options import Choice, check_option
from consultation.questions.posted import first, shown
from consultation.questions.refusals import check_parts
from consultation.questions.wording import said


def rows_as_items(rows: Iterable[Choice], context: Context) -> tuple[Item, ...]:
    return tuple(Item(row.key, said(row.label, context)) for row in rows)


class Grid(QuestionType):
    """One of `choices` per item. A choice is stored by its key; scales store the steps as numbers."""

    itemised = True

    @abc.abstractmethod
    def choices(self, item: str, settings: Any, context: Context) -> tuple[Option, ...]:
        """What can be chosen for an item."""

    def read_one(self, text: str) -> Value:
        return text or None

    def check_one(self, item: str, value: Value, settings: Any, context: Context) -> Value:
        return check_option(value, [option.key for option in self.choices(item, settings, context)])

    def values_of(self, item: str, settings: Any, context: Context) -> list[Value]:
        """All that may be stored for an item, `None` included."""
        return [*(option.key for option in self.choices(item, settings, context)), None]

    def read(self, form: FormFields, name: str, settings: Any, context: Context) -> Value:
        posted = {i.key: self.read_one(first(form, f"{name}.{i.key}")) for i in self.items(settings, context)}
        return {key: one for key, one in posted.items() if one is not None} or None

    def check(self, value: Value, settings: Any, context: Context) -> Value:
        if value is None:
            return None
        keys = [item.key for item in self.items(settings, context)]
        return check_parts(value, keys, lambda item, one: self.check_one(item, one, settings, context)) or None

    def schema(self, settings: Any, context: Context) -> dict[str, Any]:
        rows = {i.key: {"enum": self.values_of(i.key, settings, context)} for i in self.items(settings, context)}
        return {"type": ["object", "null"], "properties": rows, "additionalProperties": False}

    def field(self, name: str, value: Value, settings: Any, context: Context) -> Field:
        given = value if isinstance(value, dict) else {}
        rows = tuple(
            Field(
                Control.RADIO,
                f"{name}.{item.key}",
                item.label,
                value=shown(given.get(item.key)),
                options=self.choices(item.key, settings, context),
            )
            for item in self.items(settings, context)
        )
        return Field(Control.GRID, name, fields=rows)

    def text(self, value: Value, settings: Any, context: Context) -> str:
        lines = []
        for item in self.items(settings, context):
            if value and item.key in value:
                labels = {option.key: option.label for option in self.choices(item.key, settings, context)}
                chosen = str(value[item.key])
                lines.append(f"{item.label}: {labels.get(chosen, chosen)}")
        return "\n".join(lines)

    def facts(self, value: Value, settings: Any) -> Iterable[Fact]:
        return [Fact(item, one) for item, one in (value or {}).items()]
