"""What the pages of the form builder share: the form they stand on, how a step is done, who else works at it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import Request

from consultation.core import bounds
from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound
from consultation.core.language import Language, M, Message
from consultation.forms import actions, queries
from consultation.forms.checks import form_of
from consultation.forms.context import FormContext, section_infos
from consultation.forms.definition import Form
from consultation.forms.editing import part_of
from consultation.forms.inspection import Finding, inspect
from consultation.forms.models import FormVersion
from consultation.forms.steps import told
from consultation.http import Db, PostedForm
from consultation.http.language import language_of
from consultation.people.queries import names
from consultation.programmes import named
from consultation.programmes import queries as programmes
from consultation.programmes.drafts import frozen_content
from consultation.programmes.models import Programme
from consultation.programmes.parameters import spoken_all
from consultation.questions import Texts
from consultation.questions.setup import typed_words
from consultation.rulebook import FORM_VERSION, planner
from consultation.states import FormVersionState
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, programme_crumbs, programme_path

FORMS = PREFIX + "/programmes/{slug}/forms"
AT = FORMS + "/{form_id}"
RECENTLY = timedelta(minutes=20)
SAVED = M("Gespeichert.")


def found(session: Session, actor: Actor, slug: str, form_id: uuid.UUID) -> tuple[Programme, FormVersion]:
    programme = programmes.get(session, actor, slug)
    version = queries.get(session, actor, form_id)
    if version.programme_id != programme.id:
        raise NotFound(M("Dieses Formular gibt es nicht."))
    return programme, version


def address(actor: Actor, slug: str, form_id: uuid.UUID) -> str:
    return f"{programme_path(actor, slug)}/forms/{form_id}"


def surroundings(
    request: Request, actor: Actor, programme: Programme, version: FormVersion, here: Message | str = ""
) -> dict[str, Any]:
    """`form` is the form as it stands, `edits` whether this actor may change it."""
    at, form = address(actor, programme.slug, version.id), form_of(version)
    title = M("Formular {number}", number=version.number)
    crumbs = programme_crumbs(actor, programme, title, *([here] if here else []))
    if here:
        crumbs[-2] = (title, at)
    return {
        "programme": programme, "demo": programme.demo, "version": version, "form": form, "at": at, "breadcrumbs": crumbs,
        "states": FORM_VERSION.states, "language": language_of(request), "planner": planner(actor, version),
        "edits": planner(actor, version) and version.state == FormVersionState.DRAFT,
    }  # fmt: skip


def form_context(
    session: Session, programme: Programme, version: FormVersion, language: Language, actor: Actor
) -> FormContext:
    """With the sections of the programme's latest draft and its figures of today."""
    drafts = programmes.draft_versions(session, programme.id)
    sections = programmes.sections(session, drafts[0].id) if drafts else ()
    sections = named.shown(sections, named.values(drafts[0], programme)) if drafts else ()
    figures = spoken_all(frozen_content(programme)["parameters"], language)
    return FormContext(form_of(version), language, actor.moment, section_infos(sections), figures)


def findings(context: FormContext) -> list[Finding]:
    known = {name for info in context.sections.values() for name in (info.key, info.number)}
    return inspect(context.form, known, context.parameters)


@dataclass(frozen=True)
class Bench:
    """A page of one form, and who asks for it."""

    request: Request
    db: Database
    actor: Actor
    slug: str
    form_id: uuid.UUID

    @property
    def at(self) -> str:
        return address(self.actor, self.slug, self.form_id)

    @property
    def language(self) -> Language:
        return language_of(self.request)

    def found(self, session: Session) -> tuple[Programme, FormVersion]:
        return found(session, self.actor, self.slug, self.form_id)

    def surroundings(self, programme: Programme, version: FormVersion, here: Message | str = "") -> dict[str, Any]:
        return surroundings(self.request, self.actor, programme, version, here)

    def context(self, session: Session, programme: Programme, version: FormVersion) -> FormContext:
        return form_context(session, programme, version, self.language, self.actor)

    def part_title(self, key: str) -> str:
        """For the history; raises `NotFound`."""
        with self.db.reader() as session:
            _, version = self.found(session)
            return part_of(form_of(version), key).title.de

    def do(self, step: str, operation: Callable[[Form], Form], *, about: str = "") -> None:
        """One step, saved at once; raises what the operation raises."""
        with self.db.transaction() as session:
            _, version = self.found(session)
            actions.change(session, self.actor, version.id, step, operation, about=about)


async def _bench(request: Request, db: Db, actor: Planning, slug: str, form_id: uuid.UUID) -> Bench:
    return Bench(request, db, actor, slug, form_id)


AtForm = Annotated[Bench, Depends(_bench)]


def others(session: Session, actor: Actor, version: FormVersion) -> tuple[str, Message, Any] | None:
    """Who else changed this form a short while ago: name, what, when."""
    for one in queries.steps(session, actor, version.id, limit=20):
        if one.person_id not in (None, actor.person_id) and actor.moment - one.moment <= RECENTLY:
            name = names(session, [one.person_id])[one.person_id]
            return name, told(one.step, one.about), one.moment
    return None


def posted_texts(form: PostedForm, name: str, missing: Message) -> Texts:
    """Both languages; raises `Invalid` if the German text is missing."""
    words = typed_words(form, name)
    if not words["de"]:
        raise Invalid.about(f"{name}.de", missing)
    return Texts(**_bounded(name, words))


def optional_texts(form: PostedForm, name: str) -> Texts | None:
    """Several lines are allowed; English alone is no text."""
    german, english = form.text(f"{name}.de"), form.text(f"{name}.en")
    if english and not german:
        raise Invalid.about(f"{name}.de", M("Geben Sie auch den deutschen Text an."))
    return Texts(**_bounded(name, {"de": german, "en": english})) if german else None


def _bounded(name: str, words: dict[str, str]) -> dict[str, str]:
    return {code: bounds.FORM_TEXT.within(f"{name}.{code}", text) for code, text in words.items()}
