"""What the forms on the page of a point do: everything typed is saved in one step; contributions and points move."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from consultation.core.errors import Invalid, NotFound
from consultation.core.language import M, Message
from consultation.evaluation import parting, points, queries, replies
from consultation.evaluation.models import Point
from consultation.evaluation.points import Writing
from consultation.http import PostedForm
from consultation.rulebook import POINT, planner
from consultation.states import PointState
from consultation.subjects import Actor
from consultation.web.planners.frame import identifier
from consultation.web.planners.weighing import assignee, template_of, the_one, whole_number

TEXTS = ("text", "reply", "vote", "note")


@dataclass(frozen=True)
class Saved:
    point: Point
    told: Message


Verb = Callable[[Session, Actor, Point, PostedForm], Saved]


def typed_of(form: PostedForm) -> dict[str, Any]:
    """Whatever was typed, to be shown again; what the form did not hold stays as it is stored."""
    found: dict[str, Any] = {name: form.text(name) for name in (*TEXTS, "decision", "vote_by", "into") if name in form}
    kept = ("assignee", "version", "template", "tags_before", "assignee_before")
    found |= {name: form.line(name) for name in kept if name in form}
    ticked = {"tags": form.lines("tags"), "final": form.line("final")} if "tags_before" in form else {}
    return found | ticked


def _save(session: Session, actor: Actor, point: Point, form: PostedForm) -> Saved:
    template = template_of(form, replies.templates(session, point.consultation_id)) if form.line("template") else None
    reply = replies.with_template(form.text("reply"), template) if "reply" in form else None
    decision = form.line("decision") or (template.decision if template else None) or None
    decides = bool(decision) and form.checked("final") and point.state != PointState.DECIDED
    shown, ticked = set(form.line("tags_before").split()), set(form.lines("tags"))
    given = "assignee" in form
    writing = Writing(
        text=form.text("text") if "text" in form else None,
        decision=decision,
        reply=reply,
        vote=form.text("vote") if "vote" in form else None,
        vote_by=form.line("vote_by") if "vote_by" in form else None,
        note=form.text("note") if "note" in form else None,
        tagged=frozenset(ticked - shown),
        untagged=frozenset(shown - ticked),
        assignee=(assignee(form.line("assignee_before")), assignee(form.line("assignee"))) if given else None,
        decides=decides,
    )
    after = points.save(session, actor, point.id, writing, version=whole_number(form.line("version")))
    told = M("Punkt {number} ist entschieden.", number=point.numbers) if decides else M("Gespeichert.")
    return Saved(after, told)


def _merge(session: Session, actor: Actor, point: Point, form: PostedForm) -> Saved:
    if not planner(actor, point):
        POINT.rows["review"].who.demand(actor, point)
    into = _meant(session, actor, point, form.line("into"))
    after = parting.merge(session, actor, point.id, into)
    return Saved(after, M("Die Punkte sind zusammengeführt: in Punkt {number}.", number=after.numbers))


def _meant(session: Session, actor: Actor, point: Point, typed: str) -> uuid.UUID:
    """The other point, by whichever of its numbers."""
    found = [one for one in queries.called(session, actor, point.consultation_id, typed) if one.id != point.id]
    return the_one(found, M("Geben Sie die Nummer eines anderen Punktes dieser Konsultation an.")).id


def _take_out(session: Session, actor: Actor, point: Point, form: PostedForm) -> Saved:
    chosen = [found for one in form.lines("contribution") if (found := identifier(one)) is not None]
    if len(chosen) != len(form.lines("contribution")):
        raise NotFound(M("Diesen Beitrag gibt es nicht."))
    if not chosen:
        raise Invalid.about("contribution", M("Kreuzen Sie an, welche Beiträge ein eigener Punkt werden sollen."))
    if any(queries.contribution(session, actor, one).point_id != point.id for one in chosen):
        raise NotFound(M("Diesen Beitrag gibt es nicht."))
    new = parting.take_out(session, actor, chosen)
    return Saved(new, M("Das ist jetzt ein eigener Punkt: eine Ausnahme von Punkt {number}.", number=point.numbers))


def _review(session: Session, actor: Actor, point: Point, form: PostedForm) -> Saved:
    return Saved(points.review(session, actor, point.id), M("Der Punkt ist in Prüfung."))


def _reopen(session: Session, actor: Actor, point: Point, form: PostedForm) -> Saved:
    return Saved(points.reopen(session, actor, point.id), M("Der Punkt ist wieder aufgenommen."))


VERBS: dict[str, Verb] = {
    "save": _save,
    "merge": _merge,
    "take-out": _take_out,
    "review": _review,
    "reopen": _reopen,
}
