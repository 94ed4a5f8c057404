"""What somebody holds in hand, recognised and checked: folders and files of editions, procedure logs, receipts, the service."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from consultation.core.db import Database
from consultation.core.language import M
from consultation.documents.checking import Tell, Unusable
from consultation.documents.checking.edition import check_folder, check_ndjson
from consultation.documents.checking.ledger import check_ledger
from consultation.documents.checking.log_file import Proof, check_against, check_log_file, logged_in
from consultation.documents.checking.logged import Logged
from consultation.documents.checking.receipt import Slip, check_receipt, read_slip
from consultation.documents.checking.store import check_store, folder_with
from consultation.documents.compile import sha256_of
from consultation.documents.folders import MANIFEST


@dataclass(frozen=True)
class Service:
    """Where the data lie; opened only for what cannot be checked from files alone."""

    database: Callable[[], AbstractContextManager[Database]]
    documents: Callable[[], Path]


def check_all(given: Sequence[str], service: Service, tell: Tell) -> None:
    """Everything given, logs before the receipts that are held against them; nothing given is the whole service.

    Raises Differs at the first difference, Unusable for what cannot be checked.
    """
    if not given:
        with service.database() as db:
            check_store(db, service.documents(), tell)
        return
    proofs = [check_log_file(Path(one), tell) for one in given if _is_zip(one)]
    logged = logged_in(proofs, tell)
    slips = []
    for one in given:
        if _is_zip(one):
            continue
        if not _of_edition(Path(one)) and (slip := read_slip(one)) is not None:
            slips.append(slip)
        elif Path(one).is_dir():
            _folder(Path(one), tell, logged)
        elif Path(one).is_file():
            _file(Path(one), service, tell, logged)
        else:
            raise Unusable(M("{path}: weder Datei noch Ordner noch gültige Eingangsnummer. Möglich sind der Ordner oder eine "
                             "Datei einer Ausgabe, das ZIP eines Verfahrensprotokolls und eine Eingangsbestätigung (PDF, JSON "
                             "oder Nummer).", path=one))  # fmt: skip
    _slips(slips, proofs, service, tell)


def _is_zip(given: str) -> bool:
    return Path(given).suffix.lower() == ".zip" and Path(given).is_file()


def _of_edition(path: Path) -> bool:
    return path.is_file() and (path.parent / MANIFEST).is_file()


def _folder(folder: Path, tell: Tell, logged: Logged) -> None:
    """An edition's, or one that holds several of them; without a manifest the downloaded files around an NDJSON."""
    inside = [] if (folder / MANIFEST).is_file() else sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
    alone = [] if inside or (folder / MANIFEST).is_file() else sorted(folder.glob("*.ndjson"))
    for each in alone:
        check_ndjson(each, tell)
    for each in [] if alone else inside or [folder]:
        check_folder(each, tell, logged=logged)


def _file(path: Path, service: Service, tell: Tell, logged: Logged) -> None:
    if _of_edition(path):
        check_folder(path.parent, tell, only=path.name, logged=logged)
    elif path.suffix == ".ndjson":
        check_ndjson(path, tell)
    else:
        digest = sha256_of(path)
        with service.database() as db, db.reader() as session:
            folder, name = folder_with(session, service.documents(), digest)
        tell(M("{file} ist Byte für Byte „{name}“ (sha256:{hash}).", file=path.name, name=name, hash=digest))
        check_folder(folder, tell, only=name)


def _slips(slips: Sequence[Slip], proofs: Sequence[Proof], service: Service, tell: Tell) -> None:
    """Held against the logs given along with them; without any, against the service."""
    for slip in slips:
        for proof in proofs:
            check_against(slip, proof)
            tell(M("Eingangsbestätigung {number}: Ihr Eintrag und das Glied, das sie nennt, stehen im Verfahrensprotokoll.",
                   number=slip.number))  # fmt: skip
    if slips and not proofs:
        with service.database() as db, db.reader() as session:
            check_ledger(session, tell)
            for slip in slips:
                check_receipt(session, slip, tell)
