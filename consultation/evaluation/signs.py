"""What a passage can look like that tells of a person, as patterns over German texts.

Texts are long and may be hostile: whatever can begin anywhere goes on for a bounded number of words, and two repeats that
take the same letters never stand side by side.
"""

import re
from enum import StrEnum


class Sign(StrEnum):
    """What a passage looks like, the most telling first."""

    ELSEWHERE = "elsewhere"
    OWN_NAME = "own_name"
    NAME = "name"
    MAIL = "mail"
    PHONE = "phone"
    IBAN = "iban"
    ADDRESS = "address"
    PLATE = "plate"
    CASE_NUMBER = "case_number"
    SINGLE_CASE = "single_case"


_REST = r"[’']*\w+(?:[’']+\w+){0,3}"
CAPITAL = rf"[A-ZÄÖÜÀ-ÖØ-ÞŁŚŞÇĞİ]{_REST}(?:-[A-ZÄÖÜ]{_REST}){{0,4}}"
"""A word with a capital letter, also "Petersen-Voß"."""
OF = r"(?:(?:von|van|de|zu|al|el|der)\s+)*"
_PERSON = (
    r"(?:Familie|Frau|Mann|Mutter|Vater|Mädchen|Junge|Kind|Witwer?|Senior(?:in)?|Rentner(?:in)?|Schüler(?:in)?|"
    r"Klient(?:in)?|Patient(?:in)?|Bewohner(?:in)?|Antragsteller(?:in)?|Mitarbeiter(?:in)?|Kollegin|Kollege|"
    r"Teilnehmer(?:in)?|Arbeitnehmer(?:in)?|Bürger(?:in)?|Geflüchtete[rn]?|Asylbewerber(?:in)?|Lehrer(?:in)?|Arzt|Ärztin)"
)
_A = r"(?:[Ee]in(?:e[rmn]?)?|[Uu]nser(?:e[rmn]?)?)"
_STREET = r"(?:straße|strasse|[Ss]tr\.|gasse|allee|chaussee|damm|ufer|weg|platz|ring|markt|hof)"
_AMOUNT = r"(?!\s*(?:Euro|€|Prozent|%|Jahre|Monate|Tage))"
_NUMBERED = (
    r"(?:Az\.?|Aktenzeichen|Gesch(?:äftszeichen|\.-?Z\.?)|GZ|Bescheid\s+Nr\.|"
    r"(?:BG|Kunden|Fall|Vorgangs|Versicherungs|Ausweis|Steuer)-?(?:[Nn]ummer|[Nn]r\.?))"
)
_NO_PLATE = r"(?!(?:DIN|ISO|SGB|BGB|ESF|EU|VV|UN|IT|GK)-)"
_AGED = r"(?:die|der|den|dem|einer?|einem|einen|unsere?[rmn]?)\s\d{1,2}-?[jJ]ährige[rnm]?"

PATTERNS: tuple[tuple[Sign, re.Pattern[str]], ...] = tuple(
    (sign, re.compile(pattern))
    for sign, pattern in (
        (Sign.MAIL, r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
        (Sign.PHONE, r"(?<![\w.,/-])(?<!\d )(?:\+\d{2}|00\d{2}|0)[1-9 ()/-](?:[ ()/–-]{0,2}\d){5,13}(?![\w.,]?\d)"),
        (Sign.PHONE, r"\b(?:Tel(?:efon)?|Mobil|Handy|Fax|Durchwahl)(?:nummer)?\.?:?\s*\+?\d[\d ()/–-]{2,}\d"),
        (Sign.IBAN, r"\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?\b"),
        (Sign.ADDRESS, rf"\b(?:{CAPITAL}\s)?[A-ZÄÖÜ][\wß-]{{0,60}}{_STREET}\s+\d{{1,4}}(?:\s?[a-h])?\b{_AMOUNT}"),
        (Sign.ADDRESS, r"\b[A-ZÄÖÜ][\wäöüß. -]{2,40}\s\d{1,4}\s?[a-h]?,\s*\d{5}\s+[A-ZÄÖÜ]\w+"),
        (Sign.PLATE, rf"(?<![\w-]){_NO_PLATE}[A-ZÄÖÜ]{{1,3}}-[A-Z]{{1,2}}[ -]?[1-9]\d{{0,3}}[EH]?\b(?![./-])"),
        (Sign.CASE_NUMBER,
         rf"\b{_NUMBERED}\s*(?:[:.]\s*)?(?:Nr\.\s*)?(?:[A-Z]{{1,5}}[ -])?[\w./-]{{0,40}}\d(?:[\w./-]|[ ](?=\d))*"),
        (Sign.CASE_NUMBER, r"\b\d{1,3} [A-Z][A-Za-z]{0,2} \d{1,5}/\d{2}(?:\.[A-Z]{1,2})?\b"),
        (Sign.SINGLE_CASE,
         rf"\b{_A}(?:\s\w+(?:e[rmns]?))?\s{_PERSON}\s(?:aus|mit\s(?:ihre|seine|\w+\sKindern)|im\sAlter|\()[^.;:!?]{{0,40}}"),
        (Sign.SINGLE_CASE, rf"\b{_AGED}(?:\s{_PERSON}|\saus\s\w+)"),
        (Sign.SINGLE_CASE,
         (r"\b(?:[Dd]er|[Ii]m|[Dd]en|[Dd]em)\sFall\s(?:der|des|einer|eines|von)\s(?:\w+(?:e[rmns]?)\s)?"
         rf"(?:{_PERSON}|{CAPITAL}\s{CAPITAL})")),
    )
)  # fmt: skip
TITLED = re.compile(
    r"\b(?:Herrn?|Hr\.|Frau|Fr\.|Familie|Eheleute|Dr\.(?:\s?\w{1,20}\.){0,6}|Prof\.(?:\s?Dr\.)?)\s+(?:(?:Dr|Prof)\.\s+){0,6}"
    rf"({OF}{CAPITAL}(?:\s+{OF}{CAPITAL})?)"
)
TWO_WORDS = re.compile(rf"(?<![\w-])({CAPITAL})\s+{OF}({CAPITAL})(?![\w-])")
INITIALLED = re.compile(rf"(?<![\w.])(?:[A-ZÄÖÜ]\.(?:\s?-?[A-ZÄÖÜ]\.)?)\s({CAPITAL})(?!\w)")
