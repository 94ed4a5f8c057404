"""Annex volumes: every text word for word in exactly one of them, in every format, bound with the edition."""

import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest
from sqlalchemy import select, update

from consultation import worker
from consultation.core import jobs
from consultation.core.db import Database
from consultation.core.jobs import LEASE, Job, JobState
from consultation.documents import editions
from consultation.documents.annex import planned
from consultation.documents.chapters import participants
from consultation.documents.checking import Differs
from consultation.documents.checking.edition import check_folder, check_ndjson
from consultation.documents.folders import MANIFEST, SNAPSHOT, folder_of
from consultation.documents.formats import FORMATS
from consultation.documents.frozen import Frozen
from consultation.documents.models import Edition, EditionFile
from consultation.documents.outline import Heading, Paragraph, Statement, Table
from consultation.documents.volumes import READABLE, bound
from consultation.documents.wording import Wording
from consultation.mail.transport import Memory
from consultation.settings import Settings
from consultation.states import Audience, EditionState
from tests import edition_world as worlds
from tests.documents import tagged_pdf
from tests.edition_world import AFTER
from tests.unpacked import unpacked

MOST = 4


@pytest.fixture
def weighed(db: Database) -> worlds.Weighed:
    return worlds.weighed(db, count=12)


def compiled(db: Database, weighed: worlds.Weighed, documents: Path, audience: Audience, most: int = MOST) -> Edition:
    with db.transaction() as session:
        edition = editions.start(session, weighed.planner, weighed.world.slug, audience)
    editions.compile_edition(db, documents, edition.id, AFTER, most=most)
    return worlds.read(db, edition)


def written(path: Path) -> str:
    return " ".join("".join(unpacked(path.name, path.read_bytes())).split())


@pytest.mark.parametrize("audience", list(Audience))
def test_every_text_stands_in_exactly_one_volume_in_the_order_of_the_annex(
    db: Database, weighed: worlds.Weighed, tmp_path: Path, audience: Audience
) -> None:
    edition = compiled(db, weighed, tmp_path, audience)
    snapshot = folder_of(tmp_path, edition.id) / SNAPSHOT
    with bound(Frozen(snapshot, 10_000), "0" * 64) as one, bound(Frozen(snapshot, MOST), "0" * 64) as many:
        assert one.volumes == ()
        whole = [n for n in one.document.outline.nodes() if isinstance(n, Statement) and n.key.startswith("wortlaut-")]
        held = [[n for n in made.outline.nodes() if isinstance(n, Statement)] for _, made in many.volumes]
        document = [n for n in many.document.outline.nodes() if isinstance(n, Statement)]
    assert len(whole) > 2 * MOST
    assert [text for volume in held for text in volume] == whole
    assert all(len(volume) == MOST for volume in held[:-1])
    assert 0 < len(held[-1]) <= MOST
    assert [n for n in document if n.key.startswith("wortlaut-")] == []


@pytest.mark.parametrize("audience", list(Audience))
def test_many_participants_stand_by_land_each_once_and_a_few_in_a_table(
    db: Database, weighed: worlds.Weighed, tmp_path: Path, audience: Audience
) -> None:
    edition = compiled(db, weighed, tmp_path, audience)
    frozen = Frozen(folder_of(tmp_path, edition.id) / SNAPSHOT, 3)
    senders = [record["sender"] for record in frozen.records("participant")]
    assert len(senders) > 3
    found = list(participants.nodes(frozen))
    lands = [
        (heading.text, heading.key.removeprefix("teilnehmende-"), names.text.split("; "))
        for heading, names in pairwise(found)
        if isinstance(heading, Heading) and isinstance(names, Paragraph)
    ]
    assert [text for text, _, _ in lands if not text[-3:-1].strip("(").isdigit()] == []
    assert sorted((land, name) for _, land, names in lands for name in names) == sorted(
        (sender["state"] or "ohne-land", sender["name"]) for sender in senders
    )
    few = Frozen(folder_of(tmp_path, edition.id) / SNAPSHOT, len(senders))
    [table] = [node for node in participants.nodes(few) if isinstance(node, Table)]
    assert sorted(row[0] for row in table.rows) == sorted(sender["name"] for sender in senders)


def test_a_volume_begins_in_the_middle_of_a_question_and_says_what_it_holds(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    edition = compiled(db, weighed, tmp_path, Audience.INTERNAL)
    with bound(Frozen(folder_of(tmp_path, edition.id) / SNAPSHOT, MOST), "0" * 64) as whole:
        volumes = [volume for volume, _ in whole.volumes]
        second, made = whole.volumes[1]
        headings = [node.text for node in made.outline.contents()]
        table = " ".join(str(node) for node in whole.document.outline.nodes())
    assert [(v.first, v.last) for v in volumes[:2]] == [(1, MOST), (MOST + 1, 2 * MOST)]
    assert f"Band 2 von {len(volumes)}" in made.outline.meta.title
    assert f"Texte {second.first} bis {second.last}" in made.outline.meta.subtitle
    assert any(text.endswith("(Fortsetzung)") for text in headings)
    for volume in volumes:
        assert f"{edition.consultation.slug}-ausgabe-1-intern{volume.suffix}" in table


def test_files_and_manifest_name_every_volume_in_every_readable_format(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    edition = compiled(db, weighed, tmp_path, Audience.PUBLIC)
    manifest = orjson.loads((folder_of(tmp_path, edition.id) / MANIFEST).read_bytes())
    assert [file.format for file in edition.document] == sorted(FORMATS)
    assert len(edition.volumes) == len(manifest["annex"]["outlines"]) > 1
    listed = {file["name"]: file["sha256"] for file in manifest["files"]}
    on_disk = {path.name for path in folder_of(tmp_path, edition.id).glob("*-band-*")}
    assert on_disk == {file.name for files in edition.volumes for file in files}
    for number, files in enumerate(edition.volumes, start=1):
        assert {file.format for file in files} == set(READABLE)
        assert {file.volume for file in files} == {number}
        for file in files:
            content = (folder_of(tmp_path, edition.id) / file.name).read_bytes()
            assert listed[file.name] == file.sha256 == hashlib.sha256(content).hexdigest()
            assert f"-band-{number:02}." in file.name
    assert tagged_pdf.problems(next(folder_of(tmp_path, edition.id).glob("*-band-01.pdf"))) == []


def test_every_format_of_a_volume_says_the_same(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    edition = compiled(db, weighed, tmp_path, Audience.INTERNAL)
    folder = folder_of(tmp_path, edition.id)
    with bound(Frozen(folder / SNAPSHOT, MOST), "0" * 64) as whole:
        for (_, made), files in zip(whole.volumes, edition.volumes, strict=True):
            words = [n.text for n in made.outline.walk() if isinstance(n, Heading)]
            words += [p for n in made.outline.walk() if isinstance(n, Statement) for p in (n.sender, *n.paragraphs)]
            for file in files:
                read = re.sub(r"[\s\xad\u200b-]", "", written(folder / file.name))
                for said in words:
                    assert re.sub(r"[\s\xad\u200b-]", "", said) in read, (file.name, said)


def test_marks_of_secrecy_stand_in_no_public_volume_and_in_the_internal_ones_they_do(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    read = {}
    for audience in Audience:
        edition = compiled(db, weighed, tmp_path, audience)
        paths = [folder_of(tmp_path, edition.id) / file.name for files in edition.volumes for file in files]
        read[audience] = " ".join(map(written, paths))
    secret = [m for level in ("figures", "none", "gone") for m in weighed.markers[level]]
    assert [marker for marker in secret if marker in read[Audience.PUBLIC]] == []
    open_ = [m for level in ("named", "described") for m in weighed.markers[level]]
    assert [marker for marker in open_ if marker not in read[Audience.PUBLIC]] == []
    assert [m for m in weighed.markers["none"] if m not in read[Audience.INTERNAL]] == []
    described = [name for name in weighed.names["described"] if re.search(rf"{name}\b", read[Audience.PUBLIC])]
    assert described == []


def test_compiled_again_every_volume_is_the_same(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    edition = compiled(db, weighed, tmp_path, Audience.PUBLIC)
    folder = folder_of(tmp_path, edition.id)
    before = {path.name: path.read_bytes() for path in folder.glob("*-band-*.html")}
    annex = orjson.loads((folder / MANIFEST).read_bytes())["annex"]
    with db.transaction() as session:
        session.execute(update(Edition).where(Edition.id == edition.id).values(state=EditionState.COMPILING))
        for file in session.scalars(select(EditionFile)):
            session.delete(file)
    editions.compile_edition(db, tmp_path, edition.id, AFTER, most=MOST)
    assert {path.name: path.read_bytes() for path in folder.glob("*-band-*.html")} == before
    assert orjson.loads((folder / MANIFEST).read_bytes())["annex"] == annex


def test_a_check_makes_every_volume_again_and_finds_a_changed_one(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    edition = compiled(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    folder, said = tmp_path / "out", list[str]()
    editions.copy_files(db, tmp_path / "documents", edition.id, folder)
    check_folder(folder, lambda message: said.append(str(message)))
    assert sum("bytegleich" in line for line in said) == len(edition.files)
    untouched = orjson.loads((folder / MANIFEST).read_bytes())
    outlines = untouched["annex"]["outlines"]
    path = next(folder.glob("*-band-02.html"))
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"Band 2", b"Band 9"))
    with pytest.raises(Differs, match=path.name):
        check_folder(folder, lambda _: None)
    manifest = orjson.loads((folder / MANIFEST).read_bytes())
    for file in manifest["files"]:
        if file["name"] == path.name:
            file["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / MANIFEST).write_bytes(orjson.dumps(manifest))
    with pytest.raises(Differs, match=path.name):
        check_folder(folder, lambda _: None)
    path.write_bytes(whole)
    for said_of, change in (("Bände statt 0", []), ("Band 1:", ["0" * 64, *outlines[1:]])):
        (folder / MANIFEST).write_bytes(orjson.dumps(untouched | {"annex": {"most": MOST, "outlines": change}}))
        with pytest.raises(Differs, match=said_of):
            check_folder(folder, lambda _: None)


def test_volumes_beside_a_downloaded_ndjson_are_checked_too(
    db: Database, weighed: worlds.Weighed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = compiled(db, weighed, tmp_path, Audience.PUBLIC)
    monkeypatch.setattr("consultation.documents.checking.edition.MOST", MOST)
    said = list[str]()
    data = next(folder_of(tmp_path, edition.id).glob("*-ausgabe-*.ndjson"))
    check_ndjson(data, lambda message: said.append(str(message)))
    assert sum("bytegleich" in line for line in said) == len(edition.files)


def test_killed_at_any_step_no_half_edition_with_volumes_is_seen(
    db: Database, database_url: str, tmp_path: Path
) -> None:
    weighed = worlds.weighed(db, count=2)
    with db.transaction() as session:
        edition = editions.start(session, weighed.planner, weighed.world.slug, Audience.INTERNAL)
    every = 6 if database_url.startswith("sqlite") else 12
    documents = tmp_path / "documents"
    command = [sys.executable, "-m", "tests.killed_compiling", database_url, documents, edition.id, every, 1]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    seen = [json.loads(line) for line in done.stdout.splitlines()]
    assert any(one["killed"] for one in seen)
    assert seen[-1]["whole"]
    for one in seen:
        assert one["files"] == one["readable"]
        assert one["whole"] or one["files"] == 0, one
    assert seen[-1]["files"] > len(FORMATS)
    assert [path.name for path in documents.iterdir()] == [str(edition.id)]
    check_folder(folder_of(documents, edition.id), lambda _: None)


POISON = '#panic("x") *x* <script>alert(1)</script> \U0001f9ff \U00013000 =1+1 ]]> {{ x }} \\u{e000} ' + "W" * 3000


def test_one_poisonous_text_stops_no_volume(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    edition = compiled(db, weighed, tmp_path, Audience.INTERNAL)
    snapshot = tmp_path / "poisoned.ndjson"
    marker = next(iter(weighed.markers["named"]))
    text = (folder_of(tmp_path, edition.id) / SNAPSHOT).read_text()
    poisoned = orjson.dumps(POISON).decode()[1:-1]
    snapshot.write_text(text.replace(f"Hauptsache {marker}", poisoned))
    assert poisoned in snapshot.read_text()
    with bound(Frozen(snapshot, MOST), "0" * 64) as whole:
        assert any(
            POISON in str(node) or "#panic" in str(node) for _, made in whole.volumes for node in made.outline.nodes()
        )
        for volume, made in whole.volumes:
            for key in READABLE:
                target = tmp_path / f"{volume.number}.{key}"
                FORMATS[key].write(made, target)
                assert target.stat().st_size > 0
    assert "<script>alert" not in "".join(path.read_text() for path in tmp_path.glob("*.html"))


def test_the_snapshot_is_read_as_often_for_many_volumes_as_for_few(
    db: Database, weighed: worlds.Weighed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a volume reads its own texts only, from where they begin."""
    edition = compiled(db, weighed, tmp_path, Audience.INTERNAL)
    snapshot, read = folder_of(tmp_path, edition.id) / SNAPSHOT, Counter[int]()
    records = Frozen.records

    def counted(self: Frozen, *types: str):
        read[self.most] += "response" in types
        return records(self, *types)

    monkeypatch.setattr(Frozen, "records", counted)
    for most in (1, 10):
        with bound(Frozen(snapshot, most), "0" * 64) as whole:
            for _, made in whole.volumes * 3:
                list(made.outline.walk())
    assert read[1] == read[10] == 2
    frozen = Frozen(snapshot, 1)
    monkeypatch.setattr("consultation.documents.wording.AT_ONCE", 10)
    (tmp_path / "texts").mkdir()
    wording = Wording(frozen, tmp_path / "texts")
    texts = [text for volume in frozen.volumes for piece in volume.pieces for _, _, text in wording.of(piece)]
    assert Counter(texts) == Counter(text for _, _, text in frozen.texts())


def test_no_volume_where_one_document_carries_all_texts(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    edition = compiled(db, weighed, tmp_path, Audience.INTERNAL)
    frozen = Frozen(folder_of(tmp_path, edition.id) / SNAPSHOT)
    total = sum(count for _, count in frozen.text_counts)
    assert planned(frozen.text_counts, total, str) == ()
    assert [v.last - v.first + 1 for v in planned(frozen.text_counts, total - 1, str)] == [total - 1, 1]
    assert planned([], 1, str) == ()


def test_a_worker_that_gets_on_keeps_its_job_beyond_a_lease(
    db: Database, weighed: worlds.Weighed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.transaction() as session:
        session.execute(update(Job).values(state=JobState.DONE))
        editions.start(session, weighed.planner, weighed.world.slug, Audience.INTERNAL)
    later = iter((0.0, LEASE.total_seconds() - 1))
    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: next(later)))
    others: list[Job | None] = []

    def slow(
        db: Database, documents: Path, edition_id: object, moment: datetime, progress: Callable[[int], None]
    ) -> None:
        progress(50)
        with db.transaction() as session:
            others.append(jobs.claim(session, moment + LEASE * 1.5))

    monkeypatch.setattr(editions, "compile_edition", slow)
    assert worker.run_one(db, Settings(data_dir=tmp_path), Memory(), AFTER)
    assert others == [None]
