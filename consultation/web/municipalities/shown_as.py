"""„So erscheint Ihre Antwort“: every level of disclosure shown by what this very house wrote, as the published document has it."""

from collections.abc import Iterator

from consultation.core.language import M, Message, say
from consultation.documents.labels import description
from consultation.documents.senders import described_kind
from consultation.forms.definition import PARTICIPANT
from consultation.questions import Tally
from consultation.questions.disclosure import LEVELS
from consultation.responses.desk import Desk
from consultation.responses.models import Disclosure

LONGEST = 110
"""Characters of an example."""


def by_level(desk: Desk) -> list[tuple[Message, Message]]:
    """Each level with its example, from the most open one to the closest."""
    words = _words(desk, None)
    return [(title, _answer(desk, level, words)) for level, title in LEVELS.items()]


def by_part(desk: Desk, chosen: dict[str, str]) -> list[tuple[str, Message]]:
    """Each part of the form as it would appear with what was chosen for it; without a choice it is not shown."""
    return list(_parts(desk, chosen))


def _parts(desk: Desk, chosen: dict[str, str]) -> Iterator[tuple[str, Message]]:
    for part, title in desk.context.disclosure_parts:
        level = chosen.get(part, Disclosure.NONE)
        yield title, _participant(desk, level) if part == PARTICIPANT else _answer(desk, level, _words(desk, part))


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
            return M("Nichts davon erscheint. Sie zählen nur in der Beteiligung mit: „61 Stellen haben geantwortet.“")


def _name(desk: Desk) -> str:
    house = desk.response.organisation
    return f"{house.name} ({house.state})" if house.state else house.name


def _kind(desk: Desk) -> str:
    """As documents call it; nothing that would tell the Land."""
    house = desk.response.organisation
    body = house.register_body
    return description(described_kind(house.kind), body.size_class if body else None, desk.context.language)


def _words(desk: Desk, part: str | None) -> str:
    """The beginning of a text of the house that could be read; dots where it has written none yet."""
    for asked in desk.form.asked:
        question = asked.question
        here = part is None or asked.part.key == part
        readable = asked.type.tally is Tally.TEXTS and not (question.personal or question.confidential)
        if here and readable and asked.key in desk.submitted:
            text = asked.type.text(desk.submitted[asked.key], asked.settings, desk.context)
            return _shortened(" ".join(text.split()))
    return say(M("Ihr Text …"), desk.context.language)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
