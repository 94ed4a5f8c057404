"""An uploaded address list: every row is matched to an invited body, corrected where in doubt, then taken over at once.

What is corrected is saved row by row: the work can be put away and taken up again. Judging stands in
`address_judging` and `address_list`, what is remembered for the next list in `address_memory`.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, insert, literal, select, update
from sqlalchemy.orm import Session

from consultation.consultations.address_bodies import bodies_of
from consultation.consultations.address_files import read_lines
from consultation.consultations.address_judging import Row, judged
from consultation.consultations.address_list import in_preparation, judge_again, latest, open_list, read, stored
from consultation.consultations.address_memory import recall, remember, remember_omissions
from consultation.consultations.models import Address, AddressRow, AddressUpload, Consultation, Invitation, RowState
from consultation.consultations.seen import NOTHING_SHOWN, Before, fingerprint
from consultation.core.errors import Invalid, NotFound, NotReady, Problem
from consultation.core.history import record
from consultation.core.language import M, Message
from consultation.core.text import clean, clean_line
from consultation.subjects import Actor

ROWS_SHOWN = 50
SETTLED = ("email", "postal", "contact", "left_out", "chosen", "meant")
OPEN = (RowState.DOUBT, RowState.ERROR)
"""What waits for somebody."""


@dataclass(frozen=True)
class Settled:
    """What the planner says of a row: which body is meant (one of the choices, or a better name or key), a better
    address, or away with it. Texts are as typed.
    """

    organisation_id: str
    meant: str
    email: str
    postal: str
    contact: str
    left_out: bool
    before: Before = NOTHING_SHOWN
    """What the page had shown of the row: what was left as it was changes nothing."""

    def changes(self, row: AddressRow) -> Row:
        """What is different from the row as it stands; what a colleague wrote unseen stays (see `contested`)."""
        return {
            name: value for name, value in self._said(row).items() if not self.before.unseen(name, getattr(row, name))
        }

    def contested(self, row: AddressRow) -> Row:
        """What would be written over something that somebody else saved since the page was shown."""
        return {name: value for name, value in self._said(row).items() if self.before.unseen(name, getattr(row, name))}

    def _said(self, row: AddressRow) -> Row:
        said: Row = {
            "email": clean_line(self.email), "postal": clean(self.postal), "contact": clean_line(self.contact),
            "left_out": self.left_out, "chosen": self.organisation_id or row.chosen, "meant": clean_line(self.meant)[:200],
        }  # fmt: skip
        said = {name: value for name, value in said.items() if self.before.touched(name, value)}
        if said.get("meant") and said["meant"] != row.meant and not self.organisation_id:
            said["chosen"] = None
        return {name: value for name, value in said.items() if value != getattr(row, name)}


def shown_of(row: AddressRow) -> dict[str, str]:
    """Fingerprints of what a page shows of a row, to come back with what was typed."""
    return {name: fingerprint(getattr(row, name)) for name in SETTLED}


@dataclass(frozen=True)
class Contested:
    """Two planners wrote something else into the same place of a row."""

    number: int
    name: str
    mine: Any
    theirs: Any


# -- reading ---------------------------------------------------------------------------------------------------------
def counts(session: Session, upload: AddressUpload) -> tuple[dict[RowState, int], int]:
    """How many rows are in each state, and how many of those in doubt only want a yes."""
    statement = select(AddressRow.state, func.count(), func.count().filter(AddressRow.proposed)).where(
        AddressRow.upload_id == upload.id
    )
    rows = session.execute(statement.group_by(AddressRow.state)).all()
    found = {state: count for state, count, _ in rows}
    return {state: found.get(state, 0) for state in RowState}, sum(row[2] for row in rows)


def page(
    session: Session, upload: AddressUpload, states: Collection[RowState], *, after: int = 0, limit: int = ROWS_SHOWN
) -> Sequence[AddressRow]:
    """Rows in these states, in the order of the file; `after` is the number of the last one seen."""
    statement = select(AddressRow).where(
        AddressRow.upload_id == upload.id, AddressRow.state.in_(states), AddressRow.number > after
    )
    return session.scalars(statement.order_by(AddressRow.number).limit(limit)).all()


def reason(row: AddressRow) -> Message | None:
    """Why a row is in doubt or wrong, or what was mended in it."""
    return Message(row.reason["text"], tuple(row.reason["parameters"].items())) if row.reason else None


# -- changing --------------------------------------------------------------------------------------------------------
def upload(session: Session, actor: Actor, consultation_slug: str, file_name: str, content: bytes) -> AddressUpload:
    """Replaces a list that was not taken over. Raises `Invalid`; nothing of such a file is kept."""
    consultation = in_preparation(session, actor, consultation_slug)
    assert actor.organisation_id is not None
    as_read = {"meant": "", "chosen": None, "remembered": False, "left_out": False}
    rows: list[Row] = [
        {**asdict(line), "given_email": line.email, **as_read} for line in read_lines(file_name, content)
    ]
    if not rows:
        raise Invalid.about("file", M("Unter der Kopfzeile steht keine Zeile."))
    recall(session, actor.organisation_id, rows)
    if (old := latest(session, consultation)) is not None:
        session.delete(old)
    made = AddressUpload(
        id=uuid.uuid4(), consultation_id=consultation.id, file_name=clean_line(file_name)[:200],
        created_at=actor.moment, taken_over_at=None,
    )  # fmt: skip
    session.add(made)
    session.flush()
    found = judged(rows, bodies_of(session, consultation))
    session.execute(insert(AddressRow), [stored(row) | {"id": uuid.uuid4(), "upload_id": made.id} for row in found])
    record(session, actor, made, "upload_addresses", rows=len(rows))
    return made


def settle(
    session: Session, actor: Actor, consultation_slug: str, settled: Mapping[int, Settled]
) -> tuple[list[Row], list[Row], list[Contested]]:
    """Settle rows by their numbers. What changes nothing is left as it is. Returns the rows that are settled now, those
    that were changed and still are in doubt or wrong, and what a colleague was faster with: that stays as it is.
    """
    consultation, made = open_list(session, actor, consultation_slug)
    statement = select(AddressRow).where(AddressRow.upload_id == made.id, AddressRow.number.in_(settled))
    held = {row.number: row for row in session.scalars(statement)}
    if unknown := settled.keys() - held.keys():
        raise NotFound(M("Die Zeile {number} gibt es in der Liste nicht.", number=min(unknown)))
    bodies = bodies_of(session, consultation)
    wrong = [n for n, one in settled.items() if one.organisation_id and one.organisation_id not in bodies.titles]
    if wrong:
        raise Invalid.about(f"row-{min(wrong)}-organisation", M("Wählen Sie eine der eingeladenen Stellen."))
    contested = [
        Contested(number, name, *(bodies.titles.get(one, one) for one in (value, getattr(row, name))))
        for number, row in sorted(held.items())
        for name, value in settled[number].contested(row).items()
    ]
    changes = {number: settled[number].changes(row) for number, row in held.items()}
    changed = [{**read(held[number]), **said, "remembered": False} for number, said in changes.items() if said]
    found = judge_again(session, made, changed, bodies)
    remember(session, actor, found)
    if omitted := [row for row in found if "left_out" in changes[row["number"]]]:
        remember_omissions(session, actor, made, omitted)
    done = [row for row in found if row["state"] not in OPEN]
    return done, [row for row in found if row["state"] in OPEN], contested


def confirm_proposed(session: Session, actor: Actor, consultation_slug: str) -> int:
    """Say yes to all rows whose only choice is probably right; returns how many."""
    consultation, made = open_list(session, actor, consultation_slug)
    statement = select(AddressRow).where(
        AddressRow.upload_id == made.id, AddressRow.state == RowState.DOUBT, AddressRow.proposed
    )
    rows = [{**read(row), "chosen": row.choices[0][0]} for row in session.scalars(statement)]
    remember(session, actor, judge_again(session, made, rows, bodies_of(session, consultation)))
    return len(rows)


def take_over(session: Session, actor: Actor, consultation_slug: str, *, leave_out_rest: bool = False) -> int:
    """All addresses in a few statements; rows in doubt or wrong must be settled or left out. Returns how many."""
    consultation, made = open_list(session, actor, consultation_slug)
    found, _ = counts(session, made)
    if not found[RowState.MATCHED]:
        nothing = Problem("rows", M("Keine Zeile ist einer eingeladenen Stelle zugeordnet."))
        raise NotReady(M("Die Liste wurde nicht übernommen."), problems=[nothing])
    unsettled = sum(found[state] for state in OPEN)
    if unsettled and not leave_out_rest:
        first = page(session, made, OPEN, limit=1)[0].number
        problem = Problem("rows", M("{count} Zeilen sind noch zu klären, zuerst Zeile {number}. Berichtigen Sie sie, "
                                    "oder lassen Sie sie weg.",
                                  one="1 Zeile ist noch zu klären: Zeile {number}. Berichtigen Sie sie, oder lassen "
                                      "Sie sie weg.", count=unsettled, number=first))  # fmt: skip
        raise NotReady(M("Die Liste wurde nicht übernommen."), problems=[problem])
    _write_addresses(session, actor, consultation, made)
    made.taken_over_at = actor.moment
    left = sum(found.values()) - found[RowState.MATCHED]
    record(session, actor, made, "take_over_addresses", count=found[RowState.MATCHED], left_out=left)
    return found[RowState.MATCHED]


def _write_addresses(session: Session, actor: Actor, consultation: Consultation, made: AddressUpload) -> None:
    """Into the house's memory and into the invitations, set by set: how many rows there are does not matter.

    A list that says nothing of mail takes no mail address away; neither does one without postal addresses.
    """
    session.flush()
    matched = (AddressRow.upload_id == made.id, AddressRow.state == RowState.MATCHED)
    at_once: Any = {"synchronize_session": False}
    known = (Address.owner_id == actor.organisation_id, Address.organisation_id == AddressRow.organisation_id)
    renewed = update(Address).where(*matched, *known).values(_said(Address) | {"updated_at": actor.moment})
    session.execute(renewed.execution_options(**at_once))
    values = _said(None)
    new = select(
        AddressRow.id,
        literal(actor.organisation_id),
        AddressRow.organisation_id,
        *values.values(),
        literal(actor.moment),
    ).where(*matched, ~exists().where(*known))
    columns = ["id", "owner_id", "organisation_id", *values, "updated_at"]
    session.execute(insert(Address).from_select(columns, new))
    invited = _invited_with(consultation.id)
    session.execute(update(Invitation).where(*matched, *invited).values(_said(Invitation)).execution_options(**at_once))
    session.expire_all()


def _said(kept: type[Address] | type[Invitation] | None) -> dict[str, Any]:
    """What a row says, and where it says nothing, what is kept there."""
    said: dict[str, Any] = {
        "email": func.nullif(AddressRow.email, ""), "postal": func.nullif(AddressRow.postal, ""),
        "contact": func.nullif(func.substr(AddressRow.contact, 1, 200), ""),
    }  # fmt: skip
    nothing = {"email": None, "postal": "", "contact": ""}
    return {n: func.coalesce(v, nothing[n] if kept is None else getattr(kept, n)) for n, v in said.items()}


def _invited_with(consultation_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    """The invitation of the body that a row means."""
    return Invitation.consultation_id == consultation_id, Invitation.organisation_id == AddressRow.organisation_id


def replaced(session: Session, upload: AddressUpload) -> int:
    """How many mail addresses that stand at invitations would become others."""
    other = (Invitation.email != AddressRow.email, AddressRow.email != "", AddressRow.state == RowState.MATCHED)
    statement = select(func.count()).select_from(AddressRow).where(AddressRow.upload_id == upload.id, *other)
    return session.scalar(statement.join(Invitation, and_(*_invited_with(upload.consultation_id)))) or 0


def standing(session: Session, upload: AddressUpload, rows: Collection[AddressRow]) -> dict[int, str]:
    """Row → the mail address that stands at the invitation of its body, where there is one."""
    here = select(AddressRow.number, Invitation.email).join(Invitation, and_(*_invited_with(upload.consultation_id)))
    here = here.where(AddressRow.id.in_([row.id for row in rows]), Invitation.email.is_not(None))
    return {number: email or "" for number, email in session.execute(here)}


def discard(session: Session, actor: Actor, consultation_slug: str) -> None:
    _, made = open_list(session, actor, consultation_slug)
    record(session, actor, made, "discard_addresses")
    session.delete(made)
