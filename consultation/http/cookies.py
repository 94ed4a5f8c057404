"""Every cookie there is: its name, its flags, its life. With https all carry the __Host- prefix."""

from starlette.requests import Request
from starlette.responses import Response

from consultation.http.asked import settings_of

SESSION = "session"
VISITOR = "visitor"
LANGUAGE = "language"
FLASH = "flash"
FIRST_STEP = "first_step"
"""The password was right, the code of the app is still to come."""


def secure(request: Request) -> bool:
    return settings_of(request).encrypted


def name_of(request: Request, cookie: str) -> str:
    return f"__Host-{cookie}" if secure(request) else cookie


def read(request: Request, cookie: str) -> str:
    """What the browser sent, or an empty text."""
    return request.cookies.get(name_of(request, cookie), "")


def put(request: Request, response: Response, cookie: str, value: str, *, seconds: int | None = None) -> None:
    """Only for this host, never for scripts; without `seconds` it ends with the browser."""
    response.set_cookie(
        name_of(request, cookie), value, max_age=seconds, path="/", secure=secure(request), httponly=True, samesite="lax"
    )  # fmt: skip


def drop(request: Request, response: Response, cookie: str) -> None:
    response.delete_cookie(name_of(request, cookie), path="/", secure=secure(request), httponly=True, samesite="lax")
