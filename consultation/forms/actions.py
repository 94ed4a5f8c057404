"""Making and editing forms. Every step is saved at once, with a line in the log and the state before it."""

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import delete
from sqlalchemy.orm import Session

from consultation.core.db import compare_and_set, hold
from consultation.core.errors import Conflict
from consultation.core.history import perform, record
from consultation.core.language import M
from consultation.forms import queries
from consultation.forms.checks import read_form
from consultation.forms.collisions import Changed
from consultation.forms.definition import Form
from consultation.forms.editing import definition_of, empty_form
from consultation.forms.models import FormStep, FormVersion
from consultation.forms.templates import definition as template_definition
from consultation.programmes import queries as programmes
from consultation.programmes.actions import require_planner
from consultation.questions import Texts
from consultation.rulebook import FORM_VERSION
from consultation.states import FormVersionState
from consultation.subjects import Actor

KEPT_STEPS = 200


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
        definition=content, state=FormVersionState.DRAFT, created_at=actor.moment, revision=0,
    )  # fmt: skip
    session.add(version)
    session.flush()
    record(session, actor, version, "create_form", template=template_key, hash=content_hash(content))
    return version


def begin(session: Session, actor: Actor, programme_slug: str, title: Texts) -> FormVersion:
    """A form with nothing in it but its first part."""
    return create(session, actor, programme_slug, definition=definition_of(empty_form(title)))


def copy(session: Session, actor: Actor, programme_slug: str, form_version_id: uuid.UUID) -> FormVersion:
    """A new form of the programme that begins as this one, whichever programme the actor found it in."""
    original = queries.get(session, actor, form_version_id)
    made = create(session, actor, programme_slug, definition=original.definition)
    made.template_key = original.template_key
    return made


def edit(
    session: Session, actor: Actor, form_version_id: uuid.UUID, definition: Any, *, seen: int | None = None
) -> FormVersion:
    """The whole form at once. `seen`: the revision the editor had before them."""

    def whole(form: Form) -> Form:
        return read_form(definition)

    return change(session, actor, form_version_id, "edit_json", whole, seen=seen)


def change(
    session: Session, actor: Actor, form_version_id: uuid.UUID, step: str, operation: Callable[[Form], Form], *,
    about: str = "", seen: int | None = None,
) -> FormVersion:  # fmt: skip
    """One step (see `steps`) on a form that is not yet frozen; raises what the operation raises, and `Changed`."""
    version = _editable(session, actor, form_version_id)
    if seen is not None and seen != version.revision:
        raise Changed
    before = version.definition
    after = definition_of(operation(read_form(before)))
    if after != definition_of(read_form(before)):
        read_form(after)
        _keep(session, actor, version, step, about)
        hashes = {"old": content_hash(before), "new": content_hash(after)}
        now = {"revision": version.revision + 1, "definition": after}
        compare_and_set(session, version, {"revision": version.revision, "state": FormVersionState.DRAFT}, now)
        record(session, actor, version, "edit_form", **hashes, step=step, about=about[:200])
    return version


def _editable(session: Session, actor: Actor, form_version_id: uuid.UUID) -> FormVersion:
    version = queries.get(session, actor, form_version_id)
    require_planner(actor, version.programme)
    if version.state != FormVersionState.DRAFT:
        raise Conflict(M("Dieses Formular ist festgeschrieben. Legen Sie eine Kopie an, um es zu ändern."))
    return version


def _keep(session: Session, actor: Actor, version: FormVersion, step: str, about: str) -> None:
    session.add(FormStep(
        form_version_id=version.id, revision=version.revision, step=step, about=about[:200],
        definition=version.definition, person_id=actor.person_id, moment=actor.moment,
    ))  # fmt: skip
    oldest = version.revision - KEPT_STEPS
    session.execute(delete(FormStep).where(FormStep.form_version_id == version.id, FormStep.revision <= oldest))


def restore(session: Session, actor: Actor, form_version_id: uuid.UUID, revision: int) -> FormVersion:
    """The form as it was before the step of that revision; this is a step itself, so it can be taken back too."""
    _editable(session, actor, form_version_id)
    kept = queries.step(session, actor, form_version_id, revision)
    return change(session, actor, form_version_id, "restore", lambda _: read_form(kept.definition))


def freeze(session: Session, actor: Actor, version: FormVersion) -> None:
    """Part of the announcement: from now on the form never changes."""
    if version.state == FormVersionState.DRAFT:
        hold_still(session, version)
    if version.state == FormVersionState.DRAFT:  # another consultation may have frozen it in the same moment
        hash_ = content_hash(version.definition)
        perform(session, FORM_VERSION, actor, version, "freeze", frozen_at=actor.moment, content_hash=hash_)


def hold_still(session: Session, version: FormVersion) -> None:
    """Nobody changes the form until the end of the transaction; a change that is being saved is waited for."""
    hold(session, FormVersion, version.id)
    session.refresh(version, ["state", "revision", "definition"])


def content_hash(definition: Any) -> str:
    return hashlib.sha256(orjson.dumps(definition, option=orjson.OPT_SORT_KEYS)).hexdigest()
