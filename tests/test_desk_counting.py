"""What counts of an answer is said wherever one reads it, and never taken away unseen or by one person alone."""

import re
import threading

import httpx
import pytest
from sqlalchemy import select

from consultation.core.db import Database
from consultation.core.errors import NotReady
from consultation.documents.receipt import receipt
from consultation.responses import actions, answering, submission
from consultation.responses.models import Response, Revision
from consultation.states import ResponseState, Role
from consultation.subjects import Actor
from tests import evaluation_world as small
from tests import html
from tests.browsing import Browser
from tests.desk_world import NOW, TOWN, Scene, filled
from tests.desk_world import scene as make_scene
from tests.test_web_municipalities import BOTH, begun, complete, ok, save, submit

NOTHING_COUNTS = "Wieder geöffnet. Zurzeit zählt keine Fassung. Geben Sie bis 30.04.2026, 24:00 Uhr neu ab."


@pytest.fixture
def scene(db: Database) -> Scene:
    return make_scene(db)


def words(browser: Browser, path: str) -> str:
    return html.text_of(html.check(ok(browser.get(path)).text))


def home(scene: Scene) -> str:
    return f"/o/{scene.world.bodies[TOWN]}/answers"


def submitted(scene: Scene) -> Browser:
    """Handed in by one person, in a house where one may do both."""
    scene.four_eyes(False)
    browser = begun(scene)
    complete(browser, scene)
    ok(save(browser, scene, "F", main_message="Bitte einfacher."), 303)
    ok(submit(browser, scene), 303)
    return browser


def two_people(scene: Scene) -> tuple[Browser, Browser]:
    """Who wrote and may release as well, and the second person who released it; opened again by the first."""
    scene.four_eyes(True)
    writer, second = begun(scene, name="Anna Muster"), scene.somebody(*BOTH, name="Bea Haupt")
    complete(writer, scene)
    second.get(scene.base)
    ok(submit(second, scene), 303)
    ok(writer.post(f"{scene.base}/reopen"), 303)
    return writer, second


def response(scene: Scene) -> Response:
    with scene.db.reader() as session:
        return session.scalars(select(Response)).one()


def number(scene: Scene) -> str:
    with scene.db.reader() as session:
        return session.scalars(select(Revision.receipt_number).order_by(Revision.number.desc())).first() or ""


# -- reopened ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("away", ["withdraw", "decline"])
def test_what_is_open_again_and_counts_no_more_says_so_everywhere(scene: Scene, away: str) -> None:
    browser = submitted(scene)
    if away == "decline":
        ok(browser.post(f"{scene.base}/reopen"), 303)
    ok(browser.post(f"{scene.base}/{away}", {"counts": number(scene)}), 303)
    told = browser.follow(ok(browser.post(f"{scene.base}/reopen"), 303))
    alerts = [
        html.text_of(one)
        for one in html.check(told.text).iter("div")
        if "kern-alert--warning" in (one.get("class") or "")
    ]
    assert [one.startswith(NOTHING_COUNTS) for one in alerts] == [True, True], "the message and the page itself"
    for path in ("", "/receipt", "/review"):
        text = words(browser, scene.base + path)
        assert "zählt die zuletzt abgegebene Fassung" not in text
        assert "zählt die letzte" not in text
    assert NOTHING_COUNTS in words(browser, f"{scene.base}/receipt")
    assert "in Bearbeitung (zurzeit zählt keine Fassung)" in words(browser, home(scene))


def test_a_reopened_answer_that_counts_says_which_version(scene: Scene) -> None:
    browser = submitted(scene)
    told = browser.follow(ok(browser.post(f"{scene.base}/reopen"), 303)).text
    assert "Bis zur nächsten Abgabe zählt die letzte." in told
    assert "in Bearbeitung (Fassung 1 zählt)" in words(browser, home(scene))
    text = words(browser, f"{scene.base}/receipt")
    assert "Etwas ändern Wieder geöffnet seit" in text
    assert "Diese Fassung zählt, bis Sie neu abgeben." in text
    assert "Weiter bearbeiten" in text


def test_who_declined_without_ever_submitting_is_not_told_of_a_submission(scene: Scene) -> None:
    browser = begun(scene)
    ok(browser.post(f"{scene.base}/decline"), 303)
    told = browser.follow(ok(browser.post(f"{scene.base}/reopen"), 303))
    assert "Wieder geöffnet. Bisher ist nichts abgegeben. Geben Sie bis" in html.text_of(html.check(told.text))
    assert "zählt die letzte" not in told.text


# -- the nil return ----------------------------------------------------------------------------------------------------
def nil_return(browser: Browser, scene: Scene, **changes: str) -> httpx.Response:
    page = ok(browser.get(f"{scene.base}/nil-return")).text
    sent = {**filled(page, "/nil-return"), "mandate.kind": "administration", "function": "Bürgermeisterin", **changes}
    return browser.post(f"{scene.base}/nil-return", sent)


def test_a_nil_return_never_takes_the_place_of_a_response_unseen(scene: Scene) -> None:
    browser = submitted(scene)
    ok(browser.post(f"{scene.base}/reopen"), 303)
    told = f"Ihre abgegebene Stellungnahme (Eingang {number(scene)}) zählt dann nicht mehr."
    assert told in words(browser, f"{scene.base}/nil-return")
    refused = nil_return(browser, scene)
    assert refused.status_code == 422
    assert 'href="#replaces"' in refused.text
    assert response(scene).state == ResponseState.DRAFTING
    ok(nil_return(browser, scene, replaces=number(scene)), 303)
    with scene.db.reader() as session:
        assert session.get_one(Revision, response(scene).counted_revision_id).nil_return


def test_a_nil_return_over_nothing_asks_for_no_consent(scene: Scene) -> None:
    scene.four_eyes(False)
    browser = begun(scene)
    assert "zählt dann nicht mehr" not in words(browser, f"{scene.base}/nil-return")
    ok(nil_return(browser, scene), 303)


def test_with_four_eyes_who_edited_last_prepares_the_nil_return_and_another_person_hands_it_in(scene: Scene) -> None:
    scene.four_eyes(True)
    writer, second = begun(scene, name="Anna Muster"), scene.somebody(*BOTH, name="Bea Haupt")
    told = writer.follow(ok(nil_return(writer, scene), 303))
    assert "Abgeben kann die Fehlanzeige jetzt eine andere Person mit dem Recht „Freigabe“" in told.text
    assert response(scene).state == ResponseState.DRAFTING
    page = words(writer, f"{scene.base}/nil-return")
    assert "Wer zuletzt bearbeitet hat, gibt nicht selbst frei." in page
    assert "Fehlanzeige vorbereiten" in page
    ok(nil_return(second, scene), 303)
    assert response(scene).state == ResponseState.SUBMITTED


def test_who_prepares_a_nil_return_that_nobody_could_hand_in_reads_so_before(scene: Scene) -> None:
    scene.four_eyes(True)
    writer, nobody = begun(scene, name="Anna Muster"), "Zurzeit kann niemand freigeben."
    assert nobody in words(writer, f"{scene.base}/nil-return")
    scene.somebody(*BOTH, name="Bea Haupt")
    assert nobody not in words(writer, f"{scene.base}/nil-return")


def test_the_second_person_who_changes_the_nil_return_has_edited_it(scene: Scene) -> None:
    scene.four_eyes(True)
    writer, second = begun(scene, name="Anna Muster"), scene.somebody(*BOTH, name="Bea Haupt")
    ok(nil_return(writer, scene), 303)
    second.get(scene.base)
    ok(nil_return(second, scene, disclosure_rest="figures"), 303)
    assert response(scene).state == ResponseState.DRAFTING


def test_the_rule_holds_for_programs_too(scene: Scene) -> None:
    with scene.db.transaction() as session:
        made = small.write(session, scene.world, TOWN, {"mandate.kind": "administration"})
        made.organisation.four_eyes = True
        session.flush()
        with pytest.raises(NotReady) as refused:
            submission.submit(session, scene.world.actors[scene.world.bodies[TOWN]], made.id, nil_return=True)
        assert [problem.code for problem in refused.value.problems] == ["four_eyes"]


def test_who_hands_in_a_nil_return_signs_it_with_name_and_function(scene: Scene) -> None:
    scene.four_eyes(False)
    browser = begun(scene)
    refused = nil_return(browser, scene, name="", function="")
    assert refused.status_code == 422
    assert 'href="#name"' in refused.text
    assert 'href="#function"' in refused.text
    assert response(scene).state == ResponseState.DRAFTING


def test_after_a_nil_return_nothing_speaks_of_a_response(scene: Scene) -> None:
    scene.four_eyes(False)
    browser = begun(scene)
    ok(save(browser, scene, "F", main_message="Bleibt bei uns."), 303)
    ok(nil_return(browser, scene), 303)
    text = words(browser, scene.base)
    assert "Ihre Fehlanzeige ist abgegeben. Ihre Antworten sind gespeichert, aber nicht abgegeben." in text
    assert "Ihre Stellungnahme ist abgegeben" not in text
    assert "Gespeichert, nicht abgegeben" in text
    assert "Fehlanzeige abgegeben" in words(browser, home(scene))
    with scene.db.reader() as session:
        made = session.scalars(select(Response)).one()
        slip = receipt(session, _of(scene, session.scalars(select(Revision)).one()), made.id, 1)
        paper = " ".join([slip.meta.description, *(label for label, _ in slip.meta.facts), *map(str, slip.nodes())])
    assert "Der Dienst bestätigt den Eingang der folgenden Fehlanzeige." in paper
    assert "Stellungnahme" not in paper
    assert "Bleibt bei uns." not in paper


def _of(scene: Scene, revision: Revision) -> Actor:
    return Actor(revision.person_id, scene.world.bodies[TOWN], frozenset(BOTH), NOW)


def test_who_was_slower_reads_what_was_handed_in(scene: Scene) -> None:
    browser = submitted(scene)
    told = browser.follow(ok(browser.post(f"{scene.base}/nil-return", {"name": "x", "function": "y"}), 303))
    assert "Ihre Stellungnahme ist abgegeben. Jemand aus Ihrem Haus war schneller" in told.text
    assert "Ihre Fehlanzeige ist abgegeben" not in told.text


# -- declining ---------------------------------------------------------------------------------------------------------
def test_declining_after_a_submission_tells_what_follows_and_needs_two_people(scene: Scene) -> None:
    writer, second = two_people(scene)
    page = writer.get(scene.base).text
    assert "Die Teilnahme lehnt dann eine andere Person mit dem Recht „Freigabe“ ab" in html.text_of(html.check(page))
    assert "/decline" not in page
    assert writer.post(f"{scene.base}/decline", {"counts": number(scene)}).status_code == 422
    assert response(scene).counts
    text = words(second, scene.base)
    assert f"Ihre Abgabe (Eingang {number(scene)}) zählt dann nicht mehr." in text
    assert "Sie zählt ab sofort nicht mehr: nicht in der Beteiligung" in text
    ok(second.post(f"{scene.base}/decline", filled(second.get(scene.base).text, "/decline")), 303)
    assert (response(scene).state, response(scene).counts) == (ResponseState.DECLINED, False)


def test_who_did_not_see_what_counts_does_not_decline_it_away(scene: Scene) -> None:
    browser = submitted(scene)
    ok(browser.post(f"{scene.base}/reopen"), 303)
    assert browser.post(f"{scene.base}/decline", {"reason": "Alte Seite"}).status_code == 409
    assert response(scene).counts


def test_what_a_colleague_saves_meanwhile_is_seen_by_the_one_who_declines(scene: Scene) -> None:
    """Two transactions: the refusal looks at who edited last after the other one has saved."""
    with scene.db.transaction() as session:
        small.submit(session, scene.world, TOWN, {"main_message": "Eins."})
    one = scene.world.actors[scene.world.bodies[TOWN]]
    with scene.db.transaction() as session:
        made = session.scalars(select(Response)).one()
        actions.reopen(session, one, made.id)
        session.get_one(Response, made.id).author_id = None
    scene.four_eyes(True)
    saving = threading.Event()
    refused: list[str] = []

    def decline() -> None:
        saving.wait(10)
        try:
            with scene.db.transaction() as session:
                actions.decline(session, one, made.id)
        except NotReady as error:
            refused.extend(problem.code for problem in error.problems)

    thread = threading.Thread(target=decline)
    thread.start()
    with scene.db.transaction() as session:
        answering.answer(session, one, made.id, {"main_message": answering.Posted("Zwei.")})
        saving.set()
        thread.join(0.3)
    thread.join(20)
    assert refused == ["four_eyes"]
    assert response(scene).counts


# -- the list ----------------------------------------------------------------------------------------------------------
def test_what_is_handed_in_stands_apart_while_the_deadline_runs(scene: Scene) -> None:
    browser = submitted(scene)
    text = words(browser, home(scene))
    to_do, _, done = text.partition("Erledigt, Frist läuft noch")
    assert "Probeanhörung" in done
    assert "Zurzeit ist nichts offen." in to_do
    ok(browser.post(f"{scene.base}/reopen"), 303)
    assert "Erledigt, Frist läuft noch" not in words(browser, home(scene))


def test_only_who_may_release_is_offered_to_hand_in_a_nil_return(scene: Scene) -> None:
    clerk = begun(scene, Role.CONTRIBUTOR)
    text = words(clerk, scene.base)
    assert "Fehlanzeige vorbereiten" in text
    assert "Fehlanzeige abgeben" not in text
    assert re.search(r"Fehlanzeige: .*Das zählt als Antwort\. Nicht teilnehmen: ", text)
