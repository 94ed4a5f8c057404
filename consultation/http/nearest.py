"""Where somebody can go who stands on the answer to a form: the page at this very address, or the nearest one above it."""

from starlette.requests import Request
from starlette.routing import Match


def page_above(request: Request) -> str:
    path = request.url.path
    while path and not _is_page(request, path):
        path = path.rpartition("/")[0]
    return path or "/"


def _is_page(request: Request, path: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": [], "app": request.app}
    return any(route.matches(dict(scope))[0] == Match.FULL for route in request.app.router.routes)
