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
from consultation.demo.positions import following, reworded
from consultation.demo.stage import Stage, acting
from consultation.demo.weighing import source_of
from consultation.evaluation.models import ADOPTED, Point
from consultation.people.models import Organisation
from consultation.programmes import actions as programmes
from consultation.programmes import cover, editing, notation
from consultation.programmes.editing import Typed
from consultation.programmes.models import DraftVersion, Programme
from consultation.responses.models import Response
from consultation.states import PointState, Purpose, Visibility
from consultation.subjects import Actor

WRITTEN, ANNOUNCED, ENDS = PUBLISHED + 1, PUBLISHED + 2, 28
ASKED = 30
"""Houses, of those whose answer counts."""
INTRODUCTION = ("Was wir aus Ihren Forderungen übernommen haben, ganz oder zum Teil, steht im zweiten Entwurf. Unsere "
                "Entscheidungen und Erwiderungen nennt Ausgabe 2 der Auswertung. Passt der Entwurf jetzt?")  # fmt: skip


def play(stage: Stage, cast: Cast, exercise: Exercise) -> None:
    with stage.scene() as session:
        actor = acting(session, cast.ministry_planner, cast.ministry, stage.at(WRITTEN))
        first = queries.get(session, actor, exercise.slug)
        draft = _write(stage, session, actor, exercise, first)
        second = _prepare(stage, session, actor, first, draft)
        later = acting(session, cast.ministry_planner, cast.ministry, stage.at(ANNOUNCED))
        consultations.announce(session, later, second.slug)
    stage.work(ANNOUNCED)


def _write(stage: Stage, session: Session, actor: Actor, exercise: Exercise, first: Consultation) -> DraftVersion:
    """What was decided as adopted, and nothing else, is worded anew."""
    assert first.draft_version_id is not None
    found = following(_adopted(session, exercise))
    made = editing.continue_from(session, actor, first.programme.slug, first.draft_version_id)
    draft = editing.open_for_editing(session, actor, first.programme.slug, made.id)
    for section in list(draft.sections):
        before = notation.write(from_json(section.blocks))
        if (text := reworded(section.number, before, found)) != before:
            typed = Typed(section.number, section.heading, text, section.parent_key or "")
            editing.edit(session, actor, draft, section.key, typed, seen=section.version)
    for after, new in (change.section for change in found if change.section):
        behind = next(section.key for section in draft.sections if section.number == after)
        editing.add(session, actor, draft, new, after=behind)
    _set_figures(session, actor, first.programme, {k: v for change in found for k, v in change.parameters.items()})
    seen, today = cover.of(draft), local_day(stage.at(WRITTEN))
    titled = cover.checked(f"{seen.title} – zweiter Entwurf (Übung)", seen.kind, today, seen.language)
    cover.correct(session, actor, draft, titled, seen=cover.fingerprint(seen))
    session.refresh(draft)
    return draft


def _adopted(session: Session, exercise: Exercise) -> list[str]:
    """Positions of the points that were decided so, wholly or in part."""
    decided = (Point.state == PointState.DECIDED, Point.decision.in_(ADOPTED))
    statement = select(Point.id).where(Point.consultation_id == exercise.consultation_id, *decided)
    return [source_of(session, exercise, point_id)["position"] for point_id in session.scalars(statement).all()]


def _set_figures(session: Session, actor: Actor, programme: Programme, values: dict[str, str]) -> None:
    for one in [parameter for parameter in programme.parameters if parameter.name in values]:
        programmes.set_parameter(
            session, actor, programme.slug, name=one.name, type_=one.type, label=one.label, value=values[one.name],
            section_number=one.section_number,
        )  # fmt: skip


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
            "introduction": INTRODUCTION, "notice": "",
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
