"""What may leave the planner's house, per part: append-only choices, changeable by the releaser at any time."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from consultation.core.db import hold, insert_new, insert_rows
from consultation.core.errors import Forbidden, Invalid, Problem
from consultation.core.history import record
from consultation.core.language import M
from consultation.core.text import clean_line
from consultation.responses import queries
from consultation.responses.desk import Desk, laid_out_again
from consultation.responses.models import Disclosure, DisclosureChoice, DraftAnswer, Intake, Response, Revision
from consultation.rulebook import releaser
from consultation.subjects import Actor


def change(session: Session, actor: Actor, desk: Desk, chosen: Mapping[str, Any]) -> dict[str, str]:
    """By the releaser, at any time, also after closing; counts for the next edition. Returns what is chosen now; problems name
    the part.

    Before anything was submitted it is a part of the draft, which is nobody's but the house's: the submission makes the choice,
    and tells it.
    """
    if not releaser(actor, desk.response):
        raise Forbidden(M("Das darf nur: {who}.", who=releaser.name))
    hold(session, Response, desk.response.id)
    desk = laid_out_again(session, desk)  # somebody may have saved a page since it was opened
    known = dict(desk.context.disclosure_parts)
    problems = [
        Problem(part, M("Wählen Sie eine der angebotenen Stufen.")) if part in known
        else Problem(clean_line(part)[:80], M("Diesen Teil gibt es im Formular nicht."), "unknown")
        for part, level in chosen.items()
        if part not in known or level not in list(Disclosure)
    ][:200]  # fmt: skip
    if problems:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    _answer_as_chosen(session, actor, desk, chosen)
    session.refresh(desk.response, ["revision_count"])
    if not desk.response.submitted_once:
        return {**(desk.answers.get(desk.form.disclosure_key or "") or {}), **chosen}
    choose(session, actor, desk.response, chosen)
    session.flush()
    return dict(queries.disclosure_in_force(session, desk.response.id, actor.moment))


def _answer_as_chosen(session: Session, actor: Actor, desk: Desk, chosen: Mapping[str, str]) -> None:
    """The question of the form says the same from now on: otherwise the next submission would bring back the old choice."""
    key = desk.form.disclosure_key
    changed = {p: level for p, level in chosen.items() if key and (desk.answers.get(key) or {}).get(p) != level}
    if key is None or not changed:
        return
    rows = [
        {"response_id": desk.response.id, "question_key": key, "item_key": part, "value": {"value": level},
         "version": desk.versions(key).get(part, 0) + 1, "editor_id": actor.person_id, "edited_at": actor.moment}
        for part, level in changed.items()
    ]  # fmt: skip
    here = (DraftAnswer.response_id == desk.response.id, DraftAnswer.question_key == key)
    session.execute(delete(DraftAnswer).where(*here, DraftAnswer.item_key.in_(changed)))
    insert_new(session, DraftAnswer, rows, ["response_id", "question_key", "item_key"])


def choose(
    session: Session, actor: Actor, response: Response, chosen: Mapping[str, str], *, by_letter: bool = False
) -> None:  # fmt: skip
    """Append what differs from what was chosen last; one line in the log if anything does.

    What a letter said is no word of the house: the house that says the same says it anew, and no later letter speaks against it.
    The response is held: whoever comes later in this order has the last word, even if its request began earlier.
    """
    last = queries.last_choices(session, response.id) if by_letter else _own_choices(session, response.id)

    def says(part: str, level: str) -> bool:
        return part in last and last[part].level == level and last[part].moment <= actor.moment

    changed = {part: Disclosure(level) for part, level in chosen.items() if not says(part, level)}
    about = {"response_id": response.id, "moment": actor.moment, "person_id": actor.person_id}
    if changed:
        rows = [about | {"part": part, "level": level} for part, level in sorted(changed.items())]
        insert_rows(session, DisclosureChoice, rows)
        record(session, actor, response, "choose_disclosure", **dict(sorted(changed.items())))


def of_the_house(session: Session, response_id: uuid.UUID) -> dict[str, Disclosure]:
    """Part → level, of the parts about which the body itself chose last: a letter entered for it says nothing against that."""
    return {part: one.level for part, one in _own_choices(session, response_id).items()}


def _own_choices(session: Session, response_id: uuid.UUID) -> dict[str, DisclosureChoice]:
    if not (last := queries.last_choices(session, response_id)):
        return {}
    entered = select(Revision.submitted_at, Revision.person_id).join(Intake, Intake.revision_id == Revision.id)
    with_letters = {(at, by) for at, by in session.execute(entered.where(Revision.response_id == response_id))}
    return {part: one for part, one in last.items() if (one.moment, one.person_id) not in with_letters}
