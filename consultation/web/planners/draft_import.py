"""A draft read from a file over the last version: previewed with what became of every section, doubts settled, saved.

Between preview and saving nothing is stored here: the reading travels in the form, packed and signed.
"""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid
from consultation.core.language import M
from consultation.core.marks import mark_of
from consultation.core.times import local_day
from consultation.http import Configured, Db, Form, Pages, PostedForm, page, see_other, signing
from consultation.http.forms import MAX_TEXT
from consultation.programmes import drafts, named, queries
from consultation.programmes.actions import require_planner
from consultation.programmes.contradictions import Contradiction, contradictions, read
from consultation.programmes.importers import IMPORTERS, DraftTree, import_draft
from consultation.programmes.importers.tree import from_json, to_json
from consultation.programmes.matching import match
from consultation.programmes.models import DraftKind, DraftVersion, Programme, Section
from consultation.settings import Settings
from consultation.subjects import Actor
from consultation.web.planners.draft_cover import KINDS, typed_cover, typed_lines
from consultation.web.planners.drafts import draft_frame
from consultation.web.planners.frame import PREFIX, Planning, problems_of, programme_path
from consultation.web.planners.matches import overlook

router = Pages(prefix=PREFIX + "/programmes/{slug}/drafts")
ENDINGS = [f".{ending}" for importer in IMPORTERS.values() for ending in importer.extensions]


def _frame(actor: Actor, programme: Programme) -> dict[str, Any]:
    return draft_frame(actor, programme, (M("Entwurf einlesen"), "")) | {"kinds": KINDS, "endings": ENDINGS}


def _programme(session: Session, actor: Actor, slug: str) -> tuple[Programme, DraftVersion | None]:
    """With its last version."""
    programme = queries.get(session, actor, slug)
    require_planner(actor, programme)
    return programme, queries.last_draft(session, programme.id)


def _sections(last: DraftVersion | None) -> list[Section]:
    return last.sections if last else []


@router.get("/import")
def ask(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    with db.reader() as session:
        programme, last = _programme(session, actor, slug)
    return page(request, "planners/draft_import.html", _frame(actor, programme) | {"had_before": len(_sections(last))})


@router.post("/import")
def preview(request: Request, db: Db, settings: Configured, actor: Planning, slug: str, form: Form) -> Response:
    """Reads the file and shows what it understood; nothing is saved yet."""
    with db.reader() as session:
        programme, last = _programme(session, actor, slug)
    upload = form.file("file")
    try:
        if upload is None:
            raise Invalid.about("file", M("Wählen Sie die Datei mit dem Entwurf aus."))
        tree = import_draft(upload.name, upload.content)
        packed = _packed(settings, actor, programme, tree)
    except Invalid as refused:
        wrong = Invalid.about("file", refused.message).problems if not refused.problems else refused.problems
        data = _frame(actor, programme) | {"problems": wrong, "had_before": len(_sections(last))}
        return page(request, "planners/draft_import.html", data, 422)
    typed = {"title": tree.title or programme.title, "kind": last.kind if last else DraftKind.GUIDELINE.value}
    typed["language"] = last.language if last else "de"
    typed["date"] = local_day(actor.moment).isoformat()
    more = {"packed": packed, "typed": typed, "choices": {}}
    return _preview(request, actor, programme, tree, last, more)


def _preview(
    request: Request, actor: Actor, programme: Programme, tree: DraftTree, last: DraftVersion | None,
    more: dict[str, Any], status: int = 200,
) -> Response:  # fmt: skip
    before = _sections(last)
    matching = match(tree, before)
    rows = list(drafts.rows(matching, matching.proposed()))
    data = _frame(actor, programme) | {
        "tree": tree,
        "seen": overlook(matching, before),
        "unknown": named.unknown(rows, {one.name for one in programme.parameters}),
        "doubts": _doubts(programme, last, rows, more["typed"]["language"]),
        "had_before": len(before),
        "base": _fingerprint(before),
    }
    return page(request, "planners/draft_preview.html", data | more, status)


def _doubts(
    programme: Programme, last: DraftVersion | None, rows: Sequence[Section], language: str
) -> list[Contradiction]:
    if last is None:
        return []
    return contradictions(read(programme, last, last.sections, last.language), read(programme, None, rows, language))


@router.post("")
def save(request: Request, db: Db, settings: Configured, actor: Planning, slug: str, form: Form) -> Response:
    typed = typed_lines(form)
    choices = {name: form.line(name) for name in sorted(form.keys()) if name.startswith("match-")}
    try:
        return _save(db, settings, actor, slug, form, typed, choices)
    except (Invalid, Conflict) as refused:
        with db.reader() as session:
            programme, last = _programme(session, actor, slug)
        tree = _unpacked(settings, actor, programme, form.line("packed"))
        more = {"packed": form.line("packed"), "typed": typed, "choices": choices, "problems": problems_of(refused)}
        return _preview(request, actor, programme, tree, last, more, refused.status)


def _save(
    db: Database, settings: Settings, actor: Actor, slug: str, form: PostedForm, typed: Mapping[str, str],
    choices: Mapping[str, str],
) -> Response:  # fmt: skip
    with db.transaction() as session:
        programme, last = _programme(session, actor, slug)
        tree = _unpacked(settings, actor, programme, form.line("packed"))
        if form.line("base") != _fingerprint(_sections(last)):
            raise Conflict(
                M("Die letzte Fassung hat sich inzwischen geändert. Bitte prüfen Sie die Zuordnung noch einmal.")
            )
        said = typed_cover(form)
        version = drafts.save(
            session, actor, slug, tree, kind=said.kind, dated=said.dated, title=said.title, language=said.language,
            choices=choices,
        )  # fmt: skip
    told = M("Fassung {number} ist gespeichert. Lesen Sie sie hier noch einmal nach.", number=version.number)
    return see_other(f"{programme_path(actor, slug)}/drafts/{version.id}", told)


def _fingerprint(before: Sequence[Section]) -> str:
    """Of what the preview compared with: another version, or a corrected one, has another."""
    text = " ".join(f"{section.id} {section.position} {section.version}" for section in before)
    return mark_of(text.encode())


# -- the reading on its way through the form -------------------------------------------------------------------------
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
