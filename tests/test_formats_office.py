"""Office files: styles, contents and facts as XML has them, and as LibreOffice opens them."""

import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from lxml import etree

from consultation.documents.formats import FORMATS, Column, Compiled, Sheet, write_document, xlsx
from consultation.documents.outline import Chart, Outline
from tests.documents import golden
from tests.documents.readers import TEXT, W, folded

META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
DC = "{http://purl.org/dc/elements/1.1/}"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("office")
    made = {}
    for key in ("docx", "odt", "xlsx"):
        made[key] = folder / f"golden.{key}"
        FORMATS[key].write(golden.compiled(), made[key])
    return made


def part(path: Path, name: str) -> etree._Element:
    with zipfile.ZipFile(path) as file:
        return etree.fromstring(file.read(name))


def contents() -> list[str]:
    return [folded(heading.text) for heading in golden.compiled().outline.contents()]


@pytest.mark.parametrize("key", ["docx", "odt", "xlsx"])
def test_every_part_is_well_formed(key: str, files: dict[str, Path]):
    with zipfile.ZipFile(files[key]) as file:
        assert file.testzip() is None
        for name in file.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(file.read(name))


# -- DOCX ------------------------------------------------------------------------------------------
def test_every_style_in_the_word_file_is_defined(files: dict[str, Path]):
    styles = {node.get(f"{W}styleId") for node in part(files["docx"], "word/styles.xml").iter(f"{W}style")}
    for name in ("word/document.xml", "word/header.xml", "word/footer.xml"):
        used = {node.get(f"{W}val") for node in part(files["docx"], name).iter(f"{W}pStyle", f"{W}tblStyle")}
        assert used <= styles


def test_the_contents_of_the_word_file_are_a_filled_field_with_links(files: dict[str, Path]):
    body = part(files["docx"], "word/document.xml")
    links = list(body.iter(f"{W}hyperlink"))
    assert [folded("".join(str(t) for t in node.itertext(f"{W}t"))) for node in links] == contents()
    marks = {node.get(f"{W}name") for node in body.iter(f"{W}bookmarkStart")}
    assert [node.get(f"{W}anchor") for node in links] == sorted(str(mark) for mark in marks)
    codes = [(node.text or "").strip() for node in body.iter(f"{W}instrText")]
    assert codes[0].startswith("TOC ")


def test_a_page_break_of_the_word_file_needs_no_room_on_a_page_that_is_full(files: dict[str, Path]):
    """A sign for it at the end of a full page would move to the next one, and leave that empty."""
    document = part(files["docx"], "word/document.xml")
    assert all(br.get(f"{W}type") != "page" for br in document.iter(f"{W}br"))
    assert list(document.iter(f"{W}pageBreakBefore"))


def test_the_word_file_tells_title_language_and_date(files: dict[str, Path]):
    core = part(files["docx"], "docProps/core.xml")
    assert core.findtext(f"{DC}title") == golden.meta().title
    assert core.findtext(f"{DC}language") == "de-DE"
    assert core.findtext("{http://purl.org/dc/terms/}created") == "2026-04-01T07:30:00Z"
    styles = part(files["docx"], "word/styles.xml")
    assert {node.get(f"{W}val") for node in styles.iter(f"{W}lang")} == {"de-DE"}


@pytest.mark.parametrize("name", ["word/header.xml", "word/header-first.xml"])
def test_the_marks_stand_in_every_header_of_the_word_file(name: str, files: dict[str, Path]):
    text = "".join(str(t) for t in part(files["docx"], name).itertext())
    assert all(mark in text for mark in golden.meta().marks)


# -- ODT -------------------------------------------------------------------------------------------
def test_the_type_of_the_odt_comes_first_and_unpacked(files: dict[str, Path]):
    with zipfile.ZipFile(files["odt"]) as file:
        first = file.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert file.read(first) == b"application/vnd.oasis.opendocument.text"
        listed = {node.get(node.prefix and f"{{{node.nsmap[node.prefix]}}}full-path") for node in
                  etree.fromstring(file.read("META-INF/manifest.xml"))}  # fmt: skip
        assert {name for name in file.namelist() if not name.startswith(("mimetype", "META-INF"))} | {"/"} == listed


def test_every_style_in_the_odt_is_defined(files: dict[str, Path]):
    style = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}name"
    body, styles = part(files["odt"], "content.xml"), part(files["odt"], "styles.xml")
    defined = {node.get(style) for tree in (body, styles) for node in tree.iter()}
    used = {value for node in body.iter() for name, value in node.attrib.items() if str(name).endswith("}style-name")}
    assert used <= defined


def test_the_contents_of_the_odt_are_filled_with_links(files: dict[str, Path]):
    body = part(files["odt"], "content.xml")
    assert [folded("".join(str(t) for t in node.itertext())) for node in body.iter(f"{TEXT}a")] == contents()
    targets = {node.get(f"{TEXT}name") for node in body.iter(f"{TEXT}bookmark-start")}
    assert {str(node.get("{http://www.w3.org/1999/xlink}href"))[1:] for node in body.iter(f"{TEXT}a")} == targets


def test_no_table_of_the_odt_stands_in_a_list(files: dict[str, Path]):
    body = part(files["odt"], "content.xml")
    assert not body.xpath("//*[local-name()='list']//*[local-name()='table']")


def test_the_odt_tells_title_language_and_date(files: dict[str, Path]):
    found = part(files["odt"], "meta.xml")[0]
    assert found.findtext(f"{DC}title") == golden.meta().title
    assert found.findtext(f"{DC}language") == "de-DE"
    assert found.findtext(f"{META}creation-date") == "2026-04-01T07:30:00"


@pytest.mark.parametrize("key", ["docx", "odt"])
def test_a_short_document_has_a_number_on_its_first_page_and_a_title_page_has_none(key: str, tmp_path: Path):
    for short in (True, False):
        path = tmp_path / f"{short}.{key}"
        write_document(Outline(golden.meta(), golden.results, short=short), key, path)
        if key == "docx":
            text = etree.tostring(part(path, "word/footer-first.xml"))
        else:
            text = (
                etree.tostring(part(path, "styles.xml"))
                .partition(b'style:name="First"')[2]
                .partition(b"</style:master")[0]
            )
        assert (b"Seite " in text) is short


# -- XLSX ------------------------------------------------------------------------------------------
def test_the_spreadsheet_reads_back_equal(files: dict[str, Path]):
    book = openpyxl.load_workbook(files["xlsx"], read_only=True)
    assert book.sheetnames == ["Über diese Datei", "Kennzahlen∶ (alle) ∕ je Land  m", "Antworten", "antworten (2)"]
    rows = book["Antworten"].iter_rows(values_only=True)
    assert next(rows) == tuple(column.label for column in golden.COLUMNS)
    assert [row[:4] for row in rows] == [row[:4] for row in golden.rows(10_000)]


def test_no_text_of_the_spreadsheet_became_a_formula_or_a_link(files: dict[str, Path]):
    with zipfile.ZipFile(files["xlsx"]) as file:
        sheets = [name for name in file.namelist() if name.startswith("xl/worksheets/sheet")]
        for name in sheets:
            tags = {etree.QName(node).localname for node in etree.fromstring(file.read(name)).iter()}
            assert not tags & {"f", "hyperlink", "hyperlinks"}


def test_the_spreadsheet_hides_nothing(files: dict[str, Path]):
    with zipfile.ZipFile(files["xlsx"]) as file:
        assert not [
            n for n in file.namelist() if any(w in n.lower() for w in ("comment", "custom", "external", "pivot", "vba"))
        ]
        book = file.read("xl/workbook.xml").decode()
        assert "hidden" not in book.lower()
        assert "definedName" not in book
        core = etree.fromstring(file.read("docProps/core.xml"))
    assert not core.findtext(f"{DC}creator")


def test_the_first_sheet_says_what_the_file_is(files: dict[str, Path]):
    page = openpyxl.load_workbook(files["xlsx"], read_only=True).worksheets[0]
    cells = [cell for row in page.iter_rows(values_only=True) for cell in row if cell]
    meta = golden.meta()
    assert {meta.title, *meta.marks, *(word for fact in meta.facts for word in fact)} <= set(cells)


def test_what_is_too_long_for_a_cell_is_cut_where_it_can_be_seen(tmp_path: Path):
    column = Column("text", "Text")
    long = "👍" * 20_000
    values = ("a" * 32_767, "a" * 32_768, long, 10**20, float("nan"), True, "_x0041_ \x0b")
    sheet = Sheet("s", "S", (column,), lambda: ((value,) for value in values))
    FORMATS["xlsx"].write(Compiled(golden.compiled().outline, (sheet,), {}, lambda: iter(())), tmp_path / "x.xlsx")
    page = openpyxl.load_workbook(tmp_path / "x.xlsx", read_only=True).worksheets[1]
    cells = [row[0] for row in page.iter_rows(min_row=2, values_only=True)]
    assert cells[0] == "a" * 32_767
    assert all(str(cell).endswith("vollständig im NDJSON]") for cell in cells[1:3])
    assert all(len(str(cell).encode("utf-16-le")) // 2 <= xlsx.LONGEST for cell in cells)
    assert cells[3:] == [str(10**20), "nan", 1, "_x005F_x0041_ \ufffd"]  # the escape that Excel undoes


# -- LibreOffice -----------------------------------------------------------------------------------
@pytest.mark.office
@pytest.mark.parametrize("key", ["docx", "odt", "xlsx"])
def test_libreoffice_opens_the_file(key: str, soffice: str, tmp_path: Path):
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    source = tmp_path / f"golden.{key}"
    FORMATS[key].write(golden.compiled(size=200), source)
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=180)
    with pikepdf.open(tmp_path / "golden.pdf") as pdf:
        assert len(pdf.pages) > 5
        if key != "xlsx":
            pictures = {image.objgen for page in pdf.pages for image in page.get_images().values()}
            assert len(pictures) == len([node for node in golden.nodes() if isinstance(node, Chart)])
