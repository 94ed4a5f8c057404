"""The workbench from the first invitation to the published edition, and who may see and do what there."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from consultation.consultations import claims, extensions
from consultation.consultations import queries as consultations
from consultation.consultations.invitations import NO_ADDRESS
from consultation.consultations.models import Claim, Consultation, DeadlineExtension, Invitation
from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.core.language import SOURCE
from consultation.core.times import end_of_day
from consultation.documents.models import Edition
from consultation.evaluation.figures import Statistics
from consultation.evaluation.models import Contribution, Decision, Point, ReplyTemplate
from consultation.evaluation.statistics import EVERYWHERE, form_context, group_fields, groupings_of
from consultation.forms.context import FormContext
from consultation.forms.templates import templates
from consultation.mail.transport import Folder, Memory
from consultation.people.models import Organisation, Person
from consultation.programmes import actions as programmes
from consultation.register.states import State
from consultation.responses import actions as responses
from consultation.responses.models import RepresentationKind, Response, RevisionRepresentation
from consultation.settings import Settings
from consultation.states import (
    ConsultationState,
    EditionState,
    ExtensionState,
    InvitationState,
    PointState,
    Purpose,
    Role,
)
from consultation.web.planners.results import Reader
from consultation.worker import run_due
from tests import evaluation_world, html
from tests import factories as make
from tests.browsing import BASE, KEY, Browser, site
from tests.evaluation_world import World
from tests.factories import MOMENT, PLANNING_ROLES
from tests.keeping import kept

AFTER = MOMENT + timedelta(days=70)
TOWNS = ("010510044000", "030510044001", "090510044002", "010510044003")
KIEL = "010510000000"
DEMAND = "Der Eigenanteil muss entfallen."


@dataclass
class Running:
    """Four towns have answered; one of them with a demand of its own. A Land unit reads along."""

    db: Database
    folder: Path
    world: World = field(init=False)
    emails: dict[str, str] = field(init=False)
    homes: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.world, self.emails, self.homes = _answered(self.db)

    def at(self, name: str = "paula") -> str:
        return f"{self.homes[name]}/consultations/{self.world.slug}"

    def browser(self, app: FastAPI, name: str) -> Browser:
        made = Browser(app)
        made.log_in(self.emails[name])
        return made

    def work(self, moment: datetime) -> None:
        settings = Settings.model_validate({"base_url": BASE, "secret_key": KEY, "data_dir": self.folder})
        run_due(self.db, settings, Folder(self.folder / "mail", settings.mail_from), moment)

    def one(self, table: Any, *conditions: Any) -> Any:
        with self.db.reader() as session:
            return session.scalars(select(table).where(*conditions)).first()

    def invitation(self, key: str) -> Any:
        return self.one(Invitation, Invitation.organisation_id == self.world.bodies[key])

    def response(self, key: str) -> Any:
        return self.one(Response, Response.organisation_id == self.world.bodies[key])


@kept
def _answered(db: Database, /) -> tuple[World, dict[str, str], dict[str, str]]:
    """The consultation, and who there is: name → mail address, name → where they work."""
    with db.transaction() as session:
        world = evaluation_world.world(session, 6)
        amendment = {"1": {"section": world.sections["§ 3"], "locator": "Abs. 1", "kind": "replace",
                           "text": DEMAND, "rationale": "Kein Geld.", "priority": "must"}}  # fmt: skip
        for town in TOWNS[:3]:
            answers = {"affected": "yes", "need_fit": 4, "main_message": "Bitte einfacher."}
            evaluation_world.submit(session, world, town, {**answers, "amendments": amendment})
        evaluation_world.submit(session, world, TOWNS[3], {"main_message": "<script>alert(1)</script>"})
        evaluation_world.write(session, world, KIEL, {"main_message": "Streng geheimer Entwurf"})
        emails, homes = _people(session, world)
    settings = Settings.model_validate({"base_url": BASE, "secret_key": KEY})
    run_due(db, settings, Memory(), MOMENT + timedelta(days=2))
    return world, emails, homes


def _people(session: Session, world: World) -> tuple[dict[str, str], dict[str, str]]:
    actor = world.planner
    house = session.get_one(Organisation, actor.organisation_id)
    editor = make.person(session, "Edgar Editor")
    make.membership(session, editor, house, (Role.EDITOR,))
    unit = make.organisation(session, "Land Niedersachsen", may_plan=True, state=State.NI)
    lara = make.person(session, "Lara Land")
    make.membership(session, lara, unit, PLANNING_ROLES)
    other = make.planning_organisation(session, "Ministerium für Anderes")
    mia = make.person(session, "Mia Ministerium")
    make.membership(session, mia, other, PLANNING_ROLES)
    slug = consultations.get(session, actor, world.slug).programme.slug
    programmes.share(session, actor, slug, unit.id, State.NI)
    town = evaluation_world.somebody_of(session, world, TOWNS[0])
    ids = {"paula": actor.person_id, "edgar": editor.id, "lara": lara.id, "mia": mia.id, "town": town.person_id}
    places = {"paula": house.id, "edgar": house.id, "lara": unit.id, "mia": other.id, "town": town.organisation_id}
    emails = {name: session.get_one(Person, one).email for name, one in ids.items()}
    return emails, {name: f"/o/{one}" for name, one in places.items()}


def at_the_points(running: Running, app: FastAPI) -> Browser:
    """A planner who has the list of points open."""
    made = running.browser(app, "paula")
    made.get(f"{running.at()}/points")
    return made


@pytest.fixture
def running(db: Database, tmp_path: Path) -> Running:
    return Running(db, tmp_path)


@pytest.fixture
def app(db: Database, tmp_path: Path, running: Running) -> FastAPI:
    return site(db, MOMENT + timedelta(days=3), data_dir=tmp_path)


@pytest.fixture
def paula(app: FastAPI, running: Running) -> Browser:
    made = running.browser(app, "paula")
    made.get(f"{running.at()}/dates")
    made.get("/account")
    return made


# -- reading ---------------------------------------------------------------------------------------------------------
def test_participation_is_told_by_land_and_size_and_drafts_are_never_seen(running: Running, paula: Browser):
    shown = paula.get(f"{running.at()}/participation").text
    assert "↔ Seitwärts schieben zeigt alle Spalten" in shown, "the last column lies outside a telephone's screen"
    for title in ("Schleswig-Holstein", "Niedersachsen", "Großstadt", "Insgesamt", "Gemeinden nach Land"):
        assert title in shown
    assert html.text_of(html.parse(shown)).count("noch ohne Antwort") == 1
    heads = [
        [html.text_of(head) for head in one.iter("th") if head.get("scope") == "col"]
        for one in html.parse(shown).iter("thead")
    ]
    assert [head[-1] for head in heads if "eingeladen" in head] == ["ohne Antwort"] * 3
    assert [head[-2] for head in heads if "angesprochen" in head] == ["noch nicht erreicht"] * 2
    for path in ("", "/participation", "/invitations", "/responses", "/results", "/points", "/editions", "/log"):
        assert "Streng geheimer Entwurf" not in paula.get(running.at() + path).text


def test_the_figures_of_the_overview_add_up_with_those_who_do_not_take_part(running: Running, paula: Browser):
    with running.db.transaction() as session:
        silent = next(key for key in sorted(running.world.bodies) if len(key) == 12 and key not in (*TOWNS, KIEL))
        written = evaluation_world.write(session, running.world, silent, {})
        responses.decline(session, evaluation_world.somebody_of(session, running.world, silent), written.id)
    invited, *parts = [int(figure) for figure in re.findall(r'app-figure__value">(\d+)<', paula.get(running.at()).text)]
    assert "nehmen nicht teil" in paula.get(running.at()).text
    assert sum(parts) == invited


@pytest.mark.parametrize("table", ["reach-state", "reach-size"])
def test_the_rows_of_the_municipalities_reached_add_up_to_the_whole(running: Running, paula: Browser, table: str):
    with running.db.transaction() as session:
        make.register_body(session, "100410100100", "Saarbrücken", state=State.SL)  # nobody there is asked
    page = html.parse(paula.get(f"{running.at()}/participation").text)
    body = page.find(f".//table[@id='{table}']/tbody")
    assert body is not None
    *rows, whole = [[int(html.text_of(cell)) for cell in row.findall("td")[:-1]] for row in body]
    assert rows
    assert [sum(column) for column in zip(*rows, strict=True)] == whole


def test_only_what_was_submitted_can_be_read_and_hostile_text_stays_text(running: Running, paula: Browser):
    at = f"{running.at()}/responses"
    listed = paula.get(at).text
    assert "Ort 0" in listed
    assert "Kiel" not in listed
    shown = paula.get(f"{at}/{running.response(TOWNS[0]).id}").text
    assert DEMAND in shown
    assert "<script>alert(1)" not in paula.get(f"{at}/{running.response(TOWNS[3]).id}").text
    assert paula.get(f"{at}/{running.response('010510000000').id}").status_code == 404
    assert paula.get(f"{at}/{uuid.uuid4()}").status_code == 404
    assert f"{DEMAND}<br>Begründung: Kein Geld." in shown, "line by line, as it was written"
    one = f"{at}/{running.response(TOWNS[0]).id}/revisions"
    assert paula.get(f"{one}/1").status_code == 200
    assert paula.get(f"{one}/2").status_code == 404
    assert paula.get(f"{one}/1/receipt.pdf").content.startswith(b"%PDF")
    for kind in ("ndjson", "csv", "xlsx", "json"):
        assert paula.get(f"{at}/export/{kind}").status_code == 200
    assert paula.get(f"{at}/export/exe").status_code == 404


def test_what_is_remarked_about_an_answer_stands_apart(db: Database, running: Running, paula: Browser):
    with db.transaction() as session:
        sent = evaluation_world.submit(session, running.world, "010535323", {}, nil_return=True)
        one = {"revision_id": sent.id, "register_key": "010535323801", "kind": RepresentationKind.REPRESENTED}
        session.add(RevisionRepresentation(**one))
    listed = paula.get(f"{running.at()}/responses").text
    marks = re.findall(r"<li[^>]*>(.*?)</li>", listed.split('<ul class="planner-marks">')[1].split("</ul>")[0])
    assert [re.sub(r"<[^>]+>", "", mark).strip() for mark in marks] == ["Fehlanzeige", "spricht für 1 Stelle"]
    assert listed.count('<ul class="planner-marks">') == 1, "an answer without a remark has no empty list"


def test_results_are_shown_in_total_and_by_every_grouping(running: Running, paula: Browser):
    at = f"{running.at()}/results"
    total = paula.get(at).text
    assert "Grundlage: 4 gezählte Stellungnahmen" in total
    assert "planner-bar__fill" in total
    parts = [one.split('"')[0] for one in total.split('<select class="kern-form-input__select" id="part"')[1].split(
        "</select>")[0].split('value="')[1:]]  # fmt: skip
    assert len(parts) > 2
    for part in parts:
        for by in ("total", "size_class", "state", "kind", "by:affected", "nonsense"):
            assert paula.get(f"{at}?part={part}&by={by}&lang=en").status_code == 200


def test_a_grouping_under_which_a_question_has_no_row_says_so_without_a_table(running: Running, paula: Browser):
    at = f"{running.at()}/results"
    with running.db.reader() as session:
        context = form_context(session, running.world.consultation(session))
    [grouping] = group_fields(context.form)
    page = html.check(paula.get(f"{at}?part={grouping.part.key}&by={groupings_of(context)[-1]}").text)
    assert "Nach dieser Aufteilung ist hier nichts zu zeigen." in html.text_of(page)
    assert not list(page.iter("table"))


def test_groupings_by_the_rows_of_a_matrix_are_told_apart():
    context = FormContext(templates()["practice_feedback"], SOURCE, MOMENT, {}, {})
    reader = Reader(context, Statistics(0, (), (), EVERYWHERE))
    named = [str(reader.grouping(grouping)) for grouping in groupings_of(context)]
    assert len(set(named)) == len(named)
    assert any(name.startswith("5. ") and name.endswith(" – Europäische Union") for name in named)


def test_the_log_tells_every_step_and_can_be_taken_away(running: Running, paula: Browser):
    at = f"{running.at()}/log"
    first = paula.get(at).text
    assert "hat die Stellungnahme abgegeben, Fassung 1, Eingangsnummer" in first
    assert "der Dienst" in first
    assert paula.get(f"{at}?before=5").status_code == 200
    assert paula.get(f"{at}?before=x").status_code == 200
    for kind in ("pdf", "xlsx", "csv", "zip"):
        assert paula.get(f"{at}/export/{kind}").status_code == 200
    assert paula.get(f"{at}/export/html5").status_code == 404


PAGES = (
    "", "/audience", "/addresses", "/participation", "/invitations", "/responses", "/results", "/points", "/replies",
    "/editions", "/reminders", "/mails?letter=reminder", "/log", "/extensions",
    "/dates", "/announce", "/points/{point}", "/points/{point}?state=open",
    "/points?q=eigenanteil&state=open&land=SH", "/responses/{response}", "/responses/{response}/revisions/1",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_no_page_asks_more_than_twelve_questions(db: Database, running: Running, paula: Browser, path: str):
    filled = path.format(point=point_of(running, DEMAND).id, response=running.response(TOWNS[0]).id)
    asked = questions(db, lambda: paula.get(running.at() + filled))
    assert len(asked) <= 12, "\n".join(asked)


def test_no_page_of_points_asks_more_when_there_are_more_of_them(db: Database, running: Running, paula: Browser):
    point = point_of(running, DEMAND)
    paths = [f"{running.at()}/points?order=section", f"{running.at()}/points/{point.id}?order=section"]
    before = [len(questions(db, lambda path=path: paula.get(path))) for path in paths]  # type: ignore[misc]  # bound at once
    with db.transaction() as session:
        wish = {"section": running.world.sections["§ 5"], "kind": "insert", "rationale": "", "priority": "may"}
        wishes = {str(n): wish | {"text": f"Wunsch {n}"} for n in range(120)}
        again = {"section": running.world.sections["§ 3"], "locator": "Abs. 1", "kind": "replace", "text": DEMAND}
        evaluation_world.submit(session, running.world, "030510044004", {"amendments": {**wishes, "x": again}})
    running.work(MOMENT + timedelta(days=2))
    paula.post(f"{paths[0].partition('?')[0]}/bulk", all_of(running) | {"action": "tag", "tag": "simpler_application"})
    assert [len(questions(db, lambda path=path: paula.get(path))) for path in paths] == before  # type: ignore[misc]  # as above


def all_of(running: Running) -> dict[str, Any]:
    found = all_points(running)
    return {"point": [str(p.id) for p in found], **{f"version-{p.id}": str(p.version) for p in found}}


def questions(db: Database, work: Callable[[], Any]) -> list[str]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        if not statement.startswith(("PRAGMA", "SAVEPOINT", "RELEASE", "BEGIN")):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    work()
    event.remove(db.engine, "before_cursor_execute", note)
    return asked


# -- invitations -----------------------------------------------------------------------------------------------------
def test_invitations_are_searched_filtered_and_paged(running: Running, paula: Browser):
    at = f"{running.at()}/invitations"
    assert "10 Einladungen" in paula.get(at).text
    assert "1 Einladung" in paula.get(f"{at}?q=kiel").text
    assert "Keine Einladung passt" in paula.get(f"{at}?q=nirgendwo&state=failed").text
    for query in ("state=x", "reach=none", "reach=letter", "reach=mail", "purpose=for_information", "after=x~y"):
        assert paula.get(f"{at}?{query}").status_code == 200


def test_why_an_invitation_failed_is_said_in_the_language_of_the_page_or_as_the_mail_server_said_it(
    running: Running, paula: Browser
):
    failed = running.invitation(KIEL)

    def fails(reason: str) -> None:
        with running.db.transaction() as session:
            session.get_one(Invitation, failed.id).failure = reason

    fails(str(NO_ADDRESS))
    at = f"{running.at()}/invitations/{failed.id}"
    assert "Es ist weder eine E-Mail- noch eine Postanschrift bekannt." in paula.get(at).text
    assert "Neither an e-mail nor a postal address is known." in paula.get(f"{at}?lang=en").text
    assert "Neither an e-mail nor a postal address is known." in paula.get(f"{running.at()}/invitations").text
    fails("550 5.1.1 <{user}> unbekannt")
    assert "550 5.1.1 &lt;{user}&gt; unbekannt" in paula.get(at).text


def test_whoever_only_reads_along_is_offered_nothing_to_do_and_who_weighs_finds_it(
    app: FastAPI, running: Running, paula: Browser
):
    heading = "Was Sie jetzt tun können"
    assert heading in paula.get(running.at()).text
    assert heading not in running.browser(app, "lara").get(running.at("lara")).text
    with running.db.transaction() as session:
        session.execute(update(Consultation).values(state=ConsultationState.PUBLISHED))
    shown = paula.get(running.at()).text
    for path in ("/points", "/editions"):
        assert len(re.findall(rf'<main.*href="{running.at()}{path}"', shown, re.DOTALL)) == 1, path
    assert heading not in running.browser(app, "lara").get(running.at("lara")).text


def test_the_next_step_leads_to_its_page(running: Running, paula: Browser):
    assert f'href="{running.at()}/participation"' in paula.get(running.homes["paula"] + "/programmes").text
    assert re.search(
        rf'Nächster Schritt:</strong> <a [^>]*href="{running.at()}/participation"', paula.get(running.at()).text
    )


def test_a_wrong_address_is_corrected_and_the_invitation_sent_again(running: Running, paula: Browser):
    invitation = running.invitation(TOWNS[1])
    at = f"{running.at()}/invitations/{invitation.id}"
    paula.get(at)
    refused = paula.post(f"{at}/address", {"email": "keine", "postal": "Weg 1", "contact": "Frau Muster"})
    assert refused.status_code == 422
    assert "Frau Muster" in refused.text
    assert paula.post(f"{at}/address", {"email": "", "postal": ""}).status_code == 422
    told = paula.follow(paula.post(f"{at}/address", {"email": "post@ort.example", "postal": "Weg 1"}))
    assert "neuen Code" in told.text
    after = running.invitation(TOWNS[1])
    assert (after.email, after.code_counter) == ("post@ort.example", invitation.code_counter + 1)
    assert after.state in (InvitationState.SENT, InvitationState.OPENED)
    letter = paula.get(f"{at}/letter.pdf")
    assert letter.content.startswith(b"%PDF")


def test_an_invitation_by_letter_is_said_to_be_ready_to_print_and_not_to_be_sent(running: Running, paula: Browser):
    at = f"{running.at()}/invitations/{running.invitation(KIEL).id}"
    paula.get(at)
    told = paula.follow(paula.post(f"{at}/address", {"email": "", "postal": "Rathaus\n24103 Kiel", "contact": ""}))
    said = html.text_of(html.parse(told.text))
    assert "Brief zum Drucken bereit" in said
    assert "Versandt" not in said
    assert "Brief mit der Einladung erneut zum Drucken bereitgestellt: Kiel" in paula.get(f"{running.at()}/log").text
    listed = html.text_of(html.parse(paula.get(f"{running.at()}/invitations?q=kiel").text))
    assert "Brief zum Drucken bereit" in listed
    assert "Ein Brief zählt als versandt, sobald er zum Drucken bereitliegt" in listed
    paula.post(f"{at}/address", {"email": "post@kiel.example", "postal": "", "contact": ""})
    assert "Brief zum Drucken" not in paula.get(at).text


def test_who_may_not_send_reads_an_address_and_is_told_who_corrects_it(app: FastAPI, running: Running):
    edgar, invitation = running.browser(app, "edgar"), running.invitation(TOWNS[1])
    at = f"{running.at('edgar')}/invitations/{invitation.id}"
    page = edgar.get(at).text
    assert (invitation.email or invitation.postal.partition("\n")[0]) in page
    assert "Nach der Ankündigung berichtigt sie, wer „Veröffentlichung (Planung)“ hat" in page
    assert f'{at}/address"' not in page
    assert edgar.post(f"{at}/address", {"email": "post@ort.example"}).status_code == 403
    assert running.invitation(TOWNS[1]).email == invitation.email


def test_a_body_gets_more_time_and_a_request_is_granted_or_refused(db: Database, running: Running, paula: Browser):
    invitation = running.invitation("010510000000")
    at = f"{running.at()}/invitations/{invitation.id}"
    paula.get(at)
    wrong = paula.post(f"{at}/extend", {"until": "2026-05-15", "reason": " "})
    assert wrong.status_code == 422
    assert 'value="2026-05-15"' in wrong.text
    assert paula.post(f"{at}/extend", {"until": "2026-04-01", "reason": "Rat"}).status_code == 422
    assert "15.05.2026" in paula.follow(paula.post(f"{at}/extend", {"until": "2026-05-15", "reason": "Rat"})).text
    assert "Grund: Rat<" in paula.get(f"{running.at()}/log").text, "as the form says"
    with db.transaction() as session:
        for key, day in (("010510000000", 20), (TOWNS[0], 21)):
            actor = evaluation_world.somebody_of(session, running.world, key)
            found = consultations.invitation(session, running.world.planner, running.invitation(key).id)
            extensions.request(session, actor, found, datetime(2026, 5, day).date(), "Rat tagt <b>später</b>")  # noqa: DTZ001 -- a day
    shown = paula.get(f"{running.at()}/extensions").text
    assert "Rat tagt &lt;b&gt;" in shown
    told = [html.text_of(card) for card in html.parse(shown).findall(".//section[@class='app-card']")]
    assert ["hat inzwischen geantwortet" in one for one in told] == ["Kiel" not in one for one in told]
    assert len(told) == 2
    assert "2 Bitten um mehr Zeit warten auf Antwort" in paula.get(running.at()).text, "the next step"
    start = paula.get(running.at().partition("/consultations/")[0] + "/programmes").text
    assert f'href="{running.at()}/extensions"' in start
    first, second = (running.one(DeadlineExtension, DeadlineExtension.organisation_id == running.world.bodies[key],
                                 DeadlineExtension.state == ExtensionState.REQUESTED)
                     for key in ("010510000000", TOWNS[0]))  # fmt: skip
    base = f"{running.at()}/extensions"
    assert paula.post(f"{base}/{first.id}/refuse", {"answer": ""}).status_code == 422
    paula.follow(paula.post(f"{base}/{first.id}/refuse", {"answer": "Zu spät."}))
    paula.follow(paula.post(f"{base}/{second.id}/grant"))
    assert paula.post(f"{base}/{second.id}/grant").status_code == 409
    assert paula.post(f"{base}/{second.id}/forget").status_code == 404
    extended = running.invitation(TOWNS[0]).extended_until
    assert extended is not None
    assert extended.isoformat().startswith("2026-05-21")


def test_a_slip_in_a_longer_deadline_is_asked_about_and_can_be_corrected(running: Running, paula: Browser):
    at = f"{running.at()}/invitations/{running.invitation(KIEL).id}"
    assert 'name="sure"' not in paula.get(at).text
    typed = {"until": "29.01.2072", "reason": "Rat"}
    for sent in (typed, typed | {"sure": "29.01.2071"}):
        asked = paula.post(f"{at}/extend", sent)
        assert asked.status_code == 422
        assert "mehr als ein Jahr nach der allgemeinen Frist" in asked.text
        assert 'name="sure" type="checkbox" value="29.01.2072"' in asked.text
    assert running.invitation(KIEL).extended_until is None
    assert "29.01.2072" in paula.follow(paula.post(f"{at}/extend", typed | {"sure": "29.01.2072"})).text
    typed = {"until": "2026-05-15", "reason": "Vertippt"}
    asked = paula.post(f"{at}/extend", typed)
    assert asked.status_code == 422
    assert "Die Stelle hat bisher länger Zeit, bis 29.01.2072, 24:00 Uhr" in asked.text
    assert "15.05.2026" in paula.follow(paula.post(f"{at}/extend", typed | {"sure": "2026-05-15"})).text
    assert "verkürzt: 29.01.2072, 24:00 Uhr → 15.05.2026, 24:00 Uhr" in html.text_of(
        html.parse(paula.get(f"{running.at()}/log").text)
    )


def test_the_overview_tells_of_longer_deadlines_of_single_bodies(running: Running, paula: Browser):
    def extend(town: str, until: str) -> None:
        at = f"{running.at()}/invitations/{running.invitation(town).id}"
        paula.get(at)
        paula.follow(paula.post(f"{at}/extend", {"until": until, "reason": "Rat"}))

    assert "länger, " not in (before := paula.get(running.at()).text)
    assert "Die Auswertung kann nach der Frist beginnen (" in before
    extend(KIEL, "2026-05-15")
    assert (
        "die Stellen mit längerer Frist antworten auch dann noch, längstens bis 15.05.2026"
        in paula.get(running.at()).text
    )
    assert "; für 1 Stelle länger, bis 15.05.2026, 24:00 Uhr" in paula.get(running.at()).text
    extend(TOWNS[0], "2026-05-20")
    assert "; für 2 Stellen länger, längstens bis 20.05.2026, 24:00 Uhr" in paula.get(running.at()).text


def test_a_request_is_granted_to_another_day_and_several_are_decided_at_once(
    db: Database, running: Running, paula: Browser
):
    keys = (*TOWNS, "010510000000")
    with db.transaction() as session:
        for number, key in enumerate(keys):
            actor = evaluation_world.somebody_of(session, running.world, key)
            found = consultations.invitation(session, running.world.planner, running.invitation(key).id)
            extensions.request(session, actor, found, date(2026, 5, 20), f"Grund {number}")
    at = f"{running.at()}/extensions"
    assert "Offene Bitten (5)" in paula.get(at).text
    first, *rest = (
        running.one(DeadlineExtension, DeadlineExtension.organisation_id == running.world.bodies[key]) for key in keys
    )
    wrong = paula.post(f"{at}/{first.id}/grant", {"until": "2026-04-20", "answer": "Gern"})
    assert wrong.status_code == 422
    assert 'value="2026-04-20"' in wrong.text
    paula.follow(paula.post(f"{at}/{first.id}/grant", {"until": "2026-05-12", "answer": "Gern"}))
    assert running.invitation(keys[0]).extended_until.isoformat().startswith("2026-05-12")
    assert running.one(HistoryEntry, HistoryEntry.action == "grant").details["asked"].startswith("2026-05-20")
    chosen = [str(one.id) for one in rest[:2]]
    assert paula.post(f"{at}/together", {"decision": "grant"}).status_code == 422
    assert paula.post(f"{at}/together", {"decision": "burn", "chosen": chosen}).status_code == 422
    kept = paula.post(f"{at}/together", {"decision": "refuse", "chosen": chosen})
    assert kept.status_code == 422
    assert f'value="{chosen[0]}" checked' in kept.text
    assert (
        "2 Bitten sind gewährt"
        in paula.follow(paula.post(f"{at}/together", {"decision": "grant", "chosen": chosen})).text
    )
    stale = {"decision": "refuse", "answer": "Zu spät.", "chosen": [str(one.id) for one in rest]}
    assert paula.post(f"{at}/together", stale).status_code == 409
    assert running.one(DeadlineExtension, DeadlineExtension.id == rest[3].id).state == ExtensionState.REQUESTED
    stale["chosen"] = [str(one.id) for one in rest[2:]]
    assert "2 Bitten sind abgelehnt" in paula.follow(paula.post(f"{at}/together", stale)).text
    assert paula.post(f"{at}/together", stale | {"chosen": str(uuid.uuid4())}).status_code == 404
    with db.transaction() as session:
        actor = evaluation_world.somebody_of(session, running.world, keys[0])
        found = consultations.invitation(session, running.world.planner, running.invitation(keys[0]).id)
        extensions.request(session, actor, found, date(2026, 5, 30), "Noch einmal")
    assert "Früher schon" in paula.get(at).text


def test_what_runs_is_called_the_same_by_everybody(app: FastAPI, running: Running, paula: Browser):
    home = running.homes["paula"]
    with running.db.transaction() as session:
        session.execute(update(Consultation).values(visibility="public"))
    pages = [f"{home}/programmes", f"{home}/programmes/probeprogramm", running.at()]
    for moment, said in (
        (MOMENT, "läuft"), (end_of_day(date(2026, 4, 30)) - timedelta(seconds=1), "läuft"),
        (end_of_day(date(2026, 4, 30)), "Frist abgelaufen"),
    ):  # fmt: skip
        app.state.clock = lambda moment=moment: moment
        paula.log_in(running.emails["paula"])
        for page in [*pages, "/consultations", f"/consultations/{running.world.slug}"]:
            shown = html.check(paula.get(page).text)
            words = {html.text_of(badge) for badge in shown.iter("span") if "kern-badge" in badge.get("class", "")}
            assert said in words, (page, moment)
            assert "angekündigt" not in words, (page, moment)


def test_a_wrong_claim_is_revoked(db: Database, running: Running, paula: Browser):
    with db.transaction() as session:
        invitation = consultations.invitation(session, running.world.planner, running.invitation(TOWNS[2]).id)
        stranger = make.person(session, "Falsche Person")
        claims.claim(session, replace(running.world.planner, person_id=stranger.id), invitation, stranger)
    assert "Falsche Person" in paula.get(f"{running.at()}/invitations").text
    claim = running.one(Claim)
    told = paula.follow(paula.post(f"{running.at()}/claims/{claim.id}/revoke"))
    assert "widerrufen" in told.text
    assert running.one(Claim).revoked_at is not None
    assert paula.post(f"{running.at()}/claims/{claim.id}/revoke").status_code == 404
    assert paula.post(f"{running.at()}/claims/{uuid.uuid4()}/revoke").status_code == 404


def test_one_answer_is_reopened_with_a_day_and_a_reason(running: Running, paula: Browser):
    at = f"{running.at()}/responses/{running.response(TOWNS[0]).id}"
    paula.get(at)
    refused = paula.post(f"{at}/reopen", {"until": "2026-05-15", "reason": ""})
    assert refused.status_code == 422
    assert 'value="2026-05-15"' in refused.text
    assert paula.post(f"{at}/reopen", {"until": "2026-01-01", "reason": "x"}).status_code == 422
    assert "15.05.2026" in paula.follow(paula.post(f"{at}/reopen", {"until": "2026-05-15", "reason": "Irrtum"})).text


def test_an_answer_that_was_withdrawn_is_still_shown_but_counts_no_more(db: Database, running: Running, paula: Browser):
    with db.transaction() as session:
        actor = evaluation_world.somebody_of(session, running.world, TOWNS[2])
        responses.withdraw(session, actor, running.response(TOWNS[2]).id)
    assert "zählt nicht mehr" in paula.get(f"{running.at()}/responses/{running.response(TOWNS[2]).id}").text
    assert "Ort 2" not in paula.get(f"{running.at()}/responses").text
    figures = html.parse(paula.get(f"{running.at()}/participation").text).findall(".//*[@class='app-figure']")
    assert html.text_of(figures[-1]).endswith("1 hat die Antwort zurückgenommen")


# -- points ----------------------------------------------------------------------------------------------------------
def point_of(running: Running, text: str) -> Any:
    return running.one(Point, Point.text == text)


def test_equal_demands_are_one_point_that_is_filtered_tagged_and_decided(running: Running, paula: Browser):
    at = f"{running.at()}/points"
    listed = paula.get(at).text
    assert DEMAND in listed
    for query in ("q=Eigenanteil", f"section={running.world.sections['§ 3']}", "section=-", "tag=-", "state=new", "state=open",
                  "decision=accepted", "order=number", "order=section", "assignee=x", "assignee=me", "assignee=-", "page=7",
                  "page=x", "land=SH", "land=XX", "size=county", "size=large_city", "tag=simpler_application"):  # fmt: skip
        assert paula.get(f"{at}?{query}").status_code == 200
    assert "davon in der Auswahl" not in listed
    assert "davon in der Auswahl: 1<" in paula.get(f"{at}?land=SH&q=Eigenanteil").text
    point = point_of(running, DEMAND)
    one = f"{at}/{point.id}"
    for narrowed in ("land=SH", "land=NI"):  # its place is the one the list has
        assert re.search("[0-9] von [0-9]", html.text_of(html.parse(paula.get(f"{one}?{narrowed}").text)))
    shown = paula.get(f"{one}?q=eigenanteil").text
    for words in ("3 Stellen fordern das", "Begründung: Kein Geld.", "Vorschrift § 3", "1 von 1"):
        assert words in shown
    paula.follow(paula.post(f"{one}/save", {"tags_before": "", "tags": "simpler_application", "version": "1"}))
    assert paula.post(f"{one}/save", {"tags_before": "", "tags": "nonsense"}).status_code == 422
    paula.follow(paula.post(f"{one}/save", {"tags_before": "simpler_application", "version": "1"}))
    mine = {"assignee_before": "", "assignee": str(running.world.planner.person_id)}
    paula.follow(paula.post(f"{one}/save", mine))
    assert paula.post(f"{one}/save", mine | {"assignee": "x"}).status_code == 422
    paula.follow(paula.post(f"{one}/save", {"text": "Kein Eigenanteil", "version": "1"}))
    late = paula.post(f"{one}/save", {"text": "Mein später Text", "version": "1"})
    assert late.status_code == 409
    for words in ("Mein später Text", "Gespeichert: Arbeitstext", "Kein Eigenanteil", 'name="version" value="2"'):
        assert words in late.text
    paula.follow(paula.post(f"{one}/review"))
    final = {"version": "2", "final": "yes"}
    proposed = {"decision": "accepted", "reply": "Wird gestrichen.", "version": "2", "vote": "Ja", "vote_by": "Ref. 2"}
    paula.follow(paula.post(f"{one}/save", proposed))
    assert running.one(Point, Point.id == point.id).state == PointState.IN_REVIEW
    decided = paula.follow(paula.post(f"{one}/save", final | {"decision": "accepted", "reply": "Aus.", "version": "3"}))
    assert "Aus." in decided.text
    assert running.one(Point, Point.id == point.id).state == PointState.DECIDED
    assert paula.post(f"{one}/save", {"text": "x", "version": "5"}).status_code == 409
    paula.follow(paula.post(f"{one}/reopen"))
    assert paula.post(f"{one}/forget").status_code == 404


def test_saving_leads_to_the_next_point_of_the_list_and_after_the_last_one_back_to_it(running: Running, paula: Browser):
    at = f"{running.at()}/points"
    numbers = {p.number: p.id for p in all_points(running)}
    assert len(numbers) == 3
    paula.get(at)
    places = []
    for number in sorted(numbers):
        kept = f"{at}/{numbers[number]}/save?state=open&order=number"
        done = paula.post(kept, {"decision": "noted", "reply": "", "version": "1", "final": "yes", "then": "next"})
        places.append(done.headers["location"])
    assert places == [
        f"{at}/{numbers[2]}?state=open&order=number", f"{at}/{numbers[3]}?state=open&order=number",
        f"{at}?state=open&order=number",
    ]  # fmt: skip
    assert "nicht mehr in der gefilterten Liste" in paula.get(f"{at}/{numbers[1]}?state=open").text


def test_the_last_step_is_taken_back_from_the_page(running: Running, paula: Browser):
    at = f"{running.at()}/points"
    point = point_of(running, DEMAND)
    assert "Rückgängig:" not in paula.get(at).text
    decided = {"decision": "noted", "reply": "Danke.", "version": "1", "final": "yes"}
    after = paula.follow(paula.post(f"{at}/{point.id}/save", decided)).text
    step = {"step": after.split('name="step" value="')[1].split('"')[0], "point": str(point.id)}
    assert paula.post(f"{at}/undo?q=x", step).headers["location"] == f"{at}/{point.id}?q=x"
    assert running.one(Point, Point.id == point.id).state == PointState.NEW
    again = paula.post(f"{at}/undo", step)
    assert again.status_code == 409
    assert "Es gibt keinen Schritt von Ihnen" in again.text


def test_contributions_are_taken_out_and_merged_back(running: Running, paula: Browser):
    at = f"{running.at()}/points"
    point = point_of(running, DEMAND)
    paula.get(f"{at}/{point.id}")
    contribution = running.one(Contribution, Contribution.point_id == point.id)
    for wrong, status in (("x", 404), (str(uuid.uuid4()), 404), ("", 422)):
        assert paula.post(f"{at}/{point.id}/take-out", {"contribution": wrong}).status_code == status
    moved = paula.post(f"{at}/{point.id}/take-out", {"contribution": str(contribution.id)}).headers["location"]
    exception = paula.get(moved).text
    assert "Eine Stelle fordert das" in exception
    assert "Ausnahme von" in exception
    assert "Ausnahme:" in paula.get(f"{at}/{point.id}").text
    for wrong in ("", "x", "99", "0"):
        assert paula.post(f"{moved}/merge", {"into": wrong}).status_code == 422
    assert "3 Stellen" in paula.follow(paula.post(f"{moved}/merge", {"into": str(point.number)})).text
    gone = paula.get(moved)
    assert (gone.status_code, gone.headers["location"]) == (303, f"{at}/{point.id}")


def test_merging_into_a_number_that_two_points_have_asks_which_is_meant(db: Database, running: Running, paula: Browser):
    at = f"{running.at()}/points"
    with db.transaction() as session:
        first, second, third = session.scalars(select(Point).order_by(Point.number).limit(3)).all()
        second.public_number, third.public_number = third.number, second.number
    paula.get(f"{at}/{first.id}")
    refused = paula.post(f"{at}/{first.id}/merge", {"into": str(second.number)})
    assert refused.status_code == 422
    assert "Zwei Punkte haben diese Nummer" in refused.text
    assert f'value="{second.number}"' in refused.text
    told = paula.follow(paula.post(f"{at}/{first.id}/merge", {"into": f"öffentlich {second.number}"})).text
    assert f"in Punkt {third.number}, öffentlich Nr. {third.public_number}" in told


def all_points(running: Running) -> list[Any]:
    with running.db.reader() as session:
        return list(session.scalars(select(Point).order_by(Point.number)))


def test_many_points_are_decided_at_once_or_none(db: Database, running: Running, paula: Browser):
    at = f"{running.at()}/points"
    paula.get(at)
    found = all_points(running)
    chosen = {"point": [str(p.id) for p in found], **{f"version-{p.id}": str(p.version) for p in found}}
    assert paula.post(f"{at}/bulk", {"action": "decide", "decision": "noted"}).status_code == 422
    kept = paula.post(f"{at}/bulk", chosen | {"action": "decide", "decision": "", "reply": "Danke für alles"})
    assert kept.status_code == 422
    assert "Danke für alles" in kept.text
    stale = chosen | {f"version-{found[-1].id}": "7", "action": "decide", "decision": "noted"}
    refused = paula.post(f"{at}/bulk", stale)
    assert refused.status_code == 409
    assert f"Punkt {found[-1].number}" in refused.text
    assert {p.state for p in all_points(running)} == {PointState.NEW}
    paula.follow(paula.post(f"{at}/bulk?order=number", chosen | {"action": "tag", "tag": "simpler_application"}))
    paula.follow(paula.post(f"{at}/bulk", chosen | {"action": "untag", "tag": "simpler_application"}))
    paula.follow(paula.post(f"{at}/bulk", chosen | {"action": "assign", "assignee": ""}))
    assert paula.post(f"{at}/bulk", chosen | {"action": "burn"}).status_code == 422
    done = paula.follow(paula.post(f"{at}/bulk", chosen | {"action": "decide", "decision": "noted", "reply": "Danke."}))
    assert f"{len(found)} Punkte sind bearbeitet" in done.text
    assert {p.decision for p in all_points(running)} == {Decision.NOTED}


def test_all_points_of_the_filter_are_decided_but_for_the_exceptions_and_only_as_they_were_seen(
    running: Running, paula: Browser
):
    at = f"{running.at()}/points"
    shown = paula.get(f"{at}?state=open").text
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    whole = {"scope": "all", "seen": seen, "action": "decide", "decision": "noted"}
    for wrong in ("99", "x", "3-1", "1-99999999"):
        assert paula.post(f"{at}/bulk?state=open", whole | {"except": wrong}).status_code == 422
    assert paula.post(f"{at}/bulk", whole | {"seen": "old"}).status_code == 409
    done = paula.follow(paula.post(f"{at}/bulk?state=open", whole | {"except": "2"}))
    assert "2 Punkte sind bearbeitet" in done.text
    assert {p.number: p.state for p in all_points(running)} == {
        1: PointState.DECIDED, 2: PointState.NEW, 3: PointState.DECIDED,
    }  # fmt: skip
    late = paula.post(f"{at}/bulk?state=open", whole)
    assert late.status_code == 409
    assert "jetzt passt 1 Punkt" in late.text


def test_reply_templates_are_kept_and_used_for_one_point_and_for_many(running: Running, paula: Browser):
    at = f"{running.at()}/replies"
    assert "Noch kein Textbaustein" in paula.get(at).text
    text = {"title": "Dank", "text": "Wir danken <b>sehr</b>.", "decision": "noted"}
    for wrong in ({"title": ""}, {"text": " "}, {"decision": "nonsense"}):
        refused = paula.post(at, text | wrong)
        assert refused.status_code == 422
    assert "danken &lt;b&gt;sehr" in paula.follow(paula.post(at, text)).text
    assert paula.post(at, text).status_code == 422
    template = running.one(ReplyTemplate)
    paula.follow(paula.post(f"{at}/{template.id}", text | {"text": "Vielen Dank."}))
    assert paula.post(f"{at}/{template.id}", text | {"title": ""}).status_code == 422
    point = point_of(running, DEMAND)
    one = f"{running.at()}/points/{point.id}"
    used = {"template": str(template.id), "version": "1", "reply": "Liebe Städte"}
    inserted = paula.post(f"{one}/save", used | {"then": "insert"})
    assert "Liebe Städte\n\nVielen Dank." in inserted.text
    assert running.one(Point, Point.id == point.id).reply == ""
    paula.follow(paula.post(f"{one}/save", used | {"final": "yes"}))
    after = running.one(Point, Point.id == point.id)
    assert (after.reply, after.decision) == ("Liebe Städte\n\nVielen Dank.", Decision.NOTED)
    others = [p for p in all_points(running) if p.id != point.id]
    chosen = {"point": [str(p.id) for p in others], "action": "decide", "template": str(template.id)}
    paula.follow(paula.post(f"{running.at()}/points/bulk", chosen | {f"version-{p.id}": "1" for p in others}))
    assert {p.reply for p in all_points(running) if p.id != point.id} == {"Vielen Dank."}
    paula.follow(paula.post(f"{at}/{template.id}/remove"))
    assert running.one(ReplyTemplate) is None
    assert paula.post(f"{at}/{template.id}/remove").status_code == 404


# -- editions --------------------------------------------------------------------------------------------------------
def test_an_edition_is_compiled_read_downloaded_and_published(app: FastAPI, running: Running, paula: Browser):
    at = f"{running.at()}/editions"
    paula.get(at)
    early = paula.post(at, {"audience": "public", "language": "de"})
    assert early.status_code == 409
    for wrong in ({"audience": "x", "language": "de"}, {"audience": "internal", "language": "fr"},
                  {"audience": "internal", "language": "de", "states": "XX"}):  # fmt: skip
        assert paula.post(at, wrong).status_code == 422
    later = MOMENT + timedelta(days=70)
    app.state.clock = lambda: later
    paula = running.browser(app, "paula")
    paula.get(f"{at}")
    paula.follow(paula.post(f"{running.at()}/evaluate"))
    watched = paula.follow(paula.post(at, {"audience": "public", "language": "de"}))
    assert "wird erstellt" in watched.text
    piece = paula.send("GET", f"{at}/1", headers={"hx-request": "true"})
    assert "<html" not in piece.text
    running.work(later)
    assert running.one(Edition).state == EditionState.COMPILED, running.one(Edition).error
    ready = paula.get(f"{at}/1").text
    assert "Im Browser lesen" in ready
    assert "Fertig" in paula.send("GET", f"{at}/1", headers={"hx-request": "true"}).text
    document = paula.send("GET", f"{at}/1/document")
    assert document.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    names = [one.split('"')[0] for one in ready.split("/files/")[1:]]
    assert len(names) >= 8
    for name in names:
        assert paula.send("GET", f"{at}/1/files/{name}").status_code == 200
    for name in ("snapshot.ndjson", "..%2fmanifest.json", "x"):
        assert paula.send("GET", f"{at}/1/files/{name}").status_code == 404
    assert paula.get(f"{at}/2").status_code == 404
    published = paula.post(f"{at}/1/publish", {"texts_checked": "yes"})
    if published.status_code == 303:
        assert running.one(Consultation).state == ConsultationState.PUBLISHED
        for again in ({}, {"texts_checked": "yes"}):
            told = paula.post(f"{at}/1/publish", again)
            assert told.headers["location"] == f"{at}/1", "from a second tab"
            assert "Ausgabe 1 war schon veröffentlicht." in paula.follow(told).text
        assert "Eine veröffentlichte Ausgabe ändert sich nicht mehr." in paula.get(at).text
    else:
        assert "Diese Ausgabe darf so nicht veröffentlicht werden" in published.text


def evaluating(app: FastAPI, running: Running) -> Browser:
    """Paula after the deadline, when the evaluation has begun."""
    app.state.clock = lambda: AFTER
    paula = running.browser(app, "paula")
    paula.get(f"{running.at()}/editions")
    paula.follow(paula.post(f"{running.at()}/evaluate"))
    return paula


def test_an_edition_is_limited_as_far_as_that_is_honest_and_says_what_changed(app: FastAPI, running: Running):
    paula, at = evaluating(app, running), f"{running.at()}/editions"
    public = {"audience": "public", "language": "de"}
    refused = paula.post(at, public | {"states": "SH", "points": "decided"})
    assert refused.status_code == 422
    assert "kann nicht auf Länder beschränkt werden" in refused.text
    assert 'value="SH" checked' in refused.text
    for wrong in ({"sections": "nonsense"}, {"kinds": "city_state"}, {"points": "x"}, {"size_classes": "x"}):
        assert paula.post(at, public | wrong).status_code == 422
    section = running.world.sections["§ 3"]
    internal = {"audience": "internal", "language": "de"}
    paula.follow(paula.post(at, internal))
    running.work(AFTER)
    decided = {"decision": "noted", "reply": "Danke.", "version": "1", "final": "yes"}
    paula.follow(paula.post(f"{running.at()}/points/{point_of(running, DEMAND).id}/save", decided))
    paula.follow(paula.post(at, internal | {"sections": [section, "-"], "states": ["SH", "NI", "BY"]}))
    paula.follow(paula.post(at, internal | {"points": "decided"}))
    running.work(AFTER)
    second = paula.get(f"{at}/2").text
    assert "§ 3 Vorschrift § 3, Punkte ohne Abschnitt" in second
    listed = paula.get(at).text
    assert "3 Punkte, 0 entschieden; 4 Stellungnahmen" in listed
    assert "1 Punkt, 1 entschieden; 4 Stellungnahmen" in listed
    assert "Entschiedene Einzelpunkte +1" in listed
    assert "Einzelpunkte -2" in listed
    assert "mit Filter" in listed


def test_an_edition_that_failed_says_why_and_is_compiled_again(db: Database, app: FastAPI, running: Running):
    paula, at = evaluating(app, running), f"{running.at()}/editions"
    paula.follow(paula.post(at, {"audience": "internal", "language": "de"}))
    with db.transaction() as session:
        edition = session.scalars(select(Edition)).one()
        edition.state, edition.error = EditionState.FAILED, "OSError: No space left on device"
    shown = paula.get(f"{at}/1").text
    assert "No space left on device" in shown
    assert "Erneut erstellen" in shown
    assert "wird neu erstellt" in paula.follow(paula.post(f"{at}/1/retry")).text
    running.work(AFTER)
    assert running.one(Edition).state == EditionState.COMPILED


def test_before_publishing_the_page_says_what_becomes_public(app: FastAPI, running: Running):
    paula, at = evaluating(app, running), f"{running.at()}/editions"
    paula.follow(paula.post(at, {"audience": "public", "language": "de"}))
    running.work(AFTER)
    shown = paula.get(f"{at}/1").text
    edition = running.one(Edition)
    if not edition.problems:
        assert f"{edition.counts['points']} Einzelpunkte, davon 0 mit Ihrer Entscheidung" in shown
        assert "Lesen können es alle eingeladenen Stellen." in shown
        assert "interne Notizen, Voten" in shown
    assert edition.counts["answers"] > 0


# -- who -------------------------------------------------------------------------------------------------------------
def paths(running: Running) -> list[str]:
    invitation, response, point = running.invitation(TOWNS[0]), running.response(TOWNS[0]), point_of(running, DEMAND)
    return [
        "", "/participation", "/invitations", f"/invitations/{invitation.id}", f"/invitations/{invitation.id}/letter.pdf",
        "/extensions", "/responses", f"/responses/{response.id}", f"/responses/{response.id}/revisions/1",
        f"/responses/{response.id}/revisions/1/receipt.pdf", "/responses/export/ndjson", "/results", "/points",
        f"/points/{point.id}", "/editions", "/log", "/log/export/csv",
    ]  # fmt: skip


def test_others_find_nothing(app: FastAPI, running: Running, paula: Browser):
    mia, town, stranger = running.browser(app, "mia"), running.browser(app, "town"), Browser(app)
    for path in paths(running):
        assert paula.get(running.at() + path).status_code == 200, path
        assert mia.get(running.at("mia") + path).status_code == 404, path
        assert town.get(running.at("town") + path).status_code == 404, path
        assert town.get(running.at() + path).status_code == 404, path
        assert stranger.get(running.at() + path).status_code == 303, path


def test_a_land_unit_reads_what_its_land_said_and_nothing_else(app: FastAPI, running: Running):
    lara, at = running.browser(app, "lara"), running.at("lara")
    assert "Ort 1" in lara.get(f"{at}/responses").text
    for path in ("/responses", "/invitations", "/points"):
        page = lara.get(at + path).text
        for other in ("Ort 0", "Ort 2", "Ort 3", "Kiel", "alert(1)"):
            assert other not in page, path
    assert "Ort 0" not in lara.get(f"{at}/points/{point_of(running, DEMAND).id}").text
    for path in (f"/responses/{running.response(TOWNS[0]).id}", f"/invitations/{running.invitation(TOWNS[0]).id}",
                 "/log", "/log/export/csv", "/log/export/zip",
                 f"/invitations/{running.invitation(TOWNS[1]).id}/letter.pdf"):  # fmt: skip
        assert lara.get(at + path).status_code in (403, 404), path
    assert "Grundlage: 1 gezählte" in lara.get(f"{at}/results").text


def test_a_response_is_found_by_name_by_key_and_by_land(running: Running, paula: Browser):
    at = f"{running.at()}/responses"

    def found(query: str) -> list[str]:
        page = paula.get(f"{at}?{query}").text
        return sorted(re.findall(r'/responses/[0-9a-f-]{36}">([^<]+)</a>', page))

    every = found("")
    assert len(every) > 2
    assert found("q=Ort+1") == [name for name in every if "Ort 1" in name]
    assert 0 < len(found("state=NI")) < len(every)
    assert found("state=XX") == every
    assert "Keine Stellungnahme passt dazu." in paula.get(f"{at}?q=Nirgendheim").text
    assert 'data-label="Größenklasse oder Art"' in paula.get(at).text


def test_a_land_unit_is_told_on_every_page_that_it_sees_its_land_only(app: FastAPI, running: Running, paula: Browser):
    lara, at = running.browser(app, "lara"), running.at("lara")
    point = point_of(running, DEMAND)
    for path in ("", "/audience", "/participation", "/invitations", "/reminders", "/responses", "/results", "/points",
                 f"/points/{point.id}", "/editions", f"/responses/{running.response(TOWNS[1]).id}"):  # fmt: skip
        page = lara.get(at + path)
        assert page.status_code == 200, path
        assert "Sie sehen nur Niedersachsen." in page.text, path
        assert ("Veröffentlichte Ausgaben enthalten, was aus allen Ländern kam." in page.text) == (path == "/editions")
        assert "Sie sehen nur" not in paula.get(running.at() + path).text, path


def posts(running: Running) -> list[tuple[str, dict[str, str]]]:
    invitation, response, point = running.invitation(TOWNS[0]), running.response(TOWNS[0]), point_of(running, DEMAND)
    version = {"version": "1"}
    return [
        (f"/invitations/{invitation.id}/address", {"email": "x@y.example"}),
        (f"/invitations/{invitation.id}/extend", {"until": "2026-06-01", "reason": "x"}),
        (f"/claims/{uuid.uuid4()}/revoke", {}),
        (f"/extensions/{uuid.uuid4()}/grant", {}),
        (f"/responses/{response.id}/reopen", {"until": "2026-06-01", "reason": "x"}),
        ("/points/bulk", {"action": "decide", "decision": "noted", "point": str(point.id)}),
        ("/points/undo", {"step": "1"}),
        (f"/points/{point.id}/save", {"decision": "noted", "reply": "", "final": "yes", **version}),
        (f"/points/{point.id}/save", {"text": "x", **version}),
        (f"/points/{point.id}/save", {"tags_before": "", "tags": "simpler_application"}),
        (f"/points/{point.id}/save", {"assignee_before": "", "assignee": ""}),
        ("/replies", {"title": "x", "text": "x", "decision": ""}),
        (f"/points/{point.id}/review", {}),
        (f"/points/{point.id}/merge", {"into": "1"}),
        (f"/points/{point.id}/take-out", {"contribution": str(uuid.uuid4())}),
        ("/editions", {"audience": "internal", "language": "de"}),
        ("/editions/1/publish", {}),
        ("/editions/1/retry", {}),
    ]


def test_others_change_nothing_and_a_land_unit_only_reads(app: FastAPI, running: Running):
    mia, town, lara = (running.browser(app, name) for name in ("mia", "town", "lara"))
    for path, data in posts(running):
        assert mia.post(running.at("mia") + path, data).status_code == 404, path
        assert town.post(running.at() + path, data).status_code == 404, path
        assert lara.post(running.at("lara") + path, data).status_code in (403, 404), path
    point = point_of(running, DEMAND)
    assert (point.state, point.version) == (PointState.NEW, 1)
    assert running.one(Edition) is None


def test_an_editor_weighs_but_does_not_decide_or_extend(app: FastAPI, running: Running):
    edgar, at = running.browser(app, "edgar"), running.at("edgar")
    point = point_of(running, DEMAND)
    shown = edgar.get(f"{at}/points/{point.id}").text
    assert "Sie schlagen vor" in shown
    assert "Damit ist entschieden" not in shown
    proposed = {"decision": "noted", "reply": "Ja.", "version": "1"}
    assert edgar.post(f"{at}/points/{point.id}/save", proposed | {"final": "yes"}).status_code == 403
    assert edgar.post(f"{at}/points/{point.id}/save", proposed).status_code == 303
    invitation = running.invitation(TOWNS[0])
    given = {"until": "2026-06-01", "reason": "x"}
    assert edgar.post(f"{at}/invitations/{invitation.id}/extend", given).status_code == 403


def test_after_the_announcement_the_audience_is_told_to_be_settled_and_no_form_is_offered(
    running: Running, paula: Browser
) -> None:
    single = f"{running.at()}/audience/single"
    told = paula.follow(paula.get(single)).text
    assert told.count("Der Adressatenkreis steht mit der Ankündigung fest.") == 2, "at the top, and on the page"
    organisation = f"organisation:{running.world.bodies[TOWNS[0]]}"
    refused = paula.post(single, {"purpose": "for_comment", "organisation": organisation})
    assert refused.status_code == 409
    assert refused.text.count(organisation) == refused.text.count(f'value="{organisation}"'), "an id is nothing to read"


def test_who_is_only_informed_is_not_counted_among_those_who_learn_of_more_time(
    db: Database, running: Running, paula: Browser
) -> None:
    with db.transaction() as session:
        session.execute(update(Invitation).values(email="post@ort.example"))
        count = session.scalar(select(func.count()).select_from(Invitation)) or 0
        informed = select(Invitation.id).where(Invitation.organisation_id == running.world.bodies[TOWNS[0]])
        session.execute(update(Invitation).where(Invitation.id.in_(informed)).values(purpose=Purpose.FOR_INFORMATION))
    page = html.text_of(html.parse(paula.get(f"{running.at()}/extend").text))
    assert f"erfahren es per Mail{count - 1} " in page
