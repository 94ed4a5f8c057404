"""What lies beside an edition and later ones depend on: without it the edition is not published, and a backup says so."""

from pathlib import Path

import pytest

from consultation.core.db import Database
from consultation.core.errors import NotReady
from consultation.documents import editions
from consultation.documents.folders import HIDDEN, NUMBERS, OUTCOMES, TEXTS, folder_of
from consultation.states import Audience
from consultation.upkeep import backup
from tests import edition_world as worlds
from tests.edition_world import AFTER
from tests.upkeep_world import settings_for


@pytest.mark.parametrize("name", [HIDDEN, NUMBERS, OUTCOMES, TEXTS])
def test_an_edition_without_what_later_ones_need_is_not_published_and_the_backup_names_it(
    db: Database, tmp_path: Path, name: str
) -> None:
    found = worlds.weighed(db, count=4)
    settings = settings_for(db.url, tmp_path)
    edition = worlds.compiled(db, found, settings.documents, Audience.PUBLIC)
    assert backup.make(db, settings, tmp_path / "whole", AFTER).missing == ()
    (folder_of(settings.documents, edition.id) / name).unlink()
    with db.transaction() as session, pytest.raises(NotReady, match=name):
        editions.publish(session, found.planner, edition.id, settings.documents, texts_checked=True)
    assert backup.make(db, settings, tmp_path / "holed", AFTER).missing == (f"{edition.id}/{name}",)
