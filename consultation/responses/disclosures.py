"""What may leave the planner's house, per part: append-only choices, changeable by the releaser at any time."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from consultation.core.errors import Forbidden, Invalid, Problem
from consultation.core.history import record
from consultation.core.language import M
from consultation.responses import queries
from consultation.responses.desk import Desk
from consultation.responses.models import Disclosure, DisclosureChoice, Response
from consultation.rulebook import releaser
from consultation.subjects import Actor


def change(session: Session, actor: Actor, desk: Desk, chosen: Mapping[str, str]) -> None:
    """By the releaser, at any time, also after closing; counts for the next edition."""
    if not releaser(actor, desk.response):
        raise Forbidden(M("Das darf nur: {who}.", who=releaser.name))
    known = dict(desk.context.disclosure_parts)
    problems = [
        Problem(part, M("Wählen Sie eine der angebotenen Stufen."))
        for part, level in chosen.items()
        if part not in known or level not in list(Disclosure)
    ]
    if problems:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    choose(session, actor, desk.response, chosen)


def choose(session: Session, actor: Actor, response: Response, chosen: Mapping[str, str]) -> None:
    """Append what differs from what is in force; one line in the log if anything does."""
    in_force = queries.disclosure_in_force(session, response.id, actor.moment)
    changed = {part: Disclosure(level) for part, level in chosen.items() if in_force.get(part) != level}
    for part, level in sorted(changed.items()):
        session.add(
            DisclosureChoice(
                response_id=response.id, part=part, level=level, moment=actor.moment, person_id=actor.person_id
            )
        )
    if changed:
        session.flush()
        record(session, actor, response, "choose_disclosure", **dict(sorted(changed.items())))
