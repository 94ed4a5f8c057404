"""Drafts: read from a file, previewed, saved; read section by section; frozen.

Between preview and saving nothing is stored here: the reading travels in the form, packed and signed.
"""

import uuid
import zlib
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.errors import Invalid, NotFound
from consultation.core.language import M, Message
from consultation.core.times import local_day
from consultation.http import Configured, Db, Form, page, see_other, signing
from consultation.http.forms import MAX_TEXT
from consultation.http.language import language_of
from consultation.programmes import drafts, queries
from consultation.programmes.actions import require_planner
from consultation.programmes.importers import IMPORTERS, DraftTree, import_draft
from consultation.programmes.importers.tree import from_json, to_json
from consultation.programmes.models import DraftKind, DraftVersion, Programme, Section
from consultation.programmes.reading import reading
from consultation.programmes.titles import DRAFT_KIND_TITLES
from consultation.rulebook import DRAFT_VERSION
from consultation.settings import Settings
from consultation.subjects import Actor
from consultation.web.planners.frame import (
    PREFIX,
    Planning,
    problems_of,
    programme_crumbs,
    programme_path,
    typed_day,
)

router = APIRouter(prefix=PREFIX + "/programmes/{slug}/drafts")
KINDS = [(kind.value, title) for kind, title in DRAFT_KIND_TITLES.items()]
ENDINGS = [f".{ending}" for importer in IMPORTERS.values() for ending in importer.extensions]


def _frame(actor: Actor, programme: Programme, here: Message | str) -> dict[str, Any]:
    return {
        "programme": programme,
        "demo": programme.demo,
        "at": f"{programme_path(actor, programme.slug)}/drafts",
        "breadcrumbs": programme_crumbs(actor, programme, here),
        "kinds": KINDS,
        "endings": ENDINGS,
    }


@router.get("/import")
def ask(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    with db.reader() as session:
        programme = queries.get(session, actor, slug)
        require_planner(actor, programme)
    return page(request, "planners/draft_import.html", _frame(actor, programme, M("Entwurf einlesen")))


@router.post("/import")
def preview(request: Request, db: Db, settings: Configured, actor: Planning, slug: str, form: Form) -> Response:
    """Reads the file and shows what it understood; nothing is saved yet."""
    with db.reader() as session:
        programme = queries.get(session, actor, slug)
        require_planner(actor, programme)
        before = queries.latest_published(session, programme.id, queries.next_draft_number(session, programme.id))
    frame = _frame(actor, programme, M("Entwurf einlesen"))
    upload = form.file("file")
    try:
        if upload is None:
            raise Invalid.about("file", M("Wählen Sie die Datei mit dem Entwurf aus."))
        tree = import_draft(upload.name, upload.content)
        packed = _packed(settings, actor, programme, tree)
    except Invalid as refused:
        wrong = Invalid.about("file", refused.message).problems if not refused.problems else refused.problems
        return page(request, "planners/draft_import.html", frame | {"problems": wrong}, 422)
    typed = {"title": tree.title or programme.title, "kind": DraftKind.GUIDELINE.value, "language": "de"}
    typed["date"] = local_day(actor.moment).isoformat()
    return _preview(request, frame, tree, before.sections if before else [], {"packed": packed, "typed": typed})


def _preview(
    request: Request, frame: dict[str, Any], tree: DraftTree, before: list[Section], more: dict[str, Any],
    status: int = 200,
) -> Response:  # fmt: skip
    placed = drafts.match(tree, before)
    kept = {one.known_as for one in placed if one.known_as}
    data = {
        "tree": tree,
        "found": [Found(p.section.level, p.section.title, len(p.section.blocks), bool(p.known_as)) for p in placed],
        "matched": len(kept),
        "had_before": len(before),
        "gone": [section for section in before if section.key not in kept],
    }
    return page(request, "planners/draft_preview.html", frame | data | more, status)


@dataclass(frozen=True)
class Found:
    """A line of the preview: a section, how much stands in it, and whether the version before had it."""

    level: int
    title: str
    blocks: int
    known: bool


@router.post("")
def save(request: Request, db: Db, settings: Configured, actor: Planning, slug: str, form: Form) -> Response:
    with db.reader() as session:
        programme = queries.get(session, actor, slug)
        require_planner(actor, programme)
        before = queries.latest_published(session, programme.id, queries.next_draft_number(session, programme.id))
    tree = _unpacked(settings, actor, programme, form.line("packed"))
    typed = {name: form.line(name) for name in ("title", "kind", "date", "language")}
    try:
        kind, dated = _kind(typed["kind"]), typed_day(form, "date")
        assert dated is not None
        with db.transaction() as session:
            language = "en" if typed["language"] == "en" else "de"
            version = drafts.save(
                session, actor, slug, tree, kind=kind, dated=dated, title=typed["title"], language=language
            )
    except Invalid as refused:
        more = {"packed": form.line("packed"), "typed": typed, "problems": problems_of(refused)}
        frame = _frame(actor, programme, M("Entwurf einlesen"))
        return _preview(request, frame, tree, before.sections if before else [], more, 422)
    told = M("Fassung {number} ist gespeichert. Lesen Sie sie hier noch einmal nach.", number=version.number)
    return see_other(f"{programme_path(actor, slug)}/drafts/{version.id}", told)


def _kind(text: str) -> DraftKind:
    if text not in list(DraftKind):
        raise Invalid.about("kind", M("Wählen Sie die Art des Entwurfs."))
    return DraftKind(text)


def _purpose(actor: Actor, programme: Programme) -> str:
    return f"draft:{actor.organisation_id}:{programme.id}"


def _packed(settings: Settings, actor: Actor, programme: Programme, tree: DraftTree) -> str:
    packed = zlib.compress(orjson.dumps(to_json(tree)), 9)
    signed = signing.sign(settings.secret_key.get_secret_value(), _purpose(actor, programme), packed)
    if len(signed) > MAX_TEXT - 100_000:
        raise Invalid.about("file", M("Der Entwurf ist zu lang, um ihn hier einzulesen. Teilen Sie ihn bitte auf."))
    return signed


def _unpacked(settings: Settings, actor: Actor, programme: Programme, signed: str) -> DraftTree:
    """Only what this service has read itself comes through, so it can be trusted."""
    packed = signing.verify(settings.secret_key.get_secret_value(), _purpose(actor, programme), signed)
    if packed is None:
        raise Invalid(M("Diese Vorschau ist nicht mehr gültig. Bitte lesen Sie die Datei noch einmal ein."))
    return from_json(orjson.loads(zlib.decompress(packed)))


@router.get("/{draft_id}")
def show(request: Request, db: Db, actor: Planning, slug: str, draft_id: uuid.UUID) -> Response:
    with db.reader() as session:
        programme = queries.get(session, actor, slug)
        version = _of(session, actor, programme, draft_id)
    here = M("Fassung {number}", number=version.number)
    data = _frame(actor, programme, here) | {
        "version": version,
        "reading": reading(version, language_of(request)),
        "kind_titles": DRAFT_KIND_TITLES,
        "states": DRAFT_VERSION.states,
        "may_publish": DRAFT_VERSION.may(actor, version, "publish"),
    }
    return page(request, "planners/draft.html", data)


@router.post("/{draft_id}/publish")
def publish(db: Db, actor: Planning, slug: str, draft_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        version = _of(session, actor, queries.get(session, actor, slug), draft_id)
        require_planner(actor, version)
        drafts.publish(session, actor, version)
    told = M("Die Fassung ist festgeschrieben und ändert sich nicht mehr.")
    return see_other(f"{programme_path(actor, slug)}/drafts/{draft_id}", told)


def _of(session: Session, actor: Actor, programme: Programme, draft_id: uuid.UUID) -> DraftVersion:
    version = queries.draft_version(session, actor, draft_id)
    if version.programme_id != programme.id:
        raise NotFound(M("Diese Entwurfsfassung gibt es nicht."))
    return version
