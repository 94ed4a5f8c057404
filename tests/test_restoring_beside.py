"""Restoring where others put something beside the documents: it is left alone, and keeps nothing back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from consultation.core.db import Database
from consultation.upkeep import backup, erased_list, restore
from consultation.upkeep.manifest import KEY, Unusable
from tests.conftest import DATABASES
from tests.copies import Copies
from tests.fault.invariants import problems
from tests.upkeep_world import LATER, NOW, Service, service, settings_for


@pytest.fixture(params=DATABASES)
def copies(request: pytest.FixtureRequest, copies_of: dict[str, Copies]) -> Copies:
    return copies_of[request.param]


@pytest.fixture
def made(copies: Copies, tmp_path: Path) -> Iterator[Service]:
    with service(copies, tmp_path / "var") as found:
        backup.make(found.db, found.settings, tmp_path / "backup", NOW)
        yield found


def beside(documents: Path) -> list[Path]:
    """What a file system and a file manager put there."""
    documents.mkdir(parents=True, exist_ok=True)
    (documents / "lost+found").mkdir()
    (documents / ".DS_Store").write_bytes(b"\0")
    return [documents / "lost+found", documents / ".DS_Store"]


def test_what_others_put_beside_the_documents_stays_and_key_and_erased_persons_come_back(
    made: Service, tmp_path: Path
) -> None:
    left = beside(made.documents)
    key = (made.settings.data_dir / KEY).read_text()
    (made.settings.data_dir / KEY).write_text("ein anderer Schlüssel")
    erased = made.world.people["town"].person_id
    assert erased
    erased_list.add(tmp_path / "backup", [erased])
    made.db.engine.dispose()
    restore.restore(made.settings, tmp_path / "backup", LATER, overwrite=True)
    assert [path.exists() for path in left] == [True, True]
    assert (made.settings.data_dir / KEY).read_text() == key
    assert erased in erased_list.read(made.settings.data_dir)


def test_a_folder_with_nothing_of_ours_is_taken_for_empty_and_one_with_an_edition_is_not(
    copies: Copies, made: Service, tmp_path: Path
) -> None:
    settings = settings_for(copies.empty(), tmp_path / "new")
    beside(settings.documents)
    edition = next(one for one in made.documents.iterdir() if one.is_dir()).name
    (settings.documents / edition).mkdir()
    with pytest.raises(Unusable, match="--overwrite"):
        restore.restore(settings, tmp_path / "backup", LATER)
    (settings.documents / edition).rmdir()
    restore.restore(settings, tmp_path / "backup", LATER)
    db = Database(settings.database, threads=2)
    assert problems(db, made.documents) == []
    db.close()
    copies.drop(settings.database)
