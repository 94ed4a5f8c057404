"""Two who write into one answer in the same moment: the second waits, and works with what the first has left."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from consultation.core.db import Database, hold_where
from consultation.responses import answering, disclosures, queries, submission
from consultation.responses.answering import Posted
from consultation.responses.desk import open_desk
from consultation.responses.models import Response
from consultation.responses.progress import progress_of
from tests.evaluation_world import somebody_of, standing, write
from tests.in_turn import in_turn

KIEL = "010510000000"


def test_a_page_that_is_saved_while_the_disclosure_is_changed_waits_for_its_turn(db: Database) -> None:
    scene, changed = standing(db), threading.Event()
    with db.transaction() as session:
        actor = somebody_of(session, scene, KIEL)
        response_id = answering.start(session, actor, scene.consultation_id).id

    def choose() -> None:
        with db.transaction() as session:
            disclosures.change(session, actor, open_desk(session, actor, response_id), {"C": "none"})
            changed.set()
            time.sleep(0.5)  # the other one comes before this is done

    def save() -> answering.Saved:
        assert changed.wait(10)
        with db.transaction() as session:
            return answering.answer(
                session, actor, response_id, {"publication": Posted({"C": "figures"}, frozenset({"C"}))}
            )

    with ThreadPoolExecutor(2) as both:
        first, second = both.submit(choose), both.submit(save)
        first.result()
        assert (second.result().problems, second.result().collisions) == ((), ())
    with db.reader() as session:
        kept = open_desk(session, actor, response_id).stored["publication", "C"]
    assert (kept.value, kept.version) == ("figures", 2)


def test_an_answer_that_was_cleared_and_written_anew_is_not_overwritten_by_an_old_page(db: Database) -> None:
    scene = standing(db)
    with db.transaction() as session:
        response_id = write(session, scene, KIEL, {"main_message": "eins"}).id
        actor = somebody_of(session, scene, KIEL)

    def save(value: str | None, seen: int, writer: str) -> answering.Saved:
        posted = {"main_message": Posted(value, versions={"": seen}, writer=writer)}
        with db.transaction() as session:
            return answering.answer(session, actor, response_id, posted)

    cleared = save(None, 1, "B")
    assert (cleared.collisions, cleared.desk.answers.get("main_message")) == ((), None)
    assert "main_message" not in cleared.desk.answers | cleared.desk.typed | cleared.desk.submitted
    [old] = save("drei, von A", 1, "A").collisions
    assert (old.mine, old.theirs, old.editor_id) == ("drei, von A", None, actor.person_id)
    assert save("zwei, von B", cleared.desk.versions("main_message")[""], "B").collisions == ()
    [old] = save("drei, von A", 1, "A").collisions
    assert (old.mine, old.theirs) == ("drei, von A", "zwei, von B")
    with db.reader() as session:
        desk = open_desk(session, actor, response_id)
    assert (desk.answers["main_message"], desk.versions("main_message")) == ("zwei, von B", {"": 3})


def test_a_cleared_answer_is_none_wherever_answers_are_read(db: Database) -> None:
    scene = standing(db)
    section = scene.sections["§ 3"]
    wish = {"section": section, "kind": "delete", "rationale": "Überflüssig"}
    said = {"need_fit": 4, "section_agreement": {section: "no"}, "amendments": {"e1": wish}}
    with db.transaction() as session:
        response = write(session, scene, KIEL, said | {"mandate.kind": "administration"})
        actor = somebody_of(session, scene, KIEL)
        consultation = scene.consultation(session)
        assert progress_of(session, [(response.id, consultation)])[response.id].answered == 4
        gone = {
            key: Posted(None, frozenset(value) if isinstance(value, dict) else frozenset())
            for key, value in said.items()
        }
        desk = answering.answer(session, actor, response.id, gone).desk
        assert desk.answers == {"mandate.kind": "administration"}
        assert sum(desk.progress(part)[0] for part in desk.form.parts) == 1
        assert progress_of(session, [(response.id, consultation)])[response.id].answered == 1
        revision = submission.submit(session, actor, response.id)
    assert queries.document(revision)["answers"] == {"mandate.kind": "administration"}


def test_an_answer_that_a_colleague_begins_in_the_same_moment_is_held_like_one_that_was_there(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("only one transaction at a time writes: nobody comes between holding and reading")
    scene = standing(db)
    with db.transaction() as session:
        actor, slug = somebody_of(session, scene, KIEL), scene.consultation(session).slug

    def hold_and_let_in(session: Session, statement: Select[Any], given: dict[str, Any]) -> bool:
        monkeypatch.undo()
        held = hold_where(session, statement, given)
        with db.transaction() as another:
            answering.start(another, actor, scene.consultation_id)
        return held

    monkeypatch.setattr(queries, "hold_where", hold_and_let_in)
    with db.transaction() as session:
        found = queries.own_held_in(session, actor, slug)
        assert found is not None
        with db.transaction() as another:
            assert another.scalars(select(Response.id).with_for_update(skip_locked=True)).all() == []


def test_who_begins_an_answer_just_after_a_colleague_goes_on_with_that_one_and_holds_it(db: Database) -> None:
    scene, begun = standing(db), []
    with db.transaction() as session:
        actor = somebody_of(session, scene, KIEL)

    def begin(session: Session) -> None:
        invitation = queries.invitation_for(session, actor, scene.consultation_id)
        begun.append(answering.begin(session, actor, invitation).id)

    assert in_turn(db, begin, begin) is None
    assert begun[0] == begun[1]
