"""When a question is shown. One evaluation serves pages, submission, API and import."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Tag


class _Condition(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Is(_Condition):
    """The answer is this, or contains it where several can be chosen."""

    field: str
    value: str | int | bool = Field(alias="is")


class OneOf(_Condition):
    field: str
    one_of: list[str | int]


class Answered(_Condition):
    field: str
    answered: Literal[True]


class Greater(_Condition):
    field: str
    greater: int | float


class Less(_Condition):
    field: str
    less: int | float


class AllOf(_Condition):
    all: list["Condition"]


class AnyOf(_Condition):
    any: list["Condition"]


Condition = Annotated[Is | OneOf | Answered | Greater | Less | AllOf | AnyOf, Tag("condition")]
AllOf.model_rebuild()
AnyOf.model_rebuild()

Answers = Mapping[str, Any]
"""Full field key → checked value."""


def holds(condition: Condition, answers: Answers) -> bool:
    match condition:
        case AllOf(all=parts):
            return all(holds(part, answers) for part in parts)
        case AnyOf(any=parts):
            return any(holds(part, answers) for part in parts)
        case Answered(field=field):
            return answers.get(field) is not None
        case Is(field=field, value=value):
            return value in _chosen(answers.get(field))
        case OneOf(field=field, one_of=values):
            return bool(_chosen(answers.get(field)) & set(values))
        case Greater(field=field, greater=bound):
            return any(number > bound for number in _numbers(answers.get(field)))
        case Less(field=field, less=bound):
            return any(number < bound for number in _numbers(answers.get(field)))


def _chosen(value: Any) -> set[str | int | bool]:
    match value:
        case None:
            return set()
        case list():
            return {"other" if isinstance(v, dict) else v for v in value}
        case {"other": _}:
            return {"other"}
        case {"correct": correct}:
            return {correct}
        case dict():
            return set()
        case _:
            return {value}


def _numbers(value: Any) -> list[float]:
    """The number, or both ends of a range; a yes or no is no number."""
    values = value.values() if isinstance(value, dict) else (value,)
    return [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]


def fields_of(condition: Condition) -> Iterable[str]:
    """Full keys of the fields a condition looks at."""
    match condition:
        case AllOf(all=parts) | AnyOf(any=parts):
            for part in parts:
                yield from fields_of(part)
        case _:
            yield condition.field
