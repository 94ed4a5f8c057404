"""Bodies of an address list that are not invited yet: they join the audience as single organisations, for comment."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations import audience
from consultation.consultations.address_bodies import bodies_of
from consultation.consultations.address_judging import ORGANISATION, REGISTER
from consultation.consultations.address_list import judge_again, open_list, read
from consultation.consultations.address_memory import remember
from consultation.consultations.models import AddressRow, AddressUpload, Consultation, RowState
from consultation.core.errors import Invalid
from consultation.core.language import M
from consultation.people.organisations import municipal_organisations
from consultation.states import Purpose
from consultation.subjects import Actor


def recognised(session: Session, made: AddressUpload) -> int:
    """How many rows that are not invited tell of one body and no namesake."""
    return len([row for row in _not_invited(session, made) if len(row.choices) == 1])


def invite_all(session: Session, actor: Actor, consultation_slug: str) -> int:
    """All of them; how their rows are to be read then is judged as ever. Returns how many bodies joined."""
    consultation, made = open_list(session, actor, consultation_slug)
    choices = {row.choices[0][0] for row in _not_invited(session, made) if len(row.choices) == 1}
    if not choices:
        raise Invalid.about("rows", M("Keine Zeile nennt eine bekannte Stelle, die nicht eingeladen ist."))
    ids = organisations_of(session, actor, consultation, choices)
    audience.add(session, actor, consultation_slug, set(ids.values()), Purpose.FOR_COMMENT)
    return len(ids)


def invite_one(session: Session, actor: Actor, consultation_slug: str, number: int, choice: str) -> None:
    """The one whom somebody says a row means; the row is theirs then, and so is the same row of the next list."""
    consultation, made = open_list(session, actor, consultation_slug)
    row = next((row for row in _not_invited(session, made) if row.number == number), None)
    if row is None or choice not in [key for key, _ in row.choices]:
        raise Invalid.about("rows", M("Diese Zeile nennt keine solche Stelle mehr. Laden Sie die Seite neu."))
    one = organisations_of(session, actor, consultation, {choice})[choice]
    audience.add(session, actor, consultation_slug, {one}, Purpose.FOR_COMMENT)
    said = {**read(row), "chosen": str(one), "remembered": False}
    remember(session, actor, judge_again(session, made, [said], bodies_of(session, consultation)))


def _not_invited(session: Session, made: AddressUpload) -> Sequence[AddressRow]:
    statement = select(AddressRow).where(AddressRow.upload_id == made.id, AddressRow.state == RowState.NOT_INVITED)
    return session.scalars(statement).all()


def organisations_of(
    session: Session, actor: Actor, consultation: Consultation, choices: Collection[str]
) -> dict[str, uuid.UUID]:
    """Choice → organisation; those of the register are made if need be."""
    keys = [choice.removeprefix(REGISTER) for choice in choices if choice.startswith(REGISTER)]
    made = municipal_organisations(session, actor, keys, demo=consultation.demo)
    known = [choice for choice in choices if choice.startswith(ORGANISATION)]
    named = {choice: uuid.UUID(choice.removeprefix(ORGANISATION)) for choice in known}
    return named | {f"{REGISTER}{key}": organisation.id for key, organisation in made.items()}
