"""Hiding a passage: gone from everything public, kept inside, logged, told to whom it concerns, and lifted again."""

import uuid
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from consultation.core.db import Database
from consultation.core.errors import Forbidden, Invalid
from consultation.core.history import HistoryEntry
from consultation.documents.folders import SNAPSHOT, folder_of
from consultation.documents.frozen import Frozen
from consultation.evaluation import points, redactions
from consultation.evaluation import queries as evaluated
from consultation.evaluation.models import Contribution, Redaction
from consultation.responses import queries as responses
from consultation.responses.models import Response, Revision
from consultation.states import Audience, PointState, RedactionState
from consultation.subjects import system
from tests import edition_world as worlds
from tests import evaluation_world as small
from tests.documents import readers
from tests.edition_world import AFTER


@pytest.fixture
def weighed(db: Database) -> worlds.Weighed:
    return worlds.weighed(db, count=12)


def redact(
    db: Database, found: worlds.Weighed, body: str, place: str, passage: str, reason: str = "person", note: str = "",
) -> uuid.UUID:  # fmt: skip
    with db.transaction() as session:
        own = select(Response.id).where(Response.organisation_id == found.world.bodies[body])
        response = responses.get(session, system(AFTER), session.scalars(own).one())
        revision = session.get_one(Revision, response.counted_revision_id)
        written = next(one for one in redactions.texts_of(session, [revision])[revision.id] if one.place == place)
        planner = found.planner
        return redactions.redact(session, planner, response, revision, written, passage, reason=reason, note=note).id


def town(found: worlds.Weighed, number: int) -> str:
    return sorted(key for key in found.world.bodies if key.startswith(("01", "03", "09")) and len(key) == 12)[number]


def frozen(db: Database, found: worlds.Weighed, documents: Path, audience: Audience) -> Frozen:
    edition = worlds.compiled(db, found, documents, audience)
    return Frozen(folder_of(documents, edition.id) / SNAPSHOT)


def everything(snapshot: Frozen) -> str:
    return snapshot.path.read_text("utf-8")


def test_a_redacted_passage_is_hidden_in_public_and_marked_inside(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    marker = weighed.markers["named"][0]
    redact(db, weighed, town(weighed, 0), "main_message", marker.upper())
    public = frozen(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    assert marker not in everything(public)
    assert "Wir brauchen hier [geschwärzt] und mehr Zeit." in everything(public)
    assert '"main_message":"Hauptsache [geschwärzt]"' in everything(public)
    assert public.redactions == (1, 2)
    inside = frozen(db, weighed, tmp_path / "documents", Audience.INTERNAL)
    assert f"Hauptsache [geschwärzt: {marker}]" in everything(inside)
    assert f"Wir brauchen hier [geschwärzt: {marker}] und mehr Zeit." in everything(inside)


def test_every_format_says_how_many_passages_are_hidden(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    redact(db, weighed, town(weighed, 0), "main_message", weighed.markers["named"][0])
    edition = worlds.compiled(db, weighed, tmp_path / "documents", Audience.PUBLIC, language="en")
    folder = folder_of(tmp_path / "documents", edition.id)
    assert edition.counts["redacted"] == 1
    assert b'"redactions":1' in (folder / "manifest.json").read_bytes()
    for extension in ("html", "pdf", "docx", "odt"):
        text = readers.squeezed(readers.read(worlds.path_of(tmp_path / "documents", edition, extension)).text)
        assert readers.squeezed("Redacted passages: 1; places in the answers: 2.") in text, extension
        assert "[redacted]" in text, extension
    with zipfile.ZipFile(worlds.path_of(tmp_path / "documents", edition, "xlsx")) as book:
        cells = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
        assert "1 (places in the answers: 2)" in cells
        assert "[redacted]" in cells
    for extension in ("json", "ndjson"):
        text = worlds.path_of(tmp_path / "documents", edition, extension).read_text("utf-8")
        assert '{"passages":1,"places":2,"type":"redactions"}' in text
    table = worlds.path_of(tmp_path / "documents", edition, "csv").read_text("utf-8-sig").splitlines()
    assert table[0].endswith(";value;redacted")
    assert sum(int(line.rpartition(";")[2]) for line in table if "[redacted]" in line) == 2


def test_a_passage_is_hidden_in_later_revisions_and_in_equal_texts_of_others(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    """The town hands in the same words again, in another sentence; its neighbours had copied the rationale."""
    marker = weighed.markers["named"][1]
    redact(db, weighed, town(weighed, 1), "main_message", marker)
    redact(db, weighed, town(weighed, 1), "amendments/1/rationale", "Personal, das wir nicht haben")
    with db.transaction() as session:
        actor = small.somebody_of(session, weighed.world, town(weighed, 1))
        small.resubmit(session, weighed.world, actor, {"main_message": f"Neu, und doch {marker}."})
    public = frozen(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    assert marker not in everything(public)
    assert "Personal, das wir nicht haben" not in everything(public)
    assert "Neu, und doch [geschwärzt]." in everything(public)
    assert "Die Prüfung bindet [geschwärzt]." in everything(public)


def test_a_name_with_ss_is_hidden_however_it_is_spelled(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    """In capitals ß is SS, and some write ss for it: one redaction hides all of them, and the second is refused truly."""
    town_of_weiss = town(weighed, 0)
    said = "Frau Weiß sagt, was FRAU WEISS, FRAU WEIẞ und Frau Weiss sagen; die Weise bleibt."
    with db.transaction() as session:
        actor = small.somebody_of(session, weighed.world, town_of_weiss)
        small.resubmit(session, weighed.world, actor, {"main_message": said})
    redact(db, weighed, town_of_weiss, "main_message", "Frau Weiß")
    for spelled in ("FRAU WEISS", "Frau Weiss"):
        with pytest.raises(Invalid):
            redact(db, weighed, town_of_weiss, "main_message", spelled)
    public = everything(frozen(db, weighed, tmp_path / "documents", Audience.PUBLIC))
    mark = "[geschwärzt]"
    assert f"{mark} sagt, was {mark}, {mark} und {mark} sagen; die Weise bleibt." in public


def test_only_what_is_really_hidden_is_called_redacted_already(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    """ﬂ is one letter in what somebody copied out of a PDF: not the same words."""
    body = town(weighed, 0)
    with db.transaction() as session:
        actor = small.somebody_of(session, weighed.world, body)
        small.resubmit(session, weighed.world, actor, {"main_message": "Herr Kofler, auch Herr Koﬂer."})
    redact(db, weighed, body, "main_message", "Herr Kofler")
    redact(db, weighed, body, "main_message", "Herr Koﬂer")
    assert "[geschwärzt], auch [geschwärzt]." in everything(
        frozen(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    )


def test_the_wording_of_a_point_and_its_reply_repeat_no_hidden_passage(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    marker = weighed.markers["named"][2]
    with db.transaction() as session:
        said = session.scalars(
            select(Contribution).where(Contribution.original_text == f"Wir brauchen hier {marker} und mehr Zeit.")
        ).one()
        point = evaluated.get(session, weighed.planner, said.point_id)
        if point.state == PointState.DECIDED:
            point = points.reopen(session, weighed.planner, point.id)
        text = f"Mehr Zeit, wie {marker} sagt"
        point = points.edit(session, weighed.planner, point.id, text, version=point.version)
        points.decide(session, weighed.planner, point.id, "accepted", f"Dank an {marker}.", version=point.version)
    redact(db, weighed, town(weighed, 5), "main_message", marker)
    public = frozen(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    assert marker not in everything(public)
    assert "Mehr Zeit, wie [geschwärzt] sagt" in everything(public)
    assert "Dank an [geschwärzt]." in everything(public)


def test_a_lifted_redaction_counts_no_more_from_the_next_edition_on(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    marker = weighed.markers["named"][0]
    made = redact(db, weighed, town(weighed, 0), "main_message", marker)
    before = frozen(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    weighed.planner = replace(weighed.planner, moment=AFTER + timedelta(hours=1))
    with db.transaction() as session:
        redactions.lift(session, weighed.planner, weighed.world.consultation(session), made, reason="mistake")
    weighed.planner = replace(weighed.planner, moment=AFTER + timedelta(hours=2))
    after = frozen(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    assert (marker in everything(before), marker in everything(after)) == (False, True)
    assert after.redactions == (0, 0)
    with db.reader() as session:
        lines = session.scalars(select(HistoryEntry).where(HistoryEntry.subject_type == "redaction")).all()
        assert [(line.action, line.new) for line in lines] == [("redact", None), ("lift", "lifted")]
        assert all(marker not in str(line.details) for line in lines)
        assert session.get_one(Redaction, made).state == RedactionState.LIFTED


def test_half_a_word_is_never_left_standing(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    marker = weighed.markers["named"][0]
    redact(db, weighed, town(weighed, 0), "main_message", marker[3:8])
    text = everything(frozen(db, weighed, tmp_path / "documents", Audience.PUBLIC))
    assert "Hauptsache [geschwärzt]" in text
    assert marker not in text


@pytest.mark.parametrize(
    ("passage", "reason", "note", "field"),
    [
        ("steht nicht da", "person", "", "passage"), ("", "person", "", "passage"), ("...", "person", "", "passage"),
        ("Hauptsache", "weil", "", "reason"), ("Hauptsache", "other", " ", "note"),
    ],
)  # fmt: skip
def test_what_cannot_be_hidden_is_refused(
    db: Database, weighed: worlds.Weighed, passage: str, reason: str, note: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        redact(db, weighed, town(weighed, 0), "main_message", passage, reason, note)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_nobody_but_the_planners_of_the_programme_redacts(db: Database, weighed: worlds.Weighed) -> None:
    with db.transaction() as session:
        weighed.planner = small.somebody_of(session, weighed.world, town(weighed, 0))
    with pytest.raises(Forbidden):
        redact(db, weighed, town(weighed, 0), "main_message", weighed.markers["named"][0])
