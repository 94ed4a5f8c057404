"""What changed in a text, told as an amending law tells it: on paper a mark of colour says nothing, and none to ears."""

from collections import Counter
from collections.abc import Iterator, Sequence

from consultation.core.language import M, Message
from consultation.programmes.wording import Words

MOST = 10
"""After so many changes nobody follows a list."""
LONGEST = 240
"""Characters of a passage that is quoted whole."""
_BEFORE = 5
"""Words that say where something came in."""
_INNER = str.maketrans({"„": "‚", "“": "‘", "”": "‘", '"': "‘"})
ANEW = M("Der Wortlaut ist im Ganzen neu gefasst.")


def told(words: Words) -> list[Message]:
    """One sentence for each change in reading order, or a single one where more is new than stayed or there are many."""
    quoted = [(kind, " ".join(text.split()).translate(_INNER)) for kind, text in words]
    length = Counter[str]()
    for kind, text in quoted:
        length[kind] += len(text)
    if max(length["removed"], length["added"]) > length["same"]:
        return [ANEW]
    found = list(_steps(quoted))
    return found if len(found) <= MOST else [M("Der Wortlaut ist an {n} Stellen geändert.", n=len(found))]


def _steps(quoted: Sequence[tuple[str, str]]) -> Iterator[Message]:
    for place, (kind, text) in enumerate(quoted):
        before = quoted[place - 1] if place else ("", "")
        after = quoted[place + 1] if place + 1 < len(quoted) else ("", "")
        if kind == "removed" and after[0] == "added":
            yield M("„{old}“ wird durch „{new}“ ersetzt.", old=_quoted(text), new=_quoted(after[1]))
        elif kind == "removed":
            yield M("„{old}“ wird gestrichen.", old=_quoted(text))
        elif kind == "added" and before[0] == "same":
            yield M("Nach „{before}“ wird „{new}“ eingefügt.", before=_end(before[1]), new=_quoted(text))
        elif kind == "added" and not before[0]:
            yield M("Am Anfang wird „{new}“ eingefügt.", new=_quoted(text))


def _quoted(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half].rsplit(' ', 1)[0]} … {text[-half:].split(' ', 1)[-1]}"


def _end(text: str) -> str:
    """The last words of what stands before."""
    words = text.split(" ")
    return " ".join(words[-_BEFORE:])
