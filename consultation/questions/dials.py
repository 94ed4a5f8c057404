"""What a planner can set on a question type, derived from its Settings: a closed set of dials, drawn by one template."""

import functools
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from consultation.core.language import Message
from consultation.questions import Settings, Texts


class Dial(StrEnum):
    """`templates/planners/builder/dials.html` draws each; `questions.setup` reads them back."""

    SWITCH = "switch"
    NUMBER = "number"
    AMOUNT = "amount"
    DAY = "day"
    ONE_OF = "one_of"
    WORDS = "words"
    STEPS = "steps"
    CHOICES = "choices"
    PARTS = "parts"


@dataclass(frozen=True)
class Wording:
    """Stands in the annotation of a setting and says what it is called: `Annotated[int, Wording(M("Zeichen"))]`."""

    label: Message
    hint: Message | None = None
    options: Mapping[str, Message] = field(default_factory=dict, hash=False)
    open: bool = False
    """The default is no limit at all: shown as an empty input."""
    cents: bool = False
    """Stored in cents, typed in euros."""


@dataclass(frozen=True)
class Knob:
    name: str
    dial: Dial
    label: Message | str
    hint: Message | None
    options: tuple[tuple[str, Message | str], ...]
    default: Any
    """`None` where a value is needed."""
    open: bool
    whole: bool
    """A number without decimal places."""
    exclusive: bool
    """Of several choices, one can be marked as excluding the others."""


@functools.cache
def knobs(settings: type[Settings]) -> tuple[Knob, ...]:
    """In the order of the settings. What no dial can set is left out, and kept as it is."""
    found = ((name, _dial(info), info) for name, info in settings.model_fields.items())
    return tuple(_knob(name, dial, info) for name, dial, info in found if dial is not None)


def _knob(name: str, dial: Dial, info: FieldInfo) -> Knob:
    wording = next((one for one in info.metadata if isinstance(one, Wording)), None)
    label = wording.label if wording else name.replace("_", " ").capitalize()
    offered = typing.get_args(info.annotation) if dial is Dial.ONE_OF else ()
    named = wording.options if wording else {}
    if dial is Dial.NUMBER and wording and wording.cents:
        dial = Dial.AMOUNT
    return Knob(
        name, dial, label, wording.hint if wording else None,
        tuple((str(one), named.get(str(one), str(one))) for one in offered),
        None if info.is_required() else info.get_default(call_default_factory=False),
        wording.open if wording else False, info.annotation is int, _excluding(info),
    )  # fmt: skip


def _dial(info: FieldInfo) -> Dial | None:
    kind = info.annotation
    plain: dict[Any, Dial] = {
        bool: Dial.SWITCH, int: Dial.NUMBER, float: Dial.NUMBER, date: Dial.DAY, Texts: Dial.WORDS,
    }  # fmt: skip
    if kind in plain:
        return plain[kind]
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        return Dial.ONE_OF
    if origin in (typing.Union, types.UnionType):
        return Dial.WORDS if set(inner) == {Texts, type(None)} else None
    if origin is tuple and len(inner) == 2 and inner[1] is ...:
        return _of_several(inner[0])
    return None


def _excluding(info: FieldInfo) -> bool:
    inner = typing.get_args(info.annotation)
    return any("excludes_others" in getattr(item, "model_fields", {}) for item in inner)


def _of_several(item: Any) -> Dial | None:
    """A list of texts, of labelled choices, or of labelled fields with a type of their own."""
    if item is Texts:
        return Dial.STEPS
    if isinstance(item, type) and issubclass(item, BaseModel) and {"key", "label"} <= item.model_fields.keys():
        return Dial.PARTS if "type" in item.model_fields else Dial.CHOICES
    return None
