"""Personal data: where it is, access to it, how it goes, and that it is nowhere else."""

import contextlib
import io
import json
import logging
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
import structlog
from sqlalchemy import delete, func, insert, select

from consultation import worker
from consultation.consultations.models import AddressUpload, Consultation, Invitation
from consultation.core.errors import Conflict, Forbidden
from consultation.core.history import HistoryEntry
from consultation.core.places import top_folder
from consultation.core.tables import all_tables
from consultation.http import logs
from consultation.mail.transport import Folder
from consultation.people.models import LoginSession, Membership, Organisation, Person
from consultation.responses.models import DraftAnswer, PersonalValue, Revision
from consultation.states import Role
from consultation.subjects import system
from consultation.upkeep import access, backup, erased_list, erasure, restore, retention
from consultation.upkeep.personal import BY_TABLE, HOLDINGS, Bearing, markdown
from tests import factories, tenancy_world
from tests.browsing import Browser, site
from tests.fault.invariants import fingerprint, problems
from tests.plain_logs import plain_logs
from tests.privacy_world import MAIL, NAME, end_all, made, person_of
from tests.test_docs import between
from tests.upkeep_world import LATER, NOW, Service, settings_for

__all__ = ["made"]


def everywhere(made: Service) -> str:
    """Every value of every table, every file and its name."""
    with made.db.reader() as session:
        rows = [str(tuple(row)) for table in all_tables().sorted_tables for row in session.execute(table.select())]
    files = [path for path in made.settings.data_dir.rglob("*") if path.is_file() and path.suffix != ".db"]
    return "\n".join([*rows, *(f"{path} {path.read_bytes()!r}" for path in files)]).lower()


# -- where it is -----------------------------------------------------------------------------------------------------
def test_every_column_of_every_table_is_classified_once() -> None:
    known = {(holding.table, name) for holding in HOLDINGS for name, _ in holding.columns()}
    there = {(table.name, column.name) for table in all_tables().tables.values() for column in table.columns}
    assert sorted(there - known) == [], "say in consultation/upkeep/personal.py what these columns hold of people"
    assert sorted(known - there) == []
    assert len(known) == sum(len(list(holding.columns())) for holding in HOLDINGS)


def test_whatever_points_to_a_person_is_classified_as_that() -> None:
    for table in all_tables().tables.values():
        refers = set(BY_TABLE[table.name].of(Bearing.REFERENCE))
        by_name = {c.name for c in table.columns if c.name in {"person_id", "author_id", "editor_id", "assignee_id"}}
        by_key = {c.name for c in table.columns if any(f.column.table.name == "person" for f in c.foreign_keys)}
        assert by_name | by_key <= refers, table.name


def test_the_documentation_shows_this_table() -> None:
    assert between("docs/personenbezogene-daten.md", "holdings") == markdown()


WHERE_THE_RELEASER_IS = {
    "person", "membership", "login_session", "api_token", "claim", "revision", "response", "draft_answer", "history_entry",
    "answer_comment", "invitation", "address_row", "address_omission", "personal_value", "disclosure_choice",
}  # fmt: skip


# -- access ----------------------------------------------------------------------------------------------------------
def test_a_person_gets_everything_and_no_secret_and_nothing_of_others(made: Service) -> None:
    with made.db.reader() as session:
        person = person_of(session, made)
        found = access.everything(session, person, LATER)
        text = orjson.dumps(found).decode()
        assert set(found["tables"]) >= WHERE_THE_RELEASER_IS
        assert person.password_hash
        assert person.password_hash not in text
        token = session.scalars(select(LoginSession.token_hash).where(LoginSession.person_id == person.id)).first()
        assert token
        assert token not in text
        others = session.scalars(select(Person).where(Person.id != person.id)).all()
        assert [other.email for other in others if other.email in text] == []
    assert tenancy_world.NEIGHBOUR_WORK not in text
    assert f"Unter uns {tenancy_world.WORK}" in text  # one's own words
    assert f"Statt {tenancy_world.WORK}" not in text  # those of the house
    assert found["organisations"] == [
        {"name": "Stadt Heide", "roles": [role.value for role in factories.ANSWERING_ROLES]}
    ]


def test_everybody_downloads_their_own_data_and_only_that(made: Service) -> None:
    app = site(made.db, NOW, data_dir=made.settings.data_dir)
    browser = Browser(app)
    assert browser.get("/account/data").status_code == 303
    browser.cookies.set("session", made.world.cookies["town"])
    answer = browser.get("/account/data")
    assert answer.headers["content-disposition"] == 'attachment; filename="meine-daten.json"'
    assert json.loads(answer.content)["tables"]["person"]["rows"][0]["email"] == MAIL
    neighbour = Browser(app)
    neighbour.cookies.set("session", made.world.cookies["neighbour"])
    assert MAIL not in neighbour.get("/account/data").text


# -- erasure ---------------------------------------------------------------------------------------------------------
def erase(made: Service, **options) -> erasure.Erased:
    with made.db.transaction() as session:
        return erasure.erase(session, system(LATER), person_of(session, made), **options)


def test_an_erased_person_is_nowhere_and_hashes_chain_and_submissions_hold(made: Service) -> None:
    end_all(made)
    with made.db.reader() as session:
        before = session.scalar(select(func.count()).select_from(Revision))
    assert NAME.lower() in everywhere(made)
    done = erase(made, force=True)
    assert (done.delayed, done.mentions) == (0, ())
    left = everywhere(made)
    for word in ("zwetschgenbaum", "wilhelmine"):
        assert word not in left
    assert problems(made.db, made.documents) == []
    with made.db.reader() as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == before
        person = person_of(session, made)
        assert (person.active, person.name) == (False, erasure.NOBODY)
        assert session.scalars(select(Revision.id).where(Revision.person_id == person.id)).first()
        assert session.scalars(select(Membership.id).where(Membership.person_id == person.id)).all() == []
        lines = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "erase")).all()
        assert [line.subject_id for line in lines] == [person.id]


def test_names_and_addresses_with_umlauts_go_however_they_are_written(made: Service) -> None:
    with made.db.transaction() as session:
        person = person_of(session, made)
        person.name, person.email, person.email_key = "Özlem Ünal", "Post@Ämter.example", "post@ämter.example"
        for contact in ("Frau Özlem Ünal", "özlem ünal, Zimmer 3", "POST@Ämter.example"):
            revision = session.scalars(select(Revision).where(Revision.person_id == person.id)).first()
            assert revision
            key = f"contact.{len(contact)}"
            session.add(PersonalValue(revision_id=revision.id, key=key, value={"value": contact}, salt="0" * 64))
        invitation = session.scalars(select(Invitation)).first()
        assert invitation
        invitation.email, invitation.failure = "post@Ämter.example", "550 <Post@Ämter.example>: unbekannt"
    with made.db.transaction() as session:
        erasure.erase(session, system(LATER), erasure.by_email(session, " POST@ÄMTER.example"), force=True)
    with made.db.reader() as session:
        kept = session.scalars(select(PersonalValue).where(PersonalValue.key.startswith("contact."))).all()
        assert [one.value for one in kept] == [None] * 3
        assert session.scalars(select(Invitation.email).where(Invitation.email.contains("mter.example"))).all() == []
        assert session.scalars(select(Invitation.failure).where(Invitation.failure.contains("mter"))).all() == []


def test_somebody_with_a_similar_or_the_same_name_elsewhere_is_not_erased_too(made: Service) -> None:
    """ "Wilhelmine Zwetschgenbaumer" of the same house, and a namesake of another one, who is told of."""
    end_all(made)
    with made.db.transaction() as session:
        person = person_of(session, made)
        own = session.scalars(select(Revision).where(Revision.person_id == person.id)).first()
        other = session.scalars(select(Revision).where(Revision.organisation_id != made.world.places["town"])).first()
        assert own
        assert other
        for revision, key, text in (
            (own, "contact.similar", f"{NAME}er"), (own, "contact.married", f"{NAME}-Voß"), (own, "contact.own", f"Frau {NAME}"),
            (other, "contact.namesake", NAME), (other, "contact.address", f"bitte an {MAIL.upper()}"),
            (other, "contact.longer", f"x{MAIL}"),
        ):  # fmt: skip
            session.add(PersonalValue(revision_id=revision.id, key=key, value={"value": text}, salt="0" * 64))
    assert erase(made, force=True).mentions == (("personal_value", "value", 1),)
    with made.db.reader() as session:
        kept = session.scalars(
            select(PersonalValue.key).where(PersonalValue.key.startswith("contact."), PersonalValue.salt.is_not(None))
        )
        assert sorted(kept) == ["contact.longer", "contact.married", "contact.namesake", "contact.similar"]


def test_somebody_with_a_short_name_erases_nobody_elses_release(made: Service) -> None:
    end_all(made)
    with made.db.transaction() as session:
        person_of(session, made).name = "Al"
    with made.db.reader() as session:
        others = select(PersonalValue.id).join(Revision, Revision.id == PersonalValue.revision_id)
        others = others.where(
            Revision.person_id != made.world.people["town"].person_id, PersonalValue.salt.is_not(None)
        )
        before = sorted(session.scalars(others))
    assert before
    erase(made, force=True)
    with made.db.reader() as session:
        assert sorted(session.scalars(others)) == before


def test_while_a_procedure_runs_it_stays_known_who_released_and_goes_when_it_is_over(made: Service) -> None:
    done = erase(made, force=True)
    assert done.delayed >= 2
    assert NAME.lower() in everywhere(made)
    end_all(made)
    with made.db.transaction() as session:
        found = retention.carry_out(session, system(LATER), made.settings)
    assert found["delayed"] == done.delayed
    assert "zwetschgenbaum" not in everywhere(made)
    assert problems(made.db, made.documents) == []


def test_who_is_the_last_to_manage_or_release_is_not_erased_unasked(made: Service) -> None:
    with made.db.transaction() as session:
        town = session.get_one(Organisation, made.world.places["town"])
        for one in session.scalars(select(Membership).where(Membership.organisation_id == town.id)):
            if one.person_id != made.world.people["town"].person_id:
                one.roles = [Role.CONTRIBUTOR.value]
    before = fingerprint(made.db, made.documents)
    with pytest.raises(Conflict, match="Stadt Heide"):
        erase(made)
    assert fingerprint(made.db, made.documents) == before
    erase(made, force=True)
    with pytest.raises(Conflict, match="schon"):
        erase(made, force=True)


def test_who_alone_operates_the_service_is_not_erased_unasked(made: Service) -> None:
    with made.db.transaction() as session:
        last = session.get_one(Person, made.world.people["operator"].person_id)
        for one in session.scalars(select(Person).where(Person.operator, Person.id != last.id)):
            one.operator = False
    before = fingerprint(made.db, made.documents)
    with pytest.raises(Conflict, match="betreibt niemand mehr den Dienst"), made.db.transaction() as session:
        erasure.erase(session, system(LATER), session.get_one(Person, last.id))
    assert fingerprint(made.db, made.documents) == before
    with made.db.transaction() as session:
        erasure.erase(session, system(LATER), session.get_one(Person, last.id), force=True)


def test_only_operators_erase(made: Service) -> None:
    with made.db.transaction() as session, pytest.raises(Forbidden):
        erasure.erase(session, made.world.people["planner"], person_of(session, made))


def test_texts_that_still_name_the_person_are_told(made: Service) -> None:
    with made.db.transaction() as session:
        draft = session.scalars(select(DraftAnswer)).first()
        assert draft
        draft.value = {"value": f"Rückfragen bitte an {NAME}."}
    assert erase(made, force=True).mentions == (("draft_answer", "value", 1),)


def test_who_was_erased_after_a_backup_is_erased_again_when_it_is_restored(made: Service, tmp_path: Path) -> None:
    end_all(made)
    backup.make(made.db, made.settings, tmp_path / "backup", NOW)
    done = erase(made, force=True)
    erased_list.add(made.settings.data_dir, [done.person_id])
    made.db.engine.dispose()
    restore.restore(made.settings, tmp_path / "backup", LATER, overwrite=True)
    assert "zwetschgenbaum" not in everywhere(made)
    assert problems(made.db, made.documents) == []


def test_mails_to_the_person_that_lie_as_files_go_too(made: Service) -> None:
    post = Folder(made.settings.data_dir / "mail", "Beteiligung <post@dienst.example>")
    worker.run_due(made.db, made.settings, post, LATER)
    assert erasure.forget_mails(post.path, MAIL) >= 1
    assert [path.name for path in post.path.glob("*.eml") if MAIL.encode() in path.read_bytes()] == []


# -- retention -------------------------------------------------------------------------------------------------------
def retain(made: Service, days: int) -> dict[str, int]:
    with made.db.transaction() as session:
        return retention.carry_out(session, system(LATER + timedelta(days=days)), made.settings)


def test_the_plan_is_counted_first_carried_out_exactly_and_nothing_is_left_for_a_second_run(made: Service) -> None:
    end_all(made)
    before = fingerprint(made.db, made.documents)
    with made.db.reader() as session:
        counted = retention.due(session, LATER + timedelta(days=800), made.settings)
    assert fingerprint(made.db, made.documents) == before
    assert all(counted[name] for name in ("drafts", "contacts", "invitations", "address_lists"))
    assert retain(made, 800) == counted
    assert set(retain(made, 800).values()) == {0}
    with made.db.reader() as session:
        assert session.scalars(select(DraftAnswer)).all() == []
        assert session.scalars(select(AddressUpload)).all() == []
        assert session.scalars(select(PersonalValue.id).where(PersonalValue.salt.is_not(None))).all() == []
        assert {i.email for i in session.scalars(select(Invitation))} <= {None}
        told = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "retain")).all()
        assert [line.details for line in told] == [{"counts": counted}]
    assert problems(made.db, made.documents) == []


def test_nothing_goes_before_its_day_or_while_a_procedure_runs(made: Service) -> None:
    assert set(retain(made, 89 - 2).values()) == {0}
    with made.db.transaction() as session:
        session.execute(delete(AddressUpload))
    kept = retain(made, 3000)
    assert kept.pop("accounts") == 1  # somebody who never belonged anywhere
    assert set(kept.values()) == {0}
    end_all(made)
    assert set(retain(made, 364).values()) == {0}
    assert retain(made, 366)["drafts"] > 0


def test_more_rows_than_a_statement_can_name_go_too(made: Service) -> None:
    with made.db.transaction() as session:
        consultation = session.scalars(select(Consultation.id)).first()
        rows = [{"id": uuid.uuid4(), "consultation_id": consultation, "file_name": "liste.csv", "created_at": NOW}
                for _ in range(70_000)]  # fmt: skip
        session.execute(insert(AddressUpload), rows)
    assert retain(made, 91)["address_lists"] >= 70_000
    with made.db.reader() as session:
        assert session.scalars(select(AddressUpload)).all() == []


def test_a_period_of_zero_days_keeps_for_ever(made: Service) -> None:
    end_all(made)
    kept = made.settings.model_copy(update=dict.fromkeys(
        ("retain_drafts", "retain_contacts", "retain_address_lists", "retain_accounts"), 0))  # fmt: skip
    with made.db.transaction() as session:
        assert set(retention.carry_out(session, system(LATER + timedelta(days=9999)), kept).values()) == {0}


# -- nowhere else ----------------------------------------------------------------------------------------------------
@pytest.fixture
def log(tmp_path: Path) -> Iterator[io.StringIO]:
    """What the processes would write, as JSON."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        logs.configure(
            settings_for("sqlite://", tmp_path / "log").model_copy(update={"log_json": True, "log_level": "debug"})
        )
        structlog.configure(logger_factory=structlog.WriteLoggerFactory(said), cache_logger_on_first_use=False)
        yield said
    plain_logs()
    logging.captureWarnings(False)


def test_logs_addresses_and_names_of_files_hold_no_person_and_no_answer(made: Service, log: io.StringIO) -> None:
    """A log-in, a wrong one, saving, submitting, a crash in the middle of it, mails that fail, documents."""
    app = site(made.db, NOW, data_dir=made.settings.data_dir)
    browser, seen = Browser(app), []
    browser.get("/login")
    browser.post("/login", {"email": MAIL, "password": "falsch geraten"})
    browser.log_in(MAIL)
    base = f"/o/{made.world.places['town']}/answers/anhoerung-a"
    for path in ("", "/draft", "/review", "/part/A", "/receipt"):
        page = browser.get(base + path)
        seen += [str(page.url), *page.headers.values()]
    browser.post(f"{base}/reference", {"reference": f"Zwetschgenbaum {MAIL}"})
    browser.send("GET", f"/search?q={NAME}")
    with made.db.engine.begin() as connection:  # a table that went away makes every page that needs it crash
        connection.exec_driver_sql("ALTER TABLE draft_answer RENAME TO gone")
    answer = browser.send("POST", f"{base}/part/A", data={"csrf_token": browser.token, "message": f"Geheim: {NAME}"})
    assert answer.status_code == 500

    class Refuses:
        def send(self, mail) -> None:
            raise ValueError(f"cannot send to {mail.recipient}: {mail.text}")

    worker.run_due(made.db, made.settings, Refuses(), LATER)
    text = log.getvalue().lower()
    assert '"event":"crashed"' in text.replace(" ", "")
    assert "job failed" in text
    names = [path.name for path in made.settings.data_dir.rglob("*")]
    for word in ("zwetschgenbaum", "wilhelmine", "falsch geraten", "geheim", tenancy_world.WORK.lower()):
        assert word not in text, word
        assert word not in " ".join([*seen, *names]).lower(), word
    with made.db.reader() as session:
        assert "zwetschgenbaum" not in str(session.execute(select(all_tables().tables["job"])).all()).lower()


def test_scripts_of_ours_keep_nothing_in_the_browser_but_one_switch() -> None:
    kept = []
    for script in (top_folder("templates").parent / "consultation/static").glob("*.js"):
        lines = [line.strip() for line in script.read_text("utf-8").splitlines()]
        kept += [line for line in lines if re.search(r"Storage\b|indexedDB|document\.cookie|caches\.", line)]
    assert kept == [
        "return localStorage.getItem(OFF) === null;", "if (wanted.checked) localStorage.removeItem(OFF);",
        'else localStorage.setItem(OFF, "yes");',
    ]  # fmt: skip
