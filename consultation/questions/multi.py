"""Several of several options."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field as Setting

from consultation.core.errors import Problem
from consultation.core.language import Language, M
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
    Remark,
    Tally,
    Value,
)
from consultation.questions.dials import Wording
from consultation.questions.options import (
    OTHER,
    ChoiceOfSeveral,
    OptionsAndOther,
    check_option,
    check_other,
    drawn,
    drawn_of_several,
    missing_words,
    named,
    other_field,
    other_option,
    other_schema,
    other_text,
)
from consultation.questions.posted import every, first
from consultation.questions.refusals import refuse
from consultation.questions.texts import TOO_LONG
from consultation.questions.wording import said


class Multi(QuestionType):
    key = "multi"
    title = M("Mehrfachauswahl")
    about = M("Mehrere der Antworten, die Sie vorgeben, können angekreuzt werden.")
    example = M("Welche Stellen haben mitgewirkt?")
    family = Family.CHOICE
    tally = Tally.OPTIONS
    beyond_schema = (TOO_LONG,)

    class Settings(OptionsAndOther):
        options: Annotated[tuple[ChoiceOfSeveral, ...], Wording(M("Antworten zur Wahl"))] = Setting(
            min_length=1, max_length=100
        )

    def read(self, form: FormFields, name: str, settings: Settings, context: Context) -> Value:
        """Words beside "Anderes" choose it."""
        chosen: list[Any] = every(form, name)
        if settings.other:
            words = first(form, f"{name}.{OTHER}")
            chosen = [key for key in chosen if key != OTHER] + ([{OTHER: words}] if words or OTHER in chosen else [])
        return chosen or None

    def check(self, value: Value, settings: Settings, context: Context) -> Value:
        if value is None:
            return None
        if not isinstance(value, list):
            refuse(M("Hier sind mehrere Antworten möglich. Bitte geben Sie eine Liste an."))
        keys = [choice.key for choice in settings.options]
        if len(value) > len(keys) + settings.other:
            refuse(M("Das sind mehr Antworten, als zur Wahl stehen. Bitte wählen Sie jede Antwort nur einmal."))
        others = [check_other(one) for one in value if settings.other and isinstance(one, dict)]
        chosen = [one for one in value if not (settings.other and isinstance(one, dict))]
        for one in chosen:
            if one is None or check_option(one, keys) is None:
                refuse(M("Eine der Antworten ist leer. Bitte lassen Sie sie weg."))
        if len(set(chosen)) < len(chosen) or len(others) > 1:
            refuse(M("Eine Antwort kommt doppelt vor. Bitte wählen Sie jede Antwort nur einmal."))
        if len(value) > 1:
            self._refuse_contradiction(chosen, settings, context)
        return [*sorted(chosen, key=keys.index), *others] or None

    @staticmethod
    def _refuse_contradiction(chosen: Collection[str], settings: Settings, context: Context) -> None:
        for choice in settings.options:
            if choice.excludes_others and choice.key in chosen:
                label = said(choice.label, context)
                refuse(M("„{label}“ schließt die übrigen Antworten aus. Wählen Sie entweder nur diese Antwort oder die anderen.",
                         label=label))  # fmt: skip

    def missing(self, value: Value, settings: Settings, context: Context) -> Iterable[Problem]:
        return [problem for one in value or [] if isinstance(one, dict) for problem in missing_words(one)]

    def schema(self, settings: Settings, context: Context) -> dict[str, Any]:
        one: dict[str, Any] = {"enum": [choice.key for choice in settings.options]}
        several: dict[str, Any] = {"type": ["array", "null"], "items": one, "uniqueItems": True}
        if settings.other:
            several["items"] = {"anyOf": [one, other_schema()]}
            several |= {"contains": {"type": "object"}, "minContains": 0, "maxContains": 1}
        if alone := [choice.key for choice in settings.options if choice.excludes_others]:
            several |= {"if": {"contains": {"enum": alone}}, "then": {"maxItems": 1}}
        return several

    def field(self, name: str, value: Value, settings: Settings, context: Context) -> Field:
        chosen = value if isinstance(value, list) else []
        held = tuple(OTHER if isinstance(one, dict) else str(one) for one in chosen)
        offered = drawn_of_several(settings.options, context)
        if not settings.other:
            return Field(Control.CHECK, name, value=held, options=offered)
        words = next((one.get(OTHER) for one in chosen if isinstance(one, dict)), None)
        options = (*offered, other_option(context.language))
        return Field(Control.CHECK, name, value=held, options=options, fields=(other_field(name, words, context),))

    def text(self, value: Value, settings: Settings, context: Context) -> str:
        labels = {option.key: option.label for option in drawn(settings.options, context)}
        return "\n".join(
            other_text(one[OTHER], context.language) if isinstance(one, dict) else labels.get(one, one)
            for one in value or []
        )

    def cell(self, value: Value, settings: Settings, context: Context) -> str | None:
        return None if value is None else "; ".join(self.text(value, settings, context).split("\n"))

    def facts(self, value: Value, settings: Settings) -> Iterable[Fact]:
        return [Fact(option=OTHER if isinstance(one, dict) else one) for one in value or []]

    def remarks(self, value: Value, settings: Settings) -> Iterable[Remark]:
        return [Remark("", one[OTHER]) for one in value or [] if isinstance(one, dict) and one[OTHER]]

    def speaks(self, settings: Settings) -> bool:
        return settings.other

    def written(self, value: Value, settings: Settings) -> Iterable[tuple[Path, str]]:
        for place, one in enumerate(value or []):
            if isinstance(one, dict) and one[OTHER]:
                yield (place, OTHER), one[OTHER]

    def options(self, settings: Settings, language: Language) -> tuple[Option, ...]:
        return (*named(settings.options, language), *([other_option(language)] if settings.other else []))

    def comparable(self, settings: Settings, language: Language) -> Comparable:
        return replace(super().comparable(settings, language), several=True)

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        offered = [{"key": key, "label": {"de": label}} for key, label in (("staff", "Personal"), ("rooms", "Räume"))]
        yield {"options": offered}, ["rooms"]
        yield {"options": offered, "other": True}, ["staff", "rooms", {"other": "Dolmetschen"}]
        nothing = {"key": "nothing", "label": {"de": "Gar nichts"}, "excludes_others": True}
        yield {"options": [*offered, nothing], "other": True}, ["nothing"]
