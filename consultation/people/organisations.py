"""Organisations: the operator makes those that plan, the register tells of those that answer."""

import uuid
from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core import history
from consultation.core.db import insert_new
from consultation.core.errors import Invalid, NotFound, Problem
from consultation.core.language import M
from consultation.core.text import clean_line, sort_key
from consultation.people.accounts import OPERATING
from consultation.people.kinds import MUNICIPAL_BODIES, OrganisationKind, PartnerKind, organisation_kind
from consultation.people.models import Organisation
from consultation.register import queries as register
from consultation.register.kinds import ANSWERING
from consultation.register.models import RegisterBody
from consultation.register.states import State
from consultation.register.titles import title
from consultation.subjects import Actor

AT_ONCE = 500
"""Rows per statement: SQLite limits the parameters of one."""


def create_organisation(
    session: Session, actor: Actor, *, kind: OrganisationKind, name: str, state: State | None = None,
    partner_kind: PartnerKind | None = None, may_plan: bool = False, demo: bool = False,
) -> Organisation:  # fmt: skip
    """By the operator. Municipal bodies come from the register instead (`municipal_organisation`). Raises Invalid."""
    OPERATING.demand(actor, None)
    if problems := list(_organisation_problems(kind, name, partner_kind)):
        raise Invalid(M("Die Organisation wurde nicht angelegt."), problems=problems)
    organisation = Organisation(
        kind=kind, partner_kind=partner_kind, name=clean_line(name), sort_key=sort_key(clean_line(name)),
        register_key=None, state=state, may_plan=may_plan, four_eyes=True, demo=demo, created_at=actor.moment,
    )  # fmt: skip
    session.add(organisation)
    session.flush()
    history.record(session, actor, organisation, "create", kind=kind.value, may_plan=may_plan)
    return organisation


def _organisation_problems(kind: OrganisationKind, name: str, partner_kind: PartnerKind | None) -> Iterator[Problem]:
    if not 0 < len(clean_line(name)) <= 200:
        yield Problem("name", M("Geben Sie den Namen der Organisation an (höchstens 200 Zeichen)."))
    if kind in MUNICIPAL_BODIES:
        yield Problem("kind", M("Kommunen kommen aus dem Gemeindeverzeichnis. Wählen Sie sie dort aus."))
    if (kind == OrganisationKind.PARTNER_ORGANISATION) != (partner_kind is not None):
        yield Problem("partner_kind", M("Wählen Sie die Art der Partnerorganisation, und nur bei einer solchen."))


def municipal_organisation(session: Session, actor: Actor, register_key: str, *, demo: bool = False) -> Organisation:
    """The one organisation of a register row, made when first needed. Raises NotFound for keys that cannot answer."""
    found = municipal_organisations(session, actor, [register_key], demo=demo)
    if register_key not in found:
        raise NotFound(M("Das Gemeindeverzeichnis kennt unter {key} keine kommunale Verwaltung.", key=register_key))
    return found[register_key]


def municipal_organisations(
    session: Session, actor: Actor, register_keys: Collection[str], *, demo: bool = False
) -> dict[str, Organisation]:
    """As `municipal_organisation`, for many keys in few statements; keys that cannot answer are left out.

    Two that make the same one at the same moment get the same row.
    """
    found = _by_register_key(session, register_keys)
    missing = [key for key in dict.fromkeys(register_keys) if key not in found]
    bodies = [body for body in register.by_keys(session, missing).values() if body.kind in ANSWERING]
    rows = [_municipal_values(body, actor, demo) for body in bodies]
    for start in range(0, len(rows), AT_ONCE):
        insert_new(session, Organisation, rows[start : start + AT_ONCE], ["register_key"])
    made = _by_register_key(session, [body.key for body in bodies])
    for row in rows:
        organisation = made[str(row["register_key"])]
        if organisation.id == row["id"]:
            history.record(session, actor, organisation, "create", kind=organisation.kind.value)
    return found | made


def _by_register_key(session: Session, keys: Collection[str]) -> dict[str, Organisation]:
    wanted = list(dict.fromkeys(keys))
    found: dict[str, Organisation] = {}
    for start in range(0, len(wanted), AT_ONCE):
        query = select(Organisation).where(Organisation.register_key.in_(wanted[start : start + AT_ONCE]))
        found |= {str(organisation.register_key): organisation for organisation in session.scalars(query)}
    return found


def _municipal_values(body: RegisterBody, actor: Actor, demo: bool) -> dict[str, object]:
    """Namesakes have a fixed order: by their register keys, the same on every installation."""
    name = title(body)
    return {
        "id": uuid.uuid4(), "kind": organisation_kind(body.kind), "partner_kind": None, "name": name,
        "sort_key": f"{sort_key(name)} {body.key}"[:200], "register_key": body.key, "state": body.state, "may_plan": False,
        "four_eyes": True, "demo": demo, "created_at": actor.moment,
    }  # fmt: skip


def mark_may_plan(session: Session, actor: Actor, organisation_id: uuid.UUID, may_plan: bool) -> None:
    """The operator lets an organisation own programmes, or no longer; roles stay and sleep."""
    OPERATING.demand(actor, None)
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound(M("Diese Organisation gibt es nicht."))
    if organisation.may_plan != may_plan:
        organisation.may_plan = may_plan
        history.record(session, actor, organisation, "mark_may_plan", may_plan=may_plan)
