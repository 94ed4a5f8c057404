"""What stands before every resource: how often somebody may ask, and only questions that are understood."""

import hashlib
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request

from consultation.core.errors import Invalid, NotFound, Problem, TooMany
from consultation.core.language import M
from consultation.core.text import clean_line
from consultation.http import client_address
from consultation.http.actors import moment_of
from consultation.http.asked import route_path

PREFIX = "/api/v1"
WINDOW = timedelta(minutes=1)
PER_TOKEN, PER_STRANGER, PER_ADDRESS = 600, 120, 3000
"""Requests a minute: with one token, without a token from one address, and from one address altogether (a computing
centre works for many towns)."""


class FieldProblem(BaseModel):
    field: str = Field(description="Welche Angabe der Anfrage; leer, wo keine einzelne falsch ist.")
    code: str = Field(description="Für Programme: `invalid`, `unknown`, `missing`, `deadline`, `four_eyes`, …")
    detail: str = Field(description="Für Menschen, in der Sprache von Accept-Language.")


class ProblemDetails(BaseModel):
    """Fehler nach RFC 9457."""

    type: str = Field(examples=["urn:consultation:problem:not_found"])
    title: str
    status: int
    detail: str
    errors: list[FieldProblem]
    reference: str | None = None


@dataclass
class Windows:
    """Counts of the running minute, in memory: each process counts for itself, nothing is written for a read."""

    counts: dict[str, int] = field(default_factory=dict)
    ends: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, moment: datetime, *asked: tuple[str, int]) -> None:
        """Raises TooMany once a key has had its number in this minute."""
        with self.lock:
            if self.ends is None or moment >= self.ends or moment < self.ends - WINDOW:
                self.counts.clear()
                self.ends = moment + WINDOW
            for key, allowed in asked:
                self.counts[key] = self.counts.get(key, 0) + 1
                if self.counts[key] > allowed:
                    wait = max(1, int((self.ends - moment).total_seconds()))
                    raise TooMany(
                        M("Das waren zu viele Anfragen. Bitte warten Sie {seconds} Sekunden.", seconds=wait),
                        retry_after=wait,
                    )


def _windows(request: Request) -> Windows:
    state = request.app.state
    if not hasattr(state, "api_windows"):
        state.api_windows = Windows()
    found: Windows = state.api_windows
    return found


async def gate(request: Request) -> None:
    """Before the token is looked up, so that guessing is limited too."""
    address, header = client_address(request), request.headers.get("authorization")
    whole = (f"address:{address}", PER_ADDRESS)
    own = (f"token:{_digest(header)}", PER_TOKEN) if header else (f"stranger:{address}", PER_STRANGER)
    _windows(request).take(moment_of(request), whole, own)
    if not request.scope["path"].isprintable():  # PostgreSQL refuses NUL even in a comparison
        raise NotFound(M("Diese Adresse gibt es nicht."))
    _check_questions(request)


def _digest(header: str) -> str:
    return hashlib.sha256(header.encode("utf-8", "surrogatepass")).hexdigest()


def _check_questions(request: Request) -> None:
    """A slip such as `modified_sinse` would silently give everything; so does a name given twice."""
    names = [name for name, _ in request.query_params.multi_items()]
    wrong = {name for name in names if name not in _documented(request) or names.count(name) > 1}
    if wrong:
        raise Invalid(
            M("Bitte prüfen Sie Ihre Angaben."),
            problems=[
                Problem(clean_line(name)[:60], M("Diese Angabe ist hier nicht vorgesehen oder kommt zweimal vor."), "unknown")
                for name in sorted(wrong)[:20]
            ],
        )  # fmt: skip


def _documented(request: Request) -> frozenset[str]:
    """What the OpenAPI document names for this route, and the language."""
    methods = request.app.openapi()["paths"].get(route_path(request.scope), {})
    parameters: list[dict[str, Any]] = methods.get(request.method.lower(), {}).get("parameters", [])
    return frozenset({"lang", *(p["name"] for p in parameters if p["in"] == "query")})


def schema_of(shape: type[BaseModel]) -> dict[str, Any]:
    """JSON Schema whole in itself, for places that FastAPI does not fill."""
    whole = shape.model_json_schema()
    definitions = whole.pop("$defs", {})
    found: dict[str, Any] = _inlined(whole, definitions)
    return found


def _inlined(found: Any, definitions: Mapping[str, Any]) -> Any:
    match found:
        case {"$ref": str(name), **rest}:
            return _inlined({**definitions[name.rpartition("/")[2]], **rest}, definitions)
        case dict():
            return {key: _inlined(value, definitions) for key, value in found.items()}
        case list():
            return [_inlined(value, definitions) for value in found]
        case _:
            return found


def _refusal(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/problem+json": {"schema": schema_of(ProblemDetails)}}}


def files_of(media_types: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """How OpenAPI tells of files that come in several kinds."""
    kinds = {kind: {"schema": {"type": "object" if kind == "application/json" else "string"}} for kind in media_types}
    return {200: {"description": "Die Datei.", "content": kinds}}


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: _refusal("Die Anfrage ist nicht lesbar."),
    401: _refusal("Kein gültiger Zugangsschlüssel."),
    403: _refusal("Dem Zugangsschlüssel fehlt der Bereich oder der Person das Recht."),
    404: _refusal("Gibt es nicht, oder nicht für diesen Zugangsschlüssel."),
    422: _refusal("Verstanden, aber falsch oder unvollständig; `errors` nennt jede Angabe."),
    429: _refusal("Zu viele Anfragen; `Retry-After` nennt die Sekunden."),
}
CHANGING: dict[int | str, dict[str, Any]] = {
    409: _refusal("Im jetzigen Zustand nicht möglich."),
    412: _refusal("`If-Match` passt nicht mehr: Jemand hat inzwischen geändert."),
    413: _refusal("Mehr als 2 MB."),
    415: _refusal("Kein `application/json`."),
}
OPEN: dict[str, Any] = {"security": [{}, {"token": []}]}
"""For routes that also answer without a token."""


def resource(tag: str) -> APIRouter:
    """A router of the API. `tag` is the German name of what it is about."""
    tags: list[str | Enum] = [tag]
    return APIRouter(prefix=PREFIX, tags=tags, dependencies=[Depends(gate)], responses=REFUSALS)
