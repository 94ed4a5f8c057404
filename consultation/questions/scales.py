"""The five-step scales of the service. "Kann ich nicht beurteilen" stands apart: it is an answer, but no step."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import model_validator

from consultation.core.language import Language, M, Message, say
from consultation.questions import CANNOT_JUDGE, Fact, Option, Settings, Texts, Value
from consultation.questions.dials import Wording
from consultation.questions.refusals import refuse

Scale = Literal["agreement", "burden", "quality", "importance", "probability", "role"]
STEPS = (1, 2, 3, 4, 5)


def _steps(*pairs: tuple[str, str]) -> tuple[Texts, ...]:
    return tuple(Texts(de=de, en=en) for de, en in pairs)


SCALES: Mapping[Scale, tuple[Texts, ...]] = {
    "agreement": _steps(
        ("stimme gar nicht zu", "strongly disagree"), ("stimme eher nicht zu", "rather disagree"),
        ("teils, teils", "partly"), ("stimme eher zu", "rather agree"), ("stimme voll zu", "strongly agree"),
    ),
    "burden": _steps(
        ("sehr gering", "very low"), ("gering", "low"), ("mittel", "medium"), ("hoch", "high"),
        ("sehr hoch", "very high"),
    ),
    "quality": _steps(
        ("sehr schlecht", "very poor"), ("schlecht", "poor"), ("mittelmäßig", "fair"), ("gut", "good"),
        ("sehr gut", "very good"),
    ),
    "importance": _steps(
        ("unwichtig", "not important"), ("eher unwichtig", "rather unimportant"), ("teils, teils", "partly"),
        ("eher wichtig", "rather important"), ("sehr wichtig", "very important"),
    ),
    "probability": _steps(
        ("sicher nicht", "certainly not"), ("eher nicht", "rather not"), ("vielleicht", "perhaps"),
        ("eher ja", "rather yes"), ("sicher", "certainly"),
    ),
    "role": _steps(
        ("keine Rolle", "no role"), ("eine geringe Rolle", "a small role"), ("eine mittlere Rolle", "a medium role"),
        ("eine große Rolle", "a large role"), ("eine sehr große Rolle", "a very large role"),
    ),
}  # fmt: skip


_NAMES: Mapping[str, Message] = {
    "agreement": M("Zustimmung: stimme gar nicht zu – stimme voll zu"),
    "burden": M("Aufwand: sehr gering – sehr hoch"),
    "quality": M("Güte: sehr schlecht – sehr gut"),
    "importance": M("Wichtigkeit: unwichtig – sehr wichtig"),
    "probability": M("Wahrscheinlichkeit: sicher nicht – sicher"),
    "role": M("Rolle: keine – sehr große"),
}


class ScaleSettings(Settings):
    scale: Annotated[Scale, Wording(M("Stufen"), options=_NAMES)]
    cannot_judge: Annotated[bool, Wording(M("„Kann ich nicht beurteilen“ anbieten"))] = True
    steps: Annotated[
        tuple[Texts, ...], Wording(M("Eigene Namen der fünf Stufen"), M("Leer: die Stufen heißen wie oben."))
    ] = ()

    @model_validator(mode="after")
    def _all_named(self) -> Self:
        if self.steps and len(self.steps) != len(STEPS):
            raise ValueError("a scale has five steps, all named or none")
        return self

    @property
    def named(self) -> tuple[Texts, ...]:
        return self.steps or SCALES[self.scale]


def scale_options(settings: ScaleSettings, language: Language) -> tuple[Option, ...]:
    """The steps as "1" … "5", then "cannot_judge"."""
    steps = tuple(Option(str(n), settings.named[n - 1].said(language)) for n in STEPS)
    if not settings.cannot_judge:
        return steps
    return (*steps, Option(CANNOT_JUDGE, say(M("kann ich nicht beurteilen"), language)))


def posted_step(text: str) -> Value:
    """What a page posted: a step, "cannot_judge", or something to be refused."""
    return int(text) if text in map(str, STEPS) else text or None


def check_step(value: Value, settings: ScaleSettings) -> int | str | None:
    if value is None:
        return None
    is_step = isinstance(value, int | float) and not isinstance(value, bool) and value in STEPS
    if not is_step and not (value == CANNOT_JUDGE and settings.cannot_judge):
        refuse(
            M("Diese Stufe gibt es nicht. Bitte wählen Sie eine der angebotenen Stufen."),
            in_data=M("Hier steht eine Stufe als Zahl von 1 bis 5 oder „cannot_judge“.")
            if settings.cannot_judge
            else M("Hier steht eine Stufe als Zahl von 1 bis 5."),
        )
    return int(value) if is_step else CANNOT_JUDGE


def step_values(settings: ScaleSettings) -> list[Value]:
    return [*STEPS, *([CANNOT_JUDGE] if settings.cannot_judge else []), None]


def step_fact(value: int | str, item: str = "") -> Fact:
    return Fact(item, str(value), float(value) if isinstance(value, int) else None)
