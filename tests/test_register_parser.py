import functools
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultation.core.errors import Invalid
from consultation.register import shipped
from consultation.register.parser import PROBLEMS_SHOWN, parse

slow = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))


@functools.cache
def lines() -> tuple[bytes, ...]:
    return tuple(shipped.load().splitlines(keepends=True))


def damaged(number: int, line: bytes) -> bytes:
    """The shipped file with another line `number` (from 1)."""
    return b"".join((*lines()[: number - 1], line, *lines()[number:]))


def refusal(data: bytes) -> Invalid:
    with pytest.raises(Invalid) as caught:
        parse(data)
    assert caught.value.problems
    return caught.value


def first_of(kind: str) -> int:
    return next(number for number, line in enumerate(lines(), start=1) if line.startswith(kind.encode()))


numbers = st.integers(1, 16_000)


def test_the_official_file_is_read_whole():
    register = parse(shipped.load())
    assert register.as_of == date(2025, 11, 30)
    kinds = [record.type for record in register.records]
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {
        "10": 16, "20": 29, "30": 12, "40": 400, "50": 4590, "60": 10953,
    }  # fmt: skip


def test_lines_that_end_as_on_windows_are_read_too():
    data = shipped.load()
    assert parse(data.replace(b"\n", b"\r\n")) == parse(data)


@slow
@given(numbers, st.integers(0, 200))
def test_a_line_that_lost_a_character_is_refused_with_its_number(number, place):
    text = lines()[number - 1].decode()
    refused = refusal(damaged(number, (text[:place] + text[place + 1 :]).encode()))
    assert [problem.field for problem in refused.problems] == [f"line {number}"]
    assert "219 statt 220 Zeichen" in str(refused.problems[0].message)


@slow
@given(numbers, st.integers(0, 21), st.sampled_from("xO-,;ä٣"))
def test_a_letter_in_type_date_or_key_is_refused_with_its_number(number, place, letter):
    text = lines()[number - 1].decode()
    refused = refusal(damaged(number, (text[:place] + letter + text[place + 1 :]).encode()))
    assert refused.problems[0].field == f"line {number}"


@slow
@given(st.integers(128, 160), st.sampled_from(" xO-.٣"), st.data())
def test_a_letter_in_area_or_population_is_refused_with_its_number(place, letter, data):
    number = data.draw(numbers.filter(lambda n: lines()[n - 1].startswith(b"60")))
    text = lines()[number - 1].decode()
    refused = refusal(damaged(number, (text[:place] + letter + text[place + 1 :]).encode()))
    assert refused.problems[0].field == f"line {number}"


@slow
@given(numbers, st.binary(max_size=230).filter(lambda raw: b"\n" not in raw))
def test_a_line_of_rubbish_is_refused_with_its_number(number, rubbish):
    refused = refusal(damaged(number, rubbish + b"\n"))
    assert [problem.field for problem in refused.problems] == [f"line {number}"]


@slow
@given(numbers)
def test_a_line_that_stands_there_twice_is_refused_with_its_number(number):
    refused = refusal(damaged(number, lines()[number - 1] * 2))
    assert refused.problems[0].field == f"line {number + 1}"


@slow
@given(numbers.filter(lambda number: number > 1))
def test_another_date_in_one_line_is_refused_with_its_number(number):
    text = lines()[number - 1].decode()
    refused = refusal(damaged(number, (text[:2] + "20241231" + text[10:]).encode()))
    assert [problem.field for problem in refused.problems] == [f"line {number}"]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_no_bytes_at_all_crash_the_parser(data):
    refusal(data)


@slow
@given(st.integers(1, 3_539_000).filter(lambda size: shipped.load()[size - 1 : size + 1].count(b"\n") == 0))
def test_a_file_cut_within_a_line_is_refused_with_this_line(size):
    data = shipped.load()[:size]
    number = data.count(b"\n") + 1
    assert [problem.field for problem in refusal(data).problems] == [f"line {number}"]


@pytest.mark.parametrize("count", [0, 1, 5, 3000, 15_000])
def test_a_file_cut_between_two_lines_lacks_a_land(count):
    reasons = {str(problem.message) for problem in refusal(b"".join(lines()[:count])).problems}
    assert "Das Land 16 (TH) fehlt." in reasons or count in (0, 1, 5)


@pytest.mark.parametrize("kind", ["10", "40", "50"])
def test_without_its_superior_a_line_is_refused(kind):
    refused = refusal(damaged(first_of(kind), b""))
    assert any("übergeordnete Zeile" in str(problem.message) for problem in refused.problems)


def test_a_county_without_its_municipalities_is_refused():
    without = b"".join(line for line in lines() if not line.startswith(b"602025113001051"))
    refused = refusal(without)
    assert "Zu „Dithmarschen“ fehlen die Zeilen der Gemeinden." in {str(p.message) for p in refused.problems}


def test_a_city_that_is_independent_in_one_line_only_is_refused():
    number = first_of("60")
    text = lines()[number - 1].decode()
    assert text[122:124] == "61"
    refused = refusal(damaged(number, (text[:122] + "63" + text[124:]).encode()))
    assert [problem.field for problem in refused.problems] == [f"line {number}"]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda text: "99" + text[2:], "Satzart „99“"),
        (lambda text: text[:2] + "20251340" + text[10:], "kein Gebietsstand"),
        (lambda text: text[:10] + "77" + text[12:], "Land mit dem Schlüssel „77“"),
        (lambda text: text[:22] + " " * 50 + text[72:], "Bezeichnung"),
        (lambda text: text[:22] + "\u202e" + text[23:], "unzulässige Zeichen"),
        (lambda text: text[:122] + "99" + text[124:], "Textkennzeichen"),
        (lambda text: text[:150] + "99999999999" + text[161:], "männliche Bevölkerung"),
        (lambda text: text[:165] + "123 5" + text[170:], "Postleitzahl"),
        (lambda text: text[:140].encode() + b"\xff" * 80 + b"\n", "nicht in UTF-8"),
    ],
)
def test_a_refusal_tells_the_reason(damage, reason):
    number = first_of("60")
    line = damage(lines()[number - 1].decode())
    refused = refusal(damaged(number, line if isinstance(line, bytes) else line.encode()))
    assert refused.problems[0].field == f"line {number}"
    assert reason in str(refused.problems[0].message)


def test_a_file_in_which_everything_is_wrong_names_the_first_lines_only():
    assert len(refusal(b"wrong\n" * 16_000).problems) == PROBLEMS_SHOWN


def test_the_message_names_the_first_line_and_what_to_do():
    refused = refusal(damaged(77, b"rubbish\n"))
    assert "Zeile 77" in str(refused.message)
    assert "laden Sie die Datei noch einmal" in " ".join(str(refused.message).split())


def test_the_archive_it_comes_in_is_told_as_such():
    with pytest.raises(Invalid, match="ZIP-Datei"):
        parse(b"PK\x03\x04" + bytes(200))
