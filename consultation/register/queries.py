"""Reading the register: single bodies, look-up by name, who belongs to whom."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import Session, aliased

from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.core.text import search_key, sort_key
from consultation.register.kinds import ANSWERING, MUNICIPALITIES, RegisterKind
from consultation.register.models import RegisterBody, RegisterImport
from consultation.register.names import TITLES
from consultation.register.titles import title

KEYS_AT_ONCE = 1000
WORDS_READ = 8


@dataclass(frozen=True)
class Found:
    """A body with what tells it from its namesakes."""

    body: RegisterBody
    county_name: str
    """"Kreis Steinfurt"; empty for a body that lies in no county."""
    association_name: str
    """"Amt Büchen"; empty for a body that belongs to none."""

    @property
    def title(self) -> str:
        return title(self.body)

    @property
    def place(self) -> str:
        """County and association in one line, for pickers."""
        return ", ".join(name for name in (self.county_name, self.association_name) if name)


def latest_import(session: Session) -> RegisterImport | None:
    order = (RegisterImport.as_of.desc(), RegisterImport.imported_at.desc())
    return session.scalars(select(RegisterImport).order_by(*order).limit(1)).first()


def get(session: Session, key: str) -> RegisterBody:
    """The row of an ARS at its length, also one that has ended. Raises `NotFound`."""
    body = session.get(RegisterBody, key)
    if body is None:
        raise NotFound(M("Das Gemeindeverzeichnis kennt den Schlüssel {key} nicht.", key=key))
    return body


def by_keys(session: Session, keys: Iterable[str]) -> dict[str, RegisterBody]:
    """Many rows at once, ended ones too; unknown keys are left out."""
    wanted = list(dict.fromkeys(keys))
    found: dict[str, RegisterBody] = {}
    for start in range(0, len(wanted), KEYS_AT_ONCE):
        part = wanted[start : start + KEYS_AT_ONCE]
        found |= {body.key: body for body in session.scalars(select(RegisterBody).where(RegisterBody.key.in_(part)))}
    return {key: found[key] for key in wanted if key in found}


def by_ags(session: Session, ags: str) -> RegisterBody | None:
    """The body with this AGS; 5 digits name a county or an independent city. A valid row goes before an ended one."""
    wanted = [ags, f"{ags}000"] if len(ags) == 5 else [ags]
    order = (RegisterBody.valid_to.is_not(None), RegisterBody.valid_to.desc(), RegisterBody.key)
    return session.scalars(select(RegisterBody).where(RegisterBody.ags.in_(wanted)).order_by(*order).limit(1)).first()


def current(session: Session, key: str) -> RegisterBody:
    """The row that stands today for a key: itself, or the last known successor. Raises `NotFound`."""
    seen: set[str] = set()
    body = get(session, key)
    while body.successor_key and body.successor_key not in seen:
        seen.add(body.key)
        body = get(session, body.successor_key)
    return body


def search(
    session: Session, text: str, limit: int = 20, kinds: Collection[RegisterKind] = ANSWERING
) -> list[Found]:  # fmt: skip
    """Valid bodies by name (every word begins a word of the name; umlauts may be missing) or by the start of a key.

    Exact names first, then names that begin like the text, each in German alphabetical order. A title that the register
    does not know ("Gemeinde Harrislee") hides nobody; whose name has it goes first.
    """
    words = search_key(text).split()[:WORDS_READ]
    if not words:
        return []
    bare = [word for word in words if word not in TITLES] or words
    query = _with_places().where(
        RegisterBody.valid_to.is_(None), RegisterBody.kind.in_(kinds), or_(_named(bare), _keyed("".join(words)))
    )
    entirely = case((_named(words), 0), else_=1)
    order = (entirely, _closeness(text), RegisterBody.sort_key, RegisterBody.key)
    return _found(session, query.order_by(*order).limit(limit))


def members(session: Session, key: str) -> list[RegisterBody]:
    """The valid municipalities of an association or county, sorted German; unincorporated areas are none."""
    query = select(RegisterBody).where(
        or_(RegisterBody.association_key == key, RegisterBody.county_key == key),
        RegisterBody.kind.in_(MUNICIPALITIES),
        RegisterBody.valid_to.is_(None),
    )
    return list(session.scalars(query.order_by(RegisterBody.sort_key, RegisterBody.key)))


def place_of(session: Session, key: str) -> Found:
    """One body with its county and association. Raises `NotFound`."""
    get(session, key)
    return _found(session, _with_places().where(RegisterBody.key == key))[0]


_County = aliased(RegisterBody, name="county")
_Association = aliased(RegisterBody, name="association")


def _with_places() -> Select[RegisterBody, RegisterBody, RegisterBody]:
    return (
        select(RegisterBody, _County, _Association)
        .outerjoin(_County, _County.key == RegisterBody.county_key)
        .outerjoin(_Association, _Association.key == RegisterBody.association_key)
    )


def _found(session: Session, query: Select[RegisterBody, RegisterBody, RegisterBody]) -> list[Found]:
    rows: Iterable[tuple[RegisterBody, RegisterBody | None, RegisterBody | None]] = session.execute(query)
    return [
        Found(body, title(county) if county else "", title(association) if association else "")
        for body, county, association in rows
    ]


def _named(words: Iterable[str]) -> ColumnElement[bool]:
    name = RegisterBody.search_key
    return and_(*(or_(name.startswith(w, autoescape=True), name.contains(f" {w}", autoescape=True)) for w in words))


def _keyed(digits: str) -> ColumnElement[bool]:
    if not (digits.isascii() and digits.isdigit()):
        digits = "-"  # begins no key
    return or_(RegisterBody.key.startswith(digits), RegisterBody.ags.startswith(digits))


def _closeness(text: str) -> ColumnElement[int]:
    spelled, folded = sort_key(" ".join(text.split())), search_key(text)
    return case(
        (RegisterBody.key == folded.replace(" ", ""), 0),
        (or_(RegisterBody.sort_key == spelled, RegisterBody.sort_key.startswith(f"{spelled},", autoescape=True)), 0),
        (RegisterBody.search_key == folded, 1),
        (RegisterBody.search_key.startswith(f"{folded} ", autoescape=True), 2),
        (RegisterBody.search_key.startswith(folded, autoescape=True), 3),
        else_=4,
    )


def names(session: Session) -> Sequence[str]:
    """What every body is called."""
    return session.scalars(select(RegisterBody.name)).all()
