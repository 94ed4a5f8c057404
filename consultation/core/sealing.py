"""Sealing the procedure log into a hash chain, outside the writing transactions: a chain lock would allow one writer only."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select, true
from sqlalchemy.orm import Session

from consultation.core.history import HistoryEntry, HistorySeal

_ONE = select(literal(1).label("one")).subquery()
"""A row, whatever else there is."""
AT_ONCE = 500
START = "0" * 64
LOOK_BACK = 10_000
"""How far below the highest sealed number an entry may still turn up late."""


def seal(session: Session) -> int:
    """Add links for entries that have none, in order of their numbers; returns how many.

    An entry that became visible late (its number was drawn early, its transaction committed late) is sealed after ones
    with higher numbers: the position in the chain is the order of sealing. Two sealers collide on the position.
    """
    last = session.scalars(select(HistorySeal).order_by(HistorySeal.position.desc()).limit(1)).one_or_none()
    highest = session.scalar(select(func.max(HistorySeal.entry_seq))) or 0
    position, chain = (last.position, last.chain) if last else (0, START)
    statement = (
        select(HistoryEntry.seq, HistoryEntry.hash)
        .outerjoin(HistorySeal, HistorySeal.entry_seq == HistoryEntry.seq)
        .where(HistoryEntry.seq > highest - LOOK_BACK, HistorySeal.position.is_(None))
        .order_by(HistoryEntry.seq)
        .limit(AT_ONCE)
    )
    rows = session.execute(statement).all()
    for seq, entry_hash in rows:
        position, chain = position + 1, link(chain, entry_hash)
        session.add(HistorySeal(position=position, entry_seq=seq, chain=chain))
    session.flush()
    return len(rows)


@dataclass(frozen=True)
class Sealed:
    """The last link, and since when an entry waits to become one; None while none does."""

    position: int
    chain: str
    waiting_since: datetime | None


def sealed(session: Session) -> Sealed:
    highest = select(func.coalesce(func.max(HistorySeal.entry_seq), 0)).scalar_subquery()
    waiting = (
        select(func.min(HistoryEntry.moment))
        .outerjoin(HistorySeal, HistorySeal.entry_seq == HistoryEntry.seq)
        .where(HistoryEntry.seq > highest - LOOK_BACK, HistorySeal.position.is_(None))
        .scalar_subquery()
    )
    last = select(HistorySeal.position, HistorySeal.chain).order_by(HistorySeal.position.desc()).limit(1).subquery()
    row = session.execute(
        select(last.c.position, last.c.chain, waiting).select_from(_ONE).outerjoin(last, true())
    ).one()
    return Sealed(row[0] or 0, row[1] or START, row[2])


def link(chain: str, entry_hash: str) -> str:
    """SHA-256 of the link before and the entry's hash, both as hexadecimal text."""
    return hashlib.sha256(f"{chain}{entry_hash}".encode()).hexdigest()
