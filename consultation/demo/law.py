"""A finished consultation on a real law: 600 administrations asked, answered, weighed, compiled and published."""

import uuid
from dataclasses import dataclass

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from consultation.consultations import actions as consultations
from consultation.consultations import audience, extensions
from consultation.consultations.models import Consultation, Invitation
from consultation.core.places import package_folder
from consultation.core.times import local_day
from consultation.demo import bodies, house, law_answers
from consultation.demo.cast import Cast
from consultation.demo.fates import Card, deal
from consultation.demo.house import House
from consultation.demo.stage import Stage, acting
from consultation.demo.towns import fates_by_key
from consultation.demo.voices import Voices
from consultation.forms import actions as forms
from consultation.people.models import Organisation
from consultation.programmes import actions as programmes
from consultation.programmes import drafts
from consultation.programmes.importers import import_draft
from consultation.programmes.models import DraftKind, ParameterType, ProgrammeLevel
from consultation.register.models import RegisterBody
from consultation.register.queries import members
from consultation.responses import actions as responses
from consultation.responses import answering
from consultation.responses.models import RepresentationKind
from consultation.states import Purpose, Visibility
from consultation.subjects import Actor

SET_UP, ANNOUNCED, DEADLINE = -90.0, -75.0, -30.0
LAST_DAY = DEADLINE + 5
"""Of those who were given more time."""
WEIGHED, COMPILED, PUBLISHED = DEADLINE + 6, -7.0, -5.0
COUNCIL = 18.0
"""Days from an answer to the next meeting of the council."""


@dataclass(frozen=True)
class Exercise:
    consultation_id: uuid.UUID
    slug: str
    voices: Voices


def play(stage: Stage, cast: Cast, municipalities: int) -> Exercise:
    """From the empty programme to the deadline; weighing and compiling is the next scene."""
    with stage.scene() as session:
        exercise = _announce(stage, session, cast, municipalities)
    stage.work(ANNOUNCED)
    with stage.db.reader() as session:
        invitations = list(session.scalars(
            select(Invitation.id)
            .join(Organisation, Organisation.id == Invitation.organisation_id)
            .where(Invitation.consultation_id == exercise.consultation_id, Invitation.by_filter)
            .order_by(Organisation.register_key)
        ))  # fmt: skip
    with stage.progress("Kommunen antworten", len(invitations)) as step:
        for invitation_id, card in zip(invitations, deal(len(invitations), stage.random), strict=True):
            _live(stage, exercise, invitation_id, card, cast)
            step.done()
    _joint_answer(stage, exercise, cast)
    days = range(int(ANNOUNCED) + 1, int(LAST_DAY) + 2)
    with stage.progress("Eingänge werden bearbeitet (Tage)", len(days)) as step:
        for day in days:
            stage.work(day)
            step.done()
    return exercise


def _announce(stage: Stage, session: Session, cast: Cast, municipalities: int) -> Exercise:
    actor = acting(session, cast.ministry_planner, cast.ministry, stage.at(SET_UP))
    programme = programmes.create(
        session, actor, title="Übung auf Grundlage des KInvFG 2015", level=ProgrammeLevel.FEDERAL, demo=True,
        reference="BSP 4-1234/15", description="Ein wirkliches Gesetz, an dem erfundene Stellungnahmen geübt werden.",
        postal="Beispielstraße 1\n00000 Musterstadt",
    )  # fmt: skip
    programmes.share(
        session, actor, programme.slug, cast.land_unit, session.get_one(Organisation, cast.land_unit).state
    )
    write_figures(session, actor, programme.slug, "kinvfg")
    source = (package_folder() / "data" / "drafts" / "kinvfg.md").read_bytes()
    draft = drafts.save(
        session, actor, programme.slug, import_draft("kinvfg.md", source), kind=DraftKind.LAW,
        dated=local_day(stage.at(SET_UP)),
    )  # fmt: skip
    form = forms.create(session, actor, programme.slug, template_key="law_short")
    consultation = consultations.create(session, actor, programme.slug, title="KInvFG 2015: Praxisrückmeldung (Übung)")
    consultations.prepare(
        session, actor, consultation.slug,
        {
            "draft_version_id": draft.id, "form_version_id": form.id, "visibility": Visibility.PUBLIC,
            "deadline_on": local_day(stage.at(DEADLINE)), "contact": "Referat KI 4 (Beispiel), ki4@ministerium.example",
            "introduction": "Bitte prüfen Sie, ob sich das Gesetz in der kommunalen Praxis bewährt.", "notice": "",
        },
    )  # fmt: skip
    asked = bodies.choose(session, municipalities, stage.random, fates_by_key(session))
    audience.choose(session, actor, consultation.slug, asked)
    audience.add(session, actor, consultation.slug, cast.associations, Purpose.FOR_COMMENT)
    audience.add(session, actor, consultation.slug, cast.lands, Purpose.FOR_INFORMATION)
    write_addresses(stage, session, actor, consultation)
    later = acting(session, cast.ministry_planner, cast.ministry, stage.at(ANNOUNCED))
    consultations.announce(session, later, consultation.slug)
    sections = {s.number: s.key for s in draft.sections}
    return Exercise(consultation.id, consultation.slug, Voices("statements", stage.random, sections))


def write_figures(session: Session, actor: Actor, programme_slug: str, name: str) -> None:
    """The programme's figures and terms, as they lie beside the draft."""
    content = orjson.loads((package_folder() / "data" / "drafts" / f"{name}.parameters.json").read_bytes())
    for p in content["parameters"]:
        programmes.set_parameter(
            session, actor, programme_slug, name=p["name"], type_=ParameterType(p["type"]), label=p["label"],
            value=p["value"], section_number=p["section_number"],
        )  # fmt: skip
    for term in content["glossary"]:
        programmes.set_term(session, actor, programme_slug, term["term"], term["definition"])


def write_addresses(stage: Stage, session: Session, actor: Actor, consultation: Consultation) -> None:
    """Invented mailboxes; one in twenty is known by its postal address only."""
    statement = select(Organisation).join(Invitation, Invitation.organisation_id == Organisation.id).where(
        Invitation.consultation_id == consultation.id
    )  # fmt: skip
    found = session.scalars(statement).all()
    for organisation in sorted(found, key=lambda o: (o.register_key or "", o.name)):  # as every database sorts
        by_post = stage.random.random() < 0.05
        audience.set_address(
            session, actor, consultation, organisation, email=None if by_post else stage.address(organisation.name),
            postal=f"{organisation.name}\nRathausplatz 1\n00000 Musterort" if by_post else "", contact="",
        )  # fmt: skip


def _live(stage: Stage, exercise: Exercise, invitation_id: uuid.UUID, card: Card, cast: Cast) -> None:
    """One invited house, from the claim to whatever becomes of its answer."""
    fate, days = card.fate, stage.random.triangular(ANNOUNCED + 1, DEADLINE - 0.5, DEADLINE - 5)
    if fate == "silent":
        return
    voices = exercise.voices
    with stage.scene() as session:
        statement = select(Invitation).where(Invitation.id == invitation_id).options(
            joinedload(Invitation.organisation), joinedload(Invitation.consultation)
        )  # fmt: skip
        invitation = session.scalars(statement).one()
        alone = fate in ("nil_return", "decline") or stage.random.random() < 0.5
        here = house.move_in(stage, session, voices, invitation, days, alone=alone)
        if fate == "decline":
            actor = here.releasing(stage, session, days)
            response = answering.start(session, actor, exercise.consultation_id)
            responses.decline(session, actor, response.id, voices.reason("decline"))
        elif fate == "nil_return":
            _nil_return(stage, session, exercise, here, days)
        elif fate == "late":
            _late(stage, session, exercise, here, invitation, cast)
        else:
            _answer(stage, session, exercise, here, card, days)
        if fate == "withdraw":
            withdrawing = here.releasing(stage, session, days + 3)
            found = answering.start(session, withdrawing, exercise.consultation_id)
            responses.withdraw(session, withdrawing, found.id, voices.reason("withdraw"))


def _answer(stage: Stage, session: Session, exercise: Exercise, here: House, card: Card, days: float) -> None:
    key = here.organisation.register_key
    body = session.get_one(RegisterBody, key) if key else None
    values = _values(stage, exercise, here, body, card, days)
    response = house.write(stage, session, here, exercise.consultation_id, values, days)
    if body is not None and body.kind == "joint_municipality":
        spoken_for = {b.key: RepresentationKind.REPRESENTED for b in members(session, body.key)}
        responses.set_representation(session, here.writing(stage, session, days), response.id, spoken_for)
    revision = house.submit(stage, session, here, response, days + 0.1)
    if values["mandate.kind"] == "reserved" and _agreed(stage, card):
        releasing = here.releasing(stage, session, days + COUNCIL + 1)
        responses.confirm_resolution(session, releasing, response.id, revision.number)


def _agreed(stage: Stage, card: Card) -> bool:
    return stage.random.random() < 0.5 if card.confirmed is None else card.confirmed


def meeting(stage: Stage, days: float) -> str:
    """The day on which the council of a house meets that answers now."""
    return local_day(stage.at(days + COUNCIL)).isoformat()


def _values(
    stage: Stage, exercise: Exercise, here: House, body: RegisterBody | None, card: Card, days: float
) -> dict[str, object]:
    name, day = body.short_name if body else here.organisation.name, meeting(stage, days)
    given = law_answers.answers(stage.random, exercise.voices, name, body.size_class if body else None, day)
    return law_answers.promised(given, exercise.voices, name, card, day)


def _nil_return(stage: Stage, session: Session, exercise: Exercise, here: House, days: float) -> None:
    values = {
        "mandate.kind": "administration",
        "publication": law_answers.disclosure(stage.random, ("participant", "A")),
    }
    response = house.write(stage, session, here, exercise.consultation_id, values, days)
    house.submit(stage, session, here, response, days, nil_return=True)


def _late(
    stage: Stage, session: Session, exercise: Exercise, here: House, invitation: Invitation, cast: Cast
) -> None:  # fmt: skip
    """More time asked for and granted; the answer comes after the general deadline."""
    asked = here.releasing(stage, session, DEADLINE - 2)
    until = local_day(stage.at(LAST_DAY))
    extension = extensions.request(session, asked, invitation, until, exercise.voices.reason("extension"))
    planner = acting(session, cast.ministry_planner, cast.ministry, stage.at(DEADLINE - 1))
    extensions.grant(session, planner, extension.id, exercise.voices.reason("extension_granted"))
    session.expire(invitation)
    _answer(stage, session, exercise, here, Card("late"), stage.random.uniform(DEADLINE + 1.2, LAST_DAY - 1))


def _joint_answer(stage: Stage, exercise: Exercise, cast: Cast) -> None:
    """An association answers for all and names municipalities that support it."""
    days = DEADLINE - 3
    with stage.scene() as session:
        statement = select(Invitation).where(
            Invitation.consultation_id == exercise.consultation_id, Invitation.organisation_id == cast.associations[-1]
        ).options(joinedload(Invitation.organisation), joinedload(Invitation.consultation))  # fmt: skip
        here = house.move_in(stage, session, exercise.voices, session.scalars(statement).one(), days, alone=False)
        values = _values(stage, exercise, here, None, Card("answer", level="named"), days)
        values["missing_section"] = exercise.voices.with_contact(exercise.voices.joint_statement())
        response = house.write(stage, session, here, exercise.consultation_id, values, days)
        silent = select(RegisterBody.key).where(
            RegisterBody.kind == "municipality", RegisterBody.association_key.is_(None), RegisterBody.population < 8000
        ).order_by(RegisterBody.key).limit(400)  # fmt: skip
        supporters = stage.random.sample(list(session.scalars(silent)), 12)
        responses.set_representation(
            session,
            here.writing(stage, session, days),
            response.id,
            dict.fromkeys(supporters, RepresentationKind.SUPPORTER),
        )
        house.submit(stage, session, here, response, days + 0.1)
