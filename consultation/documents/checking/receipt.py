"""Checking a receipt: does the log still hold the entry and the head that it names, and is the answer still the same?"""

import re
from dataclasses import dataclass
from pathlib import Path

import orjson
import pikepdf
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core.chain import Head
from consultation.core.history import HistoryEntry, HistorySeal
from consultation.core.language import M
from consultation.documents.checking import Differs, Tell, Unusable
from consultation.documents.checking.ledger import missing_entry, missing_head
from consultation.documents.receipt import PREFIXES
from consultation.responses.models import Revision
from consultation.responses.receipts import is_receipt_number

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Slip:
    """What a receipt says; empty where it was given as its number alone."""

    number: str
    content_hash: str = ""
    entry_hash: str = ""
    sealed_head: str = ""


def read_slip(given: str) -> Slip | None:
    """A PDF, a JSON file of the API, or the number itself; None for anything else."""
    path = Path(given)
    if not path.is_file():
        return Slip(_number(given)) if is_receipt_number(given) else None
    if path.suffix == ".pdf":
        return _from_pdf(path)
    if path.suffix == ".json":
        return _from_json(path)
    return None


def _number(text: str) -> str:
    compact = text.upper().replace("-", "").replace(" ", "")
    return "-".join(compact[i : i + 4] for i in range(0, 12, 4))


def _from_pdf(path: Path) -> Slip | None:
    try:
        with pikepdf.open(path) as pdf:
            words = [_joined(word) for word in re.split("[,;]", str(pdf.docinfo.get("/Keywords", "")))]
    except pikepdf.PdfError as error:
        raise Unusable(M("{file} ist kein lesbares PDF.", file=path.name)) from error
    number = next((word for word in words if is_receipt_number(word)), None)
    values = {name: _value(words, prefix) for name, prefix in PREFIXES.items()}
    return None if number is None else Slip(number, **values)


def _joined(word: str) -> str:
    """Without the places where a long word may break in print."""
    return word.translate({0x200B: None, 0xAD: None}).strip()


def _value(words: list[str], prefix: str) -> str:
    return next((word.removeprefix(prefix) for word in words if word.startswith(prefix)), "")


def _from_json(path: Path) -> Slip | None:
    try:
        found = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict) or not is_receipt_number(str(found.get("receipt_number", ""))):
        return None
    texts = {name: str(found.get(name) or "") for name in PREFIXES}
    return Slip(str(found["receipt_number"]), **{name: text for name, text in texts.items() if _HASH.fullmatch(text)})


def check_receipt(session: Session, slip: Slip, tell: Tell) -> None:
    """Raises Differs where the service says something else than the receipt. The chain itself is checked by the caller."""
    revision = session.scalars(select(Revision).where(Revision.receipt_number == slip.number)).one_or_none()
    if revision is None:
        raise Differs(M("Eine Stellungnahme mit der Eingangsnummer {number} gibt es hier nicht.", number=slip.number))
    for name, title in (("content_hash", M("Prüfsumme der Stellungnahme")), ("entry_hash", M("Eintrag im Verfahrensprotokoll")),
                        ("sealed_head", M("Letztes Glied der Kette"))):  # fmt: skip
        said, stored = getattr(slip, name), getattr(revision, name) or ""
        if said and said != stored:
            raise Differs(M("Eingangsbestätigung {number}, {title}: Sie nennt {said}, der Dienst hat {stored}.",
                            number=slip.number, title=title, said=said, stored=stored or "–"))  # fmt: skip
    position = _position(session, revision)
    where = M("Glied {position} der Kette", position=str(position)) if position else M("noch nicht versiegelt")
    tell(M("Eingangsbestätigung {number}: eingegangen am {moment}, Prüfsumme sha256:{hash}, Eintrag {entry} ({where}).",
           number=revision.receipt_number, moment=revision.submitted_at, hash=revision.content_hash,
           entry=revision.entry_hash, where=where))  # fmt: skip


def _position(session: Session, revision: Revision) -> int | None:
    """Where its entry stands in the chain, after the head it was given; None while it is not sealed."""
    last = session.scalars(select(HistorySeal).order_by(HistorySeal.position.desc()).limit(1)).one_or_none()
    end = Head(last.position, last.chain) if last else Head()
    statement = (
        select(HistoryEntry.seq, HistorySeal.position)
        .outerjoin(HistorySeal, HistorySeal.entry_seq == HistoryEntry.seq)
        .where(HistoryEntry.hash == revision.entry_hash)
    )
    if (entry := session.execute(statement).first()) is None:
        raise Differs(missing_entry(revision.receipt_number, revision.entry_hash, end))
    known = select(HistorySeal.position).where(HistorySeal.chain == revision.sealed_head)
    if revision.sealed_head and session.scalar(known) is None:
        raise Differs(missing_head(revision.receipt_number, revision.sealed_head, end))
    position: int | None = entry.position
    return position
