"""An amount in euros, stored in cents; where the form allows it, from one amount to another."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import Field as Setting
from pydantic import model_validator

from consultation.core.language import Language, M, money, say
from consultation.questions import (
    Context,
    Control,
    Fact,
    Family,
    Field,
    FormFields,
    Value,
)
from consultation.questions import Settings as Plain
from consultation.questions.dials import Wording
from consultation.questions.numerals import check_integer, is_number, number_schema, parse
from consultation.questions.posted import first, shown
from consultation.questions.quantities import Quantity
from consultation.questions.refusals import check_parts, refuse

_MOST = 10**14
_UNITS = ("€", "EUR", "Euro")
_NO_CENTS = (",-", ",–", ",—")
_LOWEST = Wording(M("Kleinster Betrag in Euro"), open=True, cents=True)
_HIGHEST = Wording(M("Größter Betrag in Euro"), open=True, cents=True)
ORDER = "order"
"""Beyond the schema: the lower amount is not above the upper one."""


class Money(Quantity):
    key = "money"
    title = M("Geldbetrag")
    about = M("Ein Betrag in Euro, auf Wunsch von – bis.")
    example = M("Welchen Jahresbetrag würden Sie beantragen?")
    family = Family.NUMBER
    beyond_schema = (ORDER,)

    class Settings(Plain):
        range: Annotated[bool, Wording(M("Auch eine Spanne von – bis ist möglich"))] = False
        minimum: Annotated[int, Wording(M("Kleinster Betrag in Euro"), open=True, cents=True)] = Setting(
            default=0, ge=0, le=_MOST
        )
        maximum: Annotated[int, Wording(M("Größter Betrag in Euro"), open=True, cents=True)] = Setting(
            default=_MOST, ge=0, le=_MOST
        )

        @model_validator(mode="after")
        def _ordered(self) -> Self:
            if self.minimum > self.maximum:
                raise ValueError("minimum is above maximum")
            return self

    def read(self, form: FormFields, name: str, settings: Settings, context: Context) -> Value:
        """Of a range, the lower amount alone is a single amount."""
        if not settings.range:
            return _posted_cents(first(form, name), context.language)
        ends = {end: _posted_cents(first(form, f"{name}.{end}"), context.language) for end in ("from", "to")}
        if ends["to"] is None:
            return ends["from"]
        return {end: cents for end, cents in ends.items() if cents is not None}

    def check(self, value: Value, settings: Settings, context: Context) -> Value:
        if not (settings.range and isinstance(value, dict)):
            return _check_cents(value, settings)
        ends = check_parts(value, ("from", "to"), lambda _, cents: _check_cents(cents, settings))
        for end in ("from", "to"):
            if end not in ends:
                refuse(M("Zu einer Spanne gehören zwei Beträge. Bitte geben Sie auch diesen Betrag an."), field=end)
        if ends["from"] > ends["to"]:
            refuse(
                M("Der obere Betrag ist kleiner als der untere. Bitte tauschen Sie die Beträge."),
                field="to",
                code=ORDER,
            )
        return ends

    def schema(self, settings: Settings, context: Context) -> dict[str, Any]:
        single = number_schema("integer", settings.minimum, settings.maximum)
        if not settings.range:
            return single
        end = single | {"type": "integer"}
        both = {"from": end, "to": end}
        span = {"type": "object", "properties": both, "required": ["from", "to"], "additionalProperties": False}
        return {"anyOf": [single, span]}

    def field(self, name: str, value: Value, settings: Settings, context: Context) -> Field:
        if not settings.range:
            return _amount_field(name, "", value, context.language)
        ends = value if isinstance(value, dict) else {"from": value}
        lower, upper = (say(label, context.language) for label in (M("Betrag oder von"), M("bis (falls eine Spanne)")))
        return Field(
            Control.GROUP,
            name,
            fields=(
                _amount_field(f"{name}.from", lower, ends.get("from"), context.language),
                _amount_field(f"{name}.to", upper, ends.get("to"), context.language),
            ),
        )

    def text(self, value: Value, settings: Settings, context: Context) -> str:
        if isinstance(value, dict):
            ends = {end: money(cents, context.language) for end, cents in value.items()}
            return say(M("{lower} bis {upper}", lower=ends["from"], upper=ends["to"]), context.language)
        return "" if value is None else money(value, context.language)

    def cell(self, value: Value, settings: Settings, context: Context) -> str | int | float | None:
        """Euros; a range as text."""
        if value is None or isinstance(value, dict):
            return None if value is None else self.text(value, settings, context)
        return float(Decimal(value) / 100)

    def facts(self, value: Value, settings: Settings) -> Iterable[Fact]:
        """A range counts with its middle."""
        if value is not None:
            yield Fact(number=(value["from"] + value["to"]) / 2 if isinstance(value, dict) else float(value))

    def figure(self, number: float, settings: Settings, language: Language) -> str:
        return money(round(number), language)

    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        yield {}, 125_000
        yield {"minimum": 100, "maximum": 5_000_050}, 4_999_999
        yield {"range": True}, {"from": 5_000_000, "to": 12_000_050}
        yield {"range": True}, 7_000_000


def _posted_cents(text: str, language: Language) -> Value:
    amount = text
    for unit in (*_UNITS, *_NO_CENTS):
        amount = amount.removesuffix(unit).rstrip()
    found = parse(amount, language)
    cents = None if found is None else found * 100
    return int(cents) if cents is not None and cents == cents.to_integral_value() else text or None


def _check_cents(value: Value, settings: Money.Settings) -> int | None:
    if value is not None and not is_number(value):
        refuse(
            M("Das ist kein Betrag in Euro. Bitte geben Sie zum Beispiel 1.250 oder 1.250,50 ein."),
            in_data=M("Hier stehen ganze Cent als Zahl, für 1.250 € zum Beispiel 125000."),
        )
    if is_number(value) and not settings.minimum <= value <= settings.maximum:
        lowest, highest = (Decimal(cents) / 100 for cents in (settings.minimum, settings.maximum))
        refuse(
            M("Bitte geben Sie einen Betrag von {lowest} € bis {highest} € ein.", lowest=lowest, highest=highest),
            in_data=M("Möglich sind {lowest} bis {highest} Cent.", lowest=settings.minimum, highest=settings.maximum),
        )
    return check_integer(value, settings.minimum, settings.maximum)


def _amount_field(name: str, label: str, cents: Value, language: Language) -> Field:
    held = (money(cents, language).replace("€", "").strip(),) if isinstance(cents, int) else shown(cents)
    return Field(Control.NUMBER, name, label, value=held, suffix="€", width=16)
