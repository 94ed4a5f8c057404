"""What was submitted, and only that: the list, one answer as it was received, its revisions, the data as files."""

import tempfile
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import queries as consultations
from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound, NotReady, Problem
from consultation.core.language import M
from consultation.core.text import clean_line
from consultation.core.text import slug as slug_of
from consultation.core.times import end_of_day
from consultation.documents import bulk
from consultation.documents.formats import FORMATS, write_document
from consultation.documents.labels import kind_label, size_label
from consultation.documents.receipt import receipt_of
from consultation.http import Db, Form, Number, Pages, page, see_other
from consultation.http.language import language_of
from consultation.register.states import STATE_TITLES, State
from consultation.responses import actions, queries
from consultation.responses import models as responses
from consultation.responses.participants import Participant, participants
from consultation.responses.participation import land_of
from consultation.responses.titles import CHANNEL_TITLES, came
from consultation.rulebook import RESPONSE, RUNNING, editor, planner
from consultation.states import ResponseState
from consultation.subjects import Actor
from consultation.web.planners.frame import (
    PREFIX,
    Planning,
    consultation_path,
    planned,
    problems_of,
    surroundings,
    typed_day,
)
from consultation.web.planners.places import after_of

router = Pages(prefix=PREFIX + "/consultations/{slug}/responses")
AT_ONCE = 50
LANDS = (("", M("Alle Länder")), *((state.value, title) for state, title in STATE_TITLES.items()))


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    language = language_of(request)
    typed = {name: clean_line(request.query_params.get(name, ""))[:100] for name in ("q", "state")}
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        land = land_of(actor, consultation)
        found = participants(
            session, consultation.id, actor.moment, after=after_of(request), limit=AT_ONCE + 1, text=typed["q"],
            land=land or (typed["state"] if typed["state"] in set(State) else None),
        )  # fmt: skip
        latest = consultations.current_version(session, consultation.id)
        answered = (
            queries.answered_versions(session, [one.response_id for one in found])
            if latest and latest.number > 1
            else {}
        )
    shown = found[:AT_ONCE]
    data = surroundings(actor, consultation, M("Stellungnahmen")) | {
        "answered": answered,
        "latest": latest,
        "found": [(one, _about(one, language)) for one in shown],
        "lands": {state.value: title for state, title in STATE_TITLES.items()},
        "typed": typed,
        "states": LANDS if land is None else (),
        "next": _next(shown, typed, more=len(found) > AT_ONCE),
        "kinds": [(kind, FORMATS[kind].title) for kind in bulk.KINDS],
        "channels": CHANNEL_TITLES,
        "enters": editor(actor, consultation) and consultation.state in RUNNING,
    }
    return page(request, "planners/responses.html", data)


def _about(one: Participant, language: Any) -> str:
    return size_label(one.size_class, language) if one.size_class else kind_label(one.kind, language)


def _next(shown: list[Participant], typed: dict[str, str], *, more: bool) -> str:
    chosen = {name: value for name, value in typed.items() if value}
    return "?" + urlencode(chosen | {"after": f"{shown[-1].key[0]}~{shown[-1].key[1]}"}) if more else ""


@router.get("/export/{kind}")
def export(db: Db, actor: Planning, slug: str, kind: str) -> Response:
    """Everything that counts now as one file; internal."""
    with db.reader() as session:
        consultation = planned(session, actor, slug)
    if kind not in bulk.KINDS:
        raise NotFound(M("Diese Datei gibt es nicht."))
    chosen = FORMATS[kind]
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        target = Path(folder) / f"answers.{chosen.extension}"
        bulk.write(db, actor, slug, kind, target)
        content = target.read_bytes()
    mark = "beispieldaten-" if consultation.demo else ""
    name = f"{mark}{slug}-stellungnahmen.{chosen.extension}"
    return Response(content, media_type=chosen.media_type,
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})  # fmt: skip


def _of(session: Session, actor: Actor, slug: str, response_id: uuid.UUID) -> tuple[Consultation, responses.Response]:
    """What planners may see of a response: what was submitted, or that the body declined."""
    consultation = planned(session, actor, slug)
    response = queries.get(session, actor, response_id)
    declined = response.state == ResponseState.DECLINED
    if response.consultation_id != consultation.id or not (response.submitted_once or declined):
        raise NotFound(M("Diese Stellungnahme gibt es nicht."))
    return consultation, response


def _one(
    request: Request, db: Database, actor: Actor, slug: str, response_id: uuid.UUID, number: int | None = None,
    status: int = 200, **more: Any,
) -> Response:  # fmt: skip
    """A revision as it was received (the counted or the last one, or the one asked for); never the draft answers."""
    with db.reader() as session:
        consultation, response = _of(session, actor, slug, response_id)
        if not response.submitted_once and number is None:
            return _declined(request, actor, consultation, response, status, **more)
        found = queries.revisions(session, response_id)
        counted = next((one for one in found if one.id == response.counted_revision_id), None)
        shown = next((one for one in found if one.number == number), None) if number else counted or found[0]
        if shown is None:
            raise NotFound(M("Diese Fassung der Stellungnahme gibt es nicht."))
        versions = consultations.versions(session, consultation.id)
        outline = receipt_of(session, response, shown, language_of(request))
        nodes = list(outline.nodes())
    data = _about_one(actor, consultation, response) | {
        "revisions": found,
        "shown": shown,
        "counted": counted,
        "versions": {version.id: version for version in versions},
        "outline": outline,
        "nodes": [(type(node).__name__, node) for node in nodes],
        "redacts": planner(actor, consultation),
        "came": came,
    }
    return page(request, "planners/response.html", data | more, status)


def _about_one(actor: Actor, consultation: Consultation, response: responses.Response) -> dict[str, Any]:
    return surroundings(actor, consultation, response.organisation.name) | {
        "response": response,
        "land": STATE_TITLES[State(response.organisation.state)] if response.organisation.state else None,
        "may_reopen": RESPONSE.rows["reopen"] in RESPONSE.possible(actor, response),
    }


def _declined(
    request: Request, actor: Actor, consultation: Consultation, response: responses.Response, status: int, **more: Any
) -> Response:
    """Nothing was submitted: there is nothing to read but that."""
    data = _about_one(actor, consultation, response)
    return page(request, "planners/response_declined.html", data | more, status)


@router.get("/{response_id}")
def show_one(request: Request, db: Db, actor: Planning, slug: str, response_id: uuid.UUID) -> Response:
    return _one(request, db, actor, slug, response_id)


@router.get("/{response_id}/revisions/{number}")
def show_revision(
    request: Request, db: Db, actor: Planning, slug: str, response_id: uuid.UUID, number: Number
) -> Response:  # fmt: skip
    return _one(request, db, actor, slug, response_id, number)


@router.get("/{response_id}/revisions/{number}/receipt.pdf")
def download(request: Request, db: Db, actor: Planning, slug: str, response_id: uuid.UUID, number: Number) -> Response:
    with tempfile.TemporaryDirectory(prefix="receipt-") as folder:
        target = Path(folder) / "receipt.pdf"
        with db.reader() as session:
            consultation, response = _of(session, actor, slug, response_id)
            revision = queries.revision(session, actor, response_id, number)
            write_document(receipt_of(session, response, revision, language_of(request)), "pdf", target)
        content = target.read_bytes()
    mark = "beispieldaten-" if consultation.demo else ""
    name = f"{mark}stellungnahme-{slug_of(response.organisation.name)}-{number}.pdf"
    return Response(content, media_type="application/pdf",
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})  # fmt: skip


@router.post("/{response_id}/reopen")
def reopen(request: Request, db: Db, actor: Planning, slug: str, response_id: uuid.UUID, form: Form) -> Response:
    typed = {"until": form.line("until"), "reason": form.text("reason")}
    try:
        with db.transaction() as session:
            _, response = _of(session, actor, slug, response_id)
            RESPONSE.check(actor, response, "reopen")
            until = typed_day(form, "until")
            assert until is not None
            reopened = actions.reopen(session, actor, response_id, until=end_of_day(until), reason=typed["reason"])
            seen, invitation_id = reopened.submitted_once, reopened.invitation_id
    except Invalid as refused:
        return _one(request, db, actor, slug, response_id, status=422, typed=typed, problems=problems_of(refused))
    except NotReady as refused:
        problems = [Problem("", problem.message) for problem in refused.problems]  # no input of the page can mend it
        return _one(request, db, actor, slug, response_id, status=422, typed=typed, problems=problems)
    if not seen:  # what the body writes now is its own business
        told = M("Die Stelle kann bis zum {until} antworten.", until=until)
        return see_other(f"{consultation_path(actor, slug)}/invitations/{invitation_id}/intake", told)
    told = M("Die Stelle kann bis zum {until} noch einmal abgeben. Bis dahin zählt ihre letzte Fassung.", until=until)
    return see_other(f"{consultation_path(actor, slug)}/responses/{response_id}", told)
