"""An uploaded address list: every row is matched to an invited body, doubted or wrong, corrected, then taken over whole.

A row of `AddressUpload.rows` holds what stood in the file (number, key, name, email, postal, contact), what the planner
decided (chosen: organisation id, left_out) and the judgement (state, organisation, title, choices, reason).
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations import queries
from consultation.consultations.address_files import read_lines
from consultation.consultations.audience import set_address
from consultation.consultations.models import AddressUpload, Consultation, Invitation
from consultation.core.errors import Conflict, Invalid, NotFound, NotReady, Problem
from consultation.core.history import record
from consultation.core.language import M, Message
from consultation.core.text import clean, clean_line, search_key
from consultation.people.addresses import mail_address
from consultation.people.models import Organisation
from consultation.programmes.actions import require_planner
from consultation.register import queries as register
from consultation.register.kinds import RegisterKind
from consultation.register.models import RegisterBody
from consultation.states import ConsultationState
from consultation.subjects import Actor

Row = dict[str, Any]
SHORTEST_WORD = 4
"""Shorter words ("Bad", "am") do not tell two names apart."""


class RowState(StrEnum):
    MATCHED = "matched"
    DOUBT = "doubt"
    ERROR = "error"
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Settled:
    """What the planner says of a row: which body is meant (an organisation id, or empty), a better address, or away with it."""

    organisation_id: str
    email: str
    postal: str
    contact: str
    left_out: bool


@dataclass
class Invited:
    """The invited bodies by what a list may call them."""

    titles: dict[str, str] = field(default_factory=dict)
    """Organisation id → name with its county, to tell namesakes apart."""
    by_key: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    words: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


# -- reading -----------------------------------------------------------------------------------
def latest(session: Session, consultation: Consultation) -> AddressUpload | None:
    """The list that is being worked on; the caller has checked who may see it."""
    statement = select(AddressUpload).where(
        AddressUpload.consultation_id == consultation.id, AddressUpload.taken_over_at.is_(None)
    )
    return session.scalars(statement.order_by(AddressUpload.created_at.desc(), AddressUpload.id).limit(1)).first()


def counts(rows: Iterable[Row]) -> dict[RowState, int]:
    found = dict.fromkeys(RowState, 0)
    for row in rows:
        found[RowState(row["state"])] += 1
    return found


def reason(row: Row) -> Message | None:
    """Why a row is in doubt or wrong, or what was mended in it."""
    return Message(row["reason"]["text"], tuple(row["reason"]["parameters"].items())) if row["reason"] else None


# -- changing ----------------------------------------------------------------------------------
def upload(session: Session, actor: Actor, consultation_slug: str, file_name: str, content: bytes) -> AddressUpload:
    """Replaces a list that was not taken over. Raises `Invalid`; nothing of such a file is kept."""
    consultation = _in_preparation(session, actor, consultation_slug)
    rows = [{**asdict(line), "chosen": None, "left_out": False}
            for line in read_lines(file_name, content)]  # fmt: skip
    if not rows:
        raise Invalid.about("file", M("Unter der Kopfzeile steht keine Zeile."))
    if (old := latest(session, consultation)) is not None:
        session.delete(old)
    made = AddressUpload(
        id=uuid.uuid4(), consultation_id=consultation.id, file_name=clean_line(file_name)[:200],
        rows=judged(rows, _invited(session, consultation)), created_at=actor.moment,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(session, actor, made, "upload_addresses", rows=len(rows))
    return made


def correct(session: Session, actor: Actor, consultation_slug: str, number: int, settled: Settled) -> Row:
    """Settle one row. Returns the row as judged again."""
    consultation, made = _open(session, actor, consultation_slug)
    invited = _invited(session, consultation)
    if settled.organisation_id and settled.organisation_id not in invited.titles:
        raise Invalid.about("organisation", M("Wählen Sie eine der eingeladenen Stellen."))
    rows = [dict(row) for row in made.rows]
    if (row := next((row for row in rows if row["number"] == number), None)) is None:
        raise NotFound(M("Diese Zeile gibt es in der Liste nicht."))
    row |= {
        "email": clean_line(settled.email), "postal": clean(settled.postal), "contact": clean_line(settled.contact),
        "left_out": settled.left_out, "chosen": settled.organisation_id or row["chosen"],
    }  # fmt: skip
    made.rows = judged(rows, invited)
    return next(row for row in made.rows if row["number"] == number)


def confirm_repaired(session: Session, actor: Actor, consultation_slug: str) -> int:
    """Say yes to all rows in which only a lost leading zero was added; returns how many."""
    consultation, made = _open(session, actor, consultation_slug)
    rows = [dict(row) for row in made.rows]
    repaired = [row for row in rows if row["state"] == RowState.DOUBT and row["repaired"]]
    for row in repaired:
        row["chosen"] = row["choices"][0][0]
    made.rows = judged(rows, _invited(session, consultation))
    return len(repaired)


def take_over(session: Session, actor: Actor, consultation_slug: str, leave_out: Collection[int] = ()) -> int:
    """All addresses at once; rows in doubt or wrong must be settled or named in `leave_out`. Returns how many."""
    consultation, made = _open(session, actor, consultation_slug)
    rows = [row for row in made.rows if row["number"] not in leave_out]
    unsettled = [row for row in rows if row["state"] in (RowState.DOUBT, RowState.ERROR)]
    if unsettled:
        problem = Problem("rows", M("{count} Zeilen sind noch zu klären, zuerst Zeile {number}. Berichtigen Sie sie, "
                                    "oder lassen Sie sie weg.", count=len(unsettled), number=unsettled[0]["number"]))  # fmt: skip
        raise NotReady(M("Die Liste wurde nicht übernommen."), problems=[problem])
    matched = {uuid.UUID(row["organisation"]): row for row in rows if row["state"] == RowState.MATCHED}
    statement = select(Organisation).join(Invitation, Invitation.organisation_id == Organisation.id)
    for organisation in session.scalars(statement.where(Invitation.consultation_id == consultation.id)).all():
        if (row := matched.get(organisation.id)) is not None:
            set_address(
                session, actor, consultation, organisation, email=mail_address(row["email"]), postal=row["postal"],
                contact=row["contact"][:200],
            )  # fmt: skip
    made.taken_over_at = actor.moment
    left = len(made.rows) - len(matched)
    record(session, actor, made, "take_over_addresses", count=len(matched), left_out=left)
    return len(matched)


def discard(session: Session, actor: Actor, consultation_slug: str) -> None:
    _, made = _open(session, actor, consultation_slug)
    record(session, actor, made, "discard_addresses")
    session.delete(made)


def _in_preparation(session: Session, actor: Actor, consultation_slug: str) -> Consultation:
    consultation = queries.get(session, actor, consultation_slug)
    require_planner(actor, consultation)
    if consultation.state != ConsultationState.DRAFT:
        raise Conflict(M("Nach der Ankündigung werden Anschriften einzeln bei den Einladungen berichtigt."))
    return consultation


def _open(session: Session, actor: Actor, consultation_slug: str) -> tuple[Consultation, AddressUpload]:
    consultation = _in_preparation(session, actor, consultation_slug)
    if (made := latest(session, consultation)) is None:
        raise NotFound(M("Es gibt keine hochgeladene Liste, die noch zu übernehmen wäre."))
    return consultation, made


# -- judging -----------------------------------------------------------------------------------
def _invited(session: Session, consultation: Consultation) -> Invited:
    statement = (
        select(Organisation, RegisterBody)
        .join(Invitation, Invitation.organisation_id == Organisation.id)
        .outerjoin(RegisterBody, RegisterBody.key == Organisation.register_key)
        .where(Invitation.consultation_id == consultation.id)
    )
    found: list[tuple[Organisation, RegisterBody | None]] = [
        (organisation, body) for organisation, body in session.execute(statement)
    ]
    counties = register.by_keys(session, {body.county_key for _, body in found if body and body.county_key})
    invited = Invited()
    for organisation, body in found:
        county = counties.get(body.county_key or "") if body else None
        _enter(invited, organisation, body, county.name if county else "")
    return invited


def _enter(invited: Invited, organisation: Organisation, body: RegisterBody | None, county: str) -> None:
    one = str(organisation.id)
    key = body.ags or body.key if body else ""
    invited.titles[one] = ", ".join(part for part in (organisation.name, county, key) if part)
    names = {organisation.name, *((body.name, body.short_name) if body else ())}
    for name in names:
        invited.by_name[search_key(name)].add(one)
        invited.words[one] |= {word for word in search_key(name).split() if len(word) >= SHORTEST_WORD}
    if body is not None:
        for form in _keys_of(body):
            invited.by_key.setdefault(form, one)


def _keys_of(body: RegisterBody) -> set[str]:
    """As lists write them: ARS, AGS, both filled up with zeros, and the five digits of a city that is its own county."""
    ags = body.ags or ""
    forms = {body.key, body.key.ljust(12, "0"), *({ags, ags.ljust(8, "0")} if ags else ())}
    return forms | ({body.key[:5]} if body.kind is RegisterKind.INDEPENDENT_CITY else set())


def judged(rows: Iterable[Row], invited: Invited) -> list[Row]:
    """Every row with its state; of several rows for one body the first counts."""
    taken: dict[str, int] = {}
    found = []
    for row in rows:
        judgement = _judge(row, invited)
        one = judgement["organisation"]
        if judgement["state"] == RowState.MATCHED and one in taken:
            twice = M("Diese Stelle steht schon in Zeile {number}. Lassen Sie eine der Zeilen weg.", number=taken[one])
            judgement = _verdict(RowState.ERROR, twice, title=judgement["title"])
        elif judgement["state"] == RowState.MATCHED:
            taken[one] = row["number"]
        found.append({**row, **judgement})
    return found


def _verdict(
    state: RowState, why: Message | None = None, *, organisation: str | None = None, title: str = "",
    choices: Sequence[tuple[str, str]] = (), repaired: bool = False,
) -> Row:  # fmt: skip
    said = {"text": why.text, "parameters": dict(why.parameters)} if why else None
    return {
        "state": state.value, "reason": said, "organisation": organisation, "title": title,
        "choices": [list(choice) for choice in choices], "repaired": repaired,
    }  # fmt: skip


def _judge(row: Row, invited: Invited) -> Row:
    if row["left_out"]:
        return _verdict(RowState.LEFT_OUT)
    who = _who(row, invited)
    if who["state"] == RowState.ERROR:
        return who
    wrong = _wrong_address(row)
    return _verdict(RowState.ERROR, wrong, title=who["title"], choices=who["choices"]) if wrong else who


def _wrong_address(row: Row) -> Message | None:
    if row["email"] and mail_address(row["email"]) is None:
        return M(
            "„{email}“ ist keine E-Mail-Adresse. Beispiel: poststelle@musterstadt.example", email=row["email"][:100]
        )
    if not row["email"] and not row["postal"]:
        return M("Es fehlt eine E-Mail-Adresse oder eine Postanschrift.")
    return None


def _who(row: Row, invited: Invited) -> Row:
    """Which invited body is meant."""
    if row["chosen"] in invited.titles:
        return _verdict(RowState.MATCHED, organisation=row["chosen"], title=invited.titles[row["chosen"]])
    return _by_key(row, invited) if row["key"] else _by_name(row, invited)


def _by_key(row: Row, invited: Invited) -> Row:
    digits = "".join(sign for sign in row["key"] if not sign.isspace())
    one, repaired = _found_key(digits, invited.by_key)
    if one is None:
        why = M("Unter dem Schlüssel {key} ist keine Stelle eingeladen. Prüfen Sie den Schlüssel, oder nehmen Sie die "
                "Stelle in den Adressatenkreis auf.", key=row["key"][:20])  # fmt: skip
        return _verdict(RowState.ERROR, why, choices=_titled(_named(row, invited), invited))
    title = invited.titles[one]
    if row["name"] and not set(search_key(row["name"]).split()) & invited.words[one]:
        why = M("Der Schlüssel gehört zu „{title}“, in der Zeile steht „{name}“. Welche Stelle ist gemeint?",
                title=title, name=row["name"][:100])  # fmt: skip
        return _verdict(RowState.DOUBT, why, title=title, choices=_titled({one} | _named(row, invited), invited))
    if not repaired:
        return _verdict(RowState.MATCHED, organisation=one, title=title)
    added = M("Die führende Null fehlte; gelesen wurde 0{key}.", key=digits)
    if row["name"]:
        return _verdict(RowState.MATCHED, added, organisation=one, title=title, repaired=True)
    return _verdict(RowState.DOUBT, added, title=title, choices=[(one, title)], repaired=True)


def _found_key(digits: str, by_key: Mapping[str, str]) -> tuple[str | None, bool]:
    """The body of a key, and whether a leading zero had to be added: spreadsheets take keys for numbers."""
    if digits in by_key:
        return by_key[digits], False
    return by_key.get(f"0{digits}"), True


def _named(row: Row, invited: Invited) -> set[str]:
    return invited.by_name.get(search_key(row["name"]), set()) if row["name"] else set()


def _titled(ones: Iterable[str], invited: Invited) -> list[tuple[str, str]]:
    return sorted(((one, invited.titles[one]) for one in ones), key=lambda choice: choice[1])


def _by_name(row: Row, invited: Invited) -> Row:
    named = _named(row, invited)
    if len(named) == 1:
        one = next(iter(named))
        return _verdict(RowState.MATCHED, organisation=one, title=invited.titles[one])
    if named:
        why = M("Mehrere eingeladene Stellen heißen „{name}“. Welche ist gemeint?", name=row["name"][:100])
        return _verdict(RowState.DOUBT, why, choices=_titled(named, invited))
    why = M("Keine eingeladene Stelle heißt „{name}“. Prüfen Sie die Schreibweise, oder ergänzen Sie den AGS.",
            name=row["name"][:100])  # fmt: skip
    return _verdict(RowState.ERROR, why)
