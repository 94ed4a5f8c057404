"""The course of a consultation from its procedure log: who was heard on which version with which deadline, what was decided."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations import queries as consultations
from consultation.consultations.audience import described
from consultation.consultations.models import Consultation, ConsultationVersion, Invitation
from consultation.core.errors import NotFound
from consultation.core.history import HistoryEntry
from consultation.core.language import SOURCE, Language, M, Message, moment, say
from consultation.documents.chapters import asked
from consultation.documents.consolidated import DEMO_MARK
from consultation.documents.formats import Cell, Column, Compiled, Sheet
from consultation.documents.labels import DECISIONS
from consultation.documents.outline import Heading, Meta, Node, Outline, Paragraph, Table
from consultation.evaluation.models import Point
from consultation.people.models import Organisation
from consultation.responses.models import Response, Revision
from consultation.rulebook import WORKFLOWS, planner
from consultation.states import InvitationState, PointState, Purpose
from consultation.subjects import Actor

AT_ONCE = 1000
_COLUMNS = (
    ("seq", M("Nr.")), ("moment", M("Zeitpunkt")), ("action", M("Vorgang")), ("subject_type", M("Gegenstand")),
    ("subject_id", M("Kennung")), ("organisation", M("handelnde Stelle")), ("person", M("Kennung der Person")),
    ("old", M("vorher")), ("new", M("nachher")), ("details", M("Einzelheiten")), ("hash", M("Prüfsumme")),
)  # fmt: skip


def procedure(session: Session, actor: Actor, consultation_slug: str, language: Language = SOURCE) -> Compiled:
    """For planners who see all Länder. Read as an outline (PDF, DOCX, …) or as one sheet (XLSX, CSV)."""
    consultation = consultations.get(session, actor, consultation_slug)
    if not (actor.is_system or planner(actor, consultation)):
        raise NotFound(M("Diese Konsultation gibt es nicht."))
    outline = Outline(_meta(consultation, actor, language), lambda: _nodes(session, consultation, language))
    columns = tuple(Column(key, say(label, language)) for key, label in _COLUMNS)
    title = say(M("Verfahrensprotokoll"), language)
    sheet = Sheet("procedure", title, columns, lambda: _rows(session, consultation))
    head: dict[str, object] = {"consultation": consultation.slug, "demo": consultation.demo}
    keys = [key for key, _ in _COLUMNS]
    return Compiled(
        outline, (sheet,), head, lambda: (dict(zip(keys, row, strict=True)) for row in _rows(session, consultation))
    )


def _meta(consultation: Consultation, actor: Actor, language: Language) -> Meta:
    marks = [say(M("Nur für den internen Gebrauch"), language)]
    return Meta(
        title=say(M("Verfahrensprotokoll"), language), subtitle=consultation.title, author=consultation.programme.owner.name,
        language=language, moment=actor.moment,
        description=say(M("Wer wurde wann zu welcher Fassung mit welcher Frist gehört, und was wurde entschieden."), language),
        facts=((say(M("Stand"), language), moment(actor.moment, language)),),
        marks=(*marks, *([say(DEMO_MARK, language)] if consultation.demo else [])),
    )  # fmt: skip


def _nodes(session: Session, consultation: Consultation, language: Language) -> Iterator[Node]:
    def title(text: Message, key: str) -> Heading:
        return Heading(1, say(text, language), key)

    yield title(M("Fassungen"), "fassungen")
    yield _versions(session, consultation, language)
    yield title(M("Wer gefragt wurde"), "adressaten")
    yield from (Paragraph(say(text, language)) for text in asked.sentences(described(consultation)))
    yield title(M("Beteiligte Stellen"), "stellen")
    yield _heard(session, consultation, language)
    yield title(M("Entscheidungen"), "entscheidungen")
    yield _decisions(session, consultation, language)
    yield title(M("Schritte"), "schritte")
    yield Paragraph(say(M("Schritte der Konsultation, Fristen, Entscheidungen und Ausgaben. Das vollständige Protokoll mit "
                          "allen Prüfsummen enthält die "
                          "Tabellendatei."), language))  # fmt: skip
    yield _steps(session, consultation, language)


def _versions(session: Session, consultation: Consultation, language: Language) -> Table:
    head = (M("Fassung"), M("gültig ab"), M("Grund"))
    rows = tuple(
        (str(v.number), moment(v.effective_at, language), v.reason or "–")
        for v in consultations.versions(session, consultation.id)
    )
    return Table(say(M("Fassungen der Konsultation"), language), tuple(say(h, language) for h in head), rows)


def _heard(session: Session, consultation: Consultation, language: Language) -> Table:
    statement = (
        select(Invitation, Organisation.name, Response.state, Revision.submitted_at, ConsultationVersion.number)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Response, Response.invitation_id == Invitation.id)
        .outerjoin(Revision, Revision.id == Response.counted_revision_id)
        .outerjoin(ConsultationVersion, ConsultationVersion.id == Revision.consultation_version_id)
        .where(Invitation.consultation_id == consultation.id, Invitation.state != InvitationState.PLANNED)
        .order_by(Organisation.sort_key, Organisation.id)
    )
    states = next(w for w in WORKFLOWS if w.name == "response").states
    rows = []
    for invitation, name, state, answered_at, number in session.execute(statement):
        deadline = max(filter(None, (consultation.deadline, invitation.extended_until)), default=None)
        asked = M("zur Stellungnahme") if invitation.purpose == Purpose.FOR_COMMENT else M("nachrichtlich")
        became = states[state] if state else M("keine Antwort")
        rows.append((
            name, say(asked, language), moment(invitation.sent_at, language) if invitation.sent_at else "–",
            moment(deadline, language) if deadline else "–", say(became, language),
            moment(answered_at, language) if number else "–", str(number) if number else "–",
        ))  # fmt: skip
    head = (M("Stelle"), M("Zweck"), M("eingeladen am"), M("Frist"), M("Ergebnis"), M("Antwort vom"), M("zu Fassung"))
    return Table(say(M("Beteiligte Stellen"), language), tuple(say(h, language) for h in head), tuple(rows))


def _decisions(session: Session, consultation: Consultation, language: Language) -> Table:
    """What was decided about each point, and why."""
    statement = (
        select(Point.number, Point.text, Point.decision, Point.reply)
        .where(Point.consultation_id == consultation.id, Point.state == PointState.DECIDED)
        .order_by(Point.number)
    )
    rows = tuple(
        (str(number), text, say(DECISIONS[decision], language) if decision else "–", reply or "–")
        for number, text, decision, reply in session.execute(statement)
    )
    head = (M("Nr."), M("Einzelpunkt"), M("Entscheidung"), M("Erwiderung"))
    return Table(say(M("Entschiedene Einzelpunkte"), language), tuple(say(h, language) for h in head), rows)


_TOLD = frozenset({"consultation", "edition", "deadline_extension", "point"})


def _steps(session: Session, consultation: Consultation, language: Language) -> Table:
    numbered = select(Point.id, Point.number).where(Point.consultation_id == consultation.id)
    points = {row.id: row.number for row in session.execute(numbered)}
    rows = []
    for entry, name in _entries(session, consultation):
        if entry.subject_type in _TOLD and entry.new is not None:
            subject = say(_title_of(entry), language)
            if (number := points.get(entry.subject_id)) is not None:
                subject = f"{subject} {number}"
            details = "; ".join(f"{key}: {value}" for key, value in sorted(entry.details.items()) if key != "files")
            rows.append((moment(entry.moment, language), subject, _state_of(entry, language), name or "–", details))
    head = (M("Zeitpunkt"), M("Gegenstand"), M("neuer Stand"), M("handelnde Stelle"), M("Einzelheiten"))
    return Table(say(M("Schritte des Verfahrens"), language), tuple(say(h, language) for h in head), tuple(rows))


def _workflow_of(entry: HistoryEntry) -> Any:
    return next((w for w in WORKFLOWS if w.name == entry.subject_type), None)


def _title_of(entry: HistoryEntry) -> Message:
    found = _workflow_of(entry)
    return found.title if found else M("{type}", type=entry.subject_type)


def _state_of(entry: HistoryEntry, language: Language) -> str:
    found = _workflow_of(entry)
    states = {str(state): title for state, title in found.states.items()} if found else {}
    return say(states[entry.new], language) if entry.new in states else str(entry.new)


def _entries(session: Session, consultation: Consultation) -> Iterator[tuple[HistoryEntry, str | None]]:
    """In the order of the log, a page at a time."""
    after = 0
    while True:
        statement = (
            select(HistoryEntry, Organisation.name)
            .outerjoin(Organisation, Organisation.id == HistoryEntry.organisation_id)
            .where(HistoryEntry.consultation_id == consultation.id, HistoryEntry.seq > after)
            .order_by(HistoryEntry.seq)
            .limit(AT_ONCE)
        )
        page = session.execute(statement).all()
        yield from ((entry, name) for entry, name in page)
        if len(page) < AT_ONCE:
            return
        after = page[-1][0].seq


def _rows(session: Session, consultation: Consultation) -> Iterator[tuple[Cell, ...]]:
    for entry, name in _entries(session, consultation):
        details = "; ".join(f"{key}={value}" for key, value in sorted(entry.details.items()))
        yield (
            entry.seq, entry.moment.isoformat(), entry.action, entry.subject_type, str(entry.subject_id), name,
            str(entry.person_id) if entry.person_id else None, entry.old, entry.new, details, entry.hash,
        )  # fmt: skip
