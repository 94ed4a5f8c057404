"""The catalogue: for each mail job, who gets which letter. Codes are made here, while sending, and stored nowhere in clear.

Where several people get one, the worker makes a job of each (`Letter.to`), and asks here again for that one letter.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from consultation.consultations.codes import code_of
from consultation.consultations.models import Claim, Consultation, DeadlineExtension, Invitation
from consultation.core.history import HistoryEntry
from consultation.core.language import LANGUAGES, SOURCE, Language, say
from consultation.core.text import identity_key
from consultation.mail.post import Letter, Post
from consultation.people.codes import NewCode, make_code
from consultation.people.models import BELONGS, CodePurpose, Membership, Organisation, Person
from consultation.people.roles import titles_of
from consultation.programmes.models import Programme
from consultation.responses import reminders
from consultation.responses.intake import of_revision
from consultation.responses.models import Response
from consultation.responses.queries import notes, told_revision
from consultation.responses.speaking import Speaker, speaking_for
from consultation.responses.titles import CHANNEL_TITLES
from consultation.rulebook import RUNNING
from consultation.states import ANSWERING, InvitationState, Purpose, ResponseState, Role


def invitation(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    invited = _invitation(session, payload)
    if invited.email and invited.state != InvitationState.PLANNED:
        name = "invitation" if invited.purpose == Purpose.FOR_COMMENT else "information"
        yield to_invited(name, post, invited)


def reminder(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    """Nothing for a body that has answered in the meantime, or must not be reminded for another reason."""
    made = reminders.to_send(session, uuid.UUID(payload["id"]), post.moment)
    if made is not None:
        invited = _invitation(session, {"id": made.invitation_id})
        yield from _to_all_there(session, "reminder", post, invited, begun=begun(session, invited))


def begun(session: Session, invited: Invitation) -> ResponseState | None:
    """How far this body is with an answer it has not submitted: only ever told to itself."""
    mine = select(Response.state).where(Response.invitation_id == invited.id)
    return session.scalars(mine.where(Response.state.in_((ResponseState.DRAFTING, ResponseState.READY)))).one_or_none()


def cancelled(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    invited = _invitation(session, payload)
    yield from _to_all_there(session, "cancelled", post, invited, reason=payload.get("reason", ""))


def corrected(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    invited = _invitation(session, payload)
    asked = invited.purpose == Purpose.FOR_COMMENT
    yield from _to_all_there(session, "corrected", post, invited, reason=payload.get("reason", ""), asked=asked)


def extended(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    invited = _invitation(session, payload)
    if invited.purpose == Purpose.FOR_COMMENT:
        yield from _to_all_there(session, "extended", post, invited, reason=payload.get("reason", ""))


def published(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    invited = _invitation(session, payload)
    outcome = counts(session, invited)
    yield from _to_all_there(session, "published", post, invited, number=payload["number"], outcome=outcome)


def counts(session: Session, invited: Invitation) -> bool:
    """Whether an answer of this body counts: then it has a notice of the outcome."""
    mine = select(Response.counted_revision_id).where(Response.invitation_id == invited.id)
    return session.scalar(mine) is not None


def claimed(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    """To the invited address, whoever claimed: so that a wrong claim is noticed."""
    claim = session.get_one(Claim, uuid.UUID(payload["id"]))
    invited = _invitation(session, {"id": claim.invitation_id})
    person = session.get_one(Person, claim.person_id)
    if invited.email:
        yield to_invited("claimed", post, invited, claimant=person.name, address=person.email)


def extension_requested(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    extension, invited = _extension(session, payload)
    data = {"organisation": invited.organisation.name, "until": extension.until, "reason": extension.reason}
    for person, organisation_id in _planners(session, invited.consultation):
        yield _to_person(
            "extension_requested", person, invited.consultation, data | {"organisation_id": organisation_id}
        )


def extension_decided(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    extension, invited = _extension(session, payload)
    data = {
        "until": extension.until, "granted": extension.state == "granted", "shorter": _shorter(session, extension),
        "answer": extension.answer,
    }  # fmt: skip
    for person in _members(session, invited.organisation_id, *ANSWERING):
        about = data | {"contact": person.name, "organisation_id": invited.organisation_id}
        yield _to_person("extension_decided", person, invited.consultation, about)
    if invited.email:
        yield replace(to_invited("extension_decided", post, invited, **data), spare=True)


def _shorter(session: Session, extension: DeadlineExtension) -> bool:
    """The log knows until when the body had time before."""
    said = select(HistoryEntry.details).where(HistoryEntry.subject_id == extension.id, HistoryEntry.action == "grant")
    details = session.scalar(said) or {}
    old = details.get("deadline", "None")
    return old != "None" and datetime.fromisoformat(details["until"]) < datetime.fromisoformat(old)


def response_ready(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    """To those who may release it; where that may be who laid it before them, to that one only if there is nobody else."""
    response = session.get_one(Response, uuid.UUID(payload["id"]))
    author = session.get(Person, response.author_id) if response.author_id else None
    deadline = read_invitation(session, response.invitation_id).deadline
    told = {"deadline": deadline, "author": author.name if author else ""}
    for letter in _inside(session, payload, "ready", Role.RELEASER, **told):
        own = author is not None and letter.to == str(author.id)
        if not (own and session.get_one(Organisation, response.organisation_id).four_eyes):
            yield replace(letter, spare=own)


def response_returned(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    note = next(iter(notes(session, uuid.UUID(payload["id"]))), None)
    yield from _inside(session, payload, "returned", Role.CONTRIBUTOR, reason=note.text if note else "")


def response_withdrawn(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    yield from _inside(session, payload, "withdrawn", Role.CONTRIBUTOR, Role.RELEASER)


def spoken_for(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    """Nothing for a body whose own answer counts by now, or for which that house (`by`) speaks no more."""
    invited = _invitation(session, payload)
    told = {str(one.organisation_id): one for one in _speaking_for(session, invited)}
    if payload["by"] in told and invited.consultation.state in RUNNING and not counts(session, invited):
        said = {
            "speaker": told[payload["by"]],
            "begun": begun(session, invited),
            "open": _takes(session, invited, post),
        }
        yield from _to_all_there(session, "spoken_for", post, invited, **said)


def receipt(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    """The confirmation of receipt; the page of the receipt does not depend on it."""
    revision = told_revision(session, payload)
    if revision is not None:
        yield from _inside(session, payload, "receipt", Role.CONTRIBUTOR, Role.RELEASER, revision=revision)


def entered(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    """To the body whose letter a planner entered: to those who answer for it, or to the invited address."""
    response = session.get_one(Response, uuid.UUID(payload["id"]))
    revision = told_revision(session, payload)
    intake = of_revision(session, revision.id) if revision is not None else None
    if revision is None or intake is None:
        return
    invited = read_invitation(session, response.invitation_id)
    data = {
        "revision": revision, "received_on": intake.received_on, "channel": say(CHANNEL_TITLES[intake.channel], SOURCE),
        "reference": intake.reference, "begun": response.state in (ResponseState.DRAFTING, ResponseState.READY),
    }  # fmt: skip
    made = to_invited("entered", post, invited, **data)
    for person in _members(session, response.organisation_id, Role.CONTRIBUTOR, Role.RELEASER):
        yield replace(made, recipient=person.email, data={**made.data, "contact": person.name}, to=str(person.id))
    if invited.email:
        yield replace(made, spare=True)


def login_code(new: NewCode, session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    yield from _with_code(new, session, post, payload, "login_code", CodePurpose.LOG_IN)


def password_code(new: NewCode, session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    yield from _with_code(new, session, post, payload, "password_code", CodePurpose.PASSWORD)


def account_changed(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    """What protects somebody's account was changed: to them, whoever did it."""
    person = session.get_one(Person, uuid.UUID(payload["id"]))
    data = {"name": person.name, "what": payload["what"]}
    yield Letter("account_changed", person.email, data, language=_language(person))


def four_eyes(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    """To all who release or manage, who did it too: it may have been somebody at their desk. Not to somebody alone there."""
    entry = session.get_one(HistoryEntry, int(payload["id"]))
    organisation, by = session.get_one(Organisation, entry.subject_id), session.get_one(Person, entry.person_id)
    told = list(_members(session, organisation.id, Role.MANAGER, Role.RELEASER))
    data = {"organisation": organisation.name, "organisation_id": organisation.id, "by": by.name, "when": entry.moment}
    for person in told if told != [by] else []:
        about = data | {"name": person.name}
        yield Letter("four_eyes", person.email, about, organisation.demo, _language(person), to=str(person.id))


def place(new: NewCode, session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    """Somebody invited, or approved; without a password they get a code to set one.

    The name is the one they have where it comes from: who invites somebody new calls them so.
    """
    statement = select(Membership).where(Membership.id == uuid.UUID(payload["id"]))
    found = session.scalars(
        statement.options(joinedload(Membership.person), joinedload(Membership.organisation))
    ).one_or_none()
    if found is None or not found.person.active:
        return
    person = found.person
    code = None if person.password_hash else make_code(session, person.id, CodePurpose.PLACE, post.moment, new)
    host = session.get(Person, uuid.UUID(payload["by"])) if payload.get("by") else None
    data = {
        "name": found.shown_name, "organisation": found.organisation.name, "code": code,
        "invited": found.invited_at is not None, "membership_id": found.id,
        "rights": titles_of(found.roles),
        "host": host.name if host else "", "host_address": host.email if host else "",
    }  # fmt: skip
    yield Letter("place", found.person.email, data, found.organisation.demo, _language(found.person))


def place_refused(session: Session, post: Post, payload: dict[str, Any]) -> Iterator[Letter]:
    """To all who manage there, with the address as they typed it: of an account behind it they learn nothing."""
    organisation = session.get_one(Organisation, uuid.UUID(payload["id"]))
    refused = session.get_one(Person, uuid.UUID(payload["person"]))
    data = {"organisation": organisation.name, "organisation_id": organisation.id, "address": refused.email_key}
    for person in _members(session, organisation.id, Role.MANAGER) if refused.erased_at is None else ():
        about = data | {"name": person.name}
        yield Letter("place_refused", person.email, about, organisation.demo, _language(person), to=str(person.id))


# -- who -------------------------------------------------------------------------------------------------------------
def _invitation(session: Session, payload: dict[str, Any]) -> Invitation:
    return read_invitation(session, uuid.UUID(str(payload["id"])))


def read_invitation(session: Session, invitation_id: uuid.UUID) -> Invitation:
    """With all that a letter says of it."""
    statement = select(Invitation).where(Invitation.id == invitation_id).options(
        joinedload(Invitation.organisation), joinedload(Invitation.consultation).options(
            joinedload(Consultation.draft_version), joinedload(Consultation.form_version),
            joinedload(Consultation.programme).joinedload(Programme.owner),
        ),
    )  # fmt: skip
    return session.scalars(statement).one()


def _speaking_for(session: Session, invited: Invitation) -> Sequence[Speaker]:
    return speaking_for(session, invited.organisation_id, [invited.consultation_id]).get(invited.consultation_id, [])


def _takes(session: Session, invited: Invitation, post: Post) -> bool:
    """Whether this body may still answer itself; one whose answer was opened again may, until that day."""
    reopened = session.scalar(select(Response.reopened_until).where(Response.invitation_id == invited.id))
    return any(end is not None and post.moment < end for end in (invited.deadline, reopened))


def _extension(session: Session, payload: dict[str, Any]) -> tuple[DeadlineExtension, Invitation]:
    extension = session.get_one(DeadlineExtension, uuid.UUID(payload["id"]))
    return extension, _invitation(session, {"id": extension.invitation_id})


def _planners(session: Session, consultation: Consultation) -> Iterator[tuple[Person, uuid.UUID]]:
    statement = (
        select(Programme).where(Programme.id == consultation.programme_id).options(selectinload(Programme.members))
    )
    for organisation_id, land in session.scalars(statement).one().planners.items():
        if land is None:
            for person in _members(session, organisation_id, Role.PUBLISHER):
                yield person, organisation_id


def _members(session: Session, organisation_id: uuid.UUID, *roles: Role) -> Iterable[Person]:
    statement = select(Membership).where(Membership.organisation_id == organisation_id, BELONGS)
    for membership in session.scalars(statement.options(joinedload(Membership.person))):
        if membership.person.active and any(role in membership.roles for role in roles):
            yield membership.person


def _inside(session: Session, payload: dict[str, Any], name: str, *roles: Role, **data: Any) -> Iterator[Letter]:
    """To colleagues of the answering organisation."""
    statement = select(Response).where(Response.id == uuid.UUID(payload["id"])).options(
        joinedload(Response.organisation), joinedload(Response.consultation).joinedload(Consultation.programme)
    )  # fmt: skip
    response = session.scalars(statement).one()
    data = {"organisation": response.organisation.name, "organisation_id": response.organisation_id, **data}
    for person in _members(session, response.organisation_id, *roles):
        yield _to_person(name, person, response.consultation, data)


def _with_code(
    new: NewCode, session: Session, post: Post, payload: dict[str, Any], name: str, purpose: CodePurpose
) -> Iterator[Letter]:
    person = session.get_one(Person, uuid.UUID(payload["id"]))
    code = make_code(session, person.id, purpose, post.moment, new)
    language = _language(person, payload.get("language", ""))
    yield Letter(name, person.email, {"name": person.name, "code": code}, language=language)


def to_invited(letter: str, post: Post, invited: Invitation, **data: Any) -> Letter:
    """To the invited address; the caller has seen that there is one, or only looks."""
    consultation = invited.consultation
    secret = post.settings.secret_key.get_secret_value().encode()
    facts = {
        "consultation": consultation, "programme": consultation.programme, "organisation": invited.organisation.name,
        "contact": invited.contact, "deadline": invited.deadline, "code": code_of(secret, invited),
        "organisation_id": invited.organisation_id,
    }  # fmt: skip
    return Letter(letter, invited.email or "", facts | data, consultation.demo)


def _to_all_there(session: Session, letter: str, post: Post, invited: Invitation, **data: Any) -> Iterator[Letter]:
    """To the invited address, and to those who answer there: whoever works on it may never see the central mailbox."""
    told = to_invited(letter, post, invited, **data)
    if invited.email:
        yield told
    for person in _members(session, invited.organisation_id, *ANSWERING):
        if person.email_key != identity_key(invited.email or ""):
            own = {**told.data, "contact": person.name, "code": ""}
            yield replace(told, recipient=person.email, data=own, language=_language(person), to=str(person.id))


def _to_person(name: str, person: Person, consultation: Consultation, data: dict[str, Any]) -> Letter:
    facts = {"consultation": consultation, "programme": consultation.programme, "name": person.name}
    return Letter(name, person.email, facts | data, consultation.demo, _language(person), to=str(person.id))


def _language(person: Person, asked: str = "") -> Language:
    """The one the person has chosen, or that of the page the letter was asked for on."""
    return next((language for language in LANGUAGES if language == (person.language or asked)), SOURCE)
