"""Small corrections of a draft in the browser: a section's number, heading and text, the order, one more, one less."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.blocks import from_json, to_json
from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid, NotFound
from consultation.core.language import M, Message
from consultation.http import Db, Form, Pages, PostedForm, page, see_other
from consultation.programmes import arranging, editing, named, notation
from consultation.programmes.actions import require_planner
from consultation.programmes.comparison import Compared, compare
from consultation.programmes.contradictions import mark
from consultation.programmes.editing import Typed
from consultation.programmes.models import DraftVersion, Section
from consultation.states import DraftVersionState
from consultation.subjects import Actor
from consultation.web.planners.drafts import draft_frame, draft_steps, of_programme
from consultation.web.planners.frame import PREFIX, Planning, problems_of, programme_path

router = Pages(prefix=PREFIX + "/programmes/{slug}/drafts/{draft_id}")


def _at(actor: Actor, slug: str, draft_id: uuid.UUID) -> str:
    return f"{programme_path(actor, slug)}/drafts/{draft_id}"


def _read(session: Session, actor: Actor, slug: str, draft_id: uuid.UUID, here: Message) -> dict[str, Any]:
    """The version to be corrected with what stands around it; `closed` says why a published one cannot be."""
    version = of_programme(session, actor, slug, draft_id)
    require_planner(actor, version)
    closed = version.state != DraftVersionState.DRAFT
    steps = draft_steps(actor, version.programme, version, here)
    frame = draft_frame(actor, version.programme, *steps)
    return frame | {
        "version": version,
        "at": _at(actor, slug, draft_id),
        "closed": editing.PUBLISHED if closed else None,
    }


# -- the order -------------------------------------------------------------------------------------------------------
@router.get("/edit")
def outline(request: Request, db: Db, actor: Planning, slug: str, draft_id: uuid.UUID) -> Response:
    with db.reader() as session:
        data = _read(session, actor, slug, draft_id, M("Text berichtigen"))
        if data["closed"]:
            return see_other(data["at"], editing.PUBLISHED, "warning")
        version: DraftVersion = data["version"]
        order = editing.order_of(version.sections)
        siblings: dict[str | None, list[str]] = {}
        for entry in order:
            siblings.setdefault(entry.parent, []).append(entry.key)
        data["first"] = {keys[0] for keys in siblings.values()}
        data["last"] = {keys[-1] for keys in siblings.values()}
    return page(request, "planners/draft_outline.html", data)


@router.post("/move")
def move(db: Db, actor: Planning, slug: str, draft_id: uuid.UUID, form: Form) -> Response:
    key = form.line("up") or form.line("down")
    with db.transaction() as session:
        version = editing.open_for_editing(session, actor, slug, draft_id)
        editing.move(session, actor, version, key, "up" if form.line("up") else "down")
    return see_other(f"{_at(actor, slug, draft_id)}/edit#{key}")


# -- one section -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Quarrel:
    """Two people corrected the same section: what the other one saved, and this one's words against it."""

    theirs: Section
    wording: Compared


@router.get("/sections/new")
def ask(request: Request, db: Db, actor: Planning, slug: str, draft_id: uuid.UUID) -> Response:
    return _new(request, db, actor, slug, draft_id, Typed("", "", "", ""), request.query_params.get("after", ""))


def _new(
    request: Request, db: Database, actor: Actor, slug: str, draft_id: uuid.UUID, typed: Typed, after: str,
    status: int = 200, **more: Any,
) -> Response:  # fmt: skip
    with db.reader() as session:
        data = _read(session, actor, slug, draft_id, M("Neuer Abschnitt"))
        version: DraftVersion = data["version"]
        if data["closed"] and status == 200:
            return see_other(data["at"], editing.PUBLISHED, "warning")
        if after and after not in {section.key for section in version.sections}:
            raise NotFound(M("Diesen Abschnitt gibt es im Entwurf nicht."))
    places = [(s.key, M("Nach „{title}“", title=_title(s))) for s in version.sections]
    data |= {"section": None, "typed": typed, "after": after, "places": [("", M("Ganz am Anfang")), *places], "seen": 0}
    return page(request, "planners/draft_section.html", data | _as_read(version, more), status)


def _as_read(version: DraftVersion, more: dict[str, Any]) -> dict[str, Any]:
    """What is previewed, with the values of the programme in the place of their names."""
    if "preview" not in more:
        return more
    known = named.values(version, version.programme)
    return more | {"preview": from_json(named.filled(to_json(more["preview"]), known))}


@router.post("/sections/new")
def create(request: Request, db: Db, actor: Planning, slug: str, draft_id: uuid.UUID, form: Form) -> Response:
    typed, after = _typed(form), form.line("after")
    try:
        if form.checked("preview"):
            shown = editing.preview(typed)
            return _new(request, db, actor, slug, draft_id, typed, after, preview=shown, unsaved=True)
        with db.transaction() as session:
            version = editing.open_for_editing(session, actor, slug, draft_id)
            key = editing.add(session, actor, version, typed, after=after)
    except (Invalid, Conflict) as refused:
        more = {"problems": problems_of(refused), "unsaved": True}
        return _new(request, db, actor, slug, draft_id, typed, after, refused.status, **more)
    return see_other(f"{_at(actor, slug, draft_id)}/edit#{key}", M("Der Abschnitt ist eingefügt."))


@router.get("/sections/{section_key}")
def look(request: Request, db: Db, actor: Planning, slug: str, draft_id: uuid.UUID, section_key: str) -> Response:
    return _section(request, db, actor, slug, draft_id, section_key, None)


def _section(
    request: Request, db: Database, actor: Actor, slug: str, draft_id: uuid.UUID, key: str, typed: Typed | None,
    status: int = 200, **more: Any,
) -> Response:  # fmt: skip
    with db.reader() as session:
        data = _read(session, actor, slug, draft_id, M("Abschnitt berichtigen"))
        version: DraftVersion = data["version"]
        if data["closed"] and typed is None:
            return see_other(data["at"], editing.PUBLISHED, "warning")
        section = editing.section_of(version, key)
    inside = arranging.below(editing.order_of(version.sections), key)
    parents = [(s.key, _title(s)) for s in version.sections if s.key not in inside]
    data |= {
        "section": section,
        "title": _title(section),
        "typed": typed or _stored(section),
        "seen": section.version,
        "parents": [("", M("Keinem: Er steht auf der ersten Ebene.")), *parents],
        "inside": len(inside) - 1,
    }
    if typed is not None and status == Conflict.status and not data["closed"]:
        data |= {"quarrel": Quarrel(section, _against(section, typed)), "theirs": _stored(section).text}
    return page(request, "planners/draft_section.html", data | _as_read(version, more), status)


@router.post("/sections/{section_key}")
def save(
    request: Request, db: Db, actor: Planning, slug: str, draft_id: uuid.UUID, section_key: str, form: Form
) -> Response:
    """A figure that a programme value says otherwise is asked about once; what was seen then is saved with the next press."""
    typed, seen = _typed(form), _number(form.line("seen"))
    more: dict[str, Any]
    try:
        if form.checked("preview"):
            more = {"preview": editing.preview(typed), "unsaved": True, "seen": seen}
            return _section(request, db, actor, slug, draft_id, section_key, typed, **more)
        with db.transaction() as session:
            version = editing.open_for_editing(session, actor, slug, draft_id)
            doubts = editing.doubts(version, section_key, typed, seen=seen)
            asks = bool(doubts) and form.line("despite") != mark(doubts)
            if not asks:
                editing.edit(session, actor, version, section_key, typed, seen=seen, sure=form.checked("sure"))
    except Invalid as refused:
        more = {"problems": problems_of(refused), "unsaved": True, "seen": seen}
        return _section(request, db, actor, slug, draft_id, section_key, typed, refused.status, **more)
    except Conflict as refused:
        return _section(request, db, actor, slug, draft_id, section_key, typed, refused.status, unsaved=True)
    except NotFound:  # somebody else removed it meanwhile: what was typed can be put in again
        return _new(request, db, actor, slug, draft_id, typed, "", Conflict.status, gone=True, unsaved=True)
    if asks:
        more = {"doubts": doubts, "despite": mark(doubts), "unsaved": True, "seen": seen}
        return _section(request, db, actor, slug, draft_id, section_key, typed, **more)
    return see_other(f"{_at(actor, slug, draft_id)}/edit#{section_key}", M("Gespeichert."))


@router.post("/sections/{section_key}/remove")
def remove(db: Db, actor: Planning, slug: str, draft_id: uuid.UUID, section_key: str, form: Form) -> Response:
    with db.transaction() as session:
        version = editing.open_for_editing(session, actor, slug, draft_id)
        editing.remove(session, actor, version, section_key, seen=_number(form.line("seen")))
    return see_other(f"{_at(actor, slug, draft_id)}/edit", M("Der Abschnitt ist entfernt."))


@router.post("/continue")
def continue_(db: Db, actor: Planning, slug: str, draft_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        made = editing.continue_from(session, actor, slug, draft_id)
    told = M("Fassung {number} ist angelegt. Hier können Sie sie berichtigen.", number=made.number)
    return see_other(f"{_at(actor, slug, made.id)}/edit", told)


def _typed(form: PostedForm) -> Typed:
    return Typed(form.line("number"), form.line("heading"), form.text("text"), form.line("parent"))


def _stored(section: Section) -> Typed:
    text = notation.write(from_json(section.blocks))
    return Typed(section.number, section.heading, text, section.parent_key or "")


def _against(section: Section, typed: Typed) -> Compared:
    """What the other one saved, against what was typed here."""
    mine = Section(
        key=section.key, parent_key=None, number=typed.number, heading=typed.heading,
        blocks=to_json(notation.read(typed.text)),
    )  # fmt: skip
    theirs = Section(
        key=section.key, parent_key=None, number=section.number, heading=section.heading, blocks=section.blocks
    )
    return compare([theirs], [mine]).sections[0]


def _title(section: Section) -> str:
    return f"{section.number} {section.heading}".strip()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
