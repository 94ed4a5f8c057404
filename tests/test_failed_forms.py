"""A form that could not be taken comes back: with everything typed, with all that is wrong, and with the way to it."""

import logging
import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.evaluation import points
from consultation.responses import intake
from consultation.responses.intake import Received
from consultation.responses.models import Channel, Response
from consultation.states import Role
from tests import html
from tests.browsing import site
from tests.desk_world import TOWN, filled, scene
from tests.evaluation_world import write
from tests.failing_table import NOTHING_TYPED, WRONG, Wrong
from tests.page_world import _invite, _new_town, build_with_more
from tests.plain_logs import plain_logs
from tests.tenancy_doors import Answer, Ask, Door, fillings, routes
from tests.tenancy_world import NOW, World

TICKED = {"radio", "checkbox"}
FOCUSABLE = {"input", "select", "textarea", "button", "summary", "a"}


@pytest.fixture(scope="module")
def door(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Nothing is changed in this world: what is sent here is refused."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    folder = tmp_path_factory.mktemp("failing")
    shutil.copyfile(sqlite_template, folder / "world.db")
    db = Database(f"sqlite:///{folder / 'world.db'}", threads=4, durable=False)
    app, world = site(db, NOW, data_dir=folder), build_with_more(db, folder / "documents", 1)
    with db.transaction() as session:
        _waiting_for_planners(session, world)
    yield Door(app, world)
    db.close()
    plain_logs()


def _waiting_for_planners(session: Session, world: World) -> None:
    """A body that has not answered and that only a letter reaches, one that has and can be let in again, and a point that is
    not decided.
    """
    planner, town = world.people["planner"], _new_town(session, world, 300)
    _invite(session, planner, world.mine.consultation, town)
    asked = session.scalars(select(Invitation).where(Invitation.organisation_id == town.id)).one()
    asked.email, asked.postal = None, "Markt 1\n25746 Heide"
    received = Received(Channel.LETTER, NOW.date(), "", "Guten Tag.")
    world.objects["silent_invitation_id"] = str(asked.id)
    world.objects["silent_intake_id"] = str(intake.begin(session, replace(planner, moment=NOW), asked.id, received).id)
    celle = select(Response.id).where(Response.organisation_id == world.places["celle"])
    mine = celle.join(Consultation).where(Consultation.slug == world.mine.consultation)
    world.objects["sent_response_id"] = str(session.scalars(mine).one())
    points.reopen(session, planner, uuid.UUID(world.objects["point_id"]))


def test_every_form_stands_in_the_table(door: Door) -> None:
    """A new route that posts needs a row in tests/failing_table.py."""
    posting = {route for route in routes(door.app) if route.startswith("POST ") and "/api/" not in route}
    assert sorted(posting - WRONG.keys() - NOTHING_TYPED.keys()) == [], "not in the table"
    assert sorted((WRONG.keys() | NOTHING_TYPED.keys()) - posting) == [], "in the table, but gone"


@pytest.mark.parametrize("route", WRONG)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(door: Door, route: str) -> None:
    answer = send(door, route, WRONG[route])
    assert answer.status == 422, answer.text[:600]
    page = html.check(answer.content.decode())
    typed = {name: _filled(text, door, WRONG[route]) for name, text in WRONG[route].sent.items()}
    wrong = [*not_said(page), *lost(page, typed)]
    assert not wrong, "\n".join(wrong)


def send(door: Door, route: str, wrong: Wrong) -> Answer:
    method, _, template = route.partition(" ")
    values = fillings(door.world)[wrong.filling] | {name: _filled(text, door, wrong) for name, text in wrong.at.items()}
    path = re.sub(r"\{(\w+)\}", lambda found: values[found[1]], template)
    data = {name: _filled(text, door, wrong) for name, text in {**wrong.unseen, **wrong.sent}.items()}
    (answer,) = door.ask([Ask(wrong.caller, method, path, route, data=data)])
    return answer


def _filled(text: str, door: Door, wrong: Wrong) -> str:
    values = fillings(door.world)[wrong.filling]
    return re.sub(r"^\{(\w+)\}$", lambda found: values[found[1]], text)


def not_said(page: Element) -> Iterator[str]:
    """The title says it first, the summary takes the focus and leads to the fields."""
    title = html.text_of(page.find(".//title"))
    if not title.startswith("Fehler: "):
        yield f"the title begins with {title[:30]!r}"
    found = [one for one in page.iter() if one.get("data-focus") is not None]
    if len(found) != 1 or found[0].get("tabindex") != "-1" or found[0].get("role") != "alert":
        yield f"{len(found)} summaries that take the focus"
        return
    links = [link.get("href", "")[1:] for link in found[0].iter("a") if link.get("href", "").startswith("#")]
    if not links:
        yield f"the summary leads nowhere: {html.text_of(found[0])[:200]}"
    there = {one.get("id"): one for one in page.iter() if one.get("id")}
    for name in links:
        if (goal := there.get(name)) is None or not (goal.tag in FOCUSABLE or goal.get("tabindex")):
            yield f"#{name} takes no focus"
        elif goal.get("type") == "hidden":
            yield f"#{name} cannot be seen"


def lost(page: Element, typed: dict[str, str]) -> Iterator[str]:
    shown: dict[str, set[str]] = {}
    for name, value in _shown(page):
        shown.setdefault(name, set()).add(value)
    for name, value in typed.items():
        if value not in shown.get(name, set()):
            yield f"{name}: {value[:40]!r} is lost, {sorted(shown.get(name, ()))!r:.200} is there"


def _shown(page: Element) -> Iterator[tuple[str, str]]:
    """What a person sees in the fields; what is hidden does not count."""
    for one in page.iter():
        name, kind = one.get("name", ""), one.get("type", "")
        if one.tag == "textarea":
            yield name, (one.text or "").removeprefix("\n")
        elif one.tag == "select":
            options = list(one.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            yield from ((name, option.get("value", "")) for option in chosen)
        elif one.tag == "input" and kind != "hidden" and (kind not in TICKED or one.get("checked") is not None):
            yield name, one.get("value", "")


# -- forms that are only there in a certain state ------------------------------------------------------------------------
def test_a_nil_return_that_lacks_something_says_so(db: Database) -> None:
    town = scene(db)
    town.four_eyes(False)
    bea = town.somebody(Role.CONTRIBUTOR, Role.RELEASER)
    bea.get(town.base)
    bea.post(f"{town.base}/start")
    page = bea.get(f"{town.base}/nil-return").text
    typed = {"name": "Bea Haupt", "function": "Bürgermeisterin"}
    sent = {**filled(page, "/nil-return"), **typed, "disclosure_rest": "figures"}
    answer = bea.post(f"{town.base}/nil-return", sent)
    assert answer.status_code == 422
    chosen = {"disclosure_rest": "figures"}
    wrong = [*not_said(html.check(answer.text)), *lost(html.check(answer.text), typed | chosen)]
    assert not wrong, "\n".join(wrong)


def test_an_answer_given_back_without_a_reason_says_so(db: Database) -> None:
    town = scene(db)
    with db.transaction() as session:
        write(session, town.world, TOWN, {"mandate.kind": "administration", "burden_proof.hours": 12})
    anna, bea = town.somebody(Role.CONTRIBUTOR), town.somebody(Role.RELEASER)
    anna.get(f"{town.base}/review")
    assert anna.post(f"{town.base}/ready").status_code == 303
    bea.get(f"{town.base}/review")
    answer = bea.post(f"{town.base}/return", {"reason": " "})
    assert answer.status_code == 422
    assert list(not_said(html.check(answer.text))) == []
