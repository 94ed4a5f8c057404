"""The most important of several options, in order: first choice, second choice …"""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field as Setting

from consultation.core.errors import Problem
from consultation.core.language import Language, M, say
from consultation.questions import (
    Context,
    Control,
    Fact,
    Family,
    Field,
    FormFields,
    Option,
    QuestionType,
    Refused,
    Tally,
    Value,
)
from consultation.questions.dials import Wording
from consultation.questions.options import Options, check_option, drawn, named
from consultation.questions.posted import first, shown
from consultation.questions.refusals import part, refuse


class Ranked(QuestionType):
    key = "ranked"
    title = M("Rangfolge")
    about = M("Die wichtigsten der Antworten, die Sie vorgeben, in ihrer Reihenfolge.")
    example = M("Welche drei Handlungsfelder sind am dringendsten?")
    family = Family.CHOICE
    tally = Tally.RANKS

    class Settings(Options):
        places: Annotated[int, Wording(M("So viele dürfen gewählt werden"))] = Setting(default=3, ge=1, le=20)

    def read(self, form: FormFields, name: str, settings: Settings, context: Context) -> Value:
        """A place left free is closed by the next one."""
        chosen = [first(form, f"{name}.{place}") for place in _places(settings)]
        return [key for key in chosen if key] or None

    def check(self, value: Value, settings: Settings, context: Context) -> Value:
        if value is None:
            return None
        if not isinstance(value, list) or len(value) > len(_places(settings)):
            refuse(
                M("Bitte wählen Sie höchstens {count} Antworten in Ihrer Reihenfolge.", count=len(_places(settings)))
            )
        keys = [choice.key for choice in settings.options]
        problems: list[Problem] = []
        for place, one in enumerate(value, start=1):
            with part(problems, str(place)):
                if check_option(one, keys) is None:
                    refuse(M("Dieser Platz ist leer. Bitte lassen Sie ihn weg."))
                if one in value[: place - 1]:
                    refuse(M("Diese Antwort steht schon auf einem Platz davor. Bitte wählen Sie eine andere."))
        if problems:
            raise Refused(*problems)
        return list(value) or None

    def schema(self, settings: Settings, context: Context) -> dict[str, Any]:
        one = {"enum": [choice.key for choice in settings.options]}
        return {"type": ["array", "null"], "items": one, "uniqueItems": True, "maxItems": len(_places(settings))}

    def field(self, name: str, value: Value, settings: Settings, context: Context) -> Field:
        chosen = value if isinstance(value, list) else []
        options = drawn(settings.options, context)
        places = tuple(
            Field(
                Control.SELECT,
                f"{name}.{place}",
                say(M("{place}. Wahl", place=place), context.language),
                value=shown(chosen[place - 1]) if place <= len(chosen) else (),
                options=options,
            )
            for place in _places(settings)
        )
        return Field(Control.GROUP, name, fields=places)

    def text(self, value: Value, settings: Settings, context: Context) -> str:
        labels = {option.key: option.label for option in drawn(settings.options, context)}
        return "\n".join(f"{place}. {labels.get(key, key)}" for place, key in enumerate(value or [], start=1))

    def cell(self, value: Value, settings: Settings, context: Context) -> str | None:
        return None if value is None else "; ".join(self.text(value, settings, context).split("\n"))

    def facts(self, value: Value, settings: Settings) -> Iterable[Fact]:
        return [Fact(option=key, number=float(place)) for place, key in enumerate(value or [], start=1)]

    def options(self, settings: Settings, language: Language) -> tuple[Option, ...]:
        return named(settings.options, language)

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        labels = {"language": "Sprache", "housing": "Wohnen", "work": "Arbeit", "health": "Gesundheit"}
        offered = [{"key": key, "label": {"de": label}} for key, label in labels.items()]
        yield {"options": offered}, ["work", "language"]
        yield {"options": offered, "places": 4}, ["work", "language", "housing", "health"]


def _places(settings: Ranked.Settings) -> range:
    return range(1, min(settings.places, len(settings.options)) + 1)
