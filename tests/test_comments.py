"""Comments on single answers: only the own house reads them, in no document, in no log of the consultation, and not for ever."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound
from consultation.core.history import HistoryEntry
from consultation.documents import procedure, receipt
from consultation.responses import actions, comments
from consultation.responses.desk import open_desk
from consultation.responses.models import AnswerComment, Response, ResponseNote
from consultation.states import ConsultationState, Role
from consultation.subjects import Actor, system
from consultation.worker import sweep
from tests import evaluation_world as small
from tests import factories
from tests.desk_world import TOWN, Scene, filled
from tests.desk_world import scene as make_scene

SECRET = "Das sagt die Kämmerei nur uns."
NEIGHBOUR = "020000000000"


@pytest.fixture
def scene(db: Database) -> Scene:
    return make_scene(db)


def written(scene: Scene) -> tuple[Actor, Response]:
    with scene.db.transaction() as session:
        response = small.write(
            session, scene.world, TOWN, {"mandate.kind": "administration", "main_message": "Einfacher."}
        )
        return scene.world.actors[scene.world.bodies[TOWN]], response


def said(scene: Scene, actor: Actor, response: Response, text: str = SECRET) -> AnswerComment:
    with scene.db.transaction() as session:
        desk = open_desk(session, actor, response.id)
        return comments.write(session, actor, desk, "main_message", "", text)


def test_colleagues_talk_about_one_answer_and_settle_it(scene: Scene) -> None:
    actor, response = written(scene)
    first = said(scene, actor, response)
    with scene.db.transaction() as session:
        desk = open_desk(session, actor, response.id)
        comments.answer(session, actor, desk, first.id, "Stimmt, ich ändere es.")
        comments.resolve(session, actor, desk.response, first.id)
        with pytest.raises(Conflict):
            comments.resolve(session, actor, desk.response, first.id)
    with scene.db.transaction() as session:
        (thread,) = comments.threads(session, actor, response.id)
        assert [one.text for one in (thread.comment, *thread.answers)] == [SECRET, "Stimmt, ich ändere es."]
        assert not thread.is_open
        comments.reopen(session, actor, open_desk(session, actor, response.id).response, first.id)
    with scene.db.reader() as session:
        assert comments.threads(session, actor, response.id)[0].is_open


def test_an_empty_comment_and_an_unknown_question_are_refused(scene: Scene) -> None:
    actor, response = written(scene)
    with scene.db.reader() as session:
        desk = open_desk(session, actor, response.id)
        with pytest.raises(Invalid):
            comments.write(session, actor, desk, "main_message", "", "  ")
        with pytest.raises(Invalid):
            comments.write(session, actor, desk, "main_message", "", "x" * 4001)
        with pytest.raises(NotFound):
            comments.write(session, actor, desk, "nothing_like_it", "", "Hallo")


def test_nobody_outside_the_house_reads_or_touches_a_comment(scene: Scene) -> None:
    actor, response = written(scene)
    first = said(scene, actor, response)
    with scene.db.transaction() as session:
        small.submit(session, scene.world, TOWN, {})
        stranger = small.somebody_of(session, scene.world, NEIGHBOUR)
    for other in (scene.world.planner, stranger, replace(actor, roles=frozenset({Role.MANAGER}))):
        with scene.db.reader() as session:
            assert comments.threads(session, other, response.id) == [] or other.organisation_id == actor.organisation_id
            own = open_desk(session, actor, response.id).response
            with pytest.raises(NotFound):
                comments.resolve(session, other, own, first.id)


def test_no_document_and_no_log_of_the_consultation_tells_of_comments(scene: Scene) -> None:
    actor, response = written(scene)
    said(scene, actor, response)
    with scene.db.transaction() as session:
        small.submit(session, scene.world, TOWN, {})
    with scene.db.reader() as session:
        paper = receipt.receipt(session, actor, response.id, 1)
        course = procedure.procedure(session, system(factories.MOMENT + timedelta(days=2)), scene.world.slug)
        lines = [str(row) for sheet in course.sheets for row in sheet.rows()]
        assert SECRET not in str(list(paper.nodes()))
        assert lines
        assert not any("comment" in line or SECRET in line for line in lines)
        entries = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "comment")).all()
        assert [entry.consultation_id for entry in entries] == [None]
        assert SECRET not in str([entry.details for entry in entries])


def test_after_submitting_nobody_comments_any_more(scene: Scene) -> None:
    actor, response = written(scene)
    with scene.db.transaction() as session:
        small.submit(session, scene.world, TOWN, {})
    with pytest.raises(Forbidden):
        said(scene, actor, response)
    with scene.db.transaction() as session:
        actions.reopen(session, actor, response.id)
    said(scene, actor, response)


def test_comments_go_when_the_procedure_is_over_and_never_stay_longer_than_two_years(scene: Scene) -> None:
    actor, response = written(scene)
    first = said(scene, actor, response)
    with scene.db.transaction() as session:
        comments.answer(session, actor, open_desk(session, actor, response.id), first.id, "Ja.")

    def left() -> int:
        with scene.db.reader() as session:
            return session.scalar(select(func.count()).select_from(AnswerComment)) or 0

    sweep(scene.db, actor.moment + timedelta(days=729))
    assert left() == 2
    sweep(scene.db, actor.moment + timedelta(days=731))
    assert left() == 0
    said(scene, actor, response)
    with scene.db.transaction() as session:
        session.get_one(Consultation, scene.world.consultation_id).state = ConsultationState.ARCHIVED
    sweep(scene.db, actor.moment)
    assert left() == 0


def test_the_reasons_for_returning_an_answer_go_with_the_comments(scene: Scene) -> None:
    """They are said inside the house, and may name people."""
    actor, response = written(scene)
    with scene.db.transaction() as session:
        session.add(
            ResponseNote(response_id=response.id, text="Bitte Frau X fragen.", person_id=None, moment=actor.moment)
        )
        old = actor.moment - timedelta(days=731)
        session.add(ResponseNote(response_id=response.id, text="Zu alt.", person_id=None, moment=old))

    def left() -> list[str]:
        with scene.db.reader() as session:
            return list(session.scalars(select(ResponseNote.text)))

    sweep(scene.db, actor.moment)
    assert left() == ["Bitte Frau X fragen."]
    with scene.db.transaction() as session:
        session.execute(update(Consultation).values(state=ConsultationState.ARCHIVED))
    sweep(scene.db, actor.moment)
    assert left() == []


def test_the_review_page_shows_comments_and_the_return_lists_what_is_open(scene: Scene) -> None:
    writer = scene.somebody(Role.CONTRIBUTOR, name="Anna Schreibt")
    releaser = scene.somebody(Role.RELEASER, name="Bea Prüft")
    writer.get(scene.base)
    writer.post(f"{scene.base}/start")
    page = writer.get(f"{scene.base}/part/F?path=all")
    sent = filled(page.text, "/part/F?path=all") | {"main_message": "Bitte einfacher."}
    writer.post(f"{scene.base}/part/F?path=all", sent)
    page = writer.get(f"{scene.base}/part/A?path=all")
    sent = filled(page.text, "/part/A?path=all") | {"mandate.kind": "administration"}
    writer.post(f"{scene.base}/part/A?path=all", sent)
    writer.get(f"{scene.base}/review")
    empty = writer.post(f"{scene.base}/comments", {"question": "main_message", "text": ""})
    assert empty.status_code == 422
    assert 'href="#comment-main_message"' in empty.text
    writer.get(f"{scene.base}/review")
    done = writer.post(f"{scene.base}/comments", {"question": "main_message", "text": SECRET})
    assert SECRET in writer.follow(done).text
    writer.get(f"{scene.base}/review")
    whole = writer.follow(writer.post(f"{scene.base}/comments", {"question": "", "text": "Insgesamt gut."}))
    assert "Insgesamt gut." in whole.text
    writer.post(f"{scene.base}/ready")
    page = releaser.get(f"{scene.base}/review")
    assert "Mit der Rückgabe bleiben diese Kommentare offen:" in page.text
    assert page.text.count(SECRET) == 2
    assert "Anna Schreibt" in page.text


def test_every_level_is_explained_by_what_this_house_wrote(scene: Scene) -> None:
    writer = scene.somebody(Role.CONTRIBUTOR)
    writer.get(scene.base)
    writer.post(f"{scene.base}/start")
    page = writer.get(f"{scene.base}/part/F?path=all")
    sent = filled(page.text, "/part/F?path=all") | {"main_message": "Bitte einfacher."}
    writer.post(f"{scene.base}/part/F?path=all", sent)
    for path in ("/review", "/part/F?path=all"):
        text = writer.get(scene.base + path).text
        assert "Kiel (Schleswig-Holstein) schreibt: „Bitte einfacher.“" in text
        assert (
            "Eine Stelle (kreisfreie Stadt, Großstadt) schreibt: „Bitte einfacher.“ – ohne Namen und ohne Land." in text
        )
        assert "Ihr Text erscheint nicht." in text
