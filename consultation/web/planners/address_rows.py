"""An uploaded list on its way: rows in doubt or wrong are corrected, all at once or some, and the work can wait."""

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import address_inviting, addresses
from consultation.consultations.address_judging import Row
from consultation.consultations.address_list import latest
from consultation.consultations.addresses import OPEN, ROWS_SHOWN, SETTLED, Contested, Settled
from consultation.consultations.models import RowState
from consultation.consultations.seen import Before
from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound, NotReady, Problem
from consultation.core.language import M, Message
from consultation.http import Db, Form, Pages, PostedForm, page, see_other
from consultation.programmes.actions import require_planner
from consultation.subjects import Actor
from consultation.web.planners.addresses import path_of
from consultation.web.planners.frame import PREFIX, Planning, planned, problems_of, surroundings

router = Pages(prefix=PREFIX + "/consultations/{slug}/addresses")
TABS: dict[str, tuple[Message, tuple[RowState, ...]]] = {
    "open": (M("zu klären"), OPEN),
    "matched": (M("zugeordnet"), (RowState.MATCHED,)),
    "not_invited": (M("nicht eingeladen"), (RowState.NOT_INVITED,)),
    "left_out": (M("weggelassen"), (RowState.LEFT_OUT,)),
}
"""What waits for somebody comes first."""
BADGES = {
    RowState.DOUBT: ("warning", M("in Zweifel")),
    RowState.ERROR: ("danger", M("fehlerhaft")),
    RowState.MATCHED: ("success", M("zugeordnet")),
    RowState.NOT_INVITED: ("info", M("nicht eingeladen")),
    RowState.LEFT_OUT: ("info", M("weggelassen")),
}


@router.get("/rows")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _page(request, db, actor, slug)


def _page(
    request: Request, db: Database, actor: Actor, slug: str, status: int = 200, numbers: Iterable[int] = (), **more: Any
) -> Response:
    """A tab with ?show=…, further rows with ?after=ROW. After a refusal the posted rows (`numbers`) stand there again."""
    asked, last = request.query_params.get("show", ""), request.query_params.get("after", "")
    again = sorted(numbers)
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        require_planner(actor, consultation)
        upload = latest(session, consultation)
        if upload is None:
            raise NotFound(M("Es gibt keine hochgeladene Liste, die noch zu übernehmen wäre."))
        counts, proposed = addresses.counts(session, upload)
        tabs = {key: (title, sum(counts[state] for state in states)) for key, (title, states) in TABS.items()}
        tab = asked if asked in TABS else next((key for key, (_, count) in tabs.items() if count), "open")
        after = again[0] - 1 if again else int(last[:9]) if last.isascii() and last.isdigit() else 0
        states = tuple(RowState) if again else TABS[tab][1]
        found = addresses.page(session, upload, states, after=after, limit=ROWS_SHOWN + 1)
        shown = [row for row in found if row.number in again] if again else found[:ROWS_SHOWN]
        data = surroundings(actor, consultation, M("Hochgeladene Liste")) | {
            "upload": upload, "kinds": tabs, "tab": tab, "rows": shown, "badges": BADGES, "reason": addresses.reason,
            "shown": addresses.shown_of, "proposed": proposed, "unsettled": tabs["open"][1], "matched": counts[RowState.MATCHED],
            "here": path_of(actor, slug),
            "recognised": address_inviting.recognised(session, upload) if tab == "not_invited" else 0,
            "replaced": addresses.replaced(session, upload), "standing": addresses.standing(session, upload, shown),
            "next_row": shown[-1].number if len(found) > ROWS_SHOWN and not again else None,
        }  # fmt: skip
        return page(request, "planners/address_rows.html", data | more, status)


@router.post("/rows")
def settle(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    """Whatever was changed is kept; what still cannot be used comes back with the reason."""
    settled = _settled(form)
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            done, left, contested = addresses.settle(session, actor, slug, settled)
    except Invalid as refused:
        return _page(request, db, actor, slug, 422, settled, problems=problems_of(refused))
    if left or contested:
        numbers = {row["number"] for row in left} | {one.number for one in contested}
        problems = [*_problems(left), *map(_contested, contested)]
        return _page(request, db, actor, slug, 409 if contested else 422, numbers, problems=problems)
    told = M("Gespeichert: {count} Zeilen sind geklärt.", one="Gespeichert: 1 Zeile ist geklärt.", count=len(done))
    return see_other(f"{path_of(actor, slug)}/rows", told if done else M("Es wurde nichts geändert."))


def _contested(one: Contested) -> Problem:
    """Both texts: nobody's is lost, and whoever reads this may type theirs again."""
    said = {True: M("weglassen"), False: M("nicht weglassen"), "": M("(leer)"), None: M("(leer)")}
    message = M("Zeile {number}: Jemand anderes hat inzwischen gespeichert: „{theirs}“. Ihre Angabe „{mine}“ ist nicht "
                "übernommen; geben Sie sie noch einmal ein, wenn sie gelten soll.", number=one.number,
                theirs=said.get(one.theirs, one.theirs), mine=said.get(one.mine, one.mine))  # fmt: skip
    return Problem(f"row-{one.number}-{one.name.replace('_', '-').replace('chosen', 'organisation')}", message)


def _settled(form: PostedForm) -> dict[int, Settled]:
    numbers = {number for text in form.lines("row")[: ROWS_SHOWN * 2] if (number := _row_number(text))}
    found = {}
    for number in numbers:
        name = f"row-{number}-"
        found[number] = Settled(
            form.line(f"{name}organisation"), form.line(f"{name}meant"), form.line(f"{name}email"),
            form.text(f"{name}postal"), form.line(f"{name}contact"), form.line(f"{name}left-out") == "yes",
            Before({what: form.line(f"{name}seen-{what}") for what in SETTLED if f"{name}seen-{what}" in form}),
        )  # fmt: skip
    return found


def _row_number(text: str) -> int:
    """As the page sent it; 0, which no row has, for nonsense."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _problems(rows: Iterable[Row]) -> list[Problem]:
    return [
        Problem(
            f"row-{row['number']}-{row['reason']['field']}",
            M("Zeile {number}: {reason}", number=row["number"],
              reason=Message(row["reason"]["text"], tuple(row["reason"]["parameters"].items()))),
        )
        for row in rows
    ]  # fmt: skip


@router.post("/proposed")
def confirm(db: Db, actor: Planning, slug: str) -> Response:
    with db.transaction() as session:
        planned(session, actor, slug)
        count = addresses.confirm_proposed(session, actor, slug)
    return see_other(
        f"{path_of(actor, slug)}/rows", M("{count} Zeilen sind bestätigt.", one="1 Zeile ist bestätigt.", count=count)
    )


@router.post("/rows/invite")
def invite(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    """All bodies that are recognised and not invited, or the one of a single row ("12:register:01051044…")."""
    number, _, choice = form.line("one").partition(":")
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            if choice:
                address_inviting.invite_one(session, actor, slug, _row_number(number), choice)
            count = 1 if choice else address_inviting.invite_all(session, actor, slug)
    except Invalid as refused:
        return _page(request, db, actor, slug, 422, problems=problems_of(refused))
    told = M(
        "{count} Stellen sind in den Adressatenkreis aufgenommen.",
        one="1 Stelle ist in den Adressatenkreis aufgenommen.",
        count=count,
    )
    return see_other(f"{path_of(actor, slug)}/rows", told)


@router.post("/take-over")
def take_over(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    try:
        with db.transaction() as session:
            planned(session, actor, slug)
            count = addresses.take_over(session, actor, slug, leave_out_rest=form.line("rest") == "leave_out")
    except NotReady as refused:
        return _page(request, db, actor, slug, 422, problems=problems_of(refused))
    return see_other(
        path_of(actor, slug), M("{count} Anschriften sind übernommen.", one="1 Anschrift ist übernommen.", count=count)
    )


@router.post("/discard")
def discard(db: Db, actor: Planning, slug: str) -> Response:
    with db.transaction() as session:
        planned(session, actor, slug)
        addresses.discard(session, actor, slug)
    return see_other(path_of(actor, slug), M("Die Liste ist verworfen."))
