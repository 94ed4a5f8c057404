"""Bodies a planner looks for by name or key: those of the register, and organisations that are no municipal bodies."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.consultations.titles import PURPOSE_TITLES
from consultation.core.errors import NotFound
from consultation.core.language import Message
from consultation.people import queries as people
from consultation.people.kinds import KIND_TITLES, MUNICIPAL_BODIES, OrganisationKind
from consultation.people.models import Organisation
from consultation.people.organisations import municipal_organisations
from consultation.register import queries as register
from consultation.register.kinds import ANSWERING
from consultation.register.queries import Found
from consultation.subjects import Actor
from consultation.web.planners.frame import identifier

PURPOSES = [(p.value, title) for p, title in PURPOSE_TITLES.items()]
REGISTER, ORGANISATION = "register", "organisation"
OTHERS = (
    OrganisationKind.LOCAL_GOVERNMENT_ASSOCIATION,
    OrganisationKind.STATE_BODY,
    OrganisationKind.FEDERAL_BODY,
    OrganisationKind.QUALITY_CIRCLE,
)
AT_ONCE = 200


@dataclass(frozen=True)
class Named:
    """One that was found: `choice` is what a form sends for it."""

    choice: str
    title: str
    about: Message | str
    key: str = ""
    organisation_id: uuid.UUID | None = None
    association_key: str = ""


def search(session: Session, text: str, limit: int = 30) -> list[Named]:
    """Others before municipal bodies; without a text those who are often asked besides them."""
    others: Sequence[Organisation] = (
        [one for one in people.organisations(session, text=text, limit=limit) if one.kind not in MUNICIPAL_BODIES]
        if text
        else people.organisations(session, kinds=OTHERS, limit=100)
    )
    bodies = register.search(session, text, limit)
    return [*map(_of_organisation, others), *map(_of_register, bodies)]


def chosen(session: Session, choice: str) -> Named | None:
    """What a link or a form names; nothing for what cannot be asked, or not any more."""
    kind, _, key = choice.partition(":")
    try:
        if kind == REGISTER:
            found = register.place_of(session, key)
            return _of_register(found) if found.body.kind in ANSWERING and found.body.valid_to is None else None
        if kind == ORGANISATION and (organisation_id := identifier(key)) is not None:
            one = people.organisation(session, organisation_id)
            return _of_organisation(one) if one.kind not in MUNICIPAL_BODIES else None
    except NotFound:
        pass
    return None


def _of_organisation(one: Organisation) -> Named:
    return Named(f"{ORGANISATION}:{one.id}", one.name, KIND_TITLES[one.kind], organisation_id=one.id)


def _of_register(one: Found) -> Named:
    return Named(
        f"{REGISTER}:{one.body.key}", one.title, one.place, key=one.body.key,
        association_key=one.body.association_key or "",
    )  # fmt: skip


def chosen_organisations(
    session: Session, actor: Actor, consultation: Consultation, choices: Iterable[str]
) -> set[uuid.UUID]:
    """Those of the register are made if need be: the caller has checked that the actor may. Bodies that have ended since
    the page was shown are left out.
    """
    pairs = [choice.partition(":")[::2] for choice in choices]
    bodies = register.by_keys(session, [key for kind, key in pairs if kind == REGISTER][:AT_ONCE])
    keys = [key for key, body in bodies.items() if body.valid_to is None]
    ids = {identifier(key) for kind, key in pairs if kind == ORGANISATION}
    made = municipal_organisations(session, actor, keys, demo=consultation.demo)
    return {one for one in (*ids, *(organisation.id for organisation in made.values())) if one is not None}
