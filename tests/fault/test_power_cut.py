"""The power fails while towns answer: all that was acknowledged is on the disk, and there once."""

import os
from pathlib import Path

import pytest

from tests.conftest import DATABASES
from tests.fault.disk import cannot, disk
from tests.fault.power import run

CUTS = 5
"""Of each database in every run of the tests; a long one is made by hand (`python -m tests.fault.power`)."""


@pytest.fixture(scope="module", autouse=True)
def _a_disk_whose_power_can_be_cut() -> None:
    if reason := cannot():
        pytest.skip(f"no disk whose power can be cut: {reason}")


def test_such_a_disk_forgets_what_nobody_brought_to_it(tmp_path: Path) -> None:
    with disk(tmp_path) as made:
        with (made.place / "brought").open("w") as file:
            file.write("there")
            file.flush()
            os.fsync(file.fileno())
        (made.place / "written").write_text("gone")
        made.lose_power()
        (made.place / "brought").write_text("written in the dark")
        made.come_back()
        assert (made.place / "brought").read_text() == "there"
        left = made.place / "written"
        assert not left.exists() or left.read_text() == ""
        left.write_text("brought with all the rest")
        made.bring_everything()
        made.lose_power()
        made.come_back()
        assert left.read_text() == "brought with all the rest"


@pytest.mark.parametrize("kind", DATABASES)
def test_after_a_power_cut_what_was_acknowledged_is_there_once(kind: str) -> None:
    outcome = run(kind, CUTS)
    assert outcome.reasons == []
    assert len(outcome.begun) > 1
    records = [town.record for town in outcome.scene.towns]
    assert all(record.written for record in records), "a town that hears nothing shows nothing"
    assert sum(len(record.submissions) for record in records) > CUTS
