"""Whom an answer speaks for, from a list that is pasted: every line is told what it was taken for, and none is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from consultation.consultations.address_files import read_pasted
from consultation.core.db import Database
from consultation.core.errors import Invalid
from consultation.people.kinds import OrganisationKind
from consultation.people.models import Organisation
from consultation.register.models import RegisterBody
from consultation.responses import naming
from consultation.responses.models import Representation
from consultation.responses.naming import Named, Outcome, read_list
from consultation.states import Role
from tests import factories, html
from tests.browsing import Browser
from tests.desk_world import COUNTY, OFFICE, Scene, filled
from tests.desk_world import scene as make_scene

VILLAGE, OTHER_VILLAGE, STRANGER = "010535323801", "010535323802", "010510044000"
TWINS = ("010530001901", "010530001902")


@pytest.fixture
def scene(db: Database) -> Scene:
    made = make_scene(db)
    with db.transaction() as session:
        for key in TWINS:
            factories.register_body(session, key, "Neudorf", population=500)
        factories.register_body(session, "010530001903", "Kappeln, Stadt", population=500)
        factories.register_body(session, "090510044903", "Neudorf", population=500)
    return made


# -- reading ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Dorf 801\n\n  Kappeln, Stadt \n", [(1, "", "Dorf 801"), (3, "", "Kappeln, Stadt")]),
        ("01053801\n01 053 5323 802", [(1, "01053801", ""), (2, "01 053 5323 802", "")]),
        ("01053801\tDorf 801\nDorf 802\t01053802", [(1, "01053801", "Dorf 801"), (2, "01053802", "Dorf 802")]),
        ("01053801 Dorf 801\n01053802, Dorf 802", [(1, "01053801", "Dorf 801"), (2, "01053802", "Dorf 802")]),
        ("Name;AGS;Einwohner\nDorf 801;01053801;900", [(2, "01053801", "Dorf 801")]),
        ("• Dorf 801\n2. Dorf 802\n- Bad Dorf-Nord", [(1, "", "Dorf 801"), (2, "", "Dorf 802"), (3, "", "Bad Dorf-Nord")]),
        ("", []),
    ],
)  # fmt: skip
def test_names_and_keys_are_read_as_people_paste_them(text: str, found: list[tuple[int, str, str]]) -> None:
    assert [(line.number, line.key, line.name) for line in read_pasted(text)] == found


@pytest.fixture
def read(scene: Scene) -> Callable[..., list[Named]]:
    def by(text: str, kind: OrganisationKind = OrganisationKind.COUNTY, **settled: str) -> list[Named]:
        with scene.db.reader() as session:
            house = session.get_one(Organisation, scene.world.bodies[COUNTY])
            session.expunge(house)
            house.kind = kind
            return read_list(session, house, text, settled)

    return by


def test_a_county_finds_its_own_by_name_and_by_key_in_every_form(read: Callable[..., list[Named]]) -> None:
    lines = read("Stadt Kappeln\nDorf 801\n01053802\n1053801\nAmt Beispiel")
    assert [(one.outcome, one.key) for one in lines] == [
        (Outcome.FOUND, "010530001903"),
        (Outcome.FOUND, VILLAGE),
        (Outcome.FOUND, OTHER_VILLAGE),
        (Outcome.TWICE, VILLAGE),
        (Outcome.FOUND, OFFICE),
    ]
    assert str(lines[3].why) == "Steht schon in Zeile 2."


def test_what_several_are_called_is_asked_and_its_own_go_before_others_of_the_name(
    read: Callable[..., list[Named]],
) -> None:
    (line,) = read("Neudorf")
    assert line.outcome is Outcome.DOUBT
    assert line.key == ""
    assert [key for key, _ in line.choices] == [*TWINS]
    (settled,) = read("Neudorf", Neudorf=TWINS[1])
    assert (settled.outcome, settled.key) == (Outcome.FOUND, TWINS[1])
    (nobody,) = read("Neudorf", Neudorf=naming.NOT_THIS)
    assert nobody.outcome is Outcome.LEFT_OUT
    (foreign,) = read("Neudorf", Neudorf=STRANGER)
    assert foreign.outcome is Outcome.DOUBT, "only what was offered can be chosen"


def test_an_association_may_mean_everybody_of_a_name(read: Callable[..., list[Named]]) -> None:
    (line,) = read("Neudorf", OrganisationKind.LOCAL_GOVERNMENT_ASSOCIATION)
    assert len(line.choices) == 3


def test_what_nobody_is_called_stays_and_similar_names_are_offered(read: Callable[..., list[Named]]) -> None:
    similar, nobody, key = read("Kapeln\nAtlantis\n99999999")
    assert {one.outcome for one in (similar, nobody, key)} == {Outcome.UNKNOWN}
    assert [title for _, title in similar.choices] == ["Kappeln, Stadt, Kreis Beispiel, 01053903"]
    assert nobody.choices == []
    assert str(key.why) == "Unter dem Schlüssel 99999999 gibt es keine Stelle."


def test_a_key_that_belongs_to_another_name_is_asked(read: Callable[..., list[Named]]) -> None:
    (line,) = read("01053801\tKappeln")
    assert line.outcome is Outcome.DOUBT
    assert [key for key, _ in line.choices] == [VILLAGE, "010530001903"]


def test_a_key_that_ended_leads_to_who_came_after_it(scene: Scene, read: Callable[..., list[Named]]) -> None:
    with scene.db.transaction() as session:
        ended = factories.register_body(session, "010530001999", "Altdorf")
        ended.valid_to, ended.successor_key = ended.as_of, VILLAGE
    (line,) = read("01053999")
    assert (line.outcome, line.key) == (Outcome.FOUND, VILLAGE)
    assert "gilt nicht mehr" in str(line.why)


def test_who_does_not_belong_to_a_county_can_support_it_and_itself_it_cannot_name(
    read: Callable[..., list[Named]],
) -> None:
    other, itself = read("Kiel\nKreis Beispiel")
    assert (other.outcome, other.key) == (Outcome.FOUND, "010510000000")
    assert "kann Ihre Stellungnahme nur unterstützen" in str(other.why)
    assert (itself.outcome, itself.key, str(itself.why)) == (Outcome.LEFT_OUT, "", "Das sind Sie selbst.")


@pytest.mark.parametrize("text", ['"Dorf 801', "\n".join(["Dorf"] * (naming.MOST_LINES + 1))])
def test_what_cannot_be_read_is_refused_whole_with_the_reason(read: Callable[..., list[Named]], text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(text)
    assert [problem.field for problem in refused.value.problems] == ["pasted"]


# -- the page --------------------------------------------------------------------------------------------------------
class Page:
    """The county at its page; what is sent is what a browser would send."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.base = scene.base_of(COUNTY)
        self.browser: Browser = scene.somebody(Role.CONTRIBUTOR, Role.RELEASER, body=COUNTY)
        self.browser.get(self.base)
        assert self.browser.post(f"{self.base}/start").status_code == 303
        self.text = self.browser.get(f"{self.base}/representation").text

    def press(self, button: str = "", status: int = 200, **typed: Any) -> str:
        """The words of the page that comes back."""
        sent = {**filled(self.text, "/representation"), **typed} | ({button: "yes"} if button else {})
        answer = self.browser.post(f"{self.base}/representation", sent)
        assert answer.status_code == status, answer.text
        self.text = answer.text
        return html.text_of(html.check(answer.text)) if status != 303 else ""

    @property
    def now(self) -> dict[str, Any]:
        return filled(self.text, "/representation")

    def stored(self) -> dict[str, str]:
        with self.scene.db.reader() as session:
            return {row.register_key: row.kind.value for row in session.scalars(select(Representation))}


def test_a_list_is_checked_completed_and_saved_with_nothing_lost(scene: Scene) -> None:
    page = Page(scene)
    said = page.press("check", pasted="Dorf 801\nNeudorf\nKiel\nAtlantis", pasted_only="yes")
    assert page.stored() == {}
    assert "Ihre Liste, Zeile für Zeile" in said
    for words in ("gefunden", "mehrdeutig", "unbekannt", "So heißt keine Stelle."):
        assert words in said, words
    assert page.now["bodies"] == [VILLAGE, "010510000000"]
    assert page.now["pasted"] == ["Neudorf\nAtlantis"]
    said = page.press(settled=[f"{TWINS[0]}|Neudorf"])
    assert page.stored() == {}, "Atlantis still waits"
    assert page.now["pasted"] == ["Atlantis"]
    assert set(page.now["bodies"]) == {VILLAGE, TWINS[0], "010510000000"}
    page.press(status=303, pasted="")
    assert page.stored() == {VILLAGE: "represented", TWINS[0]: "represented", "010510000000": "supporter"}


def test_a_list_that_nobody_has_checked_is_shown_before_it_is_saved(scene: Scene) -> None:
    page = Page(scene)
    said = page.press(pasted="Dorf 801")
    assert "Gespeichert ist noch nichts." in said
    assert page.stored() == {}
    page.press(status=303)
    assert VILLAGE in page.stored()


def test_choices_alone_are_saved_without_another_look(scene: Scene) -> None:
    page = Page(scene)
    page.press("check", pasted="Neudorf\nKapeln", pasted_only="yes")
    page.press(status=303, settled=[f"{TWINS[1]}|Neudorf", "-|Kapeln"])
    assert page.stored() == {TWINS[1]: "represented"}


def test_those_of_the_list_can_be_supporters_and_the_others_stay_as_they_are_ticked(scene: Scene) -> None:
    page = Page(scene)
    ticked = page.now["bodies"]
    page.press("check", pasted="Amt Beispiel", pasted_kind="supporter")
    page.press(status=303)
    assert page.stored() == dict.fromkeys(ticked, "represented") | {OFFICE: "supporter"}


def test_a_list_that_cannot_be_read_comes_back_as_it_was_typed(scene: Scene) -> None:
    page = Page(scene)
    ticked = page.now["bodies"]
    said = page.press("check", status=422, pasted='Dorf 801\n"Dorf 802', pasted_only="yes")
    assert "vermutlich fehlt ein Anführungszeichen" in said
    assert page.now["pasted"] == ['Dorf 801\n"Dorf 802']
    assert page.now["bodies"] == ticked
    assert page.now["pasted_only"] == ["yes"]


def test_an_association_with_more_than_four_hundred_members_loses_none(scene: Scene) -> None:
    with scene.db.transaction() as session:
        keys = [factories.register_body(session, f"03{n:010}", f"Flecken {n}").key for n in range(450)]
        session.get_one(Organisation, scene.world.bodies[COUNTY]).kind = OrganisationKind.LOCAL_GOVERNMENT_ASSOCIATION
    page = Page(scene)
    page.press("check", pasted="\n".join(f"Flecken {n}" for n in range(450)))
    page.press(status=303)
    page.text = page.browser.get(f"{page.base}/representation").text
    page.press(status=303)
    assert sorted(page.stored()) == sorted(keys)
    assert _count(scene) == len(keys)


def _count(scene: Scene) -> int:
    with scene.db.reader() as session:
        return len(session.scalars(select(RegisterBody.key).where(RegisterBody.name.startswith("Flecken"))).all())


def test_a_house_that_speaks_for_nobody_has_no_list(scene: Scene) -> None:
    town = scene.somebody(Role.CONTRIBUTOR, Role.RELEASER)
    town.get(scene.base)
    town.post(f"{scene.base}/start")
    assert town.post(f"{scene.base}/representation", {"check": "yes", "pasted": "Kiel"}).status_code == 403
