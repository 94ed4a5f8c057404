"""The reader's language: chosen per person and page, German unless somebody asks for another."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from consultation.core.language import LANGUAGES, SOURCE, Language
from consultation.http import cookies


def language_asked(request: Request) -> Language | None:
    """The switch in the page's head: `?lang=en`."""
    return _known(request.query_params.get("lang", ""))


def language_of(request: Request) -> Language:
    """Switch, cookie, the person's setting, the browser's wish: the first that names a language we speak."""
    viewer = getattr(request.state, "viewer", None)
    return (
        language_asked(request)
        or _known(cookies.read(request, cookies.LANGUAGE))
        or _known(str(getattr(viewer, "language", "") or ""))
        or _preferred(request.headers.get("accept-language", ""))
    )


def language_chosen(request: Request, setting: str) -> Language:
    """What the pages speak once this is the person's setting (empty: what the browser wishes)."""
    return _known(setting) or _preferred(request.headers.get("accept-language", ""))


async def _language(request: Request) -> Language:
    return language_of(request)


Spoken = Annotated[Language, Depends(_language)]


def _known(word: str) -> Language | None:
    return next((language for language in LANGUAGES if language == word), None)


def _preferred(header: str) -> Language:
    """German unless the browser ranks another of our languages higher; the header is cut before it is read."""
    ranked = [(_weight(part), part.split(";")[0].strip().split("-")[0].lower()) for part in header[:200].split(",")]
    known = [(weight, language) for weight, word in ranked if (language := _known(word)) and weight > 0]
    return max(known, key=lambda pair: pair[0])[1] if known else SOURCE


def _weight(part: str) -> float:
    _, _, quality = part.partition("q=")
    try:
        return min(float(quality.strip()), 1.0) if quality else 1.0
    except ValueError:
        return 0.0
