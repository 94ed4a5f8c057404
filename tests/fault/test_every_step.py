"""Whatever breaks at whichever step: what was begun is done whole or not at all, and a second try succeeds."""

import contextlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.consultations import extensions, queries
from consultation.core.db import Database
from consultation.core.errors import DomainError
from consultation.core.history import HistoryEntry
from consultation.documents import editions
from consultation.evaluation import many, points, steps
from consultation.evaluation.finding import PointFilter
from consultation.evaluation.models import Decision
from consultation.evaluation.queries import listed
from consultation.responses.models import Revision
from consultation.states import Audience, PointState, Role
from consultation.subjects import Actor
from tests import api_world, desk_world, edition_world, tenancy_world
from tests.browsing import Browser
from tests.conftest import DATABASES
from tests.copies import Copies
from tests.fault.invariants import fingerprint, problems
from tests.fault.traps import ALL, Fault, How, trap
from tests.test_web_municipalities import begun, complete, save
from tests.upkeep_world import Service, service

Do = Callable[[], object]
PAIRS = [(how, kind) for kind in DATABASES for how in How]
SOME = PAIRS if ALL else [(How.RAISE, "sqlite"), (How.CUT, "postgresql"), (How.SILENCE, "sqlite")]


def _each(pairs: list[tuple[How, str]]) -> pytest.MarkDecorator:
    ids = [f"{how.name.lower()}-{kind}" for how, kind in pairs]
    return pytest.mark.parametrize(("how", "database_url"), pairs, ids=ids, indirect=["database_url"])


EVERYWHERE, HOWS = _each(PAIRS), _each(SOME)
"""Submitting is broken in every way on both databases, the others in every way and on both, but not in all pairs."""


class Refused(Exception):
    """An answer that is no acknowledgement."""


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    (tmp_path / "documents").mkdir()
    return tmp_path / "documents"


def break_every_step(db: Database, documents: Path, how: How, do: Do) -> int:
    """`do` again and again, each time with the next chosen step broken, until it meets none; returns how many were broken.

    Before it is acknowledged everything is as it was; where only the answer was lost, it is done, and asking once more does
    not do it twice.
    """
    before = fingerprint(db, documents)
    assert problems(db, documents) == []
    broken, at = 0, 1
    while True:
        with trap(db, how, at, documents) as set_:
            try:
                do()
                acknowledged = True
            except (Fault, SQLAlchemyError, Refused, DomainError):
                acknowledged = False
        now = fingerprint(db, documents)
        if not set_.sprung:
            assert acknowledged, set_.seen
            assert now != before
            assert problems(db, documents) == []
            return broken
        assert not acknowledged, f"acknowledged although {set_.sprung} broke"
        if how == How.SILENCE and now != before:
            _once_more(do)
            assert fingerprint(db, documents) == now, f"done twice after {set_.sprung}"
            assert problems(db, documents) == []
            return broken + 1
        changed = [name for name in before.keys() | now.keys() if before.get(name) != now.get(name)]
        assert changed == [], f"half done after step {set_.broken}: {set_.sprung}"
        broken, at = broken + 1, set_.broken + 1


def _once_more(do: Do) -> None:
    """It was done; whoever asks again is told so, or comes to the same receipt."""
    with contextlib.suppress(Refused, DomainError):
        do()


def in_transaction(db: Database, do: Callable[[Session], object]) -> Do:
    """As a route does it."""

    def run() -> None:
        with db.transaction() as session:
            do(session)

    return run


RELEASE = {"name": "Bea Haupt", "function": "Bürgermeisterin", "order": "i. V."}
LEAST = {How.RAISE: 15 if ALL else 4, How.CUT: 15 if ALL else 4, How.SILENCE: 1}
"""Steps of a submission: fewer would mean that the trap does not see them."""


def posting(browser: Browser, path: str, form: dict[str, Any]) -> Do:
    """As a page sends it. Only the way onwards is an acknowledgement."""

    def run() -> None:
        sent = {"csrf_token": browser.token, **form}
        if browser.send("POST", path, data=sent).status_code != 303:
            raise Refused

    return run


# -- the house that answers, through its pages and the API ----------------------------------------------------------
@EVERYWHERE
def test_submitting(db: Database, documents: Path, how: How) -> None:
    scene = desk_world.scene(db, {"data_dir": documents.parent})
    scene.four_eyes(wanted=False)
    browser = begun(scene)
    complete(browser, scene)

    browser.get(f"{scene.base}/review")
    assert break_every_step(db, documents, how, posting(browser, f"{scene.base}/submit", RELEASE)) >= LEAST[how]
    with db.reader() as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == 1


@HOWS
def test_a_release_by_somebody_else(db: Database, documents: Path, how: How) -> None:
    scene = desk_world.scene(db, {"data_dir": documents.parent})
    editor, releaser = begun(scene, Role.CONTRIBUTOR), scene.somebody(Role.RELEASER)
    complete(editor, scene)

    for browser in (editor, releaser):
        browser.get(f"{scene.base}/review")
    break_every_step(db, documents, how, posting(editor, f"{scene.base}/ready", {}))
    break_every_step(db, documents, how, posting(releaser, f"{scene.base}/submit", RELEASE))


@HOWS
def test_a_nil_return(db: Database, documents: Path, how: How) -> None:
    scene = desk_world.scene(db, {"data_dir": documents.parent})
    scene.four_eyes(wanted=False)
    browser = begun(scene)
    save(
        browser, scene, "A", mandate__kind="administration"
    )  # what is typed is kept first, whatever becomes of the rest
    path = f"{scene.base}/nil-return"
    form = desk_world.filled(browser.get(path).text, path)
    form |= {"mandate.kind": "administration"} | RELEASE
    break_every_step(db, documents, how, posting(browser, path, form))


@HOWS
def test_saving_answers(db: Database, documents: Path, how: How) -> None:
    scene = desk_world.scene(db, {"data_dir": documents.parent})
    browser = begun(scene)
    path = f"{scene.base}/part/A?path=all"
    form = desk_world.filled(browser.get(path).text, path) | {"mandate.kind": "administration"}
    break_every_step(db, documents, how, posting(browser, path, form))


@HOWS
def test_submitting_through_the_api(db: Database, documents: Path, how: How) -> None:
    town = api_world.api(db, data_dir=documents.parent)
    assert town.put(api_world.ANSWERS).status_code == 200

    def do() -> None:
        if town.submit(key="schluessel-einmal").status_code not in (200, 201):
            raise Refused

    break_every_step(db, documents, how, do)
    assert town.submit(key="schluessel-einmal").json()["revision"] == 1


# -- the house that plans --------------------------------------------------------------------------------------------
@pytest.fixture
def two_houses(database_url: str, copies_of: dict[str, Copies], tmp_path: Path) -> Iterator[Service]:
    with service(copies_of[database_url.partition(":")[0].partition("+")[0]], tmp_path / "var") as made:
        yield made


@HOWS
def test_announcing(two_houses: Service, how: How) -> None:
    db, world = two_houses.db, two_houses.world
    planner = replace(world.people["planner"], moment=tenancy_world.NOW)
    do = in_transaction(db, lambda session: consultations.announce(session, planner, world.preparing))
    assert break_every_step(db, two_houses.documents, how, do) >= 1


@HOWS
def test_more_time_for_all_and_for_one(two_houses: Service, how: How) -> None:
    db, world = two_houses.db, two_houses.world
    planner = replace(world.people["planner"], moment=tenancy_world.NOW)
    later = (tenancy_world.NOW + timedelta(days=50)).date()
    slug, wanted = world.mine.consultation, uuid.UUID(world.objects["extension_id"])
    one = in_transaction(db, lambda session: extensions.grant(session, planner, wanted, "Gern."))
    break_every_step(db, two_houses.documents, how, one)
    everybody = in_transaction(db, lambda session: consultations.extend(session, planner, slug, later, "Ferien."))
    break_every_step(db, two_houses.documents, how, everybody)


@HOWS
def test_deciding_one_point_and_many(db: Database, documents: Path, how: How) -> None:
    found = edition_world.weighed(db, count=4)
    planner = found.planner
    with db.reader() as session:
        new = [p for p in listed(session, found.world.consultation_id, PointFilter()) if p.state == PointState.NEW]
    first, *others = new

    def decide(session: Session) -> None:
        points.decide(session, planner, first.id, Decision.ACCEPTED, "Ja.", version=first.version)

    def decide_many(session: Session) -> None:
        consultation = queries.by_id(session, planner, found.world.consultation_id)
        held = steps.hold(session, planner, consultation, [point.id for point in others])
        many.decide(session, planner, held, Decision.NOTED, "Danke.", seen={p.id: p.version for p in others})

    break_every_step(db, documents, how, in_transaction(db, decide))
    lines = _lines(db, "decide")
    break_every_step(db, documents, how, in_transaction(db, decide_many))
    assert _lines(db, "decide") == lines + len(others)


def _lines(db: Database, action: str) -> int:
    with db.reader() as session:
        return session.scalar(select(func.count()).where(HistoryEntry.action == action)) or 0


@HOWS
def test_publishing_an_edition(db: Database, documents: Path, how: How) -> None:
    found = edition_world.weighed(db, count=12)
    edition = edition_world.compiled(db, found, documents, Audience.PUBLIC)
    publisher: Actor = found.planner
    break_every_step(
        db,
        documents,
        how,
        in_transaction(
            db, lambda session: editions.publish(session, publisher, edition.id, documents, texts_checked=True)
        ),
    )
