"""Taking in the register, inviting, starting: what an operator waits for."""

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from benchmarks import Benchmark, Result, Scale
from benchmarks.stage import form, people, servers
from benchmarks.stage.keepers import Keeper
from benchmarks.stage.timing import cost_of
from benchmarks.stage.world import LAST_DAY, MOMENT
from consultation.consultations import actions as consultations
from consultation.consultations import audience, invitations
from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.forms import actions as forms
from consultation.programmes import actions as programmes
from consultation.programmes import drafts
from consultation.programmes.importers.tree import DraftSection, DraftTree
from consultation.programmes.models import DraftKind, ProgrammeLevel
from consultation.register import shipped
from consultation.register.actions import import_register
from consultation.register.audience import AudienceFilter
from consultation.register.kinds import ANSWERING
from consultation.register.sampling import Sample
from consultation.states import InvitationState
from consultation.subjects import Actor, system


class StartUp(Benchmark):
    key = "start_up"
    title = "Verzeichnis einlesen, einladen, starten"

    def run(self, keeper: Keeper, scale: Scale) -> Iterator[Result]:
        with keeper.empty() as url, tempfile.TemporaryDirectory() as folder:
            database = Database(url, threads=2)
            yield from _invite(database, scale)
            database.close()
            for processes in (1, 2) if keeper.kind == "postgresql" else (1,):
                word = "ein Prozess" if processes == 1 else "zwei Prozesse"
                with servers.product(url, Path(folder), processes) as server:
                    yield Result(f"Start bis zur ersten Antwort, {word}", "s", server.started, cpu=server.cpu)
                    yield Result(f"Arbeitsspeicher nach dem Start, {word}", "MiB", server.memory)


def _invite(database: Database, scale: Scale) -> Iterator[Result]:
    cost = cost_of(lambda: _import(database))
    yield Result("Gemeindeverzeichnis einlesen", "s", cost.wall, cpu=cost.cpu)
    with database.transaction() as session:
        planner = people.house(session, MOMENT)
        slug = _prepared(session, planner)
    cost = cost_of(lambda: _choose(database, planner, slug, scale.organisations))
    with database.reader() as session:
        count = session.scalar(select(func.count()).select_from(Invitation)) or 0
    yield Result(f"Adressatenkreis mit {count} Einladungen", "s", cost.wall, cpu=cost.cpu)
    cost = cost_of(lambda: _send(database, planner, slug))
    with database.reader() as session:
        sent = select(func.count()).where(Invitation.state == InvitationState.SENT)
        assert session.scalar(sent) == count
    yield Result(f"{count} Einladungen versenden (Aufträge anlegen)", "s", cost.wall, cpu=cost.cpu)


def _import(database: Database) -> None:
    with database.transaction() as session:
        import_register(session, system(MOMENT), shipped.load(), shipped.SOURCE)


def _prepared(session: Session, planner: Actor) -> str:
    programme = programmes.create(session, planner, title="Vergleichsprogramm", level=ProgrammeLevel.FEDERAL)
    tree = DraftTree("Gesetz", (), (DraftSection("§ 1", "Vorschrift", 1),))
    draft = drafts.save(session, planner, programme.slug, tree, kind=DraftKind.LAW, dated=date(2026, 2, 1))
    questions = forms.create(session, planner, programme.slug, definition=form.definition())
    made = consultations.create(session, planner, programme.slug, title="Vergleich")
    consultations.prepare(
        session, planner, made.slug,
        {"draft_version_id": draft.id, "form_version_id": questions.id, "deadline_on": LAST_DAY},
    )  # fmt: skip
    return made.slug


def _choose(database: Database, planner: Actor, slug: str, count: int) -> None:
    with database.transaction() as session:
        asked = AudienceFilter(kinds=tuple(sorted(ANSWERING)))
        audience.choose(session, planner, slug, asked, Sample(size=count, seed="1"))


def _send(database: Database, planner: Actor, slug: str) -> None:
    """To mailboxes that are given here; the mails themselves are written by the worker, one by one."""
    with database.transaction() as session:
        session.execute(update(Invitation).values(email="poststelle@stadt.example"))
        session.expire_all()
        consultations.announce(session, planner, slug)
        consultation_id = session.scalars(select(Consultation.id)).one()
    more = 1
    while more:
        with database.transaction() as session:
            more = invitations.send_all(session, consultation_id, MOMENT)
