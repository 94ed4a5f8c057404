"""PDF: what a reader with assistive technology, an archive and an attacker would look for."""

from pathlib import Path

import pikepdf
import pytest

from consultation.core.language import Language
from consultation.documents import words
from consultation.documents.formats import write_document
from consultation.documents.outline import Heading, Node, Outline, Paragraph, Table
from consultation.documents.typst import coverage, driver
from consultation.documents.typst.source import Source
from tests.documents import golden
from tests.documents.readers import folded, squeezed
from tests.documents.tagged_pdf import TaggedPdf, font_names, instructions, problems


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pdf") / "golden.pdf"
    write_document(golden.compiled().outline, "pdf", path)
    return path


def written(path: Path, *nodes: Node) -> str:
    """The text of a document made of these nodes."""
    write_document(Outline(golden.meta(), lambda: iter(nodes)), "pdf", path)
    with TaggedPdf(path) as tagged:
        return tagged.text(tagged.root)


def test_the_pdf_is_marked_as_accessible_and_archivable(printed: Path):
    assert problems(printed) == []


def test_title_author_language_and_date_are_told(printed: Path):
    with pikepdf.open(printed) as pdf:
        assert str(pdf.docinfo.Title) == golden.meta().title
        assert str(pdf.docinfo.Author) == golden.meta().author
        assert str(pdf.docinfo.CreationDate).startswith("D:20260401")
        assert str(pdf.Root.Lang) == "de-DE"


def test_only_the_fonts_of_the_package_are_used(printed: Path):
    known = ("FiraSans-", "DejaVuSans", "NotoSansSymbols2", "NotoEmoji")
    assert [name for name in font_names(printed) if not name.startswith(known)] == []


def test_bookmarks_name_the_headings_of_the_contents(printed: Path):
    with pikepdf.open(printed) as pdf, pdf.open_outline() as outline:
        titles = [folded(item.title) for item in outline.root]
    assert titles == ["1 Kennzahlen und Zusammenfassung", "2 Synopse", "3 Stellungnahmen & <Sonderfälle>"]


def test_the_marks_stand_on_every_page(printed: Path):
    with TaggedPdf(printed) as tagged:
        for number, page in enumerate(tagged.pdf.pages):
            text = squeezed("".join(_painted(tagged, page)))
            for mark in golden.meta().marks:
                assert squeezed(mark) in text, f"page {number + 1}"


def _painted(tagged: TaggedPdf, page: pikepdf.Page) -> list[str]:
    """Everything painted on a page, the header included, which is no part of the structure."""
    found, font = [], {}
    for operands, operator in instructions(page):
        if str(operator) == "Tf":
            font = tagged._font(page.Resources.Font[str(operands[0])])
        elif str(operator) in {"Tj", "TJ"}:
            parts = operands[0] if isinstance(operands[0], pikepdf.Array) else [operands[0]]
            data = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
            found.append("".join(font.get(int.from_bytes(data[i : i + 2]), "") for i in range(0, len(data), 2)))
    return found


def test_commands_of_the_typesetter_stay_text(tmp_path: Path):
    orders = (
        *('#read("/etc/passwd")', '#panic("x")', "#while true {}", '#eval("1+1")', '#import "@preview/x:1.0.0"'),
        *("$ x^2 $", "*x*", "<label>", "@ref"),
    )
    table = Table('#read("main.typ")', ("*a*", "$b$"), (orders[:2], orders[2:4]))
    text = written(tmp_path / "x.pdf", Heading(1, "#panic()", "k"), *(Paragraph(order) for order in orders), table)
    for order in (*orders, "#panic()", "*a*"):
        assert squeezed(order) in squeezed(text)
    assert "root:" not in text


def test_a_checksum_or_address_that_needs_several_lines_is_copied_as_it_is(tmp_path: Path):
    checksum = "sha256:" + "0123456789abcdef" * 4
    address = "https://www.beispielministerium.example/" + "foerderprogramme/" * 4 + "stellungnahmen.html?fassung=3"
    narrow = Table("Prüfsummen", tuple("ABCDEFGH"), ((checksum,) * 8,), ())
    text = written(
        tmp_path / "long.pdf", Paragraph(f"Die Prüfsumme lautet {checksum}, sie steht unter {address}."), narrow
    )
    copied = text.replace("\n", "")
    assert copied.count(checksum) == 9
    assert address in copied


def test_emoji_private_and_uncovered_characters_do_not_stop_the_document(tmp_path: Path):
    text = written(
        tmp_path / "x.pdf", Heading(1, "A", "a"), Paragraph("ja 👍 漢 \ue000 ok"), Paragraph(golden.CONTROLS)
    )
    assert "👍" in text
    assert squeezed("[cjk unified ideograph-6f22]") in squeezed(text)
    assert squeezed("[U+E000] ok") in squeezed(text)


def test_every_character_there_is_can_be_printed(tmp_path: Path):
    """A page for every block of Unicode, each letter with and without a mark on it."""
    blocks = [(0, 0x3400), (0xA000, 0xAC00), (0xF900, 0x10300), (0x1F000, 0x1FB00)]
    starts = [start for low, high in blocks for start in range(low, high, 256)]
    every = ["".join(chr(start + n) + "\u0301\u20dd" * (n % 2) for n in range(256)) for start in starts]
    outline = Outline(golden.meta(), lambda: iter((Heading(1, "A", "a"), *(Paragraph(text) for text in every))))
    driver._write(Source, outline, tmp_path / "x.pdf")
    assert problems(tmp_path / "x.pdf") == []


def test_what_is_refused_after_all_is_printed_in_plain_letters(tmp_path: Path):
    assert coverage.latin("Größe 👍\ue000") == "Größe [thumbs up sign][U+E000]"


def test_a_refusal_of_the_typesetter_is_told(tmp_path: Path):
    (tmp_path / "main.typ").write_text('#panic("nein")')
    with pytest.raises(driver.PressStopped, match="nein"):
        driver.press("pdf", tmp_path, golden.compiled().outline.meta.moment)


def test_the_press_reads_nothing_outside_its_folder(tmp_path: Path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.txt").write_text("geheim")
    (tmp_path / "inside" / "main.typ").write_text('#read("/../secret.txt")')
    with pytest.raises(driver.PressStopped):
        driver.press("pdf", tmp_path / "inside", golden.compiled().outline.meta.moment)


def test_a_long_row_breaks_across_pages_and_repeats_the_header(printed: Path):
    with TaggedPdf(printed) as tagged:
        pages = ["".join(_painted(tagged, page)) for page in tagged.pdf.pages]
    assert sum("GeltenderText" in squeezed(page) for page in pages) >= 3


def test_pages_are_numbered_in_the_language_of_the_document(tmp_path: Path):
    languages: tuple[Language, ...] = ("de", "en")
    for language in languages:
        path = tmp_path / f"{language}.pdf"
        page, of = words.page_of(language)
        write_document(Outline(golden.meta(language=language), golden.results), "pdf", path)
        with TaggedPdf(path) as tagged:
            assert f"{page}2{of}" in squeezed("".join(_painted(tagged, tagged.pdf.pages[1])))


def test_a_short_document_has_a_number_on_its_first_page_and_a_title_page_has_none(tmp_path: Path):
    page, of = words.page_of("de")
    for short in (True, False):
        path = tmp_path / f"{short}.pdf"
        write_document(Outline(golden.meta(), golden.results, short=short), "pdf", path)
        with TaggedPdf(path) as tagged:
            assert (f"{page}1{of}" in squeezed("".join(_painted(tagged, tagged.pdf.pages[0])))) is short
