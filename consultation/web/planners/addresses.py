"""Addresses of the invited bodies: who is reached how, those of earlier consultations, and a list to upload."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import address_memory, addresses, listing
from consultation.consultations.address_list import latest
from consultation.core.db import Database
from consultation.core.errors import Invalid
from consultation.core.language import M
from consultation.http import Db, Form, Pages, page, see_other
from consultation.programmes.actions import require_planner
from consultation.rulebook import planner
from consultation.states import ConsultationState
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, planned, problems_of, surroundings
from consultation.web.planners.places import after_of, next_of

router = Pages(prefix=PREFIX + "/consultations/{slug}/addresses")


def path_of(actor: Actor, slug: str) -> str:
    return f"{consultation_path(actor, slug)}/addresses"


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    return _page(request, db, actor, slug)


def _page(request: Request, db: Database, actor: Actor, slug: str, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        edits = planner(actor, consultation) and consultation.state == ConsultationState.DRAFT
        upload = latest(session, consultation) if edits else None
        counts, _ = addresses.counts(session, upload) if upload else ({}, 0)
        data = surroundings(actor, consultation, M("Anschriften")) | {
            "edits": edits,
            "upload": upload,
            "unsettled": sum(counts.get(state, 0) for state in addresses.OPEN),
            "rows": sum(counts.values()),
            "ways": listing.ways(session, actor, consultation),
            "known": address_memory.known(session, actor, consultation) if edits else None,
        }
    return page(request, "planners/addresses.html", data | more, status)


@router.post("")
def upload(request: Request, db: Db, actor: Planning, slug: str, form: Form) -> Response:
    file = form.file("file")
    try:
        with db.transaction() as session:
            require_planner(actor, planned(session, actor, slug))
            if file is None:
                raise Invalid.about("file", M("Wählen Sie die Datei mit den Anschriften aus."))
            made = addresses.upload(session, actor, slug, file.name, file.content)
            found, _ = addresses.counts(session, made)
    except Invalid as refused:
        return _page(request, db, actor, slug, 422, problems=problems_of(refused))
    told = M(
        "{count} Zeilen sind gelesen. Noch ist keine Anschrift übernommen.",
        one="1 Zeile ist gelesen. Noch ist keine Anschrift übernommen.",
        count=sum(found.values()),
    )
    return see_other(f"{path_of(actor, slug)}/rows", told, "info")


@router.get("/missing")
def missing(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    """Bodies without mail address, and what will happen to each."""
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        chosen = listing.InvitationFilter(without_mail=True)
        found = listing.invitations(
            session, actor, consultation, chosen, after=after_of(request), limit=listing.AT_ONCE + 1
        )
        data = surroundings(actor, consultation, M("Ohne Mailadresse")) | {
            "found": found[: listing.AT_ONCE],
            "ways": listing.ways(session, actor, consultation),
            "next": next_of(found, {}),
            "edits": planner(actor, consultation) and consultation.state == ConsultationState.DRAFT,
        }
        return page(request, "planners/addresses_missing.html", data)


@router.get("/known")
def known(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    """Addresses of earlier consultations for bodies that have none yet, with their dates."""
    with db.reader() as session:
        consultation = planned(session, actor, slug)
        require_planner(actor, consultation)
        found = address_memory.known_page(
            session, actor, consultation, after=after_of(request), limit=listing.AT_ONCE + 1
        )
        data = surroundings(actor, consultation, M("Bekannte Anschriften")) | {
            "found": found[: listing.AT_ONCE],
            "known": address_memory.known(session, actor, consultation),
            "next": next_of([invitation for invitation, _ in found], {}),
            "edits": consultation.state == ConsultationState.DRAFT,
        }
        return page(request, "planners/addresses_known.html", data)


@router.post("/known")
def take_known(db: Db, actor: Planning, slug: str) -> Response:
    with db.transaction() as session:
        planned(session, actor, slug)
        count = address_memory.take_known(session, actor, slug)
    return see_other(
        path_of(actor, slug), M("{count} Anschriften sind übernommen.", one="1 Anschrift ist übernommen.", count=count)
    )
