"""Checking a whole installation: the log, the receipts, and every edition as the log says it was finished."""

from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.core.language import M
from consultation.documents.checking import Differs, Partly, Tell, Unusable
from consultation.documents.checking.edition import check_folder
from consultation.documents.checking.ledger import check_ledger
from consultation.documents.checking.logged import Logged, compare
from consultation.documents.checking.manifest import Manifest
from consultation.documents.compile import sha256_of
from consultation.documents.folders import folder_of
from consultation.documents.models import Edition, EditionFile
from consultation.documents.queries import side_files
from consultation.states import EditionState

FINISHED = (EditionState.COMPILED, EditionState.PUBLISHED)


def check_store(db: Database, documents: Path, tell: Tell) -> None:
    with db.reader() as session:
        check_ledger(session, tell)
        editions = session.scalars(
            select(Edition).where(Edition.state.in_(FINISHED)).order_by(Edition.created_at, Edition.id)
        ).all()
        for edition in editions:
            check_folder(folder_of(documents, edition.id), tell, logged=_logged(session, edition.id, tell))
            _check_beside(session, documents, edition, tell)
    tell(M("Ausgaben: {count}.", count=len(editions)))


def _logged(session: Session, edition_id: Any, tell: Tell) -> Logged:
    """The log must know every finished edition."""

    def logged(manifest: Manifest) -> bool:
        entry = _finished(session, edition_id)
        compare(manifest, entry.details, str(entry.seq))
        tell(M("– so steht es auch im Verfahrensprotokoll (Eintrag {entry})", entry=str(entry.seq)))
        return True

    return logged


def _check_beside(session: Session, documents: Path, edition: Edition, tell: Tell) -> None:
    """What later editions depend on and nobody is handed out. Editions made before the log knew its hashes are looked at only
    for whether it is there.
    """
    if not (names := side_files(edition)):
        return
    folder, entry = folder_of(documents, edition.id), _finished(session, edition.id)
    known = entry.details.get("beside", {})
    for name in names:
        if not (folder / name).is_file():
            raise Differs(
                M("{file} fehlt im Ordner {folder}. Spätere Ausgaben und Mitteilungen brauchen die Datei.",
                  file=name, folder=str(folder))
            )  # fmt: skip
        if name in known and (found := sha256_of(folder / name)) != known[name]:
            raise Differs(
                M(
                    "{file} wurde geändert: Prüfsumme {found} statt {expected}.",
                    file=name,
                    found=found,
                    expected=known[name],
                )
            )
    if set(names) <= set(known):
        tell(M("– Begleitdateien, die nicht herausgegeben werden, sind unverändert: {count}", count=len(names)))
    else:
        tell(Partly.only(M("– Begleitdateien, die nicht herausgegeben werden, sind da: {count}. Ihre Prüfsummen kennt das "
                           "Verfahrensprotokoll nicht; eine ältere Programmfassung hat sie geschrieben.",
                           count=len(names))))  # fmt: skip


def _finished(session: Session, edition_id: Any) -> HistoryEntry:
    statement = (
        select(HistoryEntry)
        .where(HistoryEntry.subject_id == edition_id, HistoryEntry.action == "finish")
        .order_by(HistoryEntry.seq.desc())
        .limit(1)
    )
    if (found := session.scalars(statement).one_or_none()) is None:
        raise Differs(
            M("Das Verfahrensprotokoll sagt nicht, dass die Ausgabe {edition} fertig wurde.", edition=str(edition_id))
        )
    return found


def folder_with(session: Session, documents: Path, sha256: str) -> tuple[Path, str]:
    """Where a file with this hash lies, and what it is called there. Raises Unusable for one that no edition holds."""
    statement = (
        select(EditionFile.edition_id, EditionFile.name)
        .join(Edition, Edition.id == EditionFile.edition_id)
        .where(EditionFile.sha256 == sha256, Edition.state.in_(FINISHED))
    )
    if (found := session.execute(statement).first()) is None:
        raise Unusable(M("Keine Ausgabe dieses Dienstes enthält eine Datei mit der Prüfsumme {hash}. Ist sie geändert, oder "
                         "stammt sie von einem anderen Dienst? Legen Sie manifest.json und snapshot.ndjson daneben.",
                         hash=sha256))  # fmt: skip
    return folder_of(documents, found.edition_id), found.name
