"""Two planners prepare, announce or extend the same consultation: nothing announced changes, nothing unseen is overwritten."""

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from httpx import Response
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consultation.consultations import actions, audience, queries
from consultation.consultations.models import Consultation, ConsultationVersion, Invitation
from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid
from consultation.core.history import HistoryEntry
from consultation.core.times import end_of_day
from consultation.forms import actions as forms
from consultation.forms.models import FormVersion
from consultation.register.audience import AudienceFilter, AudienceUnit
from consultation.states import ConsultationState, FormVersionState, Visibility
from tests import factories as make
from tests.browsing import Browser, site
from tests.evaluation_world import World, standing
from tests.in_turn import in_turn
from tests.planning_world import Planning


@pytest.fixture
def scene(db: Database) -> World:
    return standing(db)


class Second:
    """A consultation that is ready to be announced, and another form that could be asked instead."""

    def __init__(self, db: Database, scene: World) -> None:
        planner = scene.planner
        with db.transaction() as session:
            first = scene.consultation(session)
            programme = first.programme.slug
            made = actions.create(session, planner, programme, title="Zweite Runde")
            self.id, self.slug = made.id, made.slug
            self.form, self.other_form = (
                forms.create(session, planner, programme, template_key="law_short").id for _ in range(2)
            )
            chosen = {"draft_version_id": first.draft_version_id, "form_version_id": self.form,
                      "deadline_on": date(2026, 4, 30)}  # fmt: skip
            actions.prepare(session, planner, made.slug, chosen)
            audience.choose(session, planner, made.slug, AudienceFilter(unit=AudienceUnit.ADMINISTRATION))
            session.execute(update(Invitation).where(Invitation.consultation_id == made.id).values(postal="Am Markt 1"))

    def now(self, session: Session) -> tuple[Consultation, uuid.UUID | None, FormVersion]:
        """With the form of its first version, and the form it asks itself."""
        consultation = session.get_one(Consultation, self.id)
        asked = select(ConsultationVersion.form_version_id).where(ConsultationVersion.consultation_id == self.id)
        return consultation, session.scalar(asked), session.get_one(FormVersion, consultation.form_version_id)


def test_whoever_prepares_while_somebody_announces_changes_nothing_announced(db: Database, scene: World) -> None:
    second = Second(db, scene)
    changes = {"deadline_on": date(2026, 3, 5), "visibility": "public", "form_version_id": second.other_form}
    refused = in_turn(
        db, lambda s: actions.announce(s, scene.planner, second.slug),
        lambda s: actions.prepare(s, scene.planner, second.slug, changes),
    )  # fmt: skip
    assert isinstance(refused, Conflict)
    with db.reader() as session:
        consultation, first_form, form = second.now(session)
        assert (consultation.state, consultation.visibility) == (ConsultationState.ANNOUNCED, Visibility.INVITED_ONLY)
        assert consultation.deadline == end_of_day(date(2026, 4, 30))
        assert (form.id, form.state) == (first_form, FormVersionState.FROZEN)


def test_what_is_prepared_in_the_moment_of_the_announcement_is_what_is_announced(db: Database, scene: World) -> None:
    second = Second(db, scene)
    assert None is in_turn(
        db, lambda s: actions.prepare(s, scene.planner, second.slug, {"form_version_id": second.other_form}),
        lambda s: actions.announce(s, scene.planner, second.slug),
    )  # fmt: skip
    with db.reader() as session:
        consultation, first_form, form = second.now(session)
        assert consultation.state == ConsultationState.ANNOUNCED
        assert (form.id, form.state) == (first_form, FormVersionState.FROZEN)
        assert form.id == second.other_form


def test_the_audience_stands_when_somebody_announces(db: Database, scene: World) -> None:
    second = Second(db, scene)
    refused = in_turn(
        db, lambda s: actions.announce(s, scene.planner, second.slug),
        lambda s: audience.choose(s, scene.planner, second.slug, AudienceFilter(unit=AudienceUnit.MUNICIPALITY)),
    )  # fmt: skip
    assert isinstance(refused, Conflict)


def test_of_two_extensions_for_all_a_shorter_one_never_takes_days_away(db: Database, scene: World) -> None:
    def extend(day: date) -> Callable[[Session], Consultation]:
        return lambda session: actions.extend(session, scene.planner, scene.slug, day, "Ferien")

    assert isinstance(in_turn(db, extend(date(2026, 6, 30)), extend(date(2026, 5, 15))), Invalid)
    with db.reader() as session:
        assert scene.consultation(session).deadline == end_of_day(date(2026, 6, 30))


def test_evaluation_does_not_begin_while_the_deadline_is_extended(db: Database, scene: World) -> None:
    over = replace(scene.planner, moment=end_of_day(date(2026, 4, 30)))
    refused = in_turn(
        db, lambda s: actions.extend(s, over, scene.slug, date(2026, 6, 30), "Ferien"),
        partial(actions.evaluate, actor=over, consultation_slug=scene.slug),
    )  # fmt: skip
    assert refused is not None
    with db.reader() as session:
        assert queries.get(session, over, scene.slug).state == ConsultationState.ANNOUNCED
        assert session.scalar(select(HistoryEntry.seq).where(HistoryEntry.action == "evaluate")) is None


# -- the pages -------------------------------------------------------------------------------------------------------
BASICS = {"title": "Zweite", "notice": "Entwurf", "introduction": "", "contact": "", "visibility": "invited_only",
          "minimum_cell": "5"}  # fmt: skip


class Two:
    """Paula and Edgar of one house, and a consultation both set up; each keeps what their page carries unseen."""

    def __init__(self, db: Database) -> None:
        self.db, self.world = db, Planning(db)
        app = site(db)
        self.paula = self.world.browser(app, self.world.foundation)
        with db.transaction() as session:
            colleague = make.person(session, "Edith Mit")
            make.membership(session, colleague, self.world.foundation.organisation, make.PLANNING_ROLES)
            made = actions.create(session, self.world.foundation.actor, self.world.programme, title="Zweite")
            actions.prepare(session, self.world.foundation.actor, made.slug, {"notice": "Entwurf"})
            self.id = made.id
        self.edith = Browser(app)
        self.edith.log_in(colleague.email)
        self.at = f"{self.world.foundation.at}/consultations/{made.slug}"

    def now(self) -> Consultation:
        with self.db.reader() as session:
            return session.get_one(Consultation, self.id)


def carried(page: Response) -> dict[str, str]:
    """What the page sends along without showing it."""
    return dict(re.findall(r'name="(seen[^"]*)" value="([^"]*)"', page.text))


@pytest.fixture
def two(db: Database) -> Two:
    return Two(db)


def test_what_a_planner_left_as_it_was_does_not_undo_what_a_colleague_wrote(two: Two) -> None:
    hers, mine = carried(two.paula.get(f"{two.at}/basics")), carried(two.edith.get(f"{two.at}/basics"))
    two.paula.follow(two.paula.post(f"{two.at}/basics", BASICS | hers | {"introduction": "Eine lange Einführung."}))
    two.edith.follow(two.edith.post(f"{two.at}/basics", BASICS | mine | {"title": "Zweite Runde"}))
    assert (two.now().title, two.now().introduction) == ("Zweite Runde", "Eine lange Einführung.")


def test_two_texts_for_the_same_place_are_both_shown_and_none_is_lost(two: Two) -> None:
    hers, mine = carried(two.paula.get(f"{two.at}/basics")), carried(two.edith.get(f"{two.at}/basics"))
    written = BASICS | hers | {"introduction": "Von Paula.", "visibility": "public", "contact": "Referat 1"}
    two.paula.follow(two.paula.post(f"{two.at}/basics", written))
    typed = BASICS | mine | {"introduction": "Von Edith.", "notice": "Von Edith"}
    both = two.edith.post(f"{two.at}/basics", typed)
    assert both.status_code == 409
    assert "Von Paula." in both.text
    assert "Von Edith." in both.text
    assert 'value="Referat 1"' in both.text  # what she did not touch is shown as it is now
    assert (two.now().introduction, two.now().notice) == ("Von Paula.", "Entwurf")
    again = typed | carried(both) | {"visibility": "public", "contact": "Referat 1"}
    two.edith.follow(two.edith.post(f"{two.at}/basics", again))
    after = two.now()
    assert (after.introduction, after.notice, after.contact) == ("Von Edith.", "Von Edith", "Referat 1")
    assert after.visibility == Visibility.PUBLIC


def test_a_typing_mistake_does_not_make_a_page_forget_what_it_had_shown(two: Two) -> None:
    hers, mine = carried(two.paula.get(f"{two.at}/basics")), carried(two.edith.get(f"{two.at}/basics"))
    two.paula.follow(two.paula.post(f"{two.at}/basics", BASICS | hers | {"introduction": "Von Paula."}))
    wrong = two.edith.post(f"{two.at}/basics", BASICS | mine | {"minimum_cell": "viel", "title": "Neu"})
    assert wrong.status_code == 422
    two.edith.follow(two.edith.post(f"{two.at}/basics", BASICS | carried(wrong) | {"title": "Neu"}))
    assert (two.now().title, two.now().introduction) == ("Neu", "Von Paula.")


def test_of_two_days_one_planner_may_set_each_and_never_the_same_unseen(two: Two) -> None:
    hers, mine = carried(two.paula.get(f"{two.at}/dates")), carried(two.edith.get(f"{two.at}/dates"))
    two.paula.follow(two.paula.post(f"{two.at}/dates", hers | {"opens_on": "", "deadline_on": "2026-05-15"}))
    other = two.edith.post(f"{two.at}/dates", mine | {"opens_on": "2026-03-20", "deadline_on": "2026-06-30"})
    assert other.status_code == 409
    assert "15.05.2026" in other.text
    assert two.now().deadline == end_of_day(date(2026, 5, 15))
    assert two.now().opens_at is None


def test_another_form_chosen_meanwhile_is_not_put_back(two: Two) -> None:
    with two.db.transaction() as session:
        planner, programme = two.world.foundation.actor, two.world.programme
        one, another = (forms.create(session, planner, programme, template_key="law_short").id for _ in range(2))
    two.paula.get(f"{two.at}/versions")
    two.paula.follow(two.paula.post(f"{two.at}/versions", {"draft": "", "form": str(one)}))
    mine = carried(two.edith.get(f"{two.at}/versions"))
    two.paula.follow(two.paula.post(f"{two.at}/versions", {"draft": "", "form": str(another)}))
    two.edith.follow(two.edith.post(f"{two.at}/versions", mine | {"draft": "", "form": str(one)}))
    assert two.now().form_version_id == another
