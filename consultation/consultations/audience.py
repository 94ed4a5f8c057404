"""Whom a consultation asks: a filter over the register or a sample of what it finds, and single cases by hand.

Kept as planned invitations. `Consultation.audience` holds the filter with what was taken out by hand (`exclude`), and
beside it the sample (size, seed). An address list that is being worked on is judged anew with every change.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from consultation.consultations import queries
from consultation.consultations.address_list import judge_whole_list
from consultation.consultations.codes import new_selector
from consultation.consultations.models import Address, Consultation, Invitation
from consultation.consultations.seen import fingerprint
from consultation.core.db import insert_new
from consultation.core.errors import Conflict, Invalid
from consultation.core.history import record
from consultation.core.language import M
from consultation.core.times import utc_text
from consultation.people.models import Organisation
from consultation.people.organisations import municipal_organisations
from consultation.programmes.actions import require_planner
from consultation.register.audience import AudienceFilter, select_keys
from consultation.register.sampling import LARGEST, Sample, drawn
from consultation.states import ConsultationState, InvitationState, Purpose
from consultation.subjects import Actor

AT_ONCE = 500
NAMED = 20
"""Bodies that were added by hand are named in the log as long as there are no more of them."""
SAMPLE = "sample"
"""Under this name `Consultation.audience` keeps size, seed and the number of bodies the sample was drawn from."""


def mark(consultation: Consultation) -> str:
    """What a page says it had shown of the choice. What is taken out by hand is kept by every choice and not part of it."""
    return _mark(filter_of(consultation), sample_of(consultation))


def _mark(chosen: AudienceFilter, sample: Sample | None) -> str:
    return fingerprint((chosen.model_dump_json(exclude={"exclude"}), sample.model_dump_json() if sample else ""))


def choose(
    session: Session, actor: Actor, consultation_slug: str, chosen: AudienceFilter, sample: Sample | None = None,
    seen: str | None = None,
) -> int:  # fmt: skip
    """The filter of the audience: bodies that match (or are drawn of them) are planned, those planned by an earlier
    filter and no longer matching are dropped; single organisations stay; those that match are single no more, unless a sample
    is drawn, which may leave them out the next time. Returns how many bodies are planned by it.
    Raises Conflict if somebody chose otherwise since the choice was `seen` (a `mark`).
    """
    consultation = _in_preparation(session, actor, consultation_slug)
    if seen not in (None, mark(consultation)) and mark(consultation) != _mark(chosen, sample):
        raise Conflict(M("Jemand anderes hat den Adressatenkreis inzwischen geändert. Ihre Auswahl steht noch da und ist nicht "
                         "gespeichert; wenn Sie noch einmal speichern, gilt sie."))  # fmt: skip
    keys, of = keys_of(session, chosen, sample)
    organisations = municipal_organisations(session, actor, keys, demo=consultation.demo)
    wanted = {organisation.id for organisation in organisations.values()}
    _drop_filtered_except(session, consultation.id, wanted)
    if sample is None:
        _single_no_more(session, consultation.id, wanted)
    plan(session, consultation, wanted, Purpose.FOR_COMMENT, by_filter=True)
    consultation.audience = chosen.model_dump(mode="json", exclude_defaults=True)
    consultation.unit = chosen.unit
    if sample is not None:
        consultation.audience = consultation.audience | {SAMPLE: sample.model_dump() | {"of": of}}
    record(session, actor, consultation, "choose_audience", filter=consultation.audience, count=len(wanted))
    judge_whole_list(session, consultation)
    return len(wanted)


def keys_of(session: Session, chosen: AudienceFilter, sample: Sample | None) -> tuple[list[str], int]:
    """The keys of the bodies asked, before single organisations are added; and how many there were to choose from."""
    if sample is not None:
        return drawn(session, chosen, sample)
    keys = list(session.scalars(select_keys(chosen)))
    return keys, len(keys)


def filter_of(consultation: Consultation) -> AudienceFilter:
    plain = {name: value for name, value in consultation.audience.items() if name != SAMPLE}
    return AudienceFilter.model_validate({**plain, "unit": consultation.unit})


def sample_of(consultation: Consultation) -> Sample | None:
    held = consultation.audience.get(SAMPLE)
    return Sample(size=held["size"], seed=held["seed"]) if held else None


def added_by_hand(session: Session, consultation_id: uuid.UUID) -> int:
    """How many are asked for comment besides what the filter or the sample found, those that came later too."""
    statement = select(func.count()).select_from(Invitation).where(
        Invitation.consultation_id == consultation_id, Invitation.purpose == Purpose.FOR_COMMENT, Invitation.by_filter.is_(False)
    )  # fmt: skip
    return session.scalars(statement).one()


def described(consultation: Consultation, by_hand: int, later: Sequence[datetime]) -> dict[str, Any]:
    """The choice as editions and the procedure log tell it: of single cases only how many, never which.

    `by_hand`: see `added_by_hand`. `later`: when bodies were asked that were not at first (see `later.asked_later`).
    """
    plain = filter_of(consultation).model_dump(mode="json")
    left_out, single = len(plain.pop("exclude")), len(plain.pop("include")) + by_hand - len(later)
    return plain | {
        "chosen": bool(consultation.audience), "sample": consultation.audience.get(SAMPLE), "left_out": left_out,
        "single": single,
        "later": {"count": len(later), "first": utc_text(later[0]), "last": utc_text(later[-1])} if later else None,
    }  # fmt: skip


def asked(consultation: Consultation) -> Select[Any]:
    """The keys of all bodies of the register that are invited for comment, however they came in."""
    statement = select(Organisation.register_key).join(Invitation, Invitation.organisation_id == Organisation.id)
    return statement.where(
        Invitation.consultation_id == consultation.id, Invitation.purpose == Purpose.FOR_COMMENT,
        Organisation.register_key.is_not(None),
    )  # fmt: skip


def read_sample(size: int | None, seed: str) -> Sample | None:
    """A sample as a page sends it, none without a size; raises `Invalid`."""
    if size is None:
        return None
    if not 1 <= size <= LARGEST:
        raise Invalid.about("sample_size", M("Ziehen lassen sich 1 bis {count} Stellen.", count=LARGEST))
    try:
        return Sample(size=size, seed=seed)
    except ValidationError:
        raise Invalid.about(
            "seed", M("Der Startwert besteht aus höchstens 40 Ziffern, Buchstaben von A bis Z, Punkten und Strichen.")
        ) from None


def read_filter(values: dict[str, object]) -> AudienceFilter:
    """A filter as a page or a client sends it; raises `Invalid`."""
    try:
        return AudienceFilter.model_validate(values)
    except ValidationError:
        raise Invalid.about(
            "audience", M("Der Filter ist so nicht lesbar. Bitte wählen Sie aus den angebotenen Werten.")
        ) from None


def add(
    session: Session, actor: Actor, consultation_slug: str, organisation_ids: Collection[uuid.UUID], purpose: Purpose
) -> None:
    """Single organisations besides the filter: for comment, or for information only."""
    consultation = _in_preparation(session, actor, consultation_slug)
    known = set(session.scalars(select(Organisation.id).where(Organisation.id.in_(organisation_ids))))
    if not known or known != set(organisation_ids):
        raise Invalid.about("organisation", M("Wählen Sie mindestens eine Organisation aus der Liste."))
    plan(session, consultation, known, purpose, by_filter=False)
    named = sorted(known) if len(known) <= NAMED else []
    record(session, actor, consultation, "add_to_audience", count=len(known), purpose=purpose, organisations=named)
    judge_whole_list(session, consultation)


def remove(session: Session, actor: Actor, consultation_slug: str, invitation_id: uuid.UUID) -> None:
    """One body less. What a filter or a sample found stays out of it from now on, until it is taken back."""
    consultation = _in_preparation(session, actor, consultation_slug)
    invitation = queries.invitation(session, actor, invitation_id)
    if invitation.consultation_id != consultation.id:
        raise Invalid.about("invitation", M("Diese Einladung gehört zu einer anderen Konsultation."))
    if invitation.by_filter and (key := invitation.organisation.register_key):
        exclude = sorted({*consultation.audience.get("exclude", ()), key})
        consultation.audience = consultation.audience | {"exclude": exclude}
    session.delete(invitation)
    session.flush()
    record(session, actor, consultation, "remove_from_audience", organisation=str(invitation.organisation_id))
    judge_whole_list(session, consultation)


def take_back(session: Session, actor: Actor, consultation_slug: str, register_key: str) -> None:
    """A body that was taken out by hand is asked again, as the filter or the sample has it."""
    consultation = _in_preparation(session, actor, consultation_slug)
    chosen = filter_of(consultation)
    if register_key not in chosen.exclude:
        raise Invalid.about("key", M("Diese Stelle wurde nicht herausgenommen."))
    left = tuple(key for key in chosen.exclude if key != register_key)
    choose(session, actor, consultation_slug, chosen.model_copy(update={"exclude": left}), sample_of(consultation))


def _in_preparation(session: Session, actor: Actor, consultation_slug: str) -> Consultation:
    consultation = queries.held(session, actor, consultation_slug)
    require_planner(actor, consultation)
    if consultation.state != ConsultationState.DRAFT:
        raise Conflict(M("Der Adressatenkreis steht mit der Ankündigung fest."))
    return consultation


def _drop_filtered_except(session: Session, consultation_id: uuid.UUID, wanted: set[uuid.UUID]) -> None:
    planned = session.execute(
        select(Invitation.id, Invitation.organisation_id).where(
            Invitation.consultation_id == consultation_id, Invitation.by_filter
        )
    )
    gone = [invitation_id for invitation_id, organisation_id in planned if organisation_id not in wanted]
    for start in range(0, len(gone), AT_ONCE):
        session.execute(delete(Invitation).where(Invitation.id.in_(gone[start : start + AT_ONCE])))


def _single_no_more(session: Session, consultation_id: uuid.UUID, wanted: set[uuid.UUID]) -> None:
    """Whoever is asked for comment and found by the filter is counted as found, also if somebody had added it before."""
    single = select(Invitation.id, Invitation.organisation_id).where(
        Invitation.consultation_id == consultation_id, Invitation.by_filter.is_(False),
        Invitation.purpose == Purpose.FOR_COMMENT,
    )  # fmt: skip
    found = [invitation_id for invitation_id, organisation_id in session.execute(single) if organisation_id in wanted]
    for start in range(0, len(found), AT_ONCE):
        here = Invitation.id.in_(found[start : start + AT_ONCE])
        session.execute(update(Invitation).where(here).values(by_filter=True))


def plan(
    session: Session, consultation: Consultation, organisation_ids: set[uuid.UUID], purpose: Purpose, *, by_filter: bool
) -> None:  # fmt: skip
    """Without addresses: those of earlier consultations are offered with their dates (see `address_memory`).

    Selectors are short, so that people can type them: among the invitations of several consultations one of them is
    drawn twice before long. Who got one that another invitation has draws again.
    """
    waiting = sorted(organisation_ids)
    here = select(Invitation.organisation_id).where(Invitation.consultation_id == consultation.id)
    while waiting:
        for start in range(0, len(waiting), AT_ONCE):
            rows = [
                {
                    "id": uuid.uuid4(), "consultation_id": consultation.id, "organisation_id": organisation_id,
                    "purpose": purpose, "state": InvitationState.PLANNED, "by_filter": by_filter,
                    "selector": new_selector(), "code_counter": 0, "failure": "", "email": None, "postal": "",
                    "contact": "",
                }
                for organisation_id in waiting[start : start + AT_ONCE]
            ]  # fmt: skip
            insert_new(session, Invitation, rows, ["consultation_id", "organisation_id"], strict=False)
        planned = set(session.scalars(here))
        waiting = [organisation_id for organisation_id in waiting if organisation_id not in planned]


def set_address(
    session: Session, actor: Actor, consultation: Consultation, organisation: Organisation, *,
    email: str | None, postal: str, contact: str,
) -> None:  # fmt: skip
    """Keep an address for this and later consultations of the acting organisation."""
    assert actor.organisation_id is not None
    values = {"email": email, "postal": postal, "contact": contact, "updated_at": actor.moment}
    row = {"id": uuid.uuid4(), "owner_id": actor.organisation_id, "organisation_id": organisation.id, **values}
    if not insert_new(session, Address, [row], ["owner_id", "organisation_id"]):
        here = select(Address).where(
            Address.owner_id == actor.organisation_id, Address.organisation_id == organisation.id
        )
        address = session.scalars(here).one()
        address.email, address.postal, address.contact, address.updated_at = email, postal, contact, actor.moment
    statement = select(Invitation).where(
        Invitation.consultation_id == consultation.id, Invitation.organisation_id == organisation.id
    )
    if (invitation := session.scalars(statement).one_or_none()) is not None:
        invitation.email, invitation.postal, invitation.contact = email, postal, contact
