"""Editions: begun, watched while they are compiled, looked at, downloaded, published."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.errors import Conflict, DomainError, Invalid, NotReady
from consultation.core.language import M, Message
from consultation.documents import editions, queries
from consultation.documents.formats import FORMATS
from consultation.documents.formats.html import content_security_policy
from consultation.documents.models import Edition
from consultation.evaluation.figures import Filters
from consultation.http import Configured, Db, Form, Number, page, see_other
from consultation.people.kinds import KIND_TITLES, MUNICIPAL_BODIES
from consultation.register.kinds import SIZE_CLASS_TITLES
from consultation.register.states import STATE_TITLES
from consultation.rulebook import EDITION, planner
from consultation.states import Audience, EditionState
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, planned, problems_of, surroundings

router = APIRouter(prefix=PREFIX + "/consultations/{slug}/editions")
AUDIENCE_TITLES: dict[Audience, Message] = {Audience.INTERNAL: M("intern"), Audience.PUBLIC: M("öffentlich")}
AUDIENCES = [
    (Audience.INTERNAL.value, M("Intern"), M("Mit allen Stellungnahmen, nur für Sie.")),
    (Audience.PUBLIC.value, M("Öffentlich"),
     M("Beachtet die Veröffentlichungsfreigaben und schützt kleine Gruppen. Erst nach Beginn der Auswertung.")),
]  # fmt: skip
LANGUAGES = [("de", M("Deutsch")), ("en", M("Englisch"))]
BADGES = {
    EditionState.COMPILING: "info",
    EditionState.COMPILED: "success",
    EditionState.PUBLISHED: "success",
    EditionState.FAILED: "danger",
}
FILTERS: dict[str, tuple[Message, list[tuple[str, Message]]]] = {
    "states": (M("Nur aus diesen Ländern"), [(s.value, title) for s, title in STATE_TITLES.items()]),
    "size_classes": (M("Nur diese Größenklassen"), [(s.value, title) for s, title in SIZE_CLASS_TITLES.items()]),
    "kinds": (M("Nur diese Arten"), [(k.value, t) for k, t in KIND_TITLES.items() if k in MUNICIPAL_BODIES]),
}


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _list(request, db, actor, slug)


def _list(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        found = queries.of_consultation(session, actor, consultation.id)
    data = surroundings(actor, consultation, M("Ausgaben")) | {
        "editions": found,
        "states": EDITION.states,
        "badges": BADGES,
        "audience_titles": AUDIENCE_TITLES,
        "plans": planner(actor, consultation),
        "audiences": AUDIENCES,
        "languages_offered": LANGUAGES,
        "filters": FILTERS,
        "typed": {"audience": Audience.INTERNAL.value, "language": "de"} | {name: [] for name in FILTERS},
    }
    return page(request, "planners/editions.html", data | more, status)


@router.post("")
def start(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed: dict[str, Any] = {"audience": form.line("audience"), "language": form.line("language")}
    chosen = {name: form.lines(name) for name in FILTERS}
    try:
        with db.transaction() as session:
            planner.demand(actor, planned(session, actor, slug))
            _check(typed["audience"], chosen)
            filters = Filters(**{name: frozenset(values) for name, values in chosen.items()}).to_json()
            made = editions.start(
                session, actor, slug, Audience(typed["audience"]), language=typed["language"], filters=filters
            )
    except (Invalid, Conflict) as refused:
        return _list(request, db, actor, slug, refused.status, typed=typed | chosen, problems=problems_of(refused))
    told = M("Ausgabe {number} wird erstellt.", number=made.number)
    return see_other(f"{consultation_path(actor, slug)}/editions/{made.number}", told, "info")


def _check(audience: str, chosen: dict[str, list[str]]) -> None:
    if audience not in list(Audience):
        raise Invalid.about("audience", M("Wählen Sie, für wen die Ausgabe ist."))
    for name, values in chosen.items():
        if set(values) - {key for key, _ in FILTERS[name][1]}:
            raise Invalid.about(name, M("Wählen Sie aus den angebotenen Werten."))


# -- one edition -----------------------------------------------------------------------------------------------------
def _of(session: Session, actor: Actor, slug: str, number: int) -> tuple[Consultation, Edition]:
    consultation = planned(session, actor, slug)
    return consultation, queries.by_number(session, actor, slug, number)


def _one(
    request: Request, db: Database, actor: Actor, slug: str, number: int, refused: DomainError | None = None
) -> Response:
    with db.reader() as session:
        consultation, edition = _of(session, actor, slug, number)
    data = surroundings(actor, consultation, M("Ausgabe {number}", number=number)) | {
        "edition": edition,
        "here": f"{consultation_path(actor, slug)}/editions/{number}",
        "state": EDITION.states[edition.state],
        "badge": BADGES[edition.state],
        "audience": AUDIENCE_TITLES[edition.audience],
        "formats": FORMATS,
        "html": next((file for file in edition.files if file.format == "html"), None),
        "allowed": {row.action for row in EDITION.allowed(actor, edition)},
        "refusals": list(EDITION.rows["publish"].problems(actor, edition)) if _waits(edition) else [],
        "problems": problems_of(refused) if refused else (),
        "chosen": [(FILTERS[name][0], _words(name, values)) for name, values in edition.filters.items() if values],
    }  # fmt: skip
    if request.headers.get("hx-request") == "true":
        return page(request, "planners/edition_progress.html", data, partial=True)
    return page(request, "planners/edition.html", data, refused.status if refused else 200)


def _waits(edition: Edition) -> bool:
    """Compiled, and meant for the public: it could be published."""
    return edition.state == EditionState.COMPILED and edition.audience == Audience.PUBLIC


def _words(name: str, values: list[str]) -> tuple[Message, ...]:
    titles = dict(FILTERS[name][1])
    return tuple(titles[value] for value in values if value in titles)


@router.get("/{number}")
def show_one(request: Request, db: Db, actor: Planning, slug: str, number: Number) -> Response:
    """While it is being compiled the page asks for itself again: by script, or by the browser without one."""
    return _one(request, db, actor, slug, number)


@router.post("/{number}/publish")
def publish(request: Request, db: Db, actor: Planning, slug: str, number: Number) -> Response:
    try:
        with db.transaction() as session:
            _, edition = _of(session, actor, slug, number)
            editions.publish(session, actor, edition.id)
    except NotReady as refused:
        return _one(request, db, actor, slug, number, refused)
    told = M("Ausgabe {number} ist veröffentlicht. Alle Eingeladenen erhalten eine Mail.", number=number)
    return see_other(f"{consultation_path(actor, slug)}/editions/{number}", told)


@router.post("/{number}/retry")
def retry(db: Db, actor: Planning, slug: str, number: Number) -> Response:
    with db.transaction() as session:
        _, edition = _of(session, actor, slug, number)
        editions.retry(session, actor, edition.id)
    return see_other(f"{consultation_path(actor, slug)}/editions/{number}", M("Die Ausgabe wird neu erstellt."), "info")


@router.get("/{number}/document")
def document(db: Db, settings: Configured, actor: Planning, slug: str, number: Number) -> Response:
    """The whole edition in the browser, under its own policy: no script, no form, nothing from elsewhere."""
    with db.reader() as session:
        _, edition = _of(session, actor, slug, number)
        name = next((file.name for file in edition.files if file.format == "html"), "")
        path = queries.file_path(settings.documents, edition, name)
    return FileResponse(path, media_type="text/html; charset=utf-8", headers=_policy())


@router.get("/{number}/files/{name}")
def download(db: Db, settings: Configured, actor: Planning, slug: str, number: Number, name: str) -> Response:
    with db.reader() as session:
        _, edition = _of(session, actor, slug, number)
        found = queries.file(edition, name)
        path = queries.file_path(settings.documents, edition, name)
    return FileResponse(path, media_type=FORMATS[found.format].media_type, filename=found.name, headers=_policy())


def _policy() -> dict[str, str]:
    return {"Content-Security-Policy": content_security_policy()}
