"""Facts from the register: right, or to be corrected."""

from collections.abc import Iterable
from typing import Any

from consultation.core.errors import Problem
from consultation.core.language import Language, M, say
from consultation.questions import (
    Comparable,
    Context,
    Control,
    Fact,
    Family,
    Field,
    FormFields,
    Option,
    Path,
    QuestionType,
    Tally,
    Value,
)
from consultation.questions.posted import first
from consultation.questions.refusals import check_parts, refuse
from consultation.questions.texts import TOO_LONG, check_text, text_schema

_LIMIT = 2000
_LABELS = {"yes": M("Ja, die Angaben stimmen"), "no": M("Nein, es ist etwas zu berichtigen")}


class Confirm(QuestionType):
    key = "confirm"
    title = M("Bestätigung mit Berichtigung")
    about = M("Zeigt, was das Register über die antwortende Stelle weiß. Sie bestätigt es oder berichtigt es.")
    example = M("Stimmen die Angaben zu Ihrer Kommune?")
    family = Family.FRAME
    tally = Tally.OPTIONS
    needs_register = True
    beyond_schema = (TOO_LONG,)

    def read(self, form: FormFields, name: str, settings: Any, context: Context) -> Value:
        """A correction says "no" by itself."""
        answer, correction = first(form, f"{name}.correct"), first(form, f"{name}.correction")
        if not answer and not correction:
            return None
        correct = {"yes": True, "no": False, "": False}.get(answer, answer)
        return {"correct": correct} | ({"correction": correction} if correction else {})

    def check(self, value: Value, settings: Any, context: Context) -> Value:
        if value is None:
            return None
        parts = check_parts(value, ("correct", "correction"), _check_part)
        if "correct" not in parts:
            refuse(M("Bitte geben Sie an, ob die Angaben stimmen."), field="correct")
        if not parts["correct"]:
            return {"correct": False, "correction": parts.get("correction", "")}
        if "correction" in value:
            refuse(
                M("Sie haben eine Berichtigung eingetragen. Bitte wählen Sie „Nein“ oder leeren Sie die Berichtigung."),
                field="correct",
                in_data=M("Zu „correction“ gehört „correct“: false. Stimmen die Angaben, lassen Sie „correction“ weg."),
            )
        return {"correct": True}

    def missing(self, value: Value, settings: Any, context: Context) -> Iterable[Problem]:
        if value is not None and not value["correct"] and not value["correction"]:
            yield Problem("correction", M("Bitte beschreiben Sie, was zu berichtigen ist."), "missing")

    def schema(self, settings: Any, context: Context) -> dict[str, Any]:
        closed = {"type": "object", "required": ["correct"], "additionalProperties": False}
        right = closed | {"properties": {"correct": {"const": True}}}
        wrong = closed | {"properties": {"correct": {"const": False}, "correction": text_schema(_LIMIT)}}
        return {"anyOf": [right, wrong, {"type": "null"}]}

    def field(self, name: str, value: Value, settings: Any, context: Context) -> Field:
        given = value if isinstance(value, dict) else {}
        answer = {"True": ("yes",), "False": ("no",)}.get(str(given.get("correct")), ())
        correction = given.get("correction")
        return Field(
            Control.GROUP,
            name,
            given=tuple(context.register),
            fields=(
                Field(
                    Control.RADIO,
                    f"{name}.correct",
                    say(M("Stimmen die Angaben?"), context.language),
                    value=answer,
                    options=tuple(Option(key, say(label, context.language)) for key, label in _LABELS.items()),
                ),
                Field(
                    Control.LONG_TEXT,
                    f"{name}.correction",
                    say(M("Berichtigung"), context.language),
                    value=(correction,) if isinstance(correction, str) and correction else (),
                    limit=_LIMIT,
                ),
            ),
        )

    def text(self, value: Value, settings: Any, context: Context) -> str:
        if value is None or value["correct"]:
            return "" if value is None else say(M("Die Angaben stimmen."), context.language)
        return say(M("Zu berichtigen: {correction}", correction=value["correction"] or "–"), context.language)

    def facts(self, value: Value, settings: Any) -> Iterable[Fact]:
        if value is not None:
            yield Fact(option="correct" if value["correct"] else "corrected")

    def written(self, value: Value, settings: Any) -> Iterable[tuple[Path, str]]:
        if value and value.get("correction"):
            yield ("correction",), value["correction"]

    def options(self, settings: Any, language: Language) -> tuple[Option, ...]:
        return Option("correct", say(M("stimmt"), language)), Option("corrected", say(M("berichtigt"), language))

    def comparable(self, settings: Any, language: Language) -> Comparable:
        return Comparable(tuple((key == "yes", say(label, language)) for key, label in _LABELS.items()))

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        yield {}, {"correct": True}
        yield {}, {"correct": False, "correction": "Wir sind seit 2025 eine Stadt."}


def _check_part(part: str, value: Value) -> Value:
    if part == "correction":
        return check_text(value, _LIMIT)
    if not isinstance(value, bool):
        refuse(
            M("Bitte geben Sie mit „Ja“ oder „Nein“ an, ob die Angaben stimmen."),
            in_data=M("Hier steht true oder false."),
        )
    return value
