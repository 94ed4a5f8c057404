"""The place where servers are killed: a consultation that is open, six towns that may answer, the service on its database."""

import random
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.core.db import Database
from consultation.core.migrations import upgrade
from consultation.people import sessions, tokens
from consultation.people.models import Person
from consultation.settings import Settings, load
from consultation.subjects import Actor
from tests.evaluation_world import World, somebody_of, standing
from tests.fault.cluster import Postgres, cluster
from tests.fault.servers import HOST, KEY, Process, Starter, Web, Worker, command
from tests.fault.towns import Record, Town

TOWNS = 6
LAST_DAY = date(2090, 12, 31)
"""The deadline: this scene runs by the clock of the machine."""


@dataclass
class Scene:
    """`server` is none for SQLite."""

    settings: Settings
    world: World
    planner: Actor
    towns: list[Town]
    webs: list[Web]
    workers: list[Worker]
    server: Postgres | None
    enough: threading.Event = field(default_factory=threading.Event)

    @property
    def processes(self) -> list[Process]:
        return [*([self.server] if self.server else []), *self.webs, *self.workers]

    @contextmanager
    def database(self, threads: int = 2) -> Iterator[Database]:
        made = Database(self.settings.database, threads)
        try:
            yield made
        finally:
            made.close()


@contextmanager
def scene(
    kind: str, *, webs: int = 2, workers: int = 2, seed: int = 1, starter: Starter = command, room: int = 0,
    where: Path | None = None,
) -> Iterator[Scene]:  # fmt: skip
    """Nothing of the service runs yet; whatever runs in the end is killed. `room`: of PostgreSQL's own disk, in MiB.
    `where`: the disk that everything lies on.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="consultation-fault-", dir=where)))
        server = stack.enter_context(cluster(room, where)) if kind == "postgresql" else None
        url = server.url() if server else f"sqlite:///{folder / 'consultation.db'}"
        if server is None:
            upgrade(url)
        settings = load({"SECRET_KEY": KEY}, data_dir=folder, database_url=url)
        ports = tuple(_free_ports(webs))
        made = Scene(
            settings, *_filled(url), [], [Web(f"web-{port}", folder, url, starter, port) for port in ports],
            [Worker(f"worker-{number}", folder, url, starter) for number in range(workers)], server,
        )  # fmt: skip
        with made.database() as db, db.transaction() as session:
            made.towns = list(_towns(session, made, ports, seed))
        for process in (*made.webs, *made.workers):
            stack.callback(process.kill)
        yield made


def _filled(url: str) -> tuple[World, Actor]:
    db = Database(url, threads=2)
    try:
        world = standing(db, TOWNS)
        planner = replace(world.planner, moment=datetime.now(UTC))
        with db.transaction() as session:
            consultations.extend(session, planner, world.slug, LAST_DAY, "Damit Zeit für alle Störungen bleibt.")
        return world, planner
    finally:
        db.close()


def _towns(session: Session, scene: Scene, ports: tuple[int, ...], seed: int) -> Iterator[Town]:
    own = [key for key in sorted(scene.world.bodies) if key[2:9] == "0510044"]
    assert len(own) == TOWNS
    for number, body in enumerate(own):
        actor = replace(somebody_of(session, scene.world, body), moment=datetime.now(UTC))
        assert actor.person_id is not None
        assert actor.organisation_id is not None
        token = tokens.create_token(session, actor, "Fachverfahren", tokens.scopes_for(actor.roles))
        cookie = sessions.begin(session, actor.person_id, actor.moment)
        record = Record(actor.organisation_id, session.get_one(Person, actor.person_id).email)
        dice = random.Random(f"{seed}-{number}")
        yield Town(record, scene.world.slug, token, cookie, ports, dice, scene.enough)


def _free_ports(count: int) -> list[int]:
    """All open at once, so that they differ."""
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in listeners]
