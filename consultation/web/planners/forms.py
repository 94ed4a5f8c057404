"""Forms: begun from nothing, a template, an earlier form or JSON; and as JSON, for those who like it."""

import json
import uuid
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound, Problem
from consultation.core.language import M, Message
from consultation.forms import actions, queries
from consultation.forms.collisions import Changed
from consultation.forms.models import FormVersion
from consultation.forms.templates import templates
from consultation.http import Db, Form, Pages, PostedForm, page, see_other
from consultation.http.language import language_of
from consultation.programmes import queries as programmes
from consultation.programmes.actions import require_planner
from consultation.programmes.models import Programme
from consultation.subjects import Actor
from consultation.web.planners.building import FORMS, found, posted_texts, surroundings
from consultation.web.planners.frame import Planning, problems_of, programme_crumbs, programme_path

router = Pages(prefix=FORMS)
DEEPEST = 100
"""Nesting of a definition; forms need about twelve."""


def _frame(actor: Actor, programme: Programme, here: Message | str) -> dict[str, Any]:
    return {
        "programme": programme,
        "demo": programme.demo,
        "at": f"{programme_path(actor, programme.slug)}/forms",
        "breadcrumbs": programme_crumbs(actor, programme, here),
    }


@router.get("/new")
def ask(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    empty = {"template": "", "title.de": "", "title.en": "", "definition": ""}
    return _new(request, db, actor, slug, empty)


def _new(
    request: Request, db: Database, actor: Actor, slug: str, typed: dict[str, str], status: int = 200, **more: Any
) -> Response:
    language = language_of(request)
    with db.reader() as session:
        programme = programmes.get(session, actor, slug)
        require_planner(actor, programme)
        own = queries.of_programme(session, actor, programme.id)
        elsewhere = queries.elsewhere(session, actor, programme.id)
    shipped = [
        (key, form.title.said(language),
         M("Vorlage mit {count} Fragen", one="Vorlage mit 1 Frage", count=len(list(form.questions))))
        for key, form in templates().items()
    ]  # fmt: skip
    earlier = [
        *((str(one.id), M("Formular {number}: {title}", number=one.number, title=_title(one)), "") for one in own),
        *(
            (str(one.id), M("{programme}: {title}", programme=one.programme.title, title=_title(one)), "")
            for one in elsewhere
        ),
    ]
    data = _frame(actor, programme, M("Neues Formular")) | {"shipped": shipped, "earlier": earlier, "typed": typed}
    return page(request, "planners/builder/new.html", data | more, status)


def _title(version: FormVersion) -> str:
    return str(version.definition["title"].get("de", ""))


@router.post("/new")
def create(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed = {name: form.line(name) for name in ("template", "title.de", "title.en")}
    typed["definition"] = form.text("definition")
    try:
        with db.transaction() as session:
            programmes.get(session, actor, slug)
            made = _made(session, actor, slug, form, typed)
    except Invalid as refused:
        return _new(request, db, actor, slug, typed, 422, problems=_placed(refused))
    told = M("Das Formular ist angelegt. Jeder Schritt wird sofort gespeichert.")
    return see_other(f"{programme_path(actor, slug)}/forms/{made.id}", told)


def _made(session: Session, actor: Actor, slug: str, form: PostedForm, typed: dict[str, str]) -> FormVersion:
    chosen = typed["template"]
    if chosen == "empty":
        return actions.begin(
            session, actor, slug, posted_texts(form, "title", M("Geben Sie dem Formular einen Titel."))
        )
    if chosen == "json" or (typed["definition"] and not chosen):
        return actions.create(session, actor, slug, definition=_read(typed["definition"]))
    if chosen in templates():
        return actions.create(session, actor, slug, template_key=chosen)
    try:
        return actions.copy(session, actor, slug, uuid.UUID(chosen))
    except (ValueError, NotFound):
        raise Invalid.about("template", M("Wählen Sie, womit Sie beginnen möchten.")) from None


def _read(text: str) -> Any:
    """Raises `Invalid` with the line and column of what is no JSON."""
    if not text:
        raise Invalid.about(
            "definition", M("Fügen Sie die Beschreibung des Formulars als JSON ein, oder wählen Sie eine Vorlage.")
        )
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        where = M("Kein gültiges JSON: Zeile {line}, Spalte {column}. Prüfen Sie dort Anführungszeichen, Kommas und Klammern.",
                  line=error.lineno, column=error.colno)  # fmt: skip
        raise Invalid.about("definition", where) from None
    except RecursionError:
        found = None
    if found is None or _depth(found) > DEEPEST:
        raise Invalid.about("definition", M("Das JSON ist zu tief verschachtelt."))
    return found


def _depth(found: Any) -> int:
    deepest, level = 0, [found]
    while level and deepest <= DEEPEST:
        deepest += 1
        level = [inner for value in level for inner in _inside(value)]
    return deepest


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _placed(refused: Invalid) -> list[Any]:
    """Every problem with its place in the definition; all of them belong to the one input of the page."""
    return [
        problem if problem.field in ("definition", "template", "title.de") else
        type(problem)("definition", M("{place}: {message}", place=problem.field, message=problem.message))
        for problem in problems_of(refused)
    ]  # fmt: skip


# -- as JSON ---------------------------------------------------------------------------------------------------------
def _page(
    request: Request, db: Database, actor: Actor, slug: str, form_id: uuid.UUID, status: int = 200, **more: Any
) -> Response:
    with db.reader() as session:
        programme, version = found(session, actor, slug, form_id)
        data = surroundings(request, actor, programme, version, M("Formular als JSON"))
    data |= {"definition": _written(version.definition), "seen": version.revision, "theirs": ""}
    return page(request, "planners/builder/json.html", data | more, status)


def _written(definition: Any) -> str:
    return json.dumps(definition, ensure_ascii=False, indent=2)


@router.get("/{form_id}/json")
def show(request: Request, db: Db, actor: Planning, slug: str, form_id: uuid.UUID) -> Response:
    return _page(request, db, actor, slug, form_id)


@router.post("/{form_id}/json")
def edit(request: Request, db: Db, actor: Planning, slug: str, form_id: uuid.UUID, form: Form) -> Response:
    """The whole form at once. Whoever saves over somebody else's step sees both texts first."""
    text, seen = form.text("definition"), form.line("seen")
    try:
        with db.transaction() as session:
            _, version = found(session, actor, slug, form_id)
            require_planner(actor, version)
            known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None
            actions.edit(session, actor, form_id, _read(text), seen=known)
    except Invalid as refused:
        return _page(request, db, actor, slug, form_id, 422, definition=text, seen=seen, problems=_placed(refused))
    except Changed as refused:
        with db.reader() as session:
            theirs = _written(found(session, actor, slug, form_id)[1].definition)
        problems = [Problem("definition", refused.message)]
        return _page(request, db, actor, slug, form_id, 409, definition=text, theirs=theirs, problems=problems)
    return see_other(
        f"{programme_path(actor, slug)}/forms/{form_id}", M("Das Formular ist gespeichert und ohne Fehler.")
    )


@router.get("/{form_id}/form.json")
def download(request: Request, db: Db, actor: Planning, slug: str, form_id: uuid.UUID) -> Response:
    with db.reader() as session:
        programme, version = found(session, actor, slug, form_id)
    name = f"{programme.slug}-formular-{version.number}.json"
    return Response(
        _written(version.definition), media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip
