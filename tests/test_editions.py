"""Editions: frozen at a data cut, compiled whole or not at all, published once, seen by those who may."""

import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select, update

from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound, NotReady
from consultation.core.jobs import Job
from consultation.documents import editions, queries
from consultation.documents.folders import HIDDEN, MANIFEST, SNAPSHOT, folder_of
from consultation.documents.formats import FORMATS
from consultation.documents.models import Edition, EditionFile
from consultation.states import Audience, ConsultationState, EditionState, Visibility
from consultation.subjects import Actor, stranger, system
from tests import edition_world as worlds
from tests import factories
from tests.documents import tagged_pdf
from tests.edition_world import AFTER

DATA = ("json", "csv", "ndjson", "html")


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def weighed(db: Database) -> worlds.Weighed:
    return worlds.weighed(db, count=12)


def test_an_edition_is_compiled_in_every_format_with_sizes_and_hashes(
    db: Database, weighed: worlds.Weighed, documents: Path
) -> None:
    edition = worlds.compiled(db, weighed, documents, Audience.PUBLIC)
    assert edition.state == EditionState.COMPILED
    assert (edition.number, edition.progress, edition.error) == (1, 100, "")
    assert {file.format for file in edition.files} == set(FORMATS)
    manifest = orjson.loads((folder_of(documents, edition.id) / MANIFEST).read_bytes())
    for file in edition.files:
        path = queries.file_path(documents, edition, file.name)
        assert path.stat().st_size == file.size > 0
        assert {"format": file.format, "name": file.name, "size": file.size, "sha256": file.sha256} in manifest["files"]
    assert manifest["snapshot"]["sha256"] == edition.snapshot_hash
    assert tagged_pdf.problems(worlds.path_of(documents, edition, "pdf")) == []


def test_the_hash_on_the_title_page_is_that_of_the_ndjson_without_its_last_line(
    db: Database, weighed: worlds.Weighed, documents: Path
) -> None:
    edition = worlds.compiled(db, weighed, documents, Audience.PUBLIC)
    *lines, last = worlds.path_of(documents, edition, "ndjson").read_bytes().splitlines(keepends=True)
    assert orjson.loads(last) == {"type": "end", "count": len(lines)}
    assert worlds.sha256(b"".join(lines)) == edition.snapshot_hash
    assert f"sha256:{edition.snapshot_hash}" in worlds.path_of(documents, edition, "html").read_text()


def test_the_same_edition_compiled_again_says_the_same(db: Database, weighed: worlds.Weighed, documents: Path) -> None:
    edition = worlds.compiled(db, weighed, documents, Audience.PUBLIC)
    before = {name: worlds.path_of(documents, edition, name).read_bytes() for name in DATA}
    with db.transaction() as session:
        session.execute(update(Edition).where(Edition.id == edition.id).values(state=EditionState.COMPILING))
        for file in session.scalars(select(EditionFile)):
            session.delete(file)
    editions.compile_edition(db, documents, edition.id, AFTER)
    again = worlds.read(db, edition)
    assert {name: worlds.path_of(documents, again, name).read_bytes() for name in DATA} == before
    assert (again.snapshot_hash, again.outline_hash) == (edition.snapshot_hash, edition.outline_hash)


def test_a_finished_edition_is_not_touched_by_its_job(db: Database, weighed: worlds.Weighed, documents: Path) -> None:
    edition = worlds.compiled(db, weighed, documents, Audience.INTERNAL)
    path = worlds.path_of(documents, edition, "pdf")
    written = path.stat().st_mtime_ns
    editions.compile_edition(db, documents, edition.id, AFTER + timedelta(days=1))
    assert path.stat().st_mtime_ns == written
    assert worlds.read(db, edition).data_cut == AFTER


class PowerCut(BaseException):
    """Not an exception that any program catches."""


@pytest.mark.parametrize(("fault", "state"), [(RuntimeError, EditionState.FAILED), (PowerCut, EditionState.COMPILING)])
def test_a_fault_while_compiling_leaves_no_half_edition_and_another_attempt_works(
    db: Database, weighed: worlds.Weighed, documents: Path, fault: type[BaseException], state: EditionState
) -> None:
    def stop(percent: int) -> None:
        if percent > 50:
            raise fault("out")

    with db.transaction() as session:
        edition = editions.start(session, weighed.planner, weighed.world.slug, Audience.PUBLIC)
    with pytest.raises(fault):
        editions.compile_edition(db, documents, edition.id, AFTER, stop)
    left = worlds.read(db, edition)
    assert left.state == state
    assert left.files == []
    assert list(documents.iterdir()) == []
    if state == EditionState.FAILED:
        assert "RuntimeError" in left.error
        with db.transaction() as session:
            editions.retry(session, weighed.planner, edition.id)
    editions.compile_edition(db, documents, edition.id, AFTER)
    whole = worlds.read(db, edition)
    assert whole.state == EditionState.COMPILED
    assert len(whole.files) == len(FORMATS)


def test_what_a_dead_process_left_is_thrown_away(db: Database, weighed: worlds.Weighed, documents: Path) -> None:
    with db.transaction() as session:
        edition = editions.start(session, weighed.planner, weighed.world.slug, Audience.INTERNAL)
    for folder in (documents / f".{edition.id}-dead", folder_of(documents, edition.id)):
        folder.mkdir(parents=True)
        (folder / "half.pdf").write_text("half")
    editions.compile_edition(db, documents, edition.id, AFTER)
    assert [path.name for path in documents.iterdir()] == [str(edition.id)]
    assert not (folder_of(documents, edition.id) / "half.pdf").exists()


def test_publishing_publishes_the_consultation_too_and_tells_the_invited(
    db: Database, weighed: worlds.Weighed, documents: Path
) -> None:
    edition = worlds.compiled(db, weighed, documents, Audience.PUBLIC)
    with db.transaction() as session:
        editions.publish(session, weighed.planner, edition.id, documents, texts_checked=True)
    with db.reader() as session:
        assert session.scalars(select(Consultation.state)).one() == ConsultationState.PUBLISHED
        assert session.scalar(select(func.count()).where(Job.kind == "edition.published")) == 1
        assert queries.by_number(session, stranger(AFTER), weighed.world.slug, 1).published_at == AFTER


def test_an_internal_edition_is_never_published(db: Database, weighed: worlds.Weighed, documents: Path) -> None:
    edition = worlds.compiled(db, weighed, documents, Audience.INTERNAL)
    with db.transaction() as session, pytest.raises(NotReady):
        editions.publish(session, weighed.planner, edition.id, documents, texts_checked=True)


def test_an_edition_that_was_never_compared_with_a_later_one_is_not_published(
    db: Database, weighed: worlds.Weighed, documents: Path
) -> None:
    first, second = (worlds.compiled(db, weighed, documents, Audience.PUBLIC) for _ in range(2))
    later = replace(weighed.planner, moment=AFTER + timedelta(hours=1))
    with db.transaction() as session:
        editions.publish(session, later, first.id, documents, texts_checked=True)
    with db.transaction() as session, pytest.raises(NotReady):
        editions.publish(session, later, second.id, documents, texts_checked=True)


def test_other_filters_than_those_of_a_published_edition_are_refused_when_an_edition_is_begun(
    db: Database, weighed: worlds.Weighed, documents: Path
) -> None:
    towns = {"kinds": ["municipality"]}
    first = worlds.compiled(db, weighed, documents, Audience.PUBLIC, filters=towns)
    with db.transaction() as session:
        editions.publish(session, weighed.planner, first.id, documents, texts_checked=True)

    def begin(audience: Audience, filters: dict[str, list[str]]) -> None:
        with db.transaction() as session:
            editions.start(session, weighed.planner, weighed.world.slug, audience, filters=filters)

    with pytest.raises(Invalid) as refused:
        begin(Audience.PUBLIC, {"size_classes": ["large_city"]})
    said = {problem.field: str(problem.message) for problem in refused.value.problems}
    assert "Ausgabe 1 ist veröffentlicht, und dort ist hier gewählt: nichts." in said["size_classes"]
    assert "dort ist hier gewählt: Gemeinde" in said["kinds"]
    assert "Wählen Sie dasselbe." in said["kinds"]
    begin(Audience.INTERNAL, {})
    begin(Audience.PUBLIC, towns | {"points": ["decided"]})


def test_an_edition_that_was_begun_with_other_filters_before_another_came_out_is_not_published(
    db: Database, weighed: worlds.Weighed, documents: Path
) -> None:
    first = worlds.compiled(db, weighed, documents, Audience.PUBLIC)
    with db.transaction() as session:
        towns = {"kinds": ["municipality"]}
        begun = editions.start(session, weighed.planner, weighed.world.slug, Audience.PUBLIC, filters=towns)
    with db.transaction() as session:
        editions.publish(session, weighed.planner, first.id, documents, texts_checked=True)
    editions.compile_edition(db, documents, begun.id, AFTER)
    second = worlds.read(db, begun)
    assert [problem.field for problem in second.refusals] == ["filters"]
    later = replace(weighed.planner, moment=AFTER + timedelta(hours=1))
    with db.transaction() as session, pytest.raises(NotReady):
        editions.publish(session, later, second.id, documents, texts_checked=True)


def test_a_public_edition_is_not_limited_to_what_would_betray_a_land(db: Database, weighed: worlds.Weighed) -> None:
    for filters, field in (({"states": ["SH"]}, "states"), ({"kinds": ["city_state", "county"]}, "kinds"),
                           ({"kinds": ["independent_city"]}, "kinds"), ({"towns": ["x"]}, "filters")):  # fmt: skip
        with db.transaction() as session, pytest.raises(Invalid) as refused:
            editions.start(session, weighed.planner, weighed.world.slug, Audience.PUBLIC, filters=filters)
        assert [problem.field for problem in refused.value.problems] == [field]
    for filters in (
        {"kinds": ["city_state", "independent_city"]},
        {"size_classes": ["large_city"]},
        {"points": ["decided"]},
    ):
        with db.transaction() as session:
            editions.start(session, weighed.planner, weighed.world.slug, Audience.PUBLIC, filters=filters)
    with db.transaction() as session:
        editions.start(session, weighed.planner, weighed.world.slug, Audience.INTERNAL, filters={"states": ["SH"]})


@pytest.mark.parametrize("audience", Audience)
def test_an_edition_limited_to_sections_and_decided_points_says_so_and_its_figures_are_whole(
    db: Database, weighed: worlds.Weighed, documents: Path, audience: Audience
) -> None:
    key = weighed.world.sections["§ 7"]
    whole = worlds.compiled(db, weighed, documents, audience)
    part = worlds.compiled(db, weighed, documents, audience, filters={"sections": [key], "points": ["decided"]})
    lines = [
        [orjson.loads(line) for line in worlds.path_of(documents, one, "ndjson").read_bytes().splitlines()]
        for one in (whole, part)
    ]
    assert lines[1][0]["filters"] | {"sections": [], "points": []} == lines[0][0]["filters"]
    assert (lines[1][0]["filters"]["sections"], lines[1][0]["filters"]["points"]) == ([key], ["decided"])
    shown = [record for record in lines[1] if record["type"] == "point"]
    assert {(point["section"], point["state"]) for point in shown} <= {(key, "decided")}
    figures = [[record for record in found if record["type"] in ("figures", "figure")] for found in lines]
    assert figures[0] == figures[1]
    html = worlds.path_of(documents, part, "html").read_text()
    assert "Einzelpunkte nur zu: § 7" in html
    assert "nur entschiedene Einzelpunkte" in html
    assert "Vorschrift § 11" not in html.split("Synopse")[-1].split("Anhang")[0]
    assert part.counts["points"] == len(shown)
    assert whole.counts["points"] > part.counts["points"]
    assert whole.counts["answers"] == part.counts["answers"]


def test_public_editions_need_the_evaluation_internal_ones_the_announcement(
    db: Database, weighed: worlds.Weighed
) -> None:
    for state, refused in (
        (ConsultationState.DRAFT, {Audience.PUBLIC, Audience.INTERNAL}),
        (ConsultationState.ANNOUNCED, {Audience.PUBLIC}),
        (ConsultationState.CANCELLED, {Audience.PUBLIC, Audience.INTERNAL}),
    ):
        with db.transaction() as session:
            session.execute(update(Consultation).values(state=state))
        for audience in refused:
            with db.transaction() as session, pytest.raises(Conflict):
                editions.start(session, weighed.planner, weighed.world.slug, audience)


def test_only_planners_start_editions(db: Database, weighed: worlds.Weighed) -> None:
    with db.transaction() as session:
        town = next(iter(weighed.world.actors.values()))
        with pytest.raises(Forbidden):
            editions.start(session, town, weighed.world.slug, Audience.INTERNAL)


def test_who_sees_an_edition_is_the_same_in_the_rule_and_in_sql(
    db: Database, weighed: worlds.Weighed, documents: Path
) -> None:
    for audience in Audience:
        worlds.compiled(db, weighed, documents, audience)
    with db.transaction() as session:
        other = factories.planning_organisation(session, "Andere Stiftung")
        strangers = factories.member(session, other, factories.PLANNING_ROLES, moment=AFTER)
    actors = (weighed.planner, next(iter(weighed.world.actors.values())), strangers, stranger(AFTER))
    for consultation_state in ConsultationState:
        for visibility in Visibility:
            for state in EditionState:
                with db.transaction() as session:
                    session.execute(update(Consultation).values(state=consultation_state, visibility=visibility))
                    session.execute(update(Edition).values(state=state))
                for actor in actors:
                    _assert_twins(db, actor, weighed)


def _assert_twins(db: Database, actor: Actor, weighed: worlds.Weighed) -> None:
    with db.reader() as session:
        seen = set(session.scalars(queries.visible(actor).with_only_columns(Edition.id)))
        everything = queries.of_consultation(session, system(AFTER), weighed.world.consultation_id)
        for edition in everything:
            if actor.organisation_id in weighed.world.bodies.values():
                edition.consultation.invited = frozenset({actor.organisation_id})  # type: ignore[arg-type]  # it has one
            assert queries.VIEW_EDITION(actor, edition) == (edition.id in seen)


@pytest.mark.parametrize("name", ["../../secret_key", "..", "", "/etc/passwd", MANIFEST, SNAPSHOT, HIDDEN])
def test_only_files_in_the_list_can_be_read(db: Database, weighed: worlds.Weighed, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret_key").write_text("secret")
    edition = worlds.compiled(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    with pytest.raises(NotFound):
        queries.file_path(tmp_path / "documents", edition, name)


def test_copied_files_hold_nothing_that_is_not_handed_out(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    edition = worlds.compiled(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    copied = {path.name for path in editions.copy_files(db, tmp_path / "documents", edition.id, tmp_path / "out")}
    assert copied == {MANIFEST, SNAPSHOT, *(file.name for file in edition.files)}


def test_an_unknown_edition_is_not_found(db: Database) -> None:
    with db.reader() as session, pytest.raises(NotFound):
        queries.get(session, system(AFTER), uuid.uuid4())
