"""Another house speaks for this one: said to this one alone, with what follows from it."""

from collections.abc import Iterable

from consultation.core.language import M, Message
from consultation.responses.speaking import Speaker


def said(speakers: Iterable[Speaker]) -> tuple[Message, ...]:
    return tuple(
        M("{name} hat in der Fehlanzeige vom {day} angegeben, auch für Sie zu sprechen.", name=one.name, day=one.day)
        if one.nil_return
        else M(
            "{name} hat in der Stellungnahme vom {day} angegeben, auch für Sie zu sprechen.", name=one.name, day=one.day
        )
        for one in speakers
    )


def what_counts(*, answered: bool, may_answer: bool) -> Message | None:
    """`answered`: an answer of this house counts; it always goes before what others say for it."""
    if answered:
        return M("Gezählt wird Ihre eigene Antwort.")
    if may_answer:
        return M("Sie können trotzdem selbst antworten; dann zählt Ihre eigene Stellungnahme.")
    return None
