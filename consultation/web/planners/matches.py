"""What the preview of an import says about each section: kept, found again with what changed, doubtful, new, gone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consultation.core.language import M, Message
from consultation.programmes import drafts
from consultation.programmes.comparison import Compared, compare
from consultation.programmes.matching import NEW, Certainty, Match, Matching
from consultation.programmes.models import Section

_MOST_OPTIONS = 30
"""Sections offered for another choice; more would be no help."""
Option = tuple[str, Message | str]


@dataclass(frozen=True)
class Line:
    """A section of the new draft. `changes` are badges, `options` what a person may choose instead."""

    match: Match
    changes: tuple[Message | str, ...]
    options: tuple[Option, ...]
    chosen: str
    """What is chosen unless the person says otherwise; empty for a doubt."""
    wording: Compared | None = None
    """Of a doubt: against the best candidate."""

    @property
    def is_doubtful(self) -> bool:
        return self.match.certainty == Certainty.DOUBTFUL

    @property
    def is_new(self) -> bool:
        return self.match.certainty == Certainty.NEW


@dataclass(frozen=True)
class Gone:
    title: str
    now_in: str
    """The section most of its text stands in now, or empty."""


@dataclass(frozen=True)
class Overlook:
    lines: tuple[Line, ...]
    gone: tuple[Gone, ...]

    @property
    def doubtful(self) -> list[Line]:
        return [line for line in self.lines if line.is_doubtful]

    @property
    def counts(self) -> list[tuple[int, Message]]:
        new, doubtful = sum(line.is_new for line in self.lines), len(self.doubtful)
        changed = sum(bool(line.changes) for line in self.lines) - new - doubtful
        return [
            (len(self.lines) - new - doubtful - changed, M("unverändert")),
            (changed, M("geändert")),
            (doubtful, M("zu klären")),
            (new, M("neu")),
            (len(self.gone), M("entfallen")),
        ]


def title_of(section: Section) -> str:
    return f"{section.number} {section.heading}".strip()


def overlook(matching: Matching, before: Sequence[Section]) -> Overlook:
    """For a first version every section is new and nothing is asked."""
    known = {section.key: section for section in before}
    rows = list(drafts.rows(matching, matching.proposed()))
    compared = compare(before, rows).by_key
    open_keys = {key for match in matching.doubtful for key in match.candidates}
    gone = [section.key for section in before if section.key not in set(matching.proposed())]
    vanished = [key for key in gone if key not in open_keys]
    lines = tuple(_line(match, row, compared, known, gone) for match, row in zip(matching.matches, rows, strict=True))
    titles = {match.index: match.section.title for match in matching.matches}
    return Overlook(lines, tuple(
        Gone(title_of(known[key]), titles.get(matching.absorbed.get(key, -1), "")) for key in vanished
    ))  # fmt: skip


def _line(
    match: Match, row: Section, compared: dict[str, Compared], known: dict[str, Section], gone: Sequence[str]
) -> Line:
    others = [key for key in gone if key not in match.candidates][:_MOST_OPTIONS]
    options: list[Option] = [(key, title_of(known[key])) for key in (*match.candidates, *others)]
    options.append((NEW, M("Keiner davon: ein neuer Abschnitt")))
    if match.certainty == Certainty.DOUBTFUL:
        (wording,) = compare([_alone(known[match.candidates[0]], row.key)], [_alone(row, row.key)]).sections
        return Line(match, (M("zu klären"),), tuple(options), "", wording)
    if match.certainty == Certainty.NEW:
        told = [M("neu")] if known else []
        origin = [M("Text stand bisher in „{title}“", title=title_of(known[match.origin]))] if match.origin else []
        return Line(match, (*told, *origin), tuple(options) if others else (), NEW)
    changes = tuple(_changes(compared[row.key]))
    return Line(match, changes, tuple(options) if changes else (), match.candidates[0])


def _alone(section: Section, key: str) -> Section:
    """The section by itself under a key, for its wording alone."""
    return Section(key=key, parent_key=None, number=section.number, heading=section.heading, blocks=section.blocks)


def _changes(section: Compared) -> Iterator[Message | str]:
    """What became of a section that was found again, in words."""
    old, new = section.old, section.new
    if old is None or new is None:
        return
    if old.number != new.number:
        yield M("Nummer {old} → {new}", old=old.number or "–", new=new.number or "–")
    if old.heading != new.heading:
        yield M("Überschrift bisher „{old}“", old=old.heading)
    if list(old.blocks) != list(new.blocks):
        yield M("Text geändert")
    if section.moved:
        yield M("verschoben")
