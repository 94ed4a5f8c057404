"""Papers for one house: the receipt, the working copy, the letter with the code; and the course of the procedure."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from consultation.consultations import queries as consultations
from consultation.consultations.codes import code_of
from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.core.errors import NotFound
from consultation.core.history import HistoryEntry
from consultation.documents import letter, procedure, receipt, working_copy
from consultation.documents.formats import FORMATS, write_document
from consultation.responses.models import Response, Revision
from consultation.states import Purpose
from consultation.subjects import stranger, system
from tests import evaluation_world as small
from tests import factories
from tests.documents import readers, tagged_pdf

TOWN = "010510044000"
SECRET = b"s" * 32
ANSWERS = {
    "need_fit": 4, "need_fit.explanation": "Weil es vor Ort fehlt.", "burden_proof.hours": 40,
    "eligible_areas": ["noise", "broadband"],
    "main_message": "Bitte einfacher.",
}  # fmt: skip


@pytest.fixture
def world(db: Database) -> small.World:
    return small.standing(db)


def submitted(db: Database, world: small.World) -> Revision:
    with db.transaction() as session:
        amendment = {
            "section": world.sections["§ 7"], "kind": "replace", "text": "Zwölf Monate", "locator": "Abs. 2", "priority": "must",
        }  # fmt: skip
        agreement = {"section_agreement": {world.sections["§ 2"]: "with_changes"}, "amendments": {"1": amendment}}
        return small.submit(session, world, TOWN, ANSWERS | agreement)


def test_the_receipt_says_what_was_received_when_and_with_which_hash(
    db: Database, world: small.World, tmp_path: Path
) -> None:
    revision = submitted(db, world)
    with db.reader() as session:
        town = world.actors[world.bodies[TOWN]]
        outline = receipt.receipt(session, town, revision.response_id, 1)
        write_document(outline, "pdf", tmp_path / "receipt.pdf")
    assert tagged_pdf.problems(tmp_path / "receipt.pdf") == []
    text = readers.squeezed(readers.pdf(tmp_path / "receipt.pdf").text)
    for said in (
        revision.receipt_number, revision.content_hash, revision.entry_hash, "Weil es vor Ort fehlt.", "Zwölf Monate",
        "Bitte einfacher.", "stimme eher zu", "Zustimmung mit Änderungen", "03.03.2026, 10:00 Uhr", "Ausschreibende Stelle",
        "Entwurfsfassung",
    ):  # fmt: skip
        assert readers.squeezed(said) in text


def test_nobody_else_gets_a_receipt(db: Database, world: small.World) -> None:
    revision = submitted(db, world)
    with db.transaction() as session:
        other = small.somebody_of(session, world, "030510044001")
    with db.reader() as session:
        for actor in (other, stranger(factories.MOMENT)):
            with pytest.raises(NotFound):
                receipt.receipt(session, actor, revision.response_id, 1)
        assert receipt.receipt(session, world.planner, revision.response_id, 1).meta.title


@pytest.mark.parametrize("format_key", ["docx", "pdf"])
def test_a_working_copy_has_the_draft_boxes_and_lines(
    db: Database, world: small.World, tmp_path: Path, format_key: str
) -> None:
    with db.reader() as session:
        outline = working_copy.blank(session, world.planner, world.slug)
        write_document(outline, format_key, tmp_path / f"copy.{format_key}")
    text = readers.read(tmp_path / f"copy.{format_key}").text
    assert "☐" in text
    assert "☒" not in text
    assert "____" in text
    assert "Vorschrift § 7" in text.replace("\xa0", " ")


def test_a_working_copy_shows_what_the_house_has_written_so_far(
    db: Database, world: small.World, tmp_path: Path
) -> None:
    with db.transaction() as session:
        response = small.write(session, world, TOWN, ANSWERS)
        town = world.actors[world.bodies[TOWN]]
    with db.reader() as session:
        write_document(working_copy.filled(session, town, response.id), "docx", tmp_path / "copy.docx")
        with pytest.raises(NotFound):
            working_copy.filled(session, world.planner, response.id)
    text = readers.docx(tmp_path / "copy.docx").text
    assert text.count("☒") >= 3
    assert "Weil es vor Ort fehlt." in text


def test_a_letter_shows_address_deadline_and_code(db: Database, world: small.World, tmp_path: Path) -> None:
    with db.reader() as session:
        one = session.scalars(select(Invitation.id).where(Invitation.organisation_id == world.bodies[TOWN])).one()
        invitation = consultations.invitation(session, world.planner, one)
        for purpose in Purpose:
            invitation.purpose = purpose
            target = tmp_path / f"{purpose}.pdf"
            letter.write_letter(invitation, SECRET, "https://dienst.example", factories.MOMENT, target)
            assert tagged_pdf.problems(target) == []
            text = readers.squeezed(readers.pdf(target).text)
            for said in (code_of(SECRET, invitation), "Rathausplatz 1, 12345 Musterstadt", "30.04.2026, 24:00 Uhr"):
                assert readers.squeezed(said) in text
            asks = purpose == Purpose.FOR_COMMENT
            assert ("BitteumStellungnahme" in text) is asks
            assert ("Fehlanzeige" in text) is asks, "nobody who is only informed is asked for an answer"
            assert ("EineStellungnahmeerbittenwirvonIhnennicht" in text) is not asks


def test_a_letter_that_cannot_be_delivered_comes_back(db: Database, world: small.World, tmp_path: Path) -> None:
    with db.reader() as session:
        one = session.scalars(select(Invitation.id).where(Invitation.organisation_id == world.bodies[TOWN])).one()
        invitation = consultations.invitation(session, world.planner, one)
        programme, owner = invitation.consultation.programme, invitation.consultation.programme.owner.name
        for postal in ("", "Dienstgebäude Nord\nHauptstraße 1\n12345 Berlin"):
            programme.postal = postal
            letter.write_letter(invitation, SECRET, "https://dienst.example", factories.MOMENT, tmp_path / "letter.pdf")
            text = readers.squeezed(readers.pdf(tmp_path / "letter.pdf").text)
            assert text.count("Hauptstraße1") == (2 if postal else 0), "in the head, and above the address"
            assert (readers.squeezed(f"{owner} · Dienstgebäude Nord · Hauptstraße 1 · 12345 Berlin") in text) is bool(
                postal
            )
            assert tagged_pdf.problems(tmp_path / "letter.pdf") == []


def test_the_course_of_a_consultation_has_every_line_of_its_log(
    db: Database, world: small.World, tmp_path: Path
) -> None:
    submitted(db, world)
    with db.reader() as session:
        found = procedure.procedure(session, system(factories.MOMENT + timedelta(days=2)), world.slug)
        FORMATS["xlsx"].write(found, tmp_path / "log.xlsx")
        write_document(found.outline, "pdf", tmp_path / "log.pdf")
        lines = session.scalar(select(func.count()).where(HistoryEntry.consultation_id == world.consultation_id))
    sheet = load_workbook(tmp_path / "log.xlsx").worksheets[-1]
    assert sheet.max_row - 1 == lines
    text = readers.squeezed(readers.pdf(tmp_path / "log.pdf").text)
    assert readers.squeezed("zur Stellungnahme") in text
    assert "abgegeben" in text


def test_the_course_is_for_planners_only(db: Database, world: small.World) -> None:
    with db.transaction() as session:
        town = small.somebody_of(session, world, TOWN)
    with db.reader() as session, pytest.raises(NotFound):
        procedure.procedure(session, town, world.slug)


def test_a_receipt_of_an_unknown_revision_is_not_found(db: Database, world: small.World) -> None:
    revision = submitted(db, world)
    with db.reader() as session:
        town = world.actors[world.bodies[TOWN]]
        with pytest.raises(NotFound):
            receipt.receipt(session, town, revision.response_id, 2)
        with pytest.raises(NotFound):
            receipt.receipt(session, town, uuid.uuid4(), 1)
        assert session.scalar(select(func.count()).select_from(Response)) == 1
