"""What every scene needs: the database, a moment in the past, people who act, and a worker that keeps up."""

import random
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from consultation.core.db import Database
from consultation.core.jobs import Job
from consultation.core.text import slug
from consultation.core.times import BERLIN, local_day
from consultation.mail.transport import Folder
from consultation.people.models import Membership
from consultation.people.viewers import roles_of
from consultation.settings import Settings
from consultation.subjects import Actor, system
from consultation.worker import run_due, seal_log


@dataclass
class Stage:
    """`random` decides everything that is content, so that a seed gives the same demonstration again."""

    db: Database
    settings: Settings
    console: Console
    now: datetime
    seed: int
    addresses: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 -- content, not secrets

    def at(self, days: float) -> datetime:
        """A moment so many days from now; negative ones are past. Before today everybody worked from eight to six."""
        moment = self.now + timedelta(days=days)
        day = local_day(moment)
        if day >= local_day(self.now):
            return moment
        midnight = datetime.combine(day, time(), BERLIN)
        return (midnight + timedelta(hours=8) + (moment - midnight) * 10 / 24).astimezone(UTC)

    @contextmanager
    def scene(self) -> Iterator[Session]:
        with self.db.transaction() as session:
            yield session

    def system(self, days: float) -> Actor:
        return system(self.at(days))

    def work(self, days: float) -> None:
        """Do all jobs that are due by then. Mails always go to the folder: no demonstration reaches a real mailbox.

        Raises RuntimeError for a job that failed: nothing but a finished demonstration is shown.
        """
        folder = Folder(Path(self.settings.data_dir) / "mail", self.settings.mail_from, durable=False)
        run_due(self.db, self.settings, folder, self.at(days))
        with self.db.reader() as session:
            failed = session.execute(
                select(Job.kind, Job.last_error).where(Job.last_error.is_not(None)).limit(1)
            ).first()
        if failed is not None:
            raise RuntimeError(f"{failed.kind}: {failed.last_error}")

    def seal(self) -> None:
        seal_log(self.db)

    def address(self, name: str, local: str = "poststelle") -> str:
        """An address that ends in .example, and that nobody else has."""
        place = slug(re.split(r"[,(]", name)[0])[:40].strip("-")
        candidate, number = f"{local}@{place}.example", 1
        while candidate in self.addresses:
            number += 1
            candidate = f"{local}@{place}-{number}.example"
        self.addresses.add(candidate)
        return candidate

    @contextmanager
    def progress(self, title: str, total: int) -> Iterator["Step"]:
        columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console) as bar:
            yield Step(bar, bar.add_task(title, total=total))


@dataclass(frozen=True)
class Step:
    bar: Progress
    task: TaskID

    def done(self) -> None:
        self.bar.advance(self.task)


def acting(session: Session, person_id: uuid.UUID, organisation_id: uuid.UUID, moment: datetime) -> Actor:
    """The actor the pages would have made of this person in this organisation."""
    statement = (
        select(Membership)
        .where(Membership.person_id == person_id, Membership.organisation_id == organisation_id)
        .options(joinedload(Membership.organisation), joinedload(Membership.person))
    )
    membership = session.scalars(statement).one()
    return Actor(
        person_id=person_id, organisation_id=organisation_id, roles=roles_of(membership), moment=moment,
        may_plan=membership.organisation.may_plan, operator=membership.person.operator,
    )  # fmt: skip
