"""Writing answers together: saved one by one, refused ones kept as typed, collisions shown instead of overwritten."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy.orm import Session

from consultation.consultations.models import Invitation
from consultation.core.db import insert_new, insert_rows, put
from consultation.core.errors import Conflict, Forbidden, NotFound, Problem
from consultation.core.history import perform, record
from consultation.core.language import SOURCE, Language, M
from consultation.core.marks import mark_of
from consultation.core.text import clean_line
from consultation.forms.definition import Asked
from consultation.questions import FormFields
from consultation.questions.entries import in_order, too_many_entries
from consultation.responses import queries
from consultation.responses.desk import Desk, judged, laid_out_again, open_desk
from consultation.responses.models import Channel, DraftAnswer, Response
from consultation.rulebook import ANSWER, INVITATION, is_open, member, why_no_answers
from consultation.states import InvitationState, Purpose, ResponseState
from consultation.subjects import Actor

LARGEST_REFUSED = 200_000
"""Bytes of a wrong value that is kept as it was typed: more than the longest text a form may ask for."""


@dataclass(frozen=True)
class Posted:
    """What a page or a client sent for one field.

    `items` are the items it speaks of (those it does not mention stay as they are); empty for a plain field.
    `versions`: item → version it was based on; an item without one is saved over whatever is there.
    `shown`: item → fingerprint of what the page showed. What the writer left as it was changes nothing.
    `writer`: mark of the page. What the same page saved a moment ago is no collision, whatever answer got lost on the way;
    one's own text in another window is one.
    """

    value: Any
    items: frozenset[str] = frozenset()
    versions: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    writer: str = ""


@dataclass(frozen=True)
class Collision:
    """Somebody else saved this answer in between: both texts, so that the second writer can choose."""

    key: str
    item: str
    mine: Any
    theirs: Any
    editor_id: uuid.UUID | None


@dataclass(frozen=True)
class Saved:
    desk: Desk
    problems: tuple[Problem, ...]
    collisions: tuple[Collision, ...]
    unsaved: frozenset[tuple[str, str]]
    """(key, item) of what is not even kept as typed: beyond the limit of entries, or far too large."""


def start(session: Session, actor: Actor, consultation_id: uuid.UUID, channel: Channel = Channel.PORTAL) -> Response:
    """The response of the acting organisation, begun now if it was not yet."""
    if (existing := queries.own(session, actor, consultation_id)) is not None:
        return existing
    return begin(session, actor, queries.invitation_for(session, actor, consultation_id), channel)


def begin(session: Session, actor: Actor, invitation: Invitation, channel: Channel = Channel.PORTAL) -> Response:
    """The response to an invitation of the acting organisation that had none, held; somebody else may begin it meanwhile."""
    consultation_id = invitation.consultation_id
    if invitation.purpose != Purpose.FOR_COMMENT:
        raise Forbidden(M("Ihre Stelle ist nur nachrichtlich beteiligt und gibt keine Stellungnahme ab."))
    row = {
        "id": uuid.uuid4(), "consultation_id": consultation_id, "organisation_id": invitation.organisation_id,
        "invitation_id": invitation.id, "state": ResponseState.DRAFTING, "channel": channel, "own_reference": "",
        "started_at": actor.moment, "revision_count": 0,
    }  # fmt: skip
    new = insert_new(session, Response, [row], ["consultation_id", "organisation_id"])
    response = queries.own(session, actor, consultation_id)
    if response is not None and not new:
        response = queries.own_one(session, actor, response.id, held=True)
    if response is None or not (actor.is_system or member(actor, response)):
        raise NotFound(M("Diese Stellungnahme gibt es nicht."))
    if new:
        mark_opened(session, actor, invitation)
        record(session, actor, response, "start_response", channel=channel)
    return response


def mark_opened(session: Session, actor: Actor, invitation: Invitation) -> None:
    if invitation.state in (InvitationState.SENT, InvitationState.FAILED):
        perform(session, INVITATION, actor, invitation, "open", opened_at=actor.moment)


def read_posted(desk: Desk, form: FormFields, keys: Iterable[str]) -> dict[str, Posted]:
    """What a page posted for these fields.

    Versions stand in inputs named `version.KEY` and `version.KEY.ITEM`, fingerprints in `shown.KEY` and `shown.KEY.ITEM`.
    """
    names, writer = frozenset(form.keys()), clean_line(str(next(iter(form.getlist("writer")), "")))[:24]
    posted = {}
    for key in keys:
        asked = desk.form.by_key[key]
        if not any(name == key or name.startswith(f"{key}.") for name in names) and f"present.{key}" not in names:
            continue
        value = asked.type.read(form, key, asked.settings, desk.context)
        items = _items_named(asked, names) | frozenset(value or ()) if asked.type.itemised else frozenset()
        versions = {
            i: int(text) for i, text in _about(form, "version", key, names) if text.isdecimal() and len(text) < 10
        }
        posted[key] = Posted(value, items, versions, dict(_about(form, "shown", key, names)), writer)
    return posted


def _items_named(asked: Asked, names: Collection[str]) -> frozenset[str]:
    prefix = f"{asked.key}."
    inner = (name.removeprefix(prefix).partition(".")[0] for name in names if name.startswith(prefix))
    listed = (name.removeprefix(f"present.{prefix}") for name in names if name.startswith(f"present.{prefix}"))
    return frozenset(item for item in (*inner, *listed) if item and len(item) <= 80)


def _about(form: FormFields, what: str, key: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """(item, text) of the hidden inputs that stand beside a field."""
    for name in names:
        if name == f"{what}.{key}" or name.startswith(f"{what}.{key}."):
            yield name.removeprefix(f"{what}.{key}").removeprefix("."), str(form.getlist(name)[0])


def fingerprint(value: Any) -> str:
    """What a page carries along to tell later whether the writer changed a value."""
    return mark_of(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))


def answer(
    session: Session, actor: Actor, response_id: uuid.UUID, posted: Mapping[str, Posted], language: Language = SOURCE
) -> Saved:
    """Save what is given. Wrong values are kept as typed and named; saving an incomplete draft is always allowed."""
    return write(session, actor, open_desk(session, actor, response_id, language, held=True), posted)


def write(session: Session, actor: Actor, desk: Desk, posted: Mapping[str, Posted]) -> Saved:
    """As `answer`, at a desk that was opened after the response was held: nobody else writes meanwhile."""
    require_answering(actor, desk.response)
    taken = _Taken()
    for key, sent in posted.items():
        if (asked := desk.form.by_key.get(key)) is None:
            taken.problems.append(Problem(key, M("Dieses Feld gibt es im Formular nicht."), "unknown"))
            continue
        for item in _with_room(desk, asked, sent, taken) if asked.type.itemised else ("",):
            _take(actor, desk, asked, item, sent, taken)
    _store(session, desk, taken.changed)
    if taken.changed:
        wrote(actor, desk.response)
    session.flush()
    return Saved(
        laid_out_again(session, desk), tuple(taken.problems), tuple(taken.collisions), frozenset(taken.unsaved)
    )


@dataclass
class _Taken:
    """What becomes of what was sent."""

    problems: list[Problem] = field(default_factory=list)
    collisions: list[Collision] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    unsaved: list[tuple[str, str]] = field(default_factory=list)


def _with_room(desk: Desk, asked: Asked, sent: Posted, taken: _Taken) -> list[str]:
    """The items there is room for, together with those that are stored already: of new ones the first."""
    fixed = asked.type.items(asked.settings, desk.context)
    limit = len(fixed) if fixed else asked.type.most_entries(asked.settings)
    given = {item for item in sent.items if (sent.value or {}).get(item) is not None}
    held = {item for (key, item), stored in desk.stored.items() if key == asked.key and item and not stored.cleared}
    new = in_order(given - held)
    room = max(0, limit - len(held - (sent.items - given)))
    if beyond := new[room:]:
        taken.problems.append(Problem(asked.key, too_many_entries(limit), "invalid"))
        taken.unsaved += [(asked.key, item) for item in beyond]
    return sorted(sent.items - set(beyond))


def _take(actor: Actor, desk: Desk, asked: Asked, item: str, sent: Posted, taken: _Taken) -> None:
    raw = (sent.value or {}).get(item) if item else sent.value
    value, refused = _checked(asked, item, raw, desk)
    taken.problems += refused
    if refused and len(orjson.dumps(raw)) > LARGEST_REFUSED:
        name = f"{asked.key}.{item}" if item else asked.key
        taken.problems.append(
            Problem(
                name,
                M("Diese Eingabe ist zu groß und nicht gespeichert. Sie steht nur noch hier; bitte kürzen Sie sie."),
            )
        )
        taken.unsaved.append((asked.key, item))
        return
    found = _change(actor, desk, asked.key, item, {"raw": raw} if refused else {"value": value}, sent)
    if isinstance(found, Collision):
        taken.collisions.append(found)
    elif found is not None:
        taken.changed.append(found)


def wrote(actor: Actor, response: Response) -> None:
    """Something of it is other than before: whoever did that does not release it alone. Turning pages is no writing."""
    response.author_id = actor.person_id


def require_answering(actor: Actor, response: Response) -> None:
    """403 for the wrong people, 409 with the reason where the moment is wrong."""
    if ANSWER(actor, response):
        return
    if not member(actor, response):
        raise Forbidden(M("Das darf nur: {who}.", who=ANSWER.name))
    if not is_open(actor, response):
        raise Conflict(
            M("Die Frist ist abgelaufen; Ihre Eingabe wurde nicht gespeichert. Bitten Sie die ausschreibende Stelle um eine "
              "Fristverlängerung.")
        )  # fmt: skip
    if response.state != ResponseState.DRAFTING and (why := why_no_answers(actor, response)):
        raise Conflict(why)
    raise Forbidden(M("Das darf nur: {who}.", who=ANSWER.name))


def _checked(asked: Asked, item: str, raw: Any, desk: Desk) -> tuple[Any, tuple[Problem, ...]]:
    whole = {item: raw} if item else raw
    if raw is None:
        return None, ()
    value, problems = judged(asked, whole, desk.context)
    return ((value or {}).get(item) if item else value), problems


def _change(
    actor: Actor, desk: Desk, key: str, item: str, value: dict[str, Any], posted: Posted
) -> Collision | dict[str, Any] | None:
    """The row as it is from now on, or a collision: guarded by the version the writer saw, so that nothing of either writer is
    lost. An answer that is cleared keeps its row: otherwise its versions would begin anew, and an old page would pass for new.
    """
    stored = desk.stored.get((key, item))
    sent = value.get("raw", value.get("value"))
    untouched = posted.shown.get(item) == fingerprint(sent)
    seen = posted.versions.get(item, stored.version if stored else 0)
    if stored is None:
        if sent is None or (untouched and seen > 0):
            return None
    elif stored.value == sent and stored.refused == ("raw" in value):
        return None
    elif seen != stored.version:
        if untouched:
            return None
        if not stored.saved_by(posted.writer):
            return Collision(key, item, sent, stored.value, stored.editor_id)
    return {
        "response_id": desk.response.id, "question_key": key, "item_key": item, "value": value,
        "version": (stored.version if stored else seen) + 1, "editor_id": actor.person_id, "edited_at": actor.moment,
        "writer": posted.writer or None,
    }  # fmt: skip


def _store(session: Session, desk: Desk, rows: Iterable[dict[str, Any]]) -> None:
    """Most are new, and those take one statement."""
    new = []
    for row in rows:
        if (row["question_key"], row["item_key"]) in desk.stored:
            put(session, DraftAnswer, row, ["response_id", "question_key", "item_key"])
        else:
            new.append(row)
    insert_rows(session, DraftAnswer, new)
