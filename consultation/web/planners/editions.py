"""Editions: begun, watched while they are compiled, looked at, downloaded, published."""

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from consultation.consultations import listing
from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.errors import Conflict, DomainError, Invalid, NotReady
from consultation.core.language import M, Message
from consultation.documents import editions, queries
from consultation.documents.edition_news import TITLES, edition_before, to_be_told
from consultation.documents.filters import DECIDED, read_filters
from consultation.documents.folders import TEXTS, folder_of
from consultation.documents.formats import FORMATS
from consultation.documents.formats.html import content_security_policy
from consultation.documents.kept_wording import kept_in_the_next
from consultation.documents.models import Edition
from consultation.documents.overtaken import overtaken, passed
from consultation.documents.text_check import read_findings, unchecked
from consultation.http import Configured, Db, Form, Number, Pages, page, see_other
from consultation.people.kinds import KIND_TITLES, MUNICIPAL_BODIES
from consultation.programmes.models import Section
from consultation.register.kinds import SIZE_CLASS_TITLES
from consultation.register.states import STATE_TITLES
from consultation.rulebook import EDITION, planner
from consultation.states import Audience, EditionState
from consultation.subjects import Actor
from consultation.web import reading
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, planned, problems_of, surroundings
from consultation.web.planners.weighing import draft_sections

router = Pages(prefix=PREFIX + "/consultations/{slug}/editions")
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
COMPLETE = (EditionState.COMPILED, EditionState.PUBLISHED)
Options = list[tuple[str, Message | str]]
FILTERS: dict[str, tuple[Message, Message | None, Options]] = {
    "size_classes": (M("Nur diese Größenklassen"), None, [(s.value, title) for s, title in SIZE_CLASS_TITLES.items()]),
    "kinds": (
        M("Nur diese Arten"),
        M("In einer öffentlichen Ausgabe Stadtstaaten und kreisfreie Städte nur zusammen."),
        [(k.value, t) for k, t in KIND_TITLES.items() if k in MUNICIPAL_BODIES],
    ),
    "states": (
        M("Nur aus diesen Ländern"),
        M("Nur für interne Ausgaben: Sonst verriete die Ausgabe das Land von Stellen, die es nicht nennen."),
        [(s.value, title) for s, title in STATE_TITLES.items()],
    ),
}
NO_SECTION = "-"
COUNTS: dict[str, Message] = {
    "answers": M("Stellungnahmen in den Zahlen"),
    "points": M("Einzelpunkte"),
    "decided": M("davon entschieden"),
    "to_be_examined": M("davon werden weiter geprüft"),
    "participants": M("namentlich genannte Stellen"),
    "texts": M("lesbare Texte"),
    "redacted": M("geschwärzte Passagen"),
}


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _list(request, db, actor, slug)


def _list(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        found = queries.of_consultation(session, actor, consultation.id)
        known = draft_sections(session, consultation)
    data = surroundings(actor, consultation, M("Ausgaben")) | {
        "editions": found,
        "states": EDITION.states,
        "badges": BADGES,
        "audience_titles": AUDIENCE_TITLES,
        "plans": planner(actor, consultation),
        "audiences": AUDIENCES,
        "languages_offered": LANGUAGES,
        "filters": FILTERS,
        "section_choices": _section_choices(known),
        "count_titles": COUNTS,
        "changes": changes(found),
        "typed": {"audience": Audience.INTERNAL.value, "language": "de", "sections": [], "points": []}
        | {name: [] for name in FILTERS},
    }
    return page(request, "planners/editions.html", data | more, status)


def _section_choices(known: Sequence[Section]) -> Options:
    return [
        *((section.key, f"{section.number} {section.heading}".strip()) for section in known),
        (NO_SECTION, M("Punkte ohne Abschnitt")),
    ]


def changes(found: Sequence[Edition]) -> dict[uuid.UUID, tuple[int, list[tuple[Message, int]]]]:
    """Edition → the number of the one it follows, and what is more or less in it than there. `found`: newest first."""
    result: dict[uuid.UUID, tuple[int, list[tuple[Message, int]]]] = {}
    for place, edition in enumerate(found):
        before = _before(found[place + 1 :], edition)
        if before is not None and edition.counts:
            both = [(name, n - before.counts[name]) for name, n in _counts(edition) if name in before.counts]
            result[edition.id] = before.number, [(TITLES[name], more) for name, more in both if more]
    return result


def _before(earlier: Sequence[Edition], edition: Edition) -> Edition | None:
    """The last one its readers have: of public editions one that came out, of those for the house any that was compiled."""
    if edition.audience == Audience.PUBLIC:
        return edition_before(earlier, edition)
    return next((one for one in earlier if one.audience == edition.audience and one.counts), None)


def _counts(edition: Edition) -> list[tuple[str, int]]:
    return [(name, edition.counts[name]) for name in COUNTS if name in edition.counts]


@router.post("")
def start(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed: dict[str, Any] = {"audience": form.line("audience"), "language": form.line("language")}
    chosen = {name: form.lines(name) for name in (*FILTERS, "sections", "points")}
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            planner.demand(actor, consultation)
            _check(typed["audience"], chosen, _section_choices(draft_sections(session, consultation)))
            filters = chosen | {"sections": ["" if key == NO_SECTION else key for key in chosen["sections"]]}
            made = editions.start(
                session, actor, slug, Audience(typed["audience"]), language=typed["language"], filters=filters
            )
    except (Invalid, Conflict) as refused:
        return _list(request, db, actor, slug, refused.status, typed=typed | chosen, problems=problems_of(refused))
    told = M("Ausgabe {number} wird erstellt.", number=made.number)
    return see_other(f"{consultation_path(actor, slug)}/editions/{made.number}", told, "info")


def _check(audience: str, chosen: dict[str, list[str]], known: Options) -> None:
    if audience not in list(Audience):
        raise Invalid.about("audience", M("Wählen Sie, für wen die Ausgabe ist."))
    offered = {name: options for name, (_, _, options) in FILTERS.items()} | {"sections": known}
    offered["points"] = [(DECIDED, M("nur entschiedene"))]
    for name, options in offered.items():
        if set(chosen[name]) - {key for key, _ in options}:
            raise Invalid.about(name, M("Wählen Sie aus den angebotenen Werten."))


# -- one edition -----------------------------------------------------------------------------------------------------
def _of(session: Session, actor: Actor, slug: str, number: int) -> tuple[Consultation, Edition]:
    consultation = planned(session, actor, slug)
    return consultation, queries.of_known(session, actor, consultation, number)


def _one(
    request: Request, db: Database, documents: Path, actor: Actor, slug: str, number: int,
    refused: DomainError | None = None,
) -> Response:  # fmt: skip
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        everything = queries.all_known(session, actor, consultation)
        edition = queries.numbered(everything, number)
        known = draft_sections(session, consultation) if read_filters(edition.filters).sections else ()
        reasons = _overtaken(session, edition)
        to_check = _to_check(session, edition, documents) if _waits(edition) and not reasons else 0
        kept = kept_in_the_next(session, consultation) if _waits(edition) else None
        ways = listing.ways(session, actor, consultation) if _waits(edition) else None
    data = surroundings(actor, consultation, M("Ausgabe {number}", number=number)) | {
        "edition": edition,
        "here": f"{consultation_path(actor, slug)}/editions/{number}",
        "state": EDITION.states[edition.state],
        "badge": BADGES[edition.state],
        "audience": AUDIENCE_TITLES[edition.audience],
        "written_in": dict(LANGUAGES)[edition.language],
        "formats": FORMATS,
        "html": next((file for file in edition.document if file.format == "html"), None),
        "allowed": {row.action for row in EDITION.allowed(actor, edition)},
        "refusals": list(EDITION.rows["publish"].problems(actor, edition)) if _waits(edition) else [],
        "problems": problems_of(refused) if refused else (),
        "chosen": list(_chosen(edition, known)),
        "counts": [(COUNTS[name], n) for name, n in _counts(edition)],
        "of": edition.counts,
        "unchecked": to_check,
        "overtaken": reasons,
        "news": to_be_told(documents, everything, edition) if edition.state in COMPLETE else None,
        "kept": kept,
        "ways": ways,
        "again": _again(edition),
        "plans": planner(actor, consultation),
    }  # fmt: skip
    if request.headers.get("hx-request") == "true":
        return page(request, "planners/edition_progress.html", data, partial=True)
    return page(request, "planners/edition.html", data, refused.status if refused else 200)


def _again(edition: Edition) -> dict[str, Any]:
    """What the form for a new edition would send for another one like this."""
    filters = read_filters(edition.filters).to_json()
    sections = [key or NO_SECTION for key in filters["sections"]]
    return {"audience": edition.audience.value, "language": edition.language, **filters, "sections": sections}


def _overtaken(session: Session, edition: Edition) -> list[Message]:
    if edition.state == EditionState.FAILED:
        return passed(session, edition)
    return overtaken(session, edition) if _waits(edition) else []


def _to_check(session: Session, edition: Edition, documents: Path) -> int:
    """Whatever was redacted since its data cut overtakes an edition: what it found then can be read in it still."""
    found = read_findings(folder_of(documents, edition.id) / TEXTS)
    return len(unchecked(session, edition.consultation_id, found))


def _waits(edition: Edition) -> bool:
    """Compiled, and meant for the public: it could be published."""
    return edition.state == EditionState.COMPILED and edition.audience == Audience.PUBLIC


def _chosen(edition: Edition, known: Sequence[Section]) -> Iterator[tuple[Message, list[Message | str]]]:
    """What the edition is limited to, in words."""
    filters = read_filters(edition.filters)
    stored = filters.to_json()
    for name, (title, _, options) in FILTERS.items():
        if stored[name]:
            yield title, [text for key, text in options if key in stored[name]]
    if filters.sections:
        chosen = {key or NO_SECTION for key in filters.sections}
        yield M("Einzelpunkte nur zu"), [text for key, text in _section_choices(known) if key in chosen]
    if filters.only_decided:
        yield M("Gezeigte Einzelpunkte"), [M("nur entschiedene")]


@router.get("/{number}")
def show_one(request: Request, db: Db, settings: Configured, actor: Planning, slug: str, number: Number) -> Response:
    """While it is being compiled the page asks for itself again: by script, or by the browser without one."""
    return _one(request, db, settings.documents, actor, slug, number)


@router.post("/{number}/publish")
def publish(
    request: Request, db: Db, settings: Configured, actor: Planning, slug: str, number: Number, form: Form
) -> Response:
    """Only with the confirmation that all texts were checked."""
    try:
        with db.transaction() as session:
            _, edition = _of(session, actor, slug, number)
            editions.publish(
                session, actor, edition.id, settings.documents, texts_checked=form.line("texts_checked") == "yes"
            )
    except NotReady as refused:
        return _one(request, db, settings.documents, actor, slug, number, refused)
    except Conflict:
        with db.reader() as session:
            published = _of(session, actor, slug, number)[1].state == EditionState.PUBLISHED
        if not published:
            raise
        told = M("Ausgabe {number} war schon veröffentlicht. Es ist nichts weiter geschehen.", number=number)
        return see_other(f"{consultation_path(actor, slug)}/editions/{number}", told, "info")
    told = M("Ausgabe {number} ist veröffentlicht. Eingeladene mit Mailadresse erhalten eine Mail.", number=number)
    return see_other(f"{consultation_path(actor, slug)}/editions/{number}", told)


@router.post("/{number}/retry")
def retry(db: Db, actor: Planning, slug: str, number: Number) -> Response:
    with db.transaction() as session:
        _, edition = _of(session, actor, slug, number)
        editions.retry(session, actor, edition.id)
    return see_other(f"{consultation_path(actor, slug)}/editions/{number}", M("Die Ausgabe wird neu erstellt."), "info")


@router.get("/{number}/document")
def document(request: Request, db: Db, settings: Configured, actor: Planning, slug: str, number: Number) -> Response:
    """The whole edition in the browser, with the way back to its page."""
    with db.reader() as session:
        _, edition = _of(session, actor, slug, number)
        return reading.document(request, settings.documents, edition, request.url.path.rpartition("/")[0])


@router.get("/{number}/files/{name}")
def download(db: Db, settings: Configured, actor: Planning, slug: str, number: Number, name: str) -> Response:
    with db.reader() as session:
        _, edition = _of(session, actor, slug, number)
        found = queries.file(edition, name)
        path = queries.file_path(settings.documents, edition, name)
    return FileResponse(path, media_type=FORMATS[found.format].media_type, filename=found.name, headers=_policy())


def _policy() -> dict[str, str]:
    return {"Content-Security-Policy": content_security_policy()}
