"""Numbers, amounts and days as people type them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.core.language import Language, money
from consultation.questions import TYPES, Refused, Value
from consultation.questions.date import parse_day
from consultation.questions.numerals import parse, typed
from tests.question_context import CONTEXT, PlainContext, Posted

relaxed = settings(deadline=None, database=None, max_examples=400)
languages = st.sampled_from(["de", "en"])


def answer(key: str, text: str, language: Language = "de", **raw: Any) -> Value:
    """What a type makes of a typed text; raises Refused."""
    kind = TYPES[key]
    own, context = kind.settings(raw), PlainContext(language=language)
    posted = kind.read(Posted(("x", text)), "x", own, context)
    return kind.check(posted, own, context)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.250,50", "1250.50"), ("1.250", "1250"), ("1250", "1250"), ("3,5", "3.5"), ("3.5", "3.5"), ("0,125", "0.125"),
        ("1.250.000", "1250000"), ("1 250", "1250"), ("1\u00a0250,5", "1250.5"), ("1,250.50", "1250.50"),
        ("-5", "-5"), ("−5", "-5"), ("+5", "5"), ("007", "7"), ("12.34", "12.34"), ("1,250,000", "1250000"),
    ],
)  # fmt: skip
def test_germans_type_numbers_in_many_ways(text: str, number: str) -> None:
    assert parse(text, "de") == Decimal(number)


@pytest.mark.parametrize(
    ("text", "number"), [("1,250", "1250"), ("1.250", "1.250"), ("1,250.5", "1250.5"), ("1.250,5", "1250.5")]
)
def test_english_readers_type_points_before_decimals(text: str, number: str) -> None:
    assert parse(text, "en") == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1_000", "0x10", "1e5", "NaN", "Infinity", "１２", "٣", "1.5,5", "1,5,5", "1.25.000", "12.3456,7", "--5",
     "5-", ",5", "5,", "1..2", "9" * 400, "1" * 5000, "½", "1/2", "=1+1", "5\n6", "\u0000"],
)  # fmt: skip
def test_what_is_no_number_is_shown_again_as_it_was_typed(text: str) -> None:
    assert parse(text, "de") is None
    kind = TYPES["integer"]
    own = kind.settings({})
    raw = kind.read(Posted(("x", text)), "x", own, CONTEXT)
    if raw is None:
        assert text.strip("\x00 ") == ""
        return
    with pytest.raises(Refused):
        kind.check(raw, own, CONTEXT)
    assert kind.field("x", raw, own, CONTEXT).value == (text,)


@relaxed
@given(st.decimals(-(10**9), 10**9, places=4), languages)
def test_a_number_shown_in_its_input_reads_as_itself(number: Decimal, language: Language) -> None:
    (shown,) = typed(float(number), language)
    assert parse(shown, language) == Decimal(repr(float(number)))


@relaxed
@given(st.integers(0, 10**14), languages)
def test_an_amount_as_texts_write_it_reads_as_itself(cents: int, language: Language) -> None:
    assert answer("money", money(cents, language), language) == cents


@pytest.mark.parametrize(
    ("text", "cents"),
    [("1.250 €", 125000), ("1250,5", 125050), ("EUR 5", None), ("5 EUR", 500), ("1.250,- €", 125000), ("0,019", None),
     ("-5", None), ("3 Mio.", None)],
)  # fmt: skip
def test_amounts_have_two_decimal_places_and_no_sign(text: str, cents: int | None) -> None:
    if cents is None:
        with pytest.raises(Refused):
            answer("money", text)
    else:
        assert answer("money", text) == cents


@pytest.mark.parametrize(
    ("text", "share"), [("85 %", 0.85), ("85", 0.85), ("12,5%", 0.125), ("0,5 Prozent", 0.005), ("100", 1), ("0", 0)]
)
def test_people_type_percent_and_fractions_are_stored(text: str, share: float) -> None:
    assert answer("percent", text) == share


@pytest.mark.parametrize("text", ["101", "-1", "12,345", "viel"])
def test_a_share_lies_between_nothing_and_all(text: str) -> None:
    with pytest.raises(Refused):
        answer("percent", text)


@relaxed
@given(st.integers(0, 10_000), languages)
def test_a_share_survives_its_input(hundredths: int, language: Language) -> None:
    kind, context = TYPES["percent"], PlainContext(language=language)
    own = kind.settings({})
    (shown,) = kind.field("x", hundredths / 10_000, own, context).value
    assert kind.read(Posted(("x", shown)), "x", own, context) == hundredths / 10_000


def test_a_unit_may_stand_behind_a_number() -> None:
    assert answer("integer", "40 Stunden", unit={"de": "Stunden"}) == 40
    assert answer("duration", "12 Wochen", unit="weeks") == 12
    assert answer("duration", "1 Monat", unit="months") == 1
    assert answer("decimal", "1,5 VZÄ", unit={"de": "VZÄ"}) == 1.5
    with pytest.raises(Refused):
        answer("duration", "12 Monate", unit="weeks")


@pytest.mark.parametrize("value", [True, "5", 1.5, 10**400, -1, 501, [], {}])
def test_a_whole_number_is_a_whole_number_within_its_bounds(value: Value) -> None:
    kind = TYPES["integer"]
    with pytest.raises(Refused):
        kind.check(value, kind.settings({"minimum": 0, "maximum": 500}), CONTEXT)


def test_equal_numbers_are_stored_alike() -> None:
    kind = TYPES["decimal"]
    own = kind.settings({})
    assert [repr(kind.check(value, own, CONTEXT)) for value in (3, 3.0, -0.0, 2.5)] == ["3", "3", "0", "2.5"]


def test_bounds_are_named_in_the_refusal() -> None:
    with pytest.raises(Refused, match=r"von 0 bis 5\.000"):
        answer("integer", "6000", minimum=0, maximum=5000)
    with pytest.raises(Refused, match="von 0 € bis 10 €"):
        answer("money", "11", maximum=1000)


def test_medians_are_said_with_their_unit() -> None:
    def figure(key: str, number: float, **raw: Any) -> str:
        kind = TYPES[key]
        return kind.figure(number, kind.settings(raw), "de").replace("\u00a0", " ")

    assert figure("integer", 1250.5, unit={"de": "Stunden"}) == "1.250,5 Stunden"
    assert figure("decimal", 2.125, digits=2) == "2,12"
    assert figure("percent", 0.875) == "87,5 %"
    assert figure("money", 125000.0) == "1.250 €"
    assert figure("duration", 1.0, unit="weeks") == "1 Woche"
    assert figure("duration", 6.5, unit="weeks") == "6,5 Wochen"


def test_a_range_needs_both_ends_in_order() -> None:
    kind = TYPES["money"]
    own = kind.settings({"range": True})

    def posted(lower: str, upper: str) -> Value:
        return kind.check(kind.read(Posted(("x.from", lower), ("x.to", upper)), "x", own, CONTEXT), own, CONTEXT)

    assert posted("1.000", "2.000") == {"from": 100000, "to": 200000}
    assert posted("1.000", "") == 100000
    assert posted("", "") is None
    for lower, upper, where in (("", "5", "from"), ("7", "5", "to"), ("7", "viel", "to")):
        with pytest.raises(Refused) as refused:
            posted(lower, upper)
        assert [problem.field for problem in refused.value.problems] == [where]


@relaxed
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_reads_the_same_in_every_notation(day: date) -> None:
    kind = TYPES["date"]
    own = kind.settings({})
    for text in (
        day.isoformat(),
        f"{day:%d.%m.%Y}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day.day}. {day.month}. {day.year}",
    ):
        assert parse_day(text) == day.isoformat()
    (shown,) = kind.field("x", day.isoformat(), own, CONTEXT).value
    assert kind.read(Posted(("x", shown)), "x", own, CONTEXT) == day.isoformat()


@pytest.mark.parametrize(
    "text",
    ["0000-00-00", "30.02.2026", "29.02.2027", "31.04.2026", "10000-01-01", "-1-01-01", "2026-W13-1", "20260331", "infinity",
     "1e10", "2026-03-31T00:00", "31/03/2026", "2026-3-1", "０１.０１.２０２６", "1.1.1", "heute", "01.01.1899"],
)  # fmt: skip
def test_what_is_no_day_is_refused_and_shown_again(text: str) -> None:
    kind = TYPES["date"]
    own = kind.settings({})
    raw = kind.read(Posted(("x", text)), "x", own, CONTEXT)
    with pytest.raises(Refused):
        kind.check(raw, own, CONTEXT)
    assert kind.field("x", raw, own, CONTEXT).value == (text,)


def test_a_day_lies_within_its_bounds() -> None:
    bounds: dict[str, Any] = {"minimum": "2026-01-01", "maximum": "2026-12-31"}
    assert answer("date", "1.1.26", **bounds) == "2026-01-01"
    for text, code in (("31.12.2025", "too_early"), ("1.1.2027", "too_late")):
        with pytest.raises(Refused) as refused:
            answer("date", text, **bounds)
        assert refused.value.problems[0].code == code
