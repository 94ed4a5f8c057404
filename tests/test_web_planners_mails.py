"""The workbench while invitations go out: the checklist, every mail as it will be sent, reminders planned and by hand."""

import re
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, select, update
from sqlalchemy.orm.attributes import flag_modified

from consultation import worker
from consultation.consultations import addresses
from consultation.consultations.codes import code_of
from consultation.consultations.models import Consultation, Invitation, Reminder
from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job, JobState, enqueue
from consultation.documents.letter import address_of
from consultation.forms.models import FormVersion
from consultation.mail.preview import SAMPLES, UNREADABLE
from consultation.mail.transport import Memory
from consultation.people.models import Organisation, Person
from consultation.programmes.models import Programme
from consultation.responses import by_letter
from consultation.responses.models import Response
from consultation.settings import Settings
from consultation.states import ConsultationState, Purpose, ResponseState
from tests import html
from tests.browsing import BASE, KEY, Browser, site
from tests.documents import readers, tagged_pdf
from tests.factories import MOMENT
from tests.planning_world import Planning
from tests.test_web_planners import prepare
from tests.test_web_planners_running import TOWNS, Running

SETTINGS = Settings.model_validate({"base_url": BASE, "secret_key": KEY})
KIEL, HAMBURG = "010510000000", "020000000000"


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    made = Running(db, tmp_path)
    with db.transaction() as session:
        session.execute(update(Invitation).values(email="post@ort.example"))
        session.execute(update(Job).values(state=JobState.DONE))
    return made


@pytest.fixture
def app(db: Database, tmp_path: Path, running: Running) -> FastAPI:
    return site(db, MOMENT + timedelta(days=3), data_dir=tmp_path)


@pytest.fixture
def paula(app: FastAPI, running: Running) -> Browser:
    return running.browser(app, "paula")


def shown_mail(text: str) -> str:
    found = html.parse(text).find(".//pre")
    assert found is not None
    return str(found.text)


def work(db: Database, moment=MOMENT + timedelta(days=3)) -> Memory:
    post = Memory()
    worker.run_due(db, SETTINGS, post, moment)
    return post


# -- the checklist ---------------------------------------------------------------------------------------------------
def test_the_checklist_says_of_every_prerequisite_what_it_is_and_where_it_is_mended(db: Database):
    world = Planning(db)
    paula = world.browser(site(db), world.foundation)
    at = f"{world.foundation.at}/programmes/{world.programme}/consultations/new"
    paula.get(at)
    made = paula.post(at, {"title": "Leer", "round": "1"}).headers["location"]
    empty = paula.get(f"{made}/announce").text
    for title, place in (
        ("Formular", "/versions#form"),
        ("Adressatenkreis", "/audience"),
        ("Beginn und Frist", "/dates"),
    ):
        line = _line(empty, title)
        assert "fehlt" in line
        assert f'href="{made}{place}"' in line
    assert "bitte beachten" in _line(empty, "Entwurfsfassung")
    assert "14, 3" in _line(empty, "Erinnerungen")
    assert 'name="sure"' not in empty


def test_a_short_deadline_a_sunday_and_bodies_without_address_are_warned_of_and_allowed(db: Database):
    world = Planning(db)
    paula = world.browser(site(db), world.foundation)
    at = prepare(paula, world).at
    paula.get(f"{at}/dates")
    paula.follow(paula.post(f"{at}/dates", {"opens_on": "", "deadline_on": "15.03.2026"}))
    shown = paula.get(f"{at}/announce").text
    assert "nur 9 Arbeitstage" in shown
    assert "an einem Wochenende" in shown
    assert "erfahren nichts" in _line(shown, "Anschriften")
    assert "fehlt" not in "".join(_line(shown, title) for title in ("Formular", "Beginn und Frist", "Adressatenkreis"))
    assert 'name="sure"' in shown


def test_letters_without_an_address_to_come_back_to_are_warned_of_where_there_will_be_letters(db: Database):
    world = Planning(db)
    paula = world.browser(site(db), world.foundation)
    made = prepare(paula, world)
    assert "Absender der Briefe" not in paula.get(f"{made.at}/announce").text
    with db.transaction() as session:
        session.execute(update(Invitation).values(postal="Rathausplatz 1, 25746 Heide"))
    line = _line(paula.get(f"{made.at}/announce").text, "Absender der Briefe")
    assert "bitte beachten" in line
    assert "kommt nicht zurück" in line
    assert f'href="{world.foundation.at}/programmes/{world.programme}/edit#postal"' in line
    with db.transaction() as session:
        session.execute(update(Programme).values(postal="Hauptstraße 1\n12345 Berlin"))
    line = _line(paula.get(f"{made.at}/announce").text, "Absender der Briefe")
    assert "Stiftung Miteinander, Hauptstraße 1, 12345 Berlin" in line


def test_a_list_that_was_uploaded_and_forgotten_and_faults_of_the_form_are_named_with_the_way_there(db: Database):
    world = Planning(db)
    paula = world.browser(site(db), world.foundation)
    made = prepare(paula, world)
    assert "Adressliste" not in paula.get(f"{made.at}/announce").text
    with db.transaction() as session:
        slug = made.at.rpartition("/")[2]
        addresses.upload(
            session, world.foundation.actor, slug, "kreis.csv", b"AGS;E-Mail\n01051044;post@heide.example\n"
        )
        form = session.scalars(select(FormVersion)).one()
        question = next(q for part in form.definition["parts"] for q in part["questions"] if len(q["fields"]) > 1)
        question["title"]["de"] = "Wie hoch ist {foerdersatz}?"
        flag_modified(form, "definition")
    shown = paula.get(f"{made.at}/announce").text
    assert "„kreis.csv“ ist noch nicht übernommen" in _line(shown, "Adressliste")
    assert shown.count("den Programmwert „foerdersatz“ gibt es nicht") == 1
    assert f'href="{made.form}?check=yes"' in _line(shown, "Formular")
    assert re.search(r'id="check" open', paula.get(f"{made.form}?check=yes").text)


def _line(text: str, title: str) -> str:
    return next(part for part in text.split("<li>") if f'class="kern-title">{title}</p>' in part)


# -- mails -----------------------------------------------------------------------------------------------------------
def test_the_preview_is_the_mail_that_leaves_the_house(db: Database, running: Running, paula: Browser):
    invitation = running.invitation(KIEL)
    at = f"{running.at()}/mails"
    with db.transaction() as session:
        enqueue(session, "mail.invitation", {"id": str(invitation.id)}, run_at=MOMENT)
        why = {"id": str(invitation.id), "reason": "(hier steht Ihr Grund)"}
        enqueue(session, "mail.extended", why, run_at=MOMENT)
        enqueue(session, "mail.published", {"id": str(invitation.id), "number": 1}, run_at=MOMENT)
    sent = {mail.subject: mail for mail in work(db).sent}
    assert len(sent) == 3
    for key in ("invitation", "extended", "published"):
        page = paula.get(f"{at}?letter={key}&to={invitation.id}").text
        subject = html.parse(page).find(".//h2[@id='subject']")
        assert subject is not None
        assert shown_mail(page) == sent[str(subject.text)].text
    assert code_of(KEY.encode(), invitation) in shown_mail(paula.get(f"{at}?letter=reminder&to={invitation.id}").text)


def test_every_mail_can_be_looked_at_for_everybody_even_before_the_announcement(
    db: Database, running: Running, paula: Browser
):
    with db.transaction() as session:
        session.execute(update(Invitation).values(email=None))
    for key in (*SAMPLES, "nonsense"):
        said = shown_mail(paula.get(f"{running.at()}/mails?letter={key}&q=kiel").text)
        assert "Probeanhörung" in said
        assert "Guten Tag,\n" in said, "nobody is named with the address"
    assert "bekommt einen Brief" in paula.get(f"{running.at()}/mails").text
    assert "Keine Stelle passt" in paula.get(f"{running.at()}/mails?q=nirgendwo").text
    assert paula.get(f"{running.at()}/mails?to={running.world.consultation_id}").status_code == 404


def test_the_mail_to_a_body_that_somebody_spoke_for_is_among_them(running: Running, paula: Browser):
    at = f"{running.at()}/mails?letter=spoken_for"
    assert "Eine andere Stelle hat auch für sie geantwortet" in paula.get(at).text
    said = shown_mail(paula.get(f"{at}&q=kiel").text)
    assert "Landkreis Musterland hat in der Stellungnahme vom 05.03.2026 angegeben, auch für Sie zu sprechen." in said
    assert "Damit zählt Kiel als vertreten, solange keine eigene Antwort abgegeben ist." in said


def test_the_preview_begins_with_somebody_who_gets_a_mail(db: Database, running: Running, paula: Browser):
    with db.transaction() as session:
        session.execute(update(Invitation).where(Invitation.id != running.invitation(KIEL).id).values(email=None))
    page = paula.get(f"{running.at()}/mails").text
    assert "post@ort.example" in page
    assert "bekommt einen Brief" not in page


def test_no_reminder_is_shown_for_a_body_that_only_reads_along(db: Database, running: Running, paula: Browser):
    kiel = running.invitation(KIEL).id
    with db.transaction() as session:
        session.execute(update(Invitation).where(Invitation.id == kiel).values(purpose=Purpose.FOR_INFORMATION))
    for key, sample in SAMPLES.items():
        told = html.text_of(html.parse(paula.get(f"{running.at()}/mails?letter={key}&to={kiel}").text))
        assert ("Kiel ist nur nachrichtlich eingeladen und bekommt diese Mail nie." in told) == sample.asked, key
        sent = paula.post(f"{running.at()}/mails/test", {"letter": key, "to": str(kiel)})
        assert sent.status_code == (422 if sample.asked else 303), key
        assert ("bekommt diese Mail nie." in sent.text) == sample.asked, key
    assert {key for key, sample in SAMPLES.items() if not sample.asked} == {
        "invitation", "corrected", "claimed", "cancelled", "published"
    }  # fmt: skip
    assert 'id="subject"' in paula.get(f"{running.at()}/mails?letter=reminder").text, (
        "somebody who gets one comes first"
    )


def test_a_planner_sends_itself_a_test_mail_without_the_code_ten_times_an_hour(
    db: Database, running: Running, paula: Browser
):
    invitation, at = running.invitation(KIEL), f"{running.at()}/mails"
    paula.get(at)
    wanted = {"letter": "invitation", "to": str(invitation.id)}
    assert "unterwegs zu Ihnen" in paula.follow(paula.post(f"{at}/test", wanted)).text
    (mail,) = work(db).sent
    assert mail.recipient == running.emails["paula"]
    assert mail.subject.startswith("[Probe] Einladung zur Stellungnahme")
    assert UNREADABLE in mail.text
    assert code_of(KEY.encode(), invitation) not in mail.text
    for _ in range(9):
        assert paula.post(f"{at}/test", wanted).status_code == 303
    assert paula.post(f"{at}/test", wanted).status_code == 429
    assert paula.post(f"{at}/test", {"letter": "x", "to": "y"}).status_code == 422
    with db.reader() as session:
        assert len(session.scalars(select(HistoryEntry).where(HistoryEntry.action == "send_test_mail")).all()) == 10


def test_a_land_unit_sees_no_mail_because_it_holds_a_code(app: FastAPI, running: Running):
    lara = running.browser(app, "lara")
    assert lara.get(f"{running.at('lara')}/mails").status_code == 403


# -- reminders -------------------------------------------------------------------------------------------------------
def test_the_page_says_who_is_reminded_who_is_not_and_why(running: Running, paula: Browser):
    at = f"{running.at()}/reminders"
    shown = paula.get(at).text
    assert "Stellung genommen: 4" in shown
    assert "16.04.2026, 9:00" in shown or "16.04.2026, 09:00" in shown
    assert "Kiel" in shown
    answered = paula.get(f"{at}?who=answered").text
    assert "Ort 0" in answered
    assert "Kiel" not in answered.split('id="bodies"')[1]
    assert paula.get(f"{at}?who=nonsense&after=x~y").status_code == 200


def test_the_plan_is_changed_on_the_page_and_nonsense_comes_back(running: Running, paula: Browser):
    at = f"{running.at()}/reminders"
    paula.get(at)
    for wrong in ("morgen", "0", "1, 2, 3, 4, 5, 6", "9999", "-5"):
        refused = paula.post(f"{at}/plan", {"days": wrong})
        assert refused.status_code == 422
        assert f'value="{wrong}"' in refused.text
        assert ("höchstens 5 Zahlen von 1 bis 90" in refused.text) == (wrong != "morgen")
    assert "21 Tage vor der Frist" in paula.follow(paula.post(f"{at}/plan", {"days": "7 und 21"})).text
    assert "nicht mehr von selbst" in paula.follow(paula.post(f"{at}/plan", {"days": ""})).text


def test_reminding_by_hand_is_confirmed_counted_and_told(db: Database, running: Running, paula: Browser):
    at = f"{running.at()}/reminders"
    assert "Ja, jetzt 6 Stellen erinnern" in paula.get(at).text
    on_its_way = paula.follow(paula.post(f"{at}/now")).text
    assert "6 Stellen werden jetzt erinnert" in on_its_way
    assert "Ja, jetzt 6 Stellen erinnern" not in on_its_way, "nobody asks for it twice"
    assert on_its_way.count("Die Erinnerungen werden gerade versandt.") == 2
    again = paula.post(f"{at}/now")
    assert again.status_code == 409
    assert "Die Erinnerungen werden schon versandt." in again.text
    assert {mail.subject for mail in work(db).sent} == {"Erinnerung: Probeanhörung"}
    assert "Heute schon erinnert: 6" in paula.get(at).text
    refused = paula.post(f"{at}/now")
    assert refused.status_code == 409
    assert "niemanden, der erinnert" in refused.text


@pytest.mark.parametrize("state", [ConsultationState.PUBLISHED, ConsultationState.CANCELLED])
def test_a_finished_consultation_says_what_was_sent_and_not_what_could_be(
    db: Database, running: Running, paula: Browser, state: ConsultationState
):
    at = f"{running.at()}/reminders"
    paula.get(at)
    paula.follow(paula.post(f"{at}/now"))
    work(db)
    with db.transaction() as session:
        session.execute(update(Consultation).values(state=state))
    shown = html.text_of(html.check(paula.get(at).text))
    assert "Es wird niemand mehr erinnert. Verschickt wurden 6 Erinnerungen, zuletzt am 05.03.2026." in shown
    assert "Ohne Antwort geblieben: 6" in shown
    assert "Kiel" in shown
    for future in (
        "Wann erinnert wird",
        "Plan speichern",
        "Jetzt erinnern",
        "erinnert werden könnte",
        "Wer erinnert wird",
    ):
        assert future not in shown
    with db.transaction() as session:
        session.execute(delete(Reminder))
    assert "Es wurde keine Erinnerung verschickt." in paula.get(at).text


def test_the_reminder_is_looked_at_as_somebody_gets_it(running: Running, paula: Browser):
    at = f"{running.at()}/mails?letter=reminder"
    shown = html.parse(paula.get(at).text)
    (chosen,) = shown.findall(".//select[@name='to']/option[@selected]")
    assert chosen.get("value") not in {str(running.invitation(key).id) for key in TOWNS}, "they have answered"
    assert "wird nicht erinnert" not in html.text_of(shown)
    answered = paula.get(f"{at}&to={running.invitation(TOWNS[0]).id}").text
    assert "wird nicht erinnert: Stellung genommen" in answered
    assert "wird nicht erinnert" not in paula.get(f"{running.at()}/mails?to={running.invitation(TOWNS[0]).id}").text


def test_an_editor_plans_reminders_but_does_not_send_them(app: FastAPI, running: Running):
    edgar = running.browser(app, "edgar")
    at = f"{running.at('edgar')}/reminders"
    assert "Jetzt erinnern" not in edgar.get(at).text
    assert edgar.post(f"{at}/now").status_code == 403
    assert edgar.post(f"{at}/plan", {"days": "5"}).status_code == 303


# -- letters and the log ---------------------------------------------------------------------------------------------
def letters(paula: Browser, address: str, folder: Path) -> tuple[int, str]:
    """(pages, the whole text) of a file of letters."""
    target = folder / "letters.pdf"
    target.write_bytes(paula.get(address).content)
    assert tagged_pdf.problems(target) == []
    with pikepdf.open(target) as read:
        return len(read.pages), readers.squeezed(readers.pdf(target).text)


def test_letters_to_those_without_a_mail_address_leave_out_whoever_has_replied_unless_all_are_wanted(
    db: Database, running: Running, paula: Browser, tmp_path: Path
):
    at = f"{running.at()}/invitations"
    assert paula.get(f"{at}/letters/1.pdf").status_code == 404
    with db.transaction() as session:
        session.execute(update(Invitation).values(email=None, postal="Rathausplatz 1\n12345 Ort"))
    shown = html.parse(paula.get(at).text)
    assert "10 Stellen ohne Mailadresse bekommen einen Brief. Davon brauchen ihn 4 nicht mehr:" in html.text_of(shown)
    links = [link for link in shown.iter("a") if link.get("download") is not None]
    assert [html.text_of(link) for link in links] == ["Datei 1 (PDF, 6 Briefe)", "Datei 1 (PDF, 10 Briefe)"]
    few, every = (link.get("href", "") for link in links)
    with db.reader() as session:
        replied = set(session.scalars(select(Response.invitation_id).where(Response.counted_revision_id.is_not(None))))
        codes = {readers.squeezed(code_of(KEY.encode(), one)): one.id for one in session.scalars(select(Invitation))}
    pages, text = letters(paula, few, tmp_path)
    assert pages == 6
    assert {codes[code] for code in codes if code in text} == set(codes.values()) - replied
    pages, text = letters(paula, every, tmp_path)
    assert pages == 10
    assert all(code in text for code in codes)
    assert paula.get(f"{at}/letters/2.pdf").status_code == 404
    assert "-alle.pdf" in paula.get(every).headers["content-disposition"]


def test_letters_printed_file_by_file_reach_everybody_whoever_answers_meanwhile(
    db: Database, running: Running, paula: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(by_letter, "AT_ONCE", 4)
    at = f"{running.at()}/invitations"
    with db.transaction() as session:
        session.execute(update(Invitation).values(email=None, postal="Rathausplatz 1\n12345 Ort"))
        consultation_id = running.invitation(KIEL).consultation_id
    with db.reader() as session:
        before = by_letter.files(session, consultation_id, MOMENT + timedelta(days=3), None)
        whole = [
            {one.id for one in by_letter.of_file(session, consultation_id, MOMENT, None, file.number, everybody=True)}
            for file in before
        ]
    assert [file.all for file in before] == [4, 4, 2]
    assert sum(file.open for file in before) == 6
    with db.transaction() as session:
        session.execute(update(Response).values(state=ResponseState.WITHDRAWN, counted_revision_id=None))
    with db.reader() as session:
        again = [
            {one.id for one in by_letter.of_file(session, consultation_id, MOMENT, None, number, everybody=True)}
            for number in (1, 2, 3)
        ]
    assert again == whole
    assert len(set.union(*whole)) == 10
    assert paula.get(f"{at}/letters/4.pdf?of=all").status_code == 404


def test_the_log_says_who_was_heard_on_which_version_and_holds_no_name_of_a_person(running: Running, paula: Browser):
    for kind in ("csv", "json", "ndjson"):
        told = paula.get(f"{running.at()}/log/export/{kind}").text
        assert str(running.world.planner.person_id) in told
        with running.db.reader() as session:
            names = session.scalars(select(Person.name)).all()
        assert [name for name in names if name in told] == []


@pytest.mark.parametrize(
    ("name", "postal", "address"),
    [("Magdeburg, Landeshauptstadt", "Landeshauptstadt Magdeburg\nMarkt 1", "Landeshauptstadt Magdeburg\nMarkt 1"),
     ("Achim, Stadt", "Achim, Stadt\nWeg 2", "Stadt Achim\nWeg 2"),
     ("Achim, Stadt", "Rathaus\nWeg 2", "Stadt Achim\nRathaus\nWeg 2"),
     ("Achim, Stadt", "", "Stadt Achim")],
)  # fmt: skip
def test_an_address_names_the_body_once(name: str, postal: str, address: str):
    assert address_of(Invitation(organisation=Organisation(name=name), postal=postal)) == address
