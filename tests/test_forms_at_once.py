"""A form is changed and frozen in the same moment: what is frozen never changes, and its hash is that of what it says."""

import copy
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.core.db import Database
from consultation.core.errors import Conflict, NotReady
from consultation.forms import actions, queries
from consultation.forms.actions import content_hash
from consultation.forms.models import FormVersion
from consultation.states import ConsultationState, FormVersionState
from tests.evaluation_world import World, standing
from tests.in_turn import in_turn
from tests.test_preparing_at_once import Second

LATER = "Im selben Augenblick geändert"


@pytest.fixture
def scene(db: Database) -> World:
    return standing(db)


@pytest.fixture
def form(db: Database, scene: World) -> uuid.UUID:
    with db.transaction() as session:
        programme = scene.consultation(session).programme
        return actions.create(session, scene.planner, programme.slug, template_key="law_short").id


def freeze(scene: World, form: uuid.UUID) -> Callable[[Session], None]:
    return lambda session: actions.freeze(session, scene.planner, queries.get(session, scene.planner, form))


def edit(scene: World, form: uuid.UUID, change: Callable[[dict[str, Any]], Any]) -> Callable[[Session], None]:
    def whole(session: Session) -> None:
        definition = copy.deepcopy(queries.get(session, scene.planner, form).definition)
        change(definition)
        actions.edit(session, scene.planner, form, definition)

    return whole


def renamed(definition: dict[str, Any]) -> None:
    definition["title"] = {"de": LATER, "en": "Changed in the same moment"}


def now(db: Database, form: uuid.UUID) -> FormVersion:
    with db.reader() as session:
        return session.get_one(FormVersion, form)


def test_a_form_that_is_being_frozen_cannot_be_changed_any_more(db: Database, scene: World, form: uuid.UUID) -> None:
    assert isinstance(in_turn(db, freeze(scene, form), edit(scene, form, renamed)), Conflict)
    frozen = now(db, form)
    assert frozen.state == FormVersionState.FROZEN
    assert frozen.definition["title"]["de"] != LATER
    assert frozen.content_hash == content_hash(frozen.definition)


def test_a_change_that_is_being_saved_is_frozen_with_its_own_hash(db: Database, scene: World, form: uuid.UUID) -> None:
    assert in_turn(db, edit(scene, form, renamed), freeze(scene, form)) is None
    frozen = now(db, form)
    assert (frozen.state, frozen.definition["title"]["de"]) == (FormVersionState.FROZEN, LATER)
    assert frozen.content_hash == content_hash(frozen.definition)


def test_two_consultations_may_freeze_one_form_in_one_moment(db: Database, scene: World, form: uuid.UUID) -> None:
    assert in_turn(db, freeze(scene, form), freeze(scene, form)) is None
    assert now(db, form).state == FormVersionState.FROZEN


def test_a_form_that_is_made_unfit_in_the_moment_of_the_announcement_is_not_announced(
    db: Database, scene: World
) -> None:
    second = Second(db, scene)

    def asks_of_no_section(definition: dict[str, Any]) -> None:
        question = definition["parts"][0]["questions"][0]
        question["title"] = {"de": "Zu {section:s0000000}", "en": "On {section:s0000000}"}

    refused = in_turn(
        db, edit(scene, second.form, asks_of_no_section),
        lambda session: consultations.announce(session, scene.planner, second.slug),
    )  # fmt: skip
    assert isinstance(refused, NotReady)
    with db.reader() as session:
        consultation, _, form = second.now(session)
        assert (consultation.state, form.state) == (ConsultationState.DRAFT, FormVersionState.DRAFT)
