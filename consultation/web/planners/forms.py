"""Forms: begun from a template or from JSON, edited as JSON with checks, tried out as a respondent sees them."""

import json
import uuid
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound
from consultation.core.language import Language, M, Message, say
from consultation.forms import actions, queries
from consultation.forms.checks import form_of
from consultation.forms.context import FormContext, section_infos
from consultation.forms.definition import Asked
from consultation.forms.models import FormVersion
from consultation.forms.templates import templates
from consultation.http import Db, Form, page, see_other
from consultation.http.language import language_of
from consultation.programmes import queries as programmes
from consultation.programmes.actions import require_planner
from consultation.programmes.drafts import frozen_content
from consultation.programmes.models import Programme
from consultation.programmes.parameters import spoken_all
from consultation.questions import Field
from consultation.rulebook import FORM_VERSION, planner
from consultation.states import FormVersionState
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, problems_of, programme_crumbs, programme_path

router = APIRouter(prefix=PREFIX + "/programmes/{slug}/forms")
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
    return _new(request, db, actor, slug, {"template": "", "definition": ""})


def _new(
    request: Request, db: Database, actor: Actor, slug: str, typed: dict[str, str], status: int = 200, **more: Any
) -> Response:
    with db.reader() as session:
        programme = programmes.get(session, actor, slug)
        require_planner(actor, programme)
    language = language_of(request)
    shipped = [
        (key, form.title.said(language), M("{count} Fragen", count=len(list(form.questions))))
        for key, form in templates().items()
    ]
    data = _frame(actor, programme, M("Neues Formular")) | {"shipped": shipped, "typed": typed}
    return page(request, "planners/form_new.html", data | more, status)


@router.post("/new")
def create(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    typed = {"template": form.line("template"), "definition": form.text("definition")}
    try:
        with db.transaction() as session:
            programmes.get(session, actor, slug)
            if typed["template"] not in ("", "json", *templates()):
                raise Invalid.about("template", M("Wählen Sie eine der Vorlagen."))
            if typed["template"] in templates():
                made = actions.create(session, actor, slug, template_key=typed["template"])
            else:
                made = actions.create(session, actor, slug, definition=_read(typed["definition"]))
    except Invalid as refused:
        return _new(request, db, actor, slug, typed, 422, problems=_placed(refused))
    told = M("Das Formular ist angelegt. Passen Sie es an, und sehen Sie es sich in der Vorschau an.")
    return see_other(f"{programme_path(actor, slug)}/forms/{made.id}", told)


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
        problem if problem.field in ("definition", "template") else
        type(problem)("definition", M("{place}: {message}", place=problem.field, message=problem.message))
        for problem in problems_of(refused)
    ]  # fmt: skip


def _of(session: Session, actor: Actor, slug: str, form_id: uuid.UUID) -> tuple[Programme, FormVersion]:
    programme = programmes.get(session, actor, slug)
    version = queries.get(session, actor, form_id)
    if version.programme_id != programme.id:
        raise NotFound(M("Dieses Formular gibt es nicht."))
    return programme, version


def _page(
    request: Request, db: Database, actor: Actor, slug: str, form_id: uuid.UUID, status: int = 200, **more: Any
) -> Response:
    with db.reader() as session:
        programme, version = _of(session, actor, slug, form_id)
    data = _frame(actor, programme, M("Formular {number}", number=version.number)) | {
        "version": version,
        "form": form_of(version),
        "states": FORM_VERSION.states,
        "edits": planner(actor, version) and version.state == FormVersionState.DRAFT,
        "definition": json.dumps(version.definition, ensure_ascii=False, indent=2),
    }
    return page(request, "planners/form.html", data | more, status)


@router.get("/{form_id}")
def show(request: Request, db: Db, actor: Planning, slug: str, form_id: uuid.UUID) -> Response:
    return _page(request, db, actor, slug, form_id)


@router.post("/{form_id}")
def edit(request: Request, db: Db, actor: Planning, slug: str, form_id: uuid.UUID, form: Form) -> Response:
    text = form.text("definition")
    try:
        with db.transaction() as session:
            _, version = _of(session, actor, slug, form_id)
            require_planner(actor, version)
            actions.edit(session, actor, form_id, _read(text))
    except Invalid as refused:
        return _page(request, db, actor, slug, form_id, 422, definition=text, problems=_placed(refused))
    return see_other(
        f"{programme_path(actor, slug)}/forms/{form_id}", M("Das Formular ist gespeichert und ohne Fehler.")
    )


@router.get("/{form_id}/preview")
def preview(request: Request, db: Db, actor: Planning, slug: str, form_id: uuid.UUID) -> Response:
    """As a respondent sees it, with the sections of the programme's latest draft. What is entered is not sent."""
    language = language_of(request)
    with db.reader() as session:
        programme, version = _of(session, actor, slug, form_id)
        context = _context(session, programme, version, language, actor)
    data = _frame(actor, programme, M("Vorschau")) | {
        "version": version,
        "form": context.form,
        "context": context,
        "parts": [_part(context, number) for number in range(len(context.form.parts))],
    }
    return page(request, "planners/form_preview.html", data)


def _context(
    session: Session, programme: Programme, version: FormVersion, language: Language, actor: Actor
) -> FormContext:
    drafts = programmes.draft_versions(session, programme.id)
    sections = programmes.sections(session, drafts[0].id) if drafts else ()
    figures = spoken_all(frozen_content(programme)["parameters"], language)
    return FormContext(form_of(version), language, actor.moment, section_infos(sections), figures)


def _part(context: FormContext, number: int) -> dict[str, Any]:
    part = context.form.parts[number]
    questions = [
        {
            "question": question,
            "title": context.asked_as(question),
            "hint": context.say(question.hint),
            "fields": [_drawn(one, context) for one in context.form.asked if one.question is question],
        }
        for question in part.questions
    ]
    return {"part": part, "questions": questions}


def _drawn(asked: Asked, context: FormContext) -> Field:
    field = asked.type.field(asked.key, None, asked.settings, context)
    label = context.say(asked.field.label) or field.label
    if len(asked.question.fields) > 1 or asked.question.explanation:
        label = label or say(M("Ihre Antwort"), context.language)
    return replace(field, label=label)


@router.get("/{form_id}/form.json")
def download(request: Request, db: Db, actor: Planning, slug: str, form_id: uuid.UUID) -> Response:
    with db.reader() as session:
        programme, version = _of(session, actor, slug, form_id)
    name = f"{programme.slug}-formular-{version.number}.json"
    text = json.dumps(version.definition, ensure_ascii=False, indent=2)
    return Response(
        text, media_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
