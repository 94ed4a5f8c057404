"""Making programmes, sharing them, and writing down their figures and terms."""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from consultation.core import bounds
from consultation.core.db import hold
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from consultation.core.history import record
from consultation.core.language import M
from consultation.core.marks import mark_of
from consultation.core.text import clean, clean_line, slug
from consultation.people.models import Organisation
from consultation.programmes import queries
from consultation.programmes.models import (
    GlossaryTerm,
    ParameterType,
    Programme,
    ProgrammeLevel,
    ProgrammeMember,
    ProgrammeParameter,
)
from consultation.register.states import State
from consultation.rulebook import planner
from consultation.states import PLANNING
from consultation.subjects import Actor, Planned

RESERVED = frozenset({"new"})
"""Last parts of addresses that are pages themselves."""
SENDER_LINES, SENDER_LINE = 4, 60
"""What the head of a letter has room for: lines, and characters of each."""


def require_planner(actor: Actor, subject: Planned) -> None:
    """Whoever got here sees the subject; a Land unit reads only."""
    if not planner(actor, subject):
        raise Forbidden(M("Das darf nur: {who}.", who=planner.name))


def owns(actor: Actor, programme: Programme) -> bool:
    """Whether this actor says what the programme is called, where its letters come from, and whether it is."""
    return planner(actor, programme) and actor.organisation_id == programme.owner_id


def require_owner(actor: Actor, programme: Programme) -> None:
    """What a programme is called, and whether it is, is for the house that made it."""
    require_planner(actor, programme)
    if not owns(actor, programme):
        raise Forbidden(M("Das darf nur die Trägerin des Programms: {owner}.", owner=programme.owner.name))


def create(
    session: Session, actor: Actor, *,
    title: str, level: str, reference: str = "", description: str = "", postal: str = "", demo: bool = False,
) -> Programme:  # fmt: skip
    """A programme owned by the acting organisation. What an organisation of the demonstration makes is marked like it."""
    if not (actor.may_plan and actor.roles & PLANNING and actor.organisation_id):
        raise Forbidden(M("Ihre Organisation ist nicht zum Planen freigeschaltet. Wenden Sie sich an den Betrieb."))
    said = _said(Details(title, level, reference, description, postal))
    owner = session.get_one(Organisation, actor.organisation_id)
    programme = Programme(
        id=uuid.uuid4(), slug=_free_slug(session, said["title"]), **said,
        owner_id=owner.id, demo=demo or owner.demo, created_at=actor.moment, parameters=[], terms=[],
    )  # fmt: skip
    programme.members = [ProgrammeMember(organisation_id=actor.organisation_id)]
    session.add(programme)
    session.flush()
    record(session, actor, programme, "create_programme", level=programme.level)
    return programme


@dataclass(frozen=True)
class Details:
    """What a programme says of itself, as typed."""

    title: str
    level: str
    reference: str = ""
    description: str = ""
    postal: str = ""


def _said(details: Details) -> dict[str, Any]:
    """Raises Invalid with every problem at once."""
    title, reference, description = clean_line(details.title), clean_line(details.reference), clean(details.description)
    problems = [] if title else [Problem("title", M("Geben Sie dem Programm einen Titel."))]
    if details.level not in list(ProgrammeLevel):
        problems.append(Problem("level", M("Wählen Sie, wer das Programm trägt.")))
    lines = [line for line in map(clean_line, details.postal.splitlines()) if line]
    if len(lines) > SENDER_LINES or any(len(line) > SENDER_LINE for line in lines):
        why = M("Nennen Sie höchstens {lines} Zeilen mit je {signs} Zeichen: Mehr passt nicht auf den Brief.",
                lines=SENDER_LINES, signs=SENDER_LINE)  # fmt: skip
        problems.append(Problem("postal", why))
    problems += [
        *bounds.TITLE.problems("title", title), *bounds.PROGRAMME_REFERENCE.problems("reference", reference),
        *bounds.DESCRIPTION.problems("description", description),
    ]  # fmt: skip
    if problems:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    return {
        "title": title, "level": ProgrammeLevel(details.level), "reference": reference, "description": description,
        "postal": "\n".join(lines),
    }  # fmt: skip


def fingerprint(programme: Programme) -> str:
    """What somebody who describes a programme anew had before them."""
    shown = (programme.title, programme.level, programme.reference, programme.description, programme.postal)
    return mark_of("\n".join(shown).encode())


def describe(session: Session, actor: Actor, programme_slug: str, details: Details, seen: str) -> Programme:
    """Its address stays. Raises Conflict if somebody else described it since it was `seen`."""
    programme = queries.get(session, actor, programme_slug)
    require_owner(actor, programme)
    hold(session, Programme, programme.id)
    session.refresh(programme, ["title", "level", "reference", "description", "postal"])
    said = _said(details)
    old = fingerprint(programme)
    if old != seen:
        raise Conflict(M("Jemand anderes hat diese Angaben inzwischen geändert. Prüfen Sie, was jetzt dort steht."))
    changed = sorted(name for name, value in said.items() if getattr(programme, name) != value)
    for name in changed:
        setattr(programme, name, said[name])
    if changed:
        record(session, actor, programme, "describe_programme", old=old, new=fingerprint(programme), changed=changed)
    return programme


def share(session: Session, actor: Actor, programme_slug: str, organisation_id: uuid.UUID, land: State | None) -> None:
    """Another planning organisation takes part; with a Land it reads, and sees only its Land."""
    programme = queries.get(session, actor, programme_slug)
    require_planner(actor, programme)
    if organisation_id in programme.planners:
        raise Invalid.about("organisation", M("Diese Organisation ist schon Mitglied des Programms."))
    programme.members.append(ProgrammeMember(organisation_id=organisation_id, state=land))
    record(session, actor, programme, "share_programme", member=str(organisation_id), land=land)


def marks(programme: Programme) -> dict[str, str]:
    """Name of a value → what a page that showed it had before it."""
    return {one.name: _mark(one.type, one.value, one.label, one.section_number) for one in programme.parameters}


def _mark(type_: ParameterType, value: str, label: Mapping[str, str], section_number: str) -> str:
    shown = (type_.value, value, sorted(label.items()), section_number)
    return mark_of(repr(shown).encode())


def set_parameter(  # noqa: PLR0913 -- what is said of a value, each named, and what its writer had seen
    session: Session, actor: Actor, programme_slug: str, *,
    name: str, type_: ParameterType, label: dict[str, str], value: str, section_number: str = "",
    seen: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """A figure that texts and questions show as {name}; an existing one of this name is replaced.

    Raises Conflict if somebody added, changed or removed it since its `marks` were `seen`.
    """
    programme = _held(session, actor, programme_slug)
    section_number = clean_line(section_number)[:40]
    problems = [*_parameter_problems(name, type_, value), *_section_problems(session, programme, section_number)]
    if problems:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    if marks(programme).get(name) != _mark(type_, value, label, section_number):
        _demand_seen(programme, name, seen)
    existing = next((p for p in programme.parameters if p.name == name), None)
    parameter = existing or ProgrammeParameter(programme_id=programme.id, name=name)
    old = existing.value if existing else None
    parameter.type, parameter.value = type_, value
    parameter.label, parameter.section_number = label, section_number
    if existing is None:
        programme.parameters.append(parameter)
    record(session, actor, programme, "set_parameter", old=old, new=value, name=name)


def _held(session: Session, actor: Actor, programme_slug: str) -> Programme:
    """To change its values or terms: nobody else does until the end of the transaction, and all is read as it is now."""
    programme = queries.get(session, actor, programme_slug)
    require_planner(actor, programme)
    hold(session, Programme, programme.id)
    for one in (*programme.parameters, *programme.terms, programme):
        session.expire(one)
    return queries.get(session, actor, programme_slug)


def _demand_seen(programme: Programme, name: str, seen: Mapping[str, str] | None) -> None:
    if seen is None or seen.get(name) == marks(programme).get(name):
        return
    now = next((one for one in programme.parameters if one.name == name), None)
    if now is None:
        raise Conflict(M("Jemand anderes hat den Programmwert {name} inzwischen entfernt. Ihre Angaben stehen noch da; wenn Sie "
                         "noch einmal speichern, gibt es ihn wieder.", name=name))  # fmt: skip
    raise Conflict(M("Den Programmwert {name} hat inzwischen jemand anderes gespeichert. Lesen Sie in der Tabelle, was jetzt gilt; "
                     "wenn Sie Ihre Angaben noch einmal absenden, gelten sie.", name=name))  # fmt: skip


def remove_parameter(
    session: Session, actor: Actor, programme_slug: str, name: str, seen: Mapping[str, str] | None = None
) -> None:
    """Drafts that are frozen keep it. Where its name still stands, pages of planners say so. `seen` as for changing it."""
    programme = _held(session, actor, programme_slug)
    gone = next((one for one in programme.parameters if one.name == name), None)
    if gone is None:
        raise NotFound(M("Diesen Programmwert gibt es nicht mehr."))
    _demand_seen(programme, name, seen)
    record(session, actor, programme, "remove_parameter", old=gone.value, name=name)
    session.execute(delete(ProgrammeParameter).where(ProgrammeParameter.id == gone.id))
    session.expire(programme, ["parameters"])


def _section_problems(session: Session, programme: Programme, number: str) -> Iterator[Problem]:
    """Of the newest draft; before there is one, nobody can tell."""
    draft = queries.last_draft(session, programme.id) if number else None
    if draft is not None and number not in {section.number for section in draft.sections}:
        yield Problem(
            "section_number",
            M("Den Abschnitt „{number}“ gibt es im Entwurf nicht. Schreiben Sie die Nummer, wie sie dort steht.",
              number=number),
        )  # fmt: skip


def _parameter_problems(name: str, type_: ParameterType, value: str) -> list[Problem]:
    problems = []
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name):
        problems.append(Problem("name", M("Der Name besteht aus kleinen Buchstaben, Ziffern und Unterstrichen.")))
    try:
        _read_value(type_, value)
    except ValueError:
        expected = {
            ParameterType.RATE: M("eine Quote zwischen 0 und 1, zum Beispiel 0.85"),
            ParameterType.DATE: M("ein Datum, zum Beispiel 2027-03-31"),
        }.get(type_, M("eine ganze Zahl"))
        problems.append(Problem("value", M("Erwartet wird {expected}.", expected=expected)))
    return problems


def _read_value(type_: ParameterType, value: str) -> None:
    match type_:
        case ParameterType.RATE:
            if not 0 <= Fraction(value) <= 1:
                raise ValueError(value)
        case ParameterType.DATE:
            date.fromisoformat(value)
        case _:
            if not re.fullmatch(r"[0-9]{1,15}", value):
                raise ValueError(value)


def set_term(
    session: Session, actor: Actor, programme_slug: str, term: str, definition: str,
    seen: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """A term of the glossary; a changed definition is a new version of the term, an empty one removes it.

    Raises Conflict if somebody wrote or removed it since its version (term → number) was `seen`.
    """
    programme = _held(session, actor, programme_slug)
    term, definition = clean_line(term), clean(definition)
    if not term:
        raise Invalid.about("term", M("Nennen Sie den Begriff."))
    if problems := [*bounds.TERM.problems("term", term), *bounds.DEFINITION.problems("definition", definition)]:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    existing = next((t for t in programme.terms if t.term == term), None)
    if definition != (existing.definition if existing else ""):
        _demand_term_seen(existing, term, seen)
    if not definition:
        session.execute(
            delete(GlossaryTerm).where(GlossaryTerm.programme_id == programme.id, GlossaryTerm.term == term)
        )
        session.expire(programme, ["terms"])
    elif existing is None:
        programme.terms.append(GlossaryTerm(term=term, definition=definition, version=1))
    elif existing.definition != definition:
        existing.definition, existing.version = definition, existing.version + 1
    record(session, actor, programme, "set_term", term=term)


def _demand_term_seen(existing: GlossaryTerm | None, term: str, seen: Mapping[str, str] | None) -> None:
    if seen is None or seen.get(term) == (str(existing.version) if existing else None):
        return
    if existing is None:
        raise Conflict(M("Jemand anderes hat den Begriff „{term}“ inzwischen entfernt. Ihre Erklärung steht noch da; wenn Sie noch "
                         "einmal speichern, gibt es ihn wieder.", term=term))  # fmt: skip
    raise Conflict(M("Den Begriff „{term}“ hat inzwischen jemand anderes erklärt. Lesen Sie im Glossar, was jetzt gilt; wenn Sie "
                     "Ihre Erklärung noch einmal absenden, gilt sie.", term=term))  # fmt: skip


def _free_slug(session: Session, title: str) -> str:
    wanted = slug(title)[:70] or "programm"
    candidate, number = wanted, 1
    while candidate in RESERVED or queries.slug_taken(session, candidate):
        number += 1
        candidate = f"{wanted}-{number}"
    return candidate
