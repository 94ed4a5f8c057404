"""What a planning house knows of addresses: those of earlier consultations, and how it has corrected earlier lists."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session, joinedload

from consultation.consultations import queries
from consultation.consultations.address_judging import Row
from consultation.consultations.models import (
    Address,
    AddressAlias,
    AddressOmission,
    AddressRow,
    AddressUpload,
    Consultation,
    Invitation,
    RowState,
)
from consultation.core.db import insert_new
from consultation.core.errors import Conflict
from consultation.core.history import record
from consultation.core.language import M
from consultation.core.text import identity_key, search_key
from consultation.people.models import Organisation
from consultation.programmes.actions import require_planner
from consultation.states import ConsultationState
from consultation.subjects import Actor

AT_ONCE = 500
Said = tuple[str, str]


# -- corrections -----------------------------------------------------------------------------------------------------
def recall(session: Session, owner_id: uuid.UUID, rows: Iterable[Row]) -> None:
    """Correct the rows of a new list as the house has corrected rows that said the same."""
    statement = select(AddressAlias).where(AddressAlias.owner_id == owner_id)
    known: dict[str, list[AddressAlias]] = {}
    for alias in session.scalars(statement.order_by(AddressAlias.updated_at, AddressAlias.id)):
        known.setdefault(alias.text, []).append(alias)
    omitted = _omitted(session, owner_id)
    seen: Counter[Said] = Counter()
    for row in rows:
        seen[said := _said(row)] += 1
        if said in omitted and seen[said] > omitted[said]:
            row |= {"left_out": True, "remembered": True}
        elif (meant := _meant(row, known.get(_text(row), []))) is not None:
            _apply(row, meant)


def _meant(row: Row, aliases: Sequence[AddressAlias]) -> AddressAlias | None:
    """The one with the same address in the file; another one only if all of them mean the same body."""
    same = next((alias for alias in aliases if alias.given_email == _given(row)), None)
    alone = len({alias.organisation_id for alias in aliases}) == 1
    return same or (aliases[-1] if alone else None)


def _apply(row: Row, alias: AddressAlias) -> None:
    row |= {"chosen": str(alias.organisation_id), "remembered": True}
    if alias.given_email == _given(row):
        row |= {
            "email": alias.email,
            "postal": alias.postal or row["postal"],
            "contact": alias.contact or row["contact"],
        }


def remember(session: Session, actor: Actor, rows: Iterable[Row]) -> None:
    """Keep what was corrected in these rows, as far as it settled them."""
    kept = {
        _said(row): {
            "organisation_id": uuid.UUID(row["organisation_id"]), "email": row["email"][:320], "postal": row["postal"],
            "contact": row["contact"][:200], "updated_at": actor.moment,
        }
        for row in rows if row["state"] == RowState.MATCHED
    }  # fmt: skip
    texts = sorted({text for text, _ in kept})
    for start in range(0, len(texts), AT_ONCE):
        statement = select(AddressAlias.id, AddressAlias.text, AddressAlias.given_email).where(
            AddressAlias.owner_id == actor.organisation_id, AddressAlias.text.in_(texts[start : start + AT_ONCE])
        )
        old = [{"id": one, **kept.pop((text, given))} for one, text, given in session.execute(statement).all()
               if (text, given) in kept]  # fmt: skip
        if old:
            session.execute(update(AddressAlias), old)
    new = [{"id": uuid.uuid4(), "owner_id": actor.organisation_id, "text": text, "given_email": given, **values}
           for (text, given), values in kept.items()]  # fmt: skip
    for start in range(0, len(new), AT_ONCE):
        insert_new(session, AddressAlias, new[start : start + AT_ONCE], ["owner_id", "text", "given_email"])


def remember_omissions(session: Session, actor: Actor, upload: AddressUpload, changed: Iterable[Row]) -> None:
    """Keep which of these rows are left out, or forget it of those that no longer are. Nothing of a row that says the
    same as another of the list is taken for the other: it is kept how many of them stay.
    """
    about = {_said(row) for row in changed}
    columns = (AddressRow.key, AddressRow.name, AddressRow.given_email, AddressRow.left_out)
    kept, gone = Counter[Said](), Counter[Said]()
    for key, name, given_email, left_out in session.execute(select(*columns).where(AddressRow.upload_id == upload.id)):
        said = _said({"key": key, "name": name, "given_email": given_email})
        if said in about:
            (gone if left_out else kept)[said] += 1
    by_place = tuple_(AddressOmission.text, AddressOmission.given_email)
    session.execute(
        delete(AddressOmission).where(AddressOmission.owner_id == actor.organisation_id, by_place.in_(about))
    )
    new = [
        {"id": uuid.uuid4(), "owner_id": actor.organisation_id, "text": text, "given_email": given,
         "kept": kept[text, given], "updated_at": actor.moment}
        for text, given in sorted(gone)
    ]  # fmt: skip
    insert_new(session, AddressOmission, new, ["owner_id", "text", "given_email"])


def _omitted(session: Session, owner_id: uuid.UUID) -> dict[Said, int]:
    statement = select(AddressOmission).where(AddressOmission.owner_id == owner_id)
    return {(one.text, one.given_email): one.kept for one in session.scalars(statement)}


def _said(row: Mapping[str, Any]) -> Said:
    """What a list says of a body, by which the same row of the next list is known."""
    return _text(row), _given(row)


def _text(row: Mapping[str, Any]) -> str:
    return " ".join(part for part in ("".join(row["key"].split()), search_key(row["name"])) if part)[:300]


def _given(row: Mapping[str, Any]) -> str:
    return identity_key(row["given_email"])[:320]


# -- addresses of earlier consultations ------------------------------------------------------------------------------
@dataclass(frozen=True)
class Known:
    """How many invited bodies without address have one from an earlier consultation, and from when these are."""

    count: int
    oldest: datetime | None
    newest: datetime | None


def known(session: Session, actor: Actor, consultation: Consultation) -> Known:
    """The caller has checked that the actor plans it."""
    statement = _known(actor, consultation).with_only_columns(
        func.count(), func.min(Address.updated_at), func.max(Address.updated_at)
    )
    return Known(*session.execute(statement).one())


def known_page(
    session: Session, actor: Actor, consultation: Consultation, *, after: tuple[str, uuid.UUID] | None, limit: int
) -> list[tuple[Invitation, Address]]:
    """In alphabetical order; `after` is the `listing.place_of` the last one seen."""
    order = (Organisation.sort_key, Organisation.id)
    statement = _known(actor, consultation).options(joinedload(Invitation.organisation)).order_by(*order).limit(limit)
    if after is not None:
        name, last = after
        beyond = and_(Organisation.sort_key == name, Organisation.id > last)
        statement = statement.where(or_(Organisation.sort_key > name, beyond))
    return [(row[0], row[1]) for row in session.execute(statement)]


def take_known(session: Session, actor: Actor, consultation_slug: str) -> int:
    """All of them, for bodies that have no address yet. Returns how many."""
    consultation = queries.held(session, actor, consultation_slug)
    require_planner(actor, consultation)
    if consultation.state != ConsultationState.DRAFT:
        raise Conflict(M("Nach der Ankündigung werden Anschriften einzeln bei den Einladungen berichtigt."))
    count = known(session, actor, consultation).count
    values = {"email": Address.email, "postal": Address.postal, "contact": Address.contact}
    statement = update(Invitation).where(
        Invitation.consultation_id == consultation.id, Address.organisation_id == Invitation.organisation_id,
        Address.owner_id == actor.organisation_id, Invitation.email.is_(None), Invitation.postal == "",
    )  # fmt: skip
    session.execute(statement.values(values).execution_options(synchronize_session=False))
    session.expire_all()
    record(session, actor, consultation, "take_known_addresses", count=count)
    return count


def _known(actor: Actor, consultation: Consultation) -> Select[Invitation, Address]:
    return (
        select(Invitation, Address)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .join(Address, and_(Address.organisation_id == Organisation.id, Address.owner_id == actor.organisation_id))
        .where(Invitation.consultation_id == consultation.id, Invitation.email.is_(None), Invitation.postal == "")
        .where(or_(Address.email.is_not(None), Address.postal != ""))
    )
