"""Options a planner offers, and "Anderes" with words of one's own."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from consultation.core.errors import Problem
from consultation.core.language import Language, M, say
from consultation.questions import Context, Control, Option, Settings, Texts, Value
from consultation.questions import Field as Drawn
from consultation.questions.dials import Wording
from consultation.questions.refusals import check_parts, refuse
from consultation.questions.texts import check_text, text_schema
from consultation.questions.wording import said

OTHER = "other"
OTHER_LIMIT = 300
"""Characters of the words beside "Anderes"."""

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")]


class Choice(BaseModel):
    """One option, or one row of a matrix."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: Key
    label: Texts
    hint: Texts | None = None


class ChoiceOfSeveral(Choice):
    """One option where several can be chosen; one that `excludes_others` stands alone or not at all ("Gar nicht")."""

    excludes_others: bool = False


def distinct(choices: Collection[Choice]) -> None:
    """Raises ValueError if two have the same key."""
    if len({choice.key for choice in choices}) < len(choices):
        raise ValueError("two options or rows have the same key")


class Options(Settings):
    options: Annotated[tuple[Choice, ...], Wording(M("Antworten zur Wahl"))] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        distinct(self.options)
        return self


class OptionsAndOther(Options):
    other: Annotated[bool, Wording(M("Auch „Anderes“ mit eigenen Worten ist möglich"))] = False

    @model_validator(mode="after")
    def _other_is_free(self) -> Self:
        if self.other and any(choice.key == OTHER for choice in self.options):
            raise ValueError(f'the key "{OTHER}" is taken by the additional answer')
        return self


def drawn(choices: Collection[Choice], context: Context) -> tuple[Option, ...]:
    """For a page: placeholders filled."""
    return tuple(Option(c.key, said(c.label, context), said(c.hint, context)) for c in choices)


def drawn_of_several(choices: Collection[ChoiceOfSeveral], context: Context) -> tuple[Option, ...]:
    """As `drawn`; an option that excludes the others says so."""
    alone = say(M("schließt die übrigen Antworten aus"), context.language)
    return tuple(
        replace(option, hint=f"{option.hint} ({alone})" if option.hint else alone) if choice.excludes_others else option
        for choice, option in zip(choices, drawn(choices, context), strict=True)
    )


def named(choices: Collection[Choice], language: Language) -> tuple[Option, ...]:
    """For statistics."""
    return tuple(Option(c.key, c.label.said(language)) for c in choices)


def other_option(language: Language) -> Option:
    return Option(OTHER, say(M("Anderes"), language))


def check_option(value: Value, keys: Collection[str]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in keys:
        refuse(M("Diese Antwort steht nicht zur Wahl. Bitte wählen Sie eine der angebotenen Antworten."))
    return value


# -- "Anderes": {"other": "words"}; the words may still be missing, until it is submitted ----------
def check_other(value: dict[str, Any]) -> dict[str, str]:
    words = check_parts(value, [OTHER], lambda _, text: check_text(text, OTHER_LIMIT, line=True))
    if OTHER not in value:
        refuse(M("Bitte wählen Sie eine der angebotenen Antworten oder beschreiben Sie Ihre eigene."))
    return {OTHER: words.get(OTHER, "")}


def missing_words(value: dict[str, Any]) -> Iterator[Problem]:
    """Who chose "Anderes" and did not say what says nothing that could be weighed."""
    if not value[OTHER]:
        yield Problem(OTHER, M("Sie haben „Anderes“ gewählt. Bitte beschreiben Sie, was Sie meinen."), "missing")


def other_schema() -> dict[str, Any]:
    words = text_schema(OTHER_LIMIT)
    return {"type": "object", "properties": {OTHER: words}, "required": [OTHER], "additionalProperties": False}


def other_field(name: str, words: Value, context: Context) -> Drawn:
    label = say(M("Anderes, und zwar"), context.language)
    held = (words,) if isinstance(words, str) else ()
    return Drawn(Control.TEXT, f"{name}.{OTHER}", label, value=held)


def other_text(words: str, language: Language) -> str:
    label = other_option(language).label
    return f"{label}: {words}" if words else label
