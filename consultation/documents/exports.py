"""The consolidated answers as one file, outside of any edition: for planners, with everything that counts now."""

import tempfile
import uuid
from pathlib import Path

from consultation.consultations import queries as consultations
from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound
from consultation.core.language import SOURCE, M
from consultation.documents.consolidated import compiled_from
from consultation.documents.formats import FORMATS
from consultation.documents.frozen import Frozen
from consultation.documents.models import Edition
from consultation.documents.snapshot import freeze
from consultation.evaluation.figures import Filters
from consultation.rulebook import planner
from consultation.states import Audience, EditionState
from consultation.subjects import Actor

DATA = ("csv", "json", "ndjson", "xlsx")


def write(db: Database, actor: Actor, consultation_slug: str, format_key: str, target: Path) -> int:
    """Returns how many answers the file holds. The records are those of an internal edition with number 0."""
    if format_key not in DATA:
        raise Invalid.about("format", M("Möglich sind {formats}.", formats=DATA))
    with tempfile.TemporaryDirectory(prefix="export-") as name:
        snapshot = Path(name) / "snapshot.ndjson"
        with db.reader() as session:
            consultation = consultations.get(session, actor, consultation_slug)
            if not (actor.is_system or planner(actor, consultation)):
                raise NotFound(M("Diese Konsultation gibt es nicht."))
            edition = Edition(
                id=uuid.UUID(int=0), consultation_id=consultation.id, number=0, audience=Audience.INTERNAL,
                state=EditionState.COMPILING, language=SOURCE, filters=Filters().to_json(), data_cut=actor.moment,
            )  # fmt: skip
            frozen_as = freeze(session, edition, actor.moment, Path(name), snapshot)
        frozen = Frozen(snapshot)
        FORMATS[format_key].write(compiled_from(frozen, frozen_as.sha256), target)
        return sum(1 for _ in frozen.records("response"))
