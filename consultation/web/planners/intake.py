"""Entering an answer that came by mail, letter or workshop: the letter, its answers beside the original, the review."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import listing, queries
from consultation.consultations.listing import InvitationFilter
from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid, NotFound, NotReady, Problem
from consultation.core.language import M, Message
from consultation.core.text import clean_line
from consultation.http import Db, Form, Pages, PostedForm, page, see_other
from consultation.http.language import language_of
from consultation.responses import entering, intake
from consultation.responses.answering import read_posted
from consultation.responses.desk import Desk
from consultation.responses.intake import EARLY, Received, Standing
from consultation.responses.models import BY_HAND, Channel, Intake
from consultation.responses.titles import CHANNEL_TITLES
from consultation.rulebook import RUNNING, editor
from consultation.states import Purpose
from consultation.subjects import Actor
from consultation.web.municipalities.asking import errors_of, numbered, shown_questions
from consultation.web.municipalities.part import read_answers
from consultation.web.municipalities.saving import overlaid
from consultation.web.planners.frame import (
    PREFIX,
    Planning,
    consultation_path,
    planned,
    problems_of,
    surroundings,
    typed_day,
)

router = Pages(prefix=PREFIX + "/consultations/{slug}")
KINDS = {"response": M("Stellungnahme"), "nil_return": M("Fehlanzeige")}
CHOICES = [(channel.value, CHANNEL_TITLES[channel]) for channel in BY_HAND]


# -- whose answer ----------------------------------------------------------------------------------------------------
@router.get("/intake")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    text = clean_line(request.query_params.get("q", ""))[:100]
    with db.reader() as session:
        consultation = _edited(session, actor, slug)
        chosen = InvitationFilter(text=text, purpose=Purpose.FOR_COMMENT)
        found = listing.invitations(session, actor, consultation, chosen, limit=20) if text else []
        begun = intake.open_ones(session, consultation.id)
    data = surroundings(actor, consultation, M("Antwort erfassen")) | {
        "typed": {"q": text},
        "found": found,
        "begun": begun,
        "channels": CHANNEL_TITLES,
        "running": consultation.state in RUNNING,
    }
    return page(request, "planners/intake.html", data)


def _edited(session: Session, actor: Actor, slug: str) -> Consultation:
    """Only those who may edit for all Länder enter answers; for the others the pages do not exist."""
    consultation = planned(session, actor, slug)
    if not editor(actor, consultation):
        raise NotFound(M("Antworten erfassen Personen mit dem Recht „Bearbeitung (Planung)“."))
    return consultation


# -- the letter ------------------------------------------------------------------------------------------------------
@router.get("/invitations/{invitation_id}/intake")
def ask(request: Request, db: Db, actor: Planning, slug: str, invitation_id: uuid.UUID) -> Response:
    return _new(
        request, db, actor, slug, invitation_id, {"channel": "", "received_on": "", "reference": "", "original": ""}
    )


def _new(
    request: Request, db: Database, actor: Actor, slug: str, invitation_id: uuid.UUID, typed: Mapping[str, str],
    status: int = 200, **more: Any,
) -> Response:  # fmt: skip
    with db.reader() as session:
        consultation, invitation = _invited(session, actor, slug, invitation_id)
        standing = intake.standing(session, invitation)
        try:
            intake.require_possible(actor, invitation, standing)
            impossible = None
        except Conflict as refused:
            impossible = refused.message
        to_reopen = intake.to_reopen(session, invitation) if impossible else None
    data = _letter(actor, consultation, invitation.organisation.name) | {
        "typed": typed, "impossible": impossible, "to_reopen": to_reopen, "begun": standing == Standing.BEGUN,
        "entered": standing == Standing.ENTERED, "action": f"invitations/{invitation_id}/intake", "version": 0,
    }  # fmt: skip
    return page(request, "planners/intake_letter.html", data | more, status)


def _letter(actor: Actor, consultation: Consultation, name: str) -> dict[str, Any]:
    return surroundings(actor, consultation, M("Antwort erfassen")) | {
        "name": name,
        "channels": CHOICES,
        "entered": False,
        "early": False,
        "confirmed_early": False,
        "beside": False,
    }


def _invited(session: Session, actor: Actor, slug: str, invitation_id: uuid.UUID) -> tuple[Consultation, Invitation]:
    consultation = _edited(session, actor, slug)
    invitation = queries.invitation(session, actor, invitation_id)
    if invitation.consultation_id != consultation.id:
        raise NotFound(M("Diese Einladung gibt es nicht."))
    return consultation, invitation


@router.post("/invitations/{invitation_id}/intake")
def begin(request: Request, db: Db, actor: Planning, slug: str, invitation_id: uuid.UUID, form: Form) -> Response:
    typed = _typed(form)
    try:
        with db.transaction() as session:
            _, invitation = _invited(session, actor, slug, invitation_id)
            intake.require_possible(actor, invitation, intake.standing(session, invitation))
            made = intake.begin(
                session, actor, invitation_id, _received(form, typed), beside=form.checked("beside"),
                early=form.checked(EARLY),
            )  # fmt: skip
            made_id = made.id
    except (Invalid, Conflict) as refused:
        return _new(request, db, actor, slug, invitation_id, typed, refused.status, **_asked_back(form, refused))
    return see_other(f"{consultation_path(actor, slug)}/intake/{made_id}", M("Der Wortlaut ist gespeichert."))


def _asked_back(form: PostedForm, refused: Invalid | Conflict) -> dict[str, Any]:
    """What is wrong; and whether the page asks if a day before the announcement is meant."""
    problems = problems_of(refused)
    asks = form.checked(EARLY) or any(problem.field == EARLY for problem in problems)
    return {
        "problems": problems, "early": asks, "confirmed_early": form.checked(EARLY), "beside": form.checked("beside"),
    }  # fmt: skip


def _typed(form: PostedForm) -> dict[str, str]:
    """A text file takes the place of what was pasted; any other file does not."""
    text = _uploaded(form) or form.text("original")
    return {name: form.line(name) for name in ("channel", "received_on", "reference")} | {"original": text}


def _uploaded(form: PostedForm) -> str:
    """The text of the file; empty without one, or where nothing in it can be read."""
    file = form.file("file")
    text = _decoded(file.content) if file else ""
    return text if text.strip() else ""


def _decoded(content: bytes) -> str:
    """Of plain text; anything else reads as nothing, so that the page can say what to do."""
    if b"\0" in content or content.startswith((b"%PDF", b"PK\3\4", b"\xd0\xcf\x11\xe0")):
        return ""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _received(form: PostedForm, typed: Mapping[str, str]) -> Received:
    """Raises `Invalid` with everything that is wrong at once."""
    problems: list[Problem] = []
    day = date.min
    if typed["channel"] not in {channel.value for channel in BY_HAND}:
        problems.append(Problem("channel", M("Wählen Sie, wie die Antwort einging.")))
    try:
        day = typed_day(form, "received_on") or date.min
    except Invalid as wrong:
        problems += wrong.problems
    if form.file("file") and not _uploaded(form):
        told = M("Das ist keine Textdatei. Öffnen Sie die Datei, kopieren Sie den Text und fügen Sie ihn hier ein.")
        problems.append(Problem("file", told))
    elif not typed["original"].strip():
        problems.append(
            Problem("original", M("Fügen Sie den Wortlaut ein; er bleibt als Original neben der Stellungnahme."))
        )
    if problems:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    return Received(Channel(typed["channel"]), day, typed["reference"], typed["original"])


@router.get("/intake/{intake_id}/letter")
def ask_letter(request: Request, db: Db, actor: Planning, slug: str, intake_id: uuid.UUID) -> Response:
    with db.reader() as session:
        _, made, _ = _of(session, actor, slug, intake_id)
    typed = {"channel": made.channel.value, "received_on": made.received_on.isoformat(), "reference": made.reference,
             "original": made.original}  # fmt: skip
    return _corrected(request, db, actor, slug, intake_id, typed, version=made.version)


def _corrected(
    request: Request, db: Database, actor: Actor, slug: str, intake_id: uuid.UUID, typed: Mapping[str, str],
    status: int = 200, **more: Any,
) -> Response:  # fmt: skip
    with db.reader() as session:
        consultation, made, invitation = _of(session, actor, slug, intake_id)
    data = _letter(actor, consultation, invitation.organisation.name) | {
        "typed": typed, "impossible": None, "begun": False, "action": f"intake/{made.id}/letter", "version": made.version,
    }  # fmt: skip
    return page(request, "planners/intake_letter.html", data | more, status)


@router.post("/intake/{intake_id}/letter")
def correct(request: Request, db: Db, actor: Planning, slug: str, intake_id: uuid.UUID, form: Form) -> Response:
    typed = _typed(form)
    try:
        with db.transaction() as session:
            _of(session, actor, slug, intake_id)
            intake.correct(session, actor, intake_id, _received(form, typed), _version(form), early=form.checked(EARLY))
    except (Invalid, Conflict) as refused:
        return _corrected(request, db, actor, slug, intake_id, typed, refused.status, **_asked_back(form, refused))
    return see_other(f"{consultation_path(actor, slug)}/intake/{intake_id}", M("Der Wortlaut ist gespeichert."))


def _version(form: PostedForm) -> int:
    text = form.line("version")[:9]
    return int(text) if text.isascii() and text.isdigit() else 0


def _of(session: Session, actor: Actor, slug: str, intake_id: uuid.UUID) -> tuple[Consultation, Intake, Invitation]:
    consultation = _edited(session, actor, slug)
    made, invitation = intake.get(session, actor, intake_id)
    if made.consultation_id != consultation.id:
        raise NotFound(M("Diese Erfassung gibt es nicht."))
    return consultation, made, invitation


@router.post("/intake/{intake_id}/discard")
def discard(db: Db, actor: Planning, slug: str, intake_id: uuid.UUID) -> Response:
    with db.transaction() as session:
        _of(session, actor, slug, intake_id)
        intake.discard(session, actor, intake_id)
    return see_other(f"{consultation_path(actor, slug)}/intake", M("Die Erfassung ist verworfen."))


# -- its answers -----------------------------------------------------------------------------------------------------
def _desk(
    request: Request, session: Session, actor: Actor, slug: str, intake_id: uuid.UUID
) -> tuple[Consultation, Intake, Desk]:
    consultation = _edited(session, actor, slug)
    made, desk = intake.desk(session, actor, intake_id, language_of(request))
    if made.consultation_id != consultation.id:
        raise NotFound(M("Diese Erfassung gibt es nicht."))
    return consultation, made, desk


@router.get("/intake/{intake_id}")
def show_answers(request: Request, db: Db, actor: Planning, slug: str, intake_id: uuid.UUID) -> Response:
    return _answers(request, db, actor, slug, intake_id)


def _answers(
    request: Request, db: Database, actor: Actor, slug: str, intake_id: uuid.UUID, status: int = 200, *,
    typed: Mapping[str, Any] | None = None, problems: tuple[Problem, ...] | None = None,
) -> Response:  # fmt: skip
    """What is stored, or what was just typed, with what is wrong with it."""
    with db.reader() as session:
        consultation, made, desk = _desk(request, session, actor, slug, intake_id)
    shown, wrong = typed or desk.typed, entering.refusals(desk) if problems is None else problems
    data = surroundings(actor, consultation, M("Antwort erfassen")) | {
        "intake": made, "name": desk.response.organisation.name, "channel": CHANNEL_TITLES[made.channel],
        "parts": [(part, desk.context.say(part.title), *_asked(desk, part, shown, actor)) for part in desk.form.parts],
        "version": made.version, "errors": errors_of(wrong, desk), "problems": [numbered(desk, p) for p in wrong],
        "wide": True,
    }  # fmt: skip
    return page(request, "planners/intake_answers.html", data, status)


def _asked(desk: Desk, part: Any, typed: Mapping[str, Any], actor: Actor) -> tuple[Any, Any]:
    """(core questions, the others); a question whose condition does not hold is not asked."""
    shown = [one for one in shown_questions(desk, part.questions, typed, actor.moment) if one.visible]
    return [one for one in shown if one.question.core], [one for one in shown if not one.question.core]


@router.post("/intake/{intake_id}")
def keep(request: Request, db: Db, actor: Planning, slug: str, intake_id: uuid.UUID, form: Form) -> Response:
    with db.reader() as session:
        _, _, desk = _desk(request, session, actor, slug, intake_id)
    posted = read_posted(desk, form, [asked.key for asked in desk.form.asked])
    try:
        with db.transaction() as session:
            problems = intake.keep(session, actor, intake_id, posted, _version(form), language_of(request))
    except Conflict:
        told = M("Jemand aus Ihrem Haus hat inzwischen gespeichert. Ihre Eingaben stehen noch auf dieser Seite; wenn Sie "
                 "jetzt speichern, gelten sie.")  # fmt: skip
        return _answers(
            request, db, actor, slug, intake_id, 409, typed=overlaid(desk, posted), problems=(Problem("", told),)
        )
    at = f"{consultation_path(actor, slug)}/intake/{intake_id}"
    if add := form.line("add"):
        return see_other(f"{at}#{add}" if add.isascii() and add.isprintable() and " " not in add else at)
    if problems:
        return _answers(request, db, actor, slug, intake_id, 422, typed=overlaid(desk, posted), problems=problems)
    return see_other(f"{at}/review" if form.line("then") == "review" else at, M("Gespeichert."))


# -- the review ------------------------------------------------------------------------------------------------------
@router.get("/intake/{intake_id}/review")
def review(request: Request, db: Db, actor: Planning, slug: str, intake_id: uuid.UUID) -> Response:
    return _review(request, db, actor, slug, intake_id)


def _review(
    request: Request, db: Database, actor: Actor, slug: str, intake_id: uuid.UUID, status: int = 200, **more: Any
) -> Response:
    with db.reader() as session:
        consultation, made, desk = _desk(request, session, actor, slug, intake_id)
        standing = intake.standing(session, desk.response.invitation)
        gets_mail = intake.gets_mail(session, desk.response.invitation)
    nothing = not desk.submitted
    data = surroundings(actor, consultation, M("Antwort erfassen")) | {
        "intake": made, "name": desk.response.organisation.name, "channel": CHANNEL_TITLES[made.channel],
        "parts": [(desk.context.say(part.title), read_answers(desk, part)) for part in desk.form.parts],
        "gaps": [numbered(desk, one).message for one in entering.gaps(desk, nil_return=nothing)],
        "begun": standing == Standing.BEGUN, "nothing": nothing, "gets_mail": gets_mail,
        "typed": {"kind": "" if nothing else "response", "name": "", "function": ""},
        "kinds": list(KINDS.items()),
    }  # fmt: skip
    return page(request, "planners/intake_review.html", data | more, status)


@router.post("/intake/{intake_id}/review")
def submit(request: Request, db: Db, actor: Planning, slug: str, intake_id: uuid.UUID, form: Form) -> Response:
    typed = {name: form.line(name)[:200] for name in ("kind", "name", "function")}
    try:
        with db.transaction() as session:
            _, _, invitation = _of(session, actor, slug, intake_id)
            intake.held(session, actor, intake_id, _version(form))
            if typed["kind"] not in KINDS:
                raise Invalid.about("kind", M("Wählen Sie, ob es eine Stellungnahme oder eine Fehlanzeige ist."))
            revision = entering.submit_for(
                session, actor, intake_id, nil_return=typed["kind"] == "nil_return", name=typed["name"],
                function=typed["function"], silent_about_rest=form.checked("silent"), beside=form.checked("beside"),
            )  # fmt: skip
            response_id = revision.response_id
            told = _entered(revision.receipt_number, gets_mail=intake.gets_mail(session, invitation))
            parts = entering.not_taken(session, actor, revision, language_of(request))
    except (NotReady, Conflict, Invalid) as refused:
        kept: dict[str, Any] = {"typed": typed, "silent": form.checked("silent"), "beside": form.checked("beside")}
        return _review(
            request, db, actor, slug, intake_id, refused.status, problems=_here(problems_of(refused)), **kept
        )
    if parts:
        told = M("{entered} Was davon veröffentlicht werden darf, hat die Stelle selbst entschieden, und das gilt weiter: {parts}.",
                 entered=told, parts=parts)  # fmt: skip
    return see_other(f"{consultation_path(actor, slug)}/responses/{response_id}", told)


def _entered(number: str, *, gets_mail: bool) -> Message:
    if gets_mail:
        return M("Die Antwort ist erfasst (Eingangsnummer {number}). Die Stelle erhält eine Mail mit der Eingangsbestätigung.",
                 number=number)  # fmt: skip
    return M("Die Antwort ist erfasst (Eingangsnummer {number}). Die Stelle hat keine Mailadresse: Drucken Sie die "
             "Eingangsbestätigung („Als PDF herunterladen“) und senden Sie sie per Post.", number=number)  # fmt: skip


def _here(problems: Iterable[Problem]) -> list[Problem]:
    """With links to the inputs of this page only; wrong answers are mended on the page before."""
    inputs = {"silent": "silent", "beside": "beside", "nil_return": "kind", "kind": "kind"}
    return [Problem(inputs.get(problem.field, ""), problem.message) for problem in problems]
