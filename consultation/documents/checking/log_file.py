"""Checking the ZIP of a procedure log from itself alone: hashes, chain, every entry's place in it, every receipt's head."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from consultation.core.chain import Broken, Head, Link, follow
from consultation.core.language import M, Message
from consultation.documents.checking import Differs, Tell, Unusable
from consultation.documents.checking.logged import Logged, compare
from consultation.documents.checking.manifest import Manifest
from consultation.documents.checking.receipt import Slip
from consultation.documents.procedure_file import CHAIN, ENTRIES, FOREIGN, MANIFEST, RECEIPTS, SCHEMA, SUMS


@dataclass
class Proof:
    """What the chain of a file says: links (its start included), entries of the consultation, entries not yet sealed."""

    head: Head
    heads: set[str]
    entries: dict[str, str] = field(default_factory=dict)
    """Hash of a sealed entry → its number."""
    unsealed: set[str] = field(default_factory=set)
    finished: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Number of an entry → what it says of the edition that was finished then."""


def check_log_file(path: Path, tell: Tell) -> Proof:
    """Raises Differs or Unusable."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _check(archive, path, tell)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, NotImplementedError) as error:
        raise Unusable(M("{file} ist kein lesbares Verfahrensprotokoll. Laden Sie es noch einmal als ZIP herunter.",
                         file=path.name)) from error  # fmt: skip


def _check(archive: zipfile.ZipFile, path: Path, tell: Tell) -> Proof:
    manifest = orjson.loads(archive.read(MANIFEST))
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        raise Unusable(M("{file} ist kein Verfahrensprotokoll, das diese Programmfassung kennt.", file=path.name))
    tell(M("Verfahrensprotokoll von „{consultation}“ ({file})", consultation=manifest["consultation"], file=path.name))
    _files(archive, manifest)
    tell(M("– Prüfsummen der Dateien stimmen: {count}", count=len(manifest["files"])))
    proof = _chain(archive, manifest)
    tell(M("– Glieder {first} bis {last} schließen lückenlos aneinander. Letztes Glied: {head}",
           first=str(manifest["start"]["position"] + 1), last=str(proof.head.position), head=proof.head.chain))  # fmt: skip
    count = _entries(archive, proof)
    tell(M("– {count} Einträge: jeder steht unverändert in der Kette; noch nicht versiegelt sind {open}.",
           count=count, open=len(proof.unsealed)))  # fmt: skip
    count = _receipts(archive, proof)
    tell(M("– {count} Eingangsbestätigungen: Eintrag und bestätigtes Glied jeder einzelnen sind da.", count=count))
    return proof


def _files(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    expected = {file["name"]: file["sha256"] for file in manifest["files"]}
    expected[MANIFEST] = _hash(archive, MANIFEST)
    lines = (line.partition("  ") for line in archive.read(SUMS).decode("ascii").splitlines())
    sums = {name: digest for digest, _, name in lines}
    there = set(archive.namelist()) - {SUMS}
    for name in sorted({*expected, *sums, *there}):
        if name not in there:
            raise Differs(M("{file} fehlt.", file=name))
        if name not in expected or name not in sums:
            raise Differs(M("{file} steht nicht in {manifest} und {sums}.", file=name, manifest=MANIFEST, sums=SUMS))
        found = _hash(archive, name)
        for digest in (expected[name], sums[name]):
            if found != digest:
                raise Differs(_changed(archive, manifest, name, found, digest))


def _changed(archive: zipfile.ZipFile, manifest: dict[str, Any], name: str, found: str, expected: str) -> Message:
    """With the first entry or link that does not hold, where the file is one of those."""
    changed = M("{file} wurde geändert: Prüfsumme {found} statt {expected}.", file=name, found=found, expected=expected)
    try:
        _entries(archive, _chain(archive, manifest))
    except Differs as differs:
        return M("{changed} Erste Abweichung: {difference}", changed=changed, difference=differs.message)
    return changed


def _hash(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 16):
            digest.update(block)
    return digest.hexdigest()


def _chain(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> Proof:
    start = Head(**manifest["start"])
    proof = Proof(start, {start.chain}, unsealed=set(manifest["unsealed"]))
    try:
        with closing(_links(archive, proof)) as links:
            for head in follow(links, start):
                proof.head = head
                proof.heads.add(head.chain)
    except Broken as broken:
        raise Differs(M("{file}: {fault}", file=CHAIN, fault=broken.message)) from broken
    if vars(proof.head) != manifest["head"]:
        raise Differs(M("{file}: Die Kette endet mit Glied {found}; nach {manifest} endet sie mit Glied {expected}.", file=CHAIN,
                        found=str(proof.head.position), manifest=MANIFEST, expected=str(manifest["head"]["position"])))  # fmt: skip
    return proof


def _links(archive: zipfile.ZipFile, proof: Proof) -> Generator[Link, None, None]:
    with archive.open(CHAIN) as file:
        for number, line in enumerate(io.TextIOWrapper(file, encoding="ascii"), start=1):
            parts = line.split()
            if len(parts) != 4 or not parts[0].isdecimal() or len(parts[0]) > 18:
                raise Differs(M("{file}, Zeile {line}: kein Glied.", file=CHAIN, line=str(number)))
            position, entry_hash, chain, seq = parts
            if seq != FOREIGN:
                proof.entries[entry_hash] = seq
            yield Link(int(position), chain, seq, entry_hash)


def _entries(archive: zipfile.ZipFile, proof: Proof) -> int:
    """Every line is an entry of the chain, and every entry of the chain that belongs here is a line."""
    missing, number = dict(proof.entries), 0
    with archive.open(ENTRIES) as file:
        for number, line in enumerate(file, start=1):
            digest = hashlib.sha256(line.rstrip(b"\n")).hexdigest()
            if digest not in proof.entries and digest not in proof.unsealed:
                raise Differs(M("{file}, Zeile {line}: Dieser Eintrag steht so nicht in der Kette: {entry}", file=ENTRIES,
                                line=str(number), entry=line[:300].decode(errors="replace").strip()))  # fmt: skip
            missing.pop(digest, None)
            if (said := orjson.loads(line))["action"] == "finish" and said["subject_type"] == "edition":
                proof.finished[proof.entries.get(digest, "–")] = said["details"]
    if missing:
        seq = min(missing.values(), key=int)
        raise Differs(M("{file}: Der Eintrag {entry} fehlt; die Kette nennt ihn.", file=ENTRIES, entry=seq))
    return number


def _receipts(archive: zipfile.ZipFile, proof: Proof) -> int:
    count = 0
    with archive.open(RECEIPTS) as file:
        rows = csv.DictReader(io.TextIOWrapper(file, encoding="utf-8", newline=""), delimiter=";")
        for count, row in enumerate(rows, start=1):  # noqa: B007 -- the last number is the count
            slip = Slip(row["receipt_number"], row["content_hash"], row["entry_hash"], row["sealed_head"])
            check_against(slip, proof, from_outside=False)
    return count


def logged_in(proofs: Sequence[Proof], tell: Tell) -> Logged:
    """Whether one of these files says that an edition was finished so. One that was downloaded before does not know of it."""

    def logged(manifest: Manifest) -> bool:
        names = {file.name for file in manifest.files}
        for entry, said in ((entry, said) for proof in proofs for entry, said in proof.finished.items()):
            if names & set(said["files"]):
                compare(manifest, said, entry)
                tell(M("– so steht es auch im Verfahrensprotokoll (Eintrag {entry})", entry=entry))
                return True
        return False

    return logged


def check_against(slip: Slip, proof: Proof, *, from_outside: bool = True) -> None:
    """Whether the chain of a file holds what a receipt was told."""
    if slip.entry_hash and slip.entry_hash not in proof.entries and slip.entry_hash not in proof.unsealed:
        raise Differs(M("Eingangsbestätigung {number}: Ihr Eintrag {hash} steht nicht im Verfahrensprotokoll.",
                        number=slip.number, hash=slip.entry_hash))  # fmt: skip
    if slip.sealed_head and slip.sealed_head not in proof.heads:
        raise Differs(M("Eingangsbestätigung {number}: Das Glied {chain}, das sie nennt, gibt es in der Kette nicht. Sie wurde "
                        "ausgetauscht oder abgeschnitten; sie endet jetzt mit Glied {position}.",
                        number=slip.number, chain=slip.sealed_head, position=str(proof.head.position)))  # fmt: skip
    if from_outside and not (slip.entry_hash or slip.sealed_head):
        raise Unusable(M("Für die Prüfung gegen ein Verfahrensprotokoll braucht es die Eingangsbestätigung als PDF oder JSON; die "
                         "Nummer {number} allein genügt nicht.", number=slip.number))  # fmt: skip
