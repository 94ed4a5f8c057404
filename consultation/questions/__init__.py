"""The contract of a question type. To add one, drop one file into this folder.

A field of a form has a type and settings (JSON). The type knows everything about its values: how a page reads and
shows them, what the API accepts, how they look in documents and spreadsheets, which facts statistics count. No HTML here.
"""

import abc
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from consultation.core.errors import Problem
from consultation.core.language import Language, M, Message
from consultation.core.plugins import discover

Value = Any
"""A checked answer as JSON; `None` is no answer."""
Path = tuple[str | int, ...]
"""Where a text stands inside an answer; () if it is the answer."""


class Texts(BaseModel):
    """A planner's text per language; English may be missing."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    de: str
    en: str = ""

    def said(self, language: Language) -> str:
        return (self.en if language == "en" else "") or self.de

    def __str__(self) -> str:
        return self.de


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Refused(Exception):
    """The value is wrong; `problems` name the part of the field ("" for all of it), the reason and the remedy.

    A part is named as its input on the page is, without the field's own name: "other", "2", "row", "1.amount".
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(str(problems[0].message))
        self.problems = problems


@dataclass(frozen=True)
class SectionInfo:
    key: str
    number: str
    heading: str
    main: bool
    """A section of the first level that carries text or sections: what the core path asks about."""
    gathers: bool = False
    """No more than the heading of the sections below it: a chapter of a law."""


class Context(Protocol):
    """What a type may know of its surroundings."""

    @property
    def language(self) -> Language: ...
    @property
    def moment(self) -> datetime: ...
    @property
    def sections(self) -> Mapping[str, SectionInfo]: ...
    @property
    def parameters(self) -> Mapping[str, str]: ...
    @property
    def register(self) -> Sequence[tuple[str, str]]:
        """Facts of the answering organisation from the register, as (label, text)."""

    @property
    def disclosure_parts(self) -> Sequence[tuple[str, str]]:
        """Parts of the form that can be disclosed, as (key, title)."""

    @property
    def disclosure_caps(self) -> Mapping[str, str]:
        """Part → highest level a confidential question allows; absent where nothing caps."""

    @property
    def sized(self) -> bool:
        """Whether whoever is asked has a size class; counties and associations have none."""


class FormFields(Protocol):
    """What a page posted: a multi-dict."""

    def getlist(self, key: str) -> list[Any]: ...
    def keys(self) -> Iterable[str]: ...


class Control(StrEnum):
    """The closed set of controls; `templates/parts/field.html` draws each."""

    RADIO = "radio"
    CHECK = "check"
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    SELECT = "select"
    GRID = "grid"
    GROUP = "group"


@dataclass(frozen=True)
class Option:
    key: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Field:
    """A control to draw. `name` is the name of the input; grids and groups hold their rows or entries in `fields`."""

    control: Control
    name: str
    label: str = ""
    hint: str = ""
    value: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    fields: tuple["Field", ...] = ()
    suffix: str = ""
    limit: int | None = None
    rows: int = 4
    width: int | None = None
    """Expected number of characters, for inputs that need not span the page."""
    given: tuple[tuple[str, str], ...] = ()
    """Facts shown with the control, as (label, text): what a confirmation is about."""
    required: bool = False
    """The form demands an answer; a type does not know that."""
    extendable: bool = False
    """A group to which entries can be added: its last entry is empty, and a button asks for one more."""
    lacks: tuple[Message, ...] | None = None
    """Of an entry that is told what it still needs before it can be submitted: those sentences."""


@dataclass(frozen=True)
class Item:
    """A row of a matrix, a section, a part: what an itemised answer has one value for."""

    key: str
    label: str


@dataclass(frozen=True)
class Fact:
    """One countable thing in an answer: `option` was chosen for `item`, or `number` was given."""

    item: str = ""
    option: str = ""
    number: float | None = None


@dataclass(frozen=True)
class Remark:
    """One thing an answer demands in words: what becomes a contribution if the question makes points."""

    item: str
    text: str
    kind: str = "remark"
    """`remark`, or the kind of an amendment: `delete`, `replace`, `insert`."""
    section_key: str | None = None
    locator: str = ""
    rationale: str = ""
    priority: str = ""


class Tally(StrEnum):
    """How statistics read the facts of a type."""

    NONE = "none"
    OPTIONS = "options"  # shares of options; several may be chosen
    SCALE = "scale"  # ordered options 1…5: shares, lower median; "cannot_judge" apart
    RANKS = "ranks"  # options with the place they were given: how often chosen, how often first
    NUMBER = "number"  # median and quartiles (type 7)
    TEXTS = "texts"  # how many answered


CANNOT_JUDGE = "cannot_judge"


class Family(StrEnum):
    """Under which heading the gallery of the form builder shows a type, in this order."""

    CHOICE = "choice"
    SCALE = "scale"
    TEXT = "text"
    NUMBER = "number"
    LIST = "list"
    DRAFT = "draft"
    FRAME = "frame"
    OTHER = "other"


FAMILIES: Mapping[Family, Message] = {
    Family.CHOICE: M("Auswählen"),
    Family.SCALE: M("Einschätzen"),
    Family.TEXT: M("Schreiben"),
    Family.NUMBER: M("Zahlen und Tage"),
    Family.LIST: M("Mehrere Einträge"),
    Family.DRAFT: M("Zum Entwurf"),
    Family.FRAME: M("Rahmen der Stellungnahme"),
    Family.OTHER: M("Weitere"),
}


@dataclass(frozen=True)
class Comparable:
    """What a condition can ask of an answer, beside whether there is one."""

    values: tuple[tuple[str | int | bool, str], ...] = ()
    """What can be chosen, as stored, with its label."""
    several: bool = False
    """Several of the values can be chosen at once."""
    bounds: tuple[float, float] | None = None
    """The least and the greatest number, where the answer is one."""


_SECONDS: Mapping[Tally, int] = {
    Tally.NONE: 30, Tally.OPTIONS: 20, Tally.SCALE: 15, Tally.RANKS: 45, Tally.NUMBER: 45, Tally.TEXTS: 60,
}  # fmt: skip
SECONDS_PER_ROW = 8


class QuestionType(abc.ABC):
    """All faces of an answer in one class. Values that pass `check` are the only ones ever stored."""

    key: ClassVar[str]
    title: ClassVar[Message]
    about: ClassVar[Message | None] = None
    """In plain words, for a planner: what one gets by asking like this."""
    example: ClassVar[Message | None] = None
    """A question one would ask like this."""
    family: ClassVar[Family] = Family.OTHER
    tally: ClassVar[Tally] = Tally.NONE
    itemised: ClassVar[bool] = False
    """The value is a mapping item key → value; each item is stored, edited and conflicts on its own."""
    item_title: ClassVar[Message] = M("Zeile")
    """What an item is, at the head of a table of them."""
    needs_sections: ClassVar[bool] = False
    """Asks about the sections of a draft, so there must be one."""
    demands: ClassVar[bool] = False
    """Asked for what should be otherwise: unless a planner says no, its texts become points."""
    needs_register: ClassVar[bool] = False
    """Asks about what the register knows of the body that answers; a body that does not stand in it is not asked."""
    settles_disclosure: ClassVar[bool] = False
    """The answer says what of the other parts may be shown; a form needs one such question."""
    beyond_schema: ClassVar[tuple[str, ...]] = ()
    """Codes of rules that `check` knows and `schema` cannot say (order of dates, lower ≤ upper)."""
    Settings: ClassVar[type[Settings]] = Settings

    def settings(self, raw: Mapping[str, Any]) -> Any:
        """Settings as stored in a form; raises pydantic's ValidationError."""
        return self.Settings.model_validate(raw)

    def items(self, settings: Any, context: Context) -> tuple[Item, ...]:
        """The fixed items of an itemised type; () where entries are open-ended (groups, amendments)."""
        return ()

    def most_entries(self, settings: Any) -> int:
        """How many entries people may add where there are no fixed items."""
        return 0

    @abc.abstractmethod
    def read(self, form: FormFields, name: str, settings: Any, context: Context) -> Value:
        """The raw value a page posted under `name` (and `name.…`); not yet checked. `None` if nothing was entered."""

    @abc.abstractmethod
    def check(self, value: Value, settings: Any, context: Context) -> Value:
        """The clean value, `None` for an empty one; raises `Refused`. Pages, API, import and demo all pass here."""

    def missing(self, value: Value, settings: Any, context: Context) -> Iterable[Problem]:
        """What a checked value still lacks before it may be submitted; a draft is stored without it."""
        return ()

    @abc.abstractmethod
    def schema(self, settings: Any, context: Context) -> dict[str, Any]:
        """JSON Schema 2020-12: accepts what `check` accepts and refuses the rest, save `beyond_schema`."""

    @abc.abstractmethod
    def field(self, name: str, value: Value, settings: Any, context: Context) -> Field:
        """The control to draw; `value` is a checked value or the raw one of a page with errors."""

    @abc.abstractmethod
    def text(self, value: Value, settings: Any, context: Context) -> str:
        """The answer for reading, in the reader's language; several lines allowed."""

    def cell(self, value: Value, settings: Any, context: Context) -> str | int | float | None:
        """The answer in a spreadsheet."""
        return None if value is None else self.text(value, settings, context)

    def facts(self, value: Value, settings: Any) -> Iterable[Fact]:
        """Rows for statistics."""
        return ()

    def remarks(self, value: Value, settings: Any) -> Iterable[Remark]:
        """What the answer demands in words."""
        return ()

    def speaks(self, settings: Any) -> bool:
        """Whether an answer can demand something in words at all."""
        return type(self).remarks is not QuestionType.remarks

    def written(self, value: Value, settings: Any) -> Iterable[tuple[Path, str]]:
        """Texts in words of one's own, each with its place: what can be checked, and hidden in public."""
        if isinstance(value, str) and self.tally is Tally.TEXTS:
            yield (), value

    def options(self, settings: Any, language: Language) -> tuple[Option, ...]:
        """The options statistics show, in order, "cannot_judge" last."""
        return ()

    def comparable(self, settings: Any, language: Language) -> Comparable:
        """What conditions of later questions can ask of the answer."""
        if self.itemised or self.tally not in (Tally.OPTIONS, Tally.RANKS):
            return Comparable()
        values = tuple((option.key, option.label) for option in self.options(settings, language))
        return Comparable(values, several=self.tally is Tally.RANKS)

    def seconds(self, settings: Any, context: Context) -> int:
        """How long an answer takes, without reading the question; rows of a matrix one by one."""
        rows = len(self.items(settings, context))
        return SECONDS_PER_ROW * rows if rows else _SECONDS[self.tally]

    def figure(self, number: float, settings: Any, language: Language) -> str:
        """A number of this type (a median, a quartile) with its unit."""
        raise NotImplementedError

    @abc.abstractmethod
    def examples(self) -> Iterable[tuple[dict[str, Any], Value]]:
        """Settings with a value that passes: the contract test starts from these."""


TYPES: Mapping[str, QuestionType] = discover(sys.modules[__name__], QuestionType)  # type: ignore[type-abstract] # only subclasses are made
