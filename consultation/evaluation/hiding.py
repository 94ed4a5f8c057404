"""Passages in texts: found again word for word, and put out of sight. Pure."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, order=True)
class Span:
    """Characters from `begins` up to, not including, `ends`."""

    begins: int
    ends: int

    def of(self, text: str) -> str:
        return text[self.begins : self.ends]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def spans(text: str, passage: str) -> list[Span]:
    """Everywhere the passage stands as whole words; case and white space do not matter, and ß is ss: in capitals it is SS."""
    found = _pattern(passage)
    return [Span(*match.span()) for match in found.finditer(text)] if found else []


def hides(passage: str, words: str) -> bool:
    """Whether whatever hides the passage hides these words as a whole, wherever they stand."""
    return spans(words, passage) == [Span(0, len(words))]


_SHARP = re.compile("ß|ss", re.IGNORECASE)


@lru_cache(maxsize=1000)
def _pattern(passage: str) -> re.Pattern[str] | None:
    words = passage.split()
    if not any(re.search(r"\w", word) for word in words):
        return None
    whole = r"\s+".join(_SHARP.sub("(?:ß|ss)", re.escape(word)) for word in words)
    before = r"(?<!\w)" if re.match(r"\w", words[0]) else ""
    after = r"(?!\w)" if re.search(r"\w$", words[-1]) else ""
    return re.compile(before + whole + after, re.IGNORECASE)


def whole_words(text: str, span: Span) -> Span:
    """The span, grown to the ends of the words it cuts: half a name would betray the other half."""
    begins, ends = span.begins, span.ends
    while begins > 0 and _joined(text, begins):
        begins -= 1
    while ends < len(text) and _joined(text, ends):
        ends += 1
    return Span(begins, ends)


def _joined(text: str, at: int) -> bool:
    return bool(re.match(r"\w", text[at - 1]) and re.match(r"\w", text[at]))


def around(text: str, span: Span, characters: int) -> tuple[str, str]:
    """The words before and behind a span, at most so many characters; an ellipsis where the text goes on."""
    before, after = text[max(0, span.begins - characters) : span.begins], text[span.ends : span.ends + characters]
    return (
        "… " + before.partition(" ")[2] if span.begins > characters else before,
        after.rpartition(" ")[0] + " …" if span.ends + characters < len(text) else after,
    )


def merged(found: Iterable[Span]) -> list[Span]:
    """In order; what overlaps becomes one."""
    result: list[Span] = []
    for span in sorted(found):
        if result and span.begins <= result[-1].ends:
            result[-1] = Span(result[-1].begins, max(result[-1].ends, span.ends))
        else:
            result.append(span)
    return result


def covered(text: str, found: Iterable[Span], mark: Callable[[str], str]) -> str:
    """The text with `mark(passage)` in place of each span."""
    parts, last = [], 0
    for span in merged(found):
        parts += [text[last : span.begins], mark(span.of(text))]
        last = span.ends
    return "".join([*parts, text[last:]])
