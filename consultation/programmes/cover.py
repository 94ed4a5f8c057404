"""The cover of a draft version: title, kind, date and language; typed when it is read in, corrected until it is fixed."""

from dataclasses import astuple, dataclass
from datetime import date

from sqlalchemy.orm import Session

from consultation.core.errors import Conflict, Invalid, Problem
from consultation.core.history import record
from consultation.core.language import LANGUAGES, M
from consultation.core.marks import mark_of
from consultation.core.text import clean_line
from consultation.programmes.models import DraftKind, DraftVersion
from consultation.subjects import Actor

MAX_TITLE = 300


@dataclass(frozen=True)
class Cover:
    title: str
    kind: DraftKind
    dated: date
    language: str


def checked(title: str, kind: str, dated: date | Problem, language: str) -> Cover:
    """Raises Invalid with every problem at once; what is wrong with the date is known already."""
    title = clean_line(title)
    problems = []
    if not title:
        problems.append(Problem("title", M("Geben Sie der Fassung einen Titel.")))
    if len(title) > MAX_TITLE:
        problems.append(Problem("title", M("Der Titel ist zu lang: höchstens {count} Zeichen.", count=MAX_TITLE)))
    if kind not in list(DraftKind):
        problems.append(Problem("kind", M("Wählen Sie die Art des Entwurfs.")))
    if isinstance(dated, Problem):
        problems.append(dated)
    if language not in LANGUAGES:
        problems.append(Problem("language", M("Wählen Sie eine der angebotenen Sprachen.")))
    if problems or isinstance(dated, Problem):
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    return Cover(title, DraftKind(kind), dated, language)


def of(version: DraftVersion) -> Cover:
    return Cover(version.title, version.kind, version.date, version.language)


def fingerprint(cover: Cover) -> str:
    """What somebody who corrects a cover had before them."""
    return mark_of("\n".join(map(str, astuple(cover))).encode())


def correct(session: Session, actor: Actor, version: DraftVersion, cover: Cover, *, seen: str) -> None:
    """`version` is open for editing. Raises Conflict if somebody else corrected the cover since it was `seen`."""
    before = of(version)
    if fingerprint(before) != seen:
        raise Conflict(M("Jemand anderes hat diese Angaben inzwischen geändert. Prüfen Sie, was jetzt dort steht."))
    if cover == before:
        return
    version.title, version.kind, version.date, version.language = cover.title, cover.kind, cover.dated, cover.language
    old, new = fingerprint(before), fingerprint(cover)
    record(session, actor, version, "correct_cover", old=old, new=new, number=version.number)
