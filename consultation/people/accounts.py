"""Accounts of persons: making them, and what people change about themselves."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core import history
from consultation.core.db import hold, hold_where, holding, insert_new
from consultation.core.errors import Conflict, Invalid, Problem
from consultation.core.jobs import Urgency, enqueue
from consultation.core.language import LANGUAGES, Language, M
from consultation.core.text import clean_line, identity_key
from consultation.people import codes, passwords, queries, sessions
from consultation.people.addresses import mail_address
from consultation.people.models import Person
from consultation.people.passwords import Chosen
from consultation.rulebook import OPERATE, the_system
from consultation.subjects import Actor

OPERATING = OPERATE | the_system


class Known(Invalid):
    """There is an account with this address already."""


def create_person(
    session: Session, actor: Actor, *, email: str, name: str, password: Chosen | None = None,
    language: Language | None = None, operator: bool = False,
) -> Person:  # fmt: skip
    """An account. Without a password it is opened by a code by mail. Raises Invalid with all problems at once,
    and Known where nothing else is wrong.
    """
    if operator:
        OPERATING.demand(actor, None)
    problems = person_problems(email, name)
    problems += passwords.problems(password.clear, email) if password is not None else ()
    if problems:
        raise Invalid(M("Das Konto wurde nicht angelegt."), problems=problems)
    values = {
        "id": uuid.uuid4(), "email": clean_line(email), "email_key": identity_key(email), "name": clean_line(name),
        "password_hash": password.hash if password is not None else None, "language": language,
        "operator": operator, "active": True, "created_at": actor.moment,
    }  # fmt: skip
    if not insert_new(session, Person, [values], ["email_key"]):
        taken = M("Mit dieser Adresse gibt es schon ein Konto. Melden Sie sich damit an.")
        raise Known(M("Das Konto wurde nicht angelegt."), problems=[Problem("email", taken)])
    person = session.get_one(Person, values["id"])
    history.record(session, actor, person, "create", operator=operator)
    return person


def create_operator(session: Session, actor: Actor, *, email: str, name: str, password: Chosen) -> Person:
    """Who runs the installation; the first one is made on the command line by the system."""
    return create_person(session, actor, email=email, name=name, password=password, operator=True)


def person_problems(email: str, name: str) -> list[Problem]:
    problems = []
    if mail_address(email) is None:
        problems.append(Problem("email", M("Geben Sie genau eine Mailadresse an, zum Beispiel name@stadt.example.")))
    if not 0 < len(clean_line(name)) <= 200:
        problems.append(Problem("name", M("Geben Sie Vor- und Nachnamen an (höchstens 200 Zeichen).")))
    return problems


def still_has(session: Session, person_id: uuid.UUID, password_hash: str) -> bool:
    """Whether this is their password still: it was compared outside any transaction, and that takes time. Nobody sets another
    one until this transaction ends.
    """
    hold(session, Person, person_id)
    return session.scalar(select(Person.password_hash).where(Person.id == person_id)) == password_hash


def set_password(session: Session, actor: Actor, password: Chosen) -> int:
    """The acting person's own. All sessions and all codes on their way end; a mail tells of it. Raises Invalid.

    Returns how many sessions ended.
    """
    person = session.get_one(Person, actor.person_id)
    _refuse_weak(person, password)
    if password.again:
        raise Invalid.about("password", M("Das ist Ihr bisheriges Passwort. Wählen Sie ein anderes."))
    return _keep_password(session, actor, person, password, told=person.password_hash is not None)


def set_password_of(session: Session, actor: Actor, person_id: uuid.UUID, password: Chosen) -> int:
    """Of somebody who lost all ways in, by the operator; otherwise as `set_password`, and the mail goes out in any case."""
    OPERATING.demand(actor, None)
    person = session.get_one(Person, person_id)
    _refuse_weak(person, password)
    return _keep_password(session, actor, person, password, told=True)


def _refuse_weak(person: Person, password: Chosen) -> None:
    if problems := list(passwords.problems(password.clear, person.email)):
        raise Invalid(M("Das Passwort wurde nicht geändert."), problems=problems)


def _keep_password(session: Session, actor: Actor, person: Person, password: Chosen, *, told: bool) -> int:
    if told:
        _tell(session, actor, person, "set_password")
    person.password_hash = password.hash
    codes.drop_all(session, person.id)
    ended = sessions.end_all(session, person.id, None)
    history.record(session, actor, person, "set_password")
    return ended


def _tell(session: Session, actor: Actor, person: Person, what: str) -> None:
    enqueue(session, "mail.account_changed", {"id": str(person.id), "what": what}, run_at=actor.moment)


def appoint_operator(session: Session, actor: Actor, person_id: uuid.UUID) -> None:
    """Somebody who has an account runs the service from now on. Raises Conflict if they do already."""
    OPERATING.demand(actor, None)
    person = session.get_one(Person, person_id)
    if person.operator:
        raise Conflict(M("Diese Person betreibt den Dienst schon."))
    person.operator = True
    history.record(session, actor, person, "appoint_operator")
    _tell(session, actor, person, "appoint_operator")


def dismiss_operator(session: Session, actor: Actor, person_id: uuid.UUID) -> None:
    """The account stays. Raises Conflict if they do not run the service, or nobody else would."""
    OPERATING.demand(actor, None)
    hold_where(session, holding(Person.id, Person.operator.is_(True), Person.active.is_(True)), {})
    person = session.get_one(Person, person_id)
    if not person.operator:
        raise Conflict(M("Diese Person betreibt den Dienst nicht."))
    if not set(queries.operators(session)) - {person.id}:
        raise Conflict(
            M("Ohne diese Person betreibt niemand mehr den Dienst. Geben Sie zuerst einer anderen dieses Recht.")
        )
    person.operator = False
    history.record(session, actor, person, "dismiss_operator")
    _tell(session, actor, person, "dismiss_operator")


def change_person(session: Session, actor: Actor, *, name: str, language: str) -> None:
    """The acting person's own name and language (empty: what the browser asks for)."""
    person = session.get_one(Person, actor.person_id)
    if problems := person_problems(person.email, name):
        raise Invalid(M("Ihre Angaben wurden nicht gespeichert."), problems=problems)
    person.name = clean_line(name)
    person.language = language if language in LANGUAGES else None
    history.record(session, actor, person, "change")


def ask_code(session: Session, email: str, kind: str, actor: Actor, language: Language) -> None:
    """Have a code sent (job `kind`) if there is such an account; what the caller sees is the same in any case.

    `language`: of the page it was asked for on; a person who has chosen one gets it in that.
    """
    found = select(Person).where(Person.email_key == identity_key(email), Person.active)
    if person := session.scalars(found).one_or_none():
        payload = {"id": str(person.id), "language": language}
        enqueue(session, kind, payload, run_at=actor.moment, urgency=Urgency.AT_THE_SCREEN)
        history.record(session, actor, person, "ask_code")
