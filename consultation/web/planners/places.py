"""Where one stands in a list of invitations that is read page by page: `?after=SORTING NAME~ORGANISATION`."""

import uuid
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.requests import Request

from consultation.consultations.listing import AT_ONCE, place_of
from consultation.consultations.models import Invitation
from consultation.core.text import clean_line
from consultation.web.planners.frame import identifier


def after_of(request: Request) -> tuple[str, uuid.UUID] | None:
    """Nonsense begins at the beginning."""
    name, _, last = request.query_params.get("after", "").rpartition("~")
    found = identifier(last)
    return (clean_line(name)[:200], found) if found else None


def next_of(found: Sequence[Invitation], kept: Mapping[str, str]) -> str:
    """The query of the next page, or empty; `found` holds one more than is shown if there is a next one."""
    if len(found) <= AT_ONCE:
        return ""
    name, last = place_of(found[AT_ONCE - 1])
    return "?" + urlencode({**kept, "after": f"{name}~{last}"})
