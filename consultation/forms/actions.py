"""Making and editing forms. In this version a form starts from a template or JSON and is edited as JSON with checks."""

import hashlib
import uuid
from typing import Any

import orjson
from sqlalchemy.orm import Session

from consultation.core.errors import Conflict
from consultation.core.history import perform, record
from consultation.core.language import M
from consultation.forms import queries
from consultation.forms.checks import read_form
from consultation.forms.models import FormVersion
from consultation.forms.templates import definition as template_definition
from consultation.programmes import queries as programmes
from consultation.programmes.actions import require_planner
from consultation.rulebook import FORM_VERSION
from consultation.states import FormVersionState
from consultation.subjects import Actor


def create(
    session: Session, actor: Actor, programme_slug: str, *, template_key: str | None = None, definition: Any = None
) -> FormVersion:
    """A new form of the programme, from a shipped template or from JSON; raises `Invalid` with every problem."""
    programme = programmes.get(session, actor, programme_slug)
    require_planner(actor, programme)
    content = template_definition(template_key) if template_key else definition
    read_form(content)
    version = FormVersion(
        programme=programme, number=queries.next_number(session, programme.id), template_key=template_key,
        definition=content, state=FormVersionState.DRAFT, created_at=actor.moment,
    )  # fmt: skip
    session.add(version)
    session.flush()
    record(session, actor, version, "create_form", template=template_key, hash=content_hash(content))
    return version


def edit(session: Session, actor: Actor, form_version_id: uuid.UUID, definition: Any) -> FormVersion:
    version = queries.get(session, actor, form_version_id)
    require_planner(actor, version.programme)
    if version.state != FormVersionState.DRAFT:
        raise Conflict(M("Dieses Formular ist festgeschrieben. Legen Sie eine neue Fassung an, um es zu ändern."))
    read_form(definition)
    before = content_hash(version.definition)
    version.definition = definition
    record(session, actor, version, "edit_form", old=before, new=content_hash(definition))
    return version


def freeze(session: Session, actor: Actor, version: FormVersion) -> None:
    """Part of the announcement: from now on the form never changes."""
    if version.state == FormVersionState.DRAFT:
        hash_ = content_hash(version.definition)
        perform(session, FORM_VERSION, actor, version, "freeze", frozen_at=actor.moment, content_hash=hash_)


def content_hash(definition: Any) -> str:
    return hashlib.sha256(orjson.dumps(definition, option=orjson.OPT_SORT_KEYS)).hexdigest()
