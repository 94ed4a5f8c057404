"""The desk of a town behind a real port: while it answers, and after the outcome was published."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from consultation.core.db import Database
from consultation.people.models import Organisation
from consultation.states import Audience, Role
from tests import evaluation_world as small
from tests import factories
from tests.browser.serving import free_port, served
from tests.browsing import site
from tests.desk_world import TOWN, Scene
from tests.desk_world import scene as make_scene
from tests.edition_world import AFTER, compiled, weighed
from tests.test_outcome import NAMED, Told, publish


@contextmanager
def answering(template: Path, folder: Path, answers: Mapping[str, Any] | None = None) -> Iterator[tuple[Scene, str]]:
    """The town is asked; with `answers` it has begun. Gives the scene and the address of the service."""
    path, port = folder / "desk.db", free_port()
    shutil.copyfile(template, path)
    db = Database(f"sqlite:///{path}", threads=8)
    base = f"http://127.0.0.1:{port}"
    made = make_scene(db, {"base_url": base})
    if answers is not None:
        with db.transaction() as session:
            small.write(session, made.world, TOWN, answers)
    with served(made.app, port):
        yield made, base
    db.close()


def colleague(scene: Scene, name: str, *roles: Role) -> str:
    """Somebody of the town's house; gives the mail address."""
    with scene.db.transaction() as session:
        person = factories.person(session, name)
        house = session.get_one(Organisation, scene.world.bodies[TOWN])
        factories.membership(session, person, house, roles, function="Bürgermeisterin")
        return person.email


@contextmanager
def published(template: Path, folder: Path) -> Iterator[tuple[Told, str, str]]:
    """A consultation that was weighed and published; the service's address, and the mail of a releaser of the town `NAMED`."""
    shutil.copyfile(template, folder / "world.db")
    db = Database(f"sqlite:///{folder / 'world.db'}", threads=8)
    found = weighed(db, count=12, demo=True)
    edition = compiled(db, found, folder / "documents", Audience.PUBLIC)
    publish(db, found, edition, folder / "documents")
    made = Told(db, found, edition, folder / "documents")
    with db.transaction() as session:
        house = session.get_one(Organisation, found.world.bodies[made.town(NAMED)])
        person = factories.person(session, "Rita Rat")
        factories.membership(session, person, house, [Role.RELEASER])
        email = person.email
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with served(site(db, AFTER, base_url=base, data_dir=folder), port):
        yield made, base, email
    db.close()
