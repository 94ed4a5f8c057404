"""Reading and writing the own answer: PUT replaces what is given, all of it or nothing."""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response as Answered

from consultation.api.gate import CHANGING, resource, schema_of
from consultation.api.own import IfMatch, OwnResponse, Reader, Writer, demand_match, require, send, shown, told
from consultation.api.replies import reply
from consultation.api.shapes import Shape
from consultation.api.strict import NOT_FORESEEN, JsonObject, only, text_of
from consultation.consultations import queries as consultations
from consultation.core.errors import Conflict, Invalid, NotFound, Problem
from consultation.core.language import M
from consultation.core.text import clean_line
from consultation.http import Db, Spoken
from consultation.http.programs import Program
from consultation.people.tokens import Scope
from consultation.responses import actions, answering, disclosures, queries
from consultation.responses.answering import Posted
from consultation.responses.desk import Desk, desk_of, open_desk, refusals_of
from consultation.responses.models import Channel, Disclosure, RepresentationKind, Response
from consultation.subjects import Actor

router = resource("Eigene Stellungnahme")
_INVALID = M(
    "Bitte prüfen Sie Ihre Angaben. Es wurde nichts gespeichert. Welche Form eine Antwort in Daten hat, sagt form/schema: "
    "Tage wie 2026-03-31, Anteile von 0 bis 1."
)


class SpokenForGiven(Shape):
    """Vertretene oder unterstützende Stelle."""

    ars: str = Field(min_length=2, max_length=12, pattern="^[0-9]+$")
    kind: RepresentationKind = RepresentationKind.REPRESENTED


class ResponseGiven(Shape):
    """Was gespeichert werden soll; was fehlt, bleibt, wie es ist."""

    answers: dict[str, Any] | None = Field(
        None, description="Feldschlüssel → Antwort nach dem JSON Schema des Formulars; `null` entfernt eine Antwort."
    )
    own_reference: str | None = Field(None, max_length=100, description="Eigenes Geschäftszeichen.")
    represented: list[SpokenForGiven] | None = Field(None, max_length=actions.MOST_BODIES)


def body_of(shape: type[Shape], *, required: bool = True, example: dict[str, Any] | None = None) -> dict[str, Any]:
    """How OpenAPI tells of a body that is read strictly by ourselves."""
    content: dict[str, Any] = {"schema": schema_of(shape)}
    if example is not None:
        content["example"] = example
    return {"requestBody": {"required": required, "content": {"application/json": content}}}


@router.get("/consultations/{slug}/response", response_model=OwnResponse, summary="Die eigene Stellungnahme")
def response(request: Request, db: Db, actor: Reader, program: Program, slug: str, language: Spoken) -> Answered:
    writes = Scope.RESPONSES_WRITE in program.scopes
    with db.reader() as session:
        found = require(session, actor, slug)
        return send(request, shown(session, actor, found.id, language, writes=writes))


@router.put(
    "/consultations/{slug}/response",
    response_model=OwnResponse,
    responses=CHANGING,
    summary="Den Entwurf der eigenen Stellungnahme speichern",
    openapi_extra=body_of(ResponseGiven, example={"answers": {"need_fit": 4}, "own_reference": "IV-2026-17"}),
)
def save(
    request: Request, db: Db, actor: Writer, slug: str, language: Spoken, body: JsonObject, if_match: IfMatch = None
) -> Answered:
    """Ersetzt, was genannt ist: jede genannte Antwort ganz, auch wenn andere sie inzwischen geändert haben. Davor schützt allein
    `If-Match`. Bei einem Fehler wird nichts gespeichert.
    """
    only(body, "answers", "own_reference", "represented")
    with db.transaction() as session:
        begun = queries.own_held_in(session, actor, slug)
        found = begun or _begin(session, actor, slug, if_match)
        desk = desk_of(session, found, actor.moment, language)
        demand_match(if_match, session, desk) if begun else None
        desk = _save_answers(session, actor, desk, body.get("answers"))
        if "own_reference" in body:
            actions.set_own_reference(session, actor, found.id, text_of(body, "own_reference", 100))
        if "represented" in body:
            _speak_for(session, actor, found.id, body["represented"])
        session.flush()
        beside = {"own_reference", "represented"} & body.keys()
        return send(request, shown(session, actor, found.id, language) if beside else told(session, actor, desk))


def _begin(session: Session, actor: Actor, slug: str, if_match: str | None) -> Response:
    try:
        invitation = queries.invitation_in(session, actor, slug)
    except NotFound:
        consultations.get(session, actor, slug)  # says so if there is none at all
        raise
    if if_match is not None:
        raise Conflict(M("Es ist noch nichts begonnen, worauf sich „If-Match“ beziehen könnte."))
    return answering.begin(session, actor, invitation, Channel.API)


def _save_answers(session: Session, actor: Actor, desk: Desk, given: Any) -> Desk:
    """The desk as it is then."""
    answering.require_answering(actor, desk.response)
    if given is None:
        return desk
    if not isinstance(given, dict):
        raise Invalid.about("answers", M("Hier steht ein Objekt: Feldschlüssel und Antwort."))
    if problems := _problems(desk, given):
        raise Invalid(_INVALID, problems=problems[:200])
    posted = {key: _posted(desk, key, value) for key, value in given.items()}
    saved = answering.write(session, actor, desk, posted)
    if saved.problems:
        raise Invalid(_INVALID, problems=saved.problems)
    return saved.desk


def _problems(desk: Desk, given: Mapping[str, Any]) -> list[Problem]:
    """Everything at once, under the full keys of the fields."""
    found: list[Problem] = []
    for key, value in given.items():
        asked = desk.form.by_key.get(key)
        if asked is None:
            name = clean_line(key)[:80]
            found.append(Problem(name, M("Dieses Feld gibt es im Formular nicht."), "unknown"))
        elif asked.type.itemised and not isinstance(value, dict | None):
            found.append(Problem(key, M("Hier steht ein Objekt mit einem Eintrag je Zeile."), "invalid"))
        elif value is not None:
            found += refusals_of(asked, value, desk.context)
    return found


def _posted(desk: Desk, key: str, value: Any) -> Posted:
    """Over whatever is there: what others saved since the caller read is guarded by If-Match alone. Of an answer with items all
    are meant, also those that it does not name any more.
    """
    if not desk.form.by_key[key].type.itemised:
        return Posted(value)
    return Posted(value, frozenset(value or ()) | frozenset(desk.versions(key)))


def _speak_for(session: Session, actor: Actor, response_id: uuid.UUID, given: Any) -> None:
    """What the house refuses by key is told at the place where it was sent."""
    if not isinstance(given, list) or len(given) > actions.MOST_BODIES:
        raise Invalid.about(
            "represented", M("Hier steht eine Liste von höchstens {most} Stellen.", most=actions.MOST_BODIES)
        )
    if problems := [
        problem for number, entry in enumerate(given) for problem in _misnamed(f"represented.{number}", entry)
    ]:
        raise Invalid(_INVALID, problems=problems[:200])
    bodies = {entry["ars"]: RepresentationKind(entry.get("kind", RepresentationKind.REPRESENTED)) for entry in given}
    try:
        actions.set_representation(session, actor, response_id, bodies)
    except Invalid as refused:
        places = {entry["ars"]: f"represented.{number}.ars" for number, entry in enumerate(given)}
        raise Invalid(_INVALID, problems=[replace(p, field=places[p.field]) for p in refused.problems[:200]]) from None


def _misnamed(place: str, entry: Any) -> Iterator[Problem]:
    """The name that GET shows may be sent back; the register knows it better."""
    if not isinstance(entry, dict):
        yield Problem(place, M("Hier steht ein Objekt mit „ars“ und „kind“ der Stelle."))
        return
    for name in [name for name in entry if name not in {"ars", "kind", "name"}][:1]:
        yield Problem(f"{place}.{clean_line(name)[:40]}", NOT_FORESEEN, "unknown")
    ars, kind = entry.get("ars"), entry.get("kind", RepresentationKind.REPRESENTED)
    if not isinstance(ars, str) or not re.fullmatch(r"[0-9]{2,12}", ars):
        yield Problem(f"{place}.ars", M("Hier steht der Regionalschlüssel der Stelle, Ziffern als Text."))
    if kind not in list(RepresentationKind):
        yield Problem(f"{place}.kind", M("Möglich sind „represented“ und „supporter“."))


@router.get(
    "/consultations/{slug}/response/disclosure",
    response_model=dict[str, Disclosure],
    summary="Die eigene Veröffentlichungsfreigabe, wie sie gilt",
)
def disclosure(request: Request, db: Db, actor: Reader, slug: str) -> Answered:
    with db.reader() as session:
        found = require(session, actor, slug)
        return reply(request, queries.disclosure_in_force(session, found.id, actor.moment))


class DisclosureGiven(Shape):
    """Teil des Formulars (oder `participant`) → Stufe; was fehlt, bleibt, wie es ist."""

    model_config = {"extra": "allow"}
    participant: Disclosure | None = None


@router.put(
    "/consultations/{slug}/response/disclosure",
    response_model=dict[str, Disclosure],
    responses=CHANGING,
    summary="Die eigene Veröffentlichungsfreigabe ändern",
    openapi_extra=body_of(DisclosureGiven, example={"participant": "named", "A": "described"}),
)
def change_disclosure(
    request: Request, db: Db, actor: Writer, slug: str, language: Spoken, body: JsonObject
) -> Answered:
    """Jederzeit, auch nach der Frist; gilt ab der nächsten Ausgabe. Vor der ersten Abgabe ist sie Teil des Entwurfs."""
    with db.transaction() as session:
        desk = open_desk(session, actor, require(session, actor, slug).id, language)
        return reply(request, disclosures.change(session, actor, desk, body))
