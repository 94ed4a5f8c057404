"""Lists: `{"data": […], "links": {"next": …}}`, in stable order, continued with an opaque cursor."""

import base64
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

import orjson
from fastapi import Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field
from starlette.requests import Request

from consultation.core.errors import Invalid
from consultation.core.language import M

MOST, USUAL = 200, 100
_MOMENT = re.compile(r"(19|20|21)\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
T = TypeVar("T")


def _digits(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,4}", value):
        raise ValueError("not a number of plain digits")
    return value


def _moment(value: Any) -> Any:
    """What pydantic would also take for a moment (seconds since 1970, a date alone) is a slip here."""
    if isinstance(value, str) and not _MOMENT.fullmatch(value):
        raise ValueError("not an ISO 8601 moment with offset")
    return value


Limit = Annotated[
    int, Query(ge=1, le=MOST, description="So viele Objekte je Seite.", examples=[50]), BeforeValidator(_digits)
]
Cursor = Annotated[
    str | None,
    Query(max_length=400, description="Fortsetzung aus `links.next`; undurchsichtig."),
]
Since = Annotated[
    AwareDatetime | None,
    BeforeValidator(_moment),
    Query(
        description="Nur was seit diesem Zeitpunkt (ISO 8601 mit `Z`) neu oder geändert ist; auch Grabsteine: "
        "`deleted: true` für das, was es nicht mehr gibt.",
        examples=["2026-03-01T00:00:00Z"],
        json_schema_extra={"pattern": f"^{_MOMENT.pattern}$"},
    ),
]


class Links(BaseModel):
    next: str | None = Field(None, description="Adresse der nächsten Seite; fehlt auf der letzten.")


class Page(BaseModel, Generic[T]):
    """Eine Seite einer Liste."""

    data: list[T]
    links: Links


def cursor_of(*key: Any) -> str:
    """Where the next page begins; readable by nobody who should not, since it holds what the page showed."""
    return base64.urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


def read_cursor(text: str | None, *kinds: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """The key again, each part through its kind (`uuid.UUID`, `str`, `moment`). Raises Invalid for anything else."""
    if text is None:
        return None
    try:
        parts = orjson.loads(base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True))
        if not isinstance(parts, list) or len(parts) != len(kinds):
            raise ValueError  # noqa: TRY301 -- one refusal for everything that is no cursor of ours
        return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise Invalid.about("cursor", M("Diese Fortsetzung gibt es nicht. Beginnen Sie die Liste von vorn.")) from None


def moment(value: str) -> datetime:
    if not _MOMENT.fullmatch(value):
        raise ValueError(value)
    return datetime.fromisoformat(value).astimezone(UTC)


def word(value: Any) -> str:
    """A text that a database can compare."""
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(value)
    return value


def whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise ValueError(value)
    return value


def listed(request: Request, data: Sequence[Any], next_cursor: str | None) -> dict[str, Any]:
    """`next_cursor` is None on the last page."""
    link = None
    if next_cursor is not None:
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        link = f"{request.url.path}?{urlencode([*kept, ('cursor', next_cursor)])}"
    return {"data": list(data), "links": {"next": link} if link else {}}
