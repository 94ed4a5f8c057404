"""The comparison consultation: the real register, forty questions, organisations that have answered, others that may.

Made once per size and kept in the folder of the databases; a benchmark works on a copy.
"""

import inspect
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import ModuleType

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from benchmarks.stage import filling, form, people, words
from benchmarks.stage.keepers import Keeper, fingerprint
from consultation.consultations import actions as consultations
from consultation.consultations import audience
from consultation.consultations import queries as consultation_queries
from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.core.places import package_folder
from consultation.forms import actions as forms
from consultation.programmes import actions as programmes
from consultation.programmes import drafts
from consultation.programmes.importers import import_draft
from consultation.programmes.models import DraftKind, ProgrammeLevel
from consultation.programmes.queries import sections
from consultation.register import shipped
from consultation.register.actions import import_register
from consultation.register.audience import AudienceFilter
from consultation.register.kinds import RegisterKind
from consultation.states import InvitationState
from consultation.subjects import Actor, system

MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AFTER = MOMENT + timedelta(days=30)
LAST_DAY = date(2090, 12, 31)
"""The deadline: a kept world does not run out."""
SEED = 1


@dataclass(frozen=True)
class World:
    url: str
    slug: str
    consultation_id: uuid.UUID
    planner: Actor

    @contextmanager
    def database(self, threads: int = 16) -> Iterator[Database]:
        database = Database(self.url, threads)
        try:
            yield database
        finally:
            database.close()


@contextmanager
def world(keeper: Keeper, organisations: int, spare: int = 0, *, points: bool = False) -> Iterator[World]:
    """A copy that may be changed. `points`: contributions and points are gathered, as the worker would have done."""

    def fill(url: str) -> None:
        build(url, organisations, spare, points=points)

    name = f"{organisations}-{spare}{'-points' if points else ''}-{_version()}"
    with keeper.copy(keeper.template(name, fill)) as url:
        yield find(url)


def find(url: str) -> World:
    """The world in this database."""
    database = Database(url, threads=1)
    with database.reader() as session:
        slug, consultation_id = session.execute(select(Consultation.slug, Consultation.id)).one()
        planner = people.planner(session, AFTER)
    database.close()
    return World(url, slug, consultation_id, planner)


def build(url: str, organisations: int, spare: int, *, points: bool) -> None:
    dice = random.Random(SEED)
    database = Database(url, threads=1, durable=False)
    with database.transaction() as session:
        import_register(session, system(MOMENT), shipped.load(), shipped.SOURCE)
        planner = people.house(session, MOMENT)
        slug = _announced(session, planner)
    with database.reader() as session:
        consultation = consultation_queries.get(session, planner, slug)
        bodies = filling.bodies(session, organisations + spare)
        assert consultation.draft_version_id is not None
        keys = [section.key for section in sections(session, consultation.draft_version_id)]
        plan = filling.Plan(consultation, keys, dice, MOMENT + timedelta(days=3))
    for start in range(0, len(bodies), filling.AT_ONCE):
        some = bodies[start : start + filling.AT_ONCE]
        answered = max(0, min(len(some), organisations - start))
        with database.transaction() as session:
            filling.fill(session, plan, some[:answered], points=points)
            filling.leave_open(session, plan, some[answered:], first=max(0, start - organisations))
    database.close()


def _announced(session: Session, planner: Actor) -> str:
    """Through the actions of the service, with the few bodies that an audience needs."""
    programme = programmes.create(session, planner, title="Vergleichsprogramm", level=ProgrammeLevel.FEDERAL)
    source = (package_folder() / "data" / "drafts" / "kinvfg.md").read_bytes()
    draft = drafts.save(
        session, planner, programme.slug, import_draft("kinvfg.md", source), kind=DraftKind.LAW, dated=date(2026, 2, 1)
    )
    questions = forms.create(session, planner, programme.slug, definition=form.definition())
    made = consultations.create(session, planner, programme.slug, title="Vergleich")
    consultations.prepare(
        session, planner, made.slug,
        {"draft_version_id": draft.id, "form_version_id": questions.id, "deadline_on": LAST_DAY},
    )  # fmt: skip
    audience.choose(session, planner, made.slug, AudienceFilter(kinds=(RegisterKind.CITY_STATE,)))
    session.execute(update(Invitation).values(postal="Rathausplatz 1\n00000 Musterort"))
    session.expire_all()
    consultations.announce(session, planner, made.slug)
    session.execute(update(Invitation).values(state=InvitationState.SENT, sent_at=MOMENT))
    return made.slug


def _version() -> str:
    """A new one whenever the makers of the world or the schema change."""
    makers: tuple[ModuleType, ...] = (filling, form, people, words)
    sources = [inspect.getsource(maker) for maker in makers] + [inspect.getsource(build), inspect.getsource(_announced)]
    return fingerprint(*sources)
