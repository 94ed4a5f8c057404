"""The dials of a type as a page holds them: shown from settings, typed by a planner, built into settings again.

`Typed` is what stands in the inputs: texts, switches, and lists of rows. Keys of options, rows and fields are given
once, from their German label, and stay.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from consultation import questions
from consultation.core.errors import Problem
from consultation.core.language import SOURCE, Language, M, Message, day, number
from consultation.core.text import clean_line, slug
from consultation.questions import Family, FormFields, QuestionType, Refused
from consultation.questions.date import parse_day
from consultation.questions.dials import Dial, Knob, knobs
from consultation.questions.numerals import json_number, parse

Typed = dict[str, Any]
MOST_ROWS = 100
_STEPS = 5
_RESERVED = frozenset({"other", "explanation", "cannot_judge", "new"})
_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")
_ROW = re.compile(r"^(?P<way>[a-z_.0-9]+)\.(?P<place>\d{1,3})\.(?P<what>up|down|remove)$")


# -- settings → inputs -------------------------------------------------------------------------
def shown(kind: QuestionType, raw: Mapping[str, Any], language: Language) -> Typed:
    return {knob.name: _SHOWN[knob.dial](raw.get(knob.name), knob, language) for knob in knobs(kind.Settings)}


def _shown_number(value: Any, knob: Knob, language: Language) -> str:
    value = knob.default if value is None else value
    if value is None or (knob.open and value == knob.default):
        return ""
    return number(value / 100 if knob.dial is Dial.AMOUNT else value, language)


def _shown_day(value: Any, knob: Knob, language: Language) -> str:
    return "" if value is None else day(knob.default.fromisoformat(value), SOURCE)


def _shown_rows(value: Any, knob: Knob, language: Language) -> list[Typed]:
    return [
        {"key": row["key"], **_words(row.get("label")), "hint": _words(row.get("hint")),
         "alone": bool(row.get("excludes_others"))}
        | (_shown_part(row, language) if knob.dial is Dial.PARTS else {})
        for row in value or ()
    ]  # fmt: skip


def _shown_part(row: Mapping[str, Any], language: Language) -> Typed:
    kind = questions.TYPES[row["type"]]
    own = shown(kind, row.get("settings", {}), language)
    return {"type": kind.key, "required": bool(row.get("required")), "settings": own}


def _words(texts: Any) -> dict[str, str]:
    raw = texts if isinstance(texts, Mapping) else {}
    return {"de": raw.get("de", ""), "en": raw.get("en", "")}


def _shown_words(value: Any, knob: Knob, language: Language) -> dict[str, str]:
    return _words(value if value is not None else knob.default and knob.default.model_dump())


def _shown_steps(value: Any, knob: Knob, language: Language) -> list[dict[str, str]]:
    rows = [_words(one) for one in value or ()]
    return [*rows, *(_words(None) for _ in range(_STEPS - len(rows)))]


_SHOWN: Mapping[Dial, Callable[[Any, Knob, Language], Any]] = {
    Dial.SWITCH: lambda value, knob, _: bool(knob.default if value is None else value),
    Dial.ONE_OF: lambda value, knob, _: str(value or knob.default or knob.options[0][0]),
    Dial.NUMBER: _shown_number, Dial.AMOUNT: _shown_number, Dial.DAY: _shown_day,
    Dial.WORDS: _shown_words, Dial.STEPS: _shown_steps, Dial.CHOICES: _shown_rows, Dial.PARTS: _shown_rows,
}  # fmt: skip


# -- inputs → what was typed -------------------------------------------------------------------
def typed(kind: QuestionType, form: FormFields, name: str) -> Typed:
    """Rows that are empty fall out; each line of `….more` is a row of its own."""
    return {knob.name: _typed(knob, form, f"{name}.{knob.name}") for knob in knobs(kind.Settings)}


def _typed(knob: Knob, form: FormFields, name: str) -> Any:
    match knob.dial:
        case Dial.SWITCH:
            return bool(line(form, name))
        case Dial.WORDS:
            return typed_words(form, name)
        case Dial.STEPS:
            return [typed_words(form, f"{name}.{place}") for place in range(_STEPS)]
        case Dial.CHOICES | Dial.PARTS:
            return list(_typed_rows(knob, form, name))
        case _:
            return line(form, name)


def _typed_rows(knob: Knob, form: FormFields, name: str) -> Iterator[Typed]:
    for place in range(MOST_ROWS + 1):
        row: Typed = {"key": line(form, f"{name}.{place}.key"), **typed_words(form, f"{name}.{place}")}
        row |= {"hint": typed_words(form, f"{name}.{place}.hint"), "alone": bool(line(form, f"{name}.{place}.alone"))}
        if knob.dial is Dial.PARTS:
            row |= _typed_part(form, f"{name}.{place}")
        if row["de"] or row["en"]:
            yield row
    for more in str(next(iter(form.getlist(f"{name}.more")), "")).splitlines()[:MOST_ROWS]:
        if said := clean_line(more).lstrip("•▪–-* ").strip():
            yield {"key": "", "de": said, "en": "", "hint": _words(None)}


def _typed_part(form: FormFields, name: str) -> Typed:
    kind = questions.TYPES.get(line(form, f"{name}.type"), questions.TYPES[plain_types()[0]])
    own = typed(kind, form, f"{name}.settings")
    return {"type": kind.key, "required": bool(line(form, f"{name}.required")), "settings": own}


def plain_types() -> list[str]:
    """Types an entry of a list can hold, the plainest first."""
    plain = [kind for kind in questions.TYPES.values() if not kind.itemised]
    return [kind.key for kind in sorted(plain, key=lambda kind: (kind.family is not Family.TEXT, kind.key))]


def line(form: FormFields, name: str) -> str:
    values = [value for value in form.getlist(name) if isinstance(value, str)]
    return clean_line(values[-1]) if values else ""


def typed_words(form: FormFields, name: str) -> dict[str, str]:
    return {"de": line(form, f"{name}.de"), "en": line(form, f"{name}.en")}


def rearranged(given: Typed, wish: str, name: str) -> str:
    """Carries out "settings.options.2.up" on what was typed; returns the input where one goes on, "" for another wish."""
    found = _ROW.match(wish)
    if not found or not found["way"].startswith(f"{name}."):
        return ""
    rows: Any = given
    for step in found["way"].removeprefix(f"{name}.").split("."):
        rows = rows.get(step) if isinstance(rows, dict) else _at(rows, step)
    place = int(found["place"])
    if not isinstance(rows, list) or not 0 <= place < len(rows):
        return ""
    row = rows.pop(place)
    if found["what"] == "remove":
        return f"{found['way']}.{min(place, len(rows) - 1)}.de" if rows else f"{found['way']}.more"
    goal = max(0, min(len(rows), place + (1 if found["what"] == "down" else -1)))
    rows.insert(goal, row)
    return f"{found['way']}.{goal}.de"


def _at(rows: Any, step: str) -> Any:
    there = isinstance(rows, list) and step.isdecimal() and len(step) < 9 and int(step) < len(rows)
    return rows[int(step)] if there else None


# -- what was typed → settings -----------------------------------------------------------------
def built(kind: QuestionType, given: Typed, raw: Mapping[str, Any], name: str, language: Language) -> dict[str, Any]:
    """Valid settings; raises `Refused` with the names of the inputs. `raw`: what no dial can set is taken from there."""
    known = {knob.name for knob in knobs(kind.Settings)}
    made = {key: value for key, value in raw.items() if key not in known and key in kind.Settings.model_fields}
    problems: list[Problem] = []
    for knob in knobs(kind.Settings):
        try:
            value = _built(knob, given[knob.name], f"{name}.{knob.name}", language)
        except Refused as refused:
            problems += refused.problems
            continue
        if value is not None and value != knob.default:
            made[knob.name] = value
    if not problems:
        problems = list(_invalid(kind, made, name))
    if problems:
        raise Refused(*problems)
    return made


def _built(knob: Knob, given: Any, name: str, language: Language) -> Any:
    match knob.dial:
        case Dial.SWITCH:
            return given
        case Dial.ONE_OF:
            return given if given in dict(knob.options) else knob.options[0][0]
        case Dial.NUMBER | Dial.AMOUNT:
            return _built_number(knob, given, name, language)
        case Dial.DAY:
            return _built_day(given, name)
        case Dial.WORDS:
            return _built_words(given, name)
        case Dial.STEPS:
            return _built_steps(given, name)
        case _:
            return _built_rows(knob, given, name, language)


def _refuse(name: str, message: Message) -> Refused:
    return Refused(Problem(name, message))


def _built_number(knob: Knob, given: str, name: str, language: Language) -> int | float | None:
    if not given:
        return None
    found = parse(given, language, ("€", "EUR", "Euro"))
    if found is not None and knob.dial is Dial.AMOUNT:
        found *= 100
    if found is None or (knob.whole and found != found.to_integral_value()):
        raise _refuse(name, M("Das ist keine Zahl, die hier passt. Bitte geben Sie nur Ziffern ein, zum Beispiel 40."))
    return json_number(found)


def _built_day(given: str, name: str) -> str | None:
    if given and parse_day(given) is None:
        raise _refuse(name, M("Geben Sie ein Datum an, zum Beispiel 31.03.2027."))
    return parse_day(given) if given else None


def _built_words(given: Mapping[str, str], name: str) -> dict[str, str] | None:
    if given["en"] and not given["de"]:
        raise _refuse(f"{name}.de", M("Geben Sie auch den deutschen Text an."))
    return {key: said for key, said in given.items() if said} or None


def _built_steps(given: list[dict[str, str]], name: str) -> list[dict[str, str]] | None:
    if not any(step["de"] or step["en"] for step in given):
        return None
    empty = next((place for place, step in enumerate(given) if not step["de"]), None)
    if empty is not None:
        raise _refuse(f"{name}.{empty}.de", M("Benennen Sie alle fünf Stufen auf Deutsch, oder lassen Sie alle leer."))
    return [{key: said for key, said in step.items() if said} for step in given]


def _built_rows(knob: Knob, given: list[Typed], name: str, language: Language) -> list[dict[str, Any]]:
    if not given:
        raise _refuse(f"{name}.more", M("Geben Sie mindestens einen Eintrag an, je Zeile einen."))
    if len(given) > MOST_ROWS:
        raise _refuse(f"{name}.more", M("Möglich sind höchstens {count} Einträge.", count=MOST_ROWS))
    taken = {row["key"] for row in given}
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for place, row in enumerate(given):
        if not _KEY.fullmatch(row["key"]) or row["key"] in seen:
            row["key"] = new_key(row["de"] or row["en"], taken)
            taken.add(row["key"])
        seen.add(row["key"])
        try:
            rows.append(_built_row(knob, row, f"{name}.{place}", language))
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(*problems)
    return rows


def _built_row(knob: Knob, row: Typed, name: str, language: Language) -> dict[str, Any]:
    made: dict[str, Any] = {"key": row["key"], "label": _built_words(row, name)}
    made["label"] = {"de": row["de"]} | ({"en": row["en"]} if row["en"] else {})
    if knob.dial is Dial.CHOICES:
        hint = _built_words(row["hint"], f"{name}.hint")
        alone = {"excludes_others": True} if knob.exclusive and row.get("alone") else {}
        return made | ({"hint": hint} if hint else {}) | alone
    kind = questions.TYPES[row.get("type") or plain_types()[0]]
    given = row.get("settings") or shown(kind, {}, language)
    own = built(kind, given, {}, f"{name}.settings", language)
    required = {"required": True} if row.get("required") else {}
    return made | {"type": kind.key} | ({"settings": own} if own else {}) | required


def new_key(label: str, taken: set[str], longest: int = 40) -> str:
    """A key that is free, from what people call the thing: lower-case letters, digits, underscores."""
    base = slug(label).replace("-", "_")[:longest].strip("_")
    base = base if base[:1].isalpha() else f"a_{base}"[:longest].strip("_")
    for place in range(1, len(taken) + len(_RESERVED) + 2):
        key = base if place == 1 else f"{base[: longest - 4]}_{place}"
        if key not in taken and key not in _RESERVED:
            return key
    raise AssertionError("more keys than were taken")


def _invalid(kind: QuestionType, made: dict[str, Any], name: str) -> Iterator[Problem]:
    try:
        kind.settings(made)
    except ValidationError as error:
        for one in error.errors():
            place = ".".join((name, *map(str, one["loc"][:1])))
            yield Problem(place if one["loc"] else f"{name}.{_first(kind)}", _reason(one))


def _first(kind: QuestionType) -> str:
    names = [knob.name for knob in knobs(kind.Settings)]
    return "minimum" if "minimum" in names else names[0]


def _reason(error: Any) -> Message:
    bounds = error.get("ctx", {})
    if "ge" in bounds:
        return M("Die Zahl ist zu klein. Möglich ist mindestens {least}.", least=bounds["ge"])
    if "le" in bounds:
        return M("Die Zahl ist zu groß. Möglich ist höchstens {most}.", most=bounds["le"])
    if error["type"] == "value_error" and "minimum" in error["msg"]:
        return M("Der kleinste Wert liegt über dem größten. Bitte tauschen Sie die beiden.")
    return M("{reason}", reason=error["msg"])
