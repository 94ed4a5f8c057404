"""The course of a consultation from its procedure log: who was heard on which version with which deadline, what was decided."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from consultation.consultations import queries as consultations
from consultation.consultations.audience import added_by_hand, described
from consultation.consultations.later import LATER, asked_later
from consultation.consultations.models import Consultation, ConsultationVersion, Invitation
from consultation.consultations.posting import noted_day
from consultation.consultations.titles import PURPOSE_TITLES
from consultation.core.errors import NotFound
from consultation.core.history import HistoryEntry
from consultation.core.language import SOURCE, Language, M, Message, moment, say
from consultation.documents.chapters import asked
from consultation.documents.consolidated import DEMO_MARK
from consultation.documents.formats import Cell, Column, Compiled, Sheet
from consultation.documents.labels import DECISIONS
from consultation.documents.outline import Heading, Meta, Node, Outline, Paragraph, Table
from consultation.documents.told import SERVICE, Told, names_of, tell
from consultation.evaluation.models import Point
from consultation.evaluation.numbers import both_numbers
from consultation.forms.models import FormVersion
from consultation.people.models import Organisation
from consultation.programmes.models import DraftVersion
from consultation.responses.models import Intake, Response, Revision
from consultation.responses.titles import received
from consultation.rulebook import WORKFLOWS, planner
from consultation.states import InvitationState, PointState
from consultation.subjects import Actor

AT_ONCE = 1000
"""Entries that are read, and told, together."""
ROWS = 500
"""Of a table that people read; a longer one goes on in another, so that none is held as a whole."""
_COLUMNS = (
    ("seq", M("Nr.")), ("moment", M("Zeitpunkt")), ("told", M("Was geschah")), ("became", M("Stand vorher → nachher")),
    ("reason", M("Grund")), ("body", M("betroffene Stelle")), ("organisation", M("handelnde Stelle")),
    ("person", M("Kennung der Person")), ("subject_id", M("Kennung des Gegenstands")), ("hash", M("Prüfsumme")),
)  # fmt: skip
_HEARD_HEAD = (M("Stelle"), M("Eingeladen"), M("Frist"), M("Antwort"))
_came_later = (
    select(func.max(HistoryEntry.moment))
    .where(HistoryEntry.subject_id == Invitation.id, HistoryEntry.action.in_(LATER))
    .scalar_subquery()
)
"""When it was made, or its body asked for comment, if that was after the announcement."""
_DECISIONS_HEAD = (M("Nr."), M("Einzelpunkt"), M("Entscheidung"), M("Erwiderung"))
_STEPS_HEAD = (M("Zeitpunkt"), M("Was geschah"), M("Stand vorher → nachher"), M("Wer"), M("Grund"))


def procedure(session: Session, actor: Actor, consultation_slug: str, language: Language = SOURCE) -> Compiled:
    """For planners who see all Länder. Read as an outline (PDF, DOCX, …) or as one sheet (XLSX, CSV)."""
    consultation = consultations.get(session, actor, consultation_slug)
    if not (actor.is_system or planner(actor, consultation)):
        raise NotFound(M("Diese Konsultation gibt es nicht."))
    outline = Outline(_meta(consultation, actor, language), lambda: _nodes(session, consultation, language))
    columns = tuple(Column(key, say(label, language)) for key, label in _COLUMNS)
    title = say(M("Verfahrensprotokoll"), language)
    sheet = Sheet("procedure", title, columns, lambda: _rows(session, consultation, language))
    head: dict[str, object] = {"consultation": consultation.slug, "demo": consultation.demo}
    return Compiled(outline, (sheet,), head, lambda: _records(session, consultation, language))


def _meta(consultation: Consultation, actor: Actor, language: Language) -> Meta:
    marks = [say(M("Nur für den internen Gebrauch"), language)]
    return Meta(
        title=say(M("Verfahrensprotokoll"), language), subtitle=consultation.title, author=consultation.programme.owner.name,
        language=language, moment=actor.moment,
        description=say(M("Wer wurde wann zu welcher Fassung mit welcher Frist gehört, und was wurde entschieden."), language),
        facts=tuple((say(label, language), text) for label, text in _facts(consultation, actor, language) if text),
        marks=(*marks, *([say(DEMO_MARK, language)] if consultation.demo else [])),
    )  # fmt: skip


def _facts(consultation: Consultation, actor: Actor, language: Language) -> Iterator[tuple[Message, str]]:
    yield M("Programm"), consultation.programme.title
    yield M("Geschäftszeichen"), consultation.programme.reference
    yield M("Herausgeberin"), consultation.programme.owner.name
    if consultation.deadline:
        about = M("Runde {round}, Frist {deadline}", round=consultation.round, deadline=consultation.deadline)
        yield M("Konsultation"), say(about, language)
    yield M("Stand"), moment(actor.moment, language)


def _nodes(session: Session, consultation: Consultation, language: Language) -> Iterator[Node]:
    def title(text: Message, key: str) -> Heading:
        return Heading(1, say(text, language), key)

    yield title(M("Fassungen"), "fassungen")
    yield _versions(session, consultation, language)
    yield title(M("Wer gefragt wurde"), "adressaten")
    audience = described(consultation, added_by_hand(session, consultation.id), asked_later(session, consultation.id))
    yield from (Paragraph(say(text, language)) for text in asked.sentences(audience))
    yield title(M("Beteiligte Stellen"), "stellen")
    yield from _tables(M("Beteiligte Stellen"), _HEARD_HEAD, _heard(session, consultation, language), language)
    yield title(M("Entscheidungen"), "entscheidungen")
    yield from _tables(
        M("Entschiedene Einzelpunkte"), _DECISIONS_HEAD, _decisions(session, consultation, language), language
    )
    yield title(M("Schritte"), "schritte")
    yield Paragraph(say(M("Schritte der Konsultation, Fristen, Entscheidungen und Ausgaben, und was einzelne Stellen "
                          "zurückgenommen oder wieder geöffnet haben. Jeden Schritt mit seiner Prüfsumme enthält die "
                          "Tabellendatei."), language))  # fmt: skip
    yield from _tables(M("Schritte des Verfahrens"), _STEPS_HEAD, _steps(session, consultation, language), language)


def _tables(
    caption: Message, head: tuple[Message, ...], rows: Iterator[tuple[str, ...]], language: Language
) -> Iterator[Table]:
    """One table, empty or not, and more of them as long as there are rows."""
    titles = tuple(say(text, language) for text in head)
    here = tuple(islice(rows, ROWS))
    yield Table(say(caption, language), titles, here)
    while len(here) == ROWS and (here := tuple(islice(rows, ROWS))):
        yield Table(say(M("{caption} (Fortsetzung)", caption=caption), language), titles, here)


def _versions(session: Session, consultation: Consultation, language: Language) -> Table:
    """What was asked from when on."""
    head = (M("Fassung"), M("gültig ab"), M("Entwurf"), M("Formular"), M("Grund"))
    statement = (
        select(ConsultationVersion, DraftVersion.number, DraftVersion.date, FormVersion.number)
        .outerjoin(DraftVersion, DraftVersion.id == ConsultationVersion.draft_version_id)
        .join(FormVersion, FormVersion.id == ConsultationVersion.form_version_id)
        .where(ConsultationVersion.consultation_id == consultation.id)
        .order_by(ConsultationVersion.number)
    )
    rows = tuple(
        (
            str(version.number), moment(version.effective_at, language),
            say(M("Nr. {number} vom {day}", number=draft, day=dated), language) if draft else "–",
            say(M("Nr. {number}", number=form), language), version.reason or "–",
        )
        for version, draft, dated, form in session.execute(statement)
    )  # fmt: skip
    return Table(say(M("Fassungen der Konsultation"), language), tuple(say(h, language) for h in head), rows)


def _heard(session: Session, consultation: Consultation, language: Language) -> Iterator[tuple[str, ...]]:
    statement = (
        select(
            Invitation, Organisation.name, Response.state, Revision.submitted_at, Intake.received_on,
            ConsultationVersion.number, _came_later, noted_day(),
        )
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Response, Response.invitation_id == Invitation.id)
        .outerjoin(Revision, Revision.id == Response.counted_revision_id)
        .outerjoin(Intake, Intake.revision_id == Revision.id)
        .outerjoin(ConsultationVersion, ConsultationVersion.id == Revision.consultation_version_id)
        .where(Invitation.consultation_id == consultation.id, Invitation.state != InvitationState.PLANNED)
        .order_by(Organisation.sort_key, Organisation.id)
        .execution_options(yield_per=AT_ONCE)
    )  # fmt: skip
    states = next(w for w in WORKFLOWS if w.name == "response").states
    for invitation, name, state, answered_at, received_on, number, later, posted in session.execute(statement):
        deadline = max(filter(None, (consultation.deadline, invitation.extended_until)), default=None)
        became = states[state] if state else M("keine Antwort")
        if number:
            came = received(answered_at, received_on)
            became = M("{what}, {moment}, zu Fassung {n}", what=became, moment=came, n=number)
        yield (
            name, f"{say(PURPOSE_TITLES[invitation.purpose], language)}, {_sent(invitation, later, posted, language)}",
            moment(deadline, language) if deadline else "–", say(became, language),
        )  # fmt: skip


def _sent(invitation: Invitation, later: datetime | None, posted: str | None, language: Language) -> str:
    sent_at = later or invitation.sent_at
    if sent_at is None:
        return "–"
    said = M("{moment}, nachträglich", moment=sent_at) if later else M("{moment}", moment=sent_at)
    if invitation.as_letter and posted:
        said = M("{moment}; Brief zur Post gegeben am {day}", moment=said, day=date.fromisoformat(posted))
    elif invitation.as_letter and later:
        said = M("{moment}, nachträglich, als Brief zum Drucken", moment=sent_at)
    elif invitation.as_letter:
        said = M("{moment}, als Brief zum Drucken", moment=sent_at)
    return say(said, language)


def _decisions(session: Session, consultation: Consultation, language: Language) -> Iterator[tuple[str, ...]]:
    """What was decided about each point, and why."""
    statement = (
        select(Point.number, Point.public_number, Point.text, Point.decision, Point.reply)
        .where(Point.consultation_id == consultation.id, Point.state == PointState.DECIDED)
        .order_by(Point.number)
        .execution_options(yield_per=AT_ONCE)
    )
    for number, public, text, decision, reply in session.execute(statement):
        decided = say(DECISIONS[decision], language) if decision else "–"
        yield say(both_numbers(number, public), language), text, decided, reply or "–"


_ALL_TOLD = ("consultation", "edition", "deadline_extension", "redaction")
_CHANGED_MINDS = ("reopen", "withdraw", "decline", "enter", "enter_beside")
_READ: ColumnElement[bool] = or_(
    HistoryEntry.subject_type.in_(_ALL_TOLD),
    and_(HistoryEntry.subject_type == "invitation", HistoryEntry.action.in_(LATER)),
    and_(HistoryEntry.subject_type == "point", HistoryEntry.new.is_not(None)),
    and_(HistoryEntry.subject_type == "response", HistoryEntry.action.in_(_CHANGED_MINDS)),
)
"""What people read who ask how a decision came about; the rest is counted in thousands and stands in the data files."""


def _steps(session: Session, consultation: Consultation, language: Language) -> Iterator[tuple[str, ...]]:
    for entry, name, told in _told(session, consultation, language, _READ):
        yield (
            moment(entry.moment, language), say(told.what, language), say(told.became, language) if told.became else "–",
            name or say(SERVICE, language), told.reason or "–",
        )  # fmt: skip


def _told(
    session: Session, consultation: Consultation, language: Language, wanted: ColumnElement[bool] | None = None
) -> Iterator[tuple[HistoryEntry, str | None, Told]]:
    """In the order of the log, with the name of whoever acted; a page and its names at a time."""
    after = 0
    while True:
        statement = (
            select(HistoryEntry, Organisation.name)
            .outerjoin(Organisation, Organisation.id == HistoryEntry.organisation_id)
            .where(HistoryEntry.consultation_id == consultation.id, HistoryEntry.seq > after)
            .order_by(HistoryEntry.seq)
            .limit(AT_ONCE)
        )
        page = session.execute(statement if wanted is None else statement.where(wanted)).all()
        names = names_of(session, [entry for entry, _ in page], people=False)
        yield from ((entry, name, tell(entry, names, language)) for entry, name in page)
        if len(page) < AT_ONCE:
            return
        after = page[-1][0].seq


def _rows(session: Session, consultation: Consultation, language: Language) -> Iterator[tuple[Cell, ...]]:
    """In words, for people who read or filter a table."""
    for entry, name, told in _told(session, consultation, language):
        yield (
            entry.seq, moment(entry.moment, language), say(told.what, language),
            say(told.became, language) if told.became else None, told.reason or None, told.body or None,
            name or say(SERVICE, language), str(entry.person_id) if entry.person_id else None, str(entry.subject_id),
            entry.hash,
        )  # fmt: skip


def _records(session: Session, consultation: Consultation, language: Language) -> Iterator[dict[str, object]]:
    """For programs: the entry as it is kept, and the same in words."""
    for entry, name, told in _told(session, consultation, language):
        yield {
            "seq": entry.seq, "moment": entry.moment.isoformat(), "action": entry.action,
            "subject_type": entry.subject_type, "subject_id": str(entry.subject_id), "organisation": name,
            "person": str(entry.person_id) if entry.person_id else None, "old": entry.old, "new": entry.new,
            "details": entry.details, "told": say(told.what, language), "body": told.body or None,
            "reason": told.reason or None, "hash": entry.hash,
        }  # fmt: skip
