"""What changed in a text, told as an amending law tells it: on paper a mark of colour says nothing, and none to ears."""

import re
from collections import Counter
from collections.abc import Iterator

from consultation.core.language import M, Message
from consultation.programmes.wording import Words

MOST = 10
"""After so many changes nobody follows a list."""
LONGEST = 240
"""Characters of a passage that is quoted whole."""
SHORT = 12
"""A shorter one is quoted with the word that follows: "10 Prozent", "1 000 Euro"."""
_BEFORE = 5
"""Words that say where something came in."""
_FOLLOWING = re.compile(r"(?:\s+\d+)*\s+\w+")
_INNER = str.maketrans({"„": "‚", "“": "‘", "”": "‘", '"': "‘"})
ANEW = M("Der Wortlaut ist im Ganzen neu gefasst.")


def told(words: Words) -> list[Message]:
    """One sentence for each change in reading order, or a single one where more is new than stayed or there are many."""
    length = Counter[str]()
    for kind, text in words:
        length[kind] += len(text)
    if max(length["removed"], length["added"]) > length["same"]:
        return [ANEW]
    found = list(_steps(words))
    return found if len(found) <= MOST else [M("Der Wortlaut ist an {n} Stellen geändert.", n=len(found))]


def _steps(words: Words) -> Iterator[Message]:
    parts = (("", ""), *words, ("", ""), ("", ""))
    for (was, before), (kind, text), (comes, after), (_, later) in zip(
        parts, parts[1:], parts[2:], parts[3:], strict=False
    ):
        if kind == "removed" and comes == "added":
            old, new = text, after
            if min(len(old), len(new)) < SHORT and (context := _FOLLOWING.match(later)):
                old, new = old + context[0], new + context[0]
            yield M("„{old}“ wird durch „{new}“ ersetzt.", old=_quoted(old), new=_quoted(new))
        elif kind == "removed":
            yield M("„{old}“ wird gestrichen.", old=_quoted(text))
        elif kind == "added" and was == "same":
            there = " ".join(before.split()[-_BEFORE:])
            yield M("Nach „{before}“ wird „{new}“ eingefügt.", before=_quoted(there), new=_quoted(text))
        elif kind == "added" and not was:
            yield M("Am Anfang wird „{new}“ eingefügt.", new=_quoted(text))


def _quoted(text: str) -> str:
    text = " ".join(text.split()).translate(_INNER)
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half].rsplit(' ', 1)[0]} … {text[-half:].split(' ', 1)[-1]}"
