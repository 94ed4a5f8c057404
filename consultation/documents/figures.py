"""The figures an edition freezes: everything for planners; for the public protected ones, compared with earlier editions."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations.models import Consultation
from consultation.core.language import M, Message
from consultation.documents.carried import Carried, carried
from consultation.documents.filters import read_filters
from consultation.documents.folders import HIDDEN, folder_of
from consultation.documents.models import Edition
from consultation.evaluation.earlier import read_memory
from consultation.evaluation.figures import Filters, Statistics
from consultation.evaluation.public import public
from consultation.evaluation.statistics import statistics
from consultation.evaluation.taking_part import public_participation
from consultation.forms.checks import form_of
from consultation.responses.participation import Participation, participation
from consultation.states import Audience, EditionState


@dataclass(frozen=True)
class Figures:
    """`hidden`: what later editions are compared with; it stays beside the snapshot and is never handed out.
    `problems`: why the edition may not be published, as `Edition.problems`.
    """

    statistics: Statistics
    participation: Participation
    hidden: dict[str, Any] | None
    problems: list[dict[str, Any]]
    carried: Carried = field(default_factory=Carried)


def figures_of(
    session: Session, consultation: Consultation, audience: Audience, cut: datetime, filters: Filters, documents: Path
) -> Figures:
    if audience == Audience.INTERNAL:
        return Figures(statistics(session, consultation, filters), participation(session, consultation.id), None, [])
    problems, earlier, kept = [], [], []
    for edition in _published(session, consultation.id):
        kept.append(_hidden(documents, edition.id))
        if read_filters(edition.filters).bodies != filters:
            problems.append(_problem("filters", _OTHER_FILTERS, number=edition.number))
        elif (memory := read_memory(kept[-1])) is None:
            problems.append(_problem("editions", _OTHER_PROGRAM, number=edition.number))
        else:
            earlier.append(memory)
    found = public(session, consultation, cut, filters, earlier)
    assert consultation.form_version is not None
    taking_part, too_late = public_participation(
        session,
        consultation.id,
        form_of(consultation.form_version),
        cut,
        consultation.minimum_cell,
        earlier,
        found.memory,
    )
    problems += [_problem(p.field, p.message, **dict(p.message.parameters)) for p in (*found.problems, *too_late)]
    return Figures(found.statistics, taking_part, found.memory.to_json(), problems, carried(kept))


_OTHER_PROGRAM = M("Ausgabe {number} hat eine ältere Fassung dieses Programms erstellt; mit ihr lässt sich die neue nicht "
                   "vergleichen.")  # fmt: skip
_OTHER_FILTERS = M("Ausgabe {number} ist mit anderen Filtern veröffentlicht. Aus beiden zusammen ließe sich auf einzelne "
                   "Stellen schließen. "
                   "Erstellen Sie die Ausgabe mit denselben Filtern.")  # fmt: skip


def _published(session: Session, consultation_id: uuid.UUID) -> Iterator[Edition]:
    statement = select(Edition).where(
        Edition.consultation_id == consultation_id, Edition.audience == Audience.PUBLIC, Edition.state == EditionState.PUBLISHED
    )  # fmt: skip
    yield from session.scalars(statement.order_by(Edition.number))


def _hidden(documents: Path, edition_id: uuid.UUID) -> Any:
    """Without it nothing can be compared, so a missing file stops the compilation."""
    return orjson.loads((folder_of(documents, edition_id) / HIDDEN).read_bytes())


def _problem(field: str, message: Message, **parameters: Any) -> dict[str, Any]:
    return {"field": field, "text": message.text, "parameters": parameters}
