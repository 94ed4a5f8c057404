"""Saving what a page posted, with a way back for everything that could not be saved."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from consultation.core.errors import Conflict, Problem
from consultation.core.language import M, Message, moment, say
from consultation.http import PostedForm
from consultation.people import queries as people
from consultation.questions import Refused
from consultation.responses.answering import Collision, Posted, Saved, read_posted, write
from consultation.responses.desk import Desk
from consultation.web.municipalities.asking import Kept
from consultation.web.municipalities.colleagues import Colleague, meet
from consultation.web.municipalities.desks import At, Visit


@dataclass(frozen=True)
class Quarrel:
    """One answer, two texts: the writer chooses."""

    name: str
    title: str
    mine: str
    theirs: str
    editor: str
    edited: str
    version: int


@dataclass(frozen=True)
class Outcome:
    at: At
    typed: Mapping[str, Any]
    """What the page shows now: stored answers, over them what could not be stored."""
    problems: tuple[Problem, ...] = ()
    quarrels: tuple[Quarrel, ...] = ()
    kept: Kept = field(default_factory=dict)
    refused: Message | None = None
    """Nothing at all was saved, and why."""
    colleagues: tuple[Colleague, ...] = ()
    """Who else is at work on this answer; looked for where the page is shown again."""
    unsaved: bool = False
    """Something stands on the page alone."""

    @property
    def status(self) -> int:
        return 409 if self.refused or self.quarrels else 422 if self.problems else 200

    @property
    def saved(self) -> str:
        """For saving.js: "yes" also for what was refused, which is kept as typed; "partly" if a choice is open, or something
        stands on the page alone.
        """
        return "no" if self.refused else "partly" if self.quarrels or self.unsaved else "yes"


Change = Callable[[Desk, dict[str, Posted]], dict[str, Posted]]


def save(
    here: Visit, form: PostedForm, asked_for: Callable[[Desk], Iterable[str]],
    change: Change = lambda desk, posted: posted, *, where: str = "",
) -> Outcome:  # fmt: skip
    """One transaction; a refusal of the whole leaves nothing behind but what was typed.

    `asked_for`: the fields that the page asks; `where`: what one is at.
    """
    with here.db.transaction() as session:
        at = here.arrive_alone(session)
        read = read_posted(at.desk, form, asked_for(at.desk))
        posted = change(at.desk, read if here.by_itself else settled(read, form))
        try:
            saved = write(session, here.actor, at.desk, posted)
        except Conflict as refused:
            return Outcome(at, overlaid(at.desk, posted), kept=_as_posted(posted), refused=refused.message)
        outcome = _outcome(session, replace(at, begun=saved.desk), posted, saved)
        if outcome.status == 200 and not here.by_itself:
            return outcome
        return replace(outcome, colleagues=tuple(meet(session, outcome.at, where)))


def without_shells(desk: Desk, posted: dict[str, Posted]) -> dict[str, Posted]:
    """An entry that says nothing but its section was not meant."""
    return {
        key: replace(sent, value={i: v for i, v in sent.value.items() if not (isinstance(v, dict) and set(v) == {"section"})})
        if isinstance(sent.value, dict) else sent
        for key, sent in posted.items()
    }  # fmt: skip


def _outcome(session: Session, at: At, posted: Mapping[str, Posted], saved: Saved) -> Outcome:
    desk, contested = saved.desk, {(c.key, c.item) for c in saved.collisions}
    names = people.names(session, {c.editor_id for c in saved.collisions if c.editor_id})
    mine: dict[str, Posted] = {}
    for key, item in sorted(contested | saved.unsaved):
        known = mine.get(key, replace(posted[key], items=frozenset()))
        mine[key] = replace(known, items=known.items | ({item} if item else frozenset()))
    return Outcome(
        at, overlaid(desk, mine), saved.problems,
        tuple(quarrel(desk, c, names.get(c.editor_id, "") if c.editor_id else "") for c in saved.collisions),
        dict(_still_old(posted, saved, contested)), unsaved=bool(saved.unsaved),
    )  # fmt: skip


def _as_posted(posted: Mapping[str, Posted]) -> dict[str, tuple[int, str]]:
    return {
        name_of(key, item): (sent.versions.get(item, 0), sent.shown.get(item, "-"))
        for key, sent in posted.items()
        for item in {*sent.items, *sent.versions}
    }


def settled(posted: Mapping[str, Posted], form: PostedForm) -> dict[str, Posted]:
    """The choices between two texts: `settle.NAME` is "theirs", or "mine:VERSION" with the version that was shown."""
    done: dict[str, Posted] = {}
    for key, sent in posted.items():
        items, versions, shown, dropped = set(sent.items), dict(sent.versions), dict(sent.shown), False
        for item in sent.items or {""}:
            choice = form.line(f"settle.{name_of(key, item)}")
            if choice == "theirs":
                items.discard(item)
                dropped = not item
            elif choice.startswith("mine:") and choice[5:].isdecimal():
                versions[item] = int(choice[5:][:9])
                shown.pop(item, None)
        if not dropped:
            done[key] = replace(sent, items=frozenset(items), versions=versions, shown=shown)
    return done


def name_of(key: str, item: str) -> str:
    return f"{key}.{item}" if item else key


def overlaid(desk: Desk, posted: Mapping[str, Posted]) -> dict[str, Any]:
    """What is stored, and over it what was posted."""
    typed = dict(desk.typed)
    for key, sent in posted.items():
        if desk.form.by_key[key].type.itemised:
            values = sent.value if isinstance(sent.value, dict) else {}
            whole = {**(typed.get(key) or {}), **{item: values.get(item) for item in sent.items}}
            typed[key] = {item: value for item, value in whole.items() if value is not None} or None
        else:
            typed[key] = sent.value
    return typed


def _still_old(
    posted: Mapping[str, Posted], saved: Saved, contested: set[tuple[str, str]]
) -> Iterable[tuple[str, tuple[int, str]]]:
    """Where the writer's page is older than what is stored: the next save must notice as well."""
    for key, sent in posted.items():
        for item in sent.items or ({""} if not saved.desk.form.by_key[key].type.itemised else ()):
            now = saved.desk.stored.get((key, item))
            seen = sent.versions.get(item, 0)
            others = now is not None and now.version != seen and not now.saved_by(sent.writer)
            if (key, item) in contested or others:
                yield name_of(key, item), (seen, sent.shown.get(item, "-"))


def quarrel(desk: Desk, collision: Collision, editor: str) -> Quarrel:
    asked, stored = desk.form.by_key[collision.key], desk.stored.get((collision.key, collision.item))
    return Quarrel(
        name_of(collision.key, collision.item), desk.context.asked_as(asked.question),
        _read(desk, collision, collision.mine), _read(desk, collision, collision.theirs), editor,
        moment(stored.edited_at, desk.context.language) if stored else "", stored.version if stored else 0,
    )  # fmt: skip


def _read(desk: Desk, collision: Collision, value: Any) -> str:
    """As people read it; what was typed wrongly as it was typed."""
    if value is None:
        return say(M("(leer)"), desk.context.language)
    asked = desk.form.by_key[collision.key]
    whole = {collision.item: value} if collision.item else value
    try:
        return asked.type.text(asked.type.check(whole, asked.settings, desk.context), asked.settings, desk.context)
    except Refused:
        values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
        labels = {option.key: option.label for option in asked.type.options(asked.settings, desk.context.language)}
        return "\n".join(labels.get(str(one), str(one)) for one in values)
