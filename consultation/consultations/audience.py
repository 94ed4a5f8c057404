"""Whom a consultation asks: the register filter and single organisations, kept as planned invitations."""

import uuid
from collections.abc import Collection

from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from consultation.consultations import queries
from consultation.consultations.codes import new_selector
from consultation.consultations.models import Address, Consultation, Invitation
from consultation.core.db import insert_new
from consultation.core.errors import Conflict, Invalid
from consultation.core.history import record
from consultation.core.language import M
from consultation.people.models import Organisation
from consultation.people.organisations import municipal_organisations
from consultation.programmes.actions import require_planner
from consultation.register.audience import AudienceFilter, select_keys
from consultation.states import ConsultationState, InvitationState, Purpose
from consultation.subjects import Actor

AT_ONCE = 500


def choose(session: Session, actor: Actor, consultation_slug: str, chosen: AudienceFilter) -> int:
    """The filter of the audience: bodies that match are planned, those planned by an earlier filter and no longer
    matching are dropped; single organisations stay. Returns how many bodies the filter finds.
    """
    consultation = _in_preparation(session, actor, consultation_slug)
    keys = list(session.scalars(select_keys(chosen)))
    organisations = municipal_organisations(session, actor, keys, demo=consultation.demo)
    wanted = {organisation.id for organisation in organisations.values()}
    _drop_filtered_except(session, consultation.id, wanted)
    _plan(session, actor, consultation, wanted, Purpose.FOR_COMMENT, by_filter=True)
    consultation.audience = chosen.model_dump(mode="json", exclude_defaults=True)
    consultation.unit = chosen.unit
    record(session, actor, consultation, "choose_audience", filter=consultation.audience, count=len(wanted))
    return len(wanted)


def filter_of(consultation: Consultation) -> AudienceFilter:
    return AudienceFilter.model_validate({**consultation.audience, "unit": consultation.unit})


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
    _plan(session, actor, consultation, known, purpose, by_filter=False)
    record(session, actor, consultation, "add_to_audience", count=len(organisation_ids), purpose=purpose)


def remove(session: Session, actor: Actor, consultation_slug: str, invitation_id: uuid.UUID) -> None:
    consultation = _in_preparation(session, actor, consultation_slug)
    invitation = queries.invitation(session, actor, invitation_id)
    if invitation.consultation_id != consultation.id:
        raise Invalid.about("invitation", M("Diese Einladung gehört zu einer anderen Konsultation."))
    session.delete(invitation)
    session.flush()
    record(session, actor, consultation, "remove_from_audience", organisation=str(invitation.organisation_id))


def _in_preparation(session: Session, actor: Actor, consultation_slug: str) -> Consultation:
    consultation = queries.get(session, actor, consultation_slug)
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


def _plan(
    session: Session, actor: Actor, consultation: Consultation, organisation_ids: set[uuid.UUID], purpose: Purpose, *,
    by_filter: bool,
) -> None:  # fmt: skip
    """Plan invitations with the addresses the acting organisation knows already."""
    known = {
        a.organisation_id: a for a in session.scalars(select(Address).where(Address.owner_id == actor.organisation_id))
    }
    rows = []
    for organisation_id in sorted(organisation_ids):
        address = known.get(organisation_id)
        rows.append(
            {
                "id": uuid.uuid4(), "consultation_id": consultation.id, "organisation_id": organisation_id,
                "purpose": purpose, "state": InvitationState.PLANNED, "by_filter": by_filter, "selector": new_selector(),
                "code_counter": 0, "failure": "", "email": address.email if address else None,
                "postal": address.postal if address else "", "contact": address.contact if address else "",
            }
        )  # fmt: skip
    for start in range(0, len(rows), AT_ONCE):
        insert_new(session, Invitation, rows[start : start + AT_ONCE], ["consultation_id", "organisation_id"])


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
