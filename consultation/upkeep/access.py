"""Everything the service holds of one person, in one document for people and machines (Art. 15 and 20 GDPR)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, false, or_, select
from sqlalchemy.orm import Session

from consultation.core.language import SOURCE, Language, M, say
from consultation.core.tables import all_tables
from consultation.people.models import Membership, Organisation, Person
from consultation.responses.intake import entered
from consultation.responses.models import PersonalValue, Revision
from consultation.upkeep.personal import HOLDINGS, Bearing, Holding
from consultation.upkeep.spelling import written

SCHEMA = "consultation-person-1"
SECRET, FOREIGN = M("(Geheimnis, nur als Prüfsumme gespeichert)"), M("(Text der Organisation)")
OF_THE_HOUSE = M("(Angabe der Organisation)")
_HOUSES, _WHERE = frozenset({"point", "response"}), frozenset({"id", "consultation_id", "organisation_id"})
"""Rows of a house that go on changing after somebody worked at them: that they did, and where, concerns the person; how it
stands does not.
"""
_OWN_WORDS = frozenset({"answer_comment", "api_token", "history_entry", "membership", "response_note"})


def everything(session: Session, person: Person, moment: datetime, language: Language = SOURCE) -> dict[str, Any]:
    """Every row that names the person, refers to them or holds their address; secrets only by the fact that they exist.

    What a table is for is said in the reader's language; names of tables and columns are the same for every program.
    """
    found = {}
    for holding in HOLDINGS:
        rows = [_told(holding, row, language) for row in session.execute(_rows(holding, person)).mappings()]
        if rows:
            found[holding.table] = _table(holding, rows, language)
    signed = [_told(_SIGNED, row, language) for row in session.execute(_releases(person)).mappings()]
    if signed:
        found[_SIGNED.table] = _table(_SIGNED, signed, language)
    return {
        "schema": SCHEMA, "made_at": moment.isoformat(), "person": str(person.id), "organisations": places(session, person),
        "tables": found,
    }  # fmt: skip


def _table(holding: Holding, rows: list[dict[str, Any]], language: Language) -> dict[str, Any]:
    return {"purpose": say(holding.purpose, language), "kept": say(holding.kept, language), "rows": rows}


_SIGNED = next(holding for holding in HOLDINGS if holding.table == PersonalValue.__tablename__)


def _rows(holding: Holding, person: Person) -> Any:
    table = all_tables().tables[holding.table]
    return select(table).where(concerns(table, holding, person))


def concerns(table: Table, holding: Holding, person: Person) -> ColumnElement[bool]:
    if table.name == Person.__tablename__:
        return table.c.id == person.id
    refers = [table.c[name] == person.id for name in holding.of(Bearing.REFERENCE)]
    addressed = [written(table.c[name], person.email) for name in holding.of(Bearing.MAIL)]
    return or_(false(), *refers, *addressed)


def _releases(person: Person) -> Any:
    """Name and function under what the person released."""
    table = all_tables().tables[PersonalValue.__tablename__]
    own = select(Revision.id).where(Revision.person_id == person.id, ~entered())
    return select(table).where(table.c.revision_id.in_(own), table.c.key.startswith("release."))


def _told(holding: Holding, row: Any, language: Language) -> dict[str, Any]:
    """What an organisation wrote or decided is the organisation's: who has left it does not read it here."""
    secret = set(holding.of(Bearing.HASHED))
    foreign = set() if holding.table in _OWN_WORDS else set(holding.of(Bearing.FREE))
    standing = set(holding.of(Bearing.NONE)) - _WHERE
    covers = (
        dict.fromkeys(standing if holding.table in _HOUSES else (), say(OF_THE_HOUSE, language))
        | dict.fromkeys(secret, say(SECRET, language))
        | dict.fromkeys(foreign, say(FOREIGN, language))
    )
    return {name: covers[name] if name in covers and value is not None else value for name, value in row.items()}


def places(session: Session, person: Person) -> list[dict[str, Any]]:
    """Name and roles in every organisation the person is in or invited to."""
    statement = select(Organisation.name, Membership.roles).join(
        Membership, Membership.organisation_id == Organisation.id
    )
    return [
        {"name": name, "roles": roles}
        for name, roles in session.execute(statement.where(Membership.person_id == person.id))
    ]
