"""Two houses' worth of consultations: some for everybody, some for invited bodies only and full of words that may not leak."""

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.consultations import audience, invitations
from consultation.core.blocks import ListBlock, ListItem, Paragraph
from consultation.documents.folders import SNAPSHOT, folder_of
from consultation.documents.models import Edition, EditionFile
from consultation.forms import actions as forms
from consultation.forms import queries as form_queries
from consultation.people.models import Organisation, Person
from consultation.programmes import actions as programmes
from consultation.programmes import drafts, queries
from consultation.programmes.importers.tree import DraftSection, DraftTree
from consultation.programmes.models import DraftKind, ProgrammeLevel
from consultation.states import Audience, EditionState, Purpose
from consultation.subjects import Actor
from tests import factories

SECRET = "Geheimvorhaben"
"""Stands in every text of what is for invited bodies only."""
LATER = factories.MOMENT + timedelta(days=1)
FORM = {
    "key": "short", "title": {"de": "Fragen"}, "intro": {"de": "Bitte antworten Sie."},
    "parts": [{"key": "A", "title": {"de": "Bedarf"}, "questions": [
        {"key": "need_fit", "number": "1", "core": True, "title": {"de": "Trifft es den Bedarf?"},
         "fields": [{"key": "", "type": "likert", "settings": {"scale": "agreement"}}]},
        {"key": "publication", "number": "2", "core": True, "title": {"de": "Was darf veröffentlicht werden?"},
         "fields": [{"key": "", "type": "disclosure", "settings": {}}]},
    ]}],
}  # fmt: skip


@dataclass(frozen=True)
class World:
    planner: Person
    house: Organisation
    town: Organisation
    clerk: Person
    outsider: Person
    """Belongs to a town that was not invited."""
    running: str
    finished: str
    secret_running: str
    secret_finished: str
    preparing: str
    """Public, but not announced yet."""
    file: str
    secret_file: str


def make(session: Session, documents: Path) -> World:
    house = factories.planning_organisation(session)
    planner, clerk, outsider = (factories.person(session, name) for name in ("Paula Plan", "Karl Amt", "Otto Fremd"))
    factories.membership(session, planner, house, factories.PLANNING_ROLES)
    town, other = factories.organisation(session, "Stadt Heide"), factories.organisation(session, "Stadt Husum")
    factories.membership(session, clerk, town)
    factories.membership(session, outsider, other)
    actor = factories.actor(planner, house, factories.PLANNING_ROLES)
    open_programme = programme(session, actor, "Netzwerke vor Ort", "Förderung")
    secret_programme = programme(session, actor, f"{SECRET} Programm", SECRET)
    early = replace(actor, moment=factories.MOMENT - timedelta(days=60))
    running = consult(session, actor, open_programme, "Offene Anhörung", town, public=True, demo=True)
    finished = consult(session, early, open_programme, "Beendete Anhörung", town, public=True)
    secret_running = consult(session, actor, secret_programme, f"{SECRET} Anhörung", town, public=False)
    secret_finished = consult(session, early, secret_programme, f"{SECRET} Auswertung", town, public=False)
    preparing = consult(session, actor, secret_programme, f"{SECRET} später", town, public=True, announced=False)
    later = replace(actor, moment=LATER)
    names = [publish(session, later, slug, documents) for slug in (finished, secret_finished)]
    return World(
        planner, house, town, clerk, outsider, running, finished, secret_running, secret_finished, preparing, *names
    )


def programme(session: Session, actor: Actor, title: str, word: str) -> str:
    made = programmes.create(session, actor, title=title, level=ProgrammeLevel.FOUNDATION, reference=f"{word} 1/26")
    programmes.set_term(session, actor, made.slug, "Kommune", f"Gemeinde, Stadt oder Landkreis im Sinne von {word}")
    sections = (
        DraftSection("1", f"Zweck: {word}", 1, (Paragraph(f"Gefördert wird, was der {word} dient."),), (
            DraftSection("1.1", "Empfänger", 2, (Paragraph("Jede Kommune <script>alert(1)</script> & ihre Partner."),)),
        )),
        DraftSection("2", "Verfahren", 1, (ListBlock((ListItem("a)", (Paragraph(f"Antrag auf {word}"),)),)),)),
    )  # fmt: skip
    tree = DraftTree(f"Richtlinie {word}", (("Herausgeber", word),), sections)
    drafts.save(session, actor, made.slug, tree, kind=DraftKind.GUIDELINE, dated=date(2026, 1, 15))
    forms.create(session, actor, made.slug, definition=FORM)
    return made.slug


def consult(
    session: Session, actor: Actor, programme_slug: str, title: str, town: Organisation, *, public: bool,
    announced: bool = True, demo: bool = False,
) -> str:  # fmt: skip
    """Open for a month from the actor's moment."""
    versions = programme_parts(session, actor, programme_slug)
    made = consultations.create(session, actor, programme_slug, title=title)
    made.demo = demo
    consultations.prepare(
        session, actor, made.slug,
        versions | {
            "deadline_on": (actor.moment + timedelta(days=30)).date(), "introduction": f"Worum es geht: {title}",
            "visibility": "public" if public else "invited_only", "contact": "kontakt@stiftung.example",
        },
    )  # fmt: skip
    audience.add(session, actor, made.slug, [town.id], Purpose.FOR_COMMENT)
    if announced:
        consultations.announce(session, actor, made.slug)
        while invitations.send_all(session, made.id, actor.moment):
            pass
    return made.slug


def programme_parts(session: Session, actor: Actor, slug: str) -> dict[str, Any]:
    programme_id = queries.get(session, actor, slug).id
    form = form_queries.of_programme(session, actor, programme_id)[0]
    return {"draft_version_id": queries.draft_versions(session, programme_id)[0].id, "form_version_id": form.id}


def publish(session: Session, actor: Actor, slug: str, documents: Path) -> str:
    """An edition as the compilation leaves it, with two small files."""
    consultation = consultations.evaluate(session, actor, slug)
    edition = Edition(
        id=uuid.uuid4(), consultation_id=consultation.id, number=1, audience=Audience.PUBLIC, language="de", filters={},
        state=EditionState.PUBLISHED, data_cut=actor.moment, created_at=actor.moment, compiled_at=actor.moment,
        published_at=actor.moment, progress=100, snapshot_hash="0" * 64, outline_hash="1" * 64, counts={}, problems=[], error="",
    )  # fmt: skip
    session.add(edition)
    session.flush()
    folder = folder_of(documents, edition.id)
    folder.mkdir(parents=True)
    (folder / SNAPSHOT).write_bytes(orjson.dumps(PARTICIPATION) + b"\n")
    for format_key, extension in (("html", "html"), ("pdf", "pdf")):
        name = f"{slug}-ausgabe-1.{extension}"
        content = f"<!doctype html><html lang=de><title>{slug}</title><h1>{slug}</h1>".encode()
        (folder / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        session.add(EditionFile(edition_id=edition.id, format=format_key, name=name, size=len(content), sha256=digest))
    session.flush()
    return f"{slug}-ausgabe-1.pdf"


COUNTS = [
    "invited", "sent", "failed", "opened", "started", "submitted", "nil_returns", "declined", "withdrawn", "represented",
    "open", "late", "provisional",
]  # fmt: skip
PARTICIPATION = {
    "type": "participation", "informed": 2,
    "bodies": [{"state": "SH", "size_class": "medium_town", "kind": "municipality"} | dict.fromkeys(COUNTS, 0)
               | {"invited": 4711, "submitted": 1234, "nil_returns": 5}],
    "municipalities": [],
}  # fmt: skip
