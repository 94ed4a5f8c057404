"""One sentence that survives one redirect ("Gespeichert."): a signed cookie of two minutes, shown once, no JavaScript."""

from dataclasses import dataclass
from typing import Literal

import orjson
from starlette.requests import Request
from starlette.responses import Response

from consultation.core import language
from consultation.core.language import Language, Message
from consultation.http import cookies, signing
from consultation.http.asked import settings_of
from consultation.http.language import language_of

Kind = Literal["success", "info", "warning", "danger"]
_SECONDS = 120
_LONGEST = 600


@dataclass(frozen=True)
class Flash:
    kind: str
    text: str


def tell(
    request: Request, response: Response, message: Message, kind: Kind = "success", spoken: Language | None = None
) -> None:
    """`spoken`: the language of the next page, if it is another from now on."""
    text = language.say(message, spoken or language_of(request))[:_LONGEST]
    signed = signing.sign(settings_of(request).secret_key.get_secret_value(), "flash", orjson.dumps([kind, text]))
    cookies.put(request, response, cookies.FLASH, signed, seconds=_SECONDS)


def told(request: Request) -> Flash | None:
    """What an answer before this one wanted said; the page that shows it drops the cookie."""
    signed = cookies.read(request, cookies.FLASH)
    value = signing.verify(settings_of(request).secret_key.get_secret_value(), "flash", signed) if signed else None
    return Flash(*orjson.loads(value)) if value is not None else None
