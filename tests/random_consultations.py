"""Thousands of small consultations in one database: rows written in bulk, frozen by the product, exported, and taken back.

What was answered, and what may be shown of it, is kept apart in plain values: the truth that the files are held against.
"""

import hashlib
import json
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.consultations.models import Consultation, ConsultationVersion, Invitation
from consultation.core.db import Database
from consultation.documents.consolidated import compiled_from
from consultation.documents.folders import HIDDEN, folder_of
from consultation.documents.formats import FORMATS
from consultation.documents.frozen import Frozen
from consultation.documents.machine import encoded
from consultation.documents.models import Edition
from consultation.documents.snapshot import Snapshot, freeze
from consultation.forms.checks import read_form
from consultation.forms.models import FormVersion
from consultation.people.models import Organisation
from consultation.responses.models import AnswerFact, Channel, Disclosure, DisclosureChoice, Response, Revision
from consultation.responses.receipts import new_receipt_number
from consultation.responses.submission import COUNTED, facts_of
from consultation.states import Audience, EditionState, ResponseState
from tests import evaluation_world as small
from tests.edition_world import AFTER
from tests.recount import Files

EXPORTS = ("ndjson", "json", "csv", "xlsx")


@dataclass
class House:
    """One body that answered."""

    name: str
    register: dict[str, Any]
    answers: dict[str, Any]
    levels: dict[str, str]
    response: uuid.UUID = field(default_factory=uuid.uuid4)
    nil_return: bool = False


@dataclass(frozen=True)
class Stage:
    """Where all of them are put on, one after the other."""

    db: Database
    world: small.World


def stage(db: Database, count: int) -> Stage:
    with db.transaction() as session:
        world = small.world(session, count)
        consultations.evaluate(session, replace(world.planner, moment=AFTER), world.slug)
    return Stage(db, world)


def houses(chance: random.Random, stage: Stage) -> list[House]:
    """Some of the bodies that were asked, answering at random, at random levels."""
    with stage.db.reader() as session:
        asked = session.scalars(
            sa.select(Organisation)
            .join(Invitation, Invitation.organisation_id == Organisation.id)
            .options(sa.orm.joinedload(Organisation.register_body))
            .order_by(Organisation.register_key)
        ).all()
        chosen = chance.sample(asked, chance.randint(4, len(asked)))
        return [_house(chance, organisation, stage.world) for organisation in chosen]


def _house(chance: random.Random, organisation: Organisation, world: small.World) -> House:
    body = organisation.register_body
    assert body is not None
    register = {
        "ars": body.key, "ags": body.ags, "name": body.name, "kind": body.kind.value, "state": body.state.value,
        "population": body.population, "size_class": body.size_class, "as_of": body.as_of.isoformat(),
    }  # fmt: skip
    return House(
        organisation.name, register, answered(chance, world), levels(chance), nil_return=chance.random() < 0.05
    )


def answered(chance: random.Random, world: small.World) -> dict[str, Any]:
    return small.random_answers(chance, list(world.sections.values())[:3])


def levels(chance: random.Random) -> dict[str, str]:
    usual = chance.choice(["named", "described", "figures", "figures", "none"])
    return {part: usual if chance.random() < 0.8 else chance.choice(small.LEVELS) for part in small.PARTS}


def goes_on(chance: random.Random, before: list[House], stage: Stage) -> list[House]:
    """Some answer anew, allow something else, or take their answer back."""
    found = []
    for house in before:
        match chance.choice(["answer", "level", "go"]) if chance.random() < 0.1 else "stay":
            case "stay":
                found.append(house)
            case "answer":
                found.append(replace(house, answers=answered(chance, stage.world)))
            case "level":
                found.append(replace(house, levels=levels(chance)))
    return found


# -- written in bulk, read by the product, taken back ----------------------------------------------------------------
@contextmanager
def played(stage: Stage) -> Iterator[Session]:
    with stage.db.engine.connect() as connection:
        transaction = connection.begin()
        with Session(bind=connection) as session:
            yield session
        transaction.rollback()


def write(session: Session, stage: Stage, found: list[House], *, again: bool = False) -> None:
    """All answers as the rooms keep them. `again`: in place of those of an earlier edition."""
    consultation = session.get_one(Consultation, stage.world.consultation_id)
    definition = session.scalars(
        sa.select(FormVersion.definition).where(FormVersion.id == consultation.form_version_id)
    )
    form = read_form(definition.one())
    version = session.scalars(sa.select(ConsultationVersion.id)).first()
    bodies = {
        key: (organisation, invitation)
        for key, organisation, invitation in session.execute(
            sa.select(Organisation.register_key, Organisation.id, Invitation.id).join(
                Invitation, Invitation.organisation_id == Organisation.id
            )
        )
    }
    session.execute(sa.delete(AnswerFact))
    session.execute(sa.update(Response).values(counted_revision_id=None))
    known = set(session.scalars(sa.select(Response.id)))
    for house in found:
        organisation_id, invitation_id = bodies[house.register["ars"]]
        revision = _revision(house, consultation, organisation_id, version, 1 + again)
        if house.response not in known:
            session.execute(sa.insert(Response).values(
                id=house.response, consultation_id=consultation.id, organisation_id=organisation_id,
                invitation_id=invitation_id, state=ResponseState.SUBMITTED, channel=Channel.PORTAL, own_reference="",
                started_at=AFTER, revision_count=1,
            ))  # fmt: skip
        session.execute(sa.insert(Revision).values(**revision))
        session.execute(
            sa.update(Response).where(Response.id == house.response).values(counted_revision_id=revision["id"])
        )
        if not house.nil_return:
            dimensions = {
                "revision_id": revision["id"], "consultation_id": consultation.id, "kind": house.register["kind"],
                "state": house.register["state"], "size_class": house.register["size_class"],
            }  # fmt: skip
            facts = [dimensions | fact for fact in (COUNTED, *facts_of(form, house.answers))]
            session.execute(sa.insert(AnswerFact), facts)
        session.execute(sa.insert(DisclosureChoice), [
            {"response_id": house.response, "part": part, "level": Disclosure(level), "moment": AFTER, "person_id": None}
            for part, level in house.levels.items()
        ])  # fmt: skip
    session.flush()


def _revision(
    house: House, consultation: Consultation, organisation_id: uuid.UUID, version: uuid.UUID | None, number: int
) -> dict[str, Any]:
    document = json.dumps({
        "schema": "consultation-revision-1", "nil_return": house.nil_return, "represented": [], "own_reference": "",
        "organisation": {"name": house.name, "kind": house.register["kind"], "demo": False, "register": house.register},
        "answers": {} if house.nil_return else house.answers,
    })  # fmt: skip
    return {
        "id": uuid.uuid4(), "response_id": house.response, "consultation_id": consultation.id,
        "organisation_id": organisation_id, "consultation_version_id": version, "number": number,
        "nil_return": house.nil_return, "document": document,
        "content_hash": hashlib.sha256(document.encode()).hexdigest(), "receipt_number": new_receipt_number(),
        "submitted_at": AFTER, "late": False, "reserved": False, "channel": Channel.PORTAL, "entry_hash": "",
    }  # fmt: skip


def exported(
    session: Session, stage: Stage, documents: Path, audience: Audience, number: int, formats: tuple[str, ...] = EXPORTS
) -> tuple[Files, Snapshot]:
    """An edition's files, and its row as if it had been published."""
    edition = Edition(
        id=uuid.uuid4(), consultation_id=stage.world.consultation_id, number=number, audience=audience,
        state=EditionState.COMPILING, language="de", filters={}, data_cut=AFTER, created_at=AFTER, progress=0, counts={},
        problems=[], error="",
    )  # fmt: skip
    session.add(edition)
    session.flush()
    folder = folder_of(documents, edition.id)
    folder.mkdir(parents=True)
    snapshot = freeze(session, edition, AFTER, documents, folder / "snapshot.ndjson")
    if snapshot.hidden is not None:
        (folder / HIDDEN).write_bytes(encoded(snapshot.hidden))
    compiled = compiled_from(Frozen(folder / "snapshot.ndjson"), snapshot.sha256)
    for key in formats:
        FORMATS[key].write(compiled, folder / f"x-ausgabe-{number}.{FORMATS[key].extension}")
    session.execute(sa.update(Edition).where(Edition.id == edition.id).values(state=EditionState.PUBLISHED))
    session.expire_all()
    return Files(folder), snapshot
