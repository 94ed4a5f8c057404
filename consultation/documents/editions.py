"""Editions of the consolidated document: begun here, compiled as a job, published once."""

import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy.orm import Session, selectinload

from consultation.consultations import queries as consultations
from consultation.consultations.models import Consultation
from consultation.core.db import Database, hold
from consultation.core.errors import Conflict, Invalid, NotReady
from consultation.core.history import perform, record
from consultation.core.jobs import enqueue
from consultation.core.language import LANGUAGES, M, Message
from consultation.documents import public_numbers, queries
from consultation.documents.compile import compile_edition, give_up, sweep
from consultation.documents.filters import checked_filters, demand_the_same, read_filters
from consultation.documents.folders import MANIFEST, SNAPSHOT, folder_of
from consultation.documents.models import Edition
from consultation.documents.overtaken import overtaken, passed
from consultation.rulebook import CONSULTATION, EDITION, planner
from consultation.states import Audience, ConsultationState, EditionState
from consultation.subjects import Actor

__all__ = ["compile_edition", "copy_files", "give_up", "publish", "retry", "start", "sweep"]

_PUBLIC = frozenset({ConsultationState.EVALUATING, ConsultationState.PUBLISHED, ConsultationState.ARCHIVED})
_INTERNAL = _PUBLIC | {ConsultationState.ANNOUNCED}


def start(
    session: Session, actor: Actor, consultation_slug: str, audience: Audience, *,
    language: str = "de", filters: Mapping[str, Sequence[str]] | None = None, enqueued: bool = True,
) -> Edition:  # fmt: skip
    """The next edition, to be compiled by the job `edition.compile`. `filters` as `EditionFilters.to_json`.

    What is frozen is what counts at the data cut: the actor's moment, or the later one at which the job reads.
    """
    consultation = consultations.get(session, actor, consultation_slug)
    if not actor.is_system:
        planner.demand(actor, consultation)
    if language not in LANGUAGES:
        raise Invalid.about("language", M("Wählen Sie eine der angebotenen Sprachen."))
    if consultation.state not in (_PUBLIC if audience == Audience.PUBLIC else _INTERNAL):
        raise Conflict(_too_early(audience))
    chosen = checked_filters(filters or {}, audience)
    hold(session, Consultation, consultation.id)  # whoever begins another one just now takes the number behind it
    if audience == Audience.PUBLIC and (last := queries.last_published(session, consultation.id)):
        demand_the_same(chosen.bodies, read_filters(last.filters).bodies, last.number)
    edition = Edition(
        id=uuid.uuid4(), consultation_id=consultation.id, number=queries.next_number(session, consultation.id),
        audience=audience, state=EditionState.COMPILING, language=language,
        filters=chosen.to_json(),
        data_cut=actor.moment, created_at=actor.moment, progress=0, counts={}, problems=[], error="",
    )  # fmt: skip
    session.add(edition)
    session.flush()
    record(session, actor, edition, "start_edition", number=edition.number, audience=audience, language=language)
    if enqueued:
        enqueue(session, "edition.compile", {"id": str(edition.id)}, run_at=actor.moment)
    return edition


def _too_early(audience: Audience) -> Message:
    if audience == Audience.PUBLIC:
        return M("Eine öffentliche Ausgabe entsteht erst in der Auswertung. Beginnen Sie zuerst die Auswertung.")
    return M("Eine Ausgabe entsteht erst, wenn die Konsultation angekündigt ist, und nicht nach einem Abbruch.")


def retry(session: Session, actor: Actor, edition_id: uuid.UUID) -> Edition:
    """A failed edition once more, from the start. Raises NotReady if it could not go out any more."""
    edition = queries.get(session, actor, edition_id)
    _demand_fresh(passed(session, edition))
    perform(session, EDITION, actor, edition, "retry", progress=0, error="", data_cut=actor.moment)
    return edition


def publish(session: Session, actor: Actor, edition_id: uuid.UUID, documents: Path, *, texts_checked: bool) -> Edition:
    """Anybody who may see the consultation can read it from now on; the first one publishes the consultation too. Its points
    keep the numbers it shows.

    `texts_checked` confirms that somebody read all its texts. Raises NotReady with the reasons, also if its figures cannot
    be protected.
    """
    edition = queries.get(session, actor, edition_id)
    hold(session, Consultation, edition.consultation_id)  # one after the other: each is compared with those before
    EDITION.check(actor, edition, "publish")
    _demand_fresh(overtaken(session, edition))
    _demand_whole(edition, documents)
    if not texts_checked:
        raise Invalid.about("texts_checked", _UNCHECKED)
    public_numbers.give(session, edition, documents)
    searched = {name: edition.counts.get(name, 0) for name in ("written", "suspicions", "redacted")}
    perform(
        session, EDITION, actor, edition, "publish", published_at=actor.moment, texts_checked_at=actor.moment,
        details={"texts_checked": True, **searched},
    )  # fmt: skip
    consultation = consultations.by_id(session, actor, edition.consultation_id)
    if consultation.state == ConsultationState.EVALUATING:
        perform(session, CONSULTATION, actor, consultation, "publish", details={"edition": edition.number})
    return edition


def _demand_fresh(reasons: Sequence[Message]) -> None:
    if reasons:
        raise NotReady(M("Diese Ausgabe ist überholt. {reason} Erstellen Sie sie neu.", reason=reasons[0]))


def _demand_whole(edition: Edition, documents: Path) -> None:
    """Without one of them persons in texts would go unseen, or numbers and figures of this edition be forgotten by the next."""
    for name in queries.side_files(edition):
        if queries.lacks(documents, edition, name):
            raise NotReady(M("Zu dieser Ausgabe fehlt die Datei {name}. Erstellen Sie sie neu.", name=name))


_UNCHECKED = M(
    "Bestätigen Sie, dass alle Texte dieser Ausgabe geprüft sind. Hinweise dazu finden Sie unter „Texte prüfen“; was niemand "
    "lesen soll, schwärzen Sie dort."
)


def copy_files(db: Database, documents: Path, edition_id: uuid.UUID, out: Path) -> list[Path]:
    """All files of a compiled edition into a folder of the caller's."""
    out.mkdir(parents=True, exist_ok=True)
    with db.reader() as session:
        edition = session.get_one(Edition, edition_id, options=[selectinload(Edition.files)])
        if edition.state not in (EditionState.COMPILED, EditionState.PUBLISHED):
            raise Conflict(M("Die Ausgabe ist nicht fertig: {error}", error=edition.error))
        names = [MANIFEST, SNAPSHOT, *(file.name for file in edition.files)]
    source = folder_of(documents, edition_id)
    return [Path(shutil.copyfile(source / name, out / name)) for name in sorted(names)]
