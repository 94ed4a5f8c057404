"""A text that is to be read without a name and tells it all the same: found, shown to the house, shown to the planner."""

from pathlib import Path

import pytest
from sqlalchemy import select

from consultation.core.db import Database
from consultation.documents.folders import TEXTS, folder_of
from consultation.documents.text_check import read_findings, shown
from consultation.evaluation import own_names
from consultation.evaluation.own_names import OwnNames
from consultation.evaluation.signs import Sign
from consultation.people.models import Organisation
from consultation.states import Audience, Role
from tests import edition_world as worlds
from tests import evaluation_world as small
from tests import html
from tests.desk_world import TOWN, scene


@pytest.mark.parametrize(
    ("name", "text", "passages"),
    [
        ("Husum, Stadt", "In Husum, in HUSUM und in Husums Rathaus fragt die Husumer Bucht.",
         ["Husum", "HUSUM", "Husums", "Husumer"]),
        ("Göttingen, Stadt", "Göttinger Ämter, die Göttingen kennen", ["Göttinger", "Göttingen"]),
        ("Frankfurt am Main, Stadt", "Frankfurt wächst, Frankfurt am Main auch.", ["Frankfurt", "Frankfurt am Main"]),
        ("Halle (Saale), Stadt", "Hallesche Vereine an der Saale", ["Hallesche", "Saale"]),
        ("Bad Ems", "Unser Bad ist zu, so www.bad-ems.example; in Bad Ems selbst.", ["www.bad-ems.example", "Bad Ems"]),
        ("Göttingen, Stadt", "Siehe https://rathaus.goettingen.example/frist.", ["https://rathaus.goettingen.example/frist"]),
        ("Amt Schradenland", "Das Amt Schradenland ist klein.", ["Amt Schradenland"]),
        ("Donnersbergkreis", "Am Donnersberg liegt der Donnersbergkreis.", ["Donnersberg", "Donnersbergkreis"]),
        ("Rom", "Rom ist kein Roman.", ["Rom"]),
    ],
)  # fmt: skip
def test_a_name_is_found_as_people_write_it(name: str, text: str, passages: list[str]) -> None:
    assert [span.of(text) for span in OwnNames(()).also([name]).spans(text)] == passages


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Husum, Stadt", "Die Stadt und der Kreis bitten um mehr Zeit."),
        ("Bad Ems", "Ein Bad in der Stadt"),
        ("Bergen", "Der Berg und die Berge liegen im Süden."),
        ("Essen, Stadt", "Das Mittagessen kostet 3.50 Euro."),
        ("Landkreis Görlitz", "Der Landkreis trägt die Kosten nach § 6.2 selbst."),
        ("Frankfurt am Main, Stadt", "Das ist am wichtigsten."),
    ],
)
def test_what_everybody_writes_is_nobodys_name(name: str, text: str) -> None:
    assert OwnNames(()).also([name]).spans(text) == []


def test_keys_and_postcodes_tell_too() -> None:
    text = "AGS 01054056, Postfach 25813; im Jahr 2025 waren es 258130 Euro."
    assert [span.of(text) for span in OwnNames((), ("01054056", "25813")).spans(text)] == ["01054056", "25813"]


def test_a_body_is_told_by_those_above_it_and_a_partner_by_its_whole_name(db: Database) -> None:
    world = small.standing(db)
    with db.reader() as session:
        office = own_names.of_one(session, world.bodies["010535323"])
    text = "Das Amt Beispiel im Kreis Beispiel."
    assert [span.of(text) for span in office.spans(text)] == ["Amt Beispiel", "Beispiel"]
    text = "Wir sprechen für Dorf 801 und für andere."
    assert [span.of(text) for span in office.also(["Dorf 801"]).spans(text)] == ["Dorf 801"]
    assert OwnNames(("Deutscher Städtetag",)).spans("Ein deutscher Städtetag ist selten.") == []


def test_the_planner_is_shown_where_a_described_body_names_itself(db: Database, tmp_path: Path) -> None:
    """Its neighbour, which wants to be named, may name itself; and of equal texts each is looked at for its own writer."""
    found = worlds.weighed(db, count=12)
    named, described = found.names["named"][0], found.names["described"][0]
    said = f"{named} und {described} brauchen mehr Zeit als andere."
    with db.transaction() as session:
        for name in (named, described):
            own = select(Organisation.register_key).where(Organisation.name == name)
            actor = small.somebody_of(session, found.world, str(session.scalars(own).one()))
            small.resubmit(session, found.world, actor, {"main_message": said})
    edition = worlds.compiled(db, found, tmp_path / "documents", Audience.PUBLIC)
    with db.reader() as session:
        here = read_findings(folder_of(tmp_path / "documents", edition.id) / TEXTS)
        told = [one for one in shown(session, here) if one.finding.sign == Sign.OWN_NAME]
    assert [(one.organisation, one.passage) for one in told] == [(described, described)]


def test_the_house_reads_before_it_submits_that_its_text_tells_who_it_is(db: Database) -> None:
    here = scene(db)
    here.four_eyes(False)
    levels = {part: small._capped(part, "described") for part in small.PARTS}
    with db.transaction() as session:
        said = {"main_message": "Die Kieler Verwaltung braucht mehr Zeit.", "publication": levels}
        small.write(session, here.world, TOWN, said)
    browser = here.somebody(Role.CONTRIBUTOR, Role.RELEASER)
    page = html.check(browser.get(f"{here.base}/review").text)
    text = html.text_of(page)
    assert "Ihr Text sagt, wer Sie sind" in text
    assert "Die Kieler Verwaltung braucht mehr Zeit." in text
    with db.transaction() as session:
        small.write(session, here.world, TOWN, {"main_message": "Unsere Verwaltung braucht mehr Zeit."}, later=1)
    assert "Ihr Text sagt, wer Sie sind" not in browser.get(f"{here.base}/review").text
    with db.transaction() as session:
        named = {"main_message": "Kiel braucht mehr Zeit.", "publication": dict.fromkeys(levels, "figures")}
        small.write(session, here.world, TOWN, named, later=2)
    assert "Ihr Text sagt, wer Sie sind" not in browser.get(f"{here.base}/review").text, "it is not read at all"
