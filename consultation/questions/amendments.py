"""Amendments to sections of the draft: delete, replace or insert, with wording, rationale and priority."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field as Setting

from consultation.core.errors import Problem
from consultation.core.language import Language, M, Message, say
from consultation.questions import (
    Context,
    Control,
    Fact,
    Family,
    Field,
    FormFields,
    Option,
    Path,
    QuestionType,
    Remark,
    Tally,
    Value,
)
from consultation.questions import Settings as Plain
from consultation.questions.dials import Wording
from consultation.questions.entries import check_entries, entries_field, entries_schema, in_order, read_entries
from consultation.questions.options import check_option
from consultation.questions.posted import first, shown
from consultation.questions.refusals import check_parts
from consultation.questions.texts import TOO_LONG, check_text, text_schema
from consultation.questions.wording import section_label

KINDS = {"delete": M("streichen"), "replace": M("ersetzen"), "insert": M("ergänzen")}
PRIORITIES = {"must": M("muss"), "should": M("soll"), "may": M("kann")}
_LIMITS = {"locator": 200, "text": 10_000, "rationale": 10_000}
_PARTS = ("section", "locator", "kind", "text", "rationale", "priority")


class Amendments(QuestionType):
    """Parts of an entry that are empty are absent; what is needed for submitting says `missing`."""

    key = "amendments"
    title = M("Änderungsvorschläge")
    about = M(
        "Änderungsvorschläge zu Abschnitten des Entwurfs: streichen, ersetzen oder ergänzen, mit "
        "Wortlaut und Begründung."
    )
    example = M("Welche Regelungen sollen anders lauten?")
    family = Family.DRAFT
    demands = True
    needs_sections = True
    tally = Tally.OPTIONS
    itemised = True
    beyond_schema = (TOO_LONG,)

    class Settings(Plain):
        limit: Annotated[int, Wording(M("Höchstens so viele Vorschläge"))] = Setting(default=200, ge=1, le=1000)

    def most_entries(self, settings: Settings) -> int:
        return settings.limit

    def read(self, form: FormFields, name: str, settings: Settings, context: Context) -> Value:
        def entry(prefix: str) -> Value:
            parts = {part: first(form, f"{prefix}.{part}") for part in _PARTS}
            return {part: text for part, text in parts.items() if text} or None

        return read_entries(form, name, entry)

    def check(self, value: Value, settings: Settings, context: Context) -> Value:
        def part(name: str, one: Value) -> Value:
            if name in _LIMITS:
                return check_text(one, _LIMITS[name], line=name == "locator")
            return check_option(one, _choices(name, context))

        return check_entries(value, settings.limit, lambda entry: check_parts(entry, _PARTS, part) or None)

    def missing(self, value: Value, settings: Settings, context: Context) -> Iterable[Problem]:
        for key, entry in (value or {}).items():
            if "section" not in entry:
                message = M("Bitte wählen Sie die Nummer des Entwurfs, die Sie ändern möchten.")
                yield Problem(f"{key}.section", message, "missing")
            elif entry["section"] not in context.sections:
                message = M("Dieser Abschnitt steht nach einer Berichtigung nicht mehr im Entwurf. Wählen Sie einen anderen, "
                            "oder leeren Sie den Vorschlag.")  # fmt: skip
                yield Problem(f"{key}.section", message, "missing")
            if "kind" not in entry:
                message = M("Bitte wählen Sie, ob Sie streichen, ersetzen oder ergänzen möchten.")
                yield Problem(f"{key}.kind", _about(entry, message, context), "missing")
            if "text" not in entry and entry.get("kind") != "delete":
                message = M("Bitte geben Sie den Wortlaut an, den Sie vorschlagen.")
                yield Problem(f"{key}.text", _about(entry, message, context), "missing")

    def schema(self, settings: Settings, context: Context) -> dict[str, Any]:
        parts = {
            part: text_schema(_LIMITS[part]) if part in _LIMITS else {"enum": [*_choices(part, context), None]}
            for part in _PARTS
        }
        entry = {"type": "object", "properties": parts, "additionalProperties": False}
        return entries_schema(entry, settings.limit)

    def field(self, name: str, value: Value, settings: Settings, context: Context) -> Field:
        label = say(M("Änderungsvorschlag"), context.language)
        return entries_field(
            name, value, settings.limit, label, context, lambda prefix, entry: _fields(prefix, entry, context)
        )

    def text(self, value: Value, settings: Settings, context: Context) -> str:
        return "\n\n".join(_paragraph(value[key], context) for key in in_order(value or {}))

    def facts(self, value: Value, settings: Settings) -> Iterable[Fact]:
        """One for each kind of change asked of a section, however many entries ask it."""
        entries = ((value or {})[key] for key in in_order(value or {}))
        pairs = ((entry.get("section", ""), entry["kind"]) for entry in entries if "kind" in entry)
        return [Fact(section, kind) for section, kind in dict.fromkeys(pairs)]

    def remarks(self, value: Value, settings: Settings) -> Iterable[Remark]:
        for key in in_order(value or {}):
            entry = value[key]
            yield Remark(
                item=key,
                text=entry.get("text", ""),
                kind=entry.get("kind", "remark"),
                section_key=entry.get("section"),
                locator=entry.get("locator", ""),
                rationale=entry.get("rationale", ""),
                priority=entry.get("priority", ""),
            )

    def written(self, value: Value, settings: Settings) -> Iterable[tuple[Path, str]]:
        for key in in_order(value or {}):
            yield from (((key, part), value[key][part]) for part in _LIMITS if value[key].get(part))

    def options(self, settings: Settings, language: Language) -> tuple[Option, ...]:
        return tuple(Option(key, say(label, language)) for key, label in KINDS.items())

    def seconds(self, settings: Settings, context: Context) -> int:
        return 240

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        first_entry = {
            "section": "rate", "locator": "Satz 1", "kind": "replace", "text": "Die Förderquote beträgt 90 Prozent.",
            "rationale": "Der Eigenanteil ist in der Haushaltssicherung nicht darstellbar.", "priority": "must",
        }  # fmt: skip
        yield {}, {"1": first_entry, "2": {"section": "purpose", "kind": "delete", "locator": "Satz 2"}}
        yield {"limit": 1}, {"7": {"text": "Es fehlt eine Regelung für Verbünde."}}


def _choices(part: str, context: Context) -> tuple[str, ...]:
    return tuple({"section": context.sections, "kind": KINDS, "priority": PRIORITIES}[part])


def _about(entry: dict[str, Any], message: Message, context: Context) -> Message:
    """Somebody with several proposals is told which one is meant."""
    section = context.sections.get(entry.get("section", ""))
    return M("{place}: {message}", place=section_label(section, context), message=message) if section else message


def _fields(prefix: str, value: Value, context: Context) -> tuple[Field, ...]:
    entry = value if isinstance(value, dict) else {}
    labels = {
        "section": M("Nummer des Entwurfs"),
        "locator": M("Stelle, zum Beispiel Abs. 2 Satz 1"),
        "kind": M("Was soll geschehen?"),
        "text": M("Wortlaut"),
        "rationale": M("Begründung"),
        "priority": M("Wie wichtig ist Ihnen das?"),
    }
    options = {
        "section": tuple(Option(s.key, section_label(s, context)) for s in context.sections.values()),
        "kind": tuple(Option(key, say(label, context.language)) for key, label in KINDS.items()),
        "priority": tuple(Option(key, say(label, context.language)) for key, label in PRIORITIES.items()),
    }
    controls = {"section": Control.SELECT, "kind": Control.SELECT, "priority": Control.SELECT, "locator": Control.TEXT}
    return tuple(
        Field(
            controls.get(part, Control.LONG_TEXT),
            f"{prefix}.{part}",
            say(labels[part], context.language),
            value=shown(entry.get(part)),
            options=options.get(part, ()),
        )
        for part in _PARTS
    )


def _paragraph(entry: dict[str, str], context: Context) -> str:
    section = context.sections.get(entry.get("section", ""))
    place = [section_label(section, context) if section else entry.get("section", ""), entry.get("locator", "")]
    words = [
        say(names[entry[part]], context.language)
        for part, names in (("kind", KINDS), ("priority", PRIORITIES))
        if part in entry
    ]
    what = f"{words[0]} ({words[1]})" if len(words) > 1 else "".join(words)
    head = ": ".join(part for part in (", ".join(filter(None, place)), what) if part)
    lines = [head, entry.get("text", "")]
    if "rationale" in entry:
        lines.append(say(M("Begründung: {rationale}", rationale=entry["rationale"]), context.language))
    return "\n".join(filter(None, lines))
