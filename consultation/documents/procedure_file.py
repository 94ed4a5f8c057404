"""The procedure log of one consultation as a ZIP that anybody can check: entries, their place in the chain, an account to read.

The chain runs over all consultations of the service. What belongs to others stands in the file as its hash only, which tells
nothing; so the links can be followed, and no entry of this consultation can be taken out, changed or moved.
"""

import csv
import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.consultations import queries as consultations
from consultation.consultations.models import Consultation
from consultation.core.chain import Head
from consultation.core.history import HistoryEntry, HistorySeal, said
from consultation.core.language import SOURCE, Language
from consultation.documents.compile import sha256_of
from consultation.documents.formats import FORMATS
from consultation.documents.machine import encoded
from consultation.documents.procedure import procedure
from consultation.documents.procedure_readme import readme
from consultation.responses.models import Revision
from consultation.subjects import Actor

SCHEMA = "consultation-log-1"
MANIFEST, SUMS, README = "manifest.json", "SHA256SUMS", "LIESMICH.txt"
ENTRIES, CHAIN, RECEIPTS = "eintraege.ndjson", "kette.txt", "eingangsbestaetigungen.csv"
ACCOUNT = ("html", "csv", "pdf")
"""The same in words, in these formats."""
FOREIGN = "-"
"""Stands in the chain instead of the number of an entry that belongs to others."""
AT_ONCE = 2000


@dataclass
class _Counts:
    start: Head = field(default_factory=Head)
    head: Head = field(default_factory=Head)
    entries: int = 0
    sealed: int = 0
    unsealed: list[str] = field(default_factory=list)


def new_procedure_file(session: Session, actor: Actor, consultation_slug: str, language: Language = SOURCE) -> Path:
    """The file in the folder for passing things; the caller sends and removes it."""
    handle, name = tempfile.mkstemp(prefix="log-", suffix=".zip")
    os.close(handle)
    try:
        write_procedure_file(session, actor, consultation_slug, Path(name), language)
    except BaseException:
        Path(name).unlink()
        raise
    return Path(name)


def procedure_file_name(consultation: Consultation) -> str:
    return f"{'beispieldaten-' if consultation.demo else ''}{consultation.slug}-verfahrensprotokoll.zip"


def write_procedure_file(
    session: Session, actor: Actor, consultation_slug: str, target: Path, language: Language = SOURCE
) -> None:
    """For planners who see all Länder; others find nothing. `session` is a reader: everything is of one moment."""
    account = procedure(session, actor, consultation_slug, language)
    consultation = consultations.get(session, actor, consultation_slug)
    with tempfile.TemporaryDirectory(prefix="log-") as name:
        folder = Path(name)
        counts = _Counts()
        _write_entries(session, consultation, folder / ENTRIES, counts)
        _write_chain(session, consultation, folder / CHAIN, counts)
        _write_receipts(session, consultation, folder / RECEIPTS)
        for key in ACCOUNT:
            FORMATS[key].write(account, folder / f"verfahren.{FORMATS[key].extension}")
        (folder / README).write_text(readme(consultation, counts.start, counts.head, actor.moment), encoding="utf-8")
        _close(folder, consultation, actor, counts)
        _pack(folder, target, actor.moment.timetuple()[:6])


def _write_entries(session: Session, consultation: Consultation, path: Path, counts: _Counts) -> None:
    """A line an entry, in the order of their numbers: the canonical JSON, whose SHA-256 is the entry's hash."""
    statement = (
        select(HistoryEntry, func.coalesce(HistorySeal.position, 0))
        .outerjoin(HistorySeal, HistorySeal.entry_seq == HistoryEntry.seq)
        .where(HistoryEntry.consultation_id == consultation.id)
        .order_by(HistoryEntry.seq)
        .execution_options(yield_per=AT_ONCE)
    )
    with path.open("wb") as file:
        for entry, position in session.execute(statement):
            file.write(said(entry) + b"\n")
            counts.entries += 1
            if not position:
                counts.unsealed.append(entry.hash)


def _write_chain(session: Session, consultation: Consultation, path: Path, counts: _Counts) -> None:
    """From the first link of this consultation to the last one there is: position, hash of the entry, link, number."""
    if (first := _first(session, consultation)) is None:
        path.touch()
        return
    before = session.scalar(select(HistorySeal.chain).where(HistorySeal.position == first - 1))
    counts.start = counts.head = Head(first - 1, before) if before else Head()
    with path.open("w", encoding="ascii") as file:
        for position, chain, entry_hash, seq, of in _links(session, first):
            own = of == consultation.id
            counts.sealed += own
            counts.head = Head(position, chain)
            file.write(f"{position} {entry_hash} {chain} {seq if own else FOREIGN}\n")


def _first(session: Session, consultation: Consultation) -> int | None:
    """Its first link; or, where a receipt names an older head (nothing was sealed for a while), the one after that head."""
    own = (
        select(func.min(HistorySeal.position))
        .join(HistoryEntry, HistoryEntry.seq == HistorySeal.entry_seq)
        .where(HistoryEntry.consultation_id == consultation.id)
    )
    named = (
        select(func.min(HistorySeal.position) + 1)
        .join(Revision, Revision.sealed_head == HistorySeal.chain)
        .where(Revision.consultation_id == consultation.id)
    )
    return min(filter(None, (session.scalar(own), session.scalar(named))), default=None)


def _links(session: Session, first: int) -> Iterator[Any]:
    after = first - 1
    columns = (
        HistorySeal.position,
        HistorySeal.chain,
        HistoryEntry.hash,
        HistoryEntry.seq,
        HistoryEntry.consultation_id,
    )
    while True:
        statement = (
            select(*columns)
            .join(HistoryEntry, HistoryEntry.seq == HistorySeal.entry_seq)
            .where(HistorySeal.position > after)
            .order_by(HistorySeal.position)
            .limit(AT_ONCE)
        )
        page = session.execute(statement).all()
        yield from page
        if len(page) < AT_ONCE:
            return
        after = page[-1].position


def _write_receipts(session: Session, consultation: Consultation, path: Path) -> None:
    """What was confirmed to those who answered: their entry, and the head of the chain at that moment."""
    columns = (Revision.receipt_number, Revision.content_hash, Revision.entry_hash, Revision.sealed_head)
    statement = select(*columns).where(Revision.consultation_id == consultation.id)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow([column.key for column in columns])
        for row in session.execute(statement.order_by(Revision.receipt_number).execution_options(yield_per=AT_ONCE)):
            writer.writerow([value or "" for value in row])


def _close(folder: Path, consultation: Consultation, actor: Actor, counts: _Counts) -> None:
    files = [
        {"name": path.name, "size": path.stat().st_size, "sha256": sha256_of(path)} for path in sorted(folder.iterdir())
    ]
    manifest = {
        "schema": SCHEMA, "consultation": consultation.slug, "demo": consultation.demo, "moment": actor.moment.isoformat(),
        "start": vars(counts.start), "head": vars(counts.head), "entries": counts.entries, "sealed": counts.sealed,
        "unsealed": counts.unsealed, "files": files,
    }  # fmt: skip
    content = encoded(manifest) + b"\n"
    (folder / MANIFEST).write_bytes(content)
    sums = [(f["sha256"], f["name"]) for f in files] + [(hashlib.sha256(content).hexdigest(), MANIFEST)]
    (folder / SUMS).write_text("".join(f"{digest}  {name}\n" for digest, name in sums), encoding="ascii")


def _pack(folder: Path, target: Path, stamp: tuple[int, ...]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            info = zipfile.ZipInfo(path.name, stamp)  # type: ignore[arg-type]  # six numbers
            info.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as source, archive.open(info, "w") as sink:
                shutil.copyfileobj(source, sink, 1 << 16)
