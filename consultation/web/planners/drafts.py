"""A draft version read section by section, frozen, or continued as the next one."""

import uuid
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.errors import NotFound
from consultation.core.language import M, Message
from consultation.http import Db, Pages, page, see_other
from consultation.http.language import language_of
from consultation.programmes import drafts, named, queries
from consultation.programmes.actions import require_planner
from consultation.programmes.models import DraftVersion, Programme
from consultation.programmes.reading import reading
from consultation.programmes.titles import DRAFT_KIND_TITLES
from consultation.rulebook import DRAFT_VERSION, planner
from consultation.states import DraftVersionState
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Crumbs, Planning, programme_crumbs, programme_path

router = Pages(prefix=PREFIX + "/programmes/{slug}/drafts")


def draft_frame(actor: Actor, programme: Programme, *here: tuple[Message | str, str]) -> dict[str, Any]:
    """What the pages of drafts show around themselves; `here` are the steps below the programme, the last is the page."""
    way: Crumbs = [*programme_crumbs(actor, programme), *here]
    above = programme_path(actor, programme.slug)
    around = {"programme": programme, "programme_at": above, "demo": programme.demo}
    return around | {"at": f"{above}/drafts", "breadcrumbs": way}


def draft_steps(
    actor: Actor, programme: Programme, version: DraftVersion, here: Message
) -> tuple[tuple[Message | str, str], ...]:
    """The way to a page below a version."""
    at = f"{programme_path(actor, programme.slug)}/drafts/{version.id}"
    return (M("Fassung {number}", number=version.number), at), (here, "")


def of_programme(session: Session, actor: Actor, slug: str, draft_id: uuid.UUID) -> DraftVersion:
    """With its sections and its programme. Raises NotFound for a version of another programme."""
    version = queries.draft_version(session, actor, draft_id)
    if version.programme.slug != slug:
        raise NotFound(M("Diese Entwurfsfassung gibt es nicht."))
    return version


def unknown_values(version: DraftVersion) -> list[tuple[str, str]]:
    """Title of the section and name, for each name that stands for nothing."""
    known = named.values(version, version.programme)
    return named.unknown(named.shown(version.sections, known), known)


@router.get("/{draft_id}")
def show(request: Request, db: Db, actor: Planning, slug: str, draft_id: uuid.UUID) -> Response:
    with db.reader() as session:
        version = of_programme(session, actor, slug, draft_id)
    here = M("Fassung {number}", number=version.number)
    data = draft_frame(actor, version.programme, (here, "")) | {
        "version": version,
        "reading": reading(version, language_of(request)),
        "unknown": unknown_values(version),
        "kind_titles": DRAFT_KIND_TITLES,
        "states": DRAFT_VERSION.states,
        "may_publish": DRAFT_VERSION.may(actor, version, "publish"),
        "edits": planner(actor, version) and version.state == DraftVersionState.DRAFT,
        "continues": planner(actor, version) and version.state == DraftVersionState.PUBLISHED,
    }
    return page(request, "planners/draft.html", data)


@router.post("/{draft_id}/publish")
def publish(db: Db, actor: Planning, slug: str, draft_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        version = of_programme(session, actor, slug, draft_id)
        require_planner(actor, version)
        drafts.publish(session, actor, version)
    told = M("Die Fassung ist festgeschrieben und ändert sich nicht mehr.")
    return see_other(f"{programme_path(actor, slug)}/drafts/{draft_id}", told)
