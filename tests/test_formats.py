"""The contract of document formats: one document with everything in it, through every format, read by others."""

import csv
import json
import re
import zipfile
from itertools import pairwise
from pathlib import Path

import jsonschema_rs
import pytest

from consultation.documents import layout, texts
from consultation.documents.formats import FORMATS, Compiled, write_document
from consultation.documents.formats import json as json_format
from consultation.documents.office import docx_styles
from consultation.documents.outline import Chart, Heading, Outline, Paragraph, Statement, Table
from tests.documents import golden
from tests.documents.readers import Read, folded, read, squeezed
from tests.documents.tagged_pdf import TaggedPdf

READABLE = [key for key, chosen in FORMATS.items() if chosen.reads_outline]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("golden")
    compiled = golden.compiled()
    made = {}
    for key, chosen in FORMATS.items():
        made[key] = folder / f"golden.{chosen.extension}"
        chosen.write(compiled, made[key])
    return made


@pytest.fixture(scope="module")
def readings(files: dict[str, Path]) -> dict[str, Read]:
    return {key: read(files[key]) for key in READABLE}


def expected_headings() -> list[tuple[int, str]]:
    outline = golden.compiled().outline
    return [
        (node.level, folded(node.text if isinstance(node, Heading) else node.sender))
        for node in outline.walk()
        if isinstance(node, Heading | Statement)
    ]


def tables() -> list[Table]:
    """Those at the top of the document and the one in a list, in order."""
    inner = Table("Tabelle in einer Liste", ("Jahr", "Betrag"), (("2026", "1 000 €"),))
    top = [node for node in golden.nodes() if isinstance(node, Table)]
    return [Table("", (), golden.meta().facts), *top, inner]


def test_all_formats_of_the_product_are_found():
    assert set(FORMATS) == {"html", "pdf", "docx", "odt", "xlsx", "csv", "json", "ndjson"}
    assert READABLE
    assert all(chosen.media_type and chosen.extension and str(chosen.title) for chosen in FORMATS.values())


@pytest.mark.parametrize("key", READABLE)
def test_headings_have_the_same_words_levels_and_order_in_every_format(key: str, readings: dict[str, Read]):
    assert readings[key].headings == expected_headings()


@pytest.mark.parametrize("key", READABLE)
def test_every_table_is_there_with_its_header_row(key: str, readings: dict[str, Read]):
    assert [squeezed("|".join(head)) for head in readings[key].tables] == [
        squeezed("|".join(folded(cell) for cell in layout.head(table))) for table in tables()
    ]


@pytest.mark.parametrize("key", [key for key in READABLE if key != "odt"])  # ODT has no word for row headers
def test_row_headers_are_marked_where_the_table_has_them(key: str, readings: dict[str, Read]):
    assert readings[key].row_headers == [table.row_headers for table in tables()]


@pytest.mark.parametrize("key", READABLE)
def test_every_picture_has_its_alternative_text(key: str, readings: dict[str, Read]):
    wanted = [node.alt or node.caption for node in golden.nodes() if isinstance(node, Chart)]
    assert [folded(alt) for alt in readings[key].alternatives] == [folded(alt) for alt in wanted]


@pytest.mark.parametrize("key", READABLE)
def test_every_text_arrives_literally_and_in_order(key: str, readings: dict[str, Read]):
    """All but what fonts for print do not hold, which is named in brackets there."""
    text, place = squeezed(readings[key].text), 0
    for number, poison in enumerate(golden.POISON):
        if key == "pdf" and number in {9, 10}:
            continue
        wanted = squeezed(poison)
        assert text.find(wanted, place) >= 0, poison[:60]
        place = text.find(wanted, place)
    assert squeezed("Schlusssatz des ersten Absatzes.") in text
    assert squeezed("Ebene 40") in text
    assert squeezed("ganz unten") in text


def test_the_labels_of_lists_stand_before_their_texts(readings: dict[str, Read]):
    for key, reading in readings.items():
        law = squeezed("a) beschränkt auf finanzschwache Kommunen b) in ländlichen Gebieten Schlusssatz")
        assert law in squeezed(reading.text), key


@pytest.mark.parametrize("key", FORMATS)
def test_the_same_document_gives_the_same_bytes(key: str, files: dict[str, Path], tmp_path: Path):
    again = tmp_path / "again"
    FORMATS[key].write(golden.compiled(), again)
    assert again.read_bytes() == files[key].read_bytes()


@pytest.mark.parametrize("key", READABLE)
def test_a_document_in_english_uses_english_words(key: str, tmp_path: Path):
    path = tmp_path / f"english.{key}"
    outline = Outline(golden.meta(language="en"), golden.results)
    write_document(outline, key, path)
    assert read(path).headings[0] == (1, "1 Kennzahlen und Zusammenfassung")


def test_in_an_english_document_the_words_of_a_body_are_marked_as_german(tmp_path: Path):
    said = Statement("Town of X", "x", 2, ("Der Förderhöchstbetrag reicht nicht.",))
    outline = Outline(
        golden.meta(language="en"), lambda: iter((Heading(1, "Demands", "a"), Paragraph("An introduction."), said))
    )
    for key in READABLE:
        write_document(outline, key, tmp_path / key)
    page = (tmp_path / "html").read_text("utf-8")
    assert '<html lang="en"' in page
    assert '<div lang="de"><p>Der Förderhöchstbetrag reicht nicht.</p></div>' in re.sub(r"\n", "", page)
    with TaggedPdf(tmp_path / "pdf") as pdf:
        tongues = {pdf.text(node).strip(): str(node.get("/Lang", "")) for node, kind in pdf.walk() if kind == "P"}
    assert tongues["Der Förderhöchstbetrag reicht nicht."] == "de-DE"
    assert tongues["An introduction."] == ""
    assert 'w:lang w:val="de-DE"' in _style(tmp_path / "docx", "word/styles.xml", 'w:styleId="Statement"')
    assert 'fo:language="de" fo:country="DE"' in _style(tmp_path / "odt", "styles.xml", 'style:name="Statement"')


def _style(path: Path, part: str, named: str) -> str:
    with zipfile.ZipFile(path) as file:
        styles = re.split(r"(?=<(?:w|style):style )", file.read(part).decode())
    return next(style for style in styles if named in style)


@pytest.mark.parametrize("key", READABLE)
def test_the_smallest_document_can_be_written(key: str, tmp_path: Path):
    path = tmp_path / f"small.{key}"
    write_document(Outline(golden.meta(), lambda: iter((Heading(1, "Beleg", "receipt"),))), key, path)
    assert read(path).headings == [(1, "Beleg")]


def test_a_format_made_of_data_refuses_a_bare_outline(tmp_path: Path):
    with pytest.raises(ValueError, match="xlsx"):
        write_document(golden.compiled().outline, "xlsx", tmp_path / "no")


# -- formats for machines --------------------------------------------------------------------------
def test_ndjson_holds_every_record_and_ends_with_their_number(files: dict[str, Path]):
    lines = files["ndjson"].read_text(encoding="utf-8").split("\n")
    assert lines[-1] == ""
    records = [json.loads(line) for line in lines[:-1]]
    assert records[-1] == {"type": "end", "count": 10_000}
    assert [record["text"] for record in records[: len(golden.POISON)]] == list(golden.POISON)


def test_json_obeys_its_own_schema(files: dict[str, Path]):
    value = json.loads(files["json"].read_text(encoding="utf-8"))
    jsonschema_rs.validator_for(json_format.schema()).validate(value)
    assert value["count"] == len(value["records"]) == 10_000
    assert value["document"]["marks"] == list(golden.meta().marks)
    assert value["head"] == {"edition": 1, "hash": "abc"}


def test_an_empty_json_obeys_the_schema_too(tmp_path: Path):
    FORMATS["json"].write(golden.compiled(size=0), tmp_path / "empty.json")
    value = json.loads((tmp_path / "empty.json").read_bytes())
    jsonschema_rs.validator_for(json_format.schema()).validate(value)
    assert value["records"] == []


def test_csv_holds_the_responses_and_nothing_that_calculates(files: dict[str, Path]):
    data = files["csv"].read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(data.decode("utf-8-sig").splitlines(keepends=True), delimiter=";"))
    assert rows[0] == ["ags", "'=text", "count", "share", "empty"]
    assert len(rows) == 10_001
    assert {len(row) for row in rows} == {5}
    assert rows[1][0] == "01001000"
    assert rows[4][1:4] == ["-5", "3", "0,375"]
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "@", "|", "\t", "\r"}]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@A1",
        "|x",
        "\t=1",
        "\r=1",
        "\n=1",
        "\ufeff=1",
        " =1",
        "＝1+1",
        "＠A1",
        '";=1',
        "\u200b=1",
        "-",
    ],
)
def test_whatever_starts_a_formula_gets_an_apostrophe_in_csv(text: str, tmp_path: Path):
    from consultation.documents.formats.csv import guarded  # noqa: PLC0415 -- the name of the module is that of the standard library

    assert guarded(text).startswith("'")


@pytest.mark.parametrize("text", ["-5", "+49", "3,5", "-3,5", "01001000", "a=b", "2026-04-01", "§ 3", "", "„=“"])
def test_what_is_no_formula_stays_as_it_is_in_csv(text: str):
    from consultation.documents.formats.csv import guarded  # noqa: PLC0415 -- the name of the module is that of the standard library

    assert guarded(text) == text


# -- parts that all paged formats share ------------------------------------------------------------
def test_no_level_of_headings_is_skipped():
    levels = [level for level, _ in expected_headings()]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_columns_share_the_whole_line_and_text_gets_more_than_numbers():
    synopsis = next(node for node in golden.results() if isinstance(node, Table) and node.caption.startswith("Synopse"))
    shares = layout.shares(layout.widths(synopsis))
    assert abs(sum(shares) - 1) < 1e-9
    assert min(shares[0], shares[1], shares[4]) > max(shares[2], shares[3])


def test_a_table_with_too_many_columns_breaks_long_words_and_never_a_number() -> None:
    heads = (
        "Gruppe",
        "Zustimmung",
        "Ablehnung",
        "Nichtzutreffend",
        "Entscheidungsvorbehalt",
        "Berücksichtigung",
        "Anzahl",
        "n",
    )
    crowded = Table("Zu viel", heads, (("Großstadt", *["14,2 %"] * 5, "1.341", "10.341"),), ("left",))
    widths = layout.widths(crowded)
    assert sum(widths) == pytest.approx(layout.DENSE_LINE)
    for cell, width in zip(crowded.rows[0][1:], widths[1:], strict=True):
        assert width >= len(cell) + 1, cell
    assert widths[4] < len("Entscheidungsvorbehalt"), "the longest word gives way"


def test_a_number_stays_whole_where_an_office_program_shows_a_broader_type_than_the_file_names() -> None:
    heads = (
        "Gruppe",
        "n",
        "stimme gar nicht zu",
        "stimme eher nicht zu",
        "teils, teils",
        "stimme eher zu",
        "voll zu",
        "Median",
    )
    shares = ("20,3\u00a0%", "36,7\u00a0%", "100,0\u00a0%", "12,6\u00a0%", "2,2\u00a0%")
    rows = (
        ("Insgesamt", "365", *shares, "stimme eher nicht zu"),
        ("kommunaler Spitzenverband", "10.751", *shares, "–"),
    )
    opinion = Table("Einschätzung", heads, rows, ("left",) + ("right",) * 7)
    type_size, padding = 7.5, 2 * 85 / 20
    for row in rows:
        for cell, share in zip(row[1:7], layout.shares(layout.widths(opinion))[1:7], strict=True):
            room = share * docx_styles.TEXT_WIDTH / 20 - padding
            assert sum(_BROAD.get(letter, 0.64) for letter in cell) * type_size <= room, cell


_BROAD = {",": 0.32, ".": 0.32, "\u00a0": 0.32, "%": 0.95}
"""Widths in DejaVu Sans, of its type size."""


def test_many_columns_in_small_type_leave_names_whole() -> None:
    heads = ("Gruppe", "eingeladen", "Stellungnahmen", "Fehlanzeige", "vertreten", "lehnt ab", "offen", "Quote")
    participation = Table("Beteiligung", heads, (("Baden-Württemberg", "74", "53", "3", "0", "2", "16", "74,3 %"),), ())
    group, *_ = layout.widths(participation)
    assert group > len("Baden-Württemberg")


def test_answers_in_words_stay_whole_where_headers_above_numbers_can_give_way() -> None:
    heads = (
        *("Antwort", "Insgesamt", "Großstadt", "Mittelstadt", "Kleinstadt insgesamt"),
        *("Landgemeinde", "Gemeindeverband", "kommunaler Spitzenverband"),
    )
    rows = (
        ("Überbetriebliche Berufsbildungsstätten", *["26,9 %"] * 7),
        ("Frühkindliche Infrastruktur", *["30,8 %"] * 7),
    )
    areas = Table(
        "Nach Größenklasse", heads, rows, ("left", "right", "right", "right", "right", "right", "right", "right")
    )
    answer, *_ = widths = layout.widths(areas)
    assert answer > len("Berufsbildungsstätten")
    assert layout.divided(rows[1], widths) == [False] * 8, "no word of a row is divided"
    assert layout.divided(heads, widths, layout.HEAD_TYPE)[-1], "a long word in the header may be"


def test_a_small_table_and_a_row_of_ordinary_length_stay_on_one_page() -> None:
    demand = Table("", (), (("Ihre Forderung", "Die Frist wird verlängert. " * 10), ("Entscheidung", "wird geprüft")))
    long = Table("", (), (("Ihre Forderung", "Die Frist wird verlängert. " * 100), ("Entscheidung", "wird geprüft")))
    assert layout.together(demand, layout.widths(demand))
    assert not layout.together(long, layout.widths(long))
    assert [layout.whole(row, layout.widths(long)) for row in long.rows] == [False, True]
    crowded = Table("", (), (("Die Frist wird verlängert. " * 16, *["Nein"] * 19),))
    assert not layout.whole(crowded.rows[0], layout.widths(crowded)), "in a narrow column it is long with few words"


def test_a_column_of_sentences_is_wider_than_one_whose_words_may_break() -> None:
    row = (
        "Verwaltungsgemeinschaft Dreyßiger",
        "Mecklenburg-Vorpommern",
        "Gemeindeverband",
        "–",
        "vertreten: Bergholz; " * 8,
    )
    taking_part = Table("Wer teilnimmt", ("Stelle", "Land", "Art und Größenklasse", "AGS", "spricht für"), (row,), ())
    _, land, _, _, spoken_for = layout.widths(taking_part)
    assert len("Mecklenburg-") < land < len("Mecklenburg-Vorpommern")
    assert spoken_for > 1.4 * land


def test_a_character_that_no_file_can_hold_is_replaced_where_it_can_be_seen():
    assert texts.writable("a\x00b\ud800c\uffffd\te\nf") == "a\ufffdb\ufffdc\ufffdd\te\nf"


@pytest.mark.parametrize("key", FORMATS)
def test_no_format_leaves_anything_of_its_work_behind(key: str, tmp_path: Path):
    FORMATS[key].write(Compiled(Outline(golden.meta(), golden.results), (), {}, lambda: iter(())), tmp_path / "x")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_office_files_carry_the_date_of_the_document(files: dict[str, Path]):
    for key in ("docx", "odt"):
        with zipfile.ZipFile(files[key]) as file:
            assert {info.date_time for info in file.infolist()} == {(2026, 4, 1, 9, 30, 0)}
