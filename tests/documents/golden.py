"""One document with everything in it that has ever stopped a writer: the contract every format has to meet."""

from collections.abc import Iterator
from datetime import UTC, datetime

from consultation.core.blocks import Align, Block
from consultation.core.language import Language
from consultation.documents.formats import Cell, Column, Compiled, Sheet
from consultation.documents.outline import (
    Chart,
    ChartRow,
    Footnote,
    Heading,
    ListBlock,
    ListItem,
    Meta,
    Node,
    Outline,
    PageBreak,
    Paragraph,
    Statement,
    Table,
)  # fmt: skip

MOMENT = datetime(2026, 4, 1, 7, 30, tzinfo=UTC)
LONG_WORD = "Wort" * 3000
POISON = (
    "<script>alert('x')</script> & <b>fett</b> ]]> <!-- -->",
    "=1+1",
    "@SUMME(A1:A9)",
    "-5",
    '#read("/etc/passwd") #panic("x") #import "@preview/cetz:0.1.0"',
    "*x* _y_ $z$ `code` [Link](https://example.org) \\u{1F600} // kein Kommentar /* auch nicht */",
    "{{ 7919*6857 }} {% raw %} {# … #} ${x} %s {0}",
    "Zeile eins\nZeile zwei\n\nZeile vier",
    "01001000",
    "Daumen hoch 👍🏽 Familie 👨‍👩‍👧 Flagge 🇩🇪 漢字 ไทย עברית العربية",
    "a\u0301\u0302\u0303\u0489\u20dd Zalgo, ZWJ\u200d, VS\ufe0f, weich\u00adtrennen, Breite null\u200b",
    "Anführung „so“ ‚so‘ – — … ≤ ≥ ½ € § 3 Abs. 2 Satz 1 Nr. 4 ÄÖÜäöüßẞ",
    '\' OR 1=1; -- ; "Semikolon; in Anführung"',
    LONG_WORD,
)
CONTROLS = (
    "Steuer\x00zeichen\x07 \x1b[31m, privat \ue000\U000f0000, kein Zeichen \ufffe\uffff, halb \ud83d, "
    "Überschreiben \u202eabc"
)


def meta(*, language: Language = "de") -> Meta:
    return Meta(
        title="Konsolidierte Rückmeldungen zur Förderrichtlinie „Größe & Maß“",
        subtitle="Edition 1 – öffentliche Fassung",
        author="Bundesministerium für Übungen",
        language=language,
        moment=MOMENT,
        description="Auswertung der Rückmeldungen von 600 Verwaltungen zum Entwurf vom 1. März 2026.",
        facts=(
            ("Edition", "1 vom 01.04.2026, 09:30 Uhr"),
            ("Datenstand", "31.03.2026, 24:00 Uhr"),
            ("Entwurfsfassung", "2 („Fassung für die Beteiligung“)"),
            ("Prüfsumme", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
            ("Lizenz", "Datenlizenz Deutschland – Namensnennung 2.0"),
        ),
        marks=("Entwurf – nicht zur Veröffentlichung", "Beispieldaten – frei erfunden, keine Äußerung der genannten Kommunen"),
        keywords=("Förderprogramm", "Kommunen"),
    )  # fmt: skip


def numbers(columns: int) -> tuple[Align, ...]:
    """A first column of names, then numbers."""
    right: Align = "right"
    return ("left", *[right] * columns)


def _deep(levels: int) -> Block:
    block: Block = Paragraph("ganz unten")
    for level in range(levels, 0, -1):
        block = ListBlock((ListItem(f"{level}.", (Paragraph(f"Ebene {level}"), block)), ListItem("–", ())))
    return block


SCALE = ("stimme gar nicht zu", "stimme eher nicht zu", "teils/teils", "stimme eher zu", "stimme voll zu")
SIZES = ("unter 5 000", "5 000 bis unter 20 000", "20 000 bis unter 100 000", "100 000 und mehr")
VALUES = (
    (0.055, 0.145, 0.2, 0.35, 0.25), (0.3, 0.3, 0.2, 0.1, 0.1), (0.0, 0.02, 0.18, 0.5, 0.3), (0.12, 0.08, 0.0, 0.4, 0.4),
    (0.2, 0.2, 0.2, 0.2, 0.2),
)  # fmt: skip
LAW = ListBlock((
    ListItem("(1)", (Paragraph("Gefördert werden Maßnahmen mit Schwerpunkt Infrastruktur:"), ListBlock((
        ListItem("1.", (Paragraph("Krankenhäuser,"),)),
        ListItem("2.", (Paragraph("Lärmbekämpfung, insbesondere bei Straßen, ohne Schutz vor verhaltensbedingtem Lärm; dies "
                                  "schließt den Rückbau nicht mehr benötigter Anlagen ein, soweit er der Maßnahme dient,"),)),
        ListItem("3.", (Paragraph("Informationstechnologie,"), ListBlock((
            ListItem("a)", (Paragraph("beschränkt auf finanzschwache Kommunen"),)),
            ListItem("b)", (Paragraph("in ländlichen Gebieten"),)),
        )))),
    )), Paragraph("Schlusssatz des ersten Absatzes."))),
    ListItem("(2)", (Paragraph("Einrichtungen außerhalb der sozialen Daseinsvorsorge können nicht gefördert werden."),)),
))  # fmt: skip
LONG_TEXT = (
    "Die Finanzhilfen werden trägerneutral für Maßnahmen in Einrichtungen der kommunalen Daseinsvorsorge gewährt. "
    "Der Bund beteiligt sich mit bis zu 90 Prozent, die Länder einschließlich der Kommunen beteiligen sich mit "
    "mindestens 10 Prozent am Gesamtvolumen des öffentlichen Finanzierungsanteils. "
)


def results() -> Iterator[Node]:
    """What an evaluation usually consists of."""
    yield Heading(1, "1 Kennzahlen und Zusammenfassung", "summary")
    yield Paragraph("Von 600 eingeladenen Verwaltungen haben 412 geantwortet (68,7 %). " + LONG_TEXT * 2)
    yield Heading(2, "1.1 Beteiligung nach Größenklasse", "participation")
    rows = tuple((size, "150", "103", "68,7 %") for size in SIZES)
    yield Table("Beteiligung nach Größenklasse", ("Größenklasse", "eingeladen", "geantwortet", "Anteil"), rows,
                ("left", "right", "right", "right"))  # fmt: skip
    yield Heading(2, "1.2 Frage 27: Der Aufwand der Antragstellung ist angemessen", "question-27")
    chart_rows = tuple(
        ChartRow(label, 10_000 // (n + 1), v) for n, (label, v) in enumerate(zip(("Alle", *SIZES), VALUES, strict=True))
    )
    yield Chart("chart-27", "Zustimmung zu Frage 27 nach Größenklasse",
                "Gestapeltes Balkendiagramm: Von 10.000 Antworten stimmen 35 % eher zu und 25 % voll zu.", "stacked",
                SCALE, chart_rows, scale=True)  # fmt: skip
    cells = tuple(
        (row.label, str(row.total), *(f"{v * 100:.1f} %".replace(".", ",") for v in row.values)) for row in chart_rows
    )
    yield Table("Antworten zu Frage 27 nach Größenklasse", ("Größenklasse", "n", *SCALE), cells, numbers(6))
    yield Heading(2, "1.3 Frage 28: Welche Hindernisse sehen Sie?", "question-28")
    yield Chart("chart-28", "Hindernisse (Mehrfachnennungen)", "Balkendiagramm: Personalmangel nennen 61 %, Fristen 43 %.",
                "bars", ("Anteil",), (ChartRow("Personalmangel in der Verwaltung", 400, (0.61,)),
                ChartRow("Fristen", 400, (0.43,)), ChartRow("Eigenanteil der finanzschwachen Kommunen", 400, (0.3725,)),
                ChartRow("keine", 400, (0.0,))))  # fmt: skip
    yield Heading(1, "2 Synopse", "synopsis")
    yield Heading(2, "§ 3 Förderbereiche", "section-3")
    yield LAW
    yield Footnote("1)", "Zuletzt geändert durch Artikel 3 des Gesetzes vom 14. August 2017 (BGBl. I S. 3122).")
    points = tuple(
        (LONG_TEXT * 3, f"Punkt {n}: Der Eigenanteil ist für Kommunen in der Haushaltssicherung nicht darstellbar. "
         + LONG_TEXT * n, str(17 * n), "teilweise übernommen", "Der Hinweis wird aufgegriffen. " + LONG_TEXT)
        for n in range(1, 6)
    )  # fmt: skip
    yield Table("Synopse zu § 3", ("Geltender Text", "Punkt", "Unterstützer", "Entscheidung", "Antwort"), points,
                ("left", "left", "right", "left", "left"), row_headers=False)  # fmt: skip


def poisonous() -> Iterator[Node]:
    """What nobody wants and somebody will send."""
    yield PageBreak()
    yield Heading(1, "3 Stellungnahmen & <Sonderfälle>", "statements")
    yield Heading(3, "Übersprungene Ebene", "skipped")
    for number, text in enumerate(POISON):
        yield Paragraph(text)
        yield Statement(
            f"Gemeinde Größenhausen {number} *fett* #eval", f"statement-{number}", 3, (text, "Zweiter Absatz.")
        )
    yield Paragraph(CONTROLS)
    yield Heading(2, POISON[0], "poisoned")
    yield Table("Leere Tabelle", ("Spalte A", "Spalte B"), ())
    yield Table("Ohne Kopf", (), (("a", "b"), ("c",)), row_headers=False)
    yield Table(POISON[0], POISON[:3], tuple((text, text, LONG_WORD) for text in POISON[:13]))
    yield Table("Elf Spalten", tuple(f"Merkmal {n}" for n in range(11)), tuple(tuple(f"{r},{c} %" for c in range(11))
                                                                           for r in range(90)),
                numbers(10))  # fmt: skip
    yield ListBlock((ListItem("a)", (_deep(40),)),))
    yield ListBlock((ListItem("•", (Table("Tabelle in einer Liste", ("Jahr", "Betrag"), (("2026", "1 000 €"),)),
                                    Footnote("*", "Fußnote in einer Liste"))),))  # fmt: skip
    yield Chart("chart-x", POISON[0], POISON[5], "stacked", (POISON[0], "👍", LONG_WORD[:200], "vier"),
                (ChartRow(POISON[6], 0, (0.25, 0.25, 0.25, 0.25)), ChartRow(LONG_WORD, 1, (0, 0, 0, 0))))  # fmt: skip
    yield Chart("chart-y", "Gruppen", "Gruppen von Balken.", "bars", ("Antrag", "Nachweis"),
                (ChartRow("West", 5, (0.5, 0.25)), ChartRow("Ost", 4, (1.0, 0.0))))  # fmt: skip
    yield Chart("chart-z", "Leer", "", "bars", (), ())
    yield Heading(4, "Zu tiefe Überschrift", "too-deep", in_contents=False)


def nodes() -> Iterator[Node]:
    yield from results()
    yield from poisonous()


def rows(count: int) -> Iterator[tuple[Cell, ...]]:
    for number in range(count):
        yield (f"{1001000 + number:08d}", POISON[number % len(POISON)][:200], number, number / 8, None)


COLUMNS = (Column("ags", "Amtlicher Gemeindeschlüssel"), Column("=text", "=Antwort"), Column("count", "Anzahl"),
           Column("share", "Anteil"), Column("empty", "Leer"))  # fmt: skip


def records(count: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        text = POISON[number % len(POISON)]
        yield {"type": "response", "number": number, "text": text, "half": "\ud83d"}


def compiled(*, size: int = 10_000, language: Language = "de") -> Compiled:
    sheets = (
        Sheet("figures", "Kennzahlen: [alle] / je Land? mit einem sehr langen Namen", COLUMNS, lambda: rows(3)),
        Sheet("responses", "Antworten", COLUMNS, lambda: rows(size)),
        Sheet("empty", "antworten", COLUMNS, lambda: iter(())),
    )
    return Compiled(
        Outline(meta(language=language), nodes), sheets, {"edition": 1, "hash": "abc"}, lambda: records(size)
    )
