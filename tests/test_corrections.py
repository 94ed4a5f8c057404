"""An announced draft is corrected: told to all, answers carried over, changed sections flagged, every answer with its version."""

import copy
import re
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from consultation.consultations import queries as consultations
from consultation.consultations.models import Consultation, ConsultationVersion, Invitation
from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.forms import actions as forms
from consultation.forms.checks import read_form
from consultation.forms.compatibility import incompatibilities
from consultation.forms.models import FormVersion
from consultation.forms.templates import definition
from consultation.people.models import Membership, Person
from consultation.programmes import editing, queries
from consultation.programmes.models import DraftVersion
from consultation.responses.desk import open_desk
from consultation.responses.models import Response, Revision
from consultation.states import DraftVersionState
from tests import evaluation_world, html
from tests.browsing import Browser, site
from tests.documents import readers
from tests.factories import MOMENT
from tests.test_web_municipalities import counted
from tests.test_web_planners_running import KIEL, TOWNS, Running

NOW = MOMENT + timedelta(days=3)


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    return Running(db, tmp_path)


@pytest.fixture
def app(db: Database, tmp_path: Path, running: Running) -> FastAPI:
    return site(db, NOW, data_dir=tmp_path)


@pytest.fixture
def paula(app: FastAPI, running: Running) -> Browser:
    made = running.browser(app, "paula")
    made.get("/account")
    return made


def next_draft(db: Database, running: Running, gone: str = "§ 2") -> DraftVersion:
    """§ 3 gets a text, § 2 goes."""
    actor = running.world.planner
    with db.transaction() as session:
        consultation = consultations.get(session, actor, running.world.slug)
        assert consultation.draft_version_id is not None
        made = editing.continue_from(session, actor, consultation.programme.slug, consultation.draft_version_id)
    with db.transaction() as session:
        version = editing.open_for_editing(session, actor, made.programme.slug, made.id)
        three = editing.section_of(version, running.world.sections["§ 3"])
        typed = editing.Typed(three.number, three.heading, "Der Eigenanteil entfällt.", "")
        editing.edit(session, actor, version, three.key, typed, seen=1)
        editing.remove(session, actor, version, running.world.sections[gone], seen=1)
    with db.reader() as session:
        return queries.draft_version(session, actor, made.id)


def stored(db: Database, running: Running) -> Consultation:
    with db.reader() as session:
        return session.get_one(Consultation, running.world.consultation_id)


def posted(db: Database, running: Running, **more: str) -> dict[str, str]:
    now = stored(db, running)
    return {"draft": str(now.draft_version_id), "form": str(now.form_version_id), "reason": "§ 3 war falsch.", **more}


def correct(db: Database, running: Running, paula: Browser, **more: str) -> Any:
    at = f"{running.at()}/correct"
    paula.get(at)
    return paula.post(at, posted(db, running, sure="yes", **more))


def test_a_correction_is_shown_before_it_is_made_and_then_told_to_all_invited(
    db: Database, running: Running, paula: Browser, tmp_path: Path
):
    draft = next_draft(db, running)
    before = stored(db, running)
    with db.transaction() as session:
        for invitation in session.scalars(select(Invitation)):
            invitation.email = f"amt-{invitation.selector}@kommune.example".lower()
    at = f"{running.at()}/correct"
    paula.get(at)
    shown = paula.post(at, posted(db, running, draft=str(draft.id)))
    assert shown.status_code == 200
    assert "Das erfahren die Eingeladenen" in shown.text
    assert "Der Eigenanteil entfällt." in shown.text
    assert stored(db, running).draft_version_id == before.draft_version_id
    told = paula.follow(correct(db, running, paula, draft=str(draft.id)))
    assert "Eingeladene mit Mailadresse erhalten eine Mail" in told.text
    after = stored(db, running)
    assert after.draft_version_id == draft.id
    with db.reader() as session:
        assert session.get_one(DraftVersion, draft.id).state == DraftVersionState.PUBLISHED
        versions = consultations.versions(session, after.id)
        assert [(v.number, v.draft_version_id, v.reason) for v in versions][1] == (2, draft.id, "§ 3 war falsch.")
        line = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "correct")).one()
        assert (line.old, line.new, line.details["reason"]) == ("1", "2", "§ 3 war falsch.")
        invited = session.scalar(select(func.count()).select_from(Invitation))
        there = select(func.count()).select_from(Membership)
        answering = session.scalar(there.join(Invitation, Invitation.organisation_id == Membership.organisation_id))
        assert invited
        assert answering
    running.work(NOW)
    mails = [file.read_text() for file in (tmp_path / "mail").iterdir() if "Berichtigung" in file.read_text()]
    assert len(mails) == invited + answering
    running.work(NOW)
    assert len([f for f in (tmp_path / "mail").iterdir() if "Berichtigung" in f.read_text()]) == invited + answering


def test_who_corrects_reads_whom_no_mail_reaches(db: Database, running: Running, paula: Browser):
    with db.transaction() as session:
        first, *others = session.scalars(select(Invitation).order_by(Invitation.id)).all()
        for invitation in others[1:]:
            invitation.email = "amt@kommune.example"
        first.postal = ""
    at = f"{running.at()}/correct"
    asked = paula.get(at)
    checked = paula.post(at, posted(db, running, draft=str(next_draft(db, running).id)))
    assert "Berichtigen und benachrichtigen" in checked.text
    for page in (asked, checked):
        said = html.text_of(html.parse(page.text))
        assert f"erfahren es per Mail{len(others) - 1} " in said
        assert "nur per Brief erreichbar1 " in said
        assert "Stellen, die niemand erreicht1 " in said
        assert "Drucken Sie die Einladungsbriefe dieser Stellen danach neu, und legen Sie bei, was" in said


def test_answers_carry_over_changed_sections_are_flagged_and_each_revision_names_its_version(
    db: Database, running: Running, paula: Browser, app: FastAPI
):
    three, two, six = (running.world.sections[number] for number in ("§ 3", "§ 2", "§ 6"))
    kiel = "010510000000"
    with db.transaction() as session:
        answers = {"section_agreement": {three: "no", six: "full", two: "full"}, "mandate.kind": "administration"}
        evaluation_world.write(session, running.world, kiel, answers)
        actor = evaluation_world.somebody_of(session, running.world, kiel)
    draft = next_draft(db, running)
    paula.follow(correct(db, running, paula, draft=str(draft.id)))
    desk = Browser(app)
    with db.reader() as session:
        email = session.get_one(Person, actor.person_id).email
    desk.log_in(email)
    base = f"/o/{running.world.bodies[kiel]}/answers/{running.world.slug}"
    with counted(db) as statements:
        page = desk.get(f"{base}/draft").text
    assert len([one for one in statements if one != "BEGIN"]) <= 12
    assert "geändert seit Ihrer Antwort" in page
    assert page.count("geändert seit Ihrer Antwort") == 1
    assert "§ 3 war falsch." in page
    assert "Bitte prüfen Sie Ihre Angaben" in desk.get(base).text
    changes = desk.get(f"/consultations/{running.world.slug}/changes").text
    assert "Der Eigenanteil entfällt." in changes
    assert "entfallen" in changes
    with db.transaction() as session:
        later = {"section_agreement": {three: "full"}, "publication": {"A": "named"}}
        revision = evaluation_world.submit(session, running.world, kiel, later, later=3)
        document = revision.document
        version = session.get_one(ConsultationVersion, revision.consultation_version_id)
    assert version.number == 2
    assert '"version":2' in document
    assert f'"{six}":"full"' in document
    assert two not in document
    listed = paula.get(f"{running.at()}/responses").text
    assert listed.count("zum Stand vor der Berichtigung") == 4
    old = running.response(TOWNS[0])
    shown = paula.get(f"{running.at()}/responses/{old.id}").text
    assert "antwortet auf Stand 1 der Unterlagen, vor der Berichtigung" in shown
    assert "geändert seit Ihrer Antwort" not in desk.get(f"{base}/draft").text


def test_whoever_releases_a_text_written_before_a_correction_is_told_and_so_is_whoever_reads_the_receipt(
    db: Database, running: Running, paula: Browser, app: FastAPI, tmp_path: Path
):
    before = "vor der Berichtigung vom 05.03.2026"
    with db.transaction() as session:
        evaluation_world.write(session, running.world, KIEL, {"mandate.kind": "administration"})
        actor = evaluation_world.somebody_of(session, running.world, KIEL)
        email = session.get_one(Person, actor.person_id).email
    desk = Browser(app)
    desk.log_in(email)
    base = f"/o/{running.world.bodies[KIEL]}/answers/{running.world.slug}"
    assert "berichtigt" not in desk.get(f"{base}/review").text
    paula.follow(correct(db, running, paula, draft=str(next_draft(db, running).id)))
    with counted(db) as statements:
        page = desk.get(f"{base}/review").text
    assert len([one for one in statements if one != "BEGIN"]) <= 12
    notice = page.index("§ 3 war falsch.")
    assert notice < page.index(f"Der Text wurde zuletzt {before} geändert.") < page.index(f'action="{base}/submit"')
    assert page.count(f'href="/consultations/{running.world.slug}/changes"') == 2
    app.state.clock = lambda: NOW + timedelta(hours=1)
    receipt = desk.follow(desk.post(f"{base}/submit", {"name": "Kim Muster", "function": "Leitung"})).text
    assert f"zuletzt geändert {before}" in receipt
    assert f"zuletzt geändert {before}" in desk.get(f"{base}/receipt/1").text
    (tmp_path / "receipt.pdf").write_bytes(desk.get(f"{base}/receipt.pdf").content)
    assert readers.squeezed(f"zuletzt geändert {before}") in readers.squeezed(
        readers.pdf(tmp_path / "receipt.pdf").text
    )
    desk.post(f"{base}/reopen")
    with db.transaction() as session:  # what is changed now is another submission
        revision = evaluation_world.submit(session, running.world, KIEL, {"main_message": "Neu."}, later=4)
    assert "zuletzt geändert" in desk.get(f"{base}/receipt/1").text
    assert "zuletzt geändert" not in desk.get(f"{base}/receipt/{revision.number}").text


def test_an_amendment_to_a_section_that_is_gone_must_be_settled_before_submitting(
    db: Database, running: Running, paula: Browser
):
    entry = {"1": {"section": running.world.sections["§ 2"], "kind": "replace", "text": "Anders."}}
    kiel = "010510000000"
    with db.transaction() as session:
        response = evaluation_world.write(session, running.world, kiel, {"amendments": entry})
    paula.follow(correct(db, running, paula, draft=str(next_draft(db, running).id)))
    with db.reader() as session:
        desk = open_desk(session, evaluation_world.somebody_of(session, running.world, kiel), response.id)
    wrong = [problem for problem in desk.missing if problem.field == "amendments.1.section"]
    assert ["nicht mehr im Entwurf" in str(problem.message) for problem in wrong] == [True]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"reason": " "}, "Sagen Sie den Eingeladenen"),
        ({}, "Wählen Sie eine andere Entwurfsfassung"),
        ({"draft": ""}, "sie nimmt ihn nicht weg"),
        ({"draft": "x"}, "aus der Liste"),
        ({"draft": str(uuid.uuid4())}, "aus der Liste"),
    ],
)
def test_what_is_wrong_with_a_correction_is_told_and_nothing_typed_is_lost(
    db: Database, running: Running, paula: Browser, change: dict[str, str], told: str
):
    refused = correct(db, running, paula, **{"reason": "Mein Grund.", **change})
    assert refused.status_code == 422
    assert told in refused.text
    if "reason" not in change:
        assert "Mein Grund." in refused.text
    with db.reader() as session:
        assert len(consultations.versions(session, running.world.consultation_id)) == 1


def test_only_a_publisher_corrects_and_only_while_the_consultation_runs(db: Database, running: Running, app: FastAPI):
    draft = str(next_draft(db, running).id)
    edgar = running.browser(app, "edgar")
    assert correct(db, running, edgar, draft=draft).status_code == 403
    app.state.clock = lambda: MOMENT + timedelta(days=90)
    paula = running.browser(app, "paula")
    assert f"{running.at()}/evaluate" in paula.get(running.at()).text
    paula.follow(paula.post(f"{running.at()}/evaluate"))
    assert correct(db, running, paula, draft=draft).status_code == 409


def test_a_draft_without_a_section_that_the_form_names_is_refused(db: Database, running: Running, paula: Browser):
    refused = correct(db, running, paula, draft=str(next_draft(db, running, gone="§ 5").id))
    assert refused.status_code == 422
    assert "§ 5" in refused.text
    with db.reader() as session:
        assert len(consultations.versions(session, running.world.consultation_id)) == 1


def other_form(change: Any) -> dict[str, Any]:
    made = copy.deepcopy(definition("law_short"))
    change(made)
    return made


def first_question(made: dict[str, Any]) -> dict[str, Any]:
    question: dict[str, Any] = made["parts"][0]["questions"][0]
    return question


def test_a_form_may_change_its_texts_but_not_its_questions(db: Database, running: Running, paula: Browser):
    actor = running.world.planner
    with db.transaction() as session:
        slug = consultations.get(session, actor, running.world.slug).programme.slug

        def reword(made: dict[str, Any]) -> None:
            first_question(made)["title"] = {"de": "Klarer gefragt", "en": "Asked more clearly"}

        def drop(made: dict[str, Any]) -> None:
            del made["parts"][5]["questions"][0]

        right = forms.create(session, actor, slug, definition=other_form(reword))
        wrong = forms.create(session, actor, slug, definition=other_form(drop))
    refused = correct(db, running, paula, form=str(wrong.id))
    assert refused.status_code == 422
    assert "fehlt im neuen Formular" in refused.text
    paula.follow(correct(db, running, paula, form=str(right.id)))
    assert stored(db, running).form_version_id == right.id
    with db.reader() as session:
        assert session.get_one(FormVersion, right.id).content_hash
        assert session.scalar(select(func.count()).select_from(Revision)) == len(TOWNS)
        assert session.scalar(
            select(func.count()).select_from(Response).where(Response.counted_revision_id.is_not(None))
        )


def test_forms_are_compatible_when_keys_types_and_options_stayed():
    old = read_form(definition("law_short"))
    assert list(incompatibilities(old, old)) == []

    def other_type(made: dict[str, Any]) -> None:
        first_question(made)["personal"] = not first_question(made).get("personal", False)

    assert len(list(incompatibilities(old, read_form(other_form(other_type))))) >= 1


def test_a_correction_that_a_colleague_made_meanwhile_is_not_put_back(db: Database, running: Running, paula: Browser):
    at = f"{running.at()}/correct"
    before, draft = posted(db, running), next_draft(db, running)
    seen = re.findall(r'name="seen" value="(\d+)"', paula.get(at).text)
    assert seen == ["1"]
    paula.follow(correct(db, running, paula, draft=str(draft.id)))
    refused = paula.post(at, before | {"seen": seen[0], "sure": "yes", "reason": "Nur das Formular"})
    assert refused.status_code == 422
    assert "Jemand anderes hat inzwischen berichtigt" in refused.text
    assert "Nur das Formular" in refused.text
    assert stored(db, running).draft_version_id == draft.id
