"""Checking the procedure log in the database: the whole chain, and that every receipt's entry and head stand in it."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.core.chain import Broken, Head, Link, follow
from consultation.core.history import HistoryEntry, HistorySeal, said
from consultation.core.language import M, Message
from consultation.documents.checking import Differs, Tell
from consultation.responses.models import Revision

AT_ONCE = 1000


def check_ledger(session: Session, tell: Tell) -> Head:
    """Raises Differs with the first entry that does not hold; returns the head."""
    head = _follow_all(session)
    tell(M("Verfahrensprotokoll: {count} Glieder schließen lückenlos aneinander. Letztes Glied: {head}",
           count=head.position, head=head.chain))  # fmt: skip
    count = _unsealed(session)
    if count:
        tell(
            M(
                "– {count} jüngere Einträge sind noch nicht versiegelt; ihr Inhalt passt zu ihrer Prüfsumme.",
                count=count,
            )
        )
    _receipts(session, head, tell)
    return head


def _follow_all(session: Session) -> Head:
    head = Head()
    try:
        for head in follow(links(session)):  # noqa: B007 -- the last one is wanted
            pass
    except Broken as broken:
        raise Differs(M("Verfahrensprotokoll: {fault}", fault=broken.message)) from broken
    return head


def links(session: Session) -> Iterator[Link]:
    """All links with their entries, in the order of the chain, a page at a time."""
    after = 0
    while True:
        statement = (
            select(HistorySeal, HistoryEntry)
            .outerjoin(HistoryEntry, HistoryEntry.seq == HistorySeal.entry_seq)
            .where(HistorySeal.position > after)
            .order_by(HistorySeal.position)
            .limit(AT_ONCE)
        )
        page = session.execute(statement).all()
        for seal, entry in page:
            yield _link(seal, entry)
        if len(page) < AT_ONCE:
            return
        after = page[-1][0].position
        session.expunge_all()


def _link(seal: HistorySeal, entry: HistoryEntry | None) -> Link:
    if entry is None:
        return Link(seal.position, seal.chain, str(seal.entry_seq), None)
    return Link(seal.position, seal.chain, named(entry), entry.hash, said(entry))


def named(entry: HistoryEntry) -> str:
    return f"{entry.seq} ({entry.subject_type}: {entry.action})"


def _unsealed(session: Session) -> int:
    """Newer entries are covered by their own hash only."""
    statement = (
        select(HistoryEntry)
        .outerjoin(HistorySeal, HistorySeal.entry_seq == HistoryEntry.seq)
        .where(HistorySeal.position.is_(None))
        .order_by(HistoryEntry.seq)
        .execution_options(yield_per=AT_ONCE)
    )
    count = 0
    with session.scalars(statement) as found:
        for entry in found:
            count += 1
            if hashlib.sha256(said(entry)).hexdigest() == entry.hash:
                continue
            raise Differs(M("Verfahrensprotokoll: Der noch nicht versiegelte Eintrag {entry} wurde geändert: Sein Inhalt passt "
                            "nicht zu seiner Prüfsumme.", entry=named(entry)))  # fmt: skip
    return count


def _receipts(session: Session, head: Head, tell: Tell) -> None:
    """What a receipt says was there when it was given: an end that was cut off is missed by them."""
    lost = (
        select(Revision.receipt_number, Revision.entry_hash)
        .outerjoin(HistoryEntry, HistoryEntry.hash == Revision.entry_hash)
        .where(HistoryEntry.seq.is_(None))
        .order_by(Revision.submitted_at, Revision.id)
        .limit(1)
    )
    if found := session.execute(lost).first():
        raise Differs(missing_entry(found.receipt_number, found.entry_hash, head))
    cut = (
        select(Revision.receipt_number, Revision.sealed_head)
        .outerjoin(HistorySeal, HistorySeal.chain == Revision.sealed_head)
        .where(Revision.sealed_head.is_not(None), HistorySeal.position.is_(None))
        .order_by(Revision.submitted_at, Revision.id)
        .limit(1)
    )
    if missed := session.execute(cut).first():
        raise Differs(missing_head(missed.receipt_number, missed.sealed_head or "", head))
    _contents(session)
    count = session.scalar(select(func.count()).select_from(Revision)) or 0
    tell(
        M("Eingangsbestätigungen: {count}. Inhalt, Eintrag und bestätigtes Glied jeder einzelnen stimmen.", count=count)
    )


def _contents(session: Session) -> None:
    statement = select(Revision.receipt_number, Revision.document, Revision.content_hash)
    with session.execute(statement.execution_options(yield_per=AT_ONCE)) as found:
        for number, document, content_hash in found:
            if hashlib.sha256(document.encode()).hexdigest() == content_hash:
                continue
            raise Differs(M("Die Stellungnahme mit der Eingangsnummer {number} wurde geändert: Ihr Inhalt passt nicht zu ihrer "
                            "Prüfsumme.", number=number))  # fmt: skip


def missing_entry(number: str, entry_hash: str, head: Head) -> Message:
    return M("Verfahrensprotokoll: Der Eintrag zur Eingangsnummer {number} fehlt (Prüfsumme {hash}). Das letzte Glied, das noch "
             "da ist, hat die Nummer {position}.", number=number, hash=entry_hash, position=str(head.position))  # fmt: skip


def missing_head(number: str, chain: str, head: Head) -> Message:
    return M("Verfahrensprotokoll: Das Glied {chain}, das die Eingangsbestätigung {number} nennt, gibt es nicht mehr. Ab dem "
             "Glied, das dort stand, wurde die Kette ausgetauscht oder abgeschnitten; sie endet jetzt mit Nummer {position}.",
             chain=chain, number=number, position=str(head.position))  # fmt: skip
