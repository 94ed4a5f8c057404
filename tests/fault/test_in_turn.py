"""Two web servers on one database are restarted in turn, as for a new version: towns that answer meanwhile notice nothing."""

import os
import signal
import sys
import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from tests.fault.account import account, settle
from tests.fault.scene import scene
from tests.fault.servers import PATIENCE, command
from tests.fault.towns import Town

TURNS = 2
"""That each of the two takes."""
QUIET = 1.0
"""Seconds of work for both of them before the next one is asked to end."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks up in /proc who belongs to whom")


def test_two_web_servers_restarted_in_turn_refuse_nobody_and_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    statuses: Counter[int] = Counter()
    ask = Town.once

    def counted(town: Town, *request: object) -> tuple[int, str, bytes] | None:
        answer = ask(town, *request)  # type: ignore[arg-type] # handed on as they came
        statuses[answer[0] if answer else 0] += 1
        return answer

    monkeypatch.setattr(Town, "once", counted)
    with scene("postgresql", webs=2, workers=1, starter=command) as made:
        for process in made.processes:
            if not process.runs:
                process.start()
            process.wait_until_up()
        for town in made.towns:
            town.start()
        for web in made.webs * TURNS:
            time.sleep(QUIET)
            os.kill(web.pid, signal.SIGTERM)
            assert web.ended() == 0, web.said
            web.start()
            web.wait_until_up()
        made.enough.set()
        for town in made.towns:
            town.join(PATIENCE)
        assert not any(town.is_alive() for town in made.towns)
        assert [web.said for web in made.webs if "Traceback" in web.said] == []
        for process in (*made.webs, *made.workers):
            process.kill()
        records = [town.record for town in made.towns]
        with made.database() as db:
            settle(db, made.settings, datetime.now(UTC))
            assert account(db, made.settings, records, []) == []
    assert [status for status in statuses if status >= 500] == []
    assert statuses[0], "nobody came to a server that was away: the balancer had nothing to do"
    assert sum(len(record.submissions) for record in records) > TURNS
