"""What an edition freezes at its data cut: one canonical file of records, read in one consistent state of the database.

The snapshot of a public edition holds only what may be public. No format can betray what is not in it, and its
SHA-256 is the one of the NDJSON file without its last line: everybody can compute it.
"""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.consultations import queries as consultations
from consultation.consultations.audience import added_by_hand, described
from consultation.consultations.later import asked_later
from consultation.consultations.models import Consultation
from consultation.core.language import Language
from consultation.core.times import utc_text
from consultation.documents.carried import KEY
from consultation.documents.figures import Figures, figures_of
from consultation.documents.filters import EditionFilters, read_filters
from consultation.documents.folders import NUMBERS, OUTCOMES, TEXTS
from consultation.documents.frozen_points import Weighing, point_records
from consultation.documents.layout_version import LAYOUT
from consultation.documents.machine import encoded
from consultation.documents.models import Edition
from consultation.documents.outcomes import write_outcomes
from consultation.documents.overtaken import allowed_at, compared_with
from consultation.documents.participation import participation_record
from consultation.documents.public_numbers import write_numbers
from consultation.documents.queries import published_numbers
from consultation.documents.senders import SHOWN, Sender, read_documents, read_senders
from consultation.documents.text_check import TextCheck, text_check
from consultation.evaluation.coverage import for_machines
from consultation.evaluation.redacted import Redactions, redactions
from consultation.evaluation.taking_part import readable
from consultation.evaluation.written import texts
from consultation.forms.checks import form_of
from consultation.forms.definition import PARTICIPANT, Form
from consultation.programmes.queries import sections
from consultation.register.models import RegisterBody
from consultation.responses.models import Disclosure
from consultation.responses.titles import day_in
from consultation.states import Audience
from consultation.subjects import system

SCHEMA = "consultation-edition-1"


@dataclass(frozen=True)
class Freezing:
    """One edition on its way into the snapshot."""

    session: Session
    edition: Edition
    consultation: Consultation
    cut: datetime
    form: Form
    senders: list[Sender]
    filters: EditionFilters
    redactions: Redactions
    texts: TextCheck | None
    """For public editions only."""
    told: dict[uuid.UUID, int] = field(default_factory=dict)
    """As `Weighing.told`."""

    @property
    def audience(self) -> Audience:
        return self.edition.audience


@dataclass(frozen=True)
class Snapshot:
    sha256: str
    hidden: dict[str, Any] | None
    problems: list[dict[str, Any]]
    """Why the figures may not be published; as `Edition.problems`."""
    noted: dict[str, int]
    """As `TextCheck.write`, `overtaken.allowed_at` and `overtaken.compared_with`, for public editions."""


def freeze(session: Session, edition: Edition, cut: datetime, documents: Path, target: Path) -> Snapshot:
    """Write the snapshot of what counts now. `session` is a reader: everything is seen at one moment.

    `documents` holds the earlier editions, with which public figures are compared.
    """
    consultation = consultations.by_id(session, system(cut), edition.consultation_id)
    assert consultation.form_version is not None
    filters = read_filters(edition.filters)
    senders = read_senders(session, consultation.id, cut, filters.bodies)
    form = form_of(consultation.form_version)
    language: Language = "en" if edition.language == "en" else "de"
    hidden = redactions(session, consultation.id, cut, edition.audience, language)
    check = text_check(session, consultation.id, hidden) if edition.audience == Audience.PUBLIC else None
    work = Freezing(session, edition, consultation, cut, form, senders, filters, hidden, check)
    figures = figures_of(session, consultation, edition.audience, cut, filters.bodies, documents)
    digest, places = hashlib.sha256(), dict[int, int]()
    with target.open("wb") as file:
        for record in _records(work, figures):
            line = encoded(record) + b"\n"
            if record["type"] == "point":
                places[record["number"]] = file.tell()
            digest.update(line)
            file.write(line)
    if work.audience == Audience.PUBLIC:
        told = {point: (number, places[number]) for point, number in work.told.items()}
        target_of_outcomes = target.with_name(OUTCOMES)
        write_outcomes(session, consultation.id, form, cut, told, filters, hidden, target_of_outcomes)
        write_numbers(work.told, target.with_name(NUMBERS))
    if figures.hidden is not None:
        figures.hidden[KEY] = figures.carried.to_json()
    noted = check.write(target.with_name(TEXTS)) if check else {}
    if check:
        noted |= allowed_at(session, consultation.id, cut) | compared_with(session, consultation.id)
    return Snapshot(digest.hexdigest(), figures.hidden, figures.problems, noted)


def _records(work: Freezing, found: Figures) -> Iterator[dict[str, Any]]:
    figures = found.statistics.to_json()
    yield _head(work)
    keys = []
    for section in _sections(work):
        keys.append(section["key"])
        yield section
    yield participation_record(found.participation)
    fields = figures.pop("fields")
    language: Language = "en" if work.edition.language == "en" else "de"
    yield {"type": "figures", **figures, **for_machines(found.participation, language)}
    yield from ({"type": "figure", **field} for field in fields)
    by_organisation = {sender.organisation_id: sender for sender in work.senders}
    weighing = Weighing(
        work.audience, work.form, by_organisation, work.edition.id, work.consultation.minimum_cell, work.redactions,
        work.texts, work.filters, work.told, found.carried,
    )  # fmt: skip
    yield from point_records(work.session, work.consultation.id, keys, weighing)
    yield from _participants(work)
    yield from _responses(work)
    yield {"type": "redactions", "passages": len(work.redactions.told), "places": work.redactions.places}


def _head(work: Freezing) -> dict[str, Any]:
    edition, consultation = work.edition, work.consultation
    programme, draft, form = consultation.programme, consultation.draft_version, consultation.form_version
    assert form is not None
    version = consultations.current_version(work.session, consultation.id)
    return {
        "type": "edition", "schema": SCHEMA, "number": edition.number, "audience": edition.audience.value,
        "language": edition.language, "data_cut": _utc(work.cut), "filters": work.filters.to_json(),
        "demo": consultation.demo, "layout": LAYOUT, "keeps_numbers": True,
        "consultation": {
            "slug": consultation.slug, "title": consultation.title, "round": consultation.round,
            "version": version.number if version else None, "visibility": consultation.visibility.value,
            "unit": consultation.unit.value, "opens_at": _utc(consultation.opens_at), "deadline": _utc(consultation.deadline),
            "notice": consultation.notice, "minimum_cell": consultation.minimum_cell,
            "audience": described(
                consultation, added_by_hand(work.session, consultation.id), asked_later(work.session, consultation.id)
            ),
        },
        "programme": {
            "slug": programme.slug, "title": programme.title, "level": programme.level.value,
            "reference": programme.reference, "owner": programme.owner.name,
        },
        "draft": {
            "number": draft.number, "title": draft.title, "kind": draft.kind.value, "date": draft.date.isoformat(),
            "language": draft.language, "hash": draft.content_hash, "parameters": draft.frozen.get("parameters", []),
            "terms": draft.frozen.get("terms", []),
        } if draft else None,
        "form": {"number": form.number, "hash": form.content_hash, "definition": form.definition},
        "register_date": _register_date(work.session), **_came_before(work),
    }  # fmt: skip


def _came_before(work: Freezing) -> dict[str, Any]:
    """Numbers of the public editions that were out; no other may be published between the cut and this one."""
    if work.audience == Audience.INTERNAL:
        return {}
    return {"published_before": published_numbers(work.session, work.consultation.id)}


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)


def _register_date(session: Session) -> str | None:
    newest = session.scalar(select(func.max(RegisterBody.as_of)))
    return newest.isoformat() if newest else None


def _sections(work: Freezing) -> Iterator[dict[str, Any]]:
    if work.consultation.draft_version_id is not None:
        for s in sections(work.session, work.consultation.draft_version_id):
            yield {
                "type": "section", "key": s.key, "parent": s.parent_key, "level": s.level, "number": s.number,
                "heading": s.heading, "blocks": s.blocks,
            }  # fmt: skip


def _participants(work: Freezing) -> Iterator[dict[str, Any]]:
    """In public those alone that let themselves be named."""
    named = [s for s in work.senders if s.level(PARTICIPANT, work.audience) == Disclosure.NAMED]
    for sender, document in read_documents(work.session, named):
        record = {
            "type": "participant",
            "sender": sender.shown_as(Disclosure.NAMED),
            "spoken_for": document["represented"],
        }
        if work.audience == Audience.INTERNAL:
            record |= {
                "nil_return": sender.nil_return, "late": sender.late, "provisional": sender.provisional,
                "submitted_at": _utc(sender.submitted_at), "received_on": day_in(document),
                "disclosure": {part: level.value for part, level in sorted(sender.levels.items())},
            }  # fmt: skip
        yield record


def _responses(work: Freezing) -> Iterator[dict[str, Any]]:
    if work.audience == Audience.INTERNAL:
        for sender, document in read_documents(work.session, work.senders):
            whole = {name: document[name] for name in ("represented", "own_reference", "nil_return")}
            answers = work.redactions.answers(work.form, document["answers"], sender.response_id)
            yield {
                "type": "response", "part": None, "sender": sender.shown_as(Disclosure.NAMED), "answers": answers, **whole,
            }  # fmt: skip
        return
    for part in work.form.disclosure_parts:
        yield from _of_part(work, part.key, work.edition.id)


def _of_part(work: Freezing, part: str, salt: uuid.UUID) -> Iterator[dict[str, Any]]:
    """A part of each answer stands for itself: what ties the parts of a described answer together is not said."""
    keys = readable(work.form, part)
    levels = {s.revision_id: s.level(part, work.audience) for s in work.senders}
    shown = [s for s in work.senders if levels[s.revision_id] in SHOWN]
    shown.sort(key=lambda s: s.place(part, levels[s.revision_id], salt))
    for sender, document in read_documents(work.session, shown):
        answers = {key: value for key, value in document["answers"].items() if key in keys}
        if answers:
            if work.texts:
                spoken_for = [body["name"] for body in document["represented"]]
                for written in texts(work.form, answers):
                    work.texts.answer(sender, written, levels[sender.revision_id], spoken_for)
            answers = work.redactions.answers(work.form, answers, sender.response_id)
            yield {
                "type": "response", "part": part, "sender": sender.shown_as(levels[sender.revision_id]), "answers": answers,
            }  # fmt: skip
