"""What is new in a public edition against the one before: read from the two frozen snapshots, and said in numbers.

Nothing else is looked at, so nothing is told that whoever holds both files could not find; and no word of the earlier one
is repeated, since it may have been hidden for a reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consultation.core.kept import Kept
from consultation.core.language import M, Message
from consultation.documents.filters import EditionFilters
from consultation.documents.folders import SNAPSHOT, folder_of
from consultation.documents.frozen import Frozen
from consultation.documents.models import Edition
from consultation.documents.participation import read_participation
from consultation.states import Audience, EditionState

TITLES: dict[str, Message] = {
    "invited": M("Eingeladene Stellen"), "answered": M("Stellen, die geantwortet haben"),
    "reached": M("Erreichte Gemeinden (selbst oder durch ihren Verband)"), "answers": M("Stellungnahmen in den Zahlen"),
    "points": M("Einzelpunkte"), "decided": M("Entschiedene Einzelpunkte"),
    "to_be_examined": M("Entschiedene Einzelpunkte, die weiter geprüft werden"),
    "participants": M("Namentlich genannte Stellen"), "texts": M("Lesbare Texte"), "redacted": M("Geschwärzte Passagen"),
}  # fmt: skip
MOST = 12
"""So many points are named by their numbers; more of them are counted."""


@dataclass(frozen=True)
class Counted:
    """`name` as in `TITLES`."""

    name: str
    before: int
    now: int

    @property
    def title(self) -> Message:
        return TITLES[self.name]


@dataclass(frozen=True)
class News:
    """Questions are named by their numbers in the form, points by those they have in both editions."""

    before: int
    """Number of the edition before."""
    counts: tuple[Counted, ...]
    """Those that differ."""
    drafts: tuple[int, int] | None
    """Versions of the draft then and now, where they differ."""
    added: tuple[int, ...]
    """Points the edition before does not show; those and `gone` are empty where the two are limited otherwise."""
    gone: tuple[int, ...]
    """Points the edition before showed: their answers count no more, or they went into others."""
    decided: tuple[int, ...]
    """Points that were there without a decision."""
    decided_otherwise: tuple[int, ...]
    """Points whose decision or reply was another one; also those that are open again."""
    figures: tuple[str, ...]
    """Questions with other figures."""
    shown_first: tuple[str, ...]
    shown_no_more: tuple[str, ...]
    limited_otherwise: bool
    """They do not show points of the same sections, or not decided ones only."""

    @property
    def nothing(self) -> bool:
        return not self.counts and not self.sentences

    @property
    def sentences(self) -> list[Message]:
        return [*self._of_points(), *self._of_figures()]

    def _of_points(self) -> Iterable[Message]:
        if self.drafts:
            old, new = self.drafts
            yield M(
                "Befragt wurde zu Fassung {new} des Entwurfs, in der Ausgabe davor zu Fassung {old}.", new=new, old=old
            )
        if n := len(self.added):
            yield M("{n} Punkte sind neu{which}.", one="1 Punkt ist neu{which}.", n=n, which=_which(self.added))
        if n := len(self.gone):
            yield M("{n} Punkte werden nicht mehr gezeigt{which}; ihre Nummern bekommt kein anderer.",
                    one="1 Punkt wird nicht mehr gezeigt{which}; seine Nummer bekommt kein anderer.",
                    n=n, which=_which(self.gone))  # fmt: skip
        if n := len(self.decided):
            yield M("Zu {n} Punkten ist seither entschieden{which}.", one="Zu 1 Punkt ist seither entschieden{which}.",
                    n=n, which=_which(self.decided))  # fmt: skip
        if n := len(self.decided_otherwise):
            yield M("Zu {n} Punkten ist Entscheidung oder Erwiderung anders als zuvor{which}.",
                    one="Zu 1 Punkt ist Entscheidung oder Erwiderung anders als zuvor{which}.",
                    n=n, which=_which(self.decided_otherwise))  # fmt: skip
        if self.limited_otherwise:
            yield M("Beide Ausgaben zeigen nicht dieselbe Auswahl von Einzelpunkten; auch das ändert deren Zahl.")

    def _of_figures(self) -> Iterable[Message]:
        if n := len(self.figures):
            yield M("Bei {n} Fragen haben sich Zahlen geändert.", one="Bei 1 Frage haben sich Zahlen geändert.", n=n)
        if self.shown_first:
            yield M("Erstmals mit Zahlen gezeigt: Frage {questions}.", questions=", ".join(self.shown_first))
        if self.shown_no_more:
            yield M("Nicht mehr mit Zahlen gezeigt: Frage {questions}. Zusammen mit der früheren Ausgabe ließe sich sonst auf "
                    "einzelne Stellen schließen.", questions=", ".join(self.shown_no_more))  # fmt: skip


def _which(numbers: Sequence[int]) -> Message | str:
    return M(" (Nr. {numbers})", numbers=", ".join(map(str, numbers))) if len(numbers) <= MOST else ""


def edition_before(others: Iterable[Edition], edition: Edition) -> Edition | None:
    """The last one published for everybody in the same language: a translation follows nobody."""
    earlier = (
        one for one in others
        if one.number < edition.number and one.language == edition.language
        and one.state == EditionState.PUBLISHED and one.audience == Audience.PUBLIC
    )  # fmt: skip
    return max(earlier, key=lambda one: one.number, default=None)


_told: Kept[News] = Kept()
"""Both files are read through once per process: they never change."""


def edition_news(documents: Path, others: Iterable[Edition], edition: Edition) -> News | None:
    """None for the first published edition, an internal one, and where files are missing."""
    return to_be_told(documents, others, edition) if edition.state == EditionState.PUBLISHED else None


def to_be_told(documents: Path, others: Iterable[Edition], edition: Edition) -> News | None:
    """As `edition_news`, of an edition that is not out yet too: what it would say if it were."""
    before = edition_before(others, edition)
    if edition.audience != Audience.PUBLIC or before is None:
        return None
    paths = [folder_of(documents, one.id) / SNAPSHOT for one in (before, edition)]
    if not all(path.is_file() for path in paths):
        return None
    key = f"{before.id} {before.snapshot_hash} {edition.id} {edition.snapshot_hash}"
    return _told.get(key, lambda: _compare(before, edition, *map(_glance, paths)))


@dataclass(frozen=True)
class _Glance:
    draft: int | None
    filters: EditionFilters
    questions: Mapping[str, str]
    """Field → number of its question, or its title."""
    counts: Mapping[str, int]
    figures: Mapping[tuple[str, str], Any]
    """(field, item) → its tables; empty where it is not shown."""
    points: Mapping[int, tuple[str | None, str]]
    """Number → decision, reply."""
    numbered: bool
    """Numbers last from one edition to the next; in older files they did not, and there are no `points`."""


def _glance(path: Path) -> _Glance:
    figures: dict[tuple[str, str], Any] = {}
    points: dict[int, tuple[str | None, str]] = {}
    counts: dict[str, int] = {}
    frozen = Frozen(path)
    for record in frozen.weighed():
        match record["type"]:
            case "participation":
                found = read_participation(record)
                counts = {
                    "invited": found.total.invited,
                    "answered": found.total.answered,
                    "reached": found.reach.reached,
                }
            case "figure":
                figures[record["key"], record["item"]] = record["tables"]
            case "point" if frozen.keeps_numbers:
                points[record["number"]] = (record["decision"], record["reply"])
    head, questions = frozen.head, {asked.key: frozen.known_as(asked.question) for asked in frozen.form.asked}
    return _Glance(
        head["draft"]["number"] if head["draft"] else None, frozen.filters, questions, counts, figures, points,
        frozen.keeps_numbers,
    )  # fmt: skip


def _compare(before: Edition, edition: Edition, old: _Glance, new: _Glance) -> News:
    """Counts of an edition were taken from its snapshot when it was compiled."""
    then, now = {**before.counts, **old.counts}, {**edition.counts, **new.counts}
    counts = (Counted(name, then[name], now[name]) for name in TITLES if name in then and name in now)
    both = [(number, old.points[number], point) for number, point in new.points.items() if number in old.points]
    shared = [(new.questions.get(place[0], place[0]), old.figures[place], new.figures[place])
              for place in new.figures if place in old.figures]  # fmt: skip
    limits = [(one.sections, one.only_decided) for one in (old.filters, new.filters)]
    comparable = old.numbered and new.numbered and limits[0] == limits[1]
    return News(
        before=before.number, counts=tuple(one for one in counts if one.before != one.now),
        drafts=(old.draft, new.draft) if old.draft and new.draft and old.draft != new.draft else None,
        added=tuple(sorted(new.points.keys() - old.points)) if comparable else (),
        gone=tuple(sorted(old.points.keys() - new.points)) if comparable else (),
        decided=tuple(sorted(number for number, was, one in both if one[0] and not was[0])),
        decided_otherwise=tuple(sorted(number for number, was, one in both if was[0] and was != one)),
        figures=_once(number for number, was, one in shared if was and one and was != one),
        shown_first=_once(number for number, was, one in shared if one and not was),
        shown_no_more=_once(number for number, was, one in shared if was and not one),
        limited_otherwise=limits[0] != limits[1],
    )  # fmt: skip


def _once(numbers: Iterable[str]) -> tuple[str, ...]:
    """In the order of the form."""
    return tuple(dict.fromkeys(numbers))
