"""The figures in documents are those of the answers: counted again from the files, and in SQL."""

from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from consultation.core.db import Database
from consultation.documents import records
from consultation.documents.formats.json import schema
from consultation.documents.models import Edition
from consultation.evaluation.models import Contribution
from consultation.responses.models import AnswerFact, Response
from consultation.states import Audience
from tests import edition_world as worlds
from tests.documents import readers


@pytest.fixture
def weighed(db: Database) -> worlds.Weighed:
    return worlds.weighed(db, count=20)


def lines(documents: Path, edition: Edition) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in worlds.path_of(documents, edition, "ndjson").read_bytes().splitlines()]


def of_type(found: list[dict[str, Any]], type_: str) -> list[dict[str, Any]]:
    return [record for record in found if record["type"] == type_]


def totals(found: list[dict[str, Any]]) -> Counter[tuple[str, str, str]]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for figure in of_type(found, "figure"):
        for row in [row for table in figure["tables"] if table["grouping"] == "total" for row in table["rows"]]:
            counts.update({(figure["key"], figure["item"], o["key"]): o["count"] for o in row.get("options", ())})
            if row.get("cannot_judge"):
                counts[figure["key"], figure["item"], "cannot_judge"] = row["cannot_judge"]
    return +counts


def test_every_figure_equals_a_count_in_sql(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    edition = worlds.compiled(db, weighed, tmp_path / "documents", Audience.INTERNAL)
    with db.reader() as session:
        columns = (AnswerFact.question, AnswerFact.item, AnswerFact.option)
        counted = select(*columns, func.count()).where(AnswerFact.option != "").group_by(*columns)
        in_sql = Counter({(q, i, o): n for q, i, o, n in session.execute(counted)})
    assert totals(lines(tmp_path / "documents", edition)) == in_sql


def test_every_figure_can_be_counted_again_from_the_answers_in_the_same_file(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    edition = worlds.compiled(db, weighed, tmp_path / "documents", Audience.INTERNAL)
    found = lines(tmp_path / "documents", edition)
    again: Counter[tuple[str, str, str]] = Counter()
    for response in of_type(found, "response"):
        for key in ("need_fit", "would_use", "prior_experience", "affected"):
            if key in response["answers"]:
                again[key, "", str(response["answers"][key])] += 1
        for section, view in response["answers"].get("section_agreement", {}).items():
            again["section_agreement", section, view] += 1
    expected = {place: n for place, n in totals(found).items() if place[0] in {key for key, _, _ in again}}
    assert again == expected


def test_points_participants_and_answers_are_complete(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    edition = worlds.compiled(db, weighed, tmp_path / "documents", Audience.INTERNAL)
    found = lines(tmp_path / "documents", edition)
    with db.reader() as session:
        counts = Response.counted_revision_id == Contribution.revision_id
        supporters = func.count(func.distinct(Contribution.organisation_id))
        points = select(Contribution.point_id, supporters).join(Response, counts).group_by(Contribution.point_id)
        in_sql = sorted(n for _, n in session.execute(points))
        answers = session.scalar(select(func.count()).where(Response.counted_revision_id.is_not(None)))
    assert sorted(point["supporters"]["count"] for point in of_type(found, "point")) == in_sql
    assert len(of_type(found, "response")) == len(of_type(found, "participant")) == answers


def test_the_spreadsheet_says_the_same_as_the_records(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    edition = worlds.compiled(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    found = lines(tmp_path / "documents", edition)
    book = load_workbook(worlds.path_of(tmp_path / "documents", edition, "xlsx"))
    rows = [list(sheet.values) for sheet in book.worksheets]
    figures, points = rows[1], rows[3]
    again = Counter(
        {(row[0], row[2] or "", row[12]): row[14] for row in figures[1:] if row[4] == "total" and row[12] is not None}
    )
    expected = {place: n for place, n in totals(found).items() if place[2] != "cannot_judge"}
    assert +again == expected
    assert [(row[0], row[5]) for row in points[1:]] == [(p["number"], p["text"]) for p in of_type(found, "point")]


@pytest.mark.parametrize("audience", list(Audience))
def test_records_are_as_their_schema_says(
    db: Database, weighed: worlds.Weighed, tmp_path: Path, audience: Audience
) -> None:
    edition = worlds.compiled(db, weighed, tmp_path / "documents", audience)
    check = jsonschema_rs.validator_for(records.schema())
    for record in lines(tmp_path / "documents", edition):
        check.validate(record)
    whole = orjson.loads(worlds.path_of(tmp_path / "documents", edition, "json").read_bytes())
    jsonschema_rs.validator_for(schema()).validate(whole)


def test_every_readable_format_has_the_same_headings_and_the_key_figures(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    edition = worlds.compiled(db, weighed, tmp_path / "documents", Audience.INTERNAL)
    found = {
        name: readers.read(worlds.path_of(tmp_path / "documents", edition, name))
        for name in ("html", "pdf", "docx", "odt")
    }
    headings = found["html"].headings
    assert [text for level, text in headings if level == 1][:2] == ["1 Das Wichtigste in Kürze", "2 Beteiligung"]
    for name, read in found.items():
        assert read.headings == headings, name
        assert readers.squeezed("Geantwortet: 21") in readers.squeezed(read.text), name
