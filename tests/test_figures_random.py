"""Random consultations, exported and counted again by somebody who reads the files alone; and searched for what they betray."""

import json
import math
import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from consultation.core.db import Database
from consultation.states import Audience
from tests import leaks, random_consultations
from tests.leaks import Answer, Equation
from tests.random_consultations import House, Stage, exported, goes_on, houses, played, write
from tests.recount import Files

SETS = int(os.environ.get("FIGURE_SETS", "12"))
"""Random consultations of each kind in this run; thousands before a release: FIGURE_SETS=1500."""
FIELDS = (
    "prior_experience", "budget_constraint", "affected", "need_fit", "eligible_areas", "burden_proof.level",
    "burden_proof.hours", "would_use", "section_agreement",
)  # fmt: skip
SMALL_TOWNS = ("larger_small_town", "small_small_town")


@pytest.fixture
def stage(db: Database) -> Stage:
    return random_consultations.stage(db, 36)


# -- counting by hand --------------------------------------------------------------------------------------------------
def parts_of(files: Files) -> dict[str, str]:
    """Field → part of the form, and of a confidential question its part marked."""
    form = files.records("edition")[0]["form"]["definition"]
    return {
        ".".join(filter(None, (question["key"], one.get("key", "")))): part["key"] + ("!" if question.get("confidential") else "")
        for part in form["parts"] for question in part["questions"] for one in question["fields"]
    }  # fmt: skip


def level_of(house: House, part: str) -> str:
    level = house.levels.get(part.rstrip("!"), "none")
    return "figures" if part.endswith("!") and level in ("named", "described") else level


def value_of(house: House, key: str, item: str) -> Any:
    value = house.answers.get(key)
    return value.get(item) if item and isinstance(value, dict) else value


def group_of(house: House, grouping: str, parts: dict[str, str], *, public: bool) -> set[str]:
    register = house.register
    kind = "independent_city" if public and register["kind"] == "city_state" else register["kind"]
    match grouping:
        case "total":
            return {""}
        case "state":
            return {register["state"] or ""}
        case "kind":
            return {kind}
        case "size_class":
            size = register["size_class"]
            return {size or kind} | ({"small_town"} if size in SMALL_TOWNS else set())
        case _:
            key = grouping.removeprefix("by:")
            answer = house.answers.get(key)
            hidden = public and level_of(house, parts[key]) == "none"
            return {"" if answer is None or hidden else str(answer)}


def recount(files: Files, found: list[House], *, public: bool) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """(where, what the file says, what it should say) of every number of every table shown."""
    parts = parts_of(files)
    for figure in files.records("figure"):
        key, item = figure["key"], figure["item"]
        if key not in FIELDS:
            continue
        counted = [h for h in found if not h.nil_return and (not public or level_of(h, parts[key]) != "none")]
        for table in figure["tables"]:
            for row in table["rows"]:
                there = [h for h in counted if row["group"] in group_of(h, table["grouping"], parts, public=public)]
                values = [v for v in (value_of(h, key, item) for h in there) if v is not None]
                place = (key, item, table["grouping"], row["group"])
                yield place, (row["base"], row["answered"], row["not_answered"]), (
                    len(there), len(values), len(there) - len(values),
                )  # fmt: skip
                yield from _details(place, row, values)


def _details(
    place: tuple[str, ...], row: dict[str, Any], values: list[Any]
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if "options" in row:
        chosen = Counter(str(o) for value in values for o in (value if isinstance(value, list) else [value]))
        able = sum(value != "cannot_judge" for value in values)
        for option in row["options"]:
            count = chosen[option["key"]]
            share = None if not able else count / able
            yield (*place, option["key"]), (option["count"], option["share"]), (count, share)
    if "lower_median" in row:
        steps = sorted(value for value in values if value != "cannot_judge")
        yield (*place, "median"), row["lower_median"], steps[(len(steps) - 1) // 2] if steps else None
        unable = len(values) - len(steps)
        yield (*place, "apart"), (row["cannot_judge"], row["valid"]), (unable, len(steps))
    if "quartiles" in row:
        yield (*place, "quartiles"), row["quartiles"], [_type_7(values, k) for k in (1, 2, 3)] if values else None


def _type_7(values: list[float], quarter: int) -> float:
    """As Hyndman and Fan number it: linear between order statistics, at 1 + (n - 1) p."""
    ordered = sorted(values)
    place = Fraction((len(ordered) - 1) * quarter, 4)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return float(low + (place - math.floor(place)) * (Fraction(high) - Fraction(low)))


@pytest.mark.parametrize("audience", list(Audience))
def test_every_number_of_every_table_is_counted_again_from_what_was_answered(
    stage: Stage, tmp_path: Path, audience: Audience
) -> None:
    numbers = 0
    for seed in range(SETS):
        chance = random.Random(seed)
        found = houses(chance, stage)
        with played(stage) as session:
            write(session, stage, found)
            files, _ = exported(session, stage, tmp_path / f"{audience}-{seed}", audience, 1)
        for place, said, expected in recount(files, found, public=audience == Audience.PUBLIC):
            assert said == expected, (seed, place)
            numbers += 1
        _same_in_every_file(files)
    assert numbers > 20 * SETS


def _same_in_every_file(files: Files) -> None:
    assert files.json["records"] == files.ndjson[:-1]
    flat = {
        (f["key"], f["item"] or None, t["grouping"], r["group"] or None, o["key"]): (r["base"], r["answered"], o["count"])
        for f in files.records("figure") for t in f["tables"] for r in t["rows"] for o in r.get("options", ())
    }  # fmt: skip
    rows = [row for row in next(iter(files.xlsx.values())) if row["Antwort"] is not None]
    in_sheet = {
        (row["Feld"], row["Zeile"], row["Gliederung"], row["Gruppe"], row["Antwort"]): (
            row["Grundlage"], row["geantwortet"], row["Anzahl"],
        )
        for row in rows
    }  # fmt: skip
    assert in_sheet == flat
    answers = Counter(row["field"] for row in files.csv)
    in_records = Counter(key for record in files.records("response") for key in record["answers"])
    assert set(answers) == set(in_records)


def test_internal_figures_are_those_of_the_answers_in_the_same_file(stage: Stage, tmp_path: Path) -> None:
    """Nothing but the file: its answers counted, its figures compared."""
    for seed in range(SETS):
        found = houses(random.Random(9000 + seed), stage)
        with played(stage) as session:
            write(session, stage, found)
            files, _ = exported(session, stage, tmp_path / str(seed), Audience.INTERNAL, 1, ("ndjson",))
        in_file = [
            House(
                record["sender"]["name"],
                {name: record["sender"][name] for name in ("kind", "state", "size_class", "ars")},
                record["answers"],
                {},
                nil_return=record["nil_return"],
            )
            for record in files.records("response")
        ]
        assert len(in_file) == len(found)
        for place, said, expected in recount(files, in_file, public=False):
            assert said == expected, (seed, place)


# -- what the published tables betray ----------------------------------------------------------------------------------
def betrayed(editions: list[tuple[Files, list[House]]], minimum: int) -> Iterator[str]:
    """For every question: all its published rows of all editions as equations over the answers that stay hidden."""
    parts = parts_of(editions[0][0])
    places = {(f["key"], f["item"]) for files, _ in editions for f in files.records("figure") if f["key"] in FIELDS}
    for key, item in sorted(places):
        tables = [
            [t for f in files.records("figure") if (f["key"], f["item"]) == (key, item) for t in f["tables"]]
            for files, _ in editions
        ]
        shown = sorted({table["grouping"] for found in tables for table in found})
        for view in [shown, *([grouping] for grouping in shown)] if shown else []:
            equations, answers = _puzzle(editions, tables, parts, (key, item), view)
            yield from (f"{key}.{item} {view}: {leak}" for leak in leaks.found(equations, answers, minimum))


def _puzzle(
    editions: list[tuple[Files, list[House]]], tables: list[list[dict[str, Any]]], parts: dict[str, str],
    place: tuple[str, str], view: list[str],
) -> tuple[list[Equation], list[Answer]]:  # fmt: skip
    key, item = place
    known: dict[Answer, set[str]] = {}
    counted: list[list[tuple[House, Answer]]] = []
    for _, found in editions:
        here = []
        for house in found:
            if house.nil_return or level_of(house, parts[key]) == "none":
                continue
            value = value_of(house, key, item)
            choices = () if value is None else tuple(map(str, value)) if isinstance(value, list) else (str(value),)
            answer = Answer(str(house.response), choices, value is not None)
            told = {grouping for grouping in view if _is_told(house, grouping, parts, key)}
            known.setdefault(answer, set()).update(told)
            here.append((house, answer))
        counted.append(here)
    numbers = {answer: number for number, answer in enumerate(known)}
    equations = [
        frozenset(
            numbers[answer] for house, answer in here
            if known[answer] != set(view) and row["group"] in group_of(house, table["grouping"], parts, public=True)
        )
        for here, found in zip(counted, tables, strict=True) for table in found for row in table["rows"]
    ]  # fmt: skip
    return equations, list(numbers)


def _is_told(house: House, grouping: str, parts: dict[str, str], key: str) -> bool:
    """Whether the answer is published together with this dimension: the Land only with the name, an answer of another part
    only where both carry it.
    """
    level = level_of(house, parts[key])
    if grouping == "state":
        return level == "named"
    if grouping.startswith("by:"):
        other = grouping.removeprefix("by:")
        enough = ("named", "described") if parts[other].rstrip("!") == parts[key].rstrip("!") else ("named",)
        return level in enough and level_of(house, parts[other]) in enough
    return level in ("named", "described")


@pytest.mark.parametrize("count", [1, 2])
def test_no_combination_of_published_tables_betrays_a_hidden_part(stage: Stage, tmp_path: Path, count: int) -> None:
    shown = refused = 0
    for seed in range(SETS):
        chance = random.Random(5000 + seed)
        found, editions = houses(chance, stage), list[tuple[Files, list[House]]]()
        with played(stage) as session:
            for number in range(1, count + 1):
                write(session, stage, found, again=number > 1)
                folder = tmp_path / f"{count}-{seed}"
                files, snapshot = exported(session, stage, folder, Audience.PUBLIC, number, ("ndjson",))
                if snapshot.problems:
                    refused += 1
                    break
                editions.append((files, found))
                found = goes_on(chance, found, stage)
        shown += sum(len(f["tables"]) for files, _ in editions for f in files.records("figure"))
        assert list(betrayed(editions, 5)) == [], seed
    assert shown > 5 * SETS, "the test looks at nothing"
    assert refused <= SETS // 2


def test_the_search_finds_what_an_unprotected_edition_betrays(stage: Stage, tmp_path: Path) -> None:
    found = houses(random.Random(1), stage)
    with played(stage) as session:
        write(session, stage, found)
        files, _ = exported(session, stage, tmp_path, Audience.INTERNAL, 1, ("ndjson",))
    assert len(list(betrayed([(files, found)], 5))) > 10


# -- who took part -----------------------------------------------------------------------------------------------------
def test_no_row_of_participation_betrays_whether_a_body_took_part_that_is_not_named(
    stage: Stage, tmp_path: Path
) -> None:
    shown = 0
    for seed in range(SETS):
        found = houses(random.Random(7000 + seed), stage)
        with played(stage) as session:
            write(session, stage, found)
            files, _ = exported(session, stage, tmp_path / str(seed), Audience.PUBLIC, 1, ("ndjson", "json"))
        [record] = files.records("participation")
        by_key = {house.register["ars"]: house for house in found}
        named = {r["sender"]["ars"] for r in files.records("participant")}
        named |= {r["sender"]["ars"] for r in files.records("response") if r["sender"]["level"] == "named"}
        for row in record["bodies"]:
            if row["grouping"] == "total":
                assert row["submitted"] + row["nil_returns"] == len(found)
                continue
            shown += 1
            there = [h for h in found if row["group"] in group_of(h, row["grouping"], {}, public=True)]
            assert row["submitted"] + row["nil_returns"] == len(there), (seed, row)
            silent = row["invited"] - len(there)
            unnamed = [h for h in there if h.register["ars"] not in named]
            hidden = silent + len(unnamed)
            assert hidden == 0 or hidden >= 5, (seed, row)
            assert not (unnamed and not silent), (seed, row, "all that are not named took part")
        assert set(named) <= set(by_key)
        assert not any("state" in row for row in record["bodies"])
    assert shown > SETS


def test_names_given_later_that_leave_too_few_hidden_in_an_earlier_row_stop_the_next_edition(
    stage: Stage, tmp_path: Path
) -> None:
    """An edition that is out cannot be taken back, so those who now want to be named have to wait."""
    tried = 0
    for seed in range(SETS):
        found = [
            replace(house, levels=dict.fromkeys(house.levels, "figures"))
            for house in houses(random.Random(7000 + seed), stage)
        ]
        with played(stage) as session:
            write(session, stage, found)
            files, _ = exported(session, stage, tmp_path / str(seed), Audience.PUBLIC, 1, ("ndjson",))
            [record] = files.records("participation")
            for row in record["bodies"]:
                there = [h for h in found if row["group"] in group_of(h, row["grouping"], {}, public=True)]
                if row["grouping"] == "total" or not 5 <= row["invited"] < 5 + len(there):
                    continue
                now_named = {house.response for house in there[: row["invited"] - 4]}
                given = [
                    replace(h, levels=h.levels | {"participant": "named"}) if h.response in now_named else h
                    for h in found
                ]
                write(session, stage, given, again=True)
                _, snapshot = exported(session, stage, tmp_path / str(seed), Audience.PUBLIC, 2, ("ndjson",))
                assert "participation" in {problem["field"] for problem in snapshot.problems}, (seed, row)
                tried += 1
                break
    assert tried > 0, "the test looks at nothing"


LANDS = {
    "BY": "Bayern",
    "HH": "Hamburg",
    "NI": "Niedersachsen",
    "SH": "Schleswig-Holstein",
    "not_stated": "ohne Angabe",
}
"""As a spreadsheet says it."""


def test_the_files_say_the_same_of_participation(stage: Stage, tmp_path: Path) -> None:
    found = houses(random.Random(3), stage)
    with played(stage) as session:
        write(session, stage, found)
        files, _ = exported(session, stage, tmp_path, Audience.PUBLIC, 1)
    [record] = files.records("participation")
    sheet = files.xlsx["Beteiligung"]
    total = next(row for row in sheet if row["Land"] is row["Größenklasse"] is row["Art"] is None)
    assert total["eingeladen"] == next(r for r in record["bodies"] if r["grouping"] == "total")["invited"]
    states = {row["Land"]: row["Stellungnahmen"] for row in sheet if row["Land"]}
    shown = {row["group"]: row["submitted"] for row in record["bodies"] if row["grouping"] == "state"}
    told = {LANDS.get(land, land): count for land, count in shown.items()}
    assert states == told | {LANDS[land]: "–" for land in record["suppressed"].get("bodies:state", ())}
    assert json.dumps(record)
