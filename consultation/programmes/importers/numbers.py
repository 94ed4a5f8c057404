"""Recognising the number in a heading: "§ 2 Verteilung", "Kapitel 1 - Finanzhilfen", "5.2 Förderquote", "IV. Schluss"."""

import re

_ROMAN = r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_NAMES = (
    "Buch", "Hauptteil", "Teil", "Kapitel", "Unterkapitel", "Abschnitt", "Unterabschnitt", "Titel", "Untertitel",
    "Artikel", "Art.", "Nummer", "Nr.", "Ziffer", "Punkt", "Anlage", "Anhang",
)  # fmt: skip
_MONTHS = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_ORDINALS = "Erste|Zweite|Dritte|Vierte|Fünfte|Sechste|Siebte|Siebente|Achte|Neunte|Zehnte|Elfte|Zwölfte"
_DECIMAL = r"\d{1,3}(?:\.\d{1,3})*[a-z]?"
_END = r"(?=[\s:.)–—-]|$)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<number>§§?\s?\d+[a-z]?(?:\s?(?:bis|und|–|-)\s?\d+[a-z]?)?){_END}[.:]?",
        rf"(?P<number>(?:{'|'.join(map(re.escape, _NAMES))})\s(?:{_DECIMAL}|(?=[IVXLCDM]){_ROMAN}|[A-Z])){_END}[.:)]?",
        rf"(?P<number>(?:{_ORDINALS})[rs]?\s(?:Buch|Teil|Kapitel|Abschnitt|Unterabschnitt|Titel)){_END}[.:]?",
        rf"(?P<number>{_DECIMAL})[.:)]?(?=\s|$)(?!\s(?:{_MONTHS})\b)",
        rf"(?P<number>(?=[IVXLCDM]){_ROMAN})[.)](?=\s|$)",
        r"(?P<number>[A-Z])[.)](?=\s|$)",
        r"(?P<number>[a-z]{1,2}\))(?=\s|$)",
    )
)
_RANKS = ("Buch", "Hauptteil", "Teil", "Kapitel", "Unterkapitel", "Abschnitt", "Unterabschnitt", "Titel", "Untertitel")


def split_number(text: str) -> tuple[str, str]:
    """The number readers see and the heading without it: "5.2. Förderquote" → ("5.2", "Förderquote"); ("", text)."""
    for form in _FORMS:
        if found := form.match(text):
            number = " ".join(found["number"].replace("§", "§ ").replace("§ § ", "§§ ").split())
            return number, text[found.end() :].lstrip(" \t\u00a0:–—-").strip()
    return "", text


def rank(number: str) -> int:
    """How deep a number usually stands: parts above chapters above § above 1 above 1.1; only the order counts."""
    for position, name in enumerate(_RANKS, start=1):
        if name in number.split():
            return position
    if number.startswith(("Anlage", "Anhang")):
        return 1
    if number.startswith(("§", "Art")):
        return 20
    if re.fullmatch(r"[IVXLCDM]+|[A-Z]", number):
        return 30
    return 50 if number.endswith(")") else 40 + number.count(".")


def roman(number: int) -> str:
    """Lower-case roman numeral; numbers from 4000 on stay decimal."""
    if not 0 < number < 4000:
        return str(number)
    steps = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
             (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
    text = ""
    for value, letters in steps:
        count, number = divmod(number, value)
        text += letters * count
    return text


def letters(number: int) -> str:
    """1 → a, 26 → z, 27 → aa, 28 → bb: as German lists go on after z."""
    repeat, position = divmod(max(number, 1) - 1, 26)
    return chr(ord("a") + position) * (repeat + 1)
