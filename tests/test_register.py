"""The shipped register in both databases, read only: loaded once for all tests of this file."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from pydantic import ValidationError
from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.errors import NotFound
from consultation.core.language import say
from consultation.register import queries, shipped
from consultation.register.audience import AudienceFilter, AudienceUnit, count, select_bodies, select_keys
from consultation.register.coverage import Coverage, coverage
from consultation.register.facts import facts, frozen
from consultation.register.kinds import ANSWERING, MUNICIPALITIES, RegisterKind, SizeClass
from consultation.register.models import RegisterBody
from consultation.register.states import KEY_BY_STATE, STATE_BY_KEY, STATE_TITLES, State
from tests.conftest import DATABASES
from tests.registers import filled

ADMINISTRATION = AudienceUnit.ADMINISTRATION


@pytest.fixture(scope="module", params=DATABASES)
def loaded(request, tmp_path_factory) -> Iterator[Database]:
    database = Database(filled(request, request.param, tmp_path_factory.mktemp("register")), threads=2)
    yield database
    database.close()


@pytest.fixture
def session(loaded: Database) -> Iterator[Session]:
    with loaded.reader() as session:
        yield session


# -- the figures of the official file ----------------------------------------------------------
PER_STATE = {
    "SH": (1104, 2_959_517), "HH": (1, 1_862_565), "NI": (939, 8_004_489), "HB": (2, 704_881), "NW": (396, 18_034_454),
    "HE": (421, 6_280_793), "RP": (2300, 4_129_569), "BW": (1101, 11_245_898), "BY": (2056, 13_248_928),
    "SL": (52, 1_012_141), "BE": (1, 3_685_265), "BB": (413, 2_556_747), "MV": (724, 1_573_597), "SN": (418, 4_042_422),
    "ST": (218, 2_135_597), "TH": (605, 2_100_277),
}  # fmt: skip


def total(session: Session, *conditions) -> tuple[int, int]:
    """How many bodies, and their inhabitants."""
    query = select(func.count(), func.coalesce(func.sum(RegisterBody.population), 0)).where(*conditions)
    number, population = session.execute(query).one()
    return number, int(population or 0)


def of(*kinds: RegisterKind):
    return RegisterBody.kind.in_(kinds)


def test_there_are_10751_municipalities_with_83576223_inhabitants(session):
    assert total(session, of(*MUNICIPALITIES)) == (10_751, 83_576_223)


def test_202_unincorporated_areas_stand_beside_them(session):
    areas = of(RegisterKind.UNINCORPORATED_AREA)
    assert total(session, areas) == (202, 917)
    assert total(session, areas, RegisterBody.text_key == "66") == (200, 0)
    assert total(session, areas, RegisterBody.text_key == "65") == (2, 917)
    assert total(session, areas | of(*MUNICIPALITIES)) == (10_953, 83_577_140)


def test_294_counties_and_106_independent_cities_are_one_body_each(session):
    assert total(session, of(RegisterKind.COUNTY))[0] == 294
    assert total(session, of(RegisterKind.INDEPENDENT_CITY))[0] + total(session, of(RegisterKind.CITY_STATE))[0] == 106
    cities = session.scalars(select(RegisterBody.short_name).where(of(RegisterKind.CITY_STATE)))
    assert sorted(cities) == ["Berlin", "Bremen", "Hamburg"]
    with pytest.raises(NotFound):
        queries.get(session, "01001")


def test_there_are_1203_associations(session):
    assert total(session, of(RegisterKind.JOINT_MUNICIPALITY))[0] == 1203


def test_12248_bodies_can_answer(session):
    assert total(session, of(*ANSWERING))[0] == 12_248


def test_municipalities_with_and_without_association(session):
    """As the regional keys say; two inhabited unincorporated areas belong to neither."""
    assert total(session, of(*MUNICIPALITIES), RegisterBody.association_key.is_not(None))[0] == 7565
    assert total(session, of(*MUNICIPALITIES), RegisterBody.association_key.is_(None))[0] == 3186
    assert total(session, RegisterBody.text_key.in_(["60", "61", "62", "63", "64", "65", "67"]),
                 RegisterBody.association_key.is_(None))[0] == 3188  # fmt: skip


@pytest.mark.parametrize("state", State)
def test_every_land_has_its_municipalities_and_inhabitants(session, state):
    municipalities, population = PER_STATE[state]
    assert total(session, of(*MUNICIPALITIES), RegisterBody.state == state)[0] == municipalities
    rows = of(RegisterKind.UNINCORPORATED_AREA, *MUNICIPALITIES)
    assert total(session, rows, RegisterBody.state == state)[1] == population
    land = queries.get(session, KEY_BY_STATE[state])
    assert (land.kind, land.name, land.population) == (RegisterKind.STATE, str(STATE_TITLES[state]), population)


def test_size_classes_follow_the_population(session):
    sizes = {size: total(session, RegisterBody.size_class == size)[0] for size in SizeClass}
    assert sizes[SizeClass.LARGE_CITY] == 80
    assert sizes[SizeClass.MEDIUM_TOWN] == 626
    assert sizes[SizeClass.LARGER_SMALL_TOWN] + sizes[SizeClass.SMALL_SMALL_TOWN] == 2237
    assert sizes[SizeClass.RURAL_MUNICIPALITY] == 7808
    assert total(session, RegisterBody.size_class.is_not(None), ~of(*MUNICIPALITIES))[0] == 0


def test_410_short_names_are_ambiguous(session):
    rows = session.scalars(select(RegisterBody.short_name).where(func.length(RegisterBody.key) == 12))
    names = Counter(rows)
    assert sum(number > 1 for number in names.values()) == 410
    assert names.most_common(1) == [("Neuenkirchen", 11)]


def test_sums_add_up_on_every_level(session):
    below = of(RegisterKind.COUNTY, RegisterKind.INDEPENDENT_CITY, RegisterKind.CITY_STATE)
    assert total(session, below)[1] == total(session, of(RegisterKind.STATE))[1] == 83_577_140
    burg = queries.get(session, "010515163")
    assert burg.population == sum(body.population or 0 for body in queries.members(session, burg.key)) == 15_630


# -- single bodies -----------------------------------------------------------------------------
def test_an_independent_city_is_one_row_with_the_seat_of_its_county_row(session):
    city = queries.get(session, "010010000000")
    assert (city.ags, city.ars, city.name, city.short_name) == (
        "01001000", "010010000000", "Flensburg, Stadt", "Flensburg",
    )  # fmt: skip
    assert (city.kind, city.county_key, city.association_key) == (RegisterKind.INDEPENDENT_CITY, None, None)
    assert (city.population, city.area, city.seat, city.postcode) == (96_326, 5673, "Flensburg", "24937")
    assert city.size_class is SizeClass.MEDIUM_TOWN
    assert city.as_of == date(2025, 11, 30)


def test_an_ags_finds_municipalities_counties_and_cities(session):
    found = {ags: queries.by_ags(session, ags) for ags in ("01001000", "01001", "01051", "01051016", "99999999")}
    assert {ags: body.key if body else None for ags, body in found.items()} == {
        "01001000": "010010000000", "01001": "010010000000", "01051": "01051", "01051016": "010515163016",
        "99999999": None,
    }  # fmt: skip


def test_many_keys_are_read_at_once_and_unknown_ones_left_out(session):
    keys = list(session.scalars(select(RegisterBody.key).order_by(RegisterBody.key.desc()).limit(2500)))
    assert list(queries.by_keys(session, [*keys, "000000000000"])) == keys


def test_an_unknown_key_is_not_found(session):
    for ask in (queries.get, queries.place_of, queries.current):
        with pytest.raises(NotFound):
            ask(session, "999999999999")


def _area(session: Session) -> str:
    return session.scalars(select(RegisterBody.key).where(of(RegisterKind.UNINCORPORATED_AREA)).limit(1)).one()


def test_members_of_a_county_are_its_municipalities_only(session):
    names = [body.name for body in queries.members(session, "03153")]
    assert "Goslar, Stadt" in names
    assert not [name for name in names if "gemeindefrei" in name]


@pytest.mark.parametrize(
    ("typed", "first"),
    [("Stadt Abensberg", "Abensberg, Stadt"), ("abensberg stadt", "Abensberg, Stadt"), ("Stadt Kappeln", "Kappeln, Stadt"),
     ("Gemeinde Harrislee", "Harrislee"), ("Gemeinde Auetal", "Auetal"), ("Markt Schwaben", "Markt Schwaben, Markt"),
     ("Große Kreisstadt Dachau", "Dachau, Große Kreisstadt"), ("Stadt Lübeck", "Lübeck, Hansestadt")],
)  # fmt: skip
def test_a_body_is_found_by_its_title_whatever_the_official_file_makes_of_it(session, typed, first):
    assert queries.search(session, typed)[0].body.name == first


def test_no_name_is_abbreviated_where_the_official_file_says_what_it_means(session):
    rows = session.execute(select(RegisterBody.name, RegisterBody.text_key).where(RegisterBody.ags.is_not(None)))
    titles = {"60": "Markt", "63": "Stadt", "67": "Große Kreisstadt"}
    bavarian = [(name, titles[key]) for name, key in rows if key in titles and "," in name]
    assert len(bavarian) > 600
    assert not [name for name, _ in bavarian if name.rpartition(", ")[2] in {"St", "M", "GKSt"}]
    assert not [name for name in session.scalars(select(RegisterBody.name)) if "gemfr" in name]


def test_facts_are_what_a_body_may_confirm(session):
    body = queries.get(session, "010010000000")
    assert [(str(label), text) for label, text in facts(body)] == [
        ("Name", "Flensburg, Stadt"), ("AGS", "01001000"), ("ARS", "010010000000"), ("Land", "Schleswig-Holstein"),
        ("Art", "Kreisfreie Stadt"), ("Größenklasse", "Mittelstadt (20.000 bis 99.999 Einwohner)"),
        ("Einwohnerzahl", "96.326"),
    ]  # fmt: skip
    labels = [str(label) for label, _ in facts(queries.get(session, "010515163"))]
    assert labels == ["Name", "ARS", "Land", "Art", "Einwohnerzahl"]


def test_a_frozen_row_keeps_keys_and_date(session):
    row = frozen(queries.get(session, "010515163016"))
    assert (row["key"], row["ags"], row["association_key"], row["as_of"]) == (
        "010515163016", "01051016", "010515163", "2025-11-30",
    )  # fmt: skip


def test_the_attribution_names_source_and_date():
    assert say(shipped.attribution(date(2025, 11, 30)), "de") == (
        "© Statistisches Bundesamt (Destatis), Gemeindeverzeichnis-Informationssystem GV-ISys, "
        "Gebietsstand 30.11.2025; eigene Aufbereitung"
    )


def test_the_sixteen_laender_are_numbered_as_officially():
    assert [STATE_BY_KEY[key] for key in ("01", "08", "11", "16")] == [State.SH, State.BW, State.BE, State.TH]
    assert len(STATE_BY_KEY) == len(STATE_TITLES) == 16


# -- look-up by name ---------------------------------------------------------------------------
def names(found) -> list[str]:
    return [one.title for one in found]


def test_eleven_neuenkirchen_are_told_apart_by_county_and_association(session):
    found = queries.search(session, "Neuenkirchen", 40, MUNICIPALITIES)
    same = [one for one in found if one.body.short_name == "Neuenkirchen"]
    assert len(same) == len({one.place for one in same}) == 11
    inside = [one.association_name for one in same if one.county_name == "Landkreis Vorpommern-Greifswald"]
    assert sorted(inside) == ["Amt Anklam-Land", "Amt Landhagen"]
    first = queries.search(session, "neuenkirchen", 12)
    assert {one.body.name for one in first} == {"Neuenkirchen"}
    assert [one.title for one in first if one.body.kind is RegisterKind.JOINT_MUNICIPALITY] == [
        "Samtgemeinde Neuenkirchen"
    ]


@pytest.mark.parametrize("text", ["Köln", "Koeln", "Koln", "KÖLN, Stadt", "koeln stadt"])
def test_umlauts_may_be_missing(session, text):
    assert names(queries.search(session, text))[0] == "Köln, Stadt"


def test_names_are_sorted_german(session):
    found = names(queries.search(session, "münster"))
    assert found[:5] == [
        "Münster", "Munster, Stadt", "Münster, Stadt", "Münster (Hessen)", "Münster-Sarmsheim",
    ]  # fmt: skip


def test_every_word_begins_a_word_of_the_name(session):
    assert names(queries.search(session, "neust holst")) == ["Neustadt in Holstein, Stadt"]
    assert names(queries.search(session, "amt büchen")) == ["Amt Büchen"]
    assert names(queries.search(session, "Landkreis Rostock")) == ["Landkreis Rostock"]


def test_keys_are_looked_up_by_their_beginning(session):
    assert names(queries.search(session, "01001000")) == ["Flensburg, Stadt"]
    assert names(queries.search(session, "010515163", 1)) == ["Amt Burg-St. Michaelisdonn"]


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "!?", "xyzzy", "' OR 1=1 --", "٣٣", "%a"])
def test_odd_texts_find_nothing_or_little(session, text):
    assert len(queries.search(session, text)) <= 20


def test_the_limit_and_the_kinds_hold(session):
    assert len(queries.search(session, "a", 7)) == 7
    found = queries.search(session, "rostock", kinds=[RegisterKind.COUNTY])
    assert {one.body.kind for one in found} == {RegisterKind.COUNTY}
    assert _area(session) not in {one.body.key for one in queries.search(session, "gemeindefreies", 50)}


# -- audiences ---------------------------------------------------------------------------------
def audience(**conditions) -> AudienceFilter:
    return AudienceFilter.model_validate(conditions)


@pytest.mark.parametrize(
    ("conditions", "bodies"),
    [
        ({}, 10_751),
        ({"unit": "administration"}, 3186 + 1203),
        ({"kinds": ["county"]}, 294),
        ({"kinds": ["county", "joint_municipality", "municipality", "independent_city", "city_state"]}, 12_248),
        ({"kinds": ["municipality"], "unit": "administration"}, 3186 - 106),
        ({"kinds": ["joint_municipality"], "unit": "administration"}, 1203),
        ({"states": ["SH"]}, 1104),
        ({"states": ["SH", "SL"]}, 1156),
        ({"size_classes": ["large_city"]}, 80),
        ({"population_min": 20_000}, 706),
        ({"population_max": 4999}, 7808),
        ({"population_min": 5000, "population_max": 19_999}, 2237),
        ({"counties": ["01051"]}, 116),
        ({"counties": ["01001", "11000"]}, 2),
        ({"counties": ["01051"], "kinds": ["county"]}, 1),
        ({"states": ["BY"], "counties": ["01051"]}, 0),
        ({"states": ["HH"], "include": ["010010000000", "01051", "010515163"]}, 4),
        ({"states": ["HB"], "exclude": ["040110000000"]}, 1),
        ({"include": ["010010000000"], "exclude": ["010010000000"], "states": ["HH"]}, 1),
    ],
)
def test_an_audience_is_counted_as_it_is_selected(session, conditions, bodies):
    chosen = audience(**conditions)
    keys = [body.key for body in session.scalars(select_bodies(chosen))]
    assert len(keys) == count(session, chosen) == bodies
    assert keys == sorted(set(keys))
    assert set(session.scalars(select_keys(chosen))) == set(keys)


def test_unincorporated_areas_and_laender_are_in_no_audience(session):
    chosen = audience(states=["NI"], include=[_area(session)], kinds=list(ANSWERING))
    assert {body.kind for body in session.scalars(select_bodies(chosen))} <= ANSWERING
    for kind in set(RegisterKind) - ANSWERING:
        with pytest.raises(ValidationError):
            audience(kinds=[kind])
    with pytest.raises(ValidationError):
        audience(include=["01"])


def test_an_association_is_chosen_when_one_of_its_members_has_the_size(session):
    chosen = audience(unit=ADMINISTRATION, size_classes=["large_city", "medium_town"])
    bodies = session.scalars(select_bodies(chosen)).all()
    associations = [body.key for body in bodies if body.kind is RegisterKind.JOINT_MUNICIPALITY]
    assert associations
    for key in associations:
        assert max(body.population or 0 for body in queries.members(session, key)) >= 20_000
    assert all((body.population or 0) >= 20_000 for body in bodies)


def test_the_population_of_an_association_is_that_of_its_members(session):
    chosen = audience(unit=ADMINISTRATION, kinds=["joint_municipality"], population_min=15_630, population_max=15_630)
    assert "010515163" in set(session.scalars(select_keys(chosen)))


def test_a_single_member_may_be_asked_itself_beside_its_association(session):
    chosen = audience(unit=ADMINISTRATION, include=["010515163016"], counties=["01051"])
    assert {"010515163", "010515163016"} <= set(session.scalars(select_keys(chosen)))


@pytest.mark.parametrize(
    "wrong",
    [{"states": ["XX"]}, {"population_min": -1}, {"population_min": 2, "population_max": 1}, {"counties": ["1"]},
     {"exclude": ["abc"]}, {"surprise": 1}],
)  # fmt: skip
def test_a_wrong_filter_is_refused(wrong):
    with pytest.raises(ValidationError):
        audience(**wrong)


def test_a_filter_survives_json():
    chosen = audience(states=["SH"], size_classes=["large_city"], unit="administration", include=["01051"])
    assert AudienceFilter.model_validate_json(chosen.model_dump_json()) == chosen


# -- coverage ----------------------------------------------------------------------------------
def municipal(rows: list[Coverage]) -> list[Coverage]:
    return [row for row in rows if row.kind in MUNICIPALITIES]


def test_coverage_of_everybody_is_the_whole_country(session):
    for unit in AudienceUnit:
        rows = municipal(coverage(session, select_keys(audience(unit=unit))))
        assert sum(row.bodies for row in rows) == sum(row.reached for row in rows) == 10_751
        assert sum(row.population for row in rows) == sum(row.population_reached for row in rows) == 83_576_223


def test_coverage_counts_the_members_of_an_association_once(session):
    keys = ["010515163", "010515163016", "01051"]
    members = queries.members(session, "010515163")
    for found in (
        coverage(session, keys),
        coverage(session, select(RegisterBody.key).where(RegisterBody.key.in_(keys))),
    ):
        rows = [row for row in municipal(found) if row.reached]
        assert {row.state for row in rows} == {State.SH}
        assert sum(row.reached for row in rows) == len(members)
        assert sum(row.population_reached for row in rows) == 15_630
        assert {row.kind: row.asked for row in found if row.asked} == {
            RegisterKind.COUNTY: 1, RegisterKind.JOINT_MUNICIPALITY: 1, RegisterKind.MUNICIPALITY: 1,
        }  # fmt: skip


def test_coverage_of_nobody_names_all_that_is_open(session):
    rows = coverage(session, [])
    assert rows == coverage(session, select(literal("")).where(literal(1) == 2))
    assert sum(row.reached for row in rows) == 0
    by_state = {row.state: sum(r.bodies for r in municipal(rows) if r.state is row.state) for row in rows}
    assert by_state == {State(state): figures[0] for state, figures in PER_STATE.items()}
    assert sum(row.bodies for row in rows) == 12_248
    states, kinds = list(State), list(RegisterKind)
    places = [(states.index(row.state), kinds.index(row.kind)) for row in rows]
    assert places == sorted(places)


def test_coverage_tells_what_kinds_are_asked(session):
    chosen = audience(unit=ADMINISTRATION, states=["SH", "HH"])
    rows = [row for row in coverage(session, select_keys(chosen)) if row.asked]
    assert sum(row.asked for row in rows) == count(session, chosen)
    assert {row.size_class for row in rows if row.kind is RegisterKind.JOINT_MUNICIPALITY} == {None}
    assert rows[-1].state is State.HH
