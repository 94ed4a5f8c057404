"""Editions made by an earlier version stay verifiable: exact in what they say, plain about how they look."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest

from consultation.core.language import Message
from consultation.documents.checking import Differs, Partly, Unusable
from consultation.documents.checking.edition import check_folder, check_ndjson
from consultation.documents.folders import MANIFEST
from consultation.documents.layout_version import LAYOUT
from consultation.verifying import PARTLY, run
from tests.frozen_editions import made, set_otherwise
from tests.test_verifying_editions import ALONE

EARLIER = LAYOUT - 1
LOOK = ("font-family:", "font-family: Verdana,")
SENTENCE = ("Das Wichtigste in Kürze", "Zusammenfassung")


@dataclass
class Heard:
    said: list[str] = field(default_factory=list)
    partly: list[str] = field(default_factory=list)

    def __call__(self, message: Message) -> None:
        (self.partly if isinstance(message, Partly) else self.said).append(str(message))


def logged(_: Any) -> bool:
    return True


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    return made("public", tmp_path / "out", layout=EARLIER)


def test_an_edition_without_a_number_that_comes_out_the_same_holds_as_ever(tmp_path: Path) -> None:
    for audience in ("public", "internal"):
        heard = Heard()
        check_folder(made(audience, tmp_path / audience), heard)
        assert heard.partly == []
        assert any("bytegleich" in line and ".html" in line for line in heard.said)


def test_another_look_is_told_and_the_words_are_compared(earlier: Path) -> None:
    path = set_otherwise(earlier, "html", LOOK)
    heard = Heard()
    check_folder(earlier, heard)
    assert [line for line in heard.partly if path.name in line and "gleicher Wortlaut" in line]
    said: list[str] = []
    assert run([str(earlier)], ALONE, said.append, said.append) == 0
    assert said[-1] == PARTLY


def test_another_sentence_is_quoted_and_stays_open_unless_the_log_names_the_file(earlier: Path) -> None:
    path = set_otherwise(earlier, "html", LOOK, SENTENCE, SENTENCE)
    said: list[str] = []
    assert run([str(earlier)], ALONE, said.append, said.append) == 2
    for words in (
        path.name,
        "Zusammenfassung",
        SENTENCE[0],
        "Alle Zahlen",
        "Programmfassung 0.0.9",
        "Verfahrensprotokoll",
    ):
        assert words in said[-1]
    assert any("xlsx" in line for line in said), "what can be checked is checked all the same"
    heard = Heard()
    check_folder(earlier, heard, logged=logged)
    told = next(line for line in heard.partly if path.name in line)
    assert "Zusammenfassung" in told
    assert "bezeugt das Verfahrensprotokoll" in told


def test_the_same_look_is_still_demanded_of_an_edition_of_this_layout(tmp_path: Path) -> None:
    folder = made("public", tmp_path / "out", layout=LAYOUT)
    path = set_otherwise(folder, "html", LOOK)
    with pytest.raises(Differs, match="sagt etwas anderes als die eingefrorenen Daten") as found:
        check_folder(folder, Heard())
    assert path.name in str(found.value)


def test_a_number_that_was_changed_in_an_earlier_layout_is_quoted_and_never_taken_for_right(earlier: Path) -> None:
    path = set_otherwise(earlier, "html", SENTENCE, ('<td class="right">1', '<td class="right">91'))
    with pytest.raises(Unusable) as found:
        check_folder(earlier, Heard())
    assert path.name in str(found.value)
    assert "91" in str(found.value)
    assert "Programmfassung 0.0.9" in str(found.value)
    heard = Heard()
    check_folder(earlier, heard, logged=logged)
    assert any("bezeugt das Verfahrensprotokoll" in line for line in heard.partly)


def test_a_text_that_was_changed_in_an_earlier_layout_differs(earlier: Path) -> None:
    set_otherwise(earlier, "html", SENTENCE)
    text = (earlier / next(earlier.glob("*.html")).name).read_text()
    place = text.index("Kennwortnamed")
    marker = text[place : place + len("Kennwortnamed000x")]
    path = next(earlier.glob("*.html"))
    path.write_text(text.replace(marker, "Kennwortgefaelscht"))
    set_otherwise(earlier, "html", ("<html", "<html"))
    with pytest.raises(Differs, match=marker):
        check_folder(earlier, Heard())


@pytest.mark.parametrize(
    ("extension", "change"),
    [("json", ('"base":', '"base":9')), ("csv", (";", ",")), ("ndjson", ('"base":', '"base":9'))],
)
def test_data_are_compared_exactly_in_every_layout(earlier: Path, extension: str, change: tuple[str, str]) -> None:
    path = set_otherwise(earlier, extension, change)
    with pytest.raises(Differs, match=path.name):
        check_folder(earlier, Heard())


def test_the_title_page_may_be_worded_otherwise_in_json(earlier: Path) -> None:
    path = set_otherwise(earlier, "json", ('"label":"Datenstand"', '"label":"Stand der Daten"'))
    heard = Heard()
    check_folder(earlier, heard, logged=logged)
    assert [line for line in heard.partly if path.name in line and '"label":"Stand der Daten"' in line]
    with pytest.raises(Unusable, match="Stand der Daten"):
        check_folder(earlier, Heard())


def test_an_outline_that_is_worded_otherwise_is_said_not_held_against_it(earlier: Path) -> None:
    manifest = orjson.loads((earlier / MANIFEST).read_bytes())
    manifest["outline_sha256"] = "0" * 64
    (earlier / MANIFEST).write_bytes(orjson.dumps(manifest))
    heard = Heard()
    check_folder(earlier, heard)
    assert "Gliederung" in heard.partly[0]


def test_a_changed_file_is_named_without_taking_another_layout_for_the_change(earlier: Path) -> None:
    path = set_otherwise(earlier, "html", SENTENCE)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(Differs) as found:
        check_folder(earlier, Heard())
    assert "wurde geändert" in str(found.value)
    assert "Erste Abweichung" not in str(found.value)


def test_files_that_were_downloaded_tell_their_layout_too(earlier: Path) -> None:
    set_otherwise(earlier, "html", LOOK)
    heard = Heard()
    check_ndjson(next(path for path in earlier.glob("*.ndjson") if path.name != "snapshot.ndjson"), heard)
    assert any("gleicher Wortlaut" in line for line in heard.partly)


def test_a_layout_of_a_later_version_is_left_to_that_version(tmp_path: Path) -> None:
    folder = made("public", tmp_path / "out", layout=LAYOUT + 1)
    said: list[str] = []
    assert run([str(folder)], ALONE, said.append, said.append) == 2
    assert f"Gestaltung {LAYOUT + 1}" in said[-1]
    (folder / "snapshot.ndjson").unlink()
    other = made("public", tmp_path / "other", layout="neu")
    assert run([str(other)], ALONE, said.append, said.append) == 2
