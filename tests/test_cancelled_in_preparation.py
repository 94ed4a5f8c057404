"""A consultation that was cancelled before it had a deadline, a form or anybody invited keeps all its pages."""

import re
from collections.abc import Iterator

from fastapi import FastAPI

from consultation.core.db import Database
from tests.browsing import Browser
from tests.planning_world import Planning
from tests.routes import every_route
from tests.test_web_planners import stored

PAGE = re.compile(r"/o/\{organisation_id\}/consultations/\{slug\}(/.*)?")
EXPORTS = {"/log/export/{kind}": ("csv", "json"), "/responses/export/{kind}": ("csv", "ndjson")}


def pages_of_it(app: FastAPI) -> Iterator[str]:
    """What follows the address of the consultation, of every page that speaks of the whole of it."""
    for found in every_route(app):
        if "GET" in found.methods and (address := PAGE.fullmatch(found.path)):
            rest = address[1] or ""
            if "{" not in rest:
                yield rest
            yield from (rest.replace("{kind}", kind) for kind in EXPORTS.get(rest, ()))


def test_every_page_of_a_consultation_cancelled_in_preparation_opens(
    app: FastAPI, db: Database, world: Planning, paula: Browser
) -> None:
    base = f"{world.foundation.at}/programmes/{world.programme}"
    paula.get(f"{base}/consultations/new")
    at = str(paula.post(f"{base}/consultations/new", {"title": "Doch nicht", "round": "1"}).headers["location"])
    paula.get(f"{at}/cancel")
    assert "abgebrochen" in paula.follow(paula.post(f"{at}/cancel", {"reason": "Kein Geld."})).text
    assert stored(db, at).deadline is None
    rests = sorted(pages_of_it(app))
    assert len(rests) > 20
    answers = {rest: paula.get(f"{at}{rest}").status_code for rest in rests}
    assert not {rest: status for rest, status in answers.items() if status >= 500}
    assert "Diese Konsultation hat noch kein Formular" in paula.get(f"{at}/results").text
    assert answers[""] == answers["/log"] == answers["/participation"] == 200
