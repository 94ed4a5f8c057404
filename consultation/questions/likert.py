"""A five-step scale."""

from collections.abc import Iterable
from typing import Any

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
    QuestionType,
    Tally,
    Value,
)
from consultation.questions.posted import first, shown
from consultation.questions.scales import (
    STEPS,
    ScaleSettings,
    check_step,
    posted_step,
    scale_options,
    step_fact,
    step_values,
)


class Likert(QuestionType):
    key = "likert"
    title = M("Skala")
    about = M(
        "Fünf Stufen, zum Beispiel von „stimme gar nicht zu“ bis „stimme voll zu“. „Kann ich nicht "
        "beurteilen“ zählt getrennt."
    )
    example = M("Das Programm trifft einen Bedarf bei uns.")
    family = Family.SCALE
    tally = Tally.SCALE

    class Settings(ScaleSettings):
        pass

    def read(self, form: FormFields, name: str, settings: Settings, context: Context) -> Value:
        return posted_step(first(form, name))

    def check(self, value: Value, settings: Settings, context: Context) -> Value:
        return check_step(value, settings)

    def schema(self, settings: Settings, context: Context) -> dict[str, Any]:
        return {"enum": step_values(settings)}

    def field(self, name: str, value: Value, settings: Settings, context: Context) -> Field:
        return Field(Control.RADIO, name, value=shown(value), options=scale_options(settings, context.language))

    def text(self, value: Value, settings: Settings, context: Context) -> str:
        return next((o.label for o in scale_options(settings, context.language) if o.key == str(value)), "")

    def facts(self, value: Value, settings: Settings) -> Iterable[Fact]:
        return () if value is None else (step_fact(value),)

    def options(self, settings: Settings, language: Language) -> tuple[Option, ...]:
        return scale_options(settings, language)

    def comparable(self, settings: Settings, language: Language) -> Comparable:
        labels = {option.key: option.label for option in scale_options(settings, language)}
        values = tuple((value, labels[str(value)]) for value in step_values(settings) if value is not None)
        return Comparable(values, bounds=(STEPS[0], STEPS[-1]))

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        yield {"scale": "agreement"}, 4
        yield {"scale": "burden", "cannot_judge": True}, "cannot_judge"
        yield {"scale": "probability", "cannot_judge": False}, 1
