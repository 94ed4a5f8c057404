"""Web servers, workers and the database are killed while towns answer: all that was acknowledged is there, and there once."""

import sys

import pytest

from tests.conftest import DATABASES
from tests.fault.kill_loop import run

KILLS = 25
"""Of each database in every run of the tests; a long one is made by hand (`python -m tests.fault.kill_loop`)."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks up in /proc who belongs to whom")


@pytest.mark.parametrize("kind", DATABASES)
def test_whoever_is_killed_what_was_acknowledged_is_there_once(kind: str) -> None:
    outcome = run(kind, KILLS)
    assert outcome.reasons == []
    assert sum(outcome.kills.values()) == KILLS
    assert len(outcome.kills) == (3 if kind == "postgresql" else 2)
    records = [town.record for town in outcome.scene.towns]
    assert all(record.written for record in records), "a town that hears nothing shows nothing"
    assert sum(len(record.submissions) for record in records) > 0
    assert outcome.begun
