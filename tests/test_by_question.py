"""Question by question as a workbook: what was answered, by whom, and every text, for the house that asked and nobody else."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from consultation.consultations import queries as consultations
from consultation.core.db import Database
from consultation.documents import by_question
from consultation.documents.formats import xlsx
from consultation.evaluation.statistics import for_planner, form_context
from tests import edition_world as worlds
from tests.browsing import site
from tests.test_redactions import redact, town
from tests.test_web_planners_running import AFTER, DEMAND, Running

Rows = list[tuple[Any, ...]]


def sheets(content: bytes) -> dict[str, Rows]:
    """Name → rows, the first one its headings."""
    book = load_workbook(BytesIO(content))
    assert all(sheet.sheet_state == "visible" for sheet in book.worksheets)
    return {sheet.title: list(sheet.values) for sheet in book.worksheets}


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    return Running(db, tmp_path)


def taken(running: Running, query: str = "", name: str = "paula") -> dict[str, Rows]:
    browser = running.browser(site(running.db, AFTER, data_dir=running.folder), name)
    answer = browser.get(f"{running.at(name)}/results/export{query}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    return sheets(answer.content)


def test_every_question_has_a_sheet_whose_counts_are_those_of_the_page(running: Running) -> None:
    found = taken(running)
    with running.db.reader() as session:
        consultation = running.world.consultation(session)
        statistics = for_planner(session, running.world.planner, consultation)
        form = form_context(session, consultation).form
    numbers = [question.number for question in form.questions if question.key != "publication"]
    assert [name for name in found if name.startswith("Frage") and not name.endswith("Texte")] == [
        f"Frage {number}" for number in numbers
    ]
    for number in numbers:
        fields = [f for f in statistics.fields if form.by_key[f.key].question.number == number]
        wanted = [option.count for f in fields if f.total for option in f.total.options]
        head, *rows = found[f"Frage {number}"]
        total, option = head.index("Insgesamt"), head.index("Antwort")
        said = [row[option] for row in rows]
        labels = {"auswertbare Antworten (n)", "nicht beantwortet", "kann ich nicht beurteilen", "Median"}
        quartiles = {"unteres Quartil", "oberes Quartil"}
        assert [row[total] for row in rows if row[option] not in labels | quartiles] == wanted
        assert said.count("nicht beantwortet") == len(fields)
        assert sum(row[total] for row in rows if row[option] == "auswertbare Antworten (n)") == sum(
            f.total.valid for f in fields if f.total
        )
    head, yes, *_ = found["Frage 6"]
    assert (yes[0], yes[head.index("Insgesamt")], yes[head.index("Anteil")]) == ("Ja", 3, 1)
    lands = [head.index(land) for land in ("Schleswig-Holstein", "Niedersachsen", "Bayern")]
    assert [yes[at] for at in lands] == [1, 1, 1]


def test_every_text_stands_with_its_sender_and_keys_keep_their_zeros(running: Running) -> None:
    found = taken(running)
    head, *rows = found["Frage 16 Texte"]
    assert head == ("Stelle", "Art", "Größenklasse", "Land", "AGS", "Wortlaut")
    assert {row[5] for row in rows} == {"Bitte einfacher.", "<script>alert(1)</script>"}
    keys = [row[4] for row in rows]
    assert all(isinstance(key, str) and len(key) == 8 and key.startswith("0") for key in keys)
    assert DEMAND in found["Frage 13 Texte"][1][5]
    assert "Kein Geld." in found["Frage 13 Texte"][1][5]
    assert found["Frage 7"][0][0] == "Angabe", "there a text may explain the answer"
    assert "Streng geheimer Entwurf" not in str(found), "what was not submitted is nobody's"


def test_one_question_is_taken_alone(running: Running) -> None:
    assert list(taken(running, "?question=main_message")) == ["Über diese Datei", "Frage 16", "Frage 16 Texte"]
    paula = running.browser(site(running.db, AFTER, data_dir=running.folder), "paula")
    for question in ("publication", "nonsense", "../main_message"):
        assert paula.get(f"{running.at()}/results/export?question={question}").status_code == 404, question
    part = paula.get(f"{running.at()}/results?part=F").text
    assert f'href="{running.at()}/results/export?question=main_message"' in part


def test_a_land_unit_gets_what_its_land_said(running: Running) -> None:
    found = taken(running, name="lara")
    assert [row[0] for row in found["Frage 16 Texte"][1:]] == ["Ort 1"]
    assert ("Nur Land", "NI") in [row[:2] for row in found["Über diese Datei"]]
    assert not {"Ort 0", "Ort 2", "Bayern"} & {cell for rows in found.values() for row in rows for cell in row}


def test_what_is_hidden_in_public_is_marked_and_a_long_text_is_cut_so_that_one_sees_it(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weighed = worlds.weighed(db, count=12)
    body = town(weighed, 0)
    redact(db, weighed, body, "main_message", "Hauptsache")
    monkeypatch.setattr(xlsx, "LONGEST", 100)
    target = tmp_path / "questions.xlsx"
    with db.reader() as session:
        consultation = consultations.get(session, weighed.planner, weighed.world.slug)
        by_question.write(session, weighed.planner, consultation, "", target)
    found = sheets(target.read_bytes())
    assert sum("[geschwärzt: Hauptsache]" in row[5] for row in found["Frage 16 Texte"][1:]) == 1
    texts = [row[5] for row in found["Frage 13 Texte"][1:]]
    assert any(text.endswith("vollständig im NDJSON]") for text in texts)
    assert all(len(text) <= 100 for text in texts)


def test_the_file_says_what_it_is_for_and_what_it_stands_for(running: Running) -> None:
    about = {row[0]: row[1] for row in taken(running)["Über diese Datei"]}
    assert "Nur für den internen Gebrauch" in about
    assert about["Grundlage"] == "4 Stellungnahmen mit Inhalt"
    assert about["Beteiligung"].startswith("Abdeckung: 4 von ")
    assert about["Frage 6"].startswith("Rechnen Sie damit")
    assert about["Datenstand (UTC)"].startswith(str(AFTER.date()))
