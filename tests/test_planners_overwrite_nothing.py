"""Two planners with a page open each: who saves second overwrites nothing they have not seen, and what they typed stays."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from httpx import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations import actions, audience, stages
from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.errors import Conflict
from consultation.programmes import actions as programmes
from consultation.programmes import queries
from consultation.programmes.models import GlossaryTerm, ParameterType, ProgrammeParameter
from consultation.register.audience import AudienceFilter
from consultation.register.states import State
from tests import factories as make
from tests import html
from tests.browsing import Browser, site
from tests.in_turn import in_turn
from tests.planning_world import Planning


class Two:
    """Paula and Edith of one house, and a consultation both set up."""

    def __init__(self, db: Database) -> None:
        self.db, self.world = db, Planning(db)
        app, house = site(db), self.world.foundation
        self.paula, self.actor = self.world.browser(app, house), house.actor
        with db.transaction() as session:
            colleague = make.person(session, "Edith Mit")
            make.membership(session, colleague, house.organisation, make.PLANNING_ROLES)
            made = actions.create(session, self.actor, self.world.programme, title="Zweite")
            actions.prepare(session, self.actor, made.slug, {"deadline_on": date(2026, 6, 30)})
            self.id, self.slug = made.id, made.slug
        self.edith = Browser(app)
        self.edith.log_in(colleague.email)
        self.at = f"{house.at}/consultations/{made.slug}"
        self.programme = f"{house.at}/programmes/{self.world.programme}"

    def days(self) -> list[int]:
        with self.db.reader() as session:
            return stages.of_consultation(session, self.id)

    def states(self) -> tuple[State, ...]:
        with self.db.reader() as session:
            return audience.filter_of(session.get_one(Consultation, self.id)).states

    def terms(self) -> dict[str, tuple[int, str]]:
        with self.db.reader() as session:
            return {one.term: (one.version, one.definition) for one in session.scalars(select(GlossaryTerm))}

    def values(self) -> dict[str, str]:
        with self.db.reader() as session:
            return {one.name: one.value for one in session.scalars(select(ProgrammeParameter))}


@pytest.fixture
def two(db: Database) -> Two:
    return Two(db)


def seen(page: Response) -> dict[str, str]:
    """What the page sends along of what it had shown."""
    found = set(re.findall(r'name="seen" value="([^"]*)"', page.text))
    assert len(found) == 1, found
    return {"seen": found.pop()}


# -- the days of the reminders ---------------------------------------------------------------------------------------
def test_days_a_colleague_planned_meanwhile_stay_and_ones_own_stay_in_the_field(two: Two) -> None:
    at = f"{two.at}/reminders"
    hers, mine = seen(two.paula.get(at)), seen(two.edith.get(at))
    two.paula.follow(two.paula.post(f"{at}/plan", hers | {"days": "21, 7"}))
    refused = two.edith.post(f"{at}/plan", mine | {"days": "10"})
    assert refused.status_code == 409
    assert "Jemand anderes hat die Tage inzwischen geändert: 21, 7." in refused.text
    assert 'value="10"' in refused.text
    assert two.days() == [21, 7]
    two.edith.follow(two.edith.post(f"{at}/plan", seen(refused) | {"days": "10"}))  # now she knows
    assert two.days() == [10]


def test_a_typing_mistake_in_the_days_does_not_make_the_page_forget_what_it_had_shown(two: Two) -> None:
    at = f"{two.at}/reminders"
    mine = seen(two.edith.get(at))
    two.paula.follow(two.paula.post(f"{at}/plan", seen(two.paula.get(at)) | {"days": ""}))
    wrong = two.edith.post(f"{at}/plan", mine | {"days": "bald"})
    assert (wrong.status_code, seen(wrong)) == (422, mine)
    assert two.edith.post(f"{at}/plan", seen(wrong) | {"days": "10"}).status_code == 409
    assert two.days() == []


def test_who_plans_the_same_days_as_a_colleague_is_not_refused(two: Two) -> None:
    at = f"{two.at}/reminders"
    mine = seen(two.edith.get(at))
    for who in (two.paula, two.edith):
        who.follow(who.post(f"{at}/plan", mine | {"days": "21, 7"}))
    assert two.days() == [21, 7]


def test_of_two_plans_in_the_same_moment_the_second_sees_the_first(two: Two) -> None:
    def plan(*days: int) -> Callable[[Session], object]:
        return lambda session: stages.plan(session, two.actor, two.slug, days, stages.said(stages.USUAL))

    assert isinstance(in_turn(two.db, plan(21, 7), plan(10)), Conflict)
    assert two.days() == [21, 7]


# -- the audience ----------------------------------------------------------------------------------------------------
def tried(who: Browser, page: Response, at: str, *states: str) -> Response:
    """What the button of the page, or its counting while one chooses, asks for."""
    return who.get(at, params={"unit": "municipality", "states": list(states), **seen(page)})


def saved(who: Browser, page: Response, at: str, *states: str) -> Response:
    return who.post(at, {"unit": "municipality", "states": list(states), **seen(page)})


def test_a_choice_a_colleague_saved_meanwhile_stays_and_ones_own_stays_on_the_page(two: Two) -> None:
    at = f"{two.at}/audience"
    hers, mine = two.paula.get(at), two.edith.get(at)
    two.paula.follow(saved(two.paula, tried(two.paula, hers, at, "SH"), at, "SH"))
    trying = tried(two.edith, mine, at, "NI")  # after Paula saved: what was tried out later does not hide that
    refused = saved(two.edith, trying, at, "NI")
    assert refused.status_code == 409
    assert "Jemand anderes hat den Adressatenkreis inzwischen geändert." in refused.text
    assert "Gespeichert ist jetzt: Jede Gemeinde, Länder: Schleswig-Holstein." in refused.text
    ticked = html.check(refused.text).findall(".//input[@name='states'][@checked]")
    assert [box.get("value") for box in ticked] == ["NI"]
    assert two.states() == (State.SH,)
    two.edith.follow(saved(two.edith, refused, at, "NI"))
    assert two.states() == (State.NI,)


def test_what_is_counted_while_one_chooses_carries_what_the_page_had_shown(two: Two) -> None:
    at = f"{two.at}/audience"
    mine = two.edith.get(at)
    two.paula.follow(saved(two.paula, two.paula.get(at), at, "SH"))
    sent = {"unit": "municipality", "states": "NI", **seen(mine)}
    piece = two.edith.get(at, params=sent, headers={"HX-Request": "true"})
    assert seen(piece) == seen(mine)
    assert seen(two.edith.get(at)) != seen(mine)


def test_bodies_taken_out_by_a_colleague_meanwhile_stay_out_and_hinder_nobody(two: Two) -> None:
    at = f"{two.at}/audience"
    two.paula.follow(saved(two.paula, two.paula.get(at), at, "SH", "NI"))
    mine = two.edith.get(at)
    with two.db.transaction() as session:
        consultation = session.get_one(Consultation, two.id)
        consultation.audience = consultation.audience | {"exclude": ["010510044044"]}
    two.edith.follow(saved(two.edith, mine, at, "SH"))
    with two.db.reader() as session:
        chosen = audience.filter_of(session.get_one(Consultation, two.id))
    assert (chosen.states, chosen.exclude) == ((State.SH,), ("010510044044",))


def test_of_two_choices_in_the_same_moment_the_second_sees_the_first(two: Two) -> None:
    with two.db.reader() as session:
        shown = audience.mark(session.get_one(Consultation, two.id))

    def choose(state: State) -> Callable[[Session], object]:
        chosen = AudienceFilter(states=(state,))
        return lambda session: audience.choose(session, two.actor, two.slug, chosen, None, shown)

    assert isinstance(in_turn(two.db, choose(State.SH), choose(State.NI)), Conflict)
    assert two.states() == (State.SH,)


# -- values of the programme -----------------------------------------------------------------------------------------
QUOTA = {"label": "Förderquote", "type": "rate", "value": "85 %"}


def test_two_who_add_the_same_value_both_see_what_the_first_one_saved(two: Two) -> None:
    hers, mine = seen(two.paula.get(two.programme)), seen(two.edith.get(two.programme))
    two.paula.follow(two.paula.post(f"{two.programme}/parameters", QUOTA | hers))
    refused = two.edith.post(f"{two.programme}/parameters", QUOTA | mine | {"value": "70 %"})
    assert refused.status_code == 409
    assert "Den Programmwert foerderquote hat inzwischen jemand anderes gespeichert." in refused.text
    assert 'value="70 %"' in refused.text
    assert two.values() == {"foerderquote": "0.85"}
    two.edith.follow(two.edith.post(f"{two.programme}/parameters", QUOTA | seen(refused) | {"value": "70 %"}))
    assert two.values() == {"foerderquote": "0.7"}


def test_another_value_of_a_colleague_hinders_nobody_and_the_same_one_twice_neither(two: Two) -> None:
    hers, mine = seen(two.paula.get(two.programme)), seen(two.edith.get(two.programme))
    two.paula.follow(two.paula.post(f"{two.programme}/parameters", QUOTA | hers))
    two.edith.follow(two.edith.post(f"{two.programme}/parameters", QUOTA | mine))
    two.edith.follow(
        two.edith.post(f"{two.programme}/parameters", mine | {"label": "Laufzeit", "type": "months", "value": "36"})
    )
    assert two.values() == {"foerderquote": "0.85", "laufzeit": "36"}


def test_a_value_changed_meanwhile_is_not_removed_unseen_and_one_removed_does_not_come_back_unseen(two: Two) -> None:
    at = f"{two.programme}/parameters"
    two.paula.follow(two.paula.post(at, QUOTA | seen(two.paula.get(two.programme))))
    mine = seen(two.edith.get(two.programme))
    two.paula.follow(two.paula.post(at, QUOTA | seen(two.paula.get(two.programme)) | {"value": "90 %"}))
    kept = two.edith.post(at, {"name": "foerderquote", "remove": "yes", **mine})
    assert kept.status_code == 409
    assert two.values() == {"foerderquote": "0.9"}
    two.edith.follow(two.edith.post(at, {"name": "foerderquote", "remove": "yes", **seen(kept)}))
    gone = two.paula.post(at, QUOTA | mine)
    assert gone.status_code == 409
    assert "hat den Programmwert foerderquote inzwischen entfernt" in gone.text
    assert two.values() == {}


def test_a_typing_mistake_in_a_value_does_not_make_the_page_forget_what_it_had_shown(two: Two) -> None:
    at = f"{two.programme}/parameters"
    mine = seen(two.edith.get(two.programme))
    two.paula.follow(two.paula.post(at, QUOTA | seen(two.paula.get(two.programme))))
    wrong = two.edith.post(at, QUOTA | mine | {"value": "viel"})
    assert (wrong.status_code, seen(wrong)) == (422, mine)
    assert two.edith.post(at, QUOTA | seen(wrong) | {"value": "70 %"}).status_code == 409
    assert two.values() == {"foerderquote": "0.85"}


@pytest.mark.parametrize("there", [False, True])
def test_of_two_values_saved_in_the_same_moment_the_second_sees_the_first(two: Two, there: bool) -> None:
    def put(value: str, marks: dict[str, str] | None) -> Callable[[Session], object]:
        return lambda session: programmes.set_parameter(
            session, two.actor, two.world.programme, name="quote", type_=ParameterType.RATE, label={"de": "Quote"},
            value=value, seen=marks,
        )  # fmt: skip

    if there:
        with two.db.transaction() as session:
            put("0.5", None)(session)
    with two.db.reader() as session:
        shown = programmes.marks(queries.get(session, two.actor, two.world.programme))
    assert isinstance(in_turn(two.db, put("0.85", shown), put("0.7", shown)), Conflict)
    assert two.values() == {"quote": "0.85"}


# -- terms of the glossary -------------------------------------------------------------------------------------------
TERM = {"term": "Teilhabe", "definition": "Mitreden und mitentscheiden."}


def known(page: Response) -> dict[str, list[str]]:
    """The terms the page sends along as it had shown them."""
    found = re.findall(r'name="known" value="([^"]*)"', page.text)
    return {"known": found[found.index("") :]}  # before it stand those of the buttons that remove a term


def test_two_who_explain_the_same_term_both_see_what_the_first_one_wrote(two: Two) -> None:
    at, page = f"{two.programme}/terms", two.paula.get(two.programme)
    assert known(page) == {"known": [""]}
    two.edith.get(two.programme)
    two.paula.follow(two.paula.post(at, TERM | known(page)))
    refused = two.edith.post(at, TERM | known(page) | {"definition": "Dabei sein."})
    assert refused.status_code == 409
    assert "Den Begriff „Teilhabe“ hat inzwischen jemand anderes erklärt." in refused.text
    assert "Dabei sein.</textarea>" in refused.text
    two.edith.follow(two.edith.post(at, TERM | known(page)))  # the same words: nothing to choose between
    assert two.terms() == {"Teilhabe": (1, "Mitreden und mitentscheiden.")}
    two.edith.follow(two.edith.post(at, TERM | known(refused) | {"definition": "Dabei sein."}))
    assert two.terms() == {"Teilhabe": (2, "Dabei sein.")}


def test_a_term_explained_anew_is_not_removed_unseen_and_one_removed_does_not_come_back_unseen(two: Two) -> None:
    at = f"{two.programme}/terms"
    two.paula.follow(two.paula.post(at, TERM | known(two.paula.get(two.programme))))
    mine = known(two.edith.get(two.programme))
    two.paula.follow(two.paula.post(at, TERM | known(two.paula.get(two.programme)) | {"definition": "Neu."}))
    kept = two.edith.post(at, {"term": "Teilhabe", "remove": "yes", "known": "1:Teilhabe"})
    assert (kept.status_code, two.terms()) == (409, {"Teilhabe": (2, "Neu.")})
    two.edith.follow(two.edith.post(at, {"term": "Teilhabe", "remove": "yes", "known": "2:Teilhabe"}))
    gone = two.paula.post(at, TERM | mine)
    assert (gone.status_code, two.terms()) == (409, {})
    assert "hat den Begriff „Teilhabe“ inzwischen entfernt" in gone.text


def test_a_term_without_an_explanation_does_not_make_the_page_forget_what_it_had_shown(two: Two) -> None:
    at = f"{two.programme}/terms"
    mine = known(two.edith.get(two.programme))
    two.paula.follow(two.paula.post(at, TERM | known(two.paula.get(two.programme))))
    wrong = two.edith.post(at, TERM | mine | {"definition": ""})
    assert (wrong.status_code, known(wrong)) == (422, mine)


def test_of_two_explanations_in_the_same_moment_the_second_sees_the_first(two: Two) -> None:
    def explain(words: str) -> Callable[[Session], object]:
        return lambda session: programmes.set_term(session, two.actor, two.world.programme, "Teilhabe", words, {})

    assert isinstance(in_turn(two.db, explain("Erst."), explain("Dann.")), Conflict)
    assert two.terms() == {"Teilhabe": (1, "Erst.")}
