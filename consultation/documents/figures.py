"""The figures an edition freezes: everything for planners; for the public protected ones, compared with earlier editions."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core.language import M, Message
from consultation.documents.filters import read_filters
from consultation.documents.folders import HIDDEN, folder_of
from consultation.documents.models import Edition
from consultation.evaluation.figures import Filters, Statistics
from consultation.evaluation.public import compare_editions, public, read_hidden
from consultation.evaluation.statistics import statistics
from consultation.states import Audience, EditionState


@dataclass(frozen=True)
class Figures:
    """`hidden`: what later editions are compared with; it stays beside the snapshot and is never handed out.
    `problems`: why the edition may not be published, as `Edition.problems`.
    """

    statistics: Statistics
    hidden: list[Any] | None
    problems: list[dict[str, Any]]


def figures_of(
    session: Session, consultation: Consultation, audience: Audience, cut: datetime, filters: Filters, documents: Path
) -> Figures:
    if audience == Audience.INTERNAL:
        return Figures(statistics(session, consultation, filters), None, [])
    found, problems = public(session, consultation, cut, filters), []
    for edition in _published(session, consultation.id):
        if read_filters(edition.filters).bodies != filters:
            problems.append(_problem("filters", _OTHER_FILTERS, number=edition.number))
        else:
            found, _ = compare_editions(read_hidden(_hidden(documents, edition.id)), found)
    return Figures(found.statistics, found.hidden_json(), problems)


_OTHER_FILTERS = M("Ausgabe {number} ist mit anderen Filtern veröffentlicht. Aus beiden zusammen ließe sich auf einzelne "
                   "Stellen schließen. "
                   "Erstellen Sie die Ausgabe mit denselben Filtern.")  # fmt: skip


def _published(session: Session, consultation_id: uuid.UUID) -> Iterator[Edition]:
    statement = select(Edition).where(
        Edition.consultation_id == consultation_id, Edition.audience == Audience.PUBLIC, Edition.state == EditionState.PUBLISHED
    )  # fmt: skip
    yield from session.scalars(statement.order_by(Edition.number))


def _hidden(documents: Path, edition_id: uuid.UUID) -> list[Any]:
    """Without it nothing can be compared, so a missing file stops the compilation."""
    found: list[Any] = orjson.loads((folder_of(documents, edition_id) / HIDDEN).read_bytes())
    return found


def _problem(field: str, message: Message, **parameters: Any) -> dict[str, Any]:
    return {"field": field, "text": message.text, "parameters": parameters}
