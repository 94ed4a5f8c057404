"""What is left to do before an answer is handed in: counted truly, marked where it is asked, and by whom it can be released."""

import re
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.documents.receipt import receipt
from consultation.evaluation import redactions
from consultation.people.models import Membership, Person
from consultation.register.models import RegisterBody
from consultation.responses import actions, submission
from consultation.responses import queries as responses
from consultation.responses.models import RepresentationKind, Response, Revision
from consultation.responses.titles import signed
from consultation.states import Role
from consultation.subjects import system
from tests import evaluation_world as small
from tests import html
from tests.browsing import Browser
from tests.desk_world import COUNTY, NOW, OTHER, TOWN, Scene, filled
from tests.desk_world import scene as make_scene
from tests.test_web_municipalities import BOTH, begun, complete, ok, save, submit, write


@pytest.fixture
def scene(db: Database) -> Scene:
    return make_scene(db)


def words(browser: Browser, path: str) -> str:
    return html.text_of(html.check(ok(browser.get(path)).text))


# -- what is missing, and what is wrong --------------------------------------------------------------------------------
def test_what_is_wrong_is_not_called_missing(scene: Scene) -> None:
    browser = begun(scene)
    ok(save(browser, scene, "A", mandate__date="31.2.2026"), 422)
    text = words(browser, scene.base)
    assert "1 Pflichtangabe fehlt, 1 Angabe ist zu berichtigen" in text
    ok(save(browser, scene, "A", mandate__kind="administration", mandate__date="31.2.2026"), 422)
    text = words(browser, scene.base)
    assert "1 Angabe ist zu berichtigen" in text
    assert "fehlt" not in text.partition("Prüfen, freigeben und abgeben")[2].partition("nichts beizutragen")[0]
    badges = [html.text_of(one) for one in _warnings(browser.get(scene.base).text)]
    assert "1 Angabe ist zu berichtigen" in badges
    review = words(browser, f"{scene.base}/review")
    assert "Vor der Abgabe zu erledigen" in review
    assert "Das fehlt noch" not in review


def _warnings(page: str) -> list[Element]:
    return [one for one in html.check(page).iter("span") if "kern-badge--warning" in (one.get("class") or "")]


def test_a_question_that_must_be_answered_says_so_where_it_is_asked(scene: Scene) -> None:
    browser = begun(scene)
    tree = html.check(ok(browser.get(f"{scene.base}/part/A?path=all")).text)
    marked = [html.text_of(one) for one in tree.iter("legend") if "(Pflichtangabe)" in html.text_of(one)]
    assert [one.partition(" (")[0] for one in marked] == ["Grundlage"]
    assert "(Pflichtangabe)" not in words(browser, f"{scene.base}/part/E?path=all")


def folded(page: str) -> dict[str, list[str]]:
    """Line that is in sight → what stands behind it."""
    boxes = [box for box in html.check(page).iter("details") if box.get("class") == "desk-open"]
    return {html.text_of(box.find("summary")): [html.text_of(one) for one in box.iter("li")] for box in boxes}


def test_the_review_shows_what_is_answered_and_each_skipped_part_in_one_line(scene: Scene) -> None:
    browser = begun(scene)
    ok(save(browser, scene, "A", mandate__kind="administration"), 303)
    ok(save(browser, scene, "F", main_message="Bitte einfacher."), 303)
    page = browser.get(f"{scene.base}/review").text
    tree = html.check(page)
    assert "Teile ohne Antwort" in [html.text_of(one) for one in tree.iter("h2")]
    lines = folded(page)
    assert sum(" – " in line for line in lines) == len(lines) - 2, (
        "two parts hold an answer, all others are one line each"
    )
    beyond = r"(, (davon \d+ )?nicht auf dem kurzen Weg)?"
    assert all(re.search(rf"(\d+) Fragen? ohne Antwort{beyond}$", line) for line in lines)
    assert all(int(re.findall(r"(\d+) Frage", line)[0]) == len(behind) for line, behind in lines.items())
    assert "Teile bleiben ohne Antwort" in html.text_of(tree)
    links = [
        one.get("href", "") for box in tree.iter("details") if box.get("class") == "desk-open" for one in box.iter("a")
    ]
    assert links
    assert all(link.startswith(f"{scene.base}/part/") for link in links)


def test_what_must_be_answered_is_never_folded_away_on_the_review(scene: Scene) -> None:
    browser = begun(scene)
    ok(save(browser, scene, "F", main_message="Bitte einfacher."), 303)
    page = browser.get(f"{scene.base}/review").text
    assert not any("Auf welcher Grundlage" in one for behind in folded(page).values() for one in behind)
    needed = html.text_of(html.check(page)).partition("Vor der Abgabe noch nötig:")[2]
    assert needed.strip().startswith("3. Auf welcher Grundlage geben Sie die Rückmeldung ab?")


def test_the_preview_leaves_out_what_holds_no_answer_and_says_what_is_only_an_example(scene: Scene) -> None:
    browser = begun(scene)
    ok(save(browser, scene, "A", mandate__kind="administration"), 303)
    table = html.check(browser.get(f"{scene.base}/review").text).find(".//table[@id='example']")
    rows = [html.text_of(row) for row in table.iter("tr")][1:] if table is not None else []
    assert len(rows) == 2, rows
    assert "zum Beispiel: „61 Stellen haben geantwortet.“" in words(browser, f"{scene.base}/review")
    assert "?:" not in words(browser, f"{scene.base}/review")


def test_a_part_in_which_only_publication_was_chosen_is_not_shown_as_an_answer_that_does_not_appear(
    scene: Scene,
) -> None:
    browser = begun(scene)
    complete(browser, scene)
    named = dict.fromkeys(("publication.participant", "publication.A", "publication.F"), "named")
    ok(write(browser, f"{scene.base}/part/F?path=all", "/part/F?path=all", named), 303)
    assert "Nichts davon erscheint" not in html.text_of(_example(browser, scene))
    ok(save(browser, scene, "F", main_message="Bitte einfacher."), 303)
    assert "schreibt: „Bitte einfacher.“" in html.text_of(_example(browser, scene))


def _example(browser: Browser, scene: Scene) -> Element:
    table = html.check(browser.get(f"{scene.base}/review").text).find(".//table[@id='example']")
    assert table is not None
    return table


# -- comments ----------------------------------------------------------------------------------------------------------
def test_an_open_comment_is_seen_on_the_hub_and_at_its_question(scene: Scene) -> None:
    browser = begun(scene)
    ok(save(browser, scene, "F", main_message="Bitte einfacher."), 303)
    said = {"question": "main_message", "text": "Stimmt das?"}
    ok(browser.post(f"{scene.base}/comments", said), 303)
    assert "1 Kommentar offen" in words(browser, scene.base)
    trees = [html.check(browser.get(f"{scene.base}/part/F{path}").text) for path in ("", "?path=all")]
    links = [one for tree in trees for one in tree.iter("a") if html.text_of(one) == "1 Kommentar offen"]
    assert len(links) == 2, "also on the short path, which does not ask this question"
    link = links[0]
    place = (link.get("href") or "").removeprefix(f"{scene.base}/review#")
    assert f'id="{place}"' in browser.get(f"{scene.base}/review").text
    ok(browser.post(f"{scene.base}/comments/{place.removeprefix('thread-')}/resolve"), 303)
    assert "Kommentar offen" not in words(browser, scene.base)
    assert "Kommentar offen" not in words(browser, f"{scene.base}/part/F")


# -- who can release ---------------------------------------------------------------------------------------------------
def test_it_is_said_when_nobody_can_release_just_now(scene: Scene) -> None:
    scene.four_eyes(True)
    browser = begun(scene)
    complete(browser, scene)
    alone = "Das Recht „Freigabe“ hat nur, wer zuletzt bearbeitet hat"
    assert alone in words(browser, f"{scene.base}/review")
    told = browser.follow(ok(browser.post(f"{scene.base}/ready"), 303)).text
    assert "erhält eine Mail" not in told
    assert alone in told
    assert alone in words(browser, scene.base)


def test_who_has_not_accepted_yet_is_no_one_to_wait_for_and_who_has_gets_a_mail(scene: Scene) -> None:
    scene.four_eyes(True)
    browser = begun(scene)
    complete(browser, scene)
    scene.somebody(Role.RELEASER, name="Bea Haupt")
    with scene.db.transaction() as session:
        for one in session.scalars(select(Membership).join(Person).where(Person.name == "Bea Haupt")):
            one.invited_at = NOW
    assert "hat die Einladung noch nicht angenommen" in words(browser, f"{scene.base}/review")
    with scene.db.transaction() as session:
        for one in session.scalars(select(Membership)):
            one.invited_at = None
    assert "Wer freigeben darf, erhält eine Mail." in browser.follow(ok(browser.post(f"{scene.base}/ready"), 303)).text


# -- the deadline, the one reason --------------------------------------------------------------------------------------
def test_the_deadline_stands_right_below_the_title(scene: Scene) -> None:
    browser = begun(scene)
    text = words(browser, scene.base)
    assert re.search(r"Probeanhörung Frist: 30\.04\.2026, 24:00 Uhr, noch \d+ Tage", text)


def test_a_page_that_takes_nothing_names_the_one_reason(scene: Scene) -> None:
    clerk, releaser = begun(scene, Role.CONTRIBUTOR), scene.somebody(Role.RELEASER, name="Bea Haupt")
    complete(clerk, scene)
    assert "Sie haben in Ihrer Organisation nicht das Recht „Bearbeitung“." in words(releaser, f"{scene.base}/part/A")
    ok(clerk.post(f"{scene.base}/ready"), 303)
    for path in ("/part/A", "/nil-return"):
        text = words(clerk, scene.base + path)
        assert " oder ist abgegeben" not in text
    assert "Die Stellungnahme liegt zur Freigabe vor." in words(clerk, f"{scene.base}/part/A")
    ok(submit(releaser, scene), 303)
    for browser in (clerk, releaser):
        for path in ("/part/A", "/nil-return"):
            assert "Ihre Antwort ist abgegeben. Zum Ändern muss sie wieder geöffnet werden." in words(
                browser, scene.base + path
            )


# -- the receipt -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "function", "written"),
    [
        ("Paula Planer", "i. V. Oberbürgermeisterin", "i. V. Paula Planer, Oberbürgermeisterin"),
        ("Paula Planer", "Oberbürgermeisterin", "Paula Planer, Oberbürgermeisterin"),
        ("Paula Planer", "i. A.", "i. A. Paula Planer"),
        ("Paula Planer", "", "Paula Planer"),
        ("", "i. V. Amtsleitung", "i. V. Amtsleitung"),
        ("", "", ""),
    ],
)
def test_in_whose_place_somebody_signs_stands_before_the_name(name: str, function: str, written: str) -> None:
    assert signed(name, function) == written


def test_pages_and_paper_say_who_released_and_for_whom_it_speaks(scene: Scene) -> None:
    base = scene.base_of(COUNTY)
    scene.four_eyes(False, COUNTY)
    with scene.db.transaction() as session:
        made = small.write(session, scene.world, COUNTY, {"mandate.kind": "administration", "main_message": "Kurz."})
        actor = scene.world.actors[scene.world.bodies[COUNTY]]
        actions.set_representation(session, actor, made.id, {_inside(session): RepresentationKind.REPRESENTED})
        submission.submit(session, actor, made.id, name="Paula Planer", function="i. V. Landrätin")
    browser = scene.somebody(*BOTH, body=COUNTY)
    signature = "i. V. Paula Planer, Landrätin"
    for path in ("/receipt", "/receipt/1"):
        text = words(browser, base + path)
        assert signature in text
        assert "Spricht für" in text
    with scene.db.reader() as session:
        slip = receipt(session, actor, made.id, 1)
    assert ("Freigegeben durch", "i. V. Paula Planer, Landrätin") in slip.meta.facts


def _inside(session: Session) -> str:
    """A municipality of the county."""
    inside = RegisterBody.key.startswith("01053"), RegisterBody.key != COUNTY
    return session.scalars(select(RegisterBody.key).where(*inside).order_by(RegisterBody.key.desc()).limit(1)).one()


def test_the_copy_names_a_question_once_for_all_its_fields(scene: Scene) -> None:
    with scene.db.transaction() as session:
        small.submit(session, scene.world, TOWN, {"mandate.kind": "reserved", "mandate.date": "2026-05-12"})
    tree = html.check(scene.somebody(*BOTH).get(f"{scene.base}/receipt/1").text)
    titles = [html.text_of(one) for one in tree.iter("h3")]
    assert len(titles) == len(set(titles))
    text = html.text_of(tree)
    assert "Datum des Beschlusses" in text


# -- redactions for the sake of others ---------------------------------------------------------------------------------
def test_a_body_learns_what_is_hidden_of_its_text_for_the_sake_of_another_and_not_of_whom(scene: Scene) -> None:
    text = "Fragen Sie Frau Beispiel im Amt."
    with scene.db.transaction() as session:
        for body in (TOWN, OTHER):
            small.submit(session, scene.world, body, {"main_message": text})
        theirs = session.scalars(select(Response.id).where(Response.organisation_id == scene.world.bodies[OTHER])).one()
        found = responses.get(session, system(NOW), theirs)
        revision = session.get_one(Revision, found.counted_revision_id)
        written = next(one for one in redactions.texts_of(session, [revision])[revision.id] if one.text == text)
        redactions.redact(
            session,
            scene.world.planner,
            found,
            revision,
            written,
            "Frau Beispiel",
            reason="person",
            note="Hamburg bat darum",
        )
    browser = scene.somebody(*BOTH)
    for path in ("/receipt", "/receipt/1"):
        page = words(browser, scene.base + path)
        assert "weil derselbe Text auch in einer anderen Antwort steht und dort geschwärzt wurde: Frau Beispiel" in page
        assert "Hamburg" not in page
    other = words(scene.somebody(*BOTH, body=OTHER), scene.base_of(OTHER) + "/receipt")
    assert "Hamburg bat darum" in other
    assert "in einer anderen Antwort" not in other


def test_equal_words_in_another_text_are_not_hidden_and_nothing_is_said(scene: Scene) -> None:
    with scene.db.transaction() as session:
        small.submit(session, scene.world, TOWN, {"main_message": "Frau Beispiel hilft."})
        small.submit(session, scene.world, OTHER, {"main_message": "Frau Beispiel half."})
        theirs = session.scalars(select(Response.id).where(Response.organisation_id == scene.world.bodies[OTHER])).one()
        found = responses.get(session, system(NOW), theirs)
        revision = session.get_one(Revision, found.counted_revision_id)
        written = next(one for one in redactions.texts_of(session, [revision])[revision.id] if "half" in one.text)
        redactions.redact(session, scene.world.planner, found, revision, written, "Frau Beispiel", reason="person")
    assert "geschwärzt" not in words(scene.somebody(*BOTH), f"{scene.base}/receipt")


# -- alone in the house ----------------------------------------------------------------------------------------------
def ready(scene: Scene, *, four_eyes: bool) -> Browser:
    """Somebody whose answer is complete, in a house that asks for a second pair of eyes or does not."""
    scene.four_eyes(four_eyes)
    browser = begun(scene)
    complete(browser, scene)
    return browser


def test_who_is_alone_and_releases_is_offered_no_comment_and_nobody_to_lay_it_before(scene: Scene) -> None:
    browser = ready(scene, four_eyes=False)
    alone = words(browser, f"{scene.base}/review")
    assert "Freigeben und abgeben" in alone
    for nothing in ("Kommentieren", "Kommentare im Haus", "Zur Freigabe vorlegen"):
        assert nothing not in alone, nothing
    scene.somebody(Role.RELEASER, name="Bea Haupt")
    together = words(browser, f"{scene.base}/review")
    for something in ("Kommentieren", "Kommentare im Haus", "Zur Freigabe vorlegen", "Freigeben und abgeben"):
        assert something in together, something


def test_who_is_alone_and_needs_another_pair_of_eyes_may_lay_it_before_whoever_comes(scene: Scene) -> None:
    text = words(ready(scene, four_eyes=True), f"{scene.base}/review")
    assert "Zur Freigabe vorlegen" in text
    assert "Zurzeit kann niemand freigeben." in text


# -- what may be published ---------------------------------------------------------------------------------------------
def test_whoever_releases_decides_on_the_review_what_is_published_and_then_releases(scene: Scene) -> None:
    writer, mayor = begun(scene, Role.CONTRIBUTOR), scene.somebody(Role.CONTRIBUTOR, Role.RELEASER, name="Bea Haupt")
    complete(writer, scene)
    ok(save(writer, scene, "F", main_message="Bitte einfacher."), 303)
    ok(writer.post(f"{scene.base}/ready"), 303)
    assert "/review/disclosure" not in ok(writer.get(f"{scene.base}/review")).text
    assert writer.post(f"{scene.base}/review/disclosure", {"disclosure.participant": "none"}).status_code == 403
    shown = filled(ok(mayor.get(f"{scene.base}/review")).text, "/review/disclosure")
    assert (shown["disclosure.participant"], shown["disclosure_rest"]) == (["named"], [""])
    ok(mayor.post(f"{scene.base}/review/disclosure", shown | {"disclosure.participant": "none"}), 303)
    assert _told_of_publication(scene) == [], "a draft is nobody's but the house's"
    assert "Sie stehen nicht in der Liste der teilnehmenden Stellen" in words(mayor, f"{scene.base}/review")
    ok(submit(mayor, scene), 303)
    published = filled(ok(mayor.get(f"{scene.base}/receipt")).text, "/disclosure")
    assert (published["disclosure.participant"], published["disclosure.A"]) == (["none"], ["described"])
    [told] = _told_of_publication(scene)
    assert told["participant"] == "none"


def _told_of_publication(scene: Scene) -> list[dict[str, Any]]:
    """What the procedure log, which planners read, says of it."""
    with scene.db.reader() as session:
        return list(session.scalars(select(HistoryEntry.details).where(HistoryEntry.action == "choose_disclosure")))
