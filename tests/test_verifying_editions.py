"""An edition proves itself from its files alone: whoever changes one is told which, and where."""

import hashlib
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from consultation import worker
from consultation.core.db import Database
from consultation.core.language import Message
from consultation.documents import editions
from consultation.documents.checking import Differs
from consultation.documents.checking.anything import Service, check_all
from consultation.documents.checking.edition import check_folder
from consultation.documents.folders import TEXTS, folder_of
from consultation.documents.formats import FORMATS
from consultation.documents.procedure_file import write_procedure_file
from consultation.states import Audience
from consultation.verifying import run
from tests import edition_world as worlds


class Heard:
    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, message: Message) -> None:
        self.said.append(str(message))


@dataclass(frozen=True)
class Made:
    folder: Path
    snapshot_hash: str
    outline_hash: str


@pytest.fixture(scope="module")
def made(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """One edition for all that are about its files; which database it came from shows in none of them."""
    home = tmp_path_factory.mktemp("edition")
    shutil.copyfile(sqlite_template, home / "made.db")
    db = Database(f"sqlite:///{home / 'made.db'}", threads=2)
    found = worlds.compiled(db, worlds.weighed(db, count=6), home / "documents", Audience.PUBLIC)
    editions.copy_files(db, home / "documents", found.id, home / "out")
    db.close()
    assert found.snapshot_hash is not None
    assert found.outline_hash is not None
    return Made(home / "out", found.snapshot_hash, found.outline_hash)


@pytest.fixture
def edition(made: Made, tmp_path: Path) -> Made:
    """A copy to spoil, in `out`."""
    shutil.copytree(made.folder, tmp_path / "out")
    return made


def service(db: Database, documents: Path) -> Service:
    @contextmanager
    def opened():
        yield db

    return Service(opened, lambda: documents)


def no_database():
    raise AssertionError("an edition is checked without a database")


ALONE = Service(no_database, lambda: Path("nowhere"))


def test_a_folder_holds_without_a_database_and_every_file_is_made_again(edition: Made, tmp_path: Path) -> None:
    heard = Heard()
    check_all([str(tmp_path / "out")], ALONE, heard)
    again = [line for line in heard.said if line.endswith("ist bytegleich")]
    assert len(again) == len(FORMATS)
    assert any(edition.outline_hash in line for line in heard.said)
    assert any(edition.snapshot_hash in line for line in heard.said)


def forged(folder: Path, extension: str, change: Callable[[bytes], bytes], *, manifest: bool) -> Path:
    path = next(folder.glob(f"*-ausgabe-*.{extension}"))
    content = change(path.read_bytes())
    path.write_bytes(content)
    if manifest:
        listed: dict[str, Any] = orjson.loads((folder / "manifest.json").read_bytes())
        for file in listed["files"]:
            if file["name"] == path.name:
                file["sha256"] = hashlib.sha256(content).hexdigest()
        (folder / "manifest.json").write_bytes(orjson.dumps(listed))
    return path


def one_more(content: bytes) -> bytes:
    """The number of answers, one higher."""
    assert b'"base":' in content
    place = content.index(b'"base":') + len(b'"base":')
    return content[:place] + b"9" + content[place:]


def test_the_first_difference_is_named_with_file_and_place(edition: Made, tmp_path: Path) -> None:
    for manifest in (False, True):
        for extension, change, where in (
            ("json", one_more, "Schlüssel „base“"),
            ("ndjson", one_more, "Schlüssel „base“"),
            ("html", lambda content: content.replace(b"Ausgabe 1", b"Ausgabe 7", 1), "„"),
            ("csv", lambda content: content.replace(b";", b",", 1), "Zeile 1, Stelle "),
        ):
            folder = shutil.copytree(tmp_path / "out", tmp_path / f"{extension}-{manifest}")
            path = forged(folder, extension, change, manifest=manifest)
            with pytest.raises(Differs) as found:
                check_folder(folder, Heard(), only=path.name)
            assert path.name in str(found.value)
            assert where in str(found.value)


@pytest.mark.parametrize("extension", ["pdf", "docx", "odt", "xlsx"])
def test_a_paper_that_was_exchanged_together_with_its_hash_is_found(
    edition: Made, tmp_path: Path, extension: str
) -> None:
    other = next((tmp_path / "out").glob("*.html")).read_bytes()
    path = forged(tmp_path / "out", extension, lambda _: other, manifest=True)
    with pytest.raises(Differs, match=path.name):
        check_folder(tmp_path / "out", Heard(), only=path.name)


def test_frozen_data_that_were_changed_with_all_hashes_still_contradict_the_documents(
    edition: Made, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    content = one_more((folder / "snapshot.ndjson").read_bytes())
    (folder / "snapshot.ndjson").write_bytes(content)
    with pytest.raises(Differs, match="snapshot"):
        check_folder(folder, Heard())
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    manifest["snapshot"]["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest))
    with pytest.raises(Differs, match="Gliederung"):
        check_folder(folder, Heard())


def test_a_missing_file_and_one_that_is_not_listed_are_named(edition: Made, tmp_path: Path) -> None:
    (tmp_path / "out" / "fremd.pdf").write_bytes(b"x")
    with pytest.raises(Differs, match=r"fremd\.pdf"):
        check_all([str(tmp_path / "out" / "fremd.pdf")], ALONE, Heard())
    gone = next((tmp_path / "out").glob("*.odt"))
    gone.unlink()
    with pytest.raises(Differs, match=gone.name):
        check_folder(tmp_path / "out", Heard())


def test_downloaded_files_hold_together_without_a_manifest(edition: Made, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    for name in ("manifest.json", "snapshot.ndjson"):
        (folder / name).unlink()
    heard = Heard()
    check_all([str(folder)], ALONE, heard)
    assert edition.snapshot_hash in heard.said[0]
    assert sum("bytegleich" in line for line in heard.said) == len(FORMATS)
    forged(folder, "json", one_more, manifest=False)
    with pytest.raises(Differs, match="base"):
        check_all([str(folder)], ALONE, Heard())
    path = next(folder.glob("*.ndjson"))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(Differs, match="abgeschnitten"):
        check_all([str(path)], ALONE, Heard())


def test_what_cannot_be_checked_says_what_would_help(edition: Made, tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "empty").mkdir()
    for manifest in (b"", b"[]", b'{"schema": "consultation-manifest-1"}', b'{"schema": "other"}'):
        (tmp_path / "empty" / "manifest.json").write_bytes(manifest)
        assert run([str(tmp_path / "empty")], ALONE, said.append, said.append) == 2
        assert "manifest.json" in said[-1]
    assert run(["gibt-es-nicht"], ALONE, said.append, said.append) == 2
    assert "Eingangsnummer" in said[-1]
    (tmp_path / "out" / "snapshot.ndjson").write_bytes(b'{"type":"edition"}\n')
    listed = orjson.loads((tmp_path / "out" / "manifest.json").read_bytes())
    listed["snapshot"]["sha256"] = hashlib.sha256(b'{"type":"edition"}\n').hexdigest()
    (tmp_path / "out" / "manifest.json").write_bytes(orjson.dumps(listed))
    assert run([str(tmp_path / "out")], ALONE, said.append, said.append) == 2


def test_the_whole_service_holds_and_an_edition_that_its_log_does_not_know_is_named(
    db: Database, tmp_path: Path
) -> None:
    documents, said = tmp_path / "documents", list[str]()
    edition = worlds.compiled(db, worlds.weighed(db, count=3), documents, Audience.INTERNAL)
    worker.seal_log(db)
    assert run([], service(db, documents), said.append, said.append) == 0
    assert said[-1] == "Alles stimmt."
    folder = folder_of(documents, edition.id)
    alone = Path(shutil.copy(next(folder.glob("*.csv")), tmp_path / "alone.csv"))
    assert run([str(alone)], service(db, documents), said.append, said.append) == 0
    listed = orjson.loads((folder / "manifest.json").read_bytes())
    listed["files"] = [file for file in listed["files"] if file["format"] != "xlsx"]
    (folder / "manifest.json").write_bytes(orjson.dumps(listed))
    assert run([], service(db, documents), said.append, said.append) == 1
    assert "xlsx" in said[-1]
    assert "Verfahrensprotokoll" in said[-1]
    alone.write_bytes(b"anderes")
    assert run([str(alone)], service(db, documents), said.append, said.append) == 2


def test_what_lies_beside_a_public_edition_and_is_changed_or_gone_is_named(db: Database, tmp_path: Path) -> None:
    documents, said = tmp_path / "documents", list[str]()
    edition = worlds.compiled(db, worlds.weighed(db, count=3), documents, Audience.PUBLIC)
    worker.seal_log(db)
    assert run([], service(db, documents), said.append, said.append) == 0
    assert said[-1] == "Alles stimmt."
    kept = folder_of(documents, edition.id) / TEXTS
    content = kept.read_bytes()
    kept.write_bytes(content + b" ")
    assert run([], service(db, documents), said.append, said.append) == 1
    assert said[-1].startswith("Abweichung: texts.json wurde geändert")
    kept.unlink()
    assert run([], service(db, documents), said.append, said.append) == 1
    assert said[-1].startswith("Abweichung: texts.json fehlt")


def test_a_procedure_log_given_as_well_is_witness_for_the_files(db: Database, tmp_path: Path) -> None:
    found, documents = worlds.weighed(db, count=3), tmp_path / "documents"
    edition = worlds.compiled(db, found, documents, Audience.PUBLIC)
    worker.seal_log(db)
    with db.reader() as session:
        write_procedure_file(session, found.planner, found.world.slug, tmp_path / "log.zip")
    given = [str(folder_of(documents, edition.id)), str(tmp_path / "log.zip")]
    said: list[str] = []
    assert run(given, ALONE, said.append, said.append) == 0
    assert any("so steht es auch im Verfahrensprotokoll" in line for line in said)
    forged(folder_of(documents, edition.id), "pdf", lambda content: content + b" ", manifest=True)
    assert run(given, ALONE, said.append, said.append) == 1
    assert "das Verfahrensprotokoll (Eintrag" in said[-1]
    assert ".pdf" in said[-1]
