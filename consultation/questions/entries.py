"""Answers of several entries that people add one by one. Their keys are opaque; the service counts "1", "2", …"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from consultation.core.language import M, Message, say
from consultation.questions import Context, Control, Field, FormFields, Value
from consultation.questions.refusals import check_parts, refuse

KEY = "^[A-Za-z0-9_-]{1,40}$"
_MOST_POSTED = 1000
"""Entries looked at in one post, far above what any form allows."""


def in_order(entries: Iterable[str]) -> list[str]:
    """By number: "2" before "10"; the order a database keeps keys in does not matter."""
    return sorted(entries, key=lambda key: (len(key), key))


def read_entries(form: FormFields, name: str, read: Callable[[str], Value]) -> Value:
    """Every entry posted as `name.KEY.…`; `read` gets `name.KEY`. Empty ones fall out."""
    prefix = f"{name}."
    rests = (posted.removeprefix(prefix) for posted in form.keys() if posted.startswith(prefix))  # noqa: SIM118 -- a FormFields is no mapping
    keys = dict.fromkeys(rest.partition(".")[0] for rest in rests)
    valid = [key for key in keys if re.fullmatch(KEY, key)][:_MOST_POSTED]
    entries = {key: read(prefix + key) for key in in_order(valid)}
    return {key: entry for key, entry in entries.items() if entry is not None} or None


def check_entries(value: Value, limit: int, check: Callable[[Value], Value]) -> dict[str, Any] | None:
    """At most `limit` entries, each checked; empty ones fall out."""
    if value is None:
        return None
    if not isinstance(value, dict) or len(value) > limit:
        refuse(too_many_entries(limit))
    if not all(re.fullmatch(KEY, key) for key in value):
        refuse(M("Der Name eines Eintrags ist ungültig. Bitte nummerieren Sie die Einträge: 1, 2, 3 …"))
    return check_parts(value, in_order(value), lambda _, entry: check(entry)) or None


def too_many_entries(limit: int) -> Message:
    return M("Möglich sind bis zu {limit} Einträge. Bitte fassen Sie Ihre Angaben zusammen.", limit=limit)


def entries_schema(entry: dict[str, Any], limit: int) -> dict[str, Any]:
    return {
        "type": ["object", "null"],
        "propertyNames": {"pattern": KEY},
        "additionalProperties": entry,
        "maxProperties": limit,
    }


def entries_field(
    name: str, value: Value, limit: int, label: str, context: Context, parts: Callable[[str, Value], tuple[Field, ...]]
) -> Field:
    """All entries and, if there is room, an empty one; `parts` draws `name.KEY` with the entry's value."""
    given: dict[str, Any] = dict(value) if isinstance(value, dict) else {}
    keys = in_order(given)
    if len(keys) < limit:
        keys.append(_next_key(given))
    fields = tuple(
        Field(Control.GROUP, f"{name}.{key}", f"{label} {place}", fields=parts(f"{name}.{key}", given.get(key)))
        for place, key in enumerate(keys, start=1)
    )
    hint = say(M("Ein Eintrag entfällt, wenn Sie alle seine Felder leeren."), context.language)
    return Field(Control.GROUP, name, hint=hint if given else "", fields=fields, extendable=len(given) < limit)


def _next_key(given: Iterable[str]) -> str:
    """One above the highest number, so that entries keep their order."""
    return str(max((int(key) for key in given if re.fullmatch("[0-9]{1,9}", key)), default=0) + 1)
