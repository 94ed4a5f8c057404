"""Checking an edition from its files alone, without a database: hashes, snapshot, and everything made once more."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from consultation.core.language import M, Message
from consultation.documents.annex import MOST
from consultation.documents.checking import Differs, Tell, Unusable
from consultation.documents.checking.differences import first_difference
from consultation.documents.compile import made_with, sha256_of
from consultation.documents.folders import MANIFEST, SNAPSHOT
from consultation.documents.formats import FORMATS, Compiled
from consultation.documents.frozen import Frozen
from consultation.documents.machine import encoded
from consultation.documents.outline_hash import outline_hash
from consultation.documents.snapshot import SCHEMA
from consultation.documents.volumes import READABLE, Bound, bound

EXACT = frozenset({"json", "csv", "ndjson", "html"})
"""Formats whose bytes depend on nothing but the snapshot and this program; the others also on libraries."""


class _Named(BaseModel):
    """A file of an edition; its name is never a way out of the folder."""

    name: str = Field(pattern=r"^[^/\\\x00]+$")
    sha256: str


class _File(_Named):
    format: str
    volume: int = 0


class _Annex(BaseModel):
    """Editions made before there were volumes say nothing of them."""

    most: int = Field(MOST, ge=1)
    outlines: list[str] = []


class Manifest(BaseModel):
    """`manifest.json` beside the files of an edition."""

    schema_: Literal["consultation-manifest-1"] = Field(alias="schema")
    consultation: str
    edition: int
    snapshot: _Named
    outline_sha256: str
    made_with: dict[str, str] = {}
    annex: _Annex = _Annex()
    files: list[_File]


def check_folder(folder: Path, tell: Tell, only: str = "") -> Manifest:
    """An edition's folder, or one file (`only`) in it; returns its manifest. Raises Differs or Unusable."""
    manifest = read_manifest(folder)
    tell(M("Ausgabe {number} von „{consultation}“ ({folder})", number=manifest.edition,
           consultation=manifest.consultation, folder=str(folder)))  # fmt: skip
    snapshot = folder / manifest.snapshot.name
    _present(snapshot)
    _demand_hash(snapshot, manifest.snapshot.sha256)
    tell(M("– Prüfsumme der eingefrorenen Daten stimmt: sha256:{hash}", hash=manifest.snapshot.sha256))
    files = [file for file in manifest.files if only in ("", file.name, manifest.snapshot.name, MANIFEST)]
    if not files:
        raise Differs(M("{file} steht nicht in {manifest}.", file=only, manifest=MANIFEST))
    for file in files:
        _present(folder / file.name)
        _demand_hash(folder / file.name, file.sha256)
    tell(M("– Prüfsummen der Dateien stimmen: {count}", count=len(files)))
    with readable(snapshot), _bound(snapshot, manifest.snapshot.sha256, manifest.annex.most) as whole:
        _outlines(whole, manifest, tell)
        made = ((folder / file.name, file.format, file.volume) for file in files)
        _again(whole, made, tell, same_programs=manifest.made_with == made_with())
    return manifest


def read_manifest(folder: Path) -> Manifest:
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise Unusable(_no_manifest(folder)) from error


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Whatever a file that is no snapshot makes the compilation stumble over becomes one sentence."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise Unusable(_unknown(path)) from error


def _no_manifest(folder: Path) -> Message:
    return M("{folder} enthält kein lesbares {manifest} einer Ausgabe. Legen Sie alle Dateien der Ausgabe mit {manifest} und "
             "{snapshot} in einen Ordner; „consultation compile --out“ schreibt sie so.",
             folder=str(folder), manifest=MANIFEST, snapshot=SNAPSHOT)  # fmt: skip


def check_ndjson(path: Path, tell: Tell) -> str:
    """One NDJSON file of an edition without its manifest: whole, and its hash to compare; returns the hash."""
    with tempfile.TemporaryDirectory(prefix="verify-") as name:
        snapshot = Path(name) / SNAPSHOT
        digest = _without_end(path, snapshot)
        tell(M("{file}: vollständig. Prüfsumme der eingefrorenen Daten, wie sie auf der Titelseite steht: sha256:{hash}",
               file=path.name, hash=digest))  # fmt: skip
        with readable(path), _bound(snapshot, digest, MOST) as whole:
            beside = ((p, key, number) for p, key, number in _names(path, whole) if p.is_file())
            _again(whole, beside, tell, same_programs=False)
    return digest


def _names(path: Path, whole: Bound) -> Iterator[tuple[Path, str, int]]:
    """What lies beside an NDJSON file: path, format, number of the volume."""
    for key in sorted(FORMATS):
        yield path.with_suffix(f".{FORMATS[key].extension}"), key, 0
    for volume, _ in whole.volumes:
        for key in sorted(READABLE):
            yield path.with_name(f"{path.stem}{volume.suffix}.{FORMATS[key].extension}"), key, volume.number


def _without_end(path: Path, snapshot: Path) -> str:
    digest, count, last = hashlib.sha256(), 0, b""
    with path.open("rb") as file, snapshot.open("wb") as target:
        for line in file:
            if last:
                count += 1
                digest.update(last)
                target.write(last)
            last = line
    if last != encoded({"type": "end", "count": count}) + b"\n":
        raise Differs(M("{file}: Die letzte Zeile nennt nicht {count} Datensätze. Die Datei ist abgeschnitten oder geändert.",
                        file=path.name, count=count))  # fmt: skip
    return digest.hexdigest()


def _present(path: Path) -> None:
    if not path.is_file():
        raise Differs(M("{file} fehlt.", file=path.name))


def _demand_hash(path: Path, expected: str) -> None:
    if (found := sha256_of(path)) == expected:
        return
    changed = M(
        "{file} wurde geändert: Prüfsumme {found} statt {expected}.", file=path.name, found=found, expected=expected
    )
    difference = _where(path)
    raise Differs(
        M("{changed} Erste Abweichung: {difference}", changed=changed, difference=difference) if difference else changed
    )


def _where(path: Path) -> Message | None:
    """As far as the other files still tell how it was."""
    manifest = read_manifest(path.parent)
    snapshot = path.parent / manifest.snapshot.name
    known = next((file for file in manifest.files if file.name == path.name and file.format in FORMATS), None)
    if known is None or not snapshot.is_file() or sha256_of(snapshot) != manifest.snapshot.sha256:
        return None
    with (
        tempfile.TemporaryDirectory(prefix="verify-") as name,
        _bound(snapshot, manifest.snapshot.sha256, manifest.annex.most) as whole,
    ):
        again = Path(name) / path.name
        FORMATS[known.format].write(_part(whole, known.volume, path), again)
        return first_difference(path, again)


@contextmanager
def _bound(snapshot: Path, sha256: str, most: int) -> Iterator[Bound]:
    frozen = Frozen(snapshot, most)
    if frozen.head.get("schema") != SCHEMA:
        raise Unusable(_unknown(snapshot))
    with bound(frozen, sha256) as whole:
        yield whole


def _part(whole: Bound, number: int, path: Path) -> Compiled:
    try:
        return whole.part(number)
    except KeyError:
        raise Differs(
            M("{file}: Aus den eingefrorenen Daten entsteht kein Band {number}.", file=path.name, number=number)
        ) from None


def _unknown(path: Path) -> Message:
    return M("{file} beginnt nicht mit dem Kopf einer Ausgabe ({schema}). Prüfen Sie sie mit der Programmfassung, die sie "
             "erstellt hat.", file=path.name, schema=SCHEMA)  # fmt: skip


def _outlines(whole: Bound, manifest: Manifest, tell: Tell) -> None:
    if (found := outline_hash(whole.document.outline)) != manifest.outline_sha256:
        raise Differs(M("Aus den eingefrorenen Daten entsteht ein anderer Text als damals: Prüfsumme der Gliederung {found} "
                        "statt {expected}.", found=found, expected=manifest.outline_sha256))  # fmt: skip
    tell(M("– noch einmal erstellt: gleicher Text (Prüfsumme der Gliederung sha256:{hash})", hash=found))
    outlines = manifest.annex.outlines
    if len(outlines) != len(whole.volumes):
        raise Differs(M("Aus den eingefrorenen Daten entstehen {found} Bände statt {expected}.", found=len(whole.volumes),
                        expected=len(outlines)))  # fmt: skip
    for (volume, compiled), expected in zip(whole.volumes, outlines, strict=True):
        if (found := outline_hash(compiled.outline)) != expected:
            raise Differs(M("Band {number}: Aus den eingefrorenen Daten entsteht ein anderer Text als damals: Prüfsumme der "
                            "Gliederung {found} statt {expected}.", number=volume.number, found=found,
                            expected=expected))  # fmt: skip
    if outlines:
        tell(M("– noch einmal erstellt: gleicher Text in allen Bänden: {count}", count=len(outlines)))


def _again(
    whole: Bound, files: Iterable[tuple[Path, str, int]], tell: Tell, *, same_programs: bool
) -> None:  # fmt: skip
    """Every file made once more. Where libraries have their say and are others today, that is said, not held against it."""
    with tempfile.TemporaryDirectory(prefix="verify-") as name:
        for path, key, volume in files:
            if key not in FORMATS:
                raise Unusable(
                    M("{file}: Das Format „{format}“ kennt diese Programmfassung nicht.", file=path.name, format=key)
                )
            again = Path(name) / path.name
            FORMATS[key].write(_part(whole, volume, path), again)
            difference = first_difference(path, again)
            if difference is None:
                tell(M("– noch einmal erstellt: {file} ist bytegleich", file=path.name))
            elif key in EXACT or same_programs:
                raise Differs(M("{file} sagt etwas anderes als die eingefrorenen Daten. Erste Abweichung: {difference}.",
                                file=path.name, difference=difference))  # fmt: skip
            else:
                tell(M("– {file}: nicht bytegleich, denn andere Programmfassungen haben es geschrieben; verglichen ist die "
                       "Prüfsumme.", file=path.name))  # fmt: skip
            again.unlink()
