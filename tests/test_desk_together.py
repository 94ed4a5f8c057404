"""The start page of a house, and several of its people in one answer: who is where, what waits for whom, what is missing."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select

from consultation import worker
from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.mail.transport import Memory
from consultation.people import actions as people
from consultation.people import queries as people_queries
from consultation.people.models import Membership
from consultation.responses.models import Presence
from consultation.settings import Settings
from consultation.states import Role
from consultation.subjects import Actor
from consultation.worker import sweep
from tests import html
from tests.browsing import KEY, Browser
from tests.desk_world import NOW, TOWN, Scene, filled
from tests.desk_world import scene as make_scene
from tests.test_web_municipalities import begun, complete, counted, ok, save, write


@pytest.fixture
def scene(db: Database) -> Scene:
    return make_scene(db)


def home(scene: Scene) -> str:
    return f"/o/{scene.world.bodies[TOWN]}/answers"


def words(browser: Browser, path: str) -> str:
    return html.text_of(html.check(ok(browser.get(path)).text))


def mails(scene: Scene, subject: str) -> list[str]:
    post = Memory()
    settings = Settings.model_validate({"base_url": "https://dienst.example", "secret_key": KEY})
    worker.run_due(scene.db, settings, post, NOW)
    return [mail.text for mail in post.sent if mail.subject.startswith(subject)]


# -- who is where ----------------------------------------------------------------------------------------------------
def test_each_sees_who_else_is_there_and_where_without_a_script(scene: Scene) -> None:
    one, two = begun(scene), scene.somebody(Role.CONTRIBUTOR, name="Robin Zwei")
    two.get(f"{scene.base}/part/A")
    assert "Robin Zwei – auf dieser Seite" in words(one, f"{scene.base}/part/A")
    assert "Kim Muster" not in words(one, f"{scene.base}/part/A").partition("Gerade auch dabei")[2]  # never oneself
    page = ok(one.get(f"{scene.base}/part/F")).text
    assert f'href="{scene.base}/part/A?path=all"' in page
    assert "gerade hier: Robin Zwei" in words(one, scene.base)
    assert "Gerade dabei: Robin Zwei" in words(one, home(scene))
    two.get(f"{scene.base}/draft")
    assert "Robin Zwei – Entwurf" in words(one, f"{scene.base}/part/A")


def test_in_the_draft_it_is_the_section_one_writes_at(scene: Scene) -> None:
    one, two = begun(scene), scene.somebody(Role.CONTRIBUTOR, name="Robin Zwei")
    section = scene.world.sections["§ 3"]
    path = f"{scene.base}/draft/{section}"
    two.post(path, filled(two.get(f"{scene.base}/draft").text, path), headers={"hx-request": "true"})
    tree = html.check(ok(one.get(f"{scene.base}/draft")).text)
    here = tree.find(f".//p[@id='here-{section}']")
    assert here is not None
    assert html.text_of(here) == "Robin Zwei ist gerade hier."
    told = one.send("POST", f"{scene.base}/presence", data={"page": "draft", "csrf_token": one.token})
    assert f'id="here-{section}"' in told.text


def test_who_left_is_forgotten_after_two_minutes_and_then_deleted(scene: Scene) -> None:
    one, two = begun(scene), scene.somebody(Role.CONTRIBUTOR, name="Robin Zwei")
    two.get(f"{scene.base}/part/A")
    scene.clock(NOW + timedelta(minutes=1))
    assert "Robin Zwei" in words(one, f"{scene.base}/part/A")
    scene.clock(NOW + timedelta(minutes=2))
    assert "Robin Zwei" not in words(one, f"{scene.base}/part/A")
    sweep(scene.db, NOW + timedelta(minutes=5))
    with scene.db.reader() as session:
        assert session.scalar(select(func.count()).select_from(Presence)) == 0


def test_presence_stays_in_the_house_and_only_at_pages_there_are(scene: Scene) -> None:
    one, reader = begun(scene), scene.somebody(Role.RELEASER, name="Liest Nur")
    for page in ("part:A", "part:<b>", "x" * 5000, "draft:nowhere", ""):
        ok(one.post(f"{scene.base}/presence", {"page": page}, headers={"hx-request": "true"}))
    with scene.db.reader() as session:
        assert [row.page for row in session.scalars(select(Presence))] == ["part:A"]
    reader.get(f"{scene.base}/part/A")
    assert "Liest Nur" not in words(one, f"{scene.base}/part/A")  # who cannot write is in nobody's way


def test_who_is_alone_in_the_house_leaves_no_mark_and_with_the_first_colleague_there_is_one(scene: Scene) -> None:
    def noted() -> list[str]:
        with scene.db.reader() as session:
            return [row.page for row in session.scalars(select(Presence))]

    one = begun(scene)
    one.get(f"{scene.base}/part/A")
    save(one, scene, "A")
    assert noted() == []
    two = scene.somebody(Role.CONTRIBUTOR, name="Robin Zwei")
    one.get(f"{scene.base}/part/A")
    assert noted() == ["part:A"]
    assert "Kim Muster – auf dieser Seite" in words(two, f"{scene.base}/part/A")


def test_whoever_may_release_is_told_by_mail_who_laid_it_before_them_and_not_that_one_too(scene: Scene) -> None:
    scene.four_eyes(True)
    editor = begun(scene, Role.CONTRIBUTOR, Role.RELEASER)
    scene.somebody(Role.RELEASER, name="Bea Haupt")
    complete(editor, scene)
    editor.get(f"{scene.base}/review")
    ok(editor.post(f"{scene.base}/ready"), 303)
    [told] = mails(scene, "Bitte freigeben")
    assert "Guten Tag Bea Haupt" in told
    assert "Vorgelegt von: Kim Muster" in told
    assert "Frist: " in told


def test_who_must_not_release_is_not_asked_to_and_who_accepts_an_invitation_to_release_then_is(scene: Scene) -> None:
    """The only other person who may release has been invited, and has not come yet."""
    scene.four_eyes(True)
    editor = begun(scene, Role.CONTRIBUTOR, Role.RELEASER, Role.MANAGER)
    complete(editor, scene)
    with scene.db.transaction() as session:
        manager = session.scalars(
            select(Membership).where(Membership.organisation_id == scene.world.bodies[TOWN])
        ).one()
        actor = Actor(manager.person_id, manager.organisation_id, frozenset({Role.MANAGER}), NOW)
        invited = people.invite_colleague(
            session, actor, email="bea@stadt.example", name="Bea Haupt", roles=[Role.RELEASER], elsewhere=True
        )
    editor.get(f"{scene.base}/review")
    ok(editor.post(f"{scene.base}/ready"), 303)
    assert mails(scene, "Bitte freigeben") == []
    with scene.db.transaction() as session:
        themselves = Actor(invited.person_id, None, frozenset(), NOW)
        people.accept(session, themselves, invited.id)
    [told] = mails(scene, "Bitte freigeben")
    assert "Guten Tag Bea Haupt" in told
    assert "Vorgelegt von: Kim Muster" in told


def test_who_is_given_the_right_to_release_hears_of_what_lies_ready_once(scene: Scene) -> None:
    scene.four_eyes(True)
    editor = begun(scene, Role.CONTRIBUTOR, Role.MANAGER)
    scene.somebody(Role.CONTRIBUTOR, name="Bea Haupt")
    complete(editor, scene)
    editor.get(f"{scene.base}/review")
    ok(editor.post(f"{scene.base}/ready"), 303)
    assert mails(scene, "Bitte freigeben") == []
    with scene.db.transaction() as session:
        there = {m.person.name: m for m in people_queries.members(session, scene.world.bodies[TOWN])}
        actor = Actor(there["Kim Muster"].person_id, scene.world.bodies[TOWN], frozenset({Role.MANAGER}), NOW)
        for roles in ([Role.RELEASER], [Role.CONTRIBUTOR, Role.RELEASER]):
            people.give_roles(session, actor, there["Bea Haupt"].id, roles)
    [told] = mails(scene, "Bitte freigeben")
    assert "Guten Tag Bea Haupt" in told


def test_without_four_eyes_who_laid_it_before_is_asked_only_where_nobody_else_can(scene: Scene) -> None:
    scene.four_eyes(False)
    editor = begun(scene, Role.CONTRIBUTOR, Role.RELEASER)
    complete(editor, scene)
    editor.get(f"{scene.base}/review")
    ok(editor.post(f"{scene.base}/ready"), 303)
    [told] = mails(scene, "Bitte freigeben")
    assert "Guten Tag Kim Muster" in told


@pytest.mark.parametrize("others", [False, True], ids=["alone", "with somebody else"])
def test_who_laid_it_before_nobody_hears_once_that_four_eyes_were_switched_off(scene: Scene, others: bool) -> None:
    scene.four_eyes(True)
    editor = begun(scene, Role.CONTRIBUTOR, Role.RELEASER, Role.MANAGER)
    if others:
        scene.somebody(Role.RELEASER, name="Bea Haupt")
    complete(editor, scene)
    editor.get(f"{scene.base}/review")
    ok(editor.post(f"{scene.base}/ready"), 303)
    first = mails(scene, "Bitte freigeben")
    assert len(first) == int(others)
    for wanted in (False, True, False):
        _switch_four_eyes(scene, wanted)
    told = mails(scene, "Bitte freigeben")
    assert [("Guten Tag Kim Muster" in one) for one in told] == ([] if others else [True])


def test_who_laid_it_ready_without_four_eyes_is_not_told_again_by_switching_them(scene: Scene) -> None:
    scene.four_eyes(False)
    editor = begun(scene, Role.CONTRIBUTOR, Role.RELEASER, Role.MANAGER)
    complete(editor, scene)
    editor.get(f"{scene.base}/review")
    ok(editor.post(f"{scene.base}/ready"), 303)
    assert len(mails(scene, "Bitte freigeben")) == 1
    for wanted in (True, False):
        _switch_four_eyes(scene, wanted)
    assert mails(scene, "Bitte freigeben") == []


def _switch_four_eyes(scene: Scene, wanted: bool) -> None:
    with scene.db.transaction() as session:
        here = select(Membership).where(Membership.organisation_id == scene.world.bodies[TOWN])
        manager = next(one for one in session.scalars(here) if Role.MANAGER in one.roles)
        actor = Actor(manager.person_id, manager.organisation_id, frozenset({Role.MANAGER}), NOW)
        people.set_four_eyes(session, actor, wanted)


# -- the start page --------------------------------------------------------------------------------------------------
def test_what_waits_stands_first_and_only_for_whom_it_waits(scene: Scene) -> None:
    editor, releaser = begun(scene, Role.CONTRIBUTOR), scene.somebody(Role.RELEASER, name="Bea Haupt")
    complete(editor, scene)
    assert "Das wartet auf Sie" not in words(editor, home(scene))
    editor.get(f"{scene.base}/review")
    ok(editor.post(f"{scene.base}/ready"), 303)
    assert "Das wartet auf Sie" not in words(editor, home(scene))
    page = ok(releaser.get(home(scene))).text
    assert "Wartet auf Ihre Freigabe: Probeanhörung" in html.text_of(html.check(page))
    assert f'href="{scene.base}/review"' in page
    releaser.get(f"{scene.base}/review")
    ok(releaser.post(f"{scene.base}/return", {"reason": "Bitte kürzer."}), 303)
    assert "Das wartet auf Sie" not in words(releaser, home(scene))
    told = words(editor, home(scene))
    assert "Zurückgegeben von Bea Haupt: Probeanhörung" in told
    assert "Bitte kürzer." in told


def test_it_says_how_far_the_short_path_is_and_who_saved_last(scene: Scene) -> None:
    browser = begun(scene)
    complete(browser, scene)
    told = words(browser, home(scene))
    assert re.search(r"Kurzer Weg: 2 von \d+ Fragen beantwortet", told)
    assert "Zuletzt gespeichert von Kim Muster, 03.03.2026, 10:00 Uhr" in told
    assert "Zuletzt gespeichert von Kim Muster" in words(browser, scene.base)


def copied(row: Any, **changes: Any) -> Any:
    columns = {column.key: getattr(row, column.key) for column in sa.inspect(type(row)).columns}
    return type(row)(**{**columns, "id": uuid.uuid4(), **changes})


def another(scene: Scene, title: str, days: int, **changes: Any) -> str:
    """A second consultation that asks the town, with a deadline of its own."""
    with scene.db.transaction() as session:
        first = session.get_one(Consultation, scene.world.consultation_id)
        slug, deadline = f"zweite-{days}", NOW + timedelta(days=days)
        more = copied(first, slug=slug, title=title, deadline=deadline, **changes)
        session.add(more)
        session.flush()
        here = (Invitation.consultation_id == first.id, Invitation.organisation_id == scene.world.bodies[TOWN])
        asked = session.scalars(select(Invitation).where(*here)).one()
        session.add(copied(asked, consultation_id=more.id, selector=f"ZWEI{days:02}"))
    return slug


def test_several_consultations_stand_in_the_order_of_their_deadlines(scene: Scene) -> None:
    browser = begun(scene)
    another(scene, "Eilige Anhörung", 2)
    another(scene, "Ganz ferne Anhörung", 90)
    told = words(browser, home(scene)).partition("Offen")[2]
    places = [told.index(title) for title in ("Eilige Anhörung", "Probeanhörung", "Ganz ferne Anhörung")]
    assert places == sorted(places)
    assert "noch 2 Tage" in told


def test_all_open_deadlines_come_in_one_file_for_the_calendar(scene: Scene) -> None:
    browser = begun(scene)
    another(scene, "Eilige Anhörung", 2)
    another(scene, "Vergangene Anhörung", -5)
    assert "Beide Fristen in den Kalender" in words(browser, home(scene))
    file = ok(browser.get(f"{home(scene)}/deadlines.ics"))
    assert file.headers["content-type"].startswith("text/calendar")
    assert file.text.count("BEGIN:VEVENT") == 2
    assert "Eilige Anhörung" in file.text
    assert "Vergangene Anhörung" not in file.text


def test_a_consultation_that_is_over_says_that_it_is_evaluated(scene: Scene) -> None:
    browser = begun(scene)
    another(scene, "Vergangene Anhörung", -5)
    assert "Die Antworten werden ausgewertet." in words(browser, home(scene)).partition("Abgeschlossen")[2]


def test_the_start_page_needs_no_more_queries_for_more_consultations(scene: Scene) -> None:
    browser = begun(scene)
    complete(browser, scene)
    with counted(scene.db) as one:
        ok(browser.get(home(scene)))
    for days in range(3, 9):
        slug = another(scene, f"Anhörung {days}", days)
        browser.get(f"{home(scene)}/{slug}")
        ok(browser.post(f"{home(scene)}/{slug}/start"), 303)
    with counted(scene.db) as many:
        ok(browser.get(home(scene)))
    assert len(many) == len(one) <= 12


def test_what_is_missing_is_named_with_the_way_to_its_field(scene: Scene) -> None:
    browser = begun(scene)
    assert "Pflichtangabe" not in words(browser, scene.base).partition("Sie haben nichts beizutragen?")[2]
    ok(save(browser, scene, "D", burden_proof__hours="viele"), 422)
    ok(write(browser, f"{scene.base}/part/F?path=all", "/part/F?path=all", {"main_message": "Kurz"}), 303)
    tree = html.check(ok(browser.get(scene.base)).text)
    box = tree.find(".//details[@id='missing']")
    assert box is not None
    ways = [link.get("href") or "" for link in box.iter("a")]
    assert len(ways) >= 2
    for way in ways:
        path, _, field = way.partition("#")
        assert html.check(ok(browser.get(path)).text).find(f".//*[@id='{field}']") is not None, way
