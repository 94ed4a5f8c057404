"""Editions that were frozen once and lie beside the tests: what later versions make of them can be compared."""

import gzip
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from consultation.documents.compile import made_with, write_all
from consultation.documents.folders import MANIFEST, SNAPSHOT
from consultation.documents.frozen import Frozen
from consultation.documents.machine import encoded
from consultation.documents.outline_hash import outline_hash
from consultation.documents.volumes import Bound, bound

KEPT = Path(__file__).parent / "frozen"
"""Made before layouts had a number; twenty bodies answered at every level of disclosure."""
MOST = 30
"""Texts in one document, so that there are volumes."""


@contextmanager
def frozen(audience: str, folder: Path, **head: Any) -> Iterator[tuple[Frozen, Bound, str]]:
    """`head`: what its first record says otherwise."""
    first, *lines = gzip.decompress((KEPT / f"{audience}.ndjson.gz").read_bytes()).splitlines(keepends=True)
    content = b"".join([encoded(orjson.loads(first) | head) + b"\n", *lines])
    (folder / SNAPSHOT).write_bytes(content)
    found, sha256 = Frozen(folder / SNAPSHOT, MOST), hashlib.sha256(content).hexdigest()
    with bound(found, sha256) as whole:
        yield found, whole, sha256


def made(audience: str, folder: Path, *, version: str = "0.0.9", **head: Any) -> Path:
    """All files of such an edition with their manifest, as the program of that version made them."""
    folder.mkdir()
    with frozen(audience, folder, **head) as (found, whole, sha256):
        files = write_all(whole, found.base_name, folder, lambda _: None)
        write_manifest(folder, {
            "schema": "consultation-manifest-1", "consultation": found.head["consultation"]["slug"],
            "edition": found.head["number"], "snapshot": {"name": SNAPSHOT, "sha256": sha256},
            "outline_sha256": outline_hash(whole.document.outline), "made_with": made_with() | {"consultation": version},
            "annex": {"most": MOST, "outlines": [outline_hash(compiled.outline) for _, compiled in whole.volumes]},
            "files": files,
        })  # fmt: skip
    return folder


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    (folder / MANIFEST).write_bytes(encoded(manifest) + b"\n")


def set_otherwise(folder: Path, extension: str, *changes: tuple[str, str]) -> Path:
    """A file of the edition with other words, as if another program had made it so: the manifest knows it."""
    path = next(folder.glob(f"*-ausgabe-?.{extension}"), None) or next(folder.glob(f"*-intern.{extension}"))
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    manifest = orjson.loads((folder / MANIFEST).read_bytes())
    for file in manifest["files"]:
        file["sha256"] = hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest()
    write_manifest(folder, manifest)
    return path
