"""Two planning houses, their towns, everything they keep from each other, and everybody who may come to the door.

Every secret is a word that stands nowhere else. `World.secrets` tells which callers may ever read it.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.consultations import addresses, audience, extensions, invitations
from consultation.consultations import claims as claiming
from consultation.consultations import queries as consultations_of
from consultation.consultations.codes import code_of
from consultation.consultations.models import Claim, Consultation, DeadlineExtension, Invitation
from consultation.core.blocks import Paragraph
from consultation.core.db import Database
from consultation.core.jobs import Job, JobState, enqueue
from consultation.documents import queries as documents_of
from consultation.documents.folders import SNAPSHOT, folder_of
from consultation.documents.models import Edition, EditionFile
from consultation.documents.snapshot import freeze
from consultation.evaluation import contributions, points, redactions, replies
from consultation.evaluation.finding import PointFilter
from consultation.evaluation.models import Contribution, Decision, Point, Redaction, ReplyTemplate
from consultation.evaluation.queries import listed
from consultation.forms import actions as forms
from consultation.people import sessions, tokens
from consultation.people.kinds import OrganisationKind
from consultation.people.models import ApiToken, LoginSession, Membership, Organisation, Person
from consultation.programmes import actions as programmes
from consultation.programmes import drafts
from consultation.programmes import queries as programme_queries
from consultation.programmes.importers.tree import DraftSection, DraftTree
from consultation.programmes.models import DraftKind, ParameterType, Programme, ProgrammeLevel
from consultation.register.kinds import RegisterKind
from consultation.register.states import State
from consultation.responses import actions as answers
from consultation.responses import answering, comments, submission
from consultation.responses import queries as responses_of
from consultation.responses.answering import Posted
from consultation.responses.desk import open_desk
from consultation.responses.models import Channel, Intake, RepresentationKind, Response, Revision
from consultation.states import Audience, EditionState, Purpose, Role
from consultation.subjects import Actor, system
from tests import factories as make
from tests.browsing import KEY
from tests.factories import MOMENT, PLANNING_ROLES

NOW = MOMENT + timedelta(days=2)
EARLY = MOMENT - timedelta(days=60)
HEIDE, HUSUM, CELLE = "010510044044", "010540056056", "033510006006"
UNION, VILLAGES = "010585888", ("010585888001", "010585888002")

# What each house plans; what the town has in work, has submitted, has asked for; what planners write about it.
PLAN, OTHER_PLAN, PREPARING = "Anemone", "Birkenrinde", "Ackerwinde"
WORK, SUBMITTED, PLEA, REFERENCE = "Lindenblatt", "Lorbeer", "Lavendel", "Luzerne"
NEIGHBOUR, NEIGHBOUR_WORK, LAND_WORD = "Espenlaub", "Eschenholz", "Narzisse"
UNION_WORD, UNION_WORK = "Ulmenrinde", "Ulmenwurzel"
NEXT_DRAFT = "Nieswurz"
TO_OTHER = "Brombeere"
WEIGHING, ADDRESS, LIST = "Akelei", "Augentrost", "Alraune"
STAFF, OTHER_STAFF, TOWN_STAFF, NEIGHBOUR_STAFF = "Hausmann", "Bauernfeind", "Stadtler", "Nachbarin"
PROGRAM, PARKED = "Fachverfahren Mohnblume", "Knoblauchrauke"


def form(mark: str) -> dict[str, Any]:
    def question(key: str, title: str, kind: str, settings: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        fields = [{"key": "", "type": kind, "settings": settings}]
        return {"key": key, "number": str(len(key)), "core": True, "title": {"de": title}, "fields": fields} | more

    first = [
        question("need_fit", f"Trifft es den Bedarf {mark}?", "likert", {"scale": "agreement"}),
        question("message", "Was ist Ihnen wichtig?", "long_text", {"limit": 5000}, makes_points=True),
        question("amendments", "Was soll anders lauten?", "amendments", {}, makes_points=True),
    ]
    last = [question("publication", "Was darf veröffentlicht werden?", "disclosure", {})]
    parts = [("A", "Bedarf", first), ("B", "Freigabe", last)]
    return {
        "key": "short", "title": {"de": f"Fragen {mark}"}, "intro": {"de": "Bitte antworten Sie."},
        "parts": [{"key": k, "title": {"de": t}, "questions": q} for k, t, q in parts],
    }  # fmt: skip


@dataclass
class Planned:
    """A programme with a draft, a form and consultations, as one house keeps them."""

    programme: str
    consultation: str
    draft_id: uuid.UUID
    form_id: uuid.UUID
    section_key: str


@dataclass
class World:
    people: dict[str, Actor] = field(default_factory=dict)
    """Caller → who they are and where they act; those without an organisation act for nobody."""
    cookies: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    places: dict[str, uuid.UUID] = field(default_factory=dict)
    """town, neighbour, celle, union (of two villages), informed, uninvited (a partner), house, other_house, land."""
    mine: Planned = field(init=False)
    theirs: Planned = field(init=False)
    public: Planned = field(init=False)
    preparing: str = "in-vorbereitung"
    next_draft: uuid.UUID = field(init=False)
    next_form: uuid.UUID = field(init=False)
    """Draft and form of the first house's programme that are still open: nobody but planners has seen them."""
    said: str = ""
    """Stands behind every text that people typed."""
    objects: dict[str, str] = field(default_factory=dict)
    """Path parameter → a real object of the first house or its town; `other_…` those of the second house."""


def build(db: Database, documents: Path, said: str = "") -> World:
    world = World(said=said)
    with db.transaction() as session:
        _register(session)
        _organisations(session, world)
        _persons(session, world)
    with db.transaction() as session:
        _plan(session, world)
    with db.transaction() as session:
        _answer(session, world)
    with db.transaction() as session:
        _weigh(session, world, documents)
        _publish(session, world, documents)
    with db.transaction() as session:
        _programs(session, world)
        _objects(session, world)
    return world


# -- who --------------------------------------------------------------------------------------------------------------
def _register(session: Session) -> None:
    make.register_body(session, HEIDE)
    make.register_body(session, HUSUM, "Husum, Stadt")
    make.register_body(session, CELLE, "Celle, Stadt", state=State.NI, population=69_000)
    make.register_body(session, UNION, "Amt Hüttenfeld", kind=RegisterKind.JOINT_MUNICIPALITY, population=1_900)
    for village in VILLAGES:
        make.register_body(session, village, f"Dorf {village[-1]}", population=950, association_key=UNION)


def _organisations(session: Session, world: World) -> None:
    towns = {
        "town": ("Stadt Heide", HEIDE, State.SH), "neighbour": ("Stadt Husum", HUSUM, State.SH),
        "celle": ("Stadt Celle", CELLE, State.NI), "informed": ("Land Hessen", None, State.HE),
    }  # fmt: skip
    made = {n: make.organisation(session, t + world.said, register_key=k, state=s) for n, (t, k, s) in towns.items()}
    partner = OrganisationKind.PARTNER_ORGANISATION
    made["uninvited"] = make.organisation(session, "Verein am Rand" + world.said, kind=partner, state=None)
    made["union"] = make.organisation(
        session, "Amt Hüttenfeld", kind=OrganisationKind.JOINT_MUNICIPALITY, register_key=UNION
    )
    made["house"] = make.planning_organisation(session, "Stiftung Miteinander" + world.said)
    made["other_house"] = make.planning_organisation(session, "Ministerium für Anderes")
    made["land"] = make.organisation(
        session, "Land Niedersachsen", kind=OrganisationKind.STATE_BODY, may_plan=True, state=State.NI
    )
    for name in ("town", "neighbour", "celle", "union"):
        made[name].four_eyes = False
    world.places = {name: organisation.id for name, organisation in made.items()}


ALL_ROLES = make.ANSWERING_ROLES
# caller → (place, roles, family name)
PERSONS: dict[str, tuple[str, Collection[Role], str]] = {
    "town": ("town", ALL_ROLES, TOWN_STAFF),
    "contributor": ("town", (Role.CONTRIBUTOR,), TOWN_STAFF),
    "releaser": ("town", (Role.RELEASER,), TOWN_STAFF),
    "manager": ("town", (Role.MANAGER,), TOWN_STAFF),
    "neighbour": ("neighbour", ALL_ROLES, NEIGHBOUR_STAFF),
    "celle": ("celle", ALL_ROLES, "Cellerin"),
    "union": ("union", ALL_ROLES, "Amtmann"),
    "informed": ("informed", ALL_ROLES, "Hesse"),
    "uninvited": ("uninvited", ALL_ROLES, "Rand"),
    "planner": ("house", PLANNING_ROLES, STAFF),
    "editor": ("house", (Role.EDITOR,), STAFF),
    "publisher": ("house", (Role.PUBLISHER,), STAFF),
    "clerk": ("house", (Role.MANAGER, Role.CONTRIBUTOR, Role.RELEASER), STAFF),
    "other_planner": ("other_house", (*PLANNING_ROLES, Role.CONTRIBUTOR, Role.RELEASER), OTHER_STAFF),
    "land": ("land", PLANNING_ROLES, "Landmann"),
}


def _persons(session: Session, world: World) -> None:
    for caller, (place, roles, name) in PERSONS.items():
        where = session.get_one(Organisation, world.places[place])
        who = make.person(session, f"{caller.title()} {name}{world.said}", email=f"{caller}@{name.lower()}.example")
        make.membership(session, who, where, roles)
        world.people[caller] = make.actor(who, where, roles)
    for caller in ("nobody", "waiting", "operator"):
        who = make.person(session, f"{caller.title()} Ohneamt", operator=caller == "operator")
        world.people[caller] = make.actor(who)
    waiting = session.get_one(Person, world.people["waiting"].person_id)
    make.membership(session, waiting, session.get_one(Organisation, world.places["town"]), (), waiting=True)
    house = session.get_one(Organisation, world.places["house"])
    make.membership(session, waiting, house, PLANNING_ROLES, invited_at=MOMENT)


# -- what -------------------------------------------------------------------------------------------------------------
def _plan(session: Session, world: World) -> None:
    mine, theirs = world.people["planner"], world.people["other_planner"]
    plan, later = PLAN + world.said, PREPARING + world.said
    world.mine = _programme(session, mine, plan, "a")
    world.theirs = _programme(session, theirs, OTHER_PLAN, "b")
    world.public = _programme(session, replace(mine, moment=EARLY), "Allgemein" + world.said, "offen")
    for planned in (world.mine, world.public):
        programmes.share(session, mine, planned.programme, world.places["land"], State.NI)
    asked = [world.places[name] for name in ("town", "neighbour", "celle")]
    _consult(session, mine, world.mine, plan, [*asked, world.places["union"]], informed=world.places["informed"])
    _consult(session, theirs, world.theirs, OTHER_PLAN, [world.places["town"]])
    _consult(session, replace(mine, moment=EARLY), world.public, "Allgemein" + world.said, asked, public=True)
    _prepare(session, mine, world.mine, world.preparing, later)
    audience.add(session, mine, world.preparing, asked, Purpose.FOR_COMMENT)
    rows = f"AGS;Name;E-Mail;Anschrift\n01051044;Heide;{LIST.lower()}@heide.example;Markt 1\n"
    addresses.upload(session, mine, world.preparing, f"{LIST}.csv", rows.encode())
    world.next_draft = drafts.save(
        session, mine, world.mine.programme, _draft(NEXT_DRAFT + world.said), kind=DraftKind.GUIDELINE,
        dated=mine.moment.date(),
    ).id  # fmt: skip
    world.next_form = forms.create(session, mine, world.mine.programme, definition=form(NEXT_DRAFT)).id


def _programme(session: Session, actor: Actor, mark: str, slug: str) -> Planned:
    made = programmes.create(
        session, actor, title=f"Programm {mark}", level=ProgrammeLevel.FOUNDATION, reference=mark[:100]
    )
    session.get_one(Programme, made.id).slug = f"programm-{slug}"  # the word itself must not stand in addresses
    session.flush()
    programmes.set_term(session, actor, f"programm-{slug}", mark[:100], f"Begriff {mark}")
    programmes.set_parameter(
        session, actor, f"programm-{slug}", name="rate", type_=ParameterType.RATE, label={"de": f"Quote {mark}"},
        value="0.85",
    )  # fmt: skip
    kind, dated = DraftKind.GUIDELINE, actor.moment.date()
    draft = drafts.save(session, actor, f"programm-{slug}", _draft(mark), kind=kind, dated=dated)
    plain = mark.replace("{", "(").replace("}", ")")  # braces are placeholders there
    asked = forms.create(session, actor, f"programm-{slug}", definition=form(plain))
    key = programme_queries.sections(session, draft.id)[0].key
    return Planned(f"programm-{slug}", f"anhoerung-{slug}", draft.id, asked.id, key)


def _draft(mark: str) -> DraftTree:
    return DraftTree(f"Richtlinie {mark}", (), (DraftSection("1", f"Zweck {mark}", 1, (Paragraph(f"Wort {mark}."),)),))


def _prepare(
    session: Session, actor: Actor, planned: Planned, slug: str, mark: str, *, public: bool = False
) -> Consultation:
    made = consultations.create(session, actor, planned.programme, title=f"Anhörung {mark}")
    made.slug = slug
    session.flush()
    changes = {
        "draft_version_id": planned.draft_id, "form_version_id": planned.form_id, "introduction": f"Worum: {mark}",
        "deadline_on": (actor.moment + timedelta(days=30)).date(), "contact": f"{mark} Kontakt", "notice": f"{mark}!",
        "visibility": "public" if public else "invited_only",
    }  # fmt: skip
    return consultations.prepare(session, actor, slug, changes)


def _consult(
    session: Session, actor: Actor, planned: Planned, mark: str, asked: list[uuid.UUID], *,
    informed: uuid.UUID | None = None, public: bool = False,
) -> None:  # fmt: skip
    made = _prepare(session, actor, planned, planned.consultation, mark, public=public)
    audience.add(session, actor, made.slug, asked, Purpose.FOR_COMMENT)
    if informed:
        audience.add(session, actor, made.slug, [informed], Purpose.FOR_INFORMATION)
    for invitation in session.scalars(select(Invitation).where(Invitation.consultation_id == made.id)):
        invitation.email, invitation.contact = f"amt@{ADDRESS.lower()}.example", f"Zimmer {ADDRESS}"
    session.flush()
    consultations.announce(session, actor, made.slug)
    while invitations.send_all(session, made.id, actor.moment):
        pass


def _answer(session: Session, world: World) -> None:
    """Town, neighbour and union submitted, opened again and write on; the others submitted; the town answered both houses."""
    town = world.people["town"]
    _submit(session, town, world.mine, SUBMITTED + world.said)
    response = _response(session, world.mine, town)
    answers.reopen(session, town, response.id)
    _write(session, town, world.mine, WORK + world.said)
    answers.set_own_reference(session, town, response.id, (REFERENCE + world.said)[:80])
    _submit(session, world.people["neighbour"], world.mine, NEIGHBOUR)
    other = world.people["neighbour"]
    answers.reopen(session, other, _response(session, world.mine, other).id)
    _write(session, other, world.mine, NEIGHBOUR_WORK)
    _submit(session, world.people["celle"], world.mine, LAND_WORD)
    union = world.people["union"]
    _submit(session, union, world.mine, UNION_WORD)
    whole = _response(session, world.mine, union)
    answers.reopen(session, union, whole.id)
    _write(session, union, world.mine, UNION_WORK)
    answers.set_representation(session, union, whole.id, {VILLAGES[0]: RepresentationKind.REPRESENTED})
    _submit(session, town, world.theirs, TO_OTHER)
    _submit(session, replace(town, moment=EARLY + timedelta(days=1)), world.public, "Öffentliches" + world.said)
    invitation = _invitation(session, world.mine, "town", world)
    extensions.request(session, town, invitation, (MOMENT + timedelta(days=60)).date(), f"Wegen {PLEA}{world.said}")
    person = session.get_one(Person, town.person_id)
    claiming.claim(session, replace(town, organisation_id=None, roles=frozenset()), invitation, person)


def _write(session: Session, actor: Actor, planned: Planned, mark: str) -> Response:
    consultation = session.scalars(select(Consultation).where(Consultation.slug == planned.consultation)).one()
    response = answering.start(session, actor, consultation.id)
    change = {"section": planned.section_key, "kind": "replace", "text": f"Statt {mark}", "rationale": f"Da {mark}",
              "locator": "Satz 1", "priority": "must"}  # fmt: skip
    given: dict[str, Any] = {"need_fit": 4, "message": f"Uns geht es um {mark}. Frau Beispiel weiß mehr.",
                             "amendments": {"1": change},
                             "publication": {"participant": "named", "A": "named"}}  # fmt: skip
    posted = {k: Posted(v, frozenset(v) if isinstance(v, dict) else frozenset()) for k, v in given.items()}
    saved = answering.answer(session, actor, response.id, posted)
    assert saved.problems == (), saved.problems
    return response


def _submit(session: Session, actor: Actor, planned: Planned, mark: str) -> None:
    response = _write(session, actor, planned, mark)
    revision = submission.submit(session, actor, response.id, name=f"Freigabe {mark}", function="i. A.")
    contributions.gather(session, revision.id, actor.moment)


def _response(session: Session, planned: Planned, actor: Actor) -> Response:
    query = select(Response).join(Consultation).where(Consultation.slug == planned.consultation)
    return session.scalars(query.where(Response.organisation_id == actor.organisation_id)).one()


def _invitation(session: Session, planned: Planned, place: str, world: World) -> Invitation:
    from consultation.responses import queries as own  # noqa: PLC0415 -- only here, and the name is taken above

    return own.invitation_in(session, world.people[place], planned.consultation)


# -- weighed and published ----------------------------------------------------------------------------------------------
def _weigh(session: Session, world: World, documents: Path) -> None:
    for planned, caller in ((world.mine, "planner"), (world.theirs, "other_planner")):
        actor = world.people[caller]
        made = session.scalars(select(Consultation).where(Consultation.slug == planned.consultation)).one()
        for point in listed(session, made.id, PointFilter()):
            word = WEIGHING if caller == "planner" else OTHER_PLAN
            points.decide(
                session, actor, point.id, Decision.NOTED, f"Erwiderung {word}{world.said}", version=point.version
            )
        word = WEIGHING if caller == "planner" else OTHER_PLAN
        whole = consultations_of.by_id(session, actor, made.id)
        if caller == "planner":
            redact(session, actor, _response(session, planned, world.people["town"]))
        title, text = f"Baustein {word}{world.said}"[:120], f"Erwiderung {word}{world.said}"
        replies.add(session, actor, whole, title=title, text=text)
        _edition(session, actor, made, Audience.INTERNAL, EditionState.COMPILED, documents)


def redact(session: Session, actor: Actor, response: Response) -> None:
    """Of what was submitted first, three words are hidden in public."""
    whole = responses_of.get(session, system(NOW), response.id)
    revision = session.get_one(Revision, whole.counted_revision_id)
    written = next(one for one in redactions.texts_of(session, [revision])[revision.id] if one.place == "message")
    redactions.redact(session, actor, whole, revision, written, "Frau Beispiel weiß", reason="person")


def _publish(session: Session, world: World, documents: Path) -> None:
    actor = world.people["planner"]
    made = consultations.evaluate(session, actor, world.public.consultation)
    _edition(session, actor, made, Audience.PUBLIC, EditionState.PUBLISHED, documents)


def _edition(
    session: Session, actor: Actor, made: Consultation, audience_: Audience, state: EditionState, documents: Path, *,
    number: int = 1,
) -> None:  # fmt: skip
    """As the compilation leaves it, with a real snapshot, a small document and a volume."""
    edition = Edition(
        id=uuid.uuid4(), consultation_id=made.id, number=number, audience=audience_, language="de",
        filters={"states": [], "size_classes": [], "kinds": []}, state=EditionState.COMPILING, data_cut=NOW,
        created_at=actor.moment, compiled_at=actor.moment, published_at=None, progress=100,
        snapshot_hash="0" * 64, outline_hash="1" * 64, counts={}, problems=[], error="",
    )  # fmt: skip
    session.add(edition)
    session.flush()
    folder = folder_of(documents, edition.id)
    folder.mkdir(parents=True)
    freeze(session, documents_of.get(session, system(NOW), edition.id), NOW, documents, folder / SNAPSHOT)
    done = {"state": state, "published_at": actor.moment if state == EditionState.PUBLISHED else None}
    session.execute(update(Edition).where(Edition.id == edition.id).values(**done))
    held = {"first": 1, "last": 2, "from": "1", "to": "3"}
    for volume, stem, holds in ((0, "ausgabe", {}), (1, "ausgabe-band-01", held)):
        for extension in ("html", "pdf"):
            content = f"<!doctype html><html lang=de><title>x</title><h1>{made.title}</h1>".encode()
            (folder / f"{stem}.{extension}").write_bytes(content)
            session.add(EditionFile(edition_id=edition.id, format=extension, name=f"{stem}.{extension}", size=len(content),
                                    sha256="2" * 64, volume=volume, holds=holds))  # fmt: skip
    session.flush()


# -- keys to the door ---------------------------------------------------------------------------------------------------
def _programs(session: Session, world: World) -> None:
    for caller, actor in world.people.items():
        assert actor.person_id
        world.cookies[caller] = sessions.begin(session, actor.person_id, NOW)
    for caller in ("planner", "editor", "land", "other_planner", "town", "neighbour", "informed", "uninvited"):
        actor = replace(world.people[caller], moment=NOW)
        scopes = [scope.value for scope in tokens.scopes_for(actor.roles)]
        world.tokens[f"{caller}_token"] = tokens.create_token(session, actor, PROGRAM + world.said, scopes)
    town = replace(world.people["town"], moment=NOW)
    world.tokens["reading_token"] = tokens.create_token(session, town, PROGRAM, ["responses:read"])
    for name, change in (("revoked_token", {"revoked_at": NOW}), ("expired_token", {"expires_at": NOW})):
        plain = world.tokens[name] = tokens.create_token(session, town, PROGRAM, ["responses:read"])
        found = session.scalars(select(ApiToken).where(ApiToken.hint == plain[:9])).all()[-1]
        for key, value in change.items():
            setattr(found, key, value)
    session.flush()


def _objects(session: Session, world: World) -> None:
    """One real thing for every parameter a path may have."""
    town, planned = world.people["town"], world.mine
    invitation = _invitation(session, planned, "town", world)
    enqueue(session, "mail.place", {"id": str(uuid.uuid4())}, run_at=NOW, unique_key="parked")
    session.flush()
    job = session.scalars(select(Job).where(Job.unique_key == "parked")).one()
    job.state, job.last_error = JobState.DEAD, f"Fehler {PARKED}{world.said}"
    first = {
        "membership_id": select(Membership.id).where(Membership.person_id == world.people["contributor"].person_id),
        "invited_membership_id": select(Membership.id).where(Membership.invited_at.is_not(None)),
        "person_id": select(Person.id).where(Person.id == world.people["contributor"].person_id),
        "session_id": select(LoginSession.id).where(LoginSession.person_id == town.person_id),
        "token_id": select(ApiToken.id).where(ApiToken.person_id == town.person_id, ApiToken.revoked_at.is_(None)),
        "extension_id": select(DeadlineExtension.id).where(DeadlineExtension.invitation_id == invitation.id),
        "claim_id": select(Claim.id).where(Claim.invitation_id == invitation.id),
        "edition_id": select(Edition.id).where(Edition.consultation_id == invitation.consultation_id),
        "contribution_id": select(Contribution.id).where(Contribution.organisation_id == town.organisation_id),
        "redaction_id": select(Redaction.id).where(Redaction.consultation_id == invitation.consultation_id),
        "template_id": select(ReplyTemplate.id).where(ReplyTemplate.consultation_id == invitation.consultation_id),
        "point_id": select(Point.id)
        .join(Contribution, Contribution.point_id == Point.id)
        .where(
            Contribution.organisation_id == town.organisation_id, Point.consultation_id == invitation.consultation_id
        ),
    }  # fmt: skip
    world.objects = {name: str(session.scalars(query.limit(1)).one()) for name, query in first.items()}
    response = _response(session, planned, town)
    letter = Intake(
        consultation_id=invitation.consultation_id, invitation_id=invitation.id, organisation_id=town.organisation_id,
        channel=Channel.LETTER, received_on=MOMENT.date(), reference="", original=f"Brief {SUBMITTED}", original_hash="",
        answers={}, version=1, person_id=None, created_at=NOW,
    )  # fmt: skip
    session.add(letter)
    session.flush()
    world.objects |= {
        "intake_id": str(letter.id),
        "draft_id": str(planned.draft_id), "next_draft_id": str(world.next_draft),
        "next_form_id": str(world.next_form), "draft_version_id": str(planned.draft_id), "form_id": str(planned.form_id),
        "section_key": planned.section_key, "part_key": "A", "question_key": "need_fit", "invitation_id": str(invitation.id),
        "job_id": str(job.id), "response_id": str(response.id), "code": code_of(KEY.encode(), invitation),
        "other_draft_id": str(world.theirs.draft_id), "other_form_id": str(world.theirs.form_id),
        "comment_id": str(_comment(session, world, response)),
        "informed_invitation_id": str(_invitation(session, planned, "informed", world).id),
    }  # fmt: skip


def _comment(session: Session, world: World, response: Response) -> uuid.UUID:
    """Something said inside the house about its answer."""
    town = replace(world.people["town"], moment=NOW)
    desk = open_desk(session, town, response.id)
    return comments.write(session, town, desk, "message", "", f"Unter uns {WORK}{world.said}").id
