"""Organisations and what they answered, in bulk: the same rows as the service would have written, one by one."""

import hashlib
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from benchmarks.stage import form, people
from consultation.consultations.codes import ALPHABET, SELECTOR
from consultation.consultations.models import Consultation, ConsultationVersion, Invitation
from consultation.core.db import Base
from consultation.core.history import record_all
from consultation.core.text import sort_key
from consultation.evaluation.contributions import gather
from consultation.forms.checks import form_of
from consultation.forms.definition import Form
from consultation.people.kinds import OrganisationKind, organisation_kind
from consultation.people.models import Organisation
from consultation.register.kinds import ANSWERING, RegisterKind, SizeClass
from consultation.register.models import RegisterBody
from consultation.register.states import State
from consultation.register.titles import title
from consultation.responses.models import AnswerFact, Channel, DisclosureChoice, DraftAnswer, Response, Revision
from consultation.responses.receipts import new_receipt_number
from consultation.responses.submission import COUNTED, canonical, facts_of
from consultation.states import InvitationState, Purpose, ResponseState
from consultation.subjects import system

AT_ONCE = 500
_NOT_ASKED = {RegisterKind.CITY_STATE}
"""They are in the audience already."""


@dataclass(frozen=True)
class Body:
    """An organisation to be: a body of the register, or beyond those an invented one."""

    number: int
    register: RegisterBody | None
    state: State
    size_class: SizeClass | None
    kind: OrganisationKind

    @property
    def name(self) -> str:
        return title(self.register) if self.register else f"Ort {self.number}"


@dataclass(frozen=True)
class Plan:
    consultation: Consultation
    sections: Sequence[str]
    """Keys of the draft's."""
    dice: random.Random
    moment: datetime

    @cached_property
    def form(self) -> Form:
        assert self.consultation.form_version is not None
        return form_of(self.consultation.form_version)

    def new_id(self) -> uuid.UUID:
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)


def bodies(session: Session, count: int) -> list[Body]:
    """In an order of chance, so that any number of them is spread over Länder and sizes."""
    kinds = ANSWERING - _NOT_ASKED
    statement = select(RegisterBody).where(RegisterBody.kind.in_(kinds), RegisterBody.valid_to.is_(None))
    rows = sorted(session.scalars(statement), key=lambda row: hashlib.sha256(row.key.encode()).digest())[:count]
    found = [
        Body(n, row, row.state, row.size_class, organisation_kind(row.kind)) for n, row in enumerate(rows, start=1)
    ]
    states, sizes = list(State), list(SizeClass)
    return found + [
        Body(n, None, states[n % len(states)], sizes[n % len(sizes)], OrganisationKind.MUNICIPALITY)
        for n in range(len(found) + 1, count + 1)
    ]


def fill(session: Session, plan: Plan, some: Sequence[Body], *, points: bool) -> None:
    """They have answered."""
    if not some:
        return
    asked = _asked(session, plan, some, InvitationState.OPENED)
    version = session.scalars(select(ConsultationVersion)).one()
    rows: dict[type[Base], list[dict[str, Any]]] = {
        table: [] for table in (Response, DraftAnswer, Revision, AnswerFact, DisclosureChoice)
    }
    for body, organisation_id, invitation_id in asked:
        _answer(plan, version, body, (organisation_id, invitation_id), rows)
    for table, values in rows.items():
        session.execute(insert(table), values)
    _tell(session, plan, [Response(**row) for row in rows[Response]])
    if points:
        for row in rows[Revision]:
            gather(session, row["id"], plan.moment + timedelta(days=1))
        session.expunge_all()


def leave_open(session: Session, plan: Plan, some: Sequence[Body], first: int) -> None:
    """They are asked and have not begun; somebody of each can walk in."""
    if some:
        asked = _asked(session, plan, some, InvitationState.SENT)
        people.settle(session, [organisation_id for _, organisation_id, _ in asked], first, plan.moment)


def _asked(
    session: Session, plan: Plan, some: Sequence[Body], state: InvitationState
) -> list[tuple[Body, uuid.UUID, uuid.UUID]]:
    asked = [(body, plan.new_id(), plan.new_id()) for body in some]
    session.execute(insert(Organisation), [
        {"id": organisation_id, "kind": body.kind, "partner_kind": None, "name": body.name,
         "sort_key": f"{sort_key(body.name)} {body.number:07}", "state": body.state, "may_plan": False,
         "register_key": body.register.key if body.register else None, "four_eyes": False, "demo": False,
         "created_at": plan.moment}
        for body, organisation_id, _ in asked
    ])  # fmt: skip
    session.execute(insert(Invitation), [
        {"id": invitation_id, "consultation_id": plan.consultation.id, "organisation_id": organisation_id,
         "purpose": Purpose.FOR_COMMENT, "state": state, "by_filter": True, "email": None, "postal": "Rathausplatz 1",
         "contact": "", "selector": _selector(body.number), "code_counter": 0, "sent_at": plan.moment, "failure": "",
         "opened_at": plan.moment if state == InvitationState.OPENED else None}
        for body, organisation_id, invitation_id in asked
    ])  # fmt: skip
    return asked


def _selector(number: int) -> str:
    """Of chance, a hundred thousand would meet."""
    places = [number // len(ALPHABET) ** place % len(ALPHABET) for place in range(SELECTOR)]
    return "".join(ALPHABET[place] for place in places)


def _answer(
    plan: Plan, version: ConsultationVersion, body: Body, ids: tuple[uuid.UUID, uuid.UUID],
    rows: dict[type[Base], list[dict[str, Any]]],
) -> None:  # fmt: skip
    organisation_id, invitation_id = ids
    given = form.answers(plan.dice, plan.sections)
    levels = given["publication"]
    submitted = {key: value for key, value in given.items() if key != "publication"}
    response_id, revision_id = plan.new_id(), plan.new_id()
    here = {"consultation_id": plan.consultation.id, "organisation_id": organisation_id}
    rows[Response].append({
        "id": response_id, **here, "invitation_id": invitation_id, "state": ResponseState.SUBMITTED,
        "counted_revision_id": revision_id, "channel": Channel.PORTAL, "own_reference": "", "started_at": plan.moment,
        "revision_count": 1,
    })  # fmt: skip
    rows[DraftAnswer] += [
        {"response_id": response_id, "question_key": key, "item_key": item, "value": {"value": value}, "version": 1,
         "editor_id": None, "edited_at": plan.moment, "writer": None}
        for key, whole in given.items()
        for item, value in (whole.items() if plan.form.by_key[key].type.itemised else (("", whole),))
    ]  # fmt: skip
    text = canonical(_document(plan, version, body, submitted))
    rows[Revision].append({
        "id": revision_id, "response_id": response_id, **here, "consultation_version_id": version.id, "number": 1,
        "nil_return": False, "document": text.decode(), "content_hash": hashlib.sha256(text).hexdigest(),
        "receipt_number": new_receipt_number(), "submitted_at": plan.moment, "late": False, "reserved": False,
        "channel": Channel.PORTAL, "entry_hash": "0" * 64,
    })  # fmt: skip
    dimensions = {
        "revision_id": revision_id, "consultation_id": plan.consultation.id, "kind": body.kind, "state": body.state,
        "size_class": body.size_class,
    }  # fmt: skip
    rows[AnswerFact] += [dimensions | fact for fact in (COUNTED, *facts_of(plan.form, submitted))]
    rows[DisclosureChoice] += [
        {"response_id": response_id, "part": part, "level": level, "moment": plan.moment}
        for part, level in levels.items()
    ]


def _document(plan: Plan, version: ConsultationVersion, body: Body, answers: dict[str, Any]) -> dict[str, Any]:
    """As a submission freezes it."""
    made, row = plan.consultation, body.register
    draft, questions = made.draft_version, made.form_version
    assert draft is not None
    assert questions is not None
    return {
        "schema": "consultation-revision-1",
        "consultation": {"slug": made.slug, "round": made.round, "version": version.number},
        "draft_version": {"number": draft.number, "date": draft.date.isoformat(), "hash": draft.content_hash},
        "form_version": {"number": questions.number, "hash": questions.content_hash},
        "organisation": {
            "name": body.name, "kind": body.kind, "demo": False,
            "register": {
                "ars": row.key, "ags": row.ags, "name": row.name, "kind": row.kind, "state": row.state,
                "population": row.population, "size_class": row.size_class, "as_of": row.as_of.isoformat(),
            } if row else None,
        },
        "represented": [], "own_reference": "", "nil_return": False, "answers": answers, "personal": {},
    }  # fmt: skip


def _tell(session: Session, plan: Plan, responses: Sequence[Response]) -> None:
    """The lines of the procedure log."""
    actor = system(plan.moment)
    for action in ("start_response", "submit", "choose_disclosure"):
        record_all(session, actor, responses, action)


def counted(session: Session) -> int:
    """How many answers count."""
    return session.scalar(select(func.count()).where(Response.counted_revision_id.is_not(None))) or 0
