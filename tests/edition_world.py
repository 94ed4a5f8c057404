"""A consultation that was answered at every level of disclosure and weighed, ready for editions."""

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from consultation.consultations import actions as consultations
from consultation.consultations import audience
from consultation.consultations.models import Invitation
from consultation.core.blocks import Paragraph
from consultation.core.db import Database
from consultation.documents import editions, queries
from consultation.documents.folders import folder_of
from consultation.documents.models import Edition
from consultation.evaluation import contributions, points
from consultation.evaluation.finding import PointFilter
from consultation.evaluation.models import Decision
from consultation.evaluation.queries import listed
from consultation.forms import actions as forms
from consultation.programmes import drafts
from consultation.programmes.importers.tree import DraftSection, DraftTree
from consultation.programmes.models import DraftKind
from consultation.register.audience import AudienceFilter, AudienceUnit
from consultation.responses import actions
from consultation.responses.models import Response
from consultation.states import Audience, Visibility
from consultation.subjects import Actor, system
from tests import evaluation_world as small
from tests import factories
from tests.keeping import kept

AFTER = factories.MOMENT + timedelta(days=90)
"""After the deadline."""
LEVELS = ("named", "named", "described", "figures", "none")
TEMPLATE = "Die Frist für den Verwendungsnachweis soll auf zwölf Monate verlängert werden."


@dataclass
class Weighed:
    """`markers`: level → words that only answers of this level hold."""

    world: small.World
    planner: Actor
    markers: dict[str, list[str]]
    names: dict[str, list[str]]
    """Level → names of the bodies."""


@kept
def weighed(db: Database, /, *, count: int = 40, seed: int = 7, demo: bool = False) -> Weighed:
    chance = random.Random(seed)
    world = small.standing(db, count)
    with db.transaction() as session:
        consultation = world.consultation(session)
        consultation.visibility, consultation.demo = Visibility.PUBLIC, demo
        found = Weighed(world, replace(world.planner, moment=AFTER), {}, {})
    towns = sorted(key for key in world.bodies if key.startswith(("01", "03", "09")) and len(key) == 12)[:count]
    for number, body in enumerate(towns):
        level = LEVELS[number % len(LEVELS)]
        marker = f"Kennwort{level}{number:03}x"
        with db.transaction() as session:
            answers = small.random_answers(chance, world.sections.values()) | _texts(world, marker, number)
            revision = small.submit(session, world, body, answers, level=level)
            contributions.gather(session, revision.id, factories.MOMENT + timedelta(days=2))
            found.markers.setdefault(level, []).append(marker)
            found.names.setdefault(level, []).append(f"Ort {body[-3:].lstrip('0') or '0'}")
    _leave(db, found)
    _weigh(db, found)
    return found


def _leave(db: Database, found: Weighed) -> None:
    """A county that withdrew, a city state that said something else before, an association that is still writing."""
    world, kind = found.world, {"kind": "insert", "locator": "Satz 9", "priority": "may"}

    def said(marker: str) -> dict[str, Any]:
        found.markers.setdefault("gone", []).append(marker)
        amendment = kind | {"section": world.sections["§ 3"], "text": f"Früher {marker} gefordert."}
        return {"amendments": {"1": amendment}, "main_message": f"Früher {marker}"}

    with db.transaction() as session:
        for body, marker in (("01053", "Kennwortzurueck"), ("020000000000", "Kennwortueberholt")):
            revision = small.submit(session, world, body, said(marker))
            contributions.gather(session, revision.id, factories.MOMENT + timedelta(days=2))
        county = small.somebody_of(session, world, "01053")
        own = select(Response.id).where(Response.organisation_id == county.organisation_id)
        actions.withdraw(session, county, session.scalars(own).one())
        city = small.somebody_of(session, world, "020000000000")
        new = {
            "amendments": {"1": kind | {"section": world.sections["§ 3"], "text": "Jetzt etwas anderes."}},
            "main_message": "Neu.",
        }
        revision = small.resubmit(session, world, city, new)
        contributions.gather(session, revision.id, factories.MOMENT + timedelta(days=3))
        small.write(session, world, "010535323", said("Kennwortentwurf"))


def _texts(world: small.World, marker: str, number: int) -> dict[str, Any]:
    template = {
        "section": world.sections["§ 7"], "kind": "insert", "text": TEMPLATE, "locator": "Abs. 2", "priority": "must",
        "rationale": "Die Prüfung bindet Personal, das wir nicht haben.",
    }  # fmt: skip
    own = {
        "section": world.sections["§ 3"],
        "kind": "replace",
        "text": f"Wir brauchen hier {marker} und mehr Zeit.",
        "locator": "Satz 1",
    }
    return {
        "amendments": {"1": template, "2": own} if number % 2 else {"1": own},
        "main_message": f"Hauptsache {marker}",
    }


def _weigh(db: Database, found: Weighed) -> None:
    with db.transaction() as session:
        consultations.evaluate(session, found.planner, found.world.slug)
        for place, point in enumerate(listed(session, found.world.consultation_id, PointFilter())):
            if place % 3 == 0:
                decision = list(Decision)[place % len(Decision)]
                points.decide(
                    session,
                    found.planner,
                    point.id,
                    decision,
                    f"Erwiderung Nummer {point.number}.",
                    version=point.version,
                )


def next_round(db: Database, found: Weighed, reworded: Mapping[str, str]) -> str:
    """The slug of a second consultation, ready to be announced: on a draft that words these sections (by number) anew."""
    planner = found.planner
    with db.transaction() as session:
        programme = found.world.consultation(session).programme.slug
        sections = tuple(
            DraftSection(n, f"Vorschrift {n}", 1, (Paragraph(reworded[n]),) if n in reworded else ())
            for n in small.SECTIONS
        )
        tree = DraftTree("Probegesetz", (), sections)
        draft = drafts.save(session, planner, programme, tree, kind=DraftKind.LAW, dated=date(2026, 6, 1))
        form = forms.create(session, planner, programme, template_key="law_short")
        made = consultations.create(session, planner, programme, title="Zweite Runde", round_=2)
        given = {"draft_version_id": draft.id, "form_version_id": form.id, "deadline_on": date(2026, 8, 1)}
        consultations.prepare(session, planner, made.slug, given | {"visibility": Visibility.PUBLIC})
        chosen = AudienceFilter(unit=AudienceUnit.ADMINISTRATION, include=("01053",))
        audience.choose(session, planner, made.slug, chosen)
        for invitation in session.scalars(select(Invitation).where(Invitation.consultation_id == made.id)):
            invitation.postal = "Rathausplatz 1, 12345 Musterstadt"
        return made.slug


def compiled(db: Database, found: Weighed, documents: Path, audience: Audience, **options: Any) -> Edition:
    """Started, compiled, and read again."""
    with db.transaction() as session:
        edition = editions.start(session, found.planner, found.world.slug, audience, **options)
    editions.compile_edition(db, documents, edition.id, AFTER)
    return read(db, edition)


def read(db: Database, edition: Edition) -> Edition:
    with db.reader() as session:
        return queries.get(session, system(AFTER), edition.id)


def path_of(documents: Path, edition: Edition, extension: str) -> Path:
    return next(folder_of(documents, edition.id).glob(f"*-ausgabe-*.{extension}"))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
