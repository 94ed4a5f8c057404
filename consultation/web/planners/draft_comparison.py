"""Two versions of a draft side by side in one text, for planners."""

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.http import Db, Pages, page
from consultation.programmes import named, queries
from consultation.programmes.comparison import compare
from consultation.programmes.models import DraftVersion, Programme, Section
from consultation.web.planners.drafts import draft_frame, draft_steps, of_programme
from consultation.web.planners.frame import PREFIX, Planning, identifier

router = Pages(prefix=PREFIX + "/programmes/{slug}/drafts")


@router.get("/{draft_id}/compare")
def show(request: Request, db: Db, actor: Planning, slug: str, draft_id: uuid.UUID) -> Response:
    """With the version before, or with the one asked for (`?with=…`)."""
    asked = request.query_params.get("with", "")
    with db.reader() as session:
        version = of_programme(session, actor, slug, draft_id)
        programme = version.programme
        others = [one for one in queries.draft_versions(session, programme.id) if one.id != version.id]
        old = _chosen(others, version, asked)
        now = named.shown(version.sections, named.values(version, programme))
        found = compare(_as_read(session, old, programme), now) if old else None
        steps = draft_steps(actor, programme, version, M("Vergleich mit einer anderen Fassung"))
        data = draft_frame(actor, programme, *steps) | {
            "version": version, "old": old, "found": found,
            "others": [(str(one.id), M("Fassung {number}: {title}", number=one.number, title=one.title)) for one in others],
        }  # fmt: skip
        return page(request, "planners/draft_compare.html", data)


def _as_read(session: Session, version: DraftVersion, programme: Programme) -> list[Section]:
    return named.shown(queries.sections(session, version.id), named.values(version, programme))


def _chosen(others: Sequence[DraftVersion], version: DraftVersion, asked: str) -> DraftVersion | None:
    """Of `others`, newest first; none if there is none before. Raises NotFound for one that does not exist."""
    if not asked:
        return next((one for one in others if one.number < version.number), None)
    found = next((one for one in others if one.id == identifier(asked)), None)
    if found is None:
        raise NotFound(M("Diese Entwurfsfassung gibt es nicht."))
    return found
