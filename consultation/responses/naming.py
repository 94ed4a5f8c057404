"""A pasted list of those an answer speaks for: read and judged as address lists are, line by line, and no line is lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.orm import Session

from consultation.consultations.address_bodies import Bodies, bodies_among
from consultation.consultations.address_files import Line, read_pasted
from consultation.consultations.address_judging import REGISTER, Verdict, who_is_meant
from consultation.consultations.models import RowState
from consultation.core.errors import Invalid
from consultation.core.language import M, Message
from consultation.people.models import Organisation
from consultation.responses.actions import may_speak_for

MOST_LINES = 1000
NOT_THIS = "-"
"""Chosen for a line that shall name nobody."""


class Outcome(StrEnum):
    FOUND = "found"
    TWICE = "twice"
    LEFT_OUT = "left_out"
    DOUBT = "doubt"
    UNKNOWN = "unknown"


OPEN = (Outcome.DOUBT, Outcome.UNKNOWN)
"""Somebody has to look at it."""


@dataclass(frozen=True)
class Named:
    """A line, and whom it names: one body, or those it may mean."""

    number: int
    text: str
    outcome: Outcome
    key: str = ""
    title: str = ""
    why: Message | None = None
    choices: Sequence[tuple[str, str]] = ()


def read_list(session: Session, house: Organisation, text: str, settled: Mapping[str, str]) -> list[Named]:
    """`settled`: text of a line → key of the body chosen for it, or `NOT_THIS`. Raises `Invalid` about a list that cannot be
    read.
    """
    try:
        lines = read_pasted(text)
    except Invalid as refused:
        raise Invalid.about("pasted", refused.problems[0].message) from None
    if len(lines) > MOST_LINES:
        raise Invalid.about("pasted", M("Fügen Sie höchstens {most} Zeilen auf einmal ein.", most=MOST_LINES))
    if not lines:
        return []
    bodies = bodies_among(session, lambda key: key != house.register_key and may_speak_for(house, key))
    return list(_once(_named(line, house, bodies, settled.get(text_of(line), "")) for line in lines))


def text_of(line: Line) -> str:
    """As it can be pasted again."""
    return " ".join(part for part in (line.key, line.name) if part)


def _once(found: Iterable[Named]) -> Iterable[Named]:
    first: dict[str, int] = {}
    for one in found:
        if one.key in first:
            yield replace(one, outcome=Outcome.TWICE, why=M("Steht schon in Zeile {number}.", number=first[one.key]))
            continue
        if one.key:
            first[one.key] = one.number
        yield one


def _named(line: Line, house: Organisation, bodies: Bodies, chosen: str) -> Named:
    text = text_of(line)
    if chosen == NOT_THIS:
        return Named(line.number, text, Outcome.LEFT_OUT)
    row = {"key": line.key, "name": line.name, "postal": "", "meant": "", "chosen": "", "remembered": False}
    verdict = who_is_meant(row, bodies)
    choices = [(key.removeprefix(REGISTER), title) for key, title in verdict.choices]
    if title := dict(choices).get(chosen):
        return Named(line.number, text, Outcome.FOUND, chosen, title)
    if verdict.state is RowState.MATCHED and verdict.one:
        return Named(line.number, text, Outcome.FOUND, verdict.one, verdict.title, verdict.why)
    if len(choices) == 1 and (verdict.proposed or verdict.state is RowState.NOT_INVITED):
        return _only(line, house, verdict, choices[0])
    outcome = Outcome.UNKNOWN if verdict.state is RowState.ERROR else Outcome.DOUBT
    return Named(line.number, text, outcome, why=_why(line, verdict), choices=choices)


def _only(line: Line, house: Organisation, verdict: Verdict, choice: tuple[str, str]) -> Named:
    """Not quite what stands there, but nobody else can be meant."""
    key, title = choice
    if key == house.register_key:
        return Named(line.number, text_of(line), Outcome.LEFT_OUT, why=M("Das sind Sie selbst."))
    why = verdict.why
    if verdict.state is RowState.NOT_INVITED:
        why = M("Gehört nach dem Gemeindeverzeichnis nicht zu Ihnen und kann Ihre Stellungnahme nur unterstützen.")
    return Named(line.number, text_of(line), Outcome.FOUND, key, title, why)


def _why(line: Line, verdict: Verdict) -> Message | None:
    if verdict.state is RowState.ERROR and line.key:
        return M("Unter dem Schlüssel {key} gibt es keine Stelle.", key=line.key[:20])
    if verdict.state is RowState.ERROR:
        return M("So heißt keine Stelle. Prüfen Sie die Schreibweise, oder schreiben Sie den AGS.")
    return verdict.why if line.key else M("So heißen mehrere Stellen. Welche ist gemeint?")
