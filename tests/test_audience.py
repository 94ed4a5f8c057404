"""Whom a consultation asks: a filter or a sample of what it finds, single cases by hand, and what is told of it later."""

import itertools
from pathlib import Path

import pytest
from sqlalchemy import event, select, update

from consultation.consultations import actions, audience
from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.core.errors import Forbidden, Invalid, NotFound
from consultation.core.language import say
from consultation.documents.chapters.asked import sentences as asked_in_words
from consultation.documents.procedure import procedure
from consultation.people.models import Organisation
from consultation.register.audience import AudienceFilter
from consultation.register.sampling import Sample
from consultation.register.states import State
from consultation.states import Audience, Purpose
from tests import edition_world, factories, html
from tests.browsing import Browser, site
from tests.planning_world import Planning

SAMPLE = Sample(size=4, seed="2026-1")


@pytest.fixture
def world(db: Database) -> Planning:
    return Planning(db)


@pytest.fixture
def slug(world: Planning) -> str:
    with world.db.transaction() as session:
        return actions.create(session, world.foundation.actor, world.programme, title="Stichprobe").slug


@pytest.fixture
def paula(world: Planning) -> Browser:
    return world.browser(site(world.db), world.foundation)


def asked(world: Planning, slug: str) -> list[str]:
    with world.db.reader() as session:
        statement = select(Organisation.register_key).join(Invitation, Invitation.organisation_id == Organisation.id)
        return sorted(
            str(key) for key in session.scalars(statement.join(Consultation).where(Consultation.slug == slug))
        )


def draw(world: Planning, slug: str, sample: Sample | None = SAMPLE, **conditions: object) -> int:
    with world.db.transaction() as session:
        chosen = AudienceFilter.model_validate(conditions)
        return audience.choose(session, world.foundation.actor, slug, chosen, sample)


def take_out(world: Planning, slug: str, key: str) -> None:
    with world.db.transaction() as session:
        invitation = session.scalars(
            select(Invitation).join(Organisation).where(Organisation.register_key == key)
        ).one()
        audience.remove(session, world.foundation.actor, slug, invitation.id)


def test_a_sample_is_drawn_stored_with_its_seed_and_drawn_again_alike(world: Planning, slug: str):
    assert draw(world, slug) == 4
    first = asked(world, slug)
    with world.db.reader() as session:
        consultation = session.scalars(select(Consultation)).one()
        assert audience.sample_of(consultation) == SAMPLE
        assert consultation.audience["sample"] == {"size": 4, "seed": "2026-1", "of": 7}
        assert audience.filter_of(consultation) == AudienceFilter()
    draw(world, slug, None)
    assert len(asked(world, slug)) == 7
    draw(world, slug)
    assert asked(world, slug) == first


def test_a_body_taken_out_stays_out_and_the_others_stay_the_same(world: Planning, slug: str):
    draw(world, slug)
    first, *others = asked(world, slug)
    take_out(world, slug, first)
    assert asked(world, slug) == others
    with world.db.reader() as session:
        kept = audience.filter_of(session.scalars(select(Consultation)).one()).exclude
    assert kept == (first,)
    assert draw(world, slug, exclude=kept) == 3
    assert asked(world, slug) == others
    with world.db.transaction() as session:
        audience.take_back(session, world.foundation.actor, slug, first)
    assert asked(world, slug) == [first, *others]
    with world.db.transaction() as session, pytest.raises(Invalid):
        audience.take_back(session, world.foundation.actor, slug, first)


def test_a_single_body_beside_the_sample_stays_when_another_one_is_drawn(world: Planning, slug: str):
    draw(world, slug, states=(State.NI,), sample=Sample(size=1, seed="1"))
    with world.db.transaction() as session:
        audience.add(session, world.foundation.actor, slug, [world.heide.organisation.id], Purpose.FOR_COMMENT)
    draw(world, slug, states=(State.NI,), sample=Sample(size=1, seed="2"))
    assert "010510044044" in asked(world, slug)
    assert len(asked(world, slug)) == 2


def test_nobody_shares_the_short_part_of_the_code_however_often_it_is_drawn_twice(
    world: Planning, slug: str, monkeypatch: pytest.MonkeyPatch
):
    with world.db.transaction() as session:
        other = actions.create(session, world.foundation.actor, world.programme, title="Noch eine").slug
    drawn = (f"DREI{number // 3:02}" for number in itertools.count())
    monkeypatch.setattr(audience, "new_selector", lambda: next(drawn))

    for one in (slug, other):
        assert draw(world, one, Sample(size=4, seed="2026-1")) == len(asked(world, one)) == 4
    with world.db.reader() as session:
        selectors = list(session.scalars(select(Invitation.selector).where(Invitation.selector.startswith("DREI"))))
    assert len(set(selectors)) == len(selectors) == 8


def test_only_planners_of_the_programme_draw(world: Planning, slug: str):
    for actor, refusal in (
        (world.land.actor, Forbidden),
        (world.ministry.actor, NotFound),
        (world.heide.actor, NotFound),
    ):
        with world.db.transaction() as session, pytest.raises(refusal):
            audience.choose(session, actor, slug, AudienceFilter(), SAMPLE)
        with world.db.transaction() as session, pytest.raises(refusal):
            audience.take_back(session, actor, slug, "010510044044")


@pytest.mark.parametrize(("size", "seed"), [(0, "1"), (20_001, "1"), (5, ""), (5, "ä"), (5, "a b")])
def test_a_sample_that_cannot_be_drawn_is_refused_with_the_field(size: int, seed: str):
    with pytest.raises(Invalid) as refused:
        audience.read_sample(size, seed)
    assert [problem.field for problem in refused.value.problems] == ["seed" if size == 5 else "sample_size"]


# -- on the page -----------------------------------------------------------------------------------------------------
def test_the_table_tells_who_is_reached_against_who_exists(world: Planning, slug: str, paula: Browser):
    at = f"{world.foundation.at}/consultations/{slug}/audience"
    tree = html.check(paula.get(f"{at}?unit=administration&states=SH").text)
    rows = {html.text_of(row.find("th")): [html.text_of(cell) for cell in row.findall("td")]
            for row in tree.findall(".//table[@id='reach']/tbody/tr")}  # fmt: skip
    assert rows["Schleswig-Holstein"] == ["–", "2 von 2", "–", "–", "3 von 3", "1 von 1", "0 von 1", "5 von 5"]
    assert rows["Alle Länder"] == ["–", "2 von 3", "–", "0 von 1", "3 von 3", "1 von 1", "0 von 2", "5 von 7"]


def test_a_sample_is_tried_drawn_and_corrected_by_hand_on_the_page(world: Planning, slug: str, paula: Browser):
    at = f"{world.foundation.at}/consultations/{slug}/audience"
    proposed = html.check(paula.get(at).text).find(".//input[@name='seed']")
    assert proposed is not None
    assert len(proposed.get("value") or "") == 8
    tried = paula.get(f"{at}?unit=municipality&sample_size=4&seed=2026-1").text
    assert "Der Filter findet 7 Stellen, gezogen werden 4." in tried
    assert asked(world, slug) == []
    assert "Gefragt werden alle" in paula.get(f"{at}?unit=municipality&sample_size=40&seed=1").text
    for wrong in ("sample_size=viele&seed=1", "sample_size=0&seed=1", "sample_size=4&seed=%C3%A4"):
        refused = paula.get(f"{at}?unit=municipality&{wrong}")
        assert refused.status_code == 422
        assert 'id="error-summary"' in refused.text
    filled = {"unit": "municipality", "sample_size": "4", "seed": "2026-1"}
    saved = paula.follow(paula.post(at, filled)).text
    assert "Startwert 2026-1" in saved
    first = asked(world, slug)
    assert len(first) == 4
    listed = paula.get(f"{at}/bodies?q={first[0]}")
    form = html.check(listed.text).find(".//tbody//form")
    assert form is not None
    shown = paula.follow(paula.post(str(form.get("action")), {"from": "bodies"}))
    assert "wird nicht eingeladen" in shown.text
    assert asked(world, slug) == first[1:]
    assert "Einzeln herausgenommene Stellen" in paula.get(at).text
    paula.follow(paula.post(at, filled))
    assert asked(world, slug) == first[1:]
    assert "wieder eingeladen" in paula.follow(paula.post(f"{at}/take-back", {"key": first[0]})).text
    assert asked(world, slug) == first
    assert "Stichprobe gezogen: 4 von 7 Stellen, Startwert 2026-1" in paula.get(at.replace("/audience", "/log")).text


def test_counting_while_one_chooses_sends_the_outcome_alone(world: Planning, slug: str, paula: Browser):
    at = f"{world.foundation.at}/consultations/{slug}/audience"
    piece = paula.get(f"{at}?unit=municipality&states=NI", headers={"HX-Request": "true"})
    assert "<html" not in piece.text
    assert "Der Filter findet 2 Stellen." in piece.text
    wrong = paula.get(f"{at}?unit=municipality&population_min=x", headers={"HX-Request": "true"})
    assert wrong.status_code == 422
    assert "Geben Sie eine ganze Zahl an" in wrong.text


@pytest.mark.parametrize("query", ["", "?unit=municipality", "?unit=municipality&sample_size=4&seed=1&county=dith"])
def test_the_page_asks_the_database_little_however_many_are_found(
    world: Planning, slug: str, paula: Browser, query: str
):
    draw(world, slug)
    take_out(world, slug, asked(world, slug)[0])
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("PRAGMA", "SAVEPOINT", "RELEASE", "BEGIN")):
            statements.append(statement)

    event.listen(world.db.engine, "before_cursor_execute", note)
    paula.get(f"{world.foundation.at}/consultations/{slug}/audience{query}")
    event.remove(world.db.engine, "before_cursor_execute", note)
    assert len(statements) <= 12, "\n".join(statements)


# -- told afterwards -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", list(Audience))
def test_the_method_chapter_and_the_procedure_log_print_the_seed(db: Database, tmp_path: Path, kind: Audience):
    weighed = edition_world.weighed(db, count=6)
    held = {"states": ["SH"], "exclude": ["010530003003"], "sample": {"size": 3, "seed": "2026-1", "of": 9}}
    with db.transaction() as session:
        session.execute(update(Consultation).values(audience=held))
    edition = edition_world.compiled(db, weighed, tmp_path / "documents", kind)
    text = edition_world.path_of(tmp_path / "documents", edition, "html").read_text("utf-8")
    for said in ("Von 9 Stellen, die der Filter findet, wurden 3 ausgelost. Der Startwert ist 2026-1.",
                 "Länder: Schleswig-Holstein", "1 Stelle wurde danach einzeln herausgenommen."):  # fmt: skip
        assert said in text
    head = edition_world.path_of(tmp_path / "documents", edition, "ndjson").read_text("utf-8").splitlines()[0]
    assert "010530003003" not in head  # how many were taken out is told, never which
    with db.reader() as session:
        compiled = procedure(session, weighed.planner, weighed.world.slug)
        words = " ".join(str(node) for node in compiled.outline.nodes())
    assert "Der Startwert ist 2026-1." in words


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, []), (1, ["Dazu wurde 1 Stelle einzeln aufgenommen."]), (2, ["Dazu wurden 2 Stellen einzeln aufgenommen."]),
    ],
)  # fmt: skip
def test_bodies_added_by_hand_are_told_where_there_are_any(world: Planning, slug: str, count: int, said: list[str]):
    draw(world, slug, None, states=["SH", "NI"])
    with world.db.transaction() as session:
        more = [factories.organisation(session, f"Verband {number}").id for number in range(count)]
        informed = factories.organisation(session, "Wird nur informiert").id
        if more:
            audience.add(session, world.foundation.actor, slug, more, Purpose.FOR_COMMENT)
        audience.add(session, world.foundation.actor, slug, [informed], Purpose.FOR_INFORMATION)
    with world.db.reader() as session:
        consultation = session.scalars(select(Consultation)).one()
        told = audience.described(consultation, audience.added_by_hand(session, consultation.id), ())
    first, *others = (say(sentence, "de") for sentence in asked_in_words(told))
    assert first == (
        "Gefragt wurden Stellen aus dem Gemeindeverzeichnis nach dieser Auswahl: Jede Gemeinde; "
        "Länder: Schleswig-Holstein, Niedersachsen."
    )
    assert others == said


def test_a_body_added_by_hand_that_the_filter_finds_is_counted_with_the_filter(world: Planning, slug: str):
    def by_hand() -> int:
        with world.db.reader() as session:
            return audience.added_by_hand(session, session.scalars(select(Consultation.id)).one())

    draw(world, slug, None, states=["NI"])
    with world.db.transaction() as session:
        audience.add(session, world.foundation.actor, slug, [world.heide.organisation.id], Purpose.FOR_COMMENT)
    assert by_hand() == 1
    draw(world, slug, SAMPLE, states=["SH", "NI"])
    assert by_hand() == 1, "another sample may leave it out"
    draw(world, slug, None, states=["SH", "NI"])
    assert by_hand() == 0
    assert "010510044044" in asked(world, slug)


def test_one_that_was_drawn_and_one_that_was_taken_out_are_told_as_one(world: Planning, slug: str):
    draw(world, slug, Sample(size=1, seed="7"))
    take_out(world, slug, asked(world, slug)[0])
    with world.db.reader() as session:
        told = audience.described(session.scalars(select(Consultation)).one(), 0, ())
    _, drawn, _, taken_out = (say(sentence, "de") for sentence in asked_in_words(told))
    assert drawn == "Von 7 Stellen, die der Filter findet, wurde 1 ausgelost. Der Startwert ist 7."
    assert taken_out == "1 Stelle wurde danach einzeln herausgenommen."
