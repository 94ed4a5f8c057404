"""An open consultation of a foundation, with towns in every state: whoever looks can answer, release and watch."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from consultation.consultations import actions as consultations
from consultation.consultations import audience, extensions
from consultation.consultations.codes import code_of
from consultation.consultations.models import Invitation
from consultation.core.places import package_folder
from consultation.core.times import local_day
from consultation.demo import house, network_answers
from consultation.demo.cast import Cast, Login, new_password
from consultation.demo.house import House
from consultation.demo.law import write_addresses, write_figures
from consultation.demo.stage import Stage, acting
from consultation.demo.towns import fates_by_key
from consultation.demo.voices import Voices
from consultation.forms import actions as forms
from consultation.people.models import Person
from consultation.people.organisations import municipal_organisations
from consultation.programmes import actions as programmes
from consultation.programmes import drafts
from consultation.programmes.importers import import_draft
from consultation.programmes.models import DraftKind, ProgrammeLevel
from consultation.register.queries import members
from consultation.responses import actions as responses
from consultation.responses import answering
from consultation.responses.models import RepresentationKind, Response
from consultation.states import Purpose, ResponseState

OPENED, ENDS = -14, 35


@dataclass(frozen=True)
class Scene:
    consultation_id: uuid.UUID
    slug: str
    voices: Voices


def play(stage: Stage, cast: Cast) -> list[Login]:
    """Returns the logins of towns that wait for the visitor."""
    with stage.scene() as session:
        scene, invited = _announce(stage, session, cast)
    stage.work(OPENED)
    logins: list[Login] = []
    with stage.progress("Kommunen im laufenden Verfahren", len(invited)) as step:
        for organisation_id, fate in invited.items():
            with stage.scene() as session:
                _arrange(stage, session, scene, organisation_id, fate, logins)
            step.done()
    stage.work(-1)
    return logins


def _announce(stage: Stage, session: Session, cast: Cast) -> tuple[Scene, dict[uuid.UUID, str]]:
    actor = acting(session, cast.foundation_planner, cast.foundation, stage.at(OPENED - 10))
    programme = programmes.create(
        session, actor, title="Kommunale Integrationsnetzwerke", level=ProgrammeLevel.FOUNDATION, demo=True,
        reference="SKM 2027-01", description="Förderung hauptamtlicher Koordinierungsstellen für örtliche Netzwerke.",
        postal="Beispielallee 2\n00000 Musterstadt",
    )  # fmt: skip
    write_figures(session, actor, programme.slug, "netzwerke")
    source = (package_folder() / "data" / "drafts" / "netzwerke.md").read_bytes()
    day = local_day(stage.at(OPENED - 10))
    draft = drafts.save(
        session, actor, programme.slug, import_draft("netzwerke.md", source), kind=DraftKind.GUIDELINE, dated=day
    )
    form = forms.create(session, actor, programme.slug, template_key="practice_feedback")
    title = "Richtlinie Integrationsnetzwerke: Praxisrückmeldung"
    consultation = consultations.create(session, actor, programme.slug, title=title)
    end = local_day(stage.now + timedelta(days=ENDS))
    end -= timedelta(days=max(0, end.weekday() - 4))
    consultations.prepare(
        session, actor, consultation.slug,
        {
            "draft_version_id": draft.id, "form_version_id": form.id, "deadline_on": end,
            "contact": "Frida Förder, beteiligung@stiftung.example",
            "introduction": "Vor der Bekanntmachung möchten wir wissen, ob die Richtlinie bei Ihnen umsetzbar ist.",
        },
    )  # fmt: skip
    keys = fates_by_key(session)
    partners = municipal_organisations(session, actor, sorted(keys), demo=True)
    audience.add(session, actor, consultation.slug, [one.id for one in partners.values()], Purpose.FOR_COMMENT)
    write_addresses(stage, session, actor, consultation)
    announcing = acting(session, cast.foundation_planner, cast.foundation, stage.at(OPENED))
    consultations.announce(session, announcing, consultation.slug)
    voices = Voices("network_statements", stage.random, {s.number: s.key for s in draft.sections})
    return Scene(consultation.id, consultation.slug, voices), _fates(session, consultation.id, keys)


def _fates(session: Session, consultation_id: uuid.UUID, keys: dict[str, str]) -> dict[uuid.UUID, str]:
    """Organisation → fate, in the order of the table of towns."""
    statement = select(Invitation).where(Invitation.consultation_id == consultation_id)
    invitations = session.scalars(statement.options(joinedload(Invitation.organisation))).all()
    by_key = {str(i.organisation.register_key): i.organisation_id for i in invitations}
    return {by_key[key]: fate for key, fate in keys.items()}


def _arrange(
    stage: Stage, session: Session, scene: Scene, organisation_id: uuid.UUID, fate: str, logins: list[Login]
) -> None:
    statement = select(Invitation).where(
        Invitation.consultation_id == scene.consultation_id, Invitation.organisation_id == organisation_id
    ).options(joinedload(Invitation.organisation), joinedload(Invitation.consultation))  # fmt: skip
    invitation = session.scalars(statement).one()
    if fate == "invited":
        code = code_of(stage.settings.secret_key.get_secret_value().encode(), invitation)
        hint = "diesen Code der Einladung unter /claim eingeben und das Konto selbst anlegen"
        logins.append(Login(f"{invitation.organisation.name}: noch niemand angemeldet", "", code, hint))
        return
    days = stage.random.uniform(OPENED + 1, -3)
    passwords = (new_password(), new_password()) if fate in HINTS else (None, None)
    alone = fate in ("nil_return", "declined", "opened", "representing")
    here = house.move_in(stage, session, scene.voices, invitation, days, alone=alone, passwords=passwords)
    _FATES[fate](stage, session, scene, here, invitation, days)
    if fate in HINTS:
        _remember(session, here, fate, passwords, logins)


def _remember(
    session: Session, here: House, fate: str, passwords: tuple[str | None, str | None], logins: list[Login]
) -> None:
    name, (role, hint) = here.organisation.name, HINTS[fate]
    person, password = (here.releaser, passwords[1]) if fate == "ready" else (here.writer, passwords[0])
    logins.append(Login(f"{name}: {role}", session.get_one(Person, person).email, password or "", hint))


HINTS = {
    "drafting": ("Bearbeitung und Verwaltung", "die angefangene Stellungnahme fortsetzen und zur Freigabe vorlegen"),
    "ready": ("Freigabe", "lesen, zurückgeben oder freigeben und die Eingangsbestätigung ansehen"),
    "representing": ("Bearbeitung und Freigabe", "für die Ortsgemeinden antworten, auf dem kurzen Weg"),
    "submitted": ("Bearbeitung und Verwaltung", "die abgegebene Stellungnahme ansehen, wieder öffnen, zurücknehmen"),
}


def _core(stage: Stage, session: Session, scene: Scene, here: House, days: float) -> Response:
    values = network_answers.core(scene.voices, here.organisation.name)
    return house.write(stage, session, here, scene.consultation_id, values, days)


def _opened(stage: Stage, session: Session, scene: Scene, here: House, invitation: Invitation, days: float) -> None:
    """Claimed, nothing begun."""


def _drafting(stage: Stage, session: Session, scene: Scene, here: House, invitation: Invitation, days: float) -> None:
    values = network_answers.core(scene.voices, here.organisation.name)
    begun = dict(list(values.items())[:9])
    house.write(stage, session, here, scene.consultation_id, begun, days)


def _ready(stage: Stage, session: Session, scene: Scene, here: House, invitation: Invitation, days: float) -> None:
    values = network_answers.full(scene.voices, here.organisation.name)
    response = house.write(stage, session, here, scene.consultation_id, values, days)
    responses.mark_ready(session, here.writing(stage, session, days), response.id)


def _submitted(stage: Stage, session: Session, scene: Scene, here: House, invitation: Invitation, days: float) -> None:
    values = network_answers.full(scene.voices, here.organisation.name)
    house.submit(stage, session, here, house.write(stage, session, here, scene.consultation_id, values, days), days)


def _nil_return(stage: Stage, session: Session, scene: Scene, here: House, invitation: Invitation, days: float) -> None:
    values = {"mandate.kind": "administration", "publication": {"participant": "named"}}
    response = house.write(stage, session, here, scene.consultation_id, values, days)
    house.submit(stage, session, here, response, days, nil_return=True)


def _declined(stage: Stage, session: Session, scene: Scene, here: House, invitation: Invitation, days: float) -> None:
    actor = here.releasing(stage, session, days)
    response = answering.start(session, actor, scene.consultation_id)
    responses.decline(session, actor, response.id, scene.voices.reason("decline"))


def _withdrawn(stage: Stage, session: Session, scene: Scene, here: House, invitation: Invitation, days: float) -> None:
    response = _core(stage, session, scene, here, days)
    house.submit(stage, session, here, response, days)
    responses.withdraw(session, here.releasing(stage, session, days + 1), response.id, scene.voices.reason("withdraw"))


def _reopened(stage: Stage, session: Session, scene: Scene, here: House, invitation: Invitation, days: float) -> None:
    response = _core(stage, session, scene, here, days)
    house.submit(stage, session, here, response, days)
    reopened = responses.reopen(session, here.releasing(stage, session, days + 1), response.id)
    assert reopened.state == ResponseState.DRAFTING


def _extension(stage: Stage, session: Session, scene: Scene, here: House, invitation: Invitation, days: float) -> None:
    until = local_day(stage.now + timedelta(days=ENDS + 14))
    reason = scene.voices.reason("extension")
    extensions.request(session, here.releasing(stage, session, days), invitation, until, reason)
    _core(stage, session, scene, here, days)


def _representing(
    stage: Stage, session: Session, scene: Scene, here: House, invitation: Invitation, days: float
) -> None:
    actor = here.writing(stage, session, days)
    response = answering.start(session, actor, scene.consultation_id)
    villages = members(session, str(here.organisation.register_key))
    spoken_for = {village.key: RepresentationKind.REPRESENTED for village in villages}
    responses.set_representation(session, actor, response.id, spoken_for)


_FATES = {
    "opened": _opened, "drafting": _drafting, "ready": _ready, "submitted": _submitted, "nil_return": _nil_return,
    "declined": _declined, "withdrawn": _withdrawn, "reopened": _reopened, "extension": _extension,
    "representing": _representing,
}  # fmt: skip
