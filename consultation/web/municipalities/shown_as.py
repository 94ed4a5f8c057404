"""„So erscheint Ihre Antwort“: every level of disclosure shown by what this very house wrote, as the published document has it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class PartShown:
    """A part as it would appear, by one of its answers."""

    title: str
    example: Message
    every: tuple[tuple[str, str], ...] = ()
    """All that appears in the same way, whole: (question, answer). Empty where the example is all there is."""
    counted: int = 0
    """Confidential answers beside them, which appear in figures only."""


def by_part(desk: Desk, chosen: dict[str, str]) -> list[PartShown]:
    """Each part with an answer as it would appear with what was chosen for it; without a choice it is not shown."""
    return list(_parts(desk, chosen))


def _parts(desk: Desk, chosen: dict[str, str]) -> Iterator[PartShown]:
    readable = _readable(desk)
    asked_of = (desk.form.by_key[key] for key in desk.submitted)
    answered = {asked.part.key for asked in asked_of if not asked.type.settles_disclosure}
    for part, title in desk.context.disclosure_parts:
        if part != PARTICIPANT and part not in answered:
            continue
        level = chosen.get(part, Disclosure.NONE)
        if part == PARTICIPANT:
            yield PartShown(title, _participant(desk, level))
            continue
        here = [asked for asked in readable if asked.part.key == part]
        counted = _confidential(desk, part)
        if not here and not counted:
            yield PartShown(title, M("Nichts davon erscheint: Hier stehen nur Angaben zu Personen."))
            continue
        if level in SHOWN and not here:
            level = Disclosure.FIGURES
        example = _answer(desk, level, _words(desk, here))
        if level not in SHOWN:
            yield PartShown(title, example)
            continue
        every = tuple((_question(desk, asked), _whole(desk, asked)) for asked in desk.form.asked if asked in here)
        told = len(every) > 1 or any(_shortened(" ".join(text.split())).endswith(" …") for _, text in every)
        yield PartShown(title, example, every if told else (), counted)


def _confidential(desk: Desk, part: str) -> int:
    return sum(
        asked.part.key == part
        and asked.key in desk.submitted
        and asked.question.confidential
        and not asked.question.personal
        for asked in desk.form.asked
    )


def _question(desk: Desk, asked: Asked) -> str:
    return " – ".join(filter(None, [desk.context.asked_as(asked.question), desk.context.say(asked.field.label)]))


def _whole(desk: Desk, asked: Asked) -> str:
    return asked.type.text(desk.submitted[asked.key], asked.settings, desk.context)


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
    said = " ".join(_whole(desk, first).split())
    if first.type.family is Family.TEXT:
        return _shortened(said)
    question = _shortened(_question(desk, first))
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
