"""The real law in four formats, and what documents of other kinds become."""

import subprocess
from pathlib import Path

import pypandoc
import pytest

from consultation.core.blocks import Footnote, ListBlock, Paragraph, Table
from consultation.core.errors import Invalid
from consultation.core.places import package_folder
from consultation.programmes.importers import IMPORTERS, DraftSection, DraftTree, import_draft, render_tree, walk
from consultation.programmes.importers.numbers import letters, roman, split_number

LAW = package_folder() / "data" / "drafts" / "kinvfg.md"
HEADINGS = {
    "§ 1": "Förderziel und Fördervolumen", "§ 2": "Verteilung", "§ 3": "Förderbereiche", "§ 4": "Doppelförderung",
    "§ 5": "Förderzeitraum", "§ 6": "Förderquote und Bewirtschaftung", "§ 7": "Prüfung der Mittelverwendung",
    "§ 8": "Rückforderung", "§ 9": "Verwaltungsvereinbarung", "§ 10": "Förderziel und Fördervolumen",
    "§ 11": "Verteilung", "§ 12": "Förderbereich und Fördervoraussetzungen", "§ 13": "Förderzeitraum",
    "§ 14": "Förderquote, Bewirtschaftung und Prüfung der Mittelverwendung", "§ 15": "Rückforderung",
    "§ 16": "Verwaltungsvereinbarung",
}  # fmt: skip


def written(target: str, source: str | None = None) -> bytes:
    """The Markdown as another program writes it in another format."""
    text = LAW.read_text() if source is None else source
    command = [
        pypandoc.get_pandoc_path(),
        "-s",
        "--metadata",
        "pagetitle=x",
        "-f",
        "markdown+four_space_rule",
        "-t",
        target,
    ]
    return subprocess.run([*command, "-o", "-"], input=text.encode(), capture_output=True, check=True).stdout


def read(text: str) -> DraftTree:
    return import_draft("entwurf.md", text.encode())


def section(tree: DraftTree, number: str) -> DraftSection:
    return next(s for s in walk(tree.sections) if s.number == number)


@pytest.fixture(scope="module")
def law() -> DraftTree:
    return import_draft("kinvfg.md", LAW.read_bytes())


def test_every_paragraph_of_the_law_is_a_section_with_its_heading(law):
    assert {s.number: s.heading for s in walk(law.sections) if s.level == 2} == HEADINGS
    assert not law.report


def test_the_chapters_of_the_law_are_parents(law):
    first, second = law.sections
    assert (first.number, second.number) == ("Kapitel 1", "Kapitel 2")
    assert first.heading.startswith("Finanzhilfen zur Stärkung")
    assert [s.number for s in first.children] == [f"§ {n}" for n in range(1, 10)]
    assert [s.number for s in second.children] == [f"§ {n}" for n in range(10, 17)]


def test_title_and_metadata_of_the_law_stand_before_the_sections(law):
    assert law.title == "Gesetz zur Förderung von Investitionen finanzschwacher Kommunen (KInvFG)"
    assert ("Ausfertigungsdatum", "2015-06-24") in law.metadata
    assert ("Zuletzt geändert durch", "Art. 3 G v. 10.9.2021 I 4147") in law.metadata
    assert ("jurabk", "KInvFG") in law.metadata


@pytest.mark.parametrize("number", ["§ 2", "§ 11"])
def test_the_distribution_lists_are_tables_of_sixteen_states(law, number):
    tables = [block for block in section(law, number).blocks if isinstance(block, Table)]
    assert len(tables) == 1
    assert len(tables[0].rows) == 16
    assert tables[0].align == ("left", "right")
    shares = [float(value.rstrip(".").replace(",", ".")) for _, value in tables[0].rows]
    assert sum(shares) == pytest.approx(100, abs=0.001)
    assert (tables[0].rows[0][0], tables[0].rows[15][0]) == ("Baden-Württemberg", "Thüringen")


def test_nested_lists_keep_their_labels(law):
    intro, numbers, after = section(law, "§ 3").blocks
    assert isinstance(intro, Paragraph)
    assert isinstance(after, Paragraph)
    assert isinstance(numbers, ListBlock)
    assert [item.label for item in numbers.items] == ["1.", "2."]
    inner = [block for item in numbers.items for block in item.blocks if isinstance(block, ListBlock)]
    assert [[item.label for item in block.items] for block in inner] == [
        ["a)", "b)", "c)", "d)", "e)", "f)"], ["a)", "b)", "c)", "d)"],
    ]  # fmt: skip


def test_paragraphs_of_a_section_go_on_behind_its_table(law):
    first, _, second = section(law, "§ 11").blocks
    assert isinstance(first, ListBlock)
    assert isinstance(second, ListBlock)
    assert [item.label for item in (*first.items, *second.items)] == ["(1)", "(2)"]


@pytest.mark.parametrize("target", ["docx", "odt", "html"])
def test_the_law_in_another_format_is_the_same_tree(law, target):
    tree = import_draft(f"gesetz.{target}", written(target))
    assert tree.title == law.title
    assert tree.sections == law.sections
    assert tree.metadata == law.metadata[-3:]


@pytest.mark.office
@pytest.mark.parametrize("target", ["odt", "docx"])
def test_the_law_saved_by_a_word_processor_is_the_same_tree(law, target, soffice: str, tmp_path: Path):
    source = tmp_path / "gesetz.docx"
    source.write_bytes(written("docx"))
    out = tmp_path / "out"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", target, "--outdir", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    tree = import_draft(f"gesetz.{target}", (out / f"gesetz.{target}").read_bytes())
    assert tree.title == law.title
    assert tree.sections == law.sections


def test_the_section_tree_is_printed_one_line_a_section(law):
    lines = list(render_tree(law))
    assert len(lines) == 18
    assert lines[0].startswith("Kapitel 1 Finanzhilfen")
    assert lines[1] == "  § 1 Förderziel und Fördervolumen"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("§ 2 Verteilung", ("§ 2", "Verteilung")),
        ("§ 12a: Ausnahmen", ("§ 12a", "Ausnahmen")),
        ("§§ 3 bis 5 (weggefallen)", ("§§ 3 bis 5", "(weggefallen)")),
        ("§\u00a03 Förderung", ("§ 3", "Förderung")),
        ("Kapitel 1 - Finanzhilfen", ("Kapitel 1", "Finanzhilfen")),
        ("Artikel 2", ("Artikel 2", "")),
        ("Teil IV – Schluss", ("Teil IV", "Schluss")),
        ("Erster Abschnitt: Allgemeines", ("Erster Abschnitt", "Allgemeines")),
        ("5.2 Förderquote", ("5.2", "Förderquote")),
        ("5. Höhe", ("5", "Höhe")),
        ("Nr. 5.2 Förderquote", ("Nr. 5.2", "Förderquote")),
        ("Anlage 1: Muster", ("Anlage 1", "Muster")),
        ("II. Verfahren", ("II", "Verfahren")),
        ("A. Problem", ("A", "Problem")),
        ("Vorbemerkung", ("", "Vorbemerkung")),
        ("10. Dezember 2025", ("", "10. Dezember 2025")),
        ("2025 im Rückblick", ("", "2025 im Rückblick")),
        ("Titelseite", ("", "Titelseite")),
        ("Teilnahme", ("", "Teilnahme")),
        ("Mittel", ("", "Mittel")),
        ("", ("", "")),
    ],
)
def test_numbers_are_split_from_headings(text, expected):
    assert split_number(text) == expected


def test_list_labels_count_like_german_lists():
    assert [letters(n) for n in (1, 26, 27, 28)] == ["a", "z", "aa", "bb"]
    assert [roman(n) for n in (1, 4, 9, 14, 1990)] == ["i", "iv", "ix", "xiv", "mcmxc"]


def test_skipped_heading_levels_close_up():
    tree = read("# Titel\n\n### 1 Eins\n\ntext\n\n##### 1.1 Tief\n\ntext\n\n## Zwei\n\ntext")
    assert [(s.level, s.title) for s in walk(tree.sections)] == [(1, "1 Eins"), (2, "1.1 Tief"), (1, "Zwei")]
    assert tree.title == "Titel"


def test_a_number_and_its_heading_on_two_lines_are_one_section():
    tree = read("# § 1\n\n# Ziel\n\ntext\n\n# § 2\n\n# Verteilung\n\ntext")
    assert list(render_tree(tree)) == ["§ 1 Ziel", "§ 2 Verteilung"]


def test_text_before_the_first_heading_is_kept():
    tree = read("Das geht voraus.\n\n# 1 Ziel\n\ntext")
    assert tree.sections[0] == DraftSection("", "Vorbemerkung", 1, (Paragraph("Das geht voraus."),))


@pytest.mark.parametrize("target", ["markdown", "docx", "odt", "html"])
def test_bold_numbered_paragraphs_are_headings_where_none_are_marked(target):
    source = "**1. Förderziel**\n\ntext\n\n**1.1 Zweck**\n\nmehr\n\n**2. Gegenstand**\n\nnoch mehr"
    data = source.encode() if target == "markdown" else written(target, source)
    tree = import_draft("x.md" if target == "markdown" else f"x.{target}", data)
    assert list(render_tree(tree)) == ["1 Förderziel", "  1.1 Zweck", "2 Gegenstand"]
    assert any("fette Absätze" in str(message) for message in tree.report)


@pytest.mark.parametrize("target", ["docx", "odt", "html"])
def test_footnotes_stand_at_the_end_of_their_section_with_a_mark_in_the_text(target):
    tree = read("# A\n\nErstens[^1].\n\n# B\n\nZweitens[^2].\n\n[^1]: Eine *Note*.\n\n[^2]: Noch eine.")
    first, second = tree.sections
    assert first.blocks == (Paragraph("Erstens[1]."), Footnote("1", "Eine Note."))
    assert second.blocks == (Paragraph("Zweitens[2]."), Footnote("2", "Noch eine."))
    if target != "html":  # a page has links to a list at its end, no footnotes
        source = "# A\n\nErstens[^1].\n\n# B\n\nZweitens[^2].\n\n[^1]: Eine *Note*.\n\n[^2]: Noch eine."
        assert import_draft(f"x.{target}", written(target, source)).sections == tree.sections


@pytest.mark.parametrize("target", ["docx", "odt", "html"])
def test_tables_keep_head_and_rows_in_every_format(target):
    source = "# A\n\n| Land | Satz |\n|---|---|\n| Bremen | 1,5 % |\n| Hessen | 20 % |\n"
    expected = Table("", ("Land", "Satz"), (("Bremen", "1,5 %"), ("Hessen", "20 %")), ("left", "right"))
    assert read(source).sections[0].blocks == (expected,)
    assert import_draft(f"x.{target}", written(target, source)).sections[0].blocks == (expected,)


def test_merged_cells_are_filled_and_reported():
    page = ("<h1>A</h1><table><tr><th>Land</th><th>Jahr</th></tr><tr><td rowspan=2>Bremen</td><td>2024</td></tr>"
            "<tr><td>2025</td></tr><tr><td colspan=2>alle</td></tr></table>")  # fmt: skip
    tree = import_draft("x.html", page.encode())
    (table,) = tree.sections[0].blocks
    assert isinstance(table, Table)
    assert table.rows == (("Bremen", "2024"), ("Bremen", "2025"), ("alle", "alle"))
    assert any("Verbundene" in str(message) for message in tree.report)


def test_formatting_becomes_plain_text_and_links_keep_their_target():
    tree = read(
        "# A\n\n**Fett** m^2^ CO~2~ [Amt](https://amt.example) [hier](#a) [böse](javascript:x) ~~weg~~ ![Bild](x.png)"
    )
    assert tree.sections[0].blocks == (Paragraph("Fett m² CO₂ Amt (https://amt.example) hier böse weg"),)
    said = " ".join(map(str, tree.report))
    assert "Bilder" in said
    assert "Durchgestrichener" in said
    assert "Verweise" in said


def test_a_document_without_headings_is_one_section_and_the_report_says_so():
    tree = import_draft("Richtlinie 2026.md", b"Nur Text.\n\nNoch mehr.")
    assert list(render_tree(tree)) == ["Richtlinie 2026"]
    assert any("keine Überschriften" in str(message) for message in tree.report)


def test_raw_html_in_markdown_stays_text():
    tree = read("# A\n\n<script>alert(1)</script> <b>x</b>")
    assert tree.sections[0].blocks == (Paragraph("<script>alert(1)</script> <b>x</b>"),)


def test_three_dashes_that_are_no_front_matter_do_no_harm():
    assert [s.title for s in read("---\na: [\n---\n\n# 1 Ziel\n\ntext").sections][-1] == "1 Ziel"


def test_text_in_an_old_encoding_is_read_and_reported():
    tree = import_draft("x.md", "# Förderung\n\nfür alle".encode("cp1252"))
    assert tree.sections[0].heading == "Förderung"
    assert "Windows-1252" in str(tree.report[0])


def test_an_unknown_ending_is_refused_with_those_that_are_known():
    with pytest.raises(Invalid, match=r"„pdf“.*docx"):
        import_draft("x.pdf", b"%PDF-1.7")
    assert set(IMPORTERS) == {"markdown", "docx", "odt", "html"}


@pytest.mark.parametrize(
    ("name", "title"),
    [("Richtlinie_Sprachmittlung_Entwurf_1.md", "Richtlinie Sprachmittlung Entwurf 1"),
     ("foerder-richtlinie.md", "foerder richtlinie"), ("A – B.md", "A – B"), ("__.md", "Entwurf")],
)  # fmt: skip
def test_a_draft_without_a_title_is_called_like_its_file_in_words(name: str, title: str):
    assert import_draft(name, b"Ein Absatz ohne Titel.").title == title
