"""Weighing one point: read, tagged, assigned, decided with a reply. Every step stands in the procedure log."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from consultation.core import bounds
from consultation.core.db import set_all
from consultation.core.errors import Conflict, Invalid
from consultation.core.history import perform_all, record_all
from consultation.core.language import M
from consultation.core.text import clean, clean_line, search_key
from consultation.evaluation import many, queries
from consultation.evaluation.codebook import tags
from consultation.evaluation.models import Decision, Held, Point
from consultation.evaluation.steps import begin, hold
from consultation.rulebook import POINT
from consultation.states import PointState
from consultation.subjects import Actor


def _held(session: Session, actor: Actor, point_id: uuid.UUID) -> list[Held]:
    """The one point, seen by the actor and locked."""
    point = queries.get(session, actor, point_id)
    return hold(session, actor, point.consultation, [point.id])


def review(session: Session, actor: Actor, point_id: uuid.UUID) -> Point:
    return _turn(session, actor, point_id, "review")


def reopen(session: Session, actor: Actor, point_id: uuid.UUID) -> Point:
    """Published editions keep what they said."""
    return _turn(session, actor, point_id, "reopen")


def _turn(session: Session, actor: Actor, point_id: uuid.UUID, action: str) -> Point:
    held = _held(session, actor, point_id)
    POINT.check(actor, held[0], action)
    begin(session, actor, action, held, ("state", "decided_at"))
    details = {"decision": held[0].decision} if action == "reopen" else {}
    perform_all(session, POINT, actor, Point, held, action, details=details, decided_at=None)
    return queries.get(session, actor, point_id)


def decide(
    session: Session, actor: Actor, point_id: uuid.UUID, decision: Decision | str | None, reply: str, *, version: int
) -> Point:
    """`version` is that of the text the reply was written for. The reply leaves the house only with an edition."""
    held = _held(session, actor, point_id)
    POINT.check(actor, replace(held[0], decision=many.checked_decision(decision)), "decide")
    many.decide(session, actor, held, decision, reply, seen={point_id: version})
    return queries.get(session, actor, point_id)


def propose(
    session: Session, actor: Actor, point_id: uuid.UUID, decision: Decision | str | None, reply: str, *, version: int
) -> Point:
    """Write down a decision and a reply without deciding yet."""
    many.propose(session, actor, _held(session, actor, point_id), decision, reply, seen={point_id: version})
    return queries.get(session, actor, point_id)


def edit(session: Session, actor: Actor, point_id: uuid.UUID, text: str, *, version: int) -> Point:
    """The working text; the originals stay as they are."""
    return save(session, actor, point_id, Writing(text=text), version=version)


def tag(session: Session, actor: Actor, point_id: uuid.UUID, key: str) -> Point:
    many.tag(session, actor, _held(session, actor, point_id), key)
    return queries.get(session, actor, point_id)


def untag(session: Session, actor: Actor, point_id: uuid.UUID, key: str) -> Point:
    many.untag(session, actor, _held(session, actor, point_id), key)
    return queries.get(session, actor, point_id)


def assign(session: Session, actor: Actor, point_id: uuid.UUID, person_id: uuid.UUID | None) -> Point:
    many.assign(session, actor, _held(session, actor, point_id), person_id, reassign=True)
    return queries.get(session, actor, point_id)


# -- everything that stands on the page of one point, in one step ------------------------------------------------------
@dataclass(frozen=True)
class Writing:
    """What somebody wrote on the page of a point; None is what the page did not ask."""

    text: str | None = None
    decision: Decision | str | None = None
    reply: str | None = None
    vote: str | None = None
    vote_by: str | None = None
    note: str | None = None
    tagged: frozenset[str] = frozenset()
    """Added to the tags that the page showed; what a colleague did to other tags stays."""
    untagged: frozenset[str] = frozenset()
    assignee: tuple[uuid.UUID | None, uuid.UUID | None] | None = None
    """From whom to whom."""
    decides: bool = False


_TEXTS = ("text", "reply", "vote", "note")
_BOUNDS = {
    "text": bounds.WORKING_TEXT, "reply": bounds.REPLY, "vote": bounds.VOTE, "vote_by": bounds.VOTE_BY, "note": bounds.NOTE,
}  # fmt: skip
_ACTIONS = {
    "edit_point": {"text"},
    "propose": {"decision", "reply"},
    "note_vote": {"vote", "vote_by"},
    "note_point": {"note"},
}
_STEPS: dict[str, set[str]] = {
    **_ACTIONS,
    "tags": {"tags"},
    "assign": {"assignee_id"},
    "decide": {"state", "decided_at", "decision", "reply"},
}
_OPEN_ALWAYS = frozenset({"note"})
"""What may still be written when the point is decided."""


def save(session: Session, actor: Actor, point_id: uuid.UUID, writing: Writing, *, version: int) -> Point:
    """All of it or nothing. Raises Conflict if somebody wrote the point anew since `version`."""
    held = _held(session, actor, point_id)
    point = held[0]
    work = _Work(
        _changes(point, writing),
        sorted(writing.tagged - point.tags),
        sorted(writing.untagged & point.tags),
        _reassigns(session, point, writing),
        replace(point, decision=many.checked_decision(writing.decision)) if writing.decides else None,
    )
    _check(actor, point, work, version)
    if fields := work.fields:
        begin(session, actor, work.name, held, fields)
        _write(session, actor, point, work.changes)
        for key in work.tagged:
            many.put_tag(session, actor, held, key)
        for key in work.untagged:
            many.take_tag(session, actor, held, key)
        if work.assignee:
            many.put_assignee(session, actor, held, work.assignee[0])
        if work.decided:
            many.perform_decide(session, actor, [work.decided], writing.reply)
    return queries.get(session, actor, point_id)


@dataclass(frozen=True)
class _Work:
    """What there is to do after all."""

    changes: dict[str, object]
    tagged: Sequence[str]
    untagged: Sequence[str]
    assignee: tuple[uuid.UUID | None] | None
    decided: Held | None
    """The point as it will be, for the rules to look at."""

    @property
    def fields(self) -> list[str]:
        names = set(self.changes)
        names |= {"tags"} if self.tagged or self.untagged else set()
        names |= {"assignee_id"} if self.assignee else set()
        return sorted(names | (_STEPS["decide"] if self.decided else set()))

    @property
    def name(self) -> str:
        """What the step is called when it can be taken back; "save" if it did several things."""
        changed = set(self.fields)
        return next((name for name, fields in _STEPS.items() if changed <= fields), "save")


def _check(actor: Actor, point: Held, work: _Work, version: int) -> None:
    if work.decided:
        POINT.check(actor, work.decided, "decide")
    if set(work.changes) - _OPEN_ALWAYS and point.state == PointState.DECIDED:
        raise Conflict(M("Der Punkt ist entschieden. Nehmen Sie ihn wieder auf, um ihn zu ändern."))
    if work.changes or work.decided:
        many.unchanged([point], {point.id: version})
    if set(work.tagged) - set(tags()):
        raise Invalid.about("tags", M("Dieses Schlagwort steht nicht im Katalog."))


def _changes(point: Held, writing: Writing) -> dict[str, object]:
    """Only what is another text than before; what was opened and left as it was is no change."""
    if writing.text is not None and not clean(writing.text):
        raise Invalid.about("text", M("Der Arbeitstext darf nicht leer sein."))
    typed = {name: getattr(writing, name) for name in _TEXTS}
    wanted: dict[str, object] = {name: clean(value) for name, value in typed.items() if value is not None}
    if writing.vote_by is not None:
        wanted["vote_by"] = clean_line(writing.vote_by)
    if writing.reply is not None:
        wanted["decision"] = many.checked_decision(writing.decision)
    changed = {name: value for name, value in wanted.items() if value != getattr(point, name)}
    if problems := [p for name in _BOUNDS for p in _BOUNDS[name].problems(name, str(changed.get(name) or ""))]:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    return changed


def _write(session: Session, actor: Actor, point: Held, changes: dict[str, object]) -> None:
    if not changes:
        return
    search = {"search": search_key(str(changes["text"]))} if "text" in changes else {}
    set_all(session, Point, [point.id], list(PointState), {**changes, **search, "version": point.version + 1})
    for action, names in _ACTIONS.items():
        if names & set(changes):
            details: dict[str, Any] = (
                {"decision": changes.get("decision", point.decision)} if action == "propose" else {}
            )
            record_all(session, actor, [point], action, **details)


def _reassigns(session: Session, point: Held, writing: Writing) -> tuple[uuid.UUID | None] | None:
    if writing.assignee is None or writing.assignee[0] == writing.assignee[1]:
        return None
    before, wanted = writing.assignee
    if point.assignee_id not in (before, wanted):
        raise Conflict(M("Jemand anderes hat den Punkt inzwischen zugewiesen. Prüfen Sie die Zuweisung."))
    many.check_assignee(session, point, wanted)
    return (wanted,) if point.assignee_id != wanted else None
