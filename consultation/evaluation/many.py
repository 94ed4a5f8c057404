"""Doing one thing to many points: all of them or none, each with its line in the log, in a fixed number of statements."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from consultation.core import bounds
from consultation.core.db import set_all
from consultation.core.errors import Conflict, Invalid
from consultation.core.history import perform_all, record_all
from consultation.core.language import M
from consultation.core.text import clean
from consultation.evaluation.assignees import may_be_given
from consultation.evaluation.codebook import tags
from consultation.evaluation.finding import OPEN
from consultation.evaluation.models import Decision, Held, Point, PointTag
from consultation.evaluation.steps import begin
from consultation.rulebook import POINT
from consultation.states import PointState
from consultation.subjects import Actor

AT_MOST = 5000
"""Points in one step."""
NAMED = 20
Seen = Mapping[uuid.UUID, int]
"""Point → the version somebody looked at before deciding."""
Reply = str | None
"""None leaves the points the replies they have."""


def _named(points: Sequence[Held]) -> str:
    return ", ".join(str(point.number) for point in points[:NAMED]) + (" …" if len(points) > NAMED else "")


def unchanged(held: Sequence[Held], seen: Seen) -> None:
    """Raises Conflict if somebody wrote one of them anew since it was looked at."""
    newer = [point for point in held if seen.get(point.id, point.version) != point.version]
    if newer:
        raise Conflict(
            M("Jemand anderes hat inzwischen geändert: Punkt {numbers}. Sehen Sie sich den neuen Stand an.",
              numbers=_named(newer))
        )  # fmt: skip


def undecided(held: Sequence[Held]) -> None:
    decided = [point for point in held if point.state == PointState.DECIDED]
    if decided:
        raise Conflict(
            M("Schon entschieden: {numbers}. Nehmen Sie diese Punkte wieder auf, oder nehmen Sie sie hier aus.",
              numbers=_named(decided))
        )  # fmt: skip


def checked_decision(decision: Decision | str | None) -> Decision | None:
    if decision and decision not in list(Decision):
        raise Invalid.about("decision", M("Wählen Sie eine der angebotenen Entscheidungen."))
    return Decision(decision) if decision else None


def with_another_reply(held: Sequence[Held], reply: Reply) -> list[Held]:
    """Those whose own reply this one would replace."""
    return [point for point in held if reply is not None and point.reply and point.reply != clean(reply)]


def _said(reply: Reply) -> dict[str, str]:
    return {} if reply is None else {"reply": bounds.REPLY.within("reply", clean(reply))}


def decide(
    session: Session, actor: Actor, held: Sequence[Held], decision: Decision | str | None, reply: Reply, *, seen: Seen
) -> None:
    """One decision and one reply for all of them. The reply leaves the house only with an edition."""
    chosen = checked_decision(decision)
    POINT.rows["decide"].who.demand(actor, held[0])
    undecided(held)
    unchanged(held, seen)
    begin(session, actor, "decide", held, ("state", "decision", "decided_at", *_said(reply)))
    perform_decide(session, actor, [replace(point, decision=chosen) for point in held], reply)


def perform_decide(session: Session, actor: Actor, ready: Sequence[Held], reply: Reply) -> None:
    """Each with the decision that is to be made, so that the rules see it; inside a step."""
    decision = ready[0].decision
    perform_all(
        session, POINT, actor, Point, ready, "decide", details={"decision": decision},
        decision=decision, **_said(reply), decided_at=actor.moment, version=Point.version + 1,
    )  # fmt: skip


def propose(
    session: Session, actor: Actor, held: Sequence[Held], decision: Decision | str | None, reply: Reply, *, seen: Seen
) -> None:
    """Decision and reply written down, not decided yet."""
    chosen = checked_decision(decision)
    undecided(held)
    unchanged(held, seen)
    begin(session, actor, "propose", held, ("decision", *_said(reply)))
    change = {"decision": chosen, **_said(reply), "version": Point.version + 1}
    set_all(session, Point, [point.id for point in held], OPEN, change)
    record_all(session, actor, held, "propose", decision=chosen)


def answer(session: Session, actor: Actor, held: Sequence[Held], reply: str, *, seen: Seen) -> None:
    """A reply for all of them; their proposed decisions stay."""
    if not (reply := clean(reply)):
        raise Invalid.about("reply", M("Schreiben Sie die Erwiderung, oder wählen Sie einen Textbaustein."))
    bounds.REPLY.within("reply", reply)
    undecided(held)
    unchanged(held, seen)
    begin(session, actor, "propose", held, ("reply",))
    set_all(session, Point, [point.id for point in held], OPEN, {"reply": reply, "version": Point.version + 1})
    record_all(session, actor, held, "propose")


def tag(session: Session, actor: Actor, held: Sequence[Held], key: str) -> None:
    _chosen(key)
    if key not in tags():
        raise Invalid.about("tag", M("Dieses Schlagwort steht nicht im Katalog."))
    lacking = [point for point in held if key not in point.tags]
    if lacking:
        begin(session, actor, "tag", lacking, ("tags",))
        put_tag(session, actor, lacking, key)


def untag(session: Session, actor: Actor, held: Sequence[Held], key: str) -> None:
    _chosen(key)
    having = [point for point in held if key in point.tags]
    if having:
        begin(session, actor, "untag", having, ("tags",))
        take_tag(session, actor, having, key)


def _chosen(key: str) -> None:
    if not key:
        raise Invalid.about("tag", M("Wählen Sie ein Schlagwort."))


def put_tag(session: Session, actor: Actor, held: Sequence[Held], key: str) -> None:
    """Inside a step, to points that lack it."""
    session.execute(insert(PointTag), [{"point_id": point.id, "tag": key} for point in held])
    record_all(session, actor, held, "tag", tag=key)


def take_tag(session: Session, actor: Actor, held: Sequence[Held], key: str) -> None:
    """Inside a step."""
    gone = delete(PointTag).where(PointTag.point_id.in_([point.id for point in held]), PointTag.tag == key)
    session.execute(gone.execution_options(synchronize_session=False))
    record_all(session, actor, held, "untag", tag=key)


def assign(
    session: Session, actor: Actor, held: Sequence[Held], person_id: uuid.UUID | None, *, reassign: bool = False
) -> int:
    """To somebody who may work on them, or to nobody.

    What a colleague has stays with them unless the actor says `reassign`. Returns how many points stay for that reason.
    """
    check_assignee(session, held[0], person_id)
    changing = [point for point in held if point.assignee_id != person_id]
    free = [point for point in changing if reassign or point.assignee_id in (None, actor.person_id)]
    if free:
        begin(session, actor, "assign", free, ("assignee_id",))
        put_assignee(session, actor, free, person_id)
    return len(changing) - len(free)


def put_assignee(session: Session, actor: Actor, held: Sequence[Held], person_id: uuid.UUID | None) -> None:
    """Inside a step."""
    set_all(session, Point, [point.id for point in held], list(PointState), {"assignee_id": person_id})
    record_all(session, actor, held, "assign", assignee=person_id)


def check_assignee(session: Session, point: Held, person_id: uuid.UUID | None) -> None:
    if person_id is not None and not may_be_given(session, point, person_id):
        raise Invalid.about("assignee", M("Zuweisen können Sie nur an Personen, die diese Punkte bearbeiten dürfen."))
