"""One of several options."""

from collections.abc import Iterable
from typing import Any

from consultation.core.errors import Problem
from consultation.core.language import Language, M
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
from consultation.questions.options import (
    OTHER,
    OptionsAndOther,
    check_option,
    check_other,
    drawn,
    missing_words,
    named,
    other_field,
    other_option,
    other_schema,
    other_text,
)
from consultation.questions.posted import first, shown
from consultation.questions.refusals import refuse
from consultation.questions.texts import TOO_LONG

_CHOSEN = "chosen"
"""In a raw value only: the option chosen although words of one's own were given."""


class Single(QuestionType):
    key = "single"
    title = M("Einfachauswahl")
    about = M("Genau eine der Antworten, die Sie vorgeben.")
    example = M("Könnte Ihre Kommune einen Antrag stellen? Ja, nein, unklar.")
    family = Family.CHOICE
    tally = Tally.OPTIONS
    beyond_schema = (TOO_LONG,)

    class Settings(OptionsAndOther):
        pass

    def read(self, form: FormFields, name: str, settings: Settings, context: Context) -> Value:
        """Words beside "Anderes" choose it; beside another option they contradict it and are kept for `check`."""
        chosen = first(form, name)
        words = first(form, f"{name}.{OTHER}") if settings.other else ""
        if settings.other and (chosen == OTHER or (words and not chosen)):
            return {OTHER: words}
        return {_CHOSEN: chosen, OTHER: words} if words else chosen or None

    def check(self, value: Value, settings: Settings, context: Context) -> Value:
        if settings.other and isinstance(value, dict):
            if _CHOSEN in value:
                refuse(
                    M("Sie haben zwei Antworten gegeben. Bitte wählen Sie „Anderes“ oder leeren Sie dieses Feld."),
                    field=OTHER,
                    in_data=M(
                        "Senden Sie entweder den Schlüssel einer Antwort oder ein Objekt, das nur „other“ enthält."
                    ),
                )
            return check_other(value)
        return check_option(value, [choice.key for choice in settings.options])

    def missing(self, value: Value, settings: Settings, context: Context) -> Iterable[Problem]:
        return missing_words(value) if isinstance(value, dict) else ()

    def schema(self, settings: Settings, context: Context) -> dict[str, Any]:
        offered = {"enum": [*(choice.key for choice in settings.options), None]}
        return {"anyOf": [offered, other_schema()]} if settings.other else offered

    def field(self, name: str, value: Value, settings: Settings, context: Context) -> Field:
        offered = drawn(settings.options, context)
        if not settings.other:
            return Field(Control.RADIO, name, value=shown(value), options=offered)
        given = value if isinstance(value, dict) else {_CHOSEN: value}
        return Field(
            Control.RADIO,
            name,
            value=shown(given.get(_CHOSEN, OTHER)),
            options=(*offered, other_option(context.language)),
            fields=(other_field(name, given.get(OTHER), context),),
        )

    def text(self, value: Value, settings: Settings, context: Context) -> str:
        if isinstance(value, dict):
            return other_text(value[OTHER], context.language)
        return next((o.label for o in drawn(settings.options, context) if o.key == value), value or "")

    def facts(self, value: Value, settings: Settings) -> Iterable[Fact]:
        if value is not None:
            yield Fact(option=OTHER if isinstance(value, dict) else value)

    def remarks(self, value: Value, settings: Settings) -> Iterable[Remark]:
        if isinstance(value, dict) and value[OTHER]:
            yield Remark("", value[OTHER])

    def speaks(self, settings: Settings) -> bool:
        return settings.other

    def written(self, value: Value, settings: Settings) -> Iterable[tuple[Path, str]]:
        if isinstance(value, dict) and value[OTHER]:
            yield (OTHER,), value[OTHER]

    def options(self, settings: Settings, language: Language) -> tuple[Option, ...]:
        return (*named(settings.options, language), *([other_option(language)] if settings.other else []))

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        offered = [{"key": "yes", "label": {"de": "Ja"}}, {"key": "no", "label": {"de": "Nein"}, "hint": {"de": "nie"}}]
        yield {"options": offered}, "yes"
        yield {"options": offered, "other": True}, "no"
        yield {"options": offered, "other": True}, {"other": "nur gemeinsam mit dem Kreis"}
