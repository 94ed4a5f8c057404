"""Several fields that belong together, as often as needed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Setting

from consultation import questions
from consultation.core.errors import Problem
from consultation.core.language import M
from consultation.questions import (
    Context,
    Fact,
    Family,
    Field,
    FormFields,
    Path,
    QuestionType,
    Remark,
    Tally,
    Texts,
    Value,
)
from consultation.questions import Settings as Plain
from consultation.questions.dials import Wording
from consultation.questions.entries import check_entries, entries_field, entries_schema, in_order, read_entries
from consultation.questions.options import Key
from consultation.questions.refusals import check_parts
from consultation.questions.wording import said


class Part(BaseModel):
    """A field of an entry: any type that is not itself made of items."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: Key
    label: Texts
    type: str
    settings: dict[str, Any] = {}
    required: bool = False

    @model_validator(mode="after")
    def _of_a_plain_type(self) -> Self:
        kind = questions.TYPES.get(self.type)
        if kind is None or kind.itemised:
            raise ValueError(f"{self.type!r} is no type for a field of a group")
        kind.settings(self.settings)
        return self

    def kind(self) -> tuple[QuestionType, Any]:
        kind = questions.TYPES[self.type]
        return kind, kind.settings(self.settings)


class _CodesOfParts:
    """The codes of all types a group can hold."""

    def __get__(self, instance: object, owner: type) -> tuple[str, ...]:
        plain = (kind for kind in questions.TYPES.values() if not kind.itemised)
        return tuple(sorted({code for kind in plain for code in kind.beyond_schema}))


class Group(QuestionType):
    key = "group"
    title = M("Wiederholbare Gruppe")
    about = M("Mehrere Angaben, die zusammengehören, so oft wie nötig.")
    example = M("Mit welchen Programmen sehen Sie Überschneidungen? Je Programm: Name, Träger, Grund.")
    family = Family.LIST
    tally = Tally.TEXTS
    itemised = True
    beyond_schema = _CodesOfParts()

    class Settings(Plain):
        fields: Annotated[tuple[Part, ...], Wording(M("Angaben je Eintrag"))] = Setting(min_length=1, max_length=20)
        entries: Annotated[int, Wording(M("Höchstens so viele Einträge"))] = Setting(default=10, ge=1, le=100)
        entry: Annotated[Texts, Wording(M("So heißt ein Eintrag"))] = Texts(de="Eintrag", en="Entry")

        @model_validator(mode="after")
        def _distinct(self) -> Self:
            if len({part.key for part in self.fields}) < len(self.fields):
                raise ValueError("two fields have the same key")
            return self

    def most_entries(self, settings: Settings) -> int:
        return settings.entries

    def read(self, form: FormFields, name: str, settings: Settings, context: Context) -> Value:
        def entry(prefix: str) -> Value:
            values = {}
            for part in settings.fields:
                kind, own = part.kind()
                values[part.key] = kind.read(form, f"{prefix}.{part.key}", own, context)
            return {key: value for key, value in values.items() if value is not None} or None

        return read_entries(form, name, entry)

    def check(self, value: Value, settings: Settings, context: Context) -> Value:
        kinds = {part.key: part.kind() for part in settings.fields}

        def one(key: str, part_value: Value) -> Value:
            kind, own = kinds[key]
            return kind.check(part_value, own, context)

        return check_entries(value, settings.entries, lambda entry: check_parts(entry, kinds, one) or None)

    def missing(self, value: Value, settings: Settings, context: Context) -> Iterable[Problem]:
        for entry, part, part_value in _parts(value, settings):
            if part_value is None:
                if part.required:
                    message = M("Bitte ergänzen Sie „{label}“.", label=said(part.label, context))
                    yield Problem(f"{entry}.{part.key}", message, "missing")
                continue
            kind, own = part.kind()
            for lacking in kind.missing(part_value, own, context):
                place = ".".join(filter(None, (entry, part.key, lacking.field)))
                yield replace(lacking, field=place)

    def schema(self, settings: Settings, context: Context) -> dict[str, Any]:
        parts = {}
        for part in settings.fields:
            kind, own = part.kind()
            parts[part.key] = kind.schema(own, context)
        entry = {"type": "object", "properties": parts, "additionalProperties": False}
        return entries_schema(entry, settings.entries)

    def field(self, name: str, value: Value, settings: Settings, context: Context) -> Field:
        def parts(prefix: str, entry: Value) -> tuple[Field, ...]:
            given = entry if isinstance(entry, dict) else {}
            return tuple(_draw(part, f"{prefix}.{part.key}", given.get(part.key), context) for part in settings.fields)

        return entries_field(name, value, settings.entries, said(settings.entry, context), context, parts)

    def text(self, value: Value, settings: Settings, context: Context) -> str:
        entries: dict[str, list[str]] = {}
        for entry, part, part_value in _parts(value, settings):
            if part_value is not None:
                kind, own = part.kind()
                line = f"{said(part.label, context)}: {kind.text(part_value, own, context)}"
                entries.setdefault(entry, []).append(line)
        return "\n\n".join("\n".join(lines) for lines in entries.values())

    def facts(self, value: Value, settings: Settings) -> Iterable[Fact]:
        return () if value is None else (Fact(),)

    def remarks(self, value: Value, settings: Settings) -> Iterable[Remark]:
        """One per entry: its texts, each with its label if the group has several fields."""
        entries: dict[str, list[str]] = {}
        for entry, part, part_value in _parts(value, settings):
            kind, own = part.kind()
            for remark in kind.remarks(part_value, own) if part_value is not None else ():
                line = f"{part.label.de}: {remark.text}" if len(settings.fields) > 1 else remark.text
                entries.setdefault(entry, []).append(line)
        return [Remark(entry, "\n".join(lines)) for entry, lines in entries.items()]

    def speaks(self, settings: Settings) -> bool:
        kinds = (part.kind() for part in settings.fields)
        return any(kind.speaks(own) for kind, own in kinds)

    def written(self, value: Value, settings: Settings) -> Iterable[tuple[Path, str]]:
        for entry, part, part_value in _parts(value, settings):
            kind, own = part.kind()
            for path, text in kind.written(part_value, own) if part_value is not None else ():
                yield (entry, part.key, *path), text

    def seconds(self, settings: Settings, context: Context) -> int:
        return 120

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        fields: list[dict[str, Any]] = [
            {"key": "name", "label": {"de": "Programm"}, "type": "short_text", "required": True},
            {"key": "why", "label": {"de": "Warum"}, "type": "long_text", "settings": {"limit": 500}},
            {"key": "sum", "label": {"de": "Betrag"}, "type": "money", "settings": {"range": True}},
        ]
        entries = {"1": {"name": "Sprachcafé", "sum": {"from": 100, "to": 200}}, "2": {"name": "Lotsen", "why": "gut"}}
        yield {"fields": fields, "entry": {"de": "Programm"}}, entries
        yield {"fields": fields[:1], "entries": 1}, {"a": {"name": "Eine Regelung für Verbünde"}}


def _parts(value: Value, settings: Group.Settings) -> Iterator[tuple[str, Part, Value]]:
    for entry in in_order(value or {}):
        for part in settings.fields:
            yield entry, part, value[entry].get(part.key)


def _draw(part: Part, name: str, value: Value, context: Context) -> Field:
    kind, own = part.kind()
    return replace(kind.field(name, value, own, context), label=said(part.label, context))
