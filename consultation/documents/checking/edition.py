"""Checking an edition from its files alone, without a database: hashes, snapshot, and everything made once more."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consultation.core.language import M, Message
from consultation.documents.annex import MOST
from consultation.documents.checking import Differs, Tell, Unusable
from consultation.documents.checking.again import Again, layout_of, part
from consultation.documents.checking.differences import first_difference
from consultation.documents.checking.logged import Logged, unlogged
from consultation.documents.checking.manifest import Manifest, read_manifest
from consultation.documents.compile import made_with, sha256_of
from consultation.documents.folders import MANIFEST, SNAPSHOT
from consultation.documents.formats import FORMATS
from consultation.documents.frozen import Frozen
from consultation.documents.layout_version import LAYOUT
from consultation.documents.machine import encoded
from consultation.documents.snapshot import SCHEMA
from consultation.documents.volumes import READABLE, Bound, bound


def check_folder(folder: Path, tell: Tell, only: str = "", logged: Logged = unlogged) -> Manifest:
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
    vouched = logged(manifest)
    with readable(snapshot), _bound(snapshot, manifest.snapshot.sha256, manifest.annex.most) as whole:
        made = manifest.made_with
        again = Again(whole, tell, made.get("consultation", ""), same_programs=made == made_with(), logged=vouched)
        again.outlines(manifest.outline_sha256, manifest.annex.outlines)
        again.files((folder / file.name, file.format, file.volume) for file in files)
    return manifest


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Whatever a file that is no snapshot makes the compilation stumble over becomes one sentence."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise Unusable(_unknown(path)) from error


def check_ndjson(path: Path, tell: Tell) -> str:
    """One NDJSON file of an edition without its manifest: whole, and its hash to compare; returns the hash."""
    with tempfile.TemporaryDirectory(prefix="verify-") as name:
        snapshot = Path(name) / SNAPSHOT
        digest = _without_end(path, snapshot)
        tell(M("{file}: vollständig. Prüfsumme der eingefrorenen Daten, wie sie auf der Titelseite steht: sha256:{hash}",
               file=path.name, hash=digest))  # fmt: skip
        with readable(path), _bound(snapshot, digest, MOST) as whole:
            Again(whole, tell).files((p, key, number) for p, key, number in _names(path, whole) if p.is_file())
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
    """As far as the other files still tell how it was; what another layout set differently is no trace."""
    manifest = read_manifest(path.parent)
    snapshot = path.parent / manifest.snapshot.name
    known = next((file for file in manifest.files if file.name == path.name and file.format in FORMATS), None)
    if known is None or not snapshot.is_file() or sha256_of(snapshot) != manifest.snapshot.sha256:
        return None
    with (
        tempfile.TemporaryDirectory(prefix="verify-") as name,
        readable(snapshot),
        _bound(snapshot, manifest.snapshot.sha256, manifest.annex.most) as whole,
    ):
        again = Path(name) / path.name
        FORMATS[known.format].write(part(whole, known.volume, path), again)
        as_it_was = layout_of(whole.document) == LAYOUT or sha256_of(again) == known.sha256
        return first_difference(path, again) if as_it_was else None


@contextmanager
def _bound(snapshot: Path, sha256: str, most: int) -> Iterator[Bound]:
    frozen = Frozen(snapshot, most)
    if frozen.head.get("schema") != SCHEMA:
        raise Unusable(_unknown(snapshot))
    with bound(frozen, sha256) as whole:
        if (layout := layout_of(whole.document)) > LAYOUT:
            raise Unusable(M("{file}: Die Ausgabe ist in Gestaltung {number} gesetzt; dieses Programm kennt nur Gestaltungen bis "
                             "{now}. Prüfen Sie mit einer neueren Programmfassung.", file=snapshot.name, number=str(layout),
                             now=str(LAYOUT)))  # fmt: skip
        yield whole


def _unknown(path: Path) -> Message:
    return M("{file} beginnt nicht mit dem Kopf einer Ausgabe ({schema}). Prüfen Sie sie mit der Programmfassung, die sie "
             "erstellt hat.", file=path.name, schema=SCHEMA)  # fmt: skip
