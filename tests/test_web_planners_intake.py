"""Entering a letter at the workbench: three steps, everything named, nothing typed is lost, the draft of the body unseen."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import event, update

from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.mail.transport import Memory
from consultation.responses import actions, disclosures
from consultation.responses.desk import open_desk
from consultation.responses.models import Channel, Intake, Revision
from consultation.settings import Settings
from consultation.states import ConsultationState
from consultation.worker import run_due
from tests import evaluation_world, html
from tests.browsing import BASE, KEY, Browser, site
from tests.desk_world import filled
from tests.factories import MOMENT
from tests.test_web_planners_running import TOWNS, Running

KIEL, HAMBURG = "010510000000", "020000000000"
LETTER = {
    "channel": "letter",
    "received_on": "03.03.2026",
    "reference": "AZ 7",
    "original": "Der <b>Eigenanteil</b> muss weg.",
}


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    return Running(db, tmp_path)


@pytest.fixture
def app(db: Database, tmp_path: Path, running: Running) -> FastAPI:
    return site(db, MOMENT + timedelta(days=3), data_dir=tmp_path)


@pytest.fixture
def paula(app: FastAPI, running: Running) -> Browser:
    return running.browser(app, "paula")


def test_a_letter_goes_through_the_three_steps_and_stands_among_the_responses(running: Running, paula: Browser):
    found = paula.get(f"{running.at()}/intake?q=hamburg").text
    step = f"{running.at()}/invitations/{running.invitation(HAMBURG).id}/intake"
    assert f'href="{step}"' in found
    paula.get(step)
    empty = paula.post(step, {"channel": "", "received_on": "gestern", "reference": "AZ 7", "original": ""})
    assert empty.status_code == 422
    for field in ("channel", "received_on", "original"):
        assert f'href="#{field}"' in empty.text
    assert 'value="AZ 7"' in empty.text
    at = paula.post(step, LETTER).headers["location"]
    shown = paula.get(at).text
    assert "Der &lt;b&gt;Eigenanteil&lt;/b&gt; muss weg." in shown
    sent = filled(shown, at.rpartition("/")[2]) | {"affected": "yes", "main_message": "Der Eigenanteil muss weg."}
    review = paula.follow(paula.post(at, sent | {"then": "review"})).text
    assert "Der Eigenanteil muss weg." in review
    assert "Wozu die Antwort nichts sagt" in review
    signed = filled(review, "/review") | {"kind": "response", "name": "Kim Muster"}
    old = paula.post(f"{at}/review", signed | {"version": "1", "silent": "yes"})
    assert old.status_code == 409
    assert "Jemand anderes hat dies inzwischen geändert" in old.text
    unsure = paula.post(f"{at}/review", signed)
    assert unsure.status_code == 422
    assert 'value="Kim Muster"' in unsure.text
    told = paula.follow(paula.post(f"{at}/review", signed | {"silent": "yes"})).text
    assert "Die Antwort ist erfasst" in told
    assert "Wortlaut des Eingangs" in told
    assert "AZ 7" in told
    assert running.one(Revision, Revision.channel == Channel.LETTER).person_id == running.world.planner.person_id
    listed = html.check(paula.get(f"{running.at()}/responses").text)
    [row] = ["".join(row.itertext()) for row in listed.iterfind(".//tbody/tr") if "Brief" in "".join(row.itertext())]
    assert "03.03.2026" in row
    assert "erfasst am 05.03.2026, 10:00 Uhr" in row
    assert paula.get(at).status_code == 404


def test_who_declined_is_opened_again_from_the_page_that_says_so(running: Running, paula: Browser, db: Database):
    with db.transaction() as session:
        draft = evaluation_world.write(session, running.world, HAMBURG, {"main_message": "Noch geheim"})
        actions.decline(session, evaluation_world.somebody_of(session, running.world, HAMBURG), draft.id)
    step = f"{running.at()}/invitations/{running.invitation(HAMBURG).id}/intake"
    at = f"{running.at()}/responses/{draft.id}"
    assert f'href="{at}"' in paula.get(step).text
    page = paula.get(at)
    assert page.status_code == 200
    assert "Die Stelle nimmt nicht teil" in page.text
    assert "geheim" not in page.text
    for path in (f"{at}/revisions/1", f"{at}/revisions/1/receipt.pdf", f"{at}/texts"):
        assert paula.get(path).status_code == 404
    refused = paula.post(f"{at}/reopen", {"until": "2026-05-15", "reason": ""})
    assert refused.status_code == 422
    assert 'value="2026-05-15"' in refused.text
    told = paula.follow(paula.post(f"{at}/reopen", {"until": "2026-05-15", "reason": "Doch gefragt"})).text
    assert "15.05.2026" in told
    assert "Die Stelle hat selbst eine Antwort begonnen" in told
    assert paula.get(at).status_code == 404


def test_wrong_values_come_back_named_and_a_colleague_is_not_overwritten(running: Running, paula: Browser):
    step = f"{running.at()}/invitations/{running.invitation(HAMBURG).id}/intake"
    paula.get(step)
    at = paula.post(step, LETTER).headers["location"]
    first = filled(paula.get(at).text, at.rpartition("/")[2])
    wrong = paula.post(at, first | {"affected": "vielleicht", "main_message": "Mein Text"})
    assert wrong.status_code == 422
    assert 'href="#affected"' in wrong.text
    stale = paula.post(at, first | {"main_message": "Später Text"})
    assert stale.status_code == 409
    assert "Später Text" in stale.text
    assert paula.post(f"{at}/review", {"kind": "response", "silent": "yes", "version": "2"}).status_code == 422
    corrected = {**LETTER, "reference": "AZ 8", "version": "2"}
    assert "AZ 8" in paula.get(paula.post(f"{at}/letter", corrected).headers["location"] + "/letter").text
    assert paula.post(f"{at}/letter", corrected).status_code == 409
    assert "verworfen" in paula.follow(paula.post(f"{at}/discard")).text
    assert running.one(Intake) is None


def test_a_day_before_the_announcement_is_asked_about_once_and_may_be_confirmed(running: Running, paula: Browser):
    step = f"{running.at()}/invitations/{running.invitation(HAMBURG).id}/intake"
    assert 'name="early"' not in paula.get(step).text, "nobody is asked without need"
    sent = LETTER | {"received_on": "01.01.2020"}
    asked = paula.post(step, sent)
    assert asked.status_code == 422
    assert "Der 01.01.2020 liegt vor der Ankündigung am 02.03.2026." in asked.text
    assert 'href="#early"' in asked.text
    assert 'name="early"' in asked.text
    assert running.one(Intake) is None
    at = paula.post(step, sent | {"early": "yes"}).headers["location"]
    assert running.one(Intake).received_on == date(2020, 1, 1)
    corrected = sent | {"reference": "AZ 8", "version": "1"}
    again = paula.post(f"{at}/letter", corrected)
    assert again.status_code == 422
    assert 'name="early"' in again.text
    kept = paula.post(f"{at}/letter", corrected | {"early": "yes", "original": ""})
    assert re.search(r'name="early"[^>]* checked', kept.text), "what was confirmed stays confirmed"
    assert paula.post(f"{at}/letter", corrected | {"early": "yes"}).status_code == 303
    assert paula.post(f"{at}/letter", corrected | {"received_on": "03.03.2026", "version": "2"}).status_code == 303


def test_a_text_file_is_taken_and_anything_else_refused_with_the_remedy(running: Running, paula: Browser):
    step = f"{running.at()}/invitations/{running.invitation(HAMBURG).id}/intake"
    paula.get(step)
    rest = {**LETTER, "original": ""}
    for content in (b"%PDF-1.7 x", b"PK\x03\x04x", b"a\0b"):
        refused = paula.post(step, rest, files={"file": ("brief.pdf", content)})
        assert refused.status_code == 422
        assert "keine Textdatei" in refused.text
    paula.follow(paula.post(step, rest, files={"file": ("brief.txt", "Schöne Grüße".encode("cp1252"))}))
    assert running.one(Intake).original == "Schöne Grüße"


@pytest.mark.parametrize(
    ("town", "email", "mails"), [(HAMBURG, None, 0), (HAMBURG, "post@hamburg.example", 1), (KIEL, None, 1)]
)
def test_a_receipt_by_mail_is_promised_only_to_a_body_that_gets_one(
    db: Database, running: Running, paula: Browser, town: str, email: str | None, mails: int
):
    """In Kiel somebody works on an answer: told by mail, though the invitation went by letter."""
    with db.transaction() as session:
        invited = Invitation.organisation_id == running.world.bodies[town]
        session.execute(update(Invitation).where(invited).values(email=email))
    step = f"{running.at()}/invitations/{running.invitation(town).id}/intake"
    paula.get(step)
    at = paula.post(step, LETTER | {"beside": "yes"}).headers["location"]
    promised = "Die Stelle erhält eine Mail mit der Eingangsbestätigung."
    review = paula.get(f"{at}/review").text
    sent = {"kind": "nil_return", "silent": "yes", "beside": "yes", "version": "1"}
    told = paula.follow(paula.post(f"{at}/review", sent)).text
    for page in (review, told):
        assert (promised in page) == bool(mails)
        assert ("Die Stelle hat keine Mailadresse" in page) == (not mails)
    assert "/revisions/1/receipt.pdf" in told, "the receipt to print"
    post = Memory()
    run_due(db, Settings.model_validate({"base_url": BASE, "secret_key": KEY}), post, MOMENT + timedelta(days=4))
    assert len([one for one in post.sent if "Ihre Antwort ist erfasst" in one.subject]) == mails


def test_a_wrong_file_is_refused_without_clearing_the_typed_wording(running: Running, paula: Browser):
    step = f"{running.at()}/invitations/{running.invitation(HAMBURG).id}/intake"
    paula.get(step)
    for content in (b"PK\x03\x04x", b"", b" \n"):
        refused = paula.post(step, LETTER, files={"file": ("brief.docx", content)})
        assert refused.status_code == 422
        assert 'href="#file"' in refused.text
        assert "Der &lt;b&gt;Eigenanteil&lt;/b&gt; muss weg.</textarea>" in refused.text
    assert running.one(Intake) is None, "the wrong file may hold the answer: she decides"
    at = paula.post(step, LETTER).headers["location"]
    kept = paula.post(
        f"{at}/letter", LETTER | {"original": "Anders", "version": "1"}, files={"file": ("b.pdf", b"%PDF")}
    )
    assert kept.status_code == 422
    assert "Anders</textarea>" in kept.text


def test_a_begun_draft_is_told_of_but_never_shown_and_an_own_answer_refuses(running: Running, paula: Browser):
    step = f"{running.at()}/invitations/{running.invitation(KIEL).id}/intake"
    asked = paula.get(step).text
    assert "Die Stelle hat selbst eine Antwort begonnen" in asked
    assert paula.post(step, LETTER).status_code == 422
    at = paula.post(step, LETTER | {"beside": "yes"}).headers["location"]
    for path in ("", "/letter", "/review"):
        assert "Streng geheimer Entwurf" not in paula.get(at + path).text
    own = paula.get(f"{running.at()}/invitations/{running.invitation(TOWNS[0]).id}/intake").text
    assert "Die Stelle hat selbst geantwortet" in own
    assert 'name="original"' not in own


def test_the_planner_is_told_where_the_house_itself_decided_about_publication(
    db: Database, running: Running, paula: Browser
):
    step = f"{running.at()}/invitations/{running.invitation(KIEL).id}/intake"

    def entered(named: str) -> str:
        at = paula.post(step, LETTER | {"beside": "yes"}).headers["location"]
        read = filled(paula.get(at).text, at.rpartition("/")[2]) | {
            "main_message": "Ja.",
            "publication.participant": named,
        }
        assert paula.post(at, read).status_code == 303
        sent = {"kind": "response", "silent": "yes", "beside": "yes", "version": "2"}
        return paula.follow(paula.post(f"{at}/review", sent)).text

    assert "hat die Stelle selbst entschieden" not in entered("named")
    with db.transaction() as session:
        kiel = evaluation_world.somebody_of(session, running.world, KIEL)
        desk = open_desk(session, kiel, running.response(KIEL).id)
        disclosures.change(session, kiel, desk, {"participant": "none"})
    told = entered("named")
    assert "hat die Stelle selbst entschieden, und das gilt weiter: Nennung als Teilnehmerin." in told


def test_nobody_is_offered_to_reopen_what_could_not_be_submitted_again(
    db: Database, running: Running, app: FastAPI, paula: Browser
):
    response, step = running.response(TOWNS[0]), f"{running.at()}/invitations/{running.invitation(TOWNS[0]).id}/intake"
    at = f"{running.at()}/responses/{response.id}"
    assert f'href="{at}"' in paula.get(step).text
    assert f'action="{at}/reopen"' in paula.get(at).text
    with db.transaction() as session:
        session.execute(update(Consultation).values(state=ConsultationState.ARCHIVED))
    assert f'href="{at}"' not in paula.get(step).text
    assert f'action="{at}/reopen"' not in paula.get(at).text
    late = paula.post(f"{at}/reopen", {"until": "2026-05-15", "reason": "Irrtum"})
    assert late.status_code == 422
    assert "es werden keine Antworten mehr aufgenommen" in late.text
    assert running.response(TOWNS[0]).state == response.state


def test_its_pages_ask_few_questions_of_the_database(db: Database, running: Running, paula: Browser):
    step = f"{running.at()}/invitations/{running.invitation(HAMBURG).id}/intake"
    paula.get(step)
    at = paula.post(step, LETTER).headers["location"]
    for path in (step, at, f"{at}/letter", f"{at}/review", f"{running.at()}/intake?q=ort", f"{running.at()}/reminders",
                 f"{running.at()}/mails", f"{running.at()}/invitations/{running.invitation(KIEL).id}"):  # fmt: skip
        asked: list[str] = []

        def note(connection, cursor, statement, *rest, asked=asked) -> None:
            if not statement.startswith(("PRAGMA", "SAVEPOINT", "RELEASE", "BEGIN")):
                asked.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        assert paula.get(path).status_code == 200
        event.remove(db.engine, "before_cursor_execute", note)
        assert len(asked) <= 12, (path, "\n".join(asked))


def test_a_letter_of_which_nothing_was_transferred_is_not_taken_for_a_nil_return(running: Running, paula: Browser):
    step = f"{running.at()}/invitations/{running.invitation(HAMBURG).id}/intake"
    paula.get(step)
    at = paula.post(step, LETTER).headers["location"]
    shown = paula.get(f"{at}/review").text
    assert "Nichts ist in die Fragen übertragen" in shown
    assert not re.search(r'<input[^>]*name="kind"[^>]*checked', shown)
    undecided = paula.post(f"{at}/review", {"silent": "yes", "version": "1"})
    assert undecided.status_code == 422
    assert "Wählen Sie, ob es eine Stellungnahme oder eine Fehlanzeige ist." in undecided.text
    assert paula.post(f"{at}/review", {"kind": "nil_return", "silent": "yes", "version": "1"}).status_code == 303
