"""Where the texts of an answer look like they tell of a person: for the house that wrote them, before it hands them in."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from consultation.evaluation.suspicions import Suspicion, places_of, suspicions
from consultation.evaluation.written import Written, texts
from consultation.forms.definition import Form
from consultation.register import queries as register


def personal(session: Session, form: Form, answers: Mapping[str, Any]) -> Iterator[tuple[Written, Suspicion]]:
    """In the order of the form, each passage of the same text once."""
    places, seen = _places(session), set[str]()
    for written in texts(form, answers):
        if written.text not in seen:
            seen.add(written.text)
            yield from ((written, one) for one in suspicions(written.text, places))


def _places(session: Session) -> Callable[[str], bool]:
    """The register is asked only where something looks like a name."""

    @cache
    def read() -> Callable[[str], bool]:
        return places_of(register.names(session))

    def known(name: str) -> bool:
        return read()(name)

    return known
