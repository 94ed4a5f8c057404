"""Which section of a new draft is which of the last one: by heading, number, parent and the likeness of the texts. Pure.

What is clear is matched, what is doubtful is left to a person, and nothing is given away twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from consultation.core.blocks import from_json, plain_text
from consultation.core.errors import Invalid, Problem
from consultation.core.language import M
from consultation.core.text import search_key
from consultation.programmes.comparison import SectionLike
from consultation.programmes.importers.tree import DraftSection, DraftTree

NEW = "new"
"""The choice for a section that none of the last version became."""
_HEADING, _TEXT, _PARENT, _NUMBER = 0.35, 0.4, 0.15, 0.1
_SURE, _THINKABLE, _MARGIN, _SAME = 0.65, 0.4, 0.1, 0.99
_MOST_PAIRS = 250_000
"""Pairs that are weighed; of larger drafts only sections that share heading or number."""
_MOST_CANDIDATES = 5
_MOST_SEARCHED = 1000
"""Sections in which a text is searched for."""
_ENOUGH_WORDS = 8
"""Different words of a text that can speak for itself."""


class Certainty(StrEnum):
    SURE = "sure"
    DOUBTFUL = "doubtful"
    NEW = "new"


@dataclass(frozen=True)
class Match:
    """A section of the new draft, in reading order. `parent` is its parent's index."""

    index: int
    section: DraftSection
    parent: int | None
    certainty: Certainty
    candidates: tuple[str, ...] = ()
    """Keys of the sections it may have been, the best first; of a sure match the one."""
    origin: str | None = None
    """Of a new section: the key of the section its text stood in before, if another one carries that key on."""

    @property
    def field(self) -> str:
        """The name of the choice on the page."""
        return f"match-{self.index}"


@dataclass(frozen=True)
class Matching:
    matches: tuple[Match, ...]
    before: Mapping[str, SectionLike]
    absorbed: Mapping[str, int] = field(default_factory=dict)
    """Key of a section that vanished → index of the one most of its text stands in now."""

    @cached_property
    def doubtful(self) -> tuple[Match, ...]:
        return tuple(match for match in self.matches if match.certainty == Certainty.DOUBTFUL)

    def settle(self, choices: Mapping[str, str] | None = None) -> tuple[str | None, ...]:
        """The key of each new section, none for a new one. `choices`: field → key or "new".

        Raises `Invalid` while a doubt is open or a section was chosen twice. Without choices (nobody can be asked) the best
        candidate is taken.
        """
        if choices is None:
            return tuple(self._best())
        keys = [self._chosen(match, choices.get(match.field, "")) for match in self.matches]
        problems = [
            Problem(match.field, M("Wählen Sie, welcher Abschnitt der letzten Fassung „{title}“ ist.",
                                   title=match.section.title))
            for match, key in zip(self.matches, keys, strict=True) if key is None
        ]  # fmt: skip
        if problems or (problems := list(self._doubles(keys))):
            raise Invalid(M("Bitte prüfen Sie die Zuordnung."), problems=problems)
        return tuple(None if key == NEW else key for key in keys)

    def gone(self, keys: Iterable[str | None]) -> list[SectionLike]:
        """Sections of the last version that none carries on."""
        kept = set(keys)
        return [section for key, section in self.before.items() if key not in kept]

    def proposed(self) -> tuple[str | None, ...]:
        """The sure matches alone."""
        return tuple(match.candidates[0] if match.certainty == Certainty.SURE else None for match in self.matches)

    def _chosen(self, match: Match, choice: str) -> str | None:
        """Key or "new"; none while it is open."""
        if choice == NEW or choice in self.before:
            return choice
        return {Certainty.NEW: NEW, Certainty.SURE: (*match.candidates, NEW)[0]}.get(match.certainty)

    def _doubles(self, keys: Sequence[str | None]) -> Iterator[Problem]:
        users = defaultdict(list)
        for match, key in zip(self.matches, keys, strict=True):
            if key is not None and key != NEW:
                users[key].append(match)
        for key, several in users.items():
            old = self.before[key]
            for match in several if len(several) > 1 else ():
                yield Problem(match.field, M("„{old}“ ist mehrfach zugeordnet; nur ein Abschnitt kann ihn fortführen.",
                                             old=f"{old.number} {old.heading}".strip()))  # fmt: skip

    def _best(self) -> Iterator[str | None]:
        used: set[str] = set()
        for match in self.matches:
            key = next((key for key in match.candidates if key not in used), None)
            used |= {key} if key else set()
            yield key


def match(tree: DraftTree, before: Sequence[SectionLike]) -> Matching:
    """`before`: the sections of the last version in reading order."""
    flat = list(_flat(tree.sections, None))
    new, old = list(_new_looks(flat)), list(_old_looks(before))
    sure, scores = _sure(new, old)
    free = set(range(len(old))) - set(sure.values())
    candidates = {n: _candidates(scores, n, free) for n in range(len(new)) if n not in sure}
    known = {section.key: section for section in before}
    found = []
    for n, (section, parent) in enumerate(flat):
        if n in sure:
            found.append(Match(n, section, parent, Certainty.SURE, (before[sure[n]].key,)))
        elif candidates[n]:
            keys = tuple(before[o].key for o in candidates[n])
            found.append(Match(n, section, parent, Certainty.DOUBTFUL, keys))
        else:
            holder = _holds(new[n], old)
            found.append(Match(n, section, parent, Certainty.NEW, (), None if holder is None else before[holder].key))
    absorbed = {before[o].key: at for o in free if (at := _holds(old[o], new)) is not None}
    return Matching(tuple(found), known, absorbed)


def _flat(
    sections: Iterable[DraftSection], parent: int | None, start: int = 0
) -> Iterator[tuple[DraftSection, int | None]]:
    """In reading order with the index of the parent."""
    at = start
    for section in sections:
        yield section, parent
        below = list(_flat(section.children, at, at + 1))
        yield from below
        at += 1 + len(below)


# -- how a section looks ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Look:
    heading: str
    number: str
    path: tuple[str, ...]
    words: frozenset[str]
    place: float
    """Where it stands in its draft, from 0 to 1."""
    own: bool
    """The words are its own, not those of what stands below it."""


def _new_looks(flat: Sequence[tuple[DraftSection, int | None]]) -> Iterator[_Look]:
    rows = [(s.heading, s.number, parent, plain_text(s.blocks)) for s, parent in flat]
    return _looks(rows)


def _old_looks(before: Sequence[SectionLike]) -> Iterator[_Look]:
    index = {section.key: at for at, section in enumerate(before)}
    rows = [(s.heading, s.number, index.get(s.parent_key or ""), plain_text(from_json(s.blocks))) for s in before]
    return _looks(rows)


def _looks(rows: Sequence[tuple[str, str, int | None, str]]) -> Iterator[_Look]:
    """A section without text of its own is known by what stands below it."""
    paths: list[tuple[str, ...]] = []
    words = [_telling(text) for *_, text in rows]
    own = [bool(w) for w in words]
    for at in range(len(rows) - 1, -1, -1):
        parent = rows[at][2]
        if parent is not None and not own[parent]:
            words[parent] |= words[at]
    for at, (heading, number, parent, _) in enumerate(rows):
        above = () if parent is None else (*paths[parent], search_key(rows[parent][0]))
        paths.append(above)
        yield _Look(search_key(heading), search_key(number), above, words[at], at / len(rows), own[at])


def _telling(text: str) -> frozenset[str]:
    """Little words stand in every text and tell nothing."""
    return frozenset(word for word in search_key(text).split() if len(word) > 3 or word.isdigit())


def _likeness(new: _Look, old: _Look) -> float:
    """0 to 1. What both do not have says nothing."""
    parts = [(_PARENT, float(new.path == old.path))]
    if new.number or old.number:
        parts.append((_NUMBER, float(new.number == old.number)))
    if new.heading or old.heading:
        parts.append((_HEADING, _headings(new.heading, old.heading)))
    if new.words or old.words:
        parts.append((_TEXT, _share(new.words, old.words)))
    return sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)


def _headings(new: str, old: str) -> float:
    return 1.0 if new == old else 0.7 * _share(frozenset(new.split()), frozenset(old.split()))


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


# -- who is who ------------------------------------------------------------------------------------------------------
Scores = dict[int, dict[int, float]]
"""New → old → likeness, from thinkable upwards."""


def _sure(new: Sequence[_Look], old: Sequence[_Look]) -> tuple[dict[int, int], Scores]:
    scores: Scores = defaultdict(dict)
    for n, o in _pairs(new, old):
        if (score := _likeness(new[n], old[o])) >= _THINKABLE:
            scores[n][o] = score
    pairs = _greedy(scores, new, old)
    return {n: o for n, o in pairs.items() if _is_sure(n, o, new, old, scores, pairs)}, scores


def _pairs(new: Sequence[_Look], old: Sequence[_Look]) -> Iterator[tuple[int, int]]:
    if len(new) * len(old) <= _MOST_PAIRS:
        yield from ((n, o) for n in range(len(new)) for o in range(len(old)))
        return
    by: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for o, look in enumerate(old):
        by[look.heading, look.number].append(o)
    for n, look in enumerate(new):
        yield from ((n, o) for o in by[look.heading, look.number][:_MOST_CANDIDATES])


def _greedy(scores: Scores, new: Sequence[_Look], old: Sequence[_Look]) -> dict[int, int]:
    """The most alike first; among equals those that stand in the same place."""
    order = sorted(
        ((-score, abs(new[n].place - old[o].place), n, o) for n, row in scores.items() for o, score in row.items())
    )
    taken: set[int] = set()
    pairs: dict[int, int] = {}
    for *_, n, o in order:
        if n not in pairs and o not in taken:
            pairs[n] = o
            taken.add(o)
    return pairs


def _is_sure(
    n: int, o: int, new: Sequence[_Look], old: Sequence[_Look], scores: Scores, pairs: Mapping[int, int]
) -> bool:
    score = scores[n][o]
    if score >= _SAME:
        return True
    same_place = bool(new[n].heading) and (new[n].heading, new[n].path) == (old[o].heading, old[o].path)
    same_text = min(len(new[n].words), len(old[o].words)) >= _ENOUGH_WORDS and _share(new[n].words, old[o].words) >= 0.9
    if not (same_place or same_text or score >= _SURE):
        return False
    return not any(near > score - _MARGIN for near in _rivals(n, o, scores, pairs))


def _rivals(n: int, o: int, scores: Scores, pairs: Mapping[int, int]) -> Iterator[float]:
    """How alike others are who would also take this place, and have no better one themselves."""
    owner = {old: new for new, old in pairs.items()}
    for other, score in scores[n].items():
        if other != o and (other not in owner or scores[owner[other]][other] <= score):
            yield score
    for other, row in scores.items():
        if other != n and o in row and (other not in pairs or row[pairs[other]] <= row[o]):
            yield row[o]


def _candidates(scores: Scores, n: int, free: set[int]) -> list[int]:
    ranked = sorted(((-score, o) for o, score in scores.get(n, {}).items() if o in free))
    return [o for _, o in ranked[:_MOST_CANDIDATES]]


def _holds(look: _Look, others: Sequence[_Look]) -> int | None:
    """The section that most of a text stands in, if it is long enough to tell."""
    if len(look.words) < _ENOUGH_WORDS or not look.own or len(others) > _MOST_SEARCHED:
        return None
    shares = [len(look.words & other.words) / len(look.words) if other.own else 0.0 for other in others]
    best = max(range(len(shares)), key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= 0.7 else None
