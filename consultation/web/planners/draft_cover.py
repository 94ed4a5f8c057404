"""The cover of a draft version: title, kind, date and language, corrected while the version is not fixed."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid, Problem
from consultation.core.language import M
from consultation.http import Db, Form, Pages, PostedForm, page, see_other
from consultation.programmes import cover, editing
from consultation.programmes.actions import require_planner
from consultation.programmes.cover import Cover
from consultation.programmes.titles import DRAFT_KIND_TITLES
from consultation.states import DraftVersionState
from consultation.subjects import Actor
from consultation.web.planners.drafts import draft_frame, draft_steps, of_programme
from consultation.web.planners.frame import PREFIX, Planning, problems_of, programme_path, typed_day

router = Pages(prefix=PREFIX + "/programmes/{slug}/drafts/{draft_id}/cover")
KINDS = [(kind.value, title) for kind, title in DRAFT_KIND_TITLES.items()]


def typed_lines(form: PostedForm) -> dict[str, str]:
    """As typed, to be shown again."""
    return {name: form.line(name) for name in ("title", "kind", "date", "language")}


def typed_cover(form: PostedForm) -> Cover:
    """Raises Invalid with every problem at once."""
    try:
        dated: date | Problem | None = typed_day(form, "date")
    except Invalid as refused:
        dated = refused.problems[0]
    assert dated is not None
    return cover.checked(form.line("title"), form.line("kind"), dated, form.line("language"))


@router.get("")
def ask(request: Request, db: Db, actor: Planning, slug: str, draft_id: uuid.UUID) -> Response:
    return _page(request, db, actor, slug, draft_id, None)


@router.post("")
def save(request: Request, db: Db, actor: Planning, slug: str, draft_id: uuid.UUID, form: Form) -> Response:
    try:
        said = typed_cover(form)
        with db.transaction() as session:
            version = editing.open_for_editing(session, actor, slug, draft_id)
            cover.correct(session, actor, version, said, seen=form.line("seen"))
    except Invalid as refused:
        more = {"problems": problems_of(refused), "seen": form.line("seen")}
        return _page(request, db, actor, slug, draft_id, typed_lines(form), refused.status, more)
    except Conflict as refused:
        more = {"problems": problems_of(refused)}
        return _page(request, db, actor, slug, draft_id, typed_lines(form), refused.status, more)
    return see_other(f"{programme_path(actor, slug)}/drafts/{draft_id}", M("Gespeichert."))


def _page(
    request: Request, db: Database, actor: Actor, slug: str, draft_id: uuid.UUID, typed: Mapping[str, str] | None,
    status: int = 200, more: Mapping[str, Any] | None = None,
) -> Response:  # fmt: skip
    """`typed` is what was refused; beside it stands what somebody else saved meanwhile, if so."""
    here = M("Titel und Stand ändern")
    with db.reader() as session:
        version = of_programme(session, actor, slug, draft_id)
        require_planner(actor, version)
    at = f"{programme_path(actor, slug)}/drafts/{draft_id}"
    if version.state != DraftVersionState.DRAFT:
        if typed is not None:
            raise Conflict(editing.PUBLISHED)
        return see_other(at, editing.PUBLISHED, "warning")
    stored = cover.of(version)
    as_stored = {
        "title": stored.title,
        "kind": stored.kind.value,
        "date": str(stored.dated),
        "language": stored.language,
    }
    data = draft_frame(actor, version.programme, *draft_steps(actor, version.programme, version, here)) | {
        "version": version,
        "kinds": KINDS,
        "kind_titles": DRAFT_KIND_TITLES,
        "at": at,
        "stored": stored,
        "typed": typed or as_stored,
        "seen": cover.fingerprint(stored),
    }  # fmt: skip
    return page(request, "planners/draft_cover.html", data | dict(more or {}), status)
