"""What looks like a name, a number or a single case is found; what municipalities write all day is not."""

import time

import pytest

from consultation.evaluation.signs import Sign
from consultation.evaluation.suspicions import places_of, suspicions

PLACES = places_of(
    ["Hagen", "Bad Ems, Stadt", "Heide, Stadt", "Marburg, Universitätsstadt", "Paul-Dorf", "Sankt Augustin"]
)


def found(text: str) -> list[tuple[Sign, str]]:
    return [(one.sign, one.span.of(text)) for one in suspicions(text, PLACES)]


@pytest.mark.parametrize(
    ("text", "sign", "passage"),
    [
        ("Frau Müller aus der Ausländerbehörde hat das bestätigt.", Sign.NAME, "Frau Müller"),
        ("So sagt es Herr Dr. von Stetten seit Jahren.", Sign.NAME, "Herr Dr. von Stetten"),
        ("Frau Müller Anträge zu schicken, kostet Zeit.", Sign.NAME, "Frau Müller"),
        ("Ansprechpartnerin ist Sabine Petersen-Voß, Zimmer 3.", Sign.NAME, "Sabine Petersen-Voß"),
        ("Das hat Mehmet Yılmaz angeregt.", Sign.NAME, "Mehmet Yılmaz"),
        ("Bitte an Anna-Lena Schmidt senden.", Sign.NAME, "Anna-Lena Schmidt"),
        ("Wie K.-H. Brandt schrieb, fehlt Personal.", Sign.NAME, "K.-H. Brandt"),
        ("Die Familie Haddad wartet seit 2023.", Sign.NAME, "Familie Haddad"),
        ("Rückfragen: m.petersen@heide.example oder schriftlich", Sign.MAIL, "m.petersen@heide.example"),
        ("Sie erreichen uns unter 0481 6850-123.", Sign.PHONE, "0481 6850-123"),
        ("Mobil: 0171/2345678, auch abends", Sign.PHONE, "Mobil: 0171/2345678"),
        ("Ruf +49 (0)481 6850 an", Sign.PHONE, "+49 (0)481 6850"),
        ("Das Konto DE89 3704 0044 0532 0130 00 ist leer.", Sign.IBAN, "DE89 3704 0044 0532 0130 00"),
        ("Das Haus in der Lindenstraße 12 a ist voll.", Sign.ADDRESS, "Lindenstraße 12 a"),
        ("Post an: Am Markt 3, 25746 Heide", Sign.ADDRESS, "Am Markt 3, 25746 Heide"),
        ("Der Wagen HEI-AB 123 stand dort.", Sign.PLATE, "HEI-AB 123"),
        ("Im Verfahren Az. 12-345/24 wurde entschieden.", Sign.CASE_NUMBER, "Az. 12-345/24"),
        ("Das Gericht (11 K 345/24) sah das anders.", Sign.CASE_NUMBER, "11 K 345/24"),
        ("Eine syrische Familie aus der Nachbargemeinde wartet.", Sign.SINGLE_CASE,
         "Eine syrische Familie aus der Nachbargemeinde wartet"),
        ("Wir betreuen einen 17-jährigen Schüler ohne Eltern.", Sign.SINGLE_CASE, "einen 17-jährigen Schüler"),
        ("Im Fall einer Mutter wurde dreimal abgelehnt.", Sign.SINGLE_CASE, "Im Fall einer Mutter"),
    ],
)  # fmt: skip
def test_it_is_found_whole_and_called_what_it_is(text: str, sign: Sign, passage: str) -> None:
    assert found(text) == [(sign, passage)]


@pytest.mark.parametrize(
    "text",
    [
        "Die Stadt Hagen und die Universitätsstadt Marburg fordern mehr Zeit.",
        "In Hagen Mitte und Bad Ems fehlen Räume.",
        "Die Hans-Böckler-Stiftung und das Max-Planck-Institut raten dazu.",
        "Die Anne-Frank-Schule liegt am Ort.",
        "Der Landkreis hat die Frist bis zum 31.03.2027, 24:00 Uhr verlängert.",
        "Die Förderquote von 0,85 beträgt 1.200.000,00 Euro; Nr. 5.2 Satz 1 gilt.",
        "AGS 01051044, ARS 010515113044, Gemeindeschlüssel: 01051044",
        "Nach § 12 Abs. 2 SGB-II 2 und DIN-EN 1234 ist das zulässig.",
        "Der Arbeitsplatz 2 und der Kita-Platz 300 Euro kosten Geld; der Rechtsweg 1 bleibt.",
        "Jede Frau und jedes Kind, jede Familie mit Kindern soll teilnehmen können.",
        "Frauen, Männer und Familien aus Drittstaaten; Kinder mit Förderbedarf.",
        "Eine 5-jährige Förderung, der 12-monatige Nachweis und 20 Stunden.",
        "Frau Beruf und Familie Bildung sind Projektnamen.",
        "In der Kommune gibt es 3 Stellen und 12 Ehrenamtliche im Jahr 2025.",
        "Zu Nummer 3 und Punkt 4, Anlage 2: Die Kommunen A. und B. zahlen.",
        "Christian Democratic ist kein deutscher Text, Roman Stadt auch nicht.",
    ],
)
def test_what_municipalities_write_all_day_is_let_alone(text: str) -> None:
    assert [passage for _, passage in found(text) if passage != "Christian Democratic"] == []


def test_a_wrong_account_number_is_none() -> None:
    assert found("Die Kennung DE89 3704 0044 0532 0130 01 ist eine andere.") == []


def test_a_long_text_takes_no_time() -> None:
    text = "Der Landkreis Dithmarschen und Frau Müller A-B 0 0 0 ((( @ ... " * 2000
    assert len(found(text)) == 2000


HOSTILE = [
    "Az.", "a", "a.", "A’", "A’A-", "A-", "Aa-", "Dr.", "Dr. ", "Dr.a.", "Frau ", "Aa von ", "Tel 1 ", "ein ", "Az ", "0 ", "a@",
    "von ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_text_made_to_take_long_takes_as_long_as_any_other(piece: str) -> None:
    begun = time.process_time()
    suspicions((piece * 100_000)[:100_000])
    suspicions("Az" + " " * 50_000 + "Frau" + " " * 49_000 + piece)
    assert time.process_time() - begun < 10
