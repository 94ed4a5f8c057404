"""What a backup says of itself, and the examination that comes before anything is overwritten."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from consultation.core import dump, migrations
from consultation.core.dump import Shape, Sum

SCHEMA = "consultation-backup-1"
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
TABLES, DOCUMENTS, KEY = "tables", "documents", "secret_key"


class Unusable(Exception):
    """The message says what is wrong with the backup, or with where it is to go."""


@dataclass(frozen=True)
class Kept:
    """One file of the backup: where it lies in it, how long it is, what its bytes sum up to."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    made_at: str
    product: str
    revision: str
    database: str
    tables: tuple[tuple[Shape, Sum], ...]
    files: tuple[Kept, ...]
    missing: tuple[str, ...]
    """Files of editions that were not there, or not whole, when the backup was made."""

    def write(self, folder: Path) -> None:
        told = {
            "schema": SCHEMA, "made_at": self.made_at, "product": self.product, "revision": self.revision,
            "database": self.database, "missing": self.missing, "files": [asdict(kept) for kept in self.files],
            "tables": [shape.told() | asdict(sum_) for shape, sum_ in self.tables],
        }  # fmt: skip
        content = orjson.dumps(told, option=orjson.OPT_INDENT_2)
        (folder / MANIFEST).write_bytes(content)
        (folder / SEAL).write_text(hashlib.sha256(content).hexdigest() + "\n")

    @staticmethod
    def of_table(name: str) -> str:
        return f"{TABLES}/{name}.ndjson.gz"


def kept(folder: Path, path: str) -> Kept:
    whole = folder / path
    with whole.open("rb") as file:
        return Kept(path, whole.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def examined(folder: Path) -> Manifest:
    """Reads everything once. Raises Unusable: no backup, of something else, of a newer version, damaged, cut off."""
    manifest = _read(folder)
    if manifest.revision not in migrations.known():
        raise Unusable(
            f"Die Sicherung stammt aus einer neueren Version (Schema {manifest.revision}, {manifest.product}). "
            "Installieren Sie zuerst diese oder eine spätere."
        )
    problems = list(_damage(folder, manifest.files))
    if not problems:
        problems = list(_wrong_tables(folder, manifest))
    if problems:
        raise Unusable("Die Sicherung ist beschädigt:\n" + "\n".join(f"- {problem}" for problem in problems[:20]))
    return manifest


def _read(folder: Path) -> Manifest:
    try:
        content, seal = (folder / MANIFEST).read_bytes(), (folder / SEAL).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{folder} ist keine Sicherung dieses Dienstes: {MANIFEST} oder {SEAL} fehlt.") from error
    if hashlib.sha256(content).hexdigest() != seal:
        raise Unusable(f"Die Sicherung ist beschädigt: {MANIFEST} passt nicht zu {SEAL}.")
    try:
        return _understood(orjson.loads(content))
    except (ValueError, KeyError, TypeError) as error:
        raise Unusable(f"{folder} ist keine Sicherung, die diese Version lesen kann.") from error


def _understood(told: Mapping[str, Any]) -> Manifest:
    if told["schema"] != SCHEMA:
        raise ValueError(told["schema"])
    tables = tuple((Shape.read(one), Sum(int(one["rows"]), str(one["sha256"]))) for one in told["tables"])
    files = tuple(Kept(str(one["path"]), int(one["size"]), str(one["sha256"])) for one in told["files"])
    if any(Path(one.path).is_absolute() or ".." in Path(one.path).parts for one in files):
        raise ValueError("a path that leads out of the backup")
    made_at, product, revision, database = (str(told[name]) for name in ("made_at", "product", "revision", "database"))
    return Manifest(made_at, product, revision, database, tables, files, tuple(told["missing"]))


def _damage(folder: Path, files: Sequence[Kept]) -> Iterator[str]:
    for wanted in files:
        if not (folder / wanted.path).is_file():
            yield f"{wanted.path} fehlt"
        elif kept(folder, wanted.path) != wanted:
            yield f"{wanted.path} ist verändert oder abgeschnitten"


def _wrong_tables(folder: Path, manifest: Manifest) -> Iterator[str]:
    listed = {one.path for one in manifest.files}
    for shape, wanted in manifest.tables:
        path = manifest.of_table(shape.name)
        try:
            if path not in listed or dump.summed(dump.read(folder / path)) != wanted:
                yield f"Tabelle {shape.name} hat nicht den angegebenen Inhalt"
        except (OSError, EOFError, zlib.error, gzip.BadGzipFile):
            yield f"Tabelle {shape.name} lässt sich nicht lesen"
