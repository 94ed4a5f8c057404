"""„So erscheint Ihre Antwort“: every level of disclosure shown by what this very house wrote, as the published document has it."""

from collections.abc import Iterator, Sequence

from consultation.core.language import M, Message, say
from consultation.documents.labels import description
from consultation.documents.senders import SHOWN, described_kind
from consultation.forms.definition import PARTICIPANT, Asked
from consultation.questions import Family
from consultation.questions.disclosure import levels_for
from consultation.register.states import STATE_TITLES, State
from consultation.responses.desk import Desk
from consultation.responses.models import Disclosure

LONGEST = 110
"""Characters of an example."""


def by_level(desk: Desk, *, nil_return: bool = False) -> list[tuple[Message, Message]]:
    """Each level with its example, from the most open one to the closest."""
    if nil_return:
        return [(title, _of_nil_return(desk, level)) for level, title in levels_for(desk.context).items()]
    words = _words(desk, _readable(desk))
    return [(title, _answer(desk, level, words)) for level, title in levels_for(desk.context).items()]


def by_part(desk: Desk, chosen: dict[str, str]) -> list[tuple[str, Message]]:
    """Each part with an answer as it would appear with what was chosen for it; without a choice it is not shown."""
    return list(_parts(desk, chosen))


def _parts(desk: Desk, chosen: dict[str, str]) -> Iterator[tuple[str, Message]]:
    readable = _readable(desk)
    answered = {desk.form.by_key[key].part.key for key in desk.submitted}
    for part, title in desk.context.disclosure_parts:
        if part != PARTICIPANT and part not in answered:
            continue
        level = chosen.get(part, Disclosure.NONE)
        words = _words(desk, [asked for asked in readable if asked.part.key == part])
        yield title, _participant(desk, level) if part == PARTICIPANT else _answer(desk, level, words)


def _of_nil_return(desk: Desk, level: str) -> Message:
    """Only what goes with one is sent, and no figure counts it (documents/chapters/results.py)."""
    sent = [asked for asked in _readable(desk) if asked.question.with_nil_return]
    if level in SHOWN and not sent:
        return M("Ihre Fehlanzeige enthält keinen Text, der erscheinen könnte.")
    return _answer(desk, level if level in SHOWN else Disclosure.NONE, _words(desk, sent))


def _participant(desk: Desk, level: str) -> Message:
    if level == Disclosure.NAMED:
        return M("In der Liste der teilnehmenden Stellen steht: „{name}“.", name=_name(desk))
    return M("Sie stehen nicht in der Liste der teilnehmenden Stellen und zählen nur in der Beteiligung.")


def _answer(desk: Desk, level: str, words: str) -> Message:
    match level:
        case Disclosure.NAMED:
            return M("{name} schreibt: „{words}“", name=_name(desk), words=words)
        case Disclosure.DESCRIBED:
            return M(
                "Eine Stelle ({kind}) schreibt: „{words}“ – ohne Namen und ohne Land.", kind=_kind(desk), words=words
            )
        case Disclosure.FIGURES:
            return M("Ihr Text erscheint nicht. Ihre Angaben zählen in den Zahlen mit, zum Beispiel: „Von 61 Stellen sagen 14: "
                     "eher ja.“")  # fmt: skip
        case _:
            return M(
                "Nichts davon erscheint. Sie zählen nur in der Beteiligung mit, zum Beispiel: „61 Stellen haben geantwortet.“"
            )


def _name(desk: Desk) -> str:
    house = desk.response.organisation
    if not house.state:
        return house.name
    return f"{house.name} ({say(STATE_TITLES[State(house.state)], desk.context.language)})"


def _kind(desk: Desk) -> str:
    """As documents call it; nothing that would tell the Land."""
    house = desk.response.organisation
    body = house.register_body
    return description(described_kind(house.kind), body.size_class if body else None, desk.context.language)


def _words(desk: Desk, readable: Sequence[Asked]) -> str:
    """The beginning of the first of these answers; dots where there is none.

    What is no text stands behind its question: a number or a date alone would tell nobody what will be read.
    """
    if not readable:
        return say(M("Ihr Text …"), desk.context.language)
    first = readable[0]
    said = " ".join(first.type.text(desk.submitted[first.key], first.settings, desk.context).split())
    if first.type.family is Family.TEXT:
        return _shortened(said)
    asked = [desk.context.asked_as(first.question), desk.context.say(first.field.label)]
    question = _shortened(" – ".join(filter(None, asked)))
    return f"{question}{'' if question.endswith(('?', '!', '.', ':', '…')) else ':'} {_shortened(said)}"


def _readable(desk: Desk) -> list[Asked]:
    """What the house answered and that could be read; texts first, bare numbers and dates last."""
    found = [
        asked for asked in desk.form.asked
        if asked.key in desk.submitted
        and not (asked.question.personal or asked.question.confidential or asked.type.settles_disclosure)
    ]  # fmt: skip
    return sorted(found, key=lambda asked: (asked.type.family is not Family.TEXT, asked.type.family is Family.NUMBER))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
