"""A person is forgotten wherever the service keeps anything: in the database, on the list beside it, in mails that lie as files."""

import uuid
from dataclasses import dataclass
from pathlib import Path

from consultation.core.db import Database
from consultation.people.models import Person
from consultation.subjects import Actor
from consultation.upkeep import erased_list, erasure
from consultation.upkeep.erasure import Erased


@dataclass(frozen=True)
class Forgotten:
    erased: Erased
    mails: int
    """Files that went."""


def forget(database: Database, folder: Path, actor: Actor, person_id: uuid.UUID, *, force: bool = False) -> Forgotten:
    """`folder` is that of the service's data. Raises as `erasure.erase` does; then nothing is changed."""
    with database.transaction() as session:
        erased = erasure.erase(session, actor, session.get_one(Person, person_id), force=force)
    erased_list.add(folder, [erased.person_id])
    return Forgotten(erased, erasure.forget_mails(folder / "mail", erased.email))
