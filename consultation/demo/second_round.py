"""The ministry writes a second draft from what it accepted, and asks those who answered once more: old and new wording to read."""

import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.consultations import address_memory, audience, queries
from consultation.consultations.models import Consultation
from consultation.core.blocks import from_json
from consultation.core.times import local_day
from consultation.demo import outcome
from consultation.demo.cast import Cast
from consultation.demo.law import PUBLISHED, Exercise
from consultation.demo.stage import Stage, acting
from consultation.people.models import Organisation
from consultation.programmes import cover, editing, notation
from consultation.programmes.editing import Typed
from consultation.programmes.models import DraftVersion
from consultation.responses.models import Response
from consultation.states import Purpose, Visibility
from consultation.subjects import Actor

WRITTEN, ANNOUNCED, ENDS = PUBLISHED + 1, PUBLISHED + 2, 28
ASKED = 30
"""Houses, of those whose answer counts."""
REWORDED = {
    "§ 5": (
        ("31. Dezember 2023", "31. Dezember 2025"),
        ("im Jahr 2024", "im Jahr 2026"),
        ("Im Jahr 2024", "Im Jahr 2026"),
    ),
    "§ 6": (("bis zu 90 Prozent", "bis zu 95 Prozent"), ("mindestens 10 Prozent", "mindestens 5 Prozent")),
    "§ 7": (("halbjährlich jeweils zum 1. April und zum 1. Oktober", "jährlich zum 1. Oktober"),),
    "§ 8": (("1\N{NO-BREAK SPACE}000 Euro", "5\N{NO-BREAK SPACE}000 Euro"),),
}
"""Number of the section → what went and what came, as the demands asked for it."""
NEW = Typed(
    "§ 9a", "Anzeigeverfahren",
    "Maßnahmen mit Finanzhilfen bis 50 000 Euro werden angezeigt. Ein Antrag ist nicht erforderlich.", "",
)  # fmt: skip


def play(stage: Stage, cast: Cast, exercise: Exercise) -> None:
    with stage.scene() as session:
        actor = acting(session, cast.ministry_planner, cast.ministry, stage.at(WRITTEN))
        first = queries.get(session, actor, exercise.slug)
        draft = _write(stage, session, actor, first)
        second = _prepare(stage, session, actor, first, draft)
        later = acting(session, cast.ministry_planner, cast.ministry, stage.at(ANNOUNCED))
        consultations.announce(session, later, second.slug)
    stage.work(ANNOUNCED)


def _write(stage: Stage, session: Session, actor: Actor, first: Consultation) -> DraftVersion:
    assert first.draft_version_id is not None
    made = editing.continue_from(session, actor, first.programme.slug, first.draft_version_id)
    draft = editing.open_for_editing(session, actor, first.programme.slug, made.id)
    for section in list(draft.sections):
        text = before = notation.write(from_json(section.blocks))
        for old, new in REWORDED.get(section.number, ()):
            text = text.replace(old, new)
        if text != before:
            typed = Typed(section.number, section.heading, text, section.parent_key or "")
            editing.edit(session, actor, draft, section.key, typed, seen=section.version)
    behind = next(section.key for section in draft.sections if section.number == "§ 9")
    editing.add(session, actor, draft, NEW, after=behind)
    seen, today = cover.of(draft), local_day(stage.at(WRITTEN))
    titled = cover.checked(f"{seen.title} – zweiter Entwurf (Übung)", seen.kind, today, seen.language)
    cover.correct(session, actor, draft, titled, seen=cover.fingerprint(seen))
    session.refresh(draft)
    return draft


def _prepare(
    stage: Stage, session: Session, actor: Actor, first: Consultation, draft: DraftVersion
) -> Consultation:  # fmt: skip
    title = "KInvFG 2015: zweite Runde (Übung)"
    second = consultations.create(session, actor, first.programme.slug, title=title, round_=2)
    consultations.prepare(
        session, actor, second.slug,
        {
            "draft_version_id": draft.id, "form_version_id": first.form_version_id, "visibility": Visibility.PUBLIC,
            "deadline_on": local_day(stage.now + timedelta(days=ENDS)), "contact": first.contact,
            "introduction": "Ihre Rückmeldungen sind in den zweiten Entwurf eingegangen. Passt er jetzt?", "notice": "",
        },
    )  # fmt: skip
    audience.add(session, actor, second.slug, _asked(session, first), Purpose.FOR_COMMENT)
    address_memory.take_known(session, actor, second.slug)
    return second


def _asked(session: Session, first: Consultation) -> list[uuid.UUID]:
    """Organisations in the order of their keys, evenly from the whole country; their addresses are known."""
    answered = (
        select(Organisation.id)
        .join(Response, Response.organisation_id == Organisation.id)
        .where(Response.consultation_id == first.id, Response.counted_revision_id.is_not(None))
        .order_by(Organisation.register_key, Organisation.id)
    )
    found = list(session.scalars(answered))
    return list({*found[:: max(1, len(found) // ASKED)], outcome.house_of(session, first.id).id})
