"""One person, for whoever runs the installation: what is held of them as a file, and forgetting them."""

import uuid
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid, Problem
from consultation.core.language import M
from consultation.core.text import identity_key
from consultation.http import Configured, Db, Form, Pages, Spoken, page
from consultation.http.actors import Moment, Operating
from consultation.people import queries
from consultation.people.roles import ROLE_TITLES
from consultation.upkeep.access import everything, places
from consultation.upkeep.forgetting import forget
from consultation.upkeep.personal import BY_TABLE

router = Pages(prefix="/operator/people")


def _page(request: Request, db: Database, person_id: uuid.UUID, status: int = 200, **more: Any) -> Response:
    with db.reader() as session:
        person = queries.person(session, person_id)
        data = {
            "person": person,
            "places": places(session, person),
            "role_titles": ROLE_TITLES,
            "typed": {},
            "forgotten": None,
        }
    return page(request, "operator/person.html", data | more, status)


@router.get("/{person_id}")
def show(request: Request, db: Db, actor: Operating, person_id: uuid.UUID) -> Response:
    return _page(request, db, person_id)


@router.get("/{person_id}/data")
def data(db: Db, actor: Operating, moment: Moment, language: Spoken, person_id: uuid.UUID) -> Response:
    with db.reader() as session:
        found = everything(session, queries.person(session, person_id), moment, language)
    headers = {"Content-Disposition": f'attachment; filename="auskunft-{person_id}.json"'}
    return Response(orjson.dumps(found, option=orjson.OPT_INDENT_2), media_type="application/json", headers=headers)


@router.post("/{person_id}/forget")
def erase(
    request: Request, db: Db, settings: Configured, actor: Operating, person_id: uuid.UUID, form: Form
) -> Response:
    email, force = form.line("email"), form.checked("force")
    typed = {"email": email, "force": force}
    try:
        _meant(db, actor.person_id, person_id, email)
        forgotten = forget(db, settings.data_dir, actor, person_id, force=force)
    except Invalid as refused:
        return _page(request, db, person_id, 422, problems=refused.problems, typed=typed)
    except Conflict as refused:
        return _page(request, db, person_id, 409, problems=[Problem("force", refused.message)], typed=typed)
    return _page(request, db, person_id, forgotten=forgotten, holdings=BY_TABLE)


def _meant(db: Database, own_id: uuid.UUID | None, person_id: uuid.UUID, email: str) -> None:
    """Raises Invalid unless the address is that of the person, typed once more; nobody forgets themselves by mistake."""
    with db.reader() as session:
        person = queries.person(session, person_id)
    if identity_key(email) != person.email_key:
        raise Invalid.about("email", M("Das ist nicht die Adresse dieser Person. Geben Sie zur Bestätigung {email} ein.",
                                       email=person.email))  # fmt: skip
    if person.id == own_id:
        raise Invalid.about(
            "email", M("Das ist Ihr eigenes Konto. Es kann nur jemand anderes löschen, der den Dienst betreibt.")
        )
