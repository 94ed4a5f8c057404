"""Who runs the service: appointed and dismissed, never the last; and a password for whoever lost all ways in."""

import pytest
from sqlalchemy import func, select

from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job
from consultation.mail.transport import Memory
from consultation.people import accounts, codes, sessions
from consultation.people.models import CodePurpose, LoginSession, OneTimeCode, Person
from consultation.people.passwords import chosen, matches
from consultation.people.queries import operators
from consultation.settings import Settings
from consultation.subjects import system
from consultation.worker import run_due
from tests import factories as make
from tests.browsing import KEY
from tests.factories import MOMENT

OTHER = "ein ganz neues Passwort 31"


def test_somebody_with_an_account_runs_the_service_until_dismissed(db: Database) -> None:
    with db.transaction() as session:
        first, second = make.person(session, operator=True), make.person(session)
        session.flush()
        accounts.appoint_operator(session, system(MOMENT), second.id)
        assert set(operators(session)) == {first.id, second.id}
        with pytest.raises(Conflict, match="schon"):
            accounts.appoint_operator(session, system(MOMENT), second.id)
        accounts.dismiss_operator(session, system(MOMENT), first.id)
        with pytest.raises(Conflict, match="niemand mehr"):
            accounts.dismiss_operator(session, system(MOMENT), second.id)
        with pytest.raises(Conflict, match="betreibt den Dienst nicht"):
            accounts.dismiss_operator(session, system(MOMENT), first.id)
        assert operators(session) == [second.id]
    with db.reader() as session:
        lines = session.execute(select(HistoryEntry.action, HistoryEntry.subject_id).order_by(HistoryEntry.seq)).all()
        assert [tuple(line) for line in lines] == [("appoint_operator", second.id), ("dismiss_operator", first.id)]
        told = session.scalars(select(Job).where(Job.kind == "mail.account_changed")).all()
        assert {(job.payload["id"], job.payload["what"]) for job in told} == {
            (str(second.id), "appoint_operator"), (str(first.id), "dismiss_operator"),
        }  # fmt: skip


def test_they_learn_of_it_by_mail_in_their_language(db: Database) -> None:
    with db.transaction() as session:
        make.person(session, operator=True)
        german, english = make.person(session, "Gerda"), make.person(session, "Emma")
        english.language = "en"
        session.flush()
        for person in (german, english):
            accounts.appoint_operator(session, system(MOMENT), person.id)
            accounts.dismiss_operator(session, system(MOMENT), person.id)
    post = Memory()
    run_due(db, Settings(secret_key=KEY), post, MOMENT)
    said = {
        one: "\n".join(mail.text for mail in post.sent if mail.recipient == one)
        for one in (german.email, english.email)
    }
    assert "Sie gehören jetzt zu denen, die den Dienst betreiben." in said[german.email]
    assert "Sie gehören nicht mehr zu denen" in said[german.email]
    assert "you are now one of those who run the service." in said[english.email]
    assert "you are no longer one of those" in said[english.email]


def test_nobody_else_appoints_dismisses_or_sets_a_password_of_another(db: Database) -> None:
    with db.transaction() as session:
        member, person = make.member(session, make.organisation(session)), make.person(session, operator=True)
        session.flush()
        for act in (accounts.appoint_operator, accounts.dismiss_operator):
            with pytest.raises(Forbidden):
                act(session, member, person.id)
        with pytest.raises(Forbidden):
            accounts.set_password_of(session, member, person.id, chosen(OTHER))


def test_a_password_that_is_set_for_somebody_ends_sessions_and_codes_and_is_told(db: Database) -> None:
    with db.transaction() as session:
        person = make.person(session)
        session.flush()
        sessions.begin(session, person.id, MOMENT)
        codes.make_code(session, person.id, CodePurpose.LOG_IN, MOMENT, codes.new_code())
    with db.transaction() as session:
        with pytest.raises(Invalid) as refused:
            accounts.set_password_of(session, system(MOMENT), person.id, chosen("kurz"))
        assert "12 Zeichen" in str(refused.value.problems[0].message)
        assert accounts.set_password_of(session, system(MOMENT), person.id, chosen(OTHER)) == 1
    with db.reader() as session:
        assert matches(session.get_one(Person, person.id).password_hash, OTHER)
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 0
        assert session.scalar(select(func.count()).select_from(OneTimeCode)) == 0
        line = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "set_password")).one()
        assert (line.subject_id, line.person_id) == (person.id, None)
        assert [job.payload["what"] for job in session.scalars(select(Job))] == ["set_password"]
