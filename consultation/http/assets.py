"""Style sheets, scripts and fonts: checked at start, addressed by content, cached for a year."""

import base64
import hashlib
import json
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from consultation.core.places import package_folder

_OWN = ("app.css", "planner.css", "drafts.css", "app.js", "saving.js", "keys.js", "redact.js", "icon.svg")
_FOREVER = "public, max-age=31536000, immutable"
_A_DAY = "public, max-age=86400"


class AssetsMissing(Exception):
    """The message says what is missing and which command repairs it."""


class Assets:
    """Name below `static/` → address with a version, and its integrity value. Raises AssetsMissing at start."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or package_folder() / "static"
        self._integrity = {f"vendor/{name}": value for name, value in _manifest(self.folder / "vendor").items()}
        for name in _OWN:
            digest = hashlib.sha384((self.folder / name).read_bytes()).digest()
            self._integrity[name] = "sha384-" + base64.b64encode(digest).decode()

    def address(self, name: str) -> str:
        version = hashlib.sha256(self._integrity[name].encode()).hexdigest()[:12]
        return f"/static/{name}?v={version}"

    def integrity(self, name: str) -> str:
        return self._integrity[name]


def _manifest(vendor: Path) -> dict[str, str]:
    """Every file the build laid down is there, whole; or the start ends with the command that mends it."""
    try:
        files = json.loads((vendor / "manifest.json").read_text("utf-8"))["files"]
        broken = next((n for n, entry in files.items() if (vendor / n).stat().st_size != entry["bytes"]), None)
    except (OSError, ValueError, KeyError) as error:
        raise AssetsMissing(_repair(str(error))) from error
    if broken:
        raise AssetsMissing(_repair(broken))
    return {name: str(entry["integrity"]) for name, entry in files.items()}


def _repair(what: str) -> str:
    return (
        f"Die Gestaltungsdateien des Dienstes sind unvollständig ({what}). Bitte führen Sie im Quellverzeichnis "
        "„make setup“ aus; in einer Installation: „pip install --force-reinstall --no-deps consultation“."
    )


class Files(StaticFiles):
    """Addresses with a version never change what they mean; others are asked for again after a day."""

    def file_response(self, full_path: str, stat_result: object, scope: Scope, status_code: int = 200) -> Response:  # type: ignore[override]  # the parent's types differ between versions
        response = super().file_response(full_path, stat_result, scope, status_code)  # type: ignore[arg-type]  # as above
        lasting = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = _FOREVER if lasting else _A_DAY
        return response
