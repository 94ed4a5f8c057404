"""The address list: uploaded, judged row by row, corrected on the page, taken over whole or not at all."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import addresses, listing
from consultation.consultations.addresses import RowState, Settled
from consultation.core.db import Database
from consultation.core.errors import Invalid, NotReady, Problem
from consultation.core.language import M
from consultation.http import Db, Form, Number, page, see_other
from consultation.programmes.actions import require_planner
from consultation.rulebook import planner
from consultation.states import ConsultationState
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, planned, problems_of, surroundings

router = APIRouter(prefix=PREFIX + "/consultations/{slug}/addresses")
ROWS_SHOWN = 50
STATE_TITLES = {
    RowState.DOUBT: M("in Zweifel"),
    RowState.ERROR: M("fehlerhaft"),
    RowState.MATCHED: M("zugeordnet"),
    RowState.LEFT_OUT: M("weggelassen"),
}
BADGES = {RowState.DOUBT: "warning", RowState.ERROR: "danger", RowState.MATCHED: "success", RowState.LEFT_OUT: "info"}


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _page(request, db, actor, slug)


def _page(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    """First what has to be settled; rows of one state with ?state=…, further ones with ?after=ROW."""
    asked = request.query_params.get("state", "")
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        upload = addresses.latest(session, consultation) if planner(actor, consultation) else None
        data = surroundings(actor, consultation, M("Anschriften")) | {
            "edits": planner(actor, consultation) and consultation.state == ConsultationState.DRAFT,
            "upload": upload,
            "ways": listing.ways(session, actor, consultation),
            "unreachable": listing.invitations(
                session, actor, consultation, listing.InvitationFilter(unreachable=True), limit=ROWS_SHOWN
            ),
        }
    if upload is not None:
        found = addresses.counts(upload.rows)
        state = asked if asked in list(RowState) else _first(found)
        data |= _rows(upload.rows, state, request.query_params.get("after", "")) | {
            "counts": found, "state": state, "state_titles": STATE_TITLES, "badges": BADGES, "reason": addresses.reason,
            "repaired": sum(row["repaired"] and row["state"] == RowState.DOUBT for row in upload.rows),
            "unsettled": found[RowState.DOUBT] + found[RowState.ERROR],
        }  # fmt: skip
    return page(request, "planners/addresses.html", data | more, status)


def _first(found: dict[RowState, int]) -> RowState:
    """What to look at first: doubts, then errors, then the rest."""
    return next((state for state in STATE_TITLES if found[state]), RowState.MATCHED)


def _rows(rows: list[dict[str, Any]], state: str, after: str) -> dict[str, Any]:
    last = int(after[:9]) if after.isascii() and after.isdigit() else 0
    wanted = [row for row in rows if row["state"] == state and row["number"] > last]
    shown = wanted[:ROWS_SHOWN]
    return {"rows": shown, "next_row": shown[-1]["number"] if len(wanted) > ROWS_SHOWN else None}


@router.post("")
def upload(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    file = form.file("file")
    try:
        with db.transaction() as session:
            require_planner(actor, planned(session, actor, slug))
            if file is None:
                raise Invalid.about("file", M("Wählen Sie die Datei mit den Anschriften aus."))
            made = addresses.upload(session, actor, slug, file.name, file.content)
    except Invalid as refused:
        return _page(request, db, actor, slug, 422, problems=problems_of(refused))
    told = M("{count} Zeilen sind gelesen. Noch ist keine Anschrift übernommen.", count=len(made.rows))
    return see_other(f"{_at(actor, slug)}#list", told, "info")


def _at(actor: Actor, slug: str) -> str:
    return f"{consultation_path(actor, slug)}/addresses"


@router.post("/rows/{number}")
def correct(request: Request, db: Db, actor: Planning, slug: str, number: Number, form: Form) -> Response:
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            settled = Settled(
                form.line("organisation"), form.line("email"), form.text("postal"), form.line("contact"),
                form.line("left_out") == "yes",
            )  # fmt: skip
            row = addresses.correct(session, actor, slug, number, settled)
    except Invalid as refused:
        return _page(request, db, actor, slug, 422, problems=[Problem("", p.message) for p in refused.problems])
    state = RowState(row["state"])
    told = M("Zeile {number}: {state}.", number=number, state=STATE_TITLES[state])
    done = state in (RowState.MATCHED, RowState.LEFT_OUT)
    return see_other(f"{_at(actor, slug)}#list", told, "success" if done else "warning")


@router.post("/repaired")
def confirm(db: Db, actor: Planning, slug: str) -> Response:
    with db.transaction() as session:
        planned(session, actor, slug)
        count = addresses.confirm_repaired(session, actor, slug)
    return see_other(f"{_at(actor, slug)}#list", M("{count} Zeilen sind bestätigt.", count=count))


@router.post("/take-over")
def take_over(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    try:
        with db.transaction() as session:
            consultation = planned(session, actor, slug)
            found = addresses.latest(session, consultation)
            open_rows = [
                row["number"]
                for row in (found.rows if found else ())
                if row["state"] in (RowState.DOUBT, RowState.ERROR)
            ]
            count = addresses.take_over(session, actor, slug, open_rows if form.line("rest") == "leave_out" else ())
    except NotReady as refused:
        return _page(request, db, actor, slug, 422, problems=problems_of(refused))
    return see_other(_at(actor, slug), M("{count} Anschriften sind übernommen.", count=count))


@router.post("/discard")
def discard(db: Db, actor: Planning, slug: str) -> Response:
    with db.transaction() as session:
        planned(session, actor, slug)
        addresses.discard(session, actor, slug)
    return see_other(_at(actor, slug), M("Die Liste ist verworfen."))
