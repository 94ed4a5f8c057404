"""The state of the service: one source for the operator's page and the command line, in words, with what helps."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from consultation.core import jobs
from consultation.core.db import Database
from consultation.core.history import record
from consultation.core.jobs import Job, JobState
from consultation.core.sealing import START, seal, sealed
from consultation.people.models import Person, SecondFactor
from consultation.people.second_factor import lacking
from consultation.register.models import RegisterImport
from consultation.settings import Settings, load
from consultation.states import Role
from consultation.subjects import system
from consultation.upkeep import key, noted
from consultation.upkeep.condition import Condition, Level, summary, to_act
from consultation.upkeep.health import SLOW, health
from tests import factories as make
from tests import html
from tests.browsing import Browser, site
from tests.factories import MOMENT

OLGA = "olga@dienst.example"
PUBLIC = {
    "BASE_URL": "https://beteiligung.amt.example", "MAIL": "smtps://dienst:geheim@post.amt.de:465",
    "MAIL_FROM": "Beteiligung <post@amt.de>", "IMPRINT_NAME": "Amt", "IMPRINT_ADDRESS": "Weg 1",
    "IMPRINT_EMAIL": "post@amt.de", "PRIVACY_OFFICER": "Dana Schutz", "PRIVACY_AUTHORITY": "Aufsicht",
    "ACCESSIBILITY_AUTHORITY": "Schlichtung", "ACCESSIBILITY_CHECKED": "2026-02-01", "SECOND_FACTOR_REQUIRED": "1",
}  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(PUBLIC, data_dir=tmp_path)


def running(db: Database, settings: Settings) -> None:
    """A service in which everything was done that there is to do."""
    with db.transaction() as session:
        session.add(
            RegisterImport(as_of=date(2025, 11, 30), source="x", sha256="0" * 64, counts={}, imported_at=MOMENT)
        )
        record(session, system(MOMENT), make.organisation(session), "make")
        make.person(session, operator=True)
        seal(session)
    for name in (noted.BACKUP, noted.CHECK):
        noted.note(settings.data_dir, name, noted.Noted(MOMENT, well=True, where="/sicherung"))


def found(db: Database, settings: Settings, moment: datetime = MOMENT) -> dict[str, Condition]:
    with db.reader() as session:
        return {str(one.title): one for one in health(session, settings, moment)}


def told(db: Database, settings: Settings, title: str, moment: datetime = MOMENT) -> tuple[Level, str]:
    one = found(db, settings, moment)[title]
    return one.level, " ".join(filter(None, [str(one.text), str(one.remedy or ""), one.typed]))


def roomy(settings: Settings, conditions: dict[str, Condition]) -> list[Condition]:
    """Whatever the disk of the machine that runs the tests looks like."""
    return [one for title, one in conditions.items() if title != "Freier Platz"]


def test_a_service_in_which_all_is_done_is_in_order(db: Database, settings: Settings) -> None:
    running(db, settings)
    conditions = roomy(settings, found(db, settings))
    assert {str(one.title): one.level for one in conditions if one.level is not Level.FINE} == {}
    assert not to_act(conditions)
    assert str(summary(conditions)[0][1]) == f"in Ordnung: {len(conditions)}"
    shown = " ".join(str(one.text) for one in conditions)
    assert "geheim" not in shown
    assert "post.amt.de" in shown
    assert ("SQLite" if db.file else "PostgreSQL") in shown


def test_a_new_service_says_what_is_missing_and_how_to_settle_it(db: Database, tmp_path: Path) -> None:
    conditions = found(db, load({}, data_dir=tmp_path))
    lacks = {title: one for title, one in conditions.items() if one.level is not Level.FINE}
    assert {title: (one.level, one.typed) for title, one in lacks.items() if title != "Freier Platz"} == {
        "Sicherung": (Level.ACT, "consultation backup ORDNER"),
        "Gemeindeverzeichnis": (Level.ACT, "consultation register import DATEI"),
        "Wer den Dienst betreibt": (Level.ACT, "consultation user create"),
        "Nachgerechnet": (Level.LOOK, "consultation verify"),
        "Mails": (Level.OPEN, "MAIL"),
        "Öffentliche Adresse": (Level.OPEN, "BASE_URL"),
        "Absender der Mails": (Level.OPEN, "MAIL_FROM"),
        "Impressum": (Level.OPEN, "IMPRINT_NAME IMPRINT_ADDRESS IMPRINT_EMAIL"),
        "Datenschutzhinweise": (Level.OPEN, "IMPRINT_NAME PRIVACY_OFFICER PRIVACY_AUTHORITY"),
        "Erklärung zur Barrierefreiheit": (Level.OPEN, "IMPRINT_EMAIL ACCESSIBILITY_AUTHORITY ACCESSIBILITY_CHECKED"),
    }
    assert to_act(conditions.values())
    levels = [one.level for one in conditions.values()]
    assert levels == sorted(levels, key=list(Level).index)


def test_another_key_than_the_one_the_data_hang_on_is_said(db: Database, settings: Settings) -> None:
    title = "Schlüssel des Dienstes"
    assert told(db, settings, title)[0] is Level.FINE, "no service has started yet"
    with db.transaction() as session:
        key.note(session, system(MOMENT), settings.secret_key.get_secret_value())
    assert told(db, settings, title)[0] is Level.FINE
    for other, words in (("x" * 40, "nicht der, mit dem die Datenbank eingerichtet wurde"), ("", "er fehlt")):
        changed = settings.model_copy(update={"secret_key": SecretStr(other)})
        assert told(db, changed, title) == (Level.ACT, f"{words} Setzen Sie den früheren wieder ein. SECRET_KEY")


@pytest.mark.parametrize(
    ("age", "well", "level", "words"),
    [
        (1, True, Level.FINE, "nach /sicherung"), (3, True, Level.LOOK, "Sichern Sie"), (8, True, Level.ACT, "Sichern Sie"),
        (0, False, Level.ACT, "Dateien von Ausgaben fehlten"),
    ],
)  # fmt: skip
def test_an_old_backup_or_one_that_lacks_files_is_said(
    db: Database, settings: Settings, age: int, well: bool, level: Level, words: str
) -> None:
    noted.note(settings.data_dir, noted.BACKUP, noted.Noted(MOMENT - timedelta(days=age), well, "/sicherung"))
    assert told(db, settings, "Sicherung")[0] is level
    assert words in told(db, settings, "Sicherung")[1]


def test_a_check_that_found_something_or_is_long_ago_is_said(db: Database, settings: Settings) -> None:
    noted.note(settings.data_dir, noted.CHECK, noted.Noted(MOMENT, well=False))
    assert told(db, settings, "Nachgerechnet")[0] is Level.ACT
    noted.note(settings.data_dir, noted.CHECK, noted.Noted(MOMENT, well=True))
    assert told(db, settings, "Nachgerechnet", MOMENT + timedelta(days=30))[0] is Level.FINE
    assert told(db, settings, "Nachgerechnet", MOMENT + timedelta(days=32))[0] is Level.LOOK
    (settings.data_dir / noted.CHECK).write_text('{"at": "gestern"}')
    assert "noch nie" in told(db, settings, "Nachgerechnet")[1]


def enqueued(db: Database, kind: str, **values: Any) -> None:
    with db.transaction() as session:
        jobs.enqueue(session, kind, {}, run_at=MOMENT)
        if values:
            session.execute(update(Job).where(Job.kind == kind).values(**values))


def test_jobs_that_nobody_begins_are_said_and_those_of_a_moment_ago_are_not(db: Database, settings: Settings) -> None:
    enqueued(db, "edition.compile")
    assert told(db, settings, "Aufträge", MOMENT + SLOW) == (Level.FINE, "1 wartet, keiner ist aufgegeben")
    level, words = told(db, settings, "Aufträge", MOMENT + SLOW * 2)
    assert level is Level.ACT
    assert "Niemand arbeitet sie ab" in words
    assert words.endswith("consultation worker")


def test_jobs_that_were_given_up_that_fail_or_are_paused_are_told_apart(db: Database, settings: Settings) -> None:
    enqueued(db, "edition.compile", attempts=5, last_error="voll", run_at=MOMENT + timedelta(hours=1))
    assert told(db, settings, "Aufträge")[0] is Level.LOOK
    assert "Zuletzt: voll" in told(db, settings, "Aufträge")[1]
    enqueued(db, "contributions.gather", state=JobState.DEAD)
    assert told(db, settings, "Aufträge")[0] is Level.ACT
    assert "1 aufgegeben; 1 wartet" in told(db, settings, "Aufträge")[1]
    with db.transaction() as session:
        jobs.pause(session, MOMENT, "Wartung")
    assert "Wartung" in told(db, settings, "Aufträge")[1]
    assert told(db, settings, "Aufträge")[1].endswith("consultation jobs resume")


def test_mails_that_do_not_go_out_are_told_with_the_reason_and_about_since_when(
    db: Database, settings: Settings
) -> None:
    enqueued(db, "edition.compile", attempts=9, last_error="etwas anderes")
    enqueued(db, "mail.invitation")
    moment = MOMENT
    for _ in range(12):
        with db.transaction() as session:
            job = session.scalars(select(Job).where(Job.kind == "mail.invitation")).one()
            moment = job.run_at
            session.execute(update(Job).where(Job.id == job.id).values(attempts=job.attempts + 1))
            session.refresh(job)
            jobs.fail(session, job, "ConnectionRefusedError: abgewiesen", moment, jobs.PATIENT_ATTEMPTS)
    with db.reader() as session:
        failing = jobs.struggling(session)
    assert failing is not None
    assert failing.since == MOMENT
    level, words = told(db, settings, "Mails", moment)
    assert level is Level.ACT
    assert "1 geht etwa seit 02.03.2026, 10:00 Uhr nicht hinaus" in words
    assert "abgewiesen" in words


@pytest.mark.parametrize(
    ("way", "level"),
    [
        ("smtp://post.amt.de:25", Level.OPEN), ("smtp://127.0.0.1:25", Level.FINE), ("smtp://localhost", Level.FINE),
        ("smtps://post.amt.de", Level.FINE), ("smtp+starttls://post.amt.de", Level.FINE),
    ],
)  # fmt: skip
def test_mails_that_anybody_on_the_way_can_read_are_to_be_settled(
    db: Database, tmp_path: Path, way: str, level: Level
) -> None:
    assert told(db, load(PUBLIC | {"MAIL": way}, data_dir=tmp_path), "Mails")[0] is level


def test_a_log_that_is_not_sealed_is_said(db: Database, settings: Settings) -> None:
    with db.reader() as session:
        assert (sealed(session).position, sealed(session).chain, sealed(session).waiting_since) == (0, START, None)
    with db.transaction() as session:
        record(session, system(MOMENT), make.organisation(session), "make")
    assert told(db, settings, "Verfahrensprotokoll", MOMENT + SLOW)[0] is Level.FINE
    level, words = told(db, settings, "Verfahrensprotokoll", MOMENT + SLOW * 2)
    assert level is Level.ACT
    assert "wird nicht versiegelt" in words
    with db.transaction() as session:
        seal(session)
    with db.reader() as session:
        found_ = sealed(session)
    assert found_.position == 1
    assert found_.chain[:16] in told(db, settings, "Verfahrensprotokoll", MOMENT + SLOW * 2)[1]


def test_whoever_plans_or_operates_without_a_second_step_is_counted_once(db: Database, settings: Settings) -> None:
    with db.transaction() as session:
        house, town = make.planning_organisation(session), make.organisation(session)
        make.operator(session)
        make.member(session, house, (Role.EDITOR,))
        make.member(session, house, (Role.MANAGER,))
        make.member(session, town)
        both = make.person(session, "Beides", operator=True)
        make.membership(session, both, house, (Role.PUBLISHER,))
        make.membership(session, make.person(session, "Wartet"), house, (Role.EDITOR,), waiting=True)
        safe = make.person(session, "Sicher", operator=True)
        session.add(SecondFactor(person_id=safe.id, salt="0" * 32, last_step=0, created_at=MOMENT))
        make.person(session, "Fort", operator=True, active=False)
    with db.reader() as session:
        assert lacking(session) == (2, 1)
    lax = settings.model_copy(update={"second_factor_required": False})
    assert told(db, lax, "Zweite Stufe der Anmeldung")[0] is Level.OPEN
    assert "2 im Betrieb, 1 in der Planung" in told(db, lax, "Zweite Stufe der Anmeldung")[1]
    assert told(db, settings, "Zweite Stufe der Anmeldung")[0] is Level.FINE
    with db.transaction() as session:
        session.execute(update(Person).values(active=False))
    assert told(db, lax, "Zweite Stufe der Anmeldung")[0] is Level.FINE


def test_an_old_register_an_unsafe_database_and_a_lost_folder_are_said(db: Database, settings: Settings) -> None:
    running(db, settings)
    assert told(db, settings, "Gemeindeverzeichnis", MOMENT + timedelta(days=700))[0] is Level.LOOK
    unsafe = settings.model_copy(update={"unsafe_database": True})
    assert told(db, unsafe, "Datenbank")[0] is Level.ACT
    gone = settings.model_copy(update={"data_dir": settings.data_dir / "fort"})
    assert told(db, gone, "Freier Platz")[0] is Level.ACT


@pytest.mark.parametrize("path", ["/imprint", "/privacy", "/accessibility"])
def test_a_public_page_that_lacks_something_is_open_and_one_that_is_in_order_lacks_nothing(
    db: Database, settings: Settings, tmp_path: Path, path: str
) -> None:
    missing = "Diese Angaben fehlen noch"
    empty = load({}, data_dir=tmp_path)
    for chosen, there in ((empty, True), (settings, False)):
        shown = Browser(site(db, **chosen.model_dump(exclude={"base_url", "secret_key"}))).get(path).text
        assert (missing in shown) is there
        [one] = [one for one in found(db, chosen).values() if one.href == path]
        assert (one.level is Level.OPEN) is there


def test_the_page_shows_the_same_lines_with_state_and_remedy_in_words(db: Database, settings: Settings) -> None:
    with db.transaction() as session:
        make.person(session, email=OLGA, operator=True)
    lax = settings.model_copy(update={"second_factor_required": False, "imprint_name": ""})
    olga = Browser(site(db, **lax.model_dump(exclude={"base_url", "secret_key"})))
    olga.log_in(OLGA)
    shown = html.text_of(html.check(olga.get("/operator").text))
    for one in found(db, lax).values():
        if str(one.title) not in {"Freier Platz", "Öffentliche Adresse"}:  # they change, or are those of the tests
            for words in filter(None, (str(one.title), str(one.text), str(one.remedy or ""), one.typed)):
                assert words in shown
    assert "handeln: " in shown
    assert "noch offen: " in shown
    english = html.text_of(html.check(olga.get("/operator?lang=en").text))
    assert "None noted yet." in english
    assert "Noch keine" not in english


def test_a_note_in_place_of_another_is_whole(tmp_path: Path) -> None:
    first = noted.Noted(MOMENT, well=True, where="/a")
    noted.note(tmp_path, noted.BACKUP, first)
    noted.note(tmp_path, noted.BACKUP, replace(first, where="/b"))
    assert noted.last(tmp_path, noted.BACKUP) == replace(first, where="/b")
    assert [path.name for path in tmp_path.iterdir()] == [noted.BACKUP]
    noted.note(tmp_path / noted.BACKUP, noted.CHECK, first)  # no folder: nobody can write there
    assert noted.last(tmp_path / noted.BACKUP, noted.CHECK) is None
