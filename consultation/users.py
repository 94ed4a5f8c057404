"""Commands about people who can log in: made, let run the service, let in again after they lost all ways."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.errors import NotFound
from consultation.core.history import last_done
from consultation.core.language import SOURCE, M, moment
from consultation.subjects import system
from consultation.terminal import DataDir, asked_twice, console, opened, settings_with, told
from consultation.usage import App

if TYPE_CHECKING:
    from consultation.people.models import Person

user = App(help="Menschen, die sich anmelden können.")
Email = Annotated[str, typer.Option(prompt="E-Mail", help="Adresse, mit der sich die Person anmeldet.")]


@user.command()
def create(
    email: Email,
    name: Annotated[str, typer.Option(prompt="Name", help="Vor- und Nachname.")],
    password: Annotated[str | None, typer.Option(help="Ohne Angabe wird unsichtbar danach gefragt.")] = None,
    operator: Annotated[bool, typer.Option(help="Darf den Dienst betreiben und Organisationen anlegen.")] = True,
    data_dir: DataDir = None,
) -> None:
    """Eine Person anlegen, gewöhnlich die erste: sie betreibt den Dienst."""
    from consultation.people.accounts import create_operator, create_person  # noqa: PLC0415 -- loaded by those who need it
    from consultation.people.passwords import chosen  # noqa: PLC0415 -- as above

    make, hashed = create_operator if operator else create_person, chosen(password or asked_twice("Passwort"))
    with opened(settings_with(data_dir=data_dir)) as database, told(), database.transaction() as session:
        make(session, system(datetime.now(UTC)), email=email, name=name, password=hashed)
        console.print(f"{name} kann sich jetzt mit {email} anmelden.", markup=False)


@user.command()
def operators(data_dir: DataDir = None) -> None:
    """Wer den Dienst betreibt, mit zweiter Stufe und letzter Anmeldung."""
    from consultation.people import queries, second_factor  # noqa: PLC0415 -- as above

    table = Table("Name", "Adresse", "zweite Stufe", "zuletzt angemeldet")
    with opened(settings_with(data_dir=data_dir)) as database, database.reader() as session:
        people = [queries.person(session, one) for one in queries.operators(session)]
        secured = second_factor.having(session, [person.id for person in people])
        for person in sorted(people, key=lambda one: (one.name, one.email)):
            last = last_done(session, person.id, "log_in")
            table.add_row(
                person.name,
                person.email,
                "ja" if person.id in secured else "nein",
                moment(last, SOURCE) if last else "nie",
            )
    if people:
        console.print(table, markup=False)
    else:
        console.print("Niemand betreibt den Dienst. Legen Sie jemanden an: consultation user create")


@contextmanager
def _account(email: str, database: Database) -> Iterator[tuple[Session, "Person"]]:
    from consultation.people.queries import person_by_email  # noqa: PLC0415 -- as above

    with told(), database.transaction() as session:
        person = person_by_email(session, email)
        if person is None:
            raise NotFound(M("Dieses Konto gibt es nicht."))
        yield session, person


@user.command()
def appoint(email: Email, data_dir: DataDir = None) -> None:
    """Jemandem mit Konto das Recht geben, den Dienst zu betreiben."""
    from consultation.people.accounts import appoint_operator  # noqa: PLC0415 -- as above

    with opened(settings_with(data_dir=data_dir)) as database, _account(email, database) as (session, person):
        appoint_operator(session, system(datetime.now(UTC)), person.id)
    console.print(f"{person.name} betreibt jetzt den Dienst und erfährt es mit einer Mail.", markup=False)


@user.command()
def dismiss(email: Email, data_dir: DataDir = None) -> None:
    """Jemandem das Recht nehmen, den Dienst zu betreiben; das Konto bleibt."""
    from consultation.people.accounts import dismiss_operator  # noqa: PLC0415 -- as above

    with opened(settings_with(data_dir=data_dir)) as database, _account(email, database) as (session, person):
        dismiss_operator(session, system(datetime.now(UTC)), person.id)
    console.print(f"{person.name} betreibt den Dienst nicht mehr; das Konto bleibt.", markup=False)


@user.command()
def set_password(email: Email, data_dir: DataDir = None) -> None:
    """Jemandem ein neues Passwort geben, der nicht mehr hereinkommt. Es wird zweimal unsichtbar danach gefragt."""
    from consultation.people import second_factor  # noqa: PLC0415 -- as above
    from consultation.people.accounts import set_password_of  # noqa: PLC0415 -- as above
    from consultation.people.passwords import chosen  # noqa: PLC0415 -- as above

    with opened(settings_with(data_dir=data_dir)) as database:
        with _account(email, database):
            pass  # whoever is not there is not asked about
        hashed = chosen(asked_twice("Neues Passwort"))
        with _account(email, database) as (session, person):
            ended = set_password_of(session, system(datetime.now(UTC)), person.id, hashed)
            secured = bool(second_factor.salt_of(session, person.id))
    console.print(
        f"{person.name} kann sich mit dem neuen Passwort anmelden und erfährt mit einer Mail davon. Beendete Sitzungen: {ended}.",
        markup=False, soft_wrap=True,
    )  # fmt: skip
    if secured:
        console.print("Die zweite Stufe bleibt; ist auch sie verloren: consultation user reset-second-step")


@user.command()
def reset_second_step(email: Email, data_dir: DataDir = None) -> None:
    """Die zweite Stufe der Anmeldung zurücksetzen, wenn jemand Gerät und Ersatzcodes verloren hat."""
    from consultation.people import second_factor  # noqa: PLC0415 -- as above

    with opened(settings_with(data_dir=data_dir)) as database, _account(email, database) as (session, person):
        second_factor.reset(session, system(datetime.now(UTC)), person.id)
    console.print(f"{person.name} meldet sich jetzt wieder mit dem Passwort allein an.", markup=False)
