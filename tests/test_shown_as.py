"""„So erscheint Ihre Antwort“: the examples say what will be read, also where there is nothing but a date, or a nil return."""

import uuid
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from consultation.core.db import Database
from consultation.documents.receipt import receipt
from consultation.forms.models import FormVersion
from consultation.responses.models import Response
from consultation.states import Role
from tests import evaluation_world as small
from tests import html
from tests.desk_world import COUNTY, TOWN, Scene, filled
from tests.desk_world import scene as make_scene
from tests.evaluation_world import somebody_of

GROUND = "3. Auf welcher Grundlage geben Sie die Rückmeldung ab?"
RESOLUTION = f"{GROUND} – Datum des Beschlusses (gefasst oder vorgesehen): 12.05.2026"


@pytest.fixture
def scene(db: Database) -> Scene:
    made = make_scene(db)
    made.four_eyes(False)
    return made


def read(scene: Scene, path: str) -> str:
    """As somebody of the house who may release."""
    browser = scene.somebody(Role.CONTRIBUTOR, Role.RELEASER)
    return html.text_of(html.check(browser.get(scene.base + path).text))


def test_a_date_is_shown_with_its_question_and_never_alone(scene: Scene) -> None:
    with scene.db.transaction() as session:
        small.write(session, scene.world, TOWN, {"mandate.date": "2026-05-12"})
    text = read(scene, "/review")
    assert f"Kiel (Schleswig-Holstein) schreibt: „{RESOLUTION}“" in text
    assert "schreibt: „12.05.2026" not in text


def test_words_go_before_choices_and_choices_before_dates(scene: Scene) -> None:
    with scene.db.transaction() as session:
        small.write(session, scene.world, TOWN, {"mandate.kind": "reserved", "mandate.date": "2026-05-12"})
    assert f"schreibt: „{GROUND} – Grundlage: Vorbehaltlich eines noch ausstehenden Beschlusses“" in read(
        scene, "/review"
    )
    with scene.db.transaction() as session:
        small.write(session, scene.world, TOWN, {"main_message": "Bitte einfacher."})
    assert "Kiel (Schleswig-Holstein) schreibt: „Bitte einfacher.“" in read(scene, "/review")


def test_of_a_nil_return_only_what_is_sent_with_it_is_shown(scene: Scene) -> None:
    """What the house wrote before stays with the house, so it is no example."""
    with scene.db.transaction() as session:
        answers = {"main_message": "Nur für uns.", "mandate.kind": "reserved", "mandate.date": "2026-05-12"}
        small.write(session, scene.world, TOWN, answers)
    bea = scene.somebody(Role.CONTRIBUTOR, Role.RELEASER)
    page = bea.get(f"{scene.base}/nil-return").text
    sent = {
        **filled(page, "/nil-return"),
        "disclosure_rest": "named",
        "name": "Bea Haupt",
        "function": "Bürgermeisterin",
    }
    receipt = bea.follow(bea.post(f"{scene.base}/nil-return", sent))
    text = html.text_of(html.check(receipt.text))
    assert "Ihre Fehlanzeige ist abgegeben." in text
    assert f"schreibt: „{GROUND} – Grundlage: Vorbehaltlich eines noch ausstehenden Beschlusses“" in text
    for wrong in ("Nur für uns.", "schreibt: „12.05.2026", "Ihre Angaben zählen in den Zahlen mit"):
        assert wrong not in text


@pytest.mark.parametrize(
    ("body", "said", "unsaid"),
    [(TOWN, "nur mit Art und Größenklasse", "nur mit der Art der Stelle"),
     (COUNTY, "nur mit der Art der Stelle", "nur mit Art und Größenklasse")],
)  # fmt: skip
def test_who_has_no_size_class_is_not_offered_to_be_shown_with_one(
    scene: Scene, body: str, said: str, unsaid: str
) -> None:
    scene.four_eyes(False, body)
    browser, base = scene.somebody(Role.CONTRIBUTOR, Role.RELEASER, body=body), scene.base_of(body)
    with scene.db.transaction() as session:
        small.submit(
            session, scene.world, body, {"main_message": "Bitte einfacher.", "publication": {"F": "described"}}
        )
        document = receipt(session, somebody_of(session, scene.world, body), _response(session, scene, body), 1)
        printed = str(list(document.nodes()))
    assert said in printed
    assert unsaid not in printed
    for path in ("/receipt", "/review"):
        text = html.text_of(html.check(browser.get(base + path).text))
        assert said in text, path
        assert unsaid not in text, path


def _response(session: Session, scene: Scene, body: str) -> uuid.UUID:
    return session.scalars(select(Response.id).where(Response.organisation_id == scene.world.bodies[body])).one()


def _rows(page: str) -> dict[str, Element]:
    """Part → its row in the table of what is published."""
    table = html.check(page).find(".//table[@id='example']")
    assert table is not None
    return {html.text_of(row.find("th")): row for row in table.iter("tr") if row.find("td") is not None}


def test_the_review_says_what_is_one_example_and_shows_all_that_appears_of_a_part(scene: Scene) -> None:
    long = "Bitte einfacher. " * 10
    with scene.db.transaction() as session:
        answers = {
            "budget_constraint": "consolidation", "would_use": 4, "main_message": long,
            "mandate.kind": "reserved", "mandate.date": "2026-05-12",
            "publication": {"participant": "named", "A": "described", "B": "figures", "F": "named"},
        }  # fmt: skip
        form = session.scalars(select(FormVersion)).one()
        form.definition["parts"][-1]["questions"][0]["confidential"] = True  # how likely the house would use it
        form.content_hash = "5e" * 32
        flag_modified(form, "definition")
        small.write(session, scene.world, TOWN, answers)
    rows = _rows(scene.somebody(Role.CONTRIBUTOR, Role.RELEASER).get(f"{scene.base}/review").text)
    alone = next(row for row in rows.values() if "Bitte einfacher" in html.text_of(row))
    assert "Die ganze Angabe lesen" in html.text_of(alone)
    assert long.strip() in html.text_of(alone)
    assert "Eine vertrauliche Angabe dieses Teils zählt nur in den Zahlen." in html.text_of(alone)
    several = next(row for row in rows.values() if "So erscheinen alle 2 Angaben dieses Teils" in html.text_of(row))
    shown = [(html.text_of(one.find("dt")), html.text_of(one.find("dd"))) for one in several.iter("div") if one[:1]]
    assert [text for _, text in shown] == ["Vorbehaltlich eines noch ausstehenden Beschlusses", "12.05.2026"]
    assert all(question.startswith(GROUND) for question, _ in shown)
    assert not any("Haushaltssicherung" in html.text_of(row) for row in rows.values()), "it is confidential"
