"""Submitting on behalf of a body what came by mail, letter or workshop: the same revision, receipt and facts as any other.

Who wins: what the body submitted itself is never replaced. While it is writing, the entered answer counts until its own
is submitted, and nothing of its draft is touched. Where it has not begun, the entered answers become its draft, so that it
can reopen and correct them. What it decided itself about publication holds, whatever the letter says.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from consultation.consultations.models import Invitation
from consultation.core.db import compare_and_set, hold, insert_new
from consultation.core.errors import Conflict, NotReady, Problem
from consultation.core.history import HistoryEntry, perform, record
from consultation.core.jobs import enqueue
from consultation.core.language import SOURCE, Language, M
from consultation.core.times import start_of_day
from consultation.responses import intake as intakes
from consultation.responses.desk import Desk, Stored, context_of
from consultation.responses.disclosures import of_the_house
from consultation.responses.intake import Standing
from consultation.responses.models import Channel, Disclosure, DraftAnswer, Intake, Response, Revision
from consultation.responses.submission import Release, counting, make_revision, named, told
from consultation.rulebook import ENTER_BESIDE, RESPONSE
from consultation.states import ResponseState
from consultation.subjects import Actor


def gaps(desk: Desk, *, nil_return: bool = False) -> tuple[Problem, ...]:
    """What the form asks for and the answer says nothing about: to be confirmed, never to be invented."""
    wrong = {problem.field for problem in refusals(desk)}
    disclosure = desk.form.disclosure_key
    return tuple(
        problem
        for problem in (desk.missing_for_nil_return if nil_return else desk.missing)
        if problem.field not in wrong and problem.field.partition(".")[0] != disclosure
    )


def refusals(desk: Desk) -> tuple[Problem, ...]:
    """What cannot be so, whatever the letter says: most likely it was read or typed wrongly."""
    return (*(problem for found in desk.refusals.values() for problem in found), *desk.not_yet_taken)


def submit_for(
    session: Session, actor: Actor, intake_id: uuid.UUID, *,
    nil_return: bool = False, name: str = "", function: str = "", silent_about_rest: bool = False, beside: bool = False,
) -> Revision:  # fmt: skip
    """Everything is asked again under a lock: the body may have begun or answered since."""
    intake, invitation = intakes.held(session, actor, intake_id)
    written = intakes.desk_of(session, actor, intake)
    response = intakes.response_of(session, invitation)
    if response is not None:
        hold(session, Response, response.id)
        response = intakes.response_of(session, invitation)
    standing = intakes.standing_of(response)
    intakes.require_possible(actor, invitation, standing)
    _require_ready(written, standing, nil_return=nil_return, silent=silent_about_rest, beside=beside)
    response = response or _begin(session, actor, invitation)
    context = context_of(session, response.consultation, response.organisation, actor.moment)
    desk = _as_chosen(replace(written, response=response, context=context), of_the_house(session, response.id))
    release = _release(intake, name, function)

    def conclude(revision: Revision) -> HistoryEntry:
        if standing == Standing.BEGUN:
            return _beside(session, actor, response, revision, intake)
        return perform(
            session, RESPONSE, actor, response, "enter", details=_told(revision, intake), payload=named(revision),
            **counting(revision),
        )  # fmt: skip

    revision = make_revision(session, actor, desk, release, conclude, nil_return=nil_return)
    if standing != Standing.BEGUN:
        _as_draft(session, actor, desk, intake)
    compare_and_set(
        session, intake, {"revision_id": None, "version": intake.version},
        {"revision_id": revision.id, "person_id": actor.person_id},
    )  # fmt: skip
    return revision


def _as_chosen(desk: Desk, own: Mapping[str, Disclosure]) -> Desk:
    """With what the house chose itself in place of what the letter says; so its draft keeps it as well."""
    key = desk.form.disclosure_key
    if key is None:
        return desk
    chosen = {
        (key, part): Stored(own[part], refused=False, version=1, editor_id=None, edited_at=desk.context.moment)
        for part, _ in desk.context.disclosure_parts
        if part in own
    }
    return replace(desk, stored={**desk.stored, **chosen})


def not_taken(session: Session, actor: Actor, revision: Revision, language: Language = SOURCE) -> tuple[str, ...]:
    """Titles of the parts of which the letter says something else than what the house chose itself, and what holds."""
    intake = intakes.of_revision(session, revision.id)
    assert intake is not None
    written = intakes.desk_of(session, actor, intake, language)
    said: dict[str, str] = written.answers.get(written.form.disclosure_key or "", {})
    own = of_the_house(session, revision.response_id)
    return tuple(
        title
        for part, title in written.context.disclosure_parts
        if part in own and said.get(part, own[part]) != own[part]
    )


def _require_ready(desk: Desk, standing: Standing, *, nil_return: bool, silent: bool, beside: bool) -> None:
    problems = list(refusals(desk))
    if not nil_return and not desk.submitted:
        problems.append(
            Problem(
                "nil_return",
                M("Es ist noch nichts erfasst. Hat die Stelle nichts anzumerken, wählen Sie „Fehlanzeige“."),
            )
        )
    if not silent and gaps(desk, nil_return=nil_return):
        problems.append(
            Problem("silent", M("Bestätigen Sie, dass die Antwort zu den übrigen Pflichtfragen nichts sagt."))
        )
    if standing == Standing.BEGUN and not beside:
        problems.append(Problem("beside", M("Bestätigen Sie, dass die eigene Antwort der Stelle später gelten soll.")))
    if problems:
        raise NotReady(M("Die Erfassung lässt sich noch nicht abgeben."), problems=tuple(problems))


def _begin(session: Session, actor: Actor, invitation: Invitation) -> Response:
    row = {
        "id": uuid.uuid4(), "consultation_id": invitation.consultation_id, "organisation_id": invitation.organisation_id,
        "invitation_id": invitation.id, "state": ResponseState.DRAFTING, "channel": Channel.PORTAL, "own_reference": "",
        "started_at": actor.moment, "revision_count": 0,
    }  # fmt: skip
    if not insert_new(session, Response, [row], ["consultation_id", "organisation_id"]):
        raise Conflict(M("Die Stelle hat gerade selbst begonnen. Bitte laden Sie die Seite neu."))
    made = intakes.response_of(session, invitation)
    assert made is not None
    return made


def _release(intake: Intake, name: str, function: str) -> Release:
    received = {
        "channel": intake.channel, "on": intake.received_on.isoformat(), "reference": intake.reference,
        "original_hash": intake.original_hash,
    }  # fmt: skip
    return Release(
        name, function, intake.channel, received_at=start_of_day(intake.received_on), received=received
    )  # fmt: skip


def _told(revision: Revision, intake: Intake) -> dict[str, Any]:
    return told(revision) | {"channel": intake.channel, "received_on": intake.received_on}


def _beside(session: Session, actor: Actor, response: Response, revision: Revision, intake: Intake) -> HistoryEntry:
    """The response stays the body's: its state and its draft are as they were, only what counts is new."""
    ENTER_BESIDE.demand(actor, response)
    compare_and_set(session, response, {"state": response.state}, counting(revision))
    enqueue(session, "response.entered", {"id": str(response.id), **named(revision)}, run_at=actor.moment)
    return record(session, actor, response, "enter_beside", **_told(revision, intake))


def _as_draft(session: Session, actor: Actor, desk: Desk, intake: Intake) -> None:
    """What the body finds when it reopens the answer."""
    desk.response.own_reference = intake.reference
    session.execute(delete(DraftAnswer).where(DraftAnswer.response_id == desk.response.id))
    rows = [
        {"response_id": desk.response.id, "question_key": key, "item_key": item, "value": {"value": kept.value},
         "version": 1, "editor_id": None, "edited_at": actor.moment}
        for (key, item), kept in desk.stored.items()
    ]  # fmt: skip
    insert_new(session, DraftAnswer, rows, ["response_id", "question_key", "item_key"])
