"""The day a letter came is told beside the moment it was entered: to whom may see the one, and to nobody else."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import python_calamine
from sqlalchemy import select, update

from consultation.consultations import actions as consultations
from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.documents import records
from consultation.documents.compile import sha256_of, write_all
from consultation.documents.folders import folder_of
from consultation.documents.frozen import Frozen
from consultation.documents.machine import encoded
from consultation.documents.volumes import bound
from consultation.responses import entering, intake
from consultation.responses.answering import Posted
from consultation.responses.models import Channel
from consultation.states import Audience, Visibility
from consultation.subjects import Actor
from tests import edition_world as editions
from tests import evaluation_world as small
from tests.api_world import ANSWERS, HEIDE, NOW, OTHER, Api, api
from tests.unpacked import unpacked

CAME = date(2026, 3, 17)
WRITTEN = ("2026-03-17", "17.03.2026", "17. März 2026")
LATER = timedelta(days=25)


def enters(db: Database, planner: Actor, body: Any, level: str = "named") -> None:
    """A letter of this body, entered much later."""
    planner = replace(planner, moment=planner.moment + LATER)
    letter = intake.Received(Channel.LETTER, CAME, "AZ 7/26", "Der Eigenanteil muss entfallen.")
    publication = {part: "figures" if part == "B" else level for part in small.PARTS}
    with db.transaction() as session:
        invited = select(Invitation.id).where(Invitation.organisation_id == body)
        made = intake.begin(session, planner, session.scalars(invited).one(), letter)
        posted = {
            "main_message": Posted("Er muss entfallen."),
            "publication": Posted(publication, frozenset(publication)),
        }
        assert not intake.keep(session, planner, made.id, posted, made.version)
        entering.submit_for(session, planner, made.id, silent_about_rest=True)


def house(db: Database) -> Api:
    """One town answered by letter, another one itself."""
    made = api(db)
    enters(db, made.world.planner, made.world.bodies[HEIDE])
    with db.transaction() as session:
        small.submit(session, made.world, OTHER, ANSWERS, level=ANSWERS["publication"])
    made.at(NOW + LATER)
    return made


# -- live ------------------------------------------------------------------------------------------------------------
def test_members_of_the_programme_read_both_days_in_every_file(db: Database) -> None:
    made, expected = house(db), [CAME.isoformat(), None]
    address = f"/consultations/{made.slug}/responses"
    listed = made.get(address, "planner").json()["data"]
    assert [one["received_on"] for one in listed] == expected
    assert listed[0]["submitted_at"].startswith("2026-03-28")
    one = made.get(f"{address}/{listed[0]['id']}", "planner").json()
    assert one["received_on"] == CAME.isoformat()
    lines = made.get(f"{address}.ndjson", "planner").content.splitlines()[:-1]
    assert [orjson.loads(line)["received_on"] for line in lines] == expected
    whole = orjson.loads(made.get(f"{address}.json", "planner").content)
    assert [record["received_on"] for record in whole["records"]] == expected
    text = made.get(f"{address}.csv", "planner").content.decode("utf-8-sig")
    assert [row["received_on"] for row in csv.DictReader(io.StringIO(text), delimiter=";")] == [CAME.isoformat(), ""]
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(made.get(f"{address}.xlsx", "planner").content))
    head, *rows = book.get_sheet_by_name("Stellungnahmen").to_python()
    assert [row[head.index("Eingegangen am (von Hand erfasst)")] for row in rows] == [CAME.isoformat(), ""]


def test_the_body_itself_reads_when_its_letter_came(db: Database) -> None:
    made = house(db)
    entered, own = (made.get(made.own("/revisions/1"), who).json() for who in ("town", "other_town"))
    assert (entered["channel"], entered["received_on"]) == ("letter", CAME.isoformat())
    assert entered["document"]["received"]["on"] == entered["received_on"]
    assert own["received_on"] is None
    schemas = made.get("/openapi.json").json()["components"]["schemas"]
    for name in ("ResponseObject", "Receipt", "RevisionObject"):
        assert "Brief" in schemas[name]["properties"]["received_on"]["description"], name


# -- editions --------------------------------------------------------------------------------------------------------
def edition(db: Database, documents: Path, audience: Audience) -> Path:
    """Of an answer by letter that is named, one that is only described, and several of towns themselves."""
    world = small.standing(db, 12)
    enters(db, world.planner, world.bodies[HEIDE])
    enters(db, world.planner, world.bodies[OTHER], "described")
    with db.transaction() as session:
        session.execute(update(Consultation).values(visibility=Visibility.PUBLIC))
        towns = [body for body in sorted(world.bodies) if len(body) == 12 and body not in (HEIDE, OTHER)][:10]
        invited = set(session.scalars(select(Invitation.organisation_id)))
        for body in towns:
            if world.bodies[body] in invited:
                small.submit(session, world, body, {"main_message": f"Wort aus {body}"}, level="described")
        planner = replace(world.planner, moment=editions.AFTER)
        consultations.evaluate(session, planner, world.slug)
    made = editions.compiled(db, editions.Weighed(world, planner, {}, {}), documents, audience)
    assert made.error == ""
    return folder_of(documents, made.id)


def taking_part(folder: Path) -> dict[str, Any]:
    lines = [orjson.loads(line) for line in (folder / "snapshot.ndjson").read_bytes().splitlines()]
    return {record["sender"]["ars"]: record for record in lines if record["type"] == "participant"}


def test_an_internal_edition_says_both_of_whoever_took_part(db: Database, tmp_path: Path) -> None:
    folder = edition(db, tmp_path / "documents", Audience.INTERNAL)
    found = taking_part(folder)
    assert {ars: one["received_on"] for ars, one in found.items() if one["received_on"]} == {
        HEIDE: CAME.isoformat(), OTHER: CAME.isoformat(),
    }  # fmt: skip
    assert len(found) > 5
    assert all(one["submitted_at"] for one in found.values())
    check = jsonschema_rs.validator_for(records.schema())
    for record in found.values():
        check.validate(record)


def test_a_public_edition_tells_no_day_of_anybody(db: Database, tmp_path: Path) -> None:
    folder = edition(db, tmp_path / "documents", Audience.PUBLIC)
    assert HEIDE in taking_part(folder)  # named, and still without its day
    for path in folder.iterdir():
        text = "".join(unpacked(path.name, path.read_bytes()))
        assert not [day for day in (*WRITTEN, "received_on", "submitted_at") if day in text], path.name


def test_an_edition_made_before_the_day_was_frozen_is_compiled_again_to_the_same_bytes(
    db: Database, tmp_path: Path
) -> None:
    """All its formats say what they said; the machine formats hold what was frozen and invent nothing."""
    folder = edition(db, tmp_path / "documents", Audience.INTERNAL)
    new, old = folder / "snapshot.ndjson", tmp_path / "snapshot.ndjson"
    with old.open("wb") as file:
        for line in new.read_bytes().splitlines():
            record = orjson.loads(line)
            record.pop("received_on", None)
            file.write(encoded(record) + b"\n")
    once, again, today = (tmp_path / name for name in ("once", "again", "today"))
    for snapshot, target in ((old, once), (old, again), (new, today)):
        target.mkdir()
        # the hash on the title page is the only thing they could differ in
        with bound(Frozen(snapshot), sha256_of(old)) as whole:
            write_all(whole, "ausgabe", target, lambda _: None)
    names = sorted(path.name for path in once.iterdir())
    assert len(names) > 5
    for name in names:
        assert (once / name).read_bytes() == (again / name).read_bytes(), name
        same = (once / name).read_bytes() == (today / name).read_bytes()
        assert same == (not name.endswith("json")), name
    assert b"received_on" not in (once / "ausgabe.ndjson").read_bytes()
    assert (once / "ausgabe.ndjson").read_bytes().startswith(old.read_bytes())
