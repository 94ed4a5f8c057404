"""A sealed procedure log with foreign entries between its own, and the ways somebody with the database in hand spoils it."""

import hashlib
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from consultation import worker
from consultation.consultations import actions as consultations
from consultation.core.db import Database
from consultation.core.history import HistoryEntry, HistorySeal, said
from consultation.core.sealing import START, link
from tests import evaluation_world as small
from tests import factories
from tests.keeping import kept

TOWNS = ("010510044000", "030510044001", "090510044002", "010510044003", "030510044004")


@kept
def sealed(db: Database, /) -> small.World:
    """Five towns answer, one after the other, sealed in between; a second consultation of the same house goes on beside it."""
    world = small.standing(db)
    for number, town in enumerate(TOWNS):
        with db.transaction() as session:
            small.submit(session, world, town, {"main_message": f"Wunsch {number}"}, later=number)
            programme = world.consultation(session).programme.slug
            consultations.create(session, world.planner, programme, title=f"Fremdes Verfahren {number}")
        worker.seal_log(db)
    return world


@contextmanager
def tampering(db: Database) -> Iterator[Session]:
    """A session that gets past the triggers; whatever it does is undone at the end."""
    with db.engine.connect() as connection:
        transaction = connection.begin()
        if db.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            for table in ("history_entry", "history_seal"):
                for verb in ("update", "delete"):
                    connection.exec_driver_sql(f"DROP TRIGGER {table}_refuses_{verb}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        with Session(bind=connection) as session:
            yield session
        transaction.rollback()


@dataclass(frozen=True)
class Row:
    position: int
    seq: int


def rows(session: Session) -> list[Row]:
    statement = sa.select(HistorySeal.position, HistorySeal.entry_seq).order_by(HistorySeal.position)
    return [Row(*row) for row in session.execute(statement)]


Spoil = Callable[[Session, random.Random, list[Row]], tuple[int, str]]
"""Does its work and returns the position at which the chain must be found broken, and the entry that must be named."""


def change(session: Session, chance: random.Random, found: list[Row]) -> tuple[int, str]:
    one = chance.choice(found)
    _change(session, chance, one.seq)
    return one.position, f"{one.seq} "


def _change(session: Session, chance: random.Random, seq: int) -> None:
    new: dict[str, Any] = chance.choice([
        {"action": "praise"}, {"details": {"reason": "anders"}}, {"person_id": uuid.uuid4()}, {"new": "accepted"},
        {"moment": factories.MOMENT - timedelta(days=400)}, {"subject_id": uuid.uuid4()}, {"organisation_id": uuid.uuid4()},
        {"consultation_id": uuid.uuid4()}, {"old": "x"}, {"subject_type": "person_"},
    ])  # fmt: skip
    session.execute(sa.update(HistoryEntry).where(HistoryEntry.seq == seq).values(**new))


def change_and_hash(session: Session, chance: random.Random, found: list[Row]) -> tuple[int, str]:
    one = chance.choice(found)
    _change(session, chance, one.seq)
    _rehash(session, one.seq)
    return one.position, f"{one.seq} "


def _rehash(session: Session, seq: int) -> str:
    session.expire_all()
    digest = hashlib.sha256(said(session.get_one(HistoryEntry, seq))).hexdigest()
    session.execute(sa.update(HistoryEntry).where(HistoryEntry.seq == seq).values(hash=digest))
    return digest


def change_and_link(session: Session, chance: random.Random, found: list[Row]) -> tuple[int, str]:
    """With hash and link of its own; the next link tells."""
    place = chance.randrange(len(found) - 1)
    one, following = found[place], found[place + 1]
    _change(session, chance, one.seq)
    before = session.scalar(sa.select(HistorySeal.chain).where(HistorySeal.position == one.position - 1)) or START
    new = link(before, _rehash(session, one.seq))
    session.execute(sa.update(HistorySeal).where(HistorySeal.position == one.position).values(chain=new))
    return following.position, f"{following.seq} "


def remove(session: Session, chance: random.Random, found: list[Row]) -> tuple[int, str]:
    one = chance.choice(found[:-1])
    session.execute(sa.delete(HistorySeal).where(HistorySeal.position == one.position))
    session.execute(sa.delete(HistoryEntry).where(HistoryEntry.seq == one.seq))
    return one.position, f"Glied {one.position} "


def remove_entry_only(session: Session, chance: random.Random, found: list[Row]) -> tuple[int, str]:
    one = chance.choice(found)
    session.execute(sa.delete(HistoryEntry).where(HistoryEntry.seq == one.seq))
    return one.position, f"Eintrag {one.seq} fehlt"


def close_the_gap(session: Session, chance: random.Random, found: list[Row]) -> tuple[int, str]:
    """Removed, and all later positions moved down by one."""
    place = chance.randrange(len(found) - 1)
    remove(session, _Fixed(place), found)
    for row in found[place + 1 :]:
        session.execute(
            sa.update(HistorySeal).where(HistorySeal.position == row.position).values(position=row.position - 1)
        )
    return found[place].position, f"{found[place + 1].seq} "


class _Fixed(random.Random):
    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def choice(self, seq: Any) -> Any:
        return seq[self.place]


def reorder(session: Session, chance: random.Random, found: list[Row]) -> tuple[int, str]:
    """Two links point to each other's entries."""
    one, other = sorted(chance.sample(found, 2), key=lambda row: row.position)
    for row, seq in ((one, -1), (other, one.seq), (one, other.seq)):
        session.execute(sa.update(HistorySeal).where(HistorySeal.position == row.position).values(entry_seq=seq))
    return one.position, f"{other.seq} "


SPOILS: tuple[Spoil, ...] = (
    change, change_and_hash, change_and_link, remove, remove_entry_only, close_the_gap, reorder,
)  # fmt: skip


def truncate(session: Session, position: int) -> None:
    """Everything from this link on is gone, cleanly."""
    gone = sa.select(HistorySeal.entry_seq).where(HistorySeal.position >= position)
    seqs = session.scalars(gone).all()
    session.execute(sa.delete(HistorySeal).where(HistorySeal.position >= position))
    session.execute(sa.delete(HistoryEntry).where(HistoryEntry.seq.in_(seqs)))


def forge_from(session: Session, chance: random.Random, row: Row) -> None:
    """One entry changed, and the whole chain after it made anew: nothing in the chain itself tells."""
    _change(session, chance, row.seq)
    _rehash(session, row.seq)
    chain = session.scalar(sa.select(HistorySeal.chain).where(HistorySeal.position == row.position - 1)) or START
    statement = (
        sa.select(HistorySeal.position, HistoryEntry.hash)
        .join(HistoryEntry, HistoryEntry.seq == HistorySeal.entry_seq)
        .where(HistorySeal.position >= row.position)
        .order_by(HistorySeal.position)
    )
    for position, digest in session.execute(statement).all():
        chain = link(chain, digest)
        session.execute(sa.update(HistorySeal).where(HistorySeal.position == position).values(chain=chain))
