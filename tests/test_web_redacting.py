"""Checking the texts of an edition and redacting, page by page: found, hidden, previewed, lifted, confirmed, published."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.documents.folders import TEXTS
from consultation.documents.models import Edition
from consultation.evaluation.models import CheckedPassage, Redaction
from consultation.states import EditionState, RedactionState
from tests import evaluation_world
from tests.browsing import Browser, site
from tests.desk_world import filled
from tests.factories import MOMENT
from tests.test_web_planners_running import AFTER, TOWNS, Running, evaluating

SAID = "Fragen Sie Frau Petersen, Telefon 0481 6850-123. Frau Petersen weiß es."
PLACE = "main_message"


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    made = Running(db, tmp_path)
    with db.transaction() as session:
        actor = evaluation_world.somebody_of(session, made.world, TOWNS[0])
        evaluation_world.resubmit(session, made.world, actor, {PLACE: SAID})
    made.work(MOMENT + timedelta(days=3))
    return made


@pytest.fixture
def app(db: Database, tmp_path: Path) -> FastAPI:
    return site(db, AFTER, data_dir=tmp_path)


def compiled(running: Running, paula: Browser, moment: datetime = AFTER) -> str:
    """The address of a new public edition."""
    at = f"{running.at()}/editions"
    paula.get(at)
    made = paula.post(at, {"audience": "public", "language": "de"}).headers["location"]
    running.work(moment)
    return made


def texts(running: Running) -> str:
    return f"{running.at()}/responses/{running.response(TOWNS[0]).id}/texts"


def test_what_looks_like_a_person_is_listed_redacted_or_checked_and_then_the_edition_goes_out(
    app: FastAPI, running: Running
) -> None:
    paula = evaluating(app, running)
    first = compiled(running, paula)
    waiting = paula.get(first).text
    assert "3 Textstellen gefunden" in waiting
    assert "3 Fundstellen sind noch nicht geprüft und würden so veröffentlicht." in waiting, "beside the confirmation"
    listed = paula.get(f"{first}/texts").text
    assert listed.count("planner-finding") == 4  # the list and its three
    assert "Frau Petersen" in listed
    address = listed.split('href="')
    link = next(one.split('"')[0] for one in address if "begins=11" in one.split('"')[0]).replace("&amp;", "&")
    form = paula.get(link).text
    assert "Frau Petersen</textarea>" in form
    app.state.clock = lambda: AFTER + timedelta(minutes=5)
    given = {"place": PLACE, "passage": "Frau Petersen", "reason": "person", "note": "", "edition": "1"}
    preview = paula.post(texts(running), given | {"then": "preview"}).text
    assert "Fragen Sie [geschwärzt], Telefon 0481 6850-123. [geschwärzt] weiß es." in preview
    assert running.one(Redaction) is None
    back = paula.follow(paula.post(texts(running), given))
    assert "Diese Ausgabe ist überholt" in back.text
    number = next(one.split('"')[0] for one in back.text.split('value="') if one.split('"')[0].endswith(":47"))
    paula.follow(paula.post(f"{first}/texts", {"passage": [number, "unsinn", "x" * 64 + ":1:2"]}))
    assert running.one(CheckedPassage).ends == 47
    left = paula.get(f"{first}/texts").text
    assert "Keine Textstelle ist mehr zu prüfen" in left, "what was redacted since needs no second look"
    again = paula.get(first).text
    assert "überholt" in again
    assert "Alle Texte dieser Ausgabe sind geprüft." not in again, "it cannot be published any more"
    assert "Mit denselben Angaben neu erstellen" in again
    refused = paula.post(f"{first}/publish", {"texts_checked": "yes"})
    assert refused.status_code == 422
    assert "Seit ihrem Datenstand wurde geschwärzt" in refused.text
    app.state.clock = lambda: AFTER + timedelta(hours=1)
    fields = filled(again, "/editions")
    second = paula.post(f"{running.at()}/editions", fields).headers["location"]
    running.work(AFTER + timedelta(hours=1))
    assert "Keine Textstelle ist mehr zu prüfen" in paula.get(f"{second}/texts").text
    assert "noch nicht geprüft und würde" not in paula.get(second).text
    unconfirmed = paula.post(f"{second}/publish")
    assert unconfirmed.status_code == 422
    assert "Bestätigen Sie, dass alle Texte dieser Ausgabe geprüft sind" in unconfirmed.text
    assert paula.post(f"{second}/publish", {"texts_checked": "yes"}).status_code == 303
    edition = running.one(Edition, Edition.number == 2)
    assert (edition.state, edition.texts_checked_at) == (EditionState.PUBLISHED, edition.published_at)
    line = running.one(HistoryEntry, HistoryEntry.subject_type == "edition", HistoryEntry.action == "publish")
    assert line.details["texts_checked"] is True
    assert line.details["redacted"] == 1
    public = Browser(app)
    page = public.get(f"/consultations/{running.world.slug}/editions/2")
    assert page.status_code in (200, 303, 404)
    document = paula.send("GET", f"{second}/document").text
    assert "Petersen" not in document
    assert "Fragen Sie [geschwärzt], Telefon" in document


def test_a_list_of_passages_that_is_lost_is_said_to_be_missing_and_not_to_be_empty(
    app: FastAPI, running: Running, tmp_path: Path
) -> None:
    paula = evaluating(app, running)
    here = compiled(running, paula)
    (lost,) = tmp_path.rglob(TEXTS)
    lost.unlink()
    page = paula.get(f"{here}/texts").text
    assert "Keine Stelle ist mehr zu prüfen" not in page
    assert "fehlt die Datei texts.json" in page
    assert "Erstellen Sie eine neue." in page


def test_a_reason_is_chosen_by_somebody_and_all_that_is_missing_is_said_at_once(app: FastAPI, running: Running) -> None:
    paula = evaluating(app, running)
    form = paula.get(f"{texts(running)}?place={PLACE}").text
    assert not re.search(r'<input[^>]*name="reason"[^>]*checked', form)
    refused = paula.post(texts(running), {"place": PLACE, "passage": "", "reason": ""})
    assert refused.status_code == 422
    assert "Geben Sie die Textstelle an, die öffentlich verborgen werden soll." in refused.text
    assert "Wählen Sie einen der angebotenen Gründe." in refused.text
    other = paula.post(texts(running), {"place": PLACE, "passage": "steht nirgends", "reason": "other"})
    assert "Diese Textstelle steht so nicht im Text." in other.text
    assert "Nennen Sie den Grund." in other.text
    assert running.one(Redaction) is None


def test_an_explanation_that_is_too_long_is_refused_and_kept_whole(app: FastAPI, running: Running) -> None:
    paula = evaluating(app, running)
    paula.get(f"{texts(running)}?place={PLACE}")
    given = {"place": PLACE, "passage": "Frau Petersen", "reason": "person", "note": "n" * 501}
    refused = paula.post(texts(running), given)
    assert refused.status_code == 422
    assert "Höchstens 500 Zeichen; Ihre Erläuterung hat 501." in refused.text
    assert "n" * 501 in refused.text
    assert running.one(Redaction) is None
    paula.follow(paula.post(texts(running), given | {"note": "n" * 500}))
    assert running.one(Redaction).note == "n" * 500


def test_the_preview_says_what_else_is_hidden_and_that_words_are_hidden_whole(
    db: Database, app: FastAPI, running: Running
) -> None:
    paula = evaluating(app, running)
    paula.get(f"{texts(running)}?place={PLACE}")

    def preview(passage: str) -> str:
        given = {"place": PLACE, "passage": passage, "reason": "person", "then": "preview"}
        return paula.post(texts(running), given).text

    alone = preview("Frau  petersen")
    assert "Textstellen in diesem Text: 2." in alone
    assert "Kein anderer Text ist betroffen." in alone
    assert "ganz verborgen: „" not in alone
    assert "Angeschnittene Wörter werden ganz verborgen: „Petersen“." in preview("eters")
    with db.transaction() as session:
        for town, more in ((TOWNS[0], {"need_fit.explanation": "Frau Petersen sagt es auch."}), (TOWNS[1], {})):
            actor = evaluation_world.somebody_of(session, running.world, town)
            evaluation_world.resubmit(session, running.world, actor, {PLACE: SAID, "need_fit": 2, **more})
    shared = preview("Frau Petersen")
    assert "auch in einem weiteren Text dieser Stellungnahme" in shared
    assert "Eine andere Stelle hat diesen Text wortgleich abgegeben" in shared
    given = {"place": PLACE, "passage": "Frau Petersen", "reason": "person"}
    asked = paula.post(texts(running), given)
    assert asked.status_code == 422, "what reaches further than this text is asked about"
    assert "Eine andere Stelle hat diesen Text wortgleich abgegeben" in asked.text
    assert running.one(Redaction) is None
    told = paula.follow(paula.post(texts(running), given | {"sure": PLACE})).text
    assert "auch im gleichen Text einer anderen Stelle" in told
    assert "aufheben können Sie es unter „Alle Schwärzungen“" in told
    assert running.one(Redaction) is not None


def test_all_redactions_are_listed_and_lifted(app: FastAPI, running: Running) -> None:
    paula = evaluating(app, running)
    paula.get(f"{texts(running)}?place={PLACE}")
    given = {"place": PLACE, "passage": "0481 6850-123", "reason": "confidential", "note": "Durchwahl"}
    told = paula.follow(paula.post(texts(running), given)).text
    assert "<mark>" in told
    again = paula.post(texts(running), given)
    assert "schon geschwärzt" in again.text
    register = paula.get(f"{running.at()}/redactions").text
    assert f'<a href="{running.at()}/editions" aria-current="page">' in register, "it belongs to the editions"
    assert "0481 6850-123" in register
    assert "Durchwahl" in register
    made = running.one(Redaction)
    for wrong in ({}, {"reason": "weil"}):
        unsaid = paula.post(f"{running.at()}/redactions/{made.id}/lift", wrong)
        assert unsaid.status_code == 422
        assert "Wählen Sie, warum die Passage wieder lesbar werden soll." in unsaid.text
        assert running.one(Redaction).state == RedactionState.IN_FORCE
    why = {"reason": "agreed"}
    paula.follow(paula.post(f"{running.at()}/redactions/{made.id}/lift", why))
    assert running.one(Redaction).state == RedactionState.LIFTED
    assert paula.post(f"{running.at()}/redactions/{made.id}/lift", why).status_code == 409
    log = paula.get(f"{running.at()}/log").text
    assert re.search(r"Passage in der Stellungnahme geschwärzt: [^(]+ \(vertrauliche Angabe\)", log)
    assert "Schwärzung in der Stellungnahme aufgehoben: " in log
    assert "Die betroffene Person oder Stelle ist einverstanden" in log
    assert "Durchwahl" not in log
    assert "0481 6850-123" not in log


def test_the_organisation_reads_its_own_words_and_what_is_hidden_of_them(app: FastAPI, running: Running) -> None:
    paula = evaluating(app, running)
    paula.get(f"{texts(running)}?place={PLACE}")
    given = {"place": PLACE, "passage": "Frau Petersen", "reason": "other", "note": "Auf Bitte der Genannten"}
    paula.follow(paula.post(texts(running), given))
    town = running.browser(app, "town")
    at = f"{running.homes['town']}/answers/{running.world.slug}"
    for page in ("/receipt", "/receipt/2"):
        read = town.get(at + page).text
        assert "In öffentlichen Ausgaben geschwärzt" in read
        assert "Auf Bitte der Genannten" in read
    assert SAID in town.get(at + "/receipt/2").text
    assert "In öffentlichen Ausgaben geschwärzt" not in paula.get(f"{running.at()}").text


def test_others_neither_read_texts_nor_redact(app: FastAPI, running: Running) -> None:
    evaluating(app, running)
    response = running.response(TOWNS[0]).id
    given = {"place": PLACE, "passage": "Frau Petersen", "reason": "person"}
    for name in ("lara", "mia", "town"):
        somebody, at = running.browser(app, name), running.at(name)
        for path in (f"/responses/{response}/texts", "/redactions", "/editions/1/texts"):
            assert somebody.get(at + path).status_code == 404, (name, path)
        assert somebody.post(f"{at}/responses/{response}/texts", given).status_code in (403, 404)
    with running.db.reader() as session:
        assert session.scalars(select(Redaction)).all() == []
