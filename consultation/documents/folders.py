"""Where the files of an edition lie: a folder each, made whole and then renamed into place."""

import re
import shutil
import uuid
from pathlib import Path

from consultation.core.disk import bring, make_folder
from consultation.states import Audience

SNAPSHOT = "snapshot.ndjson"
MANIFEST = "manifest.json"
HIDDEN = "compared.json"
"""What the next public edition is compared with. Never handed out."""
OUTCOMES = "outcomes.txt"
"""Whose demand became which point; each organisation is told its own line, nobody the file."""

NUMBERS = "numbers.json"
"""Which point has which number in a public edition: kept by the points once it is published. Never handed out."""

TEXTS = "texts.json"
"""Where something in the texts looks like a person: places, no words. Planners see what stands there, nobody gets the file."""

BESIDE = (HIDDEN, NUMBERS, OUTCOMES, TEXTS)
"""What lies beside the files of a public edition. Their hashes stand in the procedure log alone: the manifest is handed out."""

_NUMBER = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_OURS = re.compile(rf"{_NUMBER}|\.{_NUMBER}-[0-9a-f]{{32}}")


def base_name(slug: str, number: int, audience: str, *, demo: bool) -> str:
    """`kinvfg-ausgabe-1-beispieldaten`, `…-ausgabe-2-intern`: nothing of what was answered, and the marks one must not miss."""
    inside = "-intern" if audience == Audience.INTERNAL else ""
    return f"{slug}-ausgabe-{number}{inside}{'-beispieldaten' if demo else ''}"


def folder_of(documents: Path, edition_id: uuid.UUID) -> Path:
    return documents / str(edition_id)


def folders_in(documents: Path) -> list[Path]:
    """Those of editions, and those in which somebody works; other things lie there as well (`lost+found`, `.DS_Store`)."""
    there = documents.iterdir() if documents.is_dir() else ()
    return sorted(one for one in there if _OURS.fullmatch(one.name) and one.is_dir() and not one.is_symlink())


def new_workshop(documents: Path, edition_id: uuid.UUID) -> Path:
    """An empty folder to work in; what a crash left of an earlier attempt is thrown away."""
    make_folder(documents)
    for left in workshops(documents, str(edition_id)):
        shutil.rmtree(left, ignore_errors=True)
    workshop = documents / f".{edition_id}-{uuid.uuid4().hex}"
    workshop.mkdir(mode=0o700)
    return workshop


def workshops(documents: Path, edition_id: str = "") -> list[Path]:
    """Folders in which somebody works, or worked until the process died; of one edition or of all."""
    return sorted(documents.glob(f".{edition_id}*-*"))


def put_in_place(workshop: Path, target: Path) -> None:
    """All files on the disk first, then one rename: whoever looks sees all of them or none."""
    for path in sorted(workshop.iterdir()):
        bring(path)
    bring(workshop)
    if target.exists():  # left by an attempt whose row was never finished
        shutil.rmtree(target)
    workshop.rename(target)
    bring(target.parent)
