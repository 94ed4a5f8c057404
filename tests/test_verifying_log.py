"""The procedure log proves itself: in the database and as a file, against receipts in other hands."""

import csv
import hashlib
import io
import random
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from consultation import worker
from consultation.core.chain import Broken
from consultation.core.db import Database
from consultation.core.errors import NotFound
from consultation.core.history import HistoryEntry, HistorySeal
from consultation.core.language import Message
from consultation.documents import receipt
from consultation.documents.checking import Differs, Unusable
from consultation.documents.checking.ledger import check_ledger
from consultation.documents.checking.log_file import check_against, check_log_file
from consultation.documents.checking.receipt import Slip, check_receipt, read_slip
from consultation.documents.formats import write_document
from consultation.documents.procedure_file import write_procedure_file
from consultation.people.models import Person
from consultation.responses.models import Response, Revision
from tests import evaluation_world as small
from tests import factories, log_world
from tests.log_world import SPOILS, Spoil, tampering

ROUNDS = 25
"""Of each way to spoil a log."""


@pytest.fixture
def world(db: Database) -> small.World:
    return log_world.sealed(db)


class Heard:
    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, message: Message) -> None:
        self.said.append(str(message))


# -- in the database -------------------------------------------------------------------------------------------------
def test_an_honest_log_holds_and_says_where_it_ends(db: Database, world: small.World) -> None:
    heard = Heard()
    with db.transaction() as session:
        small.submit(session, world, "010510044006", {})  # not sealed yet
    with db.reader() as session:
        head = check_ledger(session, heard)
        links = session.scalar(sa.select(sa.func.count()).select_from(HistorySeal))
        assert head.position == links
        assert head.chain == session.scalars(sa.select(HistorySeal.chain).order_by(HistorySeal.position.desc())).first()
    assert any("noch nicht versiegelt" in line for line in heard.said)
    assert any(line.startswith("Eingangsbestätigungen: 6.") for line in heard.said)


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)
def test_whatever_is_done_to_an_entry_the_first_bad_one_is_named(
    db: Database, world: small.World, spoil: Spoil
) -> None:
    for seed in range(ROUNDS):
        with tampering(db) as session:
            position, named = spoil(session, random.Random(seed), log_world.rows(session))
            with pytest.raises(Differs) as found:
                check_ledger(session, Heard())
        assert isinstance(found.value.__cause__, Broken), (seed, found.value)
        assert found.value.__cause__.position == position, (seed, found.value)
        assert named in str(found.value), (seed, found.value)
    with db.reader() as session:
        check_ledger(session, Heard())


def test_an_end_that_was_cut_off_is_missed_by_the_first_receipt_that_knew_it(db: Database, world: small.World) -> None:
    with db.reader() as session:
        known = session.execute(
            sa.select(HistorySeal.position, Revision.receipt_number)
            .join(HistoryEntry, HistoryEntry.seq == HistorySeal.entry_seq)
            .join(Revision, Revision.entry_hash == HistoryEntry.hash)
            .order_by(HistorySeal.position)
        ).all()
        last = known[-1].position
    for position in range(2, last + 1):
        first_lost = next(number for place, number in known if place >= position)
        with tampering(db) as session:
            log_world.truncate(session, position)
            with pytest.raises(Differs) as found:
                check_ledger(session, Heard())
        assert first_lost in str(found.value)
        assert f"die Nummer {position - 1}." in str(found.value)


def test_a_chain_that_was_made_anew_is_missed_by_a_receipt(db: Database, world: small.World) -> None:
    with db.reader() as session:
        last = session.scalars(
            sa.select(HistorySeal.position)
            .join(Revision, Revision.sealed_head == HistorySeal.chain)
            .order_by(HistorySeal.position.desc())
        ).first()
        numbers = set(session.scalars(sa.select(Revision.receipt_number)))
    assert last is not None
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        with tampering(db) as session:
            row = chance.choice([row for row in log_world.rows(session) if row.position <= last])
            log_world.forge_from(session, chance, row)
            with pytest.raises(Differs) as found:
                check_ledger(session, Heard())
        assert any(number in str(found.value) for number in numbers), (seed, found.value)


def test_an_entry_that_is_not_sealed_yet_is_covered_by_its_own_hash(db: Database, world: small.World) -> None:
    with db.transaction() as session:
        small.submit(session, world, "010510044006", {})
    with tampering(db) as session:
        newest = session.scalars(sa.select(sa.func.max(HistoryEntry.seq))).one()
        session.execute(sa.update(HistoryEntry).where(HistoryEntry.seq == newest).values(action="x"))
        with pytest.raises(Differs, match=f"{newest} "):
            check_ledger(session, Heard())


def test_a_changed_answer_is_found_by_its_hash(db: Database, world: small.World) -> None:
    with tampering(db) as session:
        session.execute(sa.update(Revision).values(document=sa.func.replace(Revision.document, "Wunsch 3", "Wunsch 9")))
        number = session.scalars(sa.select(Revision.receipt_number).where(Revision.document.contains("Wunsch 9"))).one()
        with pytest.raises(Differs, match=number):
            check_ledger(session, Heard())


# -- receipts ----------------------------------------------------------------------------------------------------------
def slips(db: Database, world: small.World, folder: Path) -> dict[str, Slip]:
    """The newest receipt as PDF, as the API gives it, and as its number."""
    with db.reader() as session:
        revision = session.scalars(sa.select(Revision).order_by(Revision.submitted_at.desc())).first()
        assert revision is not None
        response = session.get_one(Response, revision.response_id)
        town = next(a for a in world.actors.values() if a.organisation_id == response.organisation_id)
        write_document(receipt.receipt(session, town, response.id, 1), "pdf", folder / "bestaetigung.pdf")
    facts = {name: getattr(revision, name) for name in ("receipt_number", "content_hash", "entry_hash", "sealed_head")}
    (folder / "bestaetigung.json").write_bytes(orjson.dumps(facts))
    given = {
        "pdf": str(folder / "bestaetigung.pdf"),
        "json": str(folder / "bestaetigung.json"),
        "number": revision.receipt_number,
    }
    found = {name: read_slip(text) for name, text in given.items()}
    return {name: slip for name, slip in found.items() if slip is not None}


def test_a_receipt_carries_entry_and_head_and_both_are_found_again(
    db: Database, world: small.World, tmp_path: Path
) -> None:
    found = slips(db, world, tmp_path)
    assert set(found) == {"pdf", "json", "number"}
    assert found["pdf"] == found["json"]
    assert found["pdf"].sealed_head
    heard = Heard()
    with db.reader() as session:
        for slip in found.values():
            check_receipt(session, slip, heard)
    assert len(set(heard.said)) == 1
    assert found["pdf"].entry_hash in heard.said[0]


@pytest.mark.parametrize("name", ["content_hash", "entry_hash", "sealed_head"])
def test_a_receipt_that_says_something_else_than_the_service_is_named(
    db: Database, world: small.World, tmp_path: Path, name: str
) -> None:
    slip = slips(db, world, tmp_path)["pdf"]
    values = {**vars(slip), name: "0" * 64}
    with db.reader() as session, pytest.raises(Differs, match="0" * 64):
        check_receipt(session, Slip(**values), Heard())


def test_an_unknown_number_and_a_strange_file_are_told_apart(db: Database, world: small.World, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("[]")
    assert read_slip(str(tmp_path / "other.json")) is None
    assert read_slip("7KQ2-M4XD-09T0") is None
    slip = read_slip("0000-0000-0000")
    assert slip is not None
    with db.reader() as session, pytest.raises(Differs, match="0000-0000-0000"):
        check_receipt(session, slip, Heard())
    (tmp_path / "broken.pdf").write_text("kein PDF")
    with pytest.raises(Unusable):
        read_slip(str(tmp_path / "broken.pdf"))


# -- as a file ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def exported(db: Database, world: small.World, tmp_path: Path) -> Path:
    with db.reader() as session:
        write_procedure_file(session, world.planner, world.slug, tmp_path / "log.zip")
    return tmp_path / "log.zip"


def test_the_file_proves_itself_and_holds_no_word_of_others(db: Database, world: small.World, exported: Path) -> None:
    heard = Heard()
    proof = check_log_file(exported, heard)
    with db.reader() as session:
        own = session.scalars(
            sa.select(HistoryEntry.hash).where(HistoryEntry.consultation_id == world.consultation_id)
        ).all()
        people = session.execute(sa.select(Person.name, Person.email)).all()
        last = session.scalars(sa.select(HistorySeal.chain).order_by(HistorySeal.position.desc())).first()
    assert set(proof.entries) == set(own)
    assert proof.head.chain == last
    with zipfile.ZipFile(exported) as archive:
        texts = {
            name: archive.read(name).decode(errors="replace") for name in archive.namelist() if not name.endswith("pdf")
        }
    assert set(texts) == {
        "LIESMICH.txt", "SHA256SUMS", "eintraege.ndjson", "eingangsbestaetigungen.csv", "kette.txt", "manifest.json",
        "verfahren.csv", "verfahren.html",
    }  # fmt: skip
    for name, text in texts.items():
        assert "Fremdes Verfahren" not in text, name
        for person in people:
            assert person.email not in text, name
            assert person.name not in text, name
    foreign = [line for line in texts["kette.txt"].splitlines() if line.endswith(" -")]
    assert len(foreign) >= 5
    assert "Ort 0" in texts["verfahren.html"]


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_what_the_readme_says_can_be_typed_in_a_shell(exported: Path, tmp_path: Path) -> None:
    def typed() -> list[str]:
        lines = (folder / "LIESMICH.txt").read_text().splitlines()
        blocks = "\n".join(line[7:] for line in lines if re.match(" {7}[a-z[]", line))
        done = subprocess.run(["bash", "-c", blocks], cwd=folder, capture_output=True, text=True, check=False)
        return [line for line in (done.stdout + done.stderr).splitlines() if not line.endswith(": OK")]

    folder = tmp_path / "log"
    with zipfile.ZipFile(exported) as archive:
        archive.extractall(folder)
    assert typed() == []
    entries = (folder / "eintraege.ndjson").read_text()
    (folder / "eintraege.ndjson").write_text(entries.replace("Wunsch", "Traum").replace('"submit"', '"praise"', 1))
    found = typed()
    assert any("eintraege.ndjson: FAILED" in line for line in found)
    assert any(line.startswith("nicht in der Kette") for line in found)
    chain = (folder / "kette.txt").read_text().splitlines()
    (folder / "kette.txt").write_text("\n".join([*chain[:3], *chain[4:]]) + "\n")
    assert f"Glied {chain[4].split()[0]} passt nicht" in typed()


Change = Callable[[dict[str, bytes]], None]


def rewritten(path: Path, change: Change, *, with_hashes: bool) -> Path:
    """The file with something changed; with its sums put right again if the forger thought of them."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    if with_hashes:
        manifest = orjson.loads(parts["manifest.json"])
        for file in manifest["files"]:
            file["sha256"] = hashlib.sha256(parts[file["name"]]).hexdigest()
        parts["manifest.json"] = orjson.dumps(manifest)
        parts["SHA256SUMS"] = "".join(
            f"{hashlib.sha256(parts[name]).hexdigest()}  {name}\n" for name in parts if name != "SHA256SUMS"
        ).encode()
    target = path.with_name("spoiled.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target


@pytest.mark.parametrize("with_hashes", [False, True])
def test_every_line_that_is_changed_removed_or_moved_is_found(exported: Path, with_hashes: bool) -> None:
    with zipfile.ZipFile(exported) as archive:
        sizes = {name: len(archive.read(name).splitlines()) for name in ("eintraege.ndjson", "kette.txt")}
    chance = random.Random(5)
    for name, size in sizes.items():
        for number in chance.sample(range(size - 1), 12):
            for spoil in ("change", "remove", "swap"):

                def change(parts: dict[str, bytes], name=name, number=number, spoil=spoil) -> None:
                    lines = parts[name].splitlines(keepends=True)
                    if spoil == "change":
                        lines[number] = lines[number].replace(b"a", b"b").replace(b"2", b"3")
                    elif spoil == "remove":
                        del lines[number]
                    else:
                        lines[number], lines[number + 1] = lines[number + 1], lines[number]
                    parts[name] = b"".join(lines)

                spoiled = rewritten(exported, change, with_hashes=with_hashes)
                if (name, spoil, with_hashes) == ("eintraege.ndjson", "swap", True):
                    check_log_file(spoiled, Heard())  # the order of the lines says nothing; the chain holds the order
                    continue
                with pytest.raises(Differs) as found:
                    check_log_file(spoiled, Heard())
                assert name in str(found.value)


def test_missing_and_strange_files_are_named(exported: Path, tmp_path: Path) -> None:
    def without(name: str) -> Change:
        def change(parts: dict[str, bytes]) -> None:
            del parts[name]

        return change

    for name in ("verfahren.pdf", "kette.txt", "LIESMICH.txt"):
        with pytest.raises(Differs, match=name):
            check_log_file(rewritten(exported, without(name), with_hashes=False), Heard())
    with pytest.raises(Differs, match=r"fremd\.txt"):
        check_log_file(rewritten(exported, lambda parts: parts.update({"fremd.txt": b"x"}), with_hashes=False), Heard())
    for content in (b"", b"PK\x03\x04"):
        (tmp_path / "no.zip").write_bytes(content)
        with pytest.raises(Unusable):
            check_log_file(tmp_path / "no.zip", Heard())
    with zipfile.ZipFile(tmp_path / "no.zip", "w") as archive:
        archive.writestr("manifest.json", '{"schema": "consultation-log-1"}')
    with pytest.raises(Unusable):
        check_log_file(tmp_path / "no.zip", Heard())


def test_a_file_whose_end_was_cut_off_is_missed_by_a_receipt(
    db: Database, world: small.World, exported: Path, tmp_path: Path
) -> None:
    """A forger puts every sum right; the receipt in the town's hands still knows."""
    slip = slips(db, world, tmp_path)["pdf"]
    check_against(slip, check_log_file(exported, Heard()))

    def cut(parts: dict[str, bytes]) -> None:
        rows = list(csv.DictReader(io.StringIO(parts["eingangsbestaetigungen.csv"].decode()), delimiter=";"))
        kept = [row for row in rows if row["receipt_number"] != slip.number]
        chain = [line.split() for line in parts["kette.txt"].decode().splitlines()]
        end = next(place for place, line in enumerate(chain) if line[1] == slip.entry_hash)
        gone = {line[1] for line in chain[end:]}
        parts["kette.txt"] = "".join(" ".join(line) + "\n" for line in chain[:end]).encode()
        entries = parts["eintraege.ndjson"].splitlines()
        parts["eintraege.ndjson"] = b"".join(e + b"\n" for e in entries if hashlib.sha256(e).hexdigest() not in gone)
        head = ";".join(rows[0]) + "\n"
        parts["eingangsbestaetigungen.csv"] = (head + "".join(";".join(row.values()) + "\n" for row in kept)).encode()
        manifest = orjson.loads(parts["manifest.json"])
        manifest["head"] = {"position": int(chain[end - 1][0]), "chain": chain[end - 1][2]}
        parts["manifest.json"] = orjson.dumps(manifest)

    proof = check_log_file(rewritten(exported, cut, with_hashes=True), Heard())
    with pytest.raises(Differs, match=slip.number):
        check_against(slip, proof)


def test_only_planners_of_all_laender_get_the_file(db: Database, world: small.World, tmp_path: Path) -> None:
    with db.transaction() as session:
        stranger = factories.member(
            session, factories.planning_organisation(session, "Andere"), factories.PLANNING_ROLES
        )
        town = next(iter(world.actors.values()))
        for nobody in (stranger, town):
            with pytest.raises(NotFound):
                write_procedure_file(session, nobody, world.slug, tmp_path / "x.zip")


def test_a_log_that_was_never_sealed_says_so_and_is_checked_as_far_as_it_goes(db: Database, tmp_path: Path) -> None:
    with db.transaction() as session:
        world = small.world(session)
        small.submit(session, world, log_world.TOWNS[0], {})
    with db.reader() as session:
        write_procedure_file(session, world.planner, world.slug, tmp_path / "log.zip")
    proof = check_log_file(tmp_path / "log.zip", Heard())
    assert (proof.entries, proof.head.position) == ({}, 0)
    assert len(proof.unsealed) > 10
    worker.seal_log(db)
