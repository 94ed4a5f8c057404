"""What writing costs: as many statements for all sections of a draft as for one, and the draft itself is read once."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.responses import answering
from consultation.responses.answering import Posted
from tests.evaluation_world import World, somebody_of, standing

KIEL, HAMBURG = "010510000000", "020000000000"


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", note := lambda *said: asked.append(said[2]))
    yield asked
    event.remove(session.connection(), "before_cursor_execute", note)


def object_to(session: Session, scene: World, body: str, sections: list[str]) -> list[str]:
    """The statements it takes to object to these sections."""
    actor = somebody_of(session, scene, body)
    response = answering.start(session, actor, scene.consultation_id)
    session.expunge_all()
    with counted(session) as asked:
        posted = {"section_agreement": Posted(dict.fromkeys(sections, "no"), frozenset(sections))}
        saved = answering.answer(session, actor, response.id, posted)
    assert (saved.problems, saved.collisions) == ((), ())
    assert saved.desk.answers["section_agreement"].items() >= dict.fromkeys(sections, "no").items()
    return asked


def test_many_answers_are_written_with_as_many_statements_as_one(db: Database) -> None:
    scene = standing(db)
    sections = list(scene.sections.values())
    assert len(sections) > 3
    with db.transaction() as session:
        object_to(session, scene, KIEL, sections[:1])  # reads the draft and notes who writes
        one, many = object_to(session, scene, KIEL, sections[1:2]), object_to(session, scene, KIEL, sections[2:])
    assert len(one) == len(many)


def test_a_published_draft_is_read_once_however_many_write(db: Database) -> None:
    scene = standing(db)
    section = list(scene.sections.values())[:1]
    with db.transaction() as session:
        object_to(session, scene, KIEL, section)
        assert not [said for said in object_to(session, scene, HAMBURG, section) if "FROM section" in said]
