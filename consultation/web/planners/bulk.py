"""Which points a form of the work list means, and what is to be done with all of them."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core.errors import Conflict, DomainError, Invalid
from consultation.core.language import M
from consultation.evaluation import contributions, many, parting, replies, steps
from consultation.evaluation.finding import named
from consultation.evaluation.models import Held
from consultation.http import PostedForm
from consultation.subjects import Actor
from consultation.web.planners.frame import identifier
from consultation.web.planners.weighing import assignee, draft_sections, template_of, the_one, walked, whole_number

FIELDS = ("decision", "reply", "template", "tag", "assignee", "reassign", "except", "into")
_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?", re.ASCII)
_MOST_NUMBERS = 10_000
_MERGED_AT_ONCE = 50


@dataclass(frozen=True)
class Done:
    """How many points it was done with, and how many stayed as they were because a colleague has them."""

    points: int
    left: int


def work(session: Session, actor: Actor, consultation: Consultation, kept: Mapping[str, str], form: PostedForm) -> Done:
    seen = (
        _all(session, actor, consultation, kept, form)
        if form.line("scope") == "all"
        else {found: whole_number(form.line(f"version-{found}")) for found in _ticked(form)}
    )
    if not seen or len(seen) > many.AT_MOST:
        message = M("Wählen Sie mindestens einen Punkt aus, höchstens {count}.", count=many.AT_MOST)
        raise Invalid.about("point", message)
    if form.line("action") == "merge":
        contributions.lock(session, consultation)  # before the points, as whoever else moves contributions
    held = steps.hold(session, actor, consultation, list(seen))
    left = _act(session, actor, consultation, held, seen, form)
    return Done(len(held) - left, left)


def _ticked(form: PostedForm) -> list[uuid.UUID]:
    return [point_id for one in form.lines("point") if (point_id := identifier(one)) is not None]


def _all(
    session: Session, actor: Actor, consultation: Consultation, kept: Mapping[str, str], form: PostedForm
) -> dict[uuid.UUID, int]:
    """Everything the filter finds, if that is still what the planner saw, less the exceptions."""
    walk = walked(session, actor, consultation, kept, draft_sections(session, consultation))
    if walk.seen != form.line("seen"):
        raise Conflict(
            M("Die Liste hat sich inzwischen geändert; jetzt passen {count} Punkte zum Filter. Sehen Sie sie durch, und "
              "wiederholen Sie dann den Schritt.",
              one="Die Liste hat sich inzwischen geändert; jetzt passt 1 Punkt zum Filter. Sehen Sie ihn durch, und "
                  "wiederholen Sie dann den Schritt.", count=len(walk))
        )  # fmt: skip
    left_out = numbers(form.line("except"))
    unknown = sorted(left_out - {place.number for place in walk.places})
    if unknown:
        message = M("Diese Nummern sind nicht in der Liste: {numbers}.", numbers=tuple(map(str, unknown[:20])))
        raise Invalid.about("except", message)
    return {place.id: place.version for place in walk.places if place.number not in left_out}


def numbers(text: str) -> set[int]:
    """Single numbers and ranges: 3, 7, 12-15. Raises Invalid for anything else."""
    found: set[int] = set()
    told = 0
    for part in re.sub(r"\s*[-–]\s*", "-", text).replace(",", " ").replace(";", " ").split():
        match = _RANGE.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not first <= last:
            raise Invalid.about("except", M("Geben Sie Nummern an, zum Beispiel 3, 7, 12-15."))
        told += last - first + 1
        if told > _MOST_NUMBERS:
            raise Invalid.about("except", M("Geben Sie höchstens {count} Nummern an.", count=_MOST_NUMBERS))
        found.update(range(first, last + 1))
    return found


def _act(
    session: Session, actor: Actor, consultation: Consultation, held: list[Held], seen: many.Seen, form: PostedForm
) -> int:
    """Returns how many points stayed as they were."""
    action = form.line("action")
    match action:
        case "tag":
            many.tag(session, actor, held, form.line("tag"))
        case "untag":
            many.untag(session, actor, held, form.line("tag"))
        case "assign":
            to = assignee(form.line("assignee"))
            return many.assign(session, actor, held, to, reassign=form.checked("reassign"))
        case "merge":
            _merge(session, actor, held, seen, form)
        case "decide" | "propose" | "reply":
            _weigh(session, actor, consultation, held, seen, form)
        case _:
            raise Invalid.about("bulk", M("Wählen Sie, was mit den Punkten geschehen soll."))
    return 0


def _merge(session: Session, actor: Actor, held: list[Held], seen: many.Seen, form: PostedForm) -> None:
    """Each is a step of its own, so that they are taken back one after the other."""
    message = M("Wählen Sie 2 bis {count} Punkte, und geben Sie die Nummer dessen an, in dem die anderen aufgehen.",
                count=_MERGED_AT_ONCE)  # fmt: skip
    if not 2 <= len(held) <= _MERGED_AT_ONCE:
        raise Invalid.about("into", message)
    name = named(form.line("into"))
    into = the_one([one for one in held if name and name.means(one.number, one.public_number)], message)
    others = [point for point in held if point.id != into.id]
    many.undecided(others)
    many.unchanged(held, seen)
    for point in others:
        parting.merge(session, actor, point.id, into.id)


def _weigh(
    session: Session, actor: Actor, consultation: Consultation, held: list[Held], seen: many.Seen, form: PostedForm
) -> None:
    template = template_of(form, replies.templates(session, consultation.id))
    reply = replies.with_template(form.text("reply"), template).strip()
    decision = form.line("decision") or (template.decision if template else None)
    action = form.line("action")
    if action != "reply" and not decision:
        raise Invalid.about("decision", M("Wählen Sie eine Entscheidung."))
    _ask_before_replacing(held, reply, form)
    if action == "reply":
        many.answer(session, actor, held, reply, seen=seen)
        return
    do = many.decide if action == "decide" else many.propose
    do(session, actor, held, decision, reply or None, seen=seen)


def _ask_before_replacing(held: list[Held], reply: str, form: PostedForm) -> None:
    """A tick counts for as many replies as it spoke of; with other points chosen since, it is asked again."""
    many.undecided(held)
    count = len(many.with_another_reply(held, reply or None))
    if count and whole_number(form.line("replace")) != count:
        message = M("{count} dieser Punkte haben schon eine andere Erwiderung. Bestätigen Sie, dass Ihre sie ersetzt.",
                    one="1 dieser Punkte hat schon eine andere Erwiderung. Bestätigen Sie, dass Ihre sie ersetzt.",
                    count=count)  # fmt: skip
        raise Invalid.about("replace", message)


def replacing(refused: DomainError) -> int:
    """How many replies somebody has to be asked about first."""
    asked = (dict(problem.message.parameters) for problem in refused.problems if problem.field == "replace")
    return next((int(one["count"]) for one in asked), 0)
