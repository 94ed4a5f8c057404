"""Two who write into one answer in the same moment: the second waits, and works with what the first has left."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from consultation.core.db import Database
from consultation.responses import answering, disclosures
from consultation.responses.answering import Posted
from consultation.responses.desk import open_desk
from tests.evaluation_world import somebody_of, standing

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
