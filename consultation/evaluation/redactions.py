"""Hiding a passage in everything public, and lifting that again. The answer is never touched; both stand in the log."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from consultation.consultations.models import Consultation, ConsultationVersion
from consultation.core.db import insert_new
from consultation.core.errors import Invalid, NotFound, Problem
from consultation.core.history import perform, record
from consultation.core.language import M
from consultation.core.text import clean, clean_line
from consultation.evaluation.hiding import Span, digest, hides, spans, whole_words
from consultation.evaluation.models import CheckedPassage, LiftReason, Redaction, RedactionReason
from consultation.evaluation.redacted import passage_of
from consultation.evaluation.written import Written, texts
from consultation.forms.checks import form_of
from consultation.forms.models import FormVersion
from consultation.programmes.actions import require_planner
from consultation.programmes.models import Programme
from consultation.responses.models import Response, Revision
from consultation.responses.queries import document
from consultation.rulebook import REDACTION, planner
from consultation.states import RedactionState
from consultation.subjects import Actor

NOTE_LIMIT = 500


def texts_of(session: Session, revisions: Collection[Revision]) -> dict[uuid.UUID, list[Written]]:
    """Revision → everything that was written in it, in the order of its form."""
    asked = {revision.consultation_version_id for revision in revisions}
    statement = (
        select(ConsultationVersion.id, FormVersion)
        .join(FormVersion, ConsultationVersion.form_version_id == FormVersion.id)
        .where(ConsultationVersion.id.in_(asked))
    )
    forms = {key: form_of(form) for key, form in session.execute(statement)} if asked else {}
    return {r.id: list(texts(forms[r.consultation_version_id], document(r)["answers"])) for r in revisions}


def found_in(written: Written, passage: str) -> list[Span]:
    """Where the passage that somebody typed or copied stands in the text; raises Invalid if it does not."""
    wanted = clean(passage)
    if not wanted:
        raise Invalid.about("passage", M("Geben Sie die Textstelle an, die öffentlich verborgen werden soll."))
    at = written.text.find(wanted)
    found = spans(written.text, wanted) or ([Span(at, at + len(wanted))] if at >= 0 else [])
    whole = [whole_words(written.text, span) for span in found]
    if not whole or not spans(written.text, whole[0].of(written.text)):
        raise Invalid.about("passage", M("Diese Textstelle steht so nicht im Text. Kopieren Sie sie aus dem Text."))
    return whole


def equal_elsewhere(session: Session, response: Response, text: str) -> int:
    """How many answers of others that count hold this text word for word: what is hidden of it here is hidden there."""
    statement = (
        select(Revision.document)
        .join(Response, Response.counted_revision_id == Revision.id)
        .where(Response.consultation_id == response.consultation_id, Response.id != response.id)
        .execution_options(yield_per=200)
    )
    written = orjson.dumps(text).decode()
    return sum(written in document for document in session.scalars(statement))


def redact(
    session: Session, actor: Actor, response: Response, revision: Revision, written: Written, passage: str, *,
    reason: str, note: str = "",
) -> Redaction:  # fmt: skip
    """In force at once; counts for the next edition. Published editions stay as they are."""
    planner.demand(actor, response)
    note = clean_line(note)
    span = _asked(written, passage, reason, note)
    words = span.of(written.text)
    if any(hides(known, words) for _, known in in_force(session, response.id)):
        raise Invalid.about("passage", M("Diese Textstelle ist in dieser Stellungnahme schon geschwärzt."))
    made = Redaction(
        id=uuid.uuid4(), consultation_id=response.consultation_id, response_id=response.id, revision_id=revision.id,
        place=written.place, begins=span.begins, ends=span.ends, text_hash=digest(written.text), passage_hash=digest(words),
        reason=RedactionReason(reason), note=note, state=RedactionState.IN_FORCE, person_id=actor.person_id,
        made_at=actor.moment, lifted_at=None, lifted_by=None,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(session, actor, made, "redact", reason=reason, response=response.id, place=written.place)
    return made


def _asked(written: Written, passage: str, reason: str, note: str) -> Span:
    """The passage that is meant. Raises Invalid with all that is wrong at once."""
    found, problems = list[Span](), list[Problem]()
    try:
        found = found_in(written, passage)
    except Invalid as refused:
        problems += refused.problems
    if reason not in list(RedactionReason):
        problems.append(Problem("reason", M("Wählen Sie einen der angebotenen Gründe.")))
    if reason == RedactionReason.OTHER and not note:
        problems.append(Problem("note", M("Nennen Sie den Grund. Die betroffene Stelle liest ihn.")))
    if len(note) > NOTE_LIMIT:
        problems.append(Problem("note", M("Höchstens {most} Zeichen; Ihre Erläuterung hat {count}. Kürzen Sie sie.",
                                          most=NOTE_LIMIT, count=len(note))))  # fmt: skip
    if problems:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    return found[0]


def lift(
    session: Session, actor: Actor, consultation: Consultation, redaction_id: uuid.UUID, *, reason: str
) -> Redaction:
    """The passage may be read again from the next edition on; why stands in the log."""
    found = session.scalars(
        _whole().where(Redaction.id == redaction_id, Redaction.consultation_id == consultation.id)
    ).one_or_none()
    if found is None:
        raise NotFound(M("Diese Schwärzung gibt es nicht."))
    REDACTION.check(actor, found, "lift")
    if reason not in list(LiftReason):
        raise Invalid.about("reason", M("Wählen Sie, warum die Passage wieder lesbar werden soll."))
    perform(
        session, REDACTION, actor, found, "lift", lifted_at=actor.moment, lifted_by=actor.person_id,
        details={"reason": reason, "redaction": str(found.id)},
    )  # fmt: skip
    return found


def in_force(
    session: Session, response_id: uuid.UUID, cut: datetime | None = None
) -> list[tuple[Redaction, str]]:  # fmt: skip
    """Now, or at the data cut of an edition, each with its words, oldest first; for the organisation itself and its planners
    only.
    """
    if cut is None:
        then = Redaction.state == RedactionState.IN_FORCE
    else:
        then = and_(Redaction.made_at <= cut, or_(Redaction.lifted_at.is_(None), Redaction.lifted_at > cut))
    statement = (
        select(Redaction)
        .where(Redaction.response_id == response_id, then)
        .options(joinedload(Redaction.revision))
        .order_by(Redaction.made_at, Redaction.id)
    )
    return [(one, passage_of(one, document(one.revision)["answers"])) for one in session.scalars(statement)]


def hidden_alike(session: Session, revision: Revision) -> list[tuple[Redaction, str]]:
    """In force for the answer of another body, with the words it hides in this one too: a text here is word for word the same."""
    others = and_(
        Redaction.consultation_id == revision.consultation_id,
        Redaction.response_id != revision.response_id,
        Redaction.state == RedactionState.IN_FORCE,
    )
    known = set(session.scalars(select(Redaction.text_hash).where(others)))
    alike = known & {digest(written.text) for written in texts_of(session, [revision])[revision.id]} if known else set()
    if not alike:
        return []
    statement = select(Redaction).where(others, Redaction.text_hash.in_(alike)).options(joinedload(Redaction.revision))
    found = session.scalars(statement.order_by(Redaction.made_at, Redaction.id))
    return [(one, passage_of(one, document(one.revision)["answers"])) for one in found]


@dataclass(frozen=True)
class Entry:
    """A line of the list of all redactions."""

    redaction: Redaction
    organisation: str
    words: str


def listed(session: Session, consultation_id: uuid.UUID, *, start: int, limit: int) -> list[Entry]:
    """Those in force first, newest first; the caller has checked who may see them."""
    here = _whole().where(Redaction.consultation_id == consultation_id)
    order = here.order_by(Redaction.state, Redaction.made_at.desc(), Redaction.id)
    found: Sequence[Redaction] = session.scalars(order.offset(start).limit(limit)).all()
    return [
        Entry(one, one.response.organisation.name, passage_of(one, document(one.revision)["answers"])) for one in found
    ]


def _whole() -> Select[Redaction]:
    programme = joinedload(Redaction.consultation).joinedload(Consultation.programme)
    return select(Redaction).options(
        programme.selectinload(Programme.members),
        joinedload(Redaction.response).joinedload(Response.organisation),
        joinedload(Redaction.revision),
    )


def changed_since(session: Session, consultation_id: uuid.UUID, cut: datetime, known: int) -> bool:
    """Whether something was redacted or lifted that an edition of this data cut, which knew so many redactions, does not
    know: also one that was begun before the cut and saved after it.
    """
    later = or_(Redaction.made_at > cut, Redaction.lifted_at > cut)
    valid = Redaction.state == RedactionState.IN_FORCE
    here = select(func.count().filter(later), func.count().filter(valid)).select_from(Redaction)
    changed, in_force_now = session.execute(here.where(Redaction.consultation_id == consultation_id)).one()
    return bool(changed) or in_force_now != known


# -- passages that were looked at --------------------------------------------------------------------------------------
def check_off(session: Session, actor: Actor, consultation: Consultation, found: Sequence[tuple[str, Span]]) -> int:
    """These passages (hash of the whole text, span) may stand in public; returns how many were new."""
    require_planner(actor, consultation)
    rows = [
        {"consultation_id": consultation.id, "text_hash": text_hash, "begins": span.begins, "ends": span.ends,
         "person_id": actor.person_id, "moment": actor.moment}
        for text_hash, span in dict.fromkeys(found)
    ]  # fmt: skip
    new = insert_new(session, CheckedPassage, rows, ["consultation_id", "text_hash", "begins", "ends"])
    if new:
        record(session, actor, consultation, "check_passages", count=new)
    return new


def checked(session: Session, consultation_id: uuid.UUID) -> frozenset[tuple[str, Span]]:
    statement = select(CheckedPassage).where(CheckedPassage.consultation_id == consultation_id)
    return frozenset((one.text_hash, Span(one.begins, one.ends)) for one in session.scalars(statement))
