"""What an edition of an earlier layout says, held against the same data set today: its words and its numbers, not its look."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from html.parser import HTMLParser
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import orjson

from consultation.core.language import Message
from consultation.documents.checking.differences import difference_of_lines
from consultation.documents.machine import encoded
from consultation.documents.texts import writable
from consultation.documents.volumes import Bound
from consultation.evaluation.written import texts
from consultation.forms.definition import Form

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
AROUND = 40
"""Characters before a number that are quoted with it."""
WORDS = 8
"""As many are quoted where sentences begin to differ."""
BEGINNING = 300
"""Characters of a text that are looked for: documents shorten long demands."""
_EMPTY = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
"""Elements of HTML that have no end."""


class Verdict(Enum):
    SAME = "the same words"
    REWORDED = "the same numbers and texts of others, in other sentences"
    RENUMBERED = "other numbers, or in another order"
    MISSING = "a text of others is not there"


@dataclass(frozen=True)
class Compared:
    """`found` and `today` are quoted where the two differ first."""

    verdict: Verdict
    found: str = ""
    today: str = ""


def words_of_others(whole: Bound) -> frozenset[str]:
    """What bodies wrote and planners replied, as it was frozen; without white space."""
    frozen: Any = whole.document.head["form"]
    form = Form.model_validate(frozen["definition"])
    return frozenset(squeezed for text in _frozen(whole, form) if (squeezed := _squeezed(text[:BEGINNING])))


def _frozen(whole: Bound, form: Form) -> Iterator[str]:
    records: Iterator[Any] = whole.document.records()
    for record in records:
        if record["type"] == "response":
            yield from (written.text for written in texts(form, record["answers"]))
        elif record["type"] == "point":
            yield from (record["text"], record["reply"])


def compare_html(found: Path, today: Path, others: Callable[[], frozenset[str]]) -> Compared:
    """`others` is asked only where the words differ."""
    there, now = (_Words.of(path.read_text(encoding="utf-8", errors="replace")) for path in (found, today))
    if "".join(there) == "".join(now):
        return Compared(Verdict.SAME)
    whole, expected = "".join(there), "".join(now)
    if missing := next((text for text in sorted(others()) if text in expected and text not in whole), ""):
        return Compared(Verdict.MISSING, today=missing)
    return _numbers(there, now) or _sentences(there, now)


def compare_json(found: Path, today: Path) -> Message | Compared:
    """Only the title page is worded; a message names the first difference in the data."""
    (there, head), (now, expected) = _title_page(found), _title_page(today)
    with found.open("rb") as left, today.open("rb") as right:
        next(left, None), next(right, None)
        if difference := difference_of_lines(chain([head], left), chain([expected], right)):
            return difference
    if there == now:
        return Compared(Verdict.SAME)
    return _numbers(there, now) or _sentences(there, now)


def _title_page(path: Path) -> tuple[list[str], bytes]:
    """The words of the title page, and what else stands in the first line."""
    with path.open("rb") as file:
        first = file.readline()
    try:
        whole = orjson.loads(first + b"]}")
        page = encoded(whole.pop("document")).decode()
    except (orjson.JSONDecodeError, AttributeError, KeyError):
        return [], first
    return page.split(), encoded(whole) + b"\n"


def _numbers(there: Sequence[str], now: Sequence[str]) -> Compared | None:
    texts_ = [" ".join(there), " ".join(now)]
    for a, b in zip_longest(*(NUMBER.finditer(text) for text in texts_)):
        if a is None or b is None or a[0] != b[0]:
            quoted = (_quoted(text, match) for text, match in zip(texts_, (a, b), strict=True))
            return Compared(Verdict.RENUMBERED, *quoted)
    return None


def _quoted(text: str, match: re.Match[str] | None) -> str:
    return text[max(0, match.start() - AROUND) : match.end()] if match else "–"


def _sentences(there: Sequence[str], now: Sequence[str]) -> Compared:
    place = next(place for place, (a, b) in enumerate(zip_longest(there, now)) if a != b)
    return Compared(
        Verdict.REWORDED, *(" ".join(words[max(0, place - 2) : place + WORDS]) or "–" for words in (there, now))
    )


def _squeezed(text: str) -> str:
    return "".join(writable(text).split())


class _Words(HTMLParser):
    """The words of a document as they are read; what is drawn has its sentence beside it (`desc`)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[str] = []

    @classmethod
    def of(cls, html: str) -> list[str]:
        reader = cls()
        reader.feed(html)
        reader.close()
        return reader.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing can stand in it."""

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        drawn = "svg" in self._open and "desc" not in self._open
        if not drawn and "style" not in self._open:
            self.found += data.split()
