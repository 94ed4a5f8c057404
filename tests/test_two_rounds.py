"""The same bodies in two rounds of one programme: whoever is only described cannot be followed from one to the other."""

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select, update

from consultation.consultations import actions as consultations
from consultation.consultations import audience, invitations
from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.documents import editions
from consultation.documents.folders import MANIFEST, SNAPSHOT, folder_of
from consultation.evaluation import contributions
from consultation.programmes.models import Programme
from consultation.register.audience import AudienceFilter, AudienceUnit
from consultation.states import Audience, Visibility
from tests import factories
from tests.edition_world import AFTER
from tests.evaluation_world import World, standing, submit
from tests.unpacked import unpacked

TOWNS = 10
TEXTS = {"E": "missing_section", "F": "main_message"}
"""Part → a question that is answered in words."""
IDENTIFIER = re.compile(
    r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|[0-9a-f]{16,}|[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"
)
"""Ids, hashes, receipt numbers."""
PDF_STRING = re.compile(r"<[0-9a-fA-F]+>")
"""Letters as a PDF writes them; read as letters elsewhere (test_secrecy)."""


def second_round(db: Database, first: World) -> World:
    """The same form to the same bodies."""
    with db.transaction() as session:
        planner, before = first.planner, first.consultation(session)
        programme = session.scalars(select(Programme.slug).where(Programme.id == before.programme_id)).one()
        made = consultations.create(session, planner, programme, title="Zweite Anhörung")
        frozen = {
            "draft_version_id": before.draft_version_id, "form_version_id": before.form_version_id,
            "deadline_on": date(2026, 4, 30),
        }  # fmt: skip
        consultations.prepare(session, planner, made.slug, frozen)
        audience.choose(session, planner, made.slug, AudienceFilter(unit=AudienceUnit.ADMINISTRATION))
        own = Invitation.consultation_id == made.id
        session.execute(update(Invitation).where(own).values(postal="Rathausplatz 1, 12345 Musterstadt"))
        session.expire_all()
        consultations.announce(session, planner, made.slug)
        while invitations.send_all(session, made.id, factories.MOMENT):
            pass
        return replace(first, consultation_id=made.id, slug=made.slug)


def answered(db: Database, world: World) -> list[str]:
    """Each body says the same in every part and round, so that the test knows them again; nobody else could."""
    towns = sorted(body for body in world.bodies if body[2:9] == "0510044")[:TOWNS]
    for number, body in enumerate(towns):
        said = dict.fromkeys(TEXTS.values(), f"Kennwort{number:02}")
        with db.transaction() as session:
            session.merge(world.consultation(session)).visibility = Visibility.PUBLIC
            revision = submit(session, world, body, said, level="described")
            contributions.gather(session, revision.id, factories.MOMENT)
    return [f"Kennwort{number:02}" for number in range(len(towns))]


def published(db: Database, world: World, documents: Path) -> Path:
    planner = replace(world.planner, moment=AFTER)
    with db.transaction() as session:
        consultations.evaluate(session, planner, world.slug)
        edition = editions.start(session, planner, world.slug, Audience.PUBLIC)
    editions.compile_edition(db, documents, edition.id, AFTER)
    return folder_of(documents, edition.id)


def orders(folder: Path) -> dict[str, list[str]]:
    """Part → who speaks in it, in the order of the file."""
    records: list[dict[str, Any]] = [orjson.loads(line) for line in (folder / SNAPSHOT).read_bytes().splitlines()]
    return {
        part: [
            record["answers"][key]
            for record in records
            if record["type"] == "response" and record["part"] == part and key in record["answers"]
        ]
        for part, key in TEXTS.items()
    }


@pytest.fixture
def rounds(db: Database, tmp_path: Path) -> list[Path]:
    first = standing(db, 24)
    second = second_round(db, first)
    said = [answered(db, world) for world in (first, second)]
    assert said[0] == said[1]
    assert len(said[0]) == TOWNS
    return [published(db, world, tmp_path / "documents") for world in (first, second)]


def test_neither_two_parts_nor_two_rounds_have_the_described_in_the_same_order(rounds: list[Path]) -> None:
    found = [order for folder in rounds for order in orders(folder).values()]
    assert len(found) == 2 * len(TEXTS)
    assert len({tuple(sorted(order)) for order in found}) == 1, "all of them speak everywhere"
    assert len(found[0]) == TOWNS
    assert len({tuple(order) for order in found}) == len(found)
    assert sorted(found[0]) not in found, "the alphabet would betray the names"


def test_no_identifier_of_a_body_or_its_answer_stands_in_the_files_of_a_round(db: Database, rounds: list[Path]) -> None:
    """And what both rounds have in common is what the form and the draft are known by."""
    with db.reader() as session:
        names = ("response", "revision", "organisation", "invitation", "person")
        rows = [session.connection().exec_driver_sql(f"select id from {name}").scalars().all() for name in names]
    secret = {uuid.UUID(str(one)).hex for found in rows for one in found}
    first, second = (identifiers(handed_out(folder)) for folder in rounds)
    assert len(secret) > 4 * TOWNS
    assert {one.replace("-", "") for one in first | second} & secret == set()
    assert first & second <= identifiers(frozen_head(folder) for folder in rounds)


def handed_out(folder: Path) -> Iterator[str]:
    """Whatever can be read in the files that are public, unpacked."""
    for path in (*folder.glob("*-ausgabe-*"), folder / MANIFEST):
        text = "".join(unpacked(path.name, path.read_bytes()))
        yield PDF_STRING.sub("", text) if path.suffix == ".pdf" else text


def frozen_head(folder: Path) -> str:
    """Of the snapshot: consultation, form and draft."""
    lines = (folder / SNAPSHOT).read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if orjson.loads(line)["type"] in ("edition", "section"))


def identifiers(texts: Iterable[str]) -> set[str]:
    return {found for text in texts for found in IDENTIFIER.findall(text)}
