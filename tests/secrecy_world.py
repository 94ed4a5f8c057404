"""A consultation with a secret word in every place where somebody can write, at every level of disclosure.

`MAY` says of every kind of word who may read it where; tests/test_secrecy.py searches every byte for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.consultations import audience, invitations
from consultation.consultations.models import Invitation
from consultation.core.blocks import Paragraph
from consultation.core.db import Database
from consultation.documents import editions, queries
from consultation.documents.models import Edition
from consultation.evaluation import contributions, points, redactions, replies
from consultation.evaluation.finding import PointFilter
from consultation.evaluation.models import Decision, Point
from consultation.evaluation.queries import listed
from consultation.forms import actions as forms
from consultation.people import tokens
from consultation.people.models import Person
from consultation.programmes import actions as programmes
from consultation.programmes import drafts
from consultation.programmes.importers.tree import DraftSection, DraftTree
from consultation.programmes.models import DraftKind, ProgrammeLevel
from consultation.responses import actions, answering, comments, entering, intake, submission
from consultation.responses import queries as responses
from consultation.responses.answering import Posted
from consultation.responses.desk import open_desk
from consultation.responses.intake import Received
from consultation.responses.models import Channel, Response, Revision
from consultation.states import Audience, Purpose, Visibility
from consultation.subjects import Actor, system
from tests import evaluation_world as small
from tests.factories import MOMENT

AFTER = MOMENT + timedelta(days=90)
COUNTY, CITY, UNION, LETTER = "01053", "020000000000", "010535323", "010510000000"
LEVELS = (
    "named",
    "described",
    "figures",
    "none",
    "named",
    "described",
    "figures",
    "none",
    "named",
    "figures",
    "figures",
)
COUNT = 13
DRAFTING, SILENT = COUNT - 2, COUNT - 1
"""Of the towns the one that is still writing, and the one that never answered: the reader from outside."""

# Where a word may be read. Whoever is invited reads of a public consultation what everybody reads.
FILES, PAGES, API = "files", "pages", "answers of the API"
OTHER_PAGES, OTHER_API = "pages of another organisation", "answers to a program of another organisation"
MAILS, LOG, PROCEDURE, METRICS = "mails", "log lines", "procedure log", "metrics"
PUBLIC = frozenset({FILES, PAGES, API, OTHER_PAGES, OTHER_API})
INVITED = frozenset({OTHER_PAGES, OTHER_API, MAILS})
NOWHERE: frozenset[str] = frozenset()

IN_THE_HOUSE = 64_731_000
"""Numbers of points in the house begin behind it, so that nothing else looks like one of them."""
ITEMISED = frozenset({"group", "amendments", "publication"})
KINDS = (
    "long",
    "short",
    "single",
    "multi",
    "group",
    "grouplong",
    "amendment",
    "rationale",
    "locator",
    "correction",
    "why",
)
"""Every kind of question in which one can write, and every part of an amendment."""
MAY: Mapping[str, frozenset[str]] = {
    **{f"named.{kind}": PUBLIC for kind in KINDS},
    **{f"described.{kind}": PUBLIC for kind in KINDS},
    **{f"{level}.{kind}": NOWHERE for level in ("figures", "none") for kind in KINDS},
    **{f"{who}.{kind}": NOWHERE
       for who in ("named", "described", "figures", "none", "withdrawn", "superseded", "draft", "mixed")
       for kind in ("confidential", "personal", "release", "function", "reference")},
    **{f"{gone}.{kind}": NOWHERE for gone in ("withdrawn", "superseded", "draft", "mixed") for kind in KINDS},
    # the sender itself is told which letter was taken down
    "letter.long": PUBLIC, "letter.original": NOWHERE, "letter.reference": frozenset({MAILS}),
    "comment": NOWHERE, "vote": NOWHERE, "note": NOWHERE, "template": NOWHERE, "proposal": NOWHERE,
    "reply": PUBLIC,
    "redacted": NOWHERE, "redaction note": NOWHERE, "copied": NOWHERE,
    "invited title": INVITED, "invited draft": INVITED - {MAILS}, "preparing title": NOWHERE, "preparing draft": NOWHERE,
    "planner": NOWHERE,
}  # fmt: skip


def word(name: str) -> str:
    """The secret word of a place: letters only, so that no format writes it in another way."""
    return "Kz" + "".join(letter for letter in name if letter.isalpha()) + "x"


def question(key: str, kind: str, settings: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    field_ = {"key": "", "type": kind, "settings": dict(settings or {})}
    return {"key": key, "number": "", "core": True, "title": {"de": f"Frage {key}"}, "fields": [field_]} | more


def form() -> dict[str, Any]:
    options = [{"key": "yes", "label": {"de": "Ja"}}, {"key": "no", "label": {"de": "Nein"}}]
    group = [
        {"key": "name", "label": {"de": "Name"}, "type": "short_text"},
        {"key": "why", "label": {"de": "Warum"}, "type": "long_text"},
    ]
    written = [
        question("long", "long_text", makes_points=True), question("short", "short_text"),
        question("single", "single", {"options": options, "other": True}),
        question("multi", "multi", {"options": options, "other": True}),
        question("group", "group", {"fields": group}), question("amendments", "amendments", makes_points=True),
        question("correction", "confirm"), question("fit", "likert", {"scale": "agreement"}, explanation=True),
    ]  # fmt: skip
    parts = [
        ("A", written), ("B", [question("secret", "long_text", confidential=True)]),
        ("C", [question("contact", "short_text", personal=True)]), ("D", [question("publication", "disclosure")]),
    ]  # fmt: skip
    return {
        "key": "secrets", "title": {"de": "Fragen"}, "intro": {"de": "Bitte antworten Sie."},
        "parts": [{"key": k, "title": {"de": f"Teil {k}"}, "questions": q} for k, q in parts],
    }  # fmt: skip


def answers(who: str, section: str, *, more: str = "") -> dict[str, Any]:
    """Everything a body can write, each text with its own word."""
    says = {kind: f"Wir meinen {word(f'{who}.{kind}')} dazu." for kind in KINDS}
    amendment = {"section": section, "kind": "replace", "text": says["amendment"], "rationale": says["rationale"],
                 "locator": says["locator"], "priority": "must"}  # fmt: skip
    return {
        "long": says["long"] + more, "short": says["short"], "single": {"other": says["single"]},
        "multi": ["yes", {"other": says["multi"]}], "group": {"1": {"name": says["group"], "why": says["grouplong"]}},
        "amendments": {"1": amendment}, "correction": {"correct": False, "correction": says["correction"]},
        "fit": 4, "fit.explanation": says["why"], "secret": f"Vertraulich {word(f'{who}.confidential')}",
        "contact": f"Kontakt {word(f'{who}.personal')}",
    }  # fmt: skip


@dataclass
class Secrets:
    """The world, and whom one asks in it."""

    db: Database
    folder: Path
    world: small.World = field(init=False)
    planner: Actor = field(init=False)
    towns: list[str] = field(init=False)
    edition: Edition = field(init=False)
    token: str = ""
    """Of the town that was asked and never answered."""

    @property
    def documents(self) -> Path:
        return self.folder / "documents"

    @property
    def section(self) -> str:
        return self.world.sections["§ 3"]

    def levels(self, who: str) -> dict[str, str]:
        """`mixed` lets itself be named and shows nothing that it wrote."""
        if who == "mixed":
            return {"participant": "named", "A": "figures", "B": "figures"}
        return {"participant": who, "A": who, "B": "figures" if who in ("named", "described") else who}


def build(db: Database, folder: Path) -> Secrets:
    secrets = Secrets(db, folder)
    with db.transaction() as session:
        secrets.world = small.world(session, COUNT, definition=form())
        secrets.world.consultation(session).visibility = Visibility.PUBLIC
        secrets.planner = replace(secrets.world.planner, moment=AFTER)
        session.get_one(Person, secrets.planner.person_id).name = f"Planerin {word('planner')}"
        for invitation in session.scalars(select(Invitation)):
            invitation.email = "amt@ort.example"
    secrets.towns = sorted(k for k in secrets.world.bodies if k.startswith(("01", "03", "09")) and len(k) == 12
                           and k != LETTER)[:COUNT]  # fmt: skip
    with db.transaction() as session:
        _hear(session, secrets)
    with db.transaction() as session:
        _leave(session, secrets)
        _receive_a_letter(session, secrets)
    with db.transaction() as session:
        _weigh(session, secrets)
        _redact(session, secrets)
    with db.transaction() as session:
        _plan_in_secret(session, secrets)
        actor = replace(small.somebody_of(session, secrets.world, secrets.towns[SILENT]), moment=AFTER)
        secrets.token = tokens.create_token(
            session, actor, "Fachverfahren", [s.value for s in tokens.scopes_for(actor.roles)]
        )
    return secrets


# -- what comes in ---------------------------------------------------------------------------------------------------------
def hand_in(session: Session, secrets: Secrets, body: str, who: str, level: str, more: str = "") -> Revision:
    whole = answers(who, secrets.section, more=more) | {"publication": secrets.levels(level)}
    response = write(session, secrets, body, whole)
    actor = small.somebody_of(session, secrets.world, body)
    actions.set_own_reference(session, actor, response.id, f"AZ {word(f'{who}.reference')}")
    revision = submission.submit(
        session, actor, response.id, name=f"Rat {word(f'{who}.release')}", function=f"Amt {word(f'{who}.function')}"
    )
    contributions.gather(session, revision.id, MOMENT + timedelta(days=2))
    return revision


def write(session: Session, secrets: Secrets, body: str, given: Mapping[str, Any]) -> Response:
    actor = small.somebody_of(session, secrets.world, body)
    response = answering.start(session, actor, secrets.world.consultation_id)
    posted = {k: Posted(v, frozenset(v) if k in ITEMISED else frozenset()) for k, v in given.items()}
    saved = answering.answer(session, actor, response.id, posted)
    assert (saved.problems, saved.collisions) == ((), ())
    return response


REDACTED = f" Zu {word('redacted')} später mehr."
COPIED = f"Abgeschrieben: {word('copied')} hat das so gesagt."


def _hear(session: Session, secrets: Secrets) -> None:
    """Each level several times, in the same words; the first of the named writes more than everybody should read."""
    for number, level in enumerate(LEVELS):
        more = REDACTED if number == 0 else ""
        hand_in(session, secrets, secrets.towns[number], level, level, more)
    hand_in(session, secrets, UNION, "mixed", "mixed")
    write(session, secrets, secrets.towns[DRAFTING], answers("draft", secrets.section))
    actor = small.somebody_of(session, secrets.world, secrets.towns[DRAFTING])
    own = session.scalars(select(Response.id).where(Response.organisation_id == actor.organisation_id)).one()
    comments.write(session, actor, open_desk(session, actor, own), "long", "", f"Unter uns: {word('comment')}")


def _leave(session: Session, secrets: Secrets) -> None:
    """A county that withdrew; a city that said something else before; both would have let everything be read."""
    hand_in(session, secrets, COUNTY, "withdrawn", "named")
    county = small.somebody_of(session, secrets.world, COUNTY)
    own = select(Response.id).where(Response.organisation_id == county.organisation_id)
    actions.withdraw(session, county, session.scalars(own).one())
    hand_in(session, secrets, CITY, "superseded", "named")
    city = small.somebody_of(session, secrets.world, CITY)
    new = answers("named", secrets.section) | {"short": COPIED, "group": {"1": {"name": COPIED}}}
    own = select(Response.id).where(Response.organisation_id == city.organisation_id)
    actions.reopen(session, city, session.scalars(own).one())
    revision = submission.submit(session, city, write(session, secrets, CITY, new).id)
    contributions.gather(session, revision.id, MOMENT + timedelta(days=3))


def _receive_a_letter(session: Session, secrets: Secrets) -> None:
    asked = select(Invitation.id).where(Invitation.organisation_id == secrets.world.bodies[LETTER])
    original = f"Sehr geehrte Damen und Herren, {word('letter.original')}!"
    received = Received(Channel.LETTER, MOMENT.date(), f"AZ {word('letter.reference')}", original)
    made = intake.begin(session, secrets.world.planner, session.scalars(asked).one(), received)
    said: dict[str, Any] = {"long": f"Der Brief sagt {word('letter.long')}.", "publication": secrets.levels("named")}
    posted = {k: Posted(v, frozenset(v) if isinstance(v, dict) else frozenset()) for k, v in said.items()}
    intake.keep(session, secrets.world.planner, made.id, posted, made.version)
    revision = entering.submit_for(session, secrets.world.planner, made.id, silent_about_rest=True)
    contributions.gather(session, revision.id, MOMENT + timedelta(days=3))


# -- what planners do ------------------------------------------------------------------------------------------------------
def _weigh(session: Session, secrets: Secrets) -> None:
    """Every second point is decided; the replies repeat what nobody should read."""
    actor = secrets.planner
    session.execute(update(Point).values(number=Point.number + IN_THE_HOUSE))
    consultation = consultations.evaluate(session, actor, secrets.world.slug)
    whole = secrets.world.consultation(session)
    replies.add(session, actor, whole, title=word("template"), text=f"Baustein {word('template')}")
    for place, one in enumerate(listed(session, consultation.id, PointFilter())):
        inside = points.Writing(vote=f"Votum {word('vote')}", vote_by="Referat 7", note=f"Notiz {word('note')}")
        version = points.save(session, actor, one.id, inside, version=one.version).version
        if place % 2 and word("redacted") not in one.text:
            points.propose(session, actor, one.id, Decision.NOTED, f"Vorschlag {word('proposal')}", version=version)
        else:
            said = (
                f"Dank an {word('redacted')}, sagt {word('reply')}" if word("redacted") in one.text else word("reply")
            )
            points.decide(session, actor, one.id, Decision.ACCEPTED, said, version=version)


def _redact(session: Session, secrets: Secrets) -> None:
    for body, place, passage in (
        (secrets.towns[0], "long", word("redacted")), (CITY, "short", f"{word('copied')} hat"),
    ):  # fmt: skip
        own = session.scalars(select(Response.id).where(Response.organisation_id == secrets.world.bodies[body])).one()
        response = responses.get(session, system(AFTER), own)
        revision = session.get_one(Revision, response.counted_revision_id)
        written = next(one for one in redactions.texts_of(session, [revision])[revision.id] if one.place == place)
        note = f"Weil {word('redaction note')}"
        redactions.redact(session, secrets.planner, response, revision, written, passage, reason="person", note=note)


def _plan_in_secret(session: Session, secrets: Secrets) -> None:
    """A draft that only the invited read, and one that nobody outside reads."""
    actor = replace(secrets.planner, moment=AFTER)
    for name in ("invited", "preparing"):
        title = f"Vorhaben {word(f'{name} title')}"
        made = programmes.create(session, actor, title=title, level=ProgrammeLevel.FOUNDATION)
        text = Paragraph(f"Geheimer Wortlaut {word(f'{name} draft')}.")
        tree = DraftTree(title, (), (DraftSection("1", "Zweck", 1, (text,)),))
        draft = drafts.save(session, actor, made.slug, tree, kind=DraftKind.GUIDELINE, dated=AFTER.date())
        form_id = forms.create(session, actor, made.slug, definition=form()).id
        consultation = consultations.create(session, actor, made.slug, title=title)
        consultation.slug = name
        session.flush()
        changes = {"draft_version_id": draft.id, "form_version_id": form_id,
                   "deadline_on": (AFTER + timedelta(days=30)).date()}  # fmt: skip
        consultations.prepare(session, actor, name, changes)
        silent = secrets.world.bodies[secrets.towns[SILENT]]
        audience.add(session, actor, name, [silent], Purpose.FOR_COMMENT)
        if name == "invited":
            own = select(Invitation).where(Invitation.consultation_id == consultation.id)
            session.scalars(own).one().email = "amt@still.example"
            session.flush()
            consultations.announce(session, actor, name)
            while invitations.send_all(session, consultation.id, AFTER):
                pass


VOLUME = 3
"""Texts in a volume: what is searched holds volumes too."""


def publish(secrets: Secrets) -> Edition:
    """In all formats, by the planner who confirms that the texts were checked."""
    with secrets.db.transaction() as session:
        edition = editions.start(session, secrets.planner, secrets.world.slug, Audience.PUBLIC)
    editions.compile_edition(secrets.db, secrets.documents, edition.id, AFTER, most=VOLUME)
    with secrets.db.transaction() as session:
        editions.publish(session, secrets.planner, edition.id, secrets.documents, texts_checked=True)
    with secrets.db.reader() as session:
        return queries.get(session, system(AFTER), edition.id)


def compile_again(secrets: Secrets, moment: datetime) -> Edition:
    """Another public edition, not published."""
    with secrets.db.transaction() as session:
        edition = editions.start(session, secrets.planner, secrets.world.slug, Audience.PUBLIC)
    editions.compile_edition(secrets.db, secrets.documents, edition.id, moment, most=VOLUME)
    return edition


def person_of(secrets: Secrets, body: str) -> str:
    """The address with which somebody there logs in."""
    with secrets.db.transaction() as session:
        actor = small.somebody_of(session, secrets.world, body)
        return session.get_one(Person, actor.person_id).email
