"""Reading what programs send: strict JSON or a refusal, before anything is looked at. The input is never repeated."""

import json
import math
import re
from typing import Annotated, Any, NoReturn

import orjson
from fastapi import Depends
from starlette.requests import Request

from consultation.core.errors import DomainError, Invalid, Problem
from consultation.core.language import M, Message
from consultation.core.text import clean_line

LARGEST = 2 * 1024 * 1024
DEEPEST = 32
NOT_FORESEEN = M("Diese Angabe ist hier nicht vorgesehen.")
GREATEST = 2**53
"""Beyond it programs lose digits (I-JSON), so it is refused rather than stored wrongly."""
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.?)*(?:"|\Z)|([\[{])|([\]}])', re.DOTALL)
"""Text whose end is missing goes on to the end: otherwise every quotation mark inside would be tried as its beginning."""


class NotJson(DomainError):
    status, code = 400, "bad_json"


class TooLarge(DomainError):
    status, code = 413, "too_large"


class NotAccepted(DomainError):
    status, code = 415, "unsupported_media_type"


class Stale(DomainError):
    status, code = 412, "precondition_failed"


async def _object(request: Request) -> dict[str, Any]:
    kind, _, charset = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() != "application/json" or charset.strip().lower() not in ("", "charset=utf-8"):
        raise NotAccepted(M("Senden Sie JSON mit dem Kopf „Content-Type: application/json“."))
    return parse(await _read(request))


async def _perhaps(request: Request) -> dict[str, Any]:
    """A body may be left out altogether, whatever a program says it would be: many name the type with every request."""
    if not await _read(request):
        return {}
    return await _object(request)


JsonObject = Annotated[dict[str, Any], Depends(_object)]
MaybeJsonObject = Annotated[dict[str, Any], Depends(_perhaps)]


async def _read(request: Request) -> bytes:
    known: bytes | None = getattr(request.state, "read_body", None)
    if known is not None:
        return known
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise TooLarge(M("Eine Anfrage darf höchstens 2 MB groß sein."))
    request.state.read_body = bytes(body)
    return bytes(body)


def parse(body: bytes) -> dict[str, Any]:
    """One JSON object in UTF-8 without byte order mark, no name twice, no number that JSON or a program cannot hold."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        _refuse(M("Die Anfrage ist nicht in UTF-8 geschrieben."))
    _check_depth(text)
    try:
        found = json.loads(
            text, object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_decimal
        )
        orjson.dumps(found)
    except NotJson:
        raise
    except (ValueError, TypeError, RecursionError):  # TypeError: lone surrogates
        _refuse(M("Die Anfrage ist kein gültiges JSON."))
    if not isinstance(found, dict):
        raise Invalid(M("Die Anfrage muss ein JSON-Objekt sein."))
    return found


def only(body: dict[str, Any], *names: str) -> None:
    """Raises Invalid for members that nobody asked for: a slip in a name must not look like success."""
    unknown = [name for name in body if name not in names]
    if unknown:
        raise Invalid(
            M("Bitte prüfen Sie Ihre Angaben."),
            problems=[Problem(clean_line(name)[:80], NOT_FORESEEN, "unknown") for name in unknown[:50]],
        )


def text_of(body: dict[str, Any], name: str, limit: int) -> str:
    """A text that may be missing. Raises Invalid for anything else."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise Invalid.about(name, M("Hier steht ein Text."))
    if len(value) > limit:
        raise Invalid.about(name, M("Dieser Text ist zu lang. Erlaubt sind {limit} Zeichen.", limit=limit))
    return value


def _check_depth(text: str) -> None:
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += 1 if found[1] else -1 if found[2] else 0
        if depth > DEEPEST:
            _refuse(M("Die Anfrage ist zu tief verschachtelt."))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse(M("Ein Name kommt in einem JSON-Objekt zweimal vor."))
    return found


def _constant(_: str) -> NoReturn:
    _refuse(M("NaN und Infinity sind kein JSON."))


def _integer(digits: str) -> int:
    value = int(digits) if len(digits) < 20 else GREATEST + 1
    if abs(value) > GREATEST:
        _refuse(M("Eine Zahl ist zu groß."))
    return value


def _decimal(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        _refuse(M("Eine Zahl ist zu groß."))
    return value


def _refuse(message: Message) -> NoReturn:
    raise NotJson(message)
