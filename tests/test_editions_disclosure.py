"""What a public edition may show of whom: every byte of every file is searched."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pikepdf
import pytest
from sqlalchemy import select

from consultation.core.db import Database
from consultation.documents.folders import folder_of
from consultation.documents.models import Edition
from consultation.people.models import Organisation
from consultation.responses import desk, disclosures
from consultation.responses.models import Response
from consultation.states import Audience
from tests import edition_world as worlds
from tests import evaluation_world as small
from tests.documents import readers
from tests.edition_world import AFTER

HIDDEN = ("figures", "none", "gone")


@pytest.fixture
def weighed(db: Database) -> worlds.Weighed:
    return worlds.weighed(db, count=20)


def everything_in(folder: Path) -> dict[str, str]:
    """Name → all that can be read in it, decompressed, the name itself included."""
    return {path.name: path.name + "".join(_texts(path)) for path in folder.iterdir()}


def _texts(path: Path) -> Iterator[str]:
    yield path.read_bytes().decode("utf-8", "replace")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name + archive.read(name).decode("utf-8", "replace")
    if path.suffix == ".pdf":
        yield readers.squeezed(readers.pdf(path).text)
        with pikepdf.open(path) as pdf:
            for thing in pdf.objects:
                if isinstance(thing, pikepdf.Stream):
                    yield _unpacked(thing).decode("latin-1")


def _unpacked(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:  # a picture
        return stream.read_raw_bytes()


def edition(
    db: Database, weighed: worlds.Weighed, documents: Path, audience: Audience
) -> tuple[Edition, dict[str, str]]:
    made = worlds.compiled(db, weighed, documents, audience)
    return made, everything_in(folder_of(documents, made.id))


def test_no_public_file_holds_words_that_may_not_be_read(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    _, files = edition(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    found = [
        (name, marker)
        for level in HIDDEN
        for marker in weighed.markers[level]
        for name in files
        if marker in files[name]
    ]
    assert found == []


def test_no_public_file_names_whom_it_may_not_name(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    _, files = edition(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    with db.reader() as session:
        bodies = {o.name: o.register_key for o in session.scalars(select(Organisation))}
    for level in ("described", "figures", "none"):
        for body in weighed.names[level]:
            alone = re.compile(rf"\b{body}\b(?!\d)|{bodies[body]}")
            found = [name for name, text in files.items() if alone.search(text) and name != "compared.json"]
            assert found == []  # that one stays beside the edition, for the next to be compared with


def test_what_may_be_read_is_in_every_file_with_words(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    _, files = edition(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    for name, text in files.items():
        if not name.endswith(
            ("manifest.json", "compared.json", "numbers.json", "outcomes.txt", "texts.json")
        ):  # these hold no words of anybody
            missing = [m for level in ("named", "described") for m in weighed.markers[level] if m not in text]
            assert missing == [], name


def test_a_described_sender_is_told_by_kind_and_size_alone_and_its_parts_cannot_be_joined(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    made, _ = edition(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    described = [r for r in _records(tmp_path, made) if r["type"] == "response" and r["sender"]["level"] == "described"]
    assert described
    assert {tuple(sorted(record["sender"])) for record in described} == {("kind", "level", "size_class")}
    orders = [[r["answers"] for r in described if r["part"] == part] for part in sorted({r["part"] for r in described})]
    assert len(orders) > 1
    for record in described:
        assert set(record) == {"type", "part", "sender", "answers"}


def _records(tmp_path: Path, made: Edition) -> list[dict[str, Any]]:
    path = folder_of(tmp_path / "documents", made.id) / "snapshot.ndjson"
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_confidential_questions_are_figures_at_most(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    made, _ = edition(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    assert not any("budget_constraint" in r.get("answers", {}) for r in _records(tmp_path, made))


def test_an_internal_edition_holds_all_that_counts_and_nothing_that_does_not(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    _, files = edition(db, weighed, tmp_path / "documents", Audience.INTERNAL)
    whole = "".join(files.values())
    for level in ("named", "described", "figures", "none"):
        assert [marker for marker in weighed.markers[level] if marker not in whole] == []
    assert [marker for marker in weighed.markers["gone"] if marker in whole] == []


def test_a_change_of_mind_counts_for_the_next_edition(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    first, before = edition(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    marker = weighed.markers["named"][0]
    with db.transaction() as session:
        town = replace(next(iter(weighed.world.actors.values())), moment=AFTER + timedelta(hours=1))
        own = session.scalars(select(Response.id).where(Response.organisation_id == town.organisation_id)).one()
        disclosures.change(session, town, desk.open_desk(session, town, own), dict.fromkeys(small.PARTS, "none"))
    weighed.planner = replace(weighed.planner, moment=AFTER + timedelta(hours=2))
    _, after = edition(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    assert any(marker in text for text in before.values())
    assert not any(marker in text for text in after.values())
    assert any(marker in text for text in everything_in(folder_of(tmp_path / "documents", first.id)).values())


def test_invented_data_are_marked_in_every_file_and_its_name(db: Database, tmp_path: Path) -> None:
    weighed = worlds.weighed(db, count=12, demo=True)
    made, files = edition(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    assert all("beispieldaten" in file.name for file in made.files)
    for file in made.files:
        text = files[file.name]
        assert "Beispieldaten" in text.removeprefix(file.name) or '"demo":true' in text or file.format == "csv", (
            file.name
        )
