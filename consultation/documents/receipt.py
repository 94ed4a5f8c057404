"""The receipt: what was received, when, with which hash, and all of it readable. Made on demand and not kept."""

import uuid
from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from consultation.consultations.models import ConsultationVersion
from consultation.core.history import HistoryEntry
from consultation.core.language import SOURCE, Language, M, Message, say
from consultation.core.times import local_day
from consultation.documents import answers
from consultation.documents.asker import asked_by
from consultation.documents.consolidated import DEMO_MARK
from consultation.documents.outline import Heading, ListBlock, ListItem, Meta, Node, Outline, Paragraph
from consultation.forms.context import FormContext
from consultation.responses import queries
from consultation.responses.intake import of_revision
from consultation.responses.models import Channel, Intake, PersonalValue, RepresentationKind, Response, Revision
from consultation.responses.titles import CHANNEL_TITLES, signed
from consultation.subjects import Actor

PREFIXES = {"content_hash": "sha256:", "entry_hash": "entry:", "sealed_head": "head:"}
"""How the values stand among the keywords of the file, for programs that check a receipt."""


def receipt(
    session: Session, actor: Actor, response_id: uuid.UUID, number: int, language: Language = SOURCE
) -> Outline:
    """Of one revision, for its house and for planners; others find nothing. `write_document(…, "pdf", …)` prints it.

    Personal values are in it as long as they are kept: who released it, whom to ask.
    """
    response = queries.get(session, actor, response_id)
    return receipt_of(session, response, queries.revision(session, actor, response_id, number), language)


def receipt_of(session: Session, response: Response, revision: Revision, language: Language = SOURCE) -> Outline:
    """The same for whoever has both already and was let in."""
    document = queries.document(revision)
    context, draft, _ = answers.context_of(session, revision.consultation_version_id, revision.submitted_at, language)
    context = answers.as_answered(context, document)
    personal = _personal(session, revision)
    whole = document["answers"] | {key: value for key, value in personal.items() if not key.startswith("release.")}
    levels = queries.disclosure_in_force(session, response.id, revision.submitted_at)
    if context.form.disclosure_key and levels:
        whole |= {context.form.disclosure_key: {part: level.value for part, level in levels.items()}}
    told = (
        *_facts(response, revision, document, personal, language),
        *((label, say(text, language)) for label, text in _before_correction(session, revision)),
        *asked_by(response.consultation, draft, language),
    )
    facts = tuple((say(label, language), text) for label, text in told if text)
    intake = of_revision(session, revision.id)
    return Outline(
        _meta(response, revision, facts, language),
        lambda: chain(_nodes(document, whole, context, revision.nil_return), _original(intake, language)),
        short=True,
    )


def _original(intake: Intake | None, language: Language) -> Iterator[Node]:
    """What a planner entered is shown beside what it was entered from."""
    if intake is not None:
        yield Heading(1, say(M("Wortlaut des Eingangs"), language), "wortlaut")
        yield from (Paragraph(part.strip()) for part in intake.original.split("\n\n") if part.strip())


def _personal(session: Session, revision: Revision) -> dict[str, Any]:
    rows = session.scalars(select(PersonalValue).where(PersonalValue.revision_id == revision.id))
    return {row.key: row.value["value"] for row in rows if row.value is not None}


def _meta(response: Response, revision: Revision, facts: tuple[tuple[str, str], ...], language: Language) -> Meta:
    title = M("Eingangsbestätigung {number}", number=revision.receipt_number)
    demo = response.consultation.demo or response.organisation.demo
    return Meta(
        title=say(title, language), subtitle=response.consultation.title, author=response.organisation.name,
        language=language, moment=revision.submitted_at, facts=facts,
        description=say(_CONFIRMED[revision.nil_return], language),
        marks=(say(DEMO_MARK, language),) if demo else (),
        keywords=(revision.receipt_number, *_keywords(revision)),
    )  # fmt: skip


_CONFIRMED = {
    True: M("Der Dienst bestätigt den Eingang der folgenden Fehlanzeige."),
    False: M("Der Dienst bestätigt den Eingang der folgenden Stellungnahme."),
}


def _keywords(revision: Revision) -> Iterator[str]:
    values = {
        "content_hash": revision.content_hash,
        "entry_hash": revision.entry_hash,
        "sealed_head": revision.sealed_head,
    }
    yield from (f"{PREFIXES[name]}{value}" for name, value in values.items() if value)


def _facts(
    response: Response, revision: Revision, document: dict[str, Any], personal: dict[str, Any], language: Language
) -> Iterator[tuple[Message, str]]:
    organisation = document["organisation"]
    yield M("Eingangsnummer"), revision.receipt_number
    if received := document.get("received"):
        yield M("Eingegangen am"), say(M("{day}", day=date.fromisoformat(received["on"])), language)
        yield M("Erfassungsweg"), say(CHANNEL_TITLES[Channel(received["channel"])], language)
        yield M("Zeichen des Absenders"), received["reference"]
        yield M("Erfasst am"), say(M("{moment}", moment=revision.submitted_at), language)
        yield M("Erfasst durch"), response.consultation.programme.owner.name
        yield M("Prüfsumme des Originals"), f"sha256:{received['original_hash']}"
    else:
        yield M("Eingegangen am"), say(M("{moment}", moment=revision.submitted_at), language)
    yield M("Stelle"), organisation["name"]
    register = organisation["register"] or {}
    yield M("AGS"), register.get("ags") or ""
    yield M("Eigenes Zeichen"), document["own_reference"]
    yield M("Fassung"), str(revision.number)
    yield M("Art der Antwort"), say(M("Fehlanzeige") if revision.nil_return else M("Stellungnahme"), language)
    yield M("Vermerke"), ", ".join(say(mark, language) for mark in _marks(response, revision))
    yield _signed(document), _signature(personal)
    checksum = M("Prüfsumme der Fehlanzeige") if revision.nil_return else M("Prüfsumme der Stellungnahme")
    yield checksum, f"sha256:{revision.content_hash}"
    yield M("Eintrag im Verfahrensprotokoll"), revision.entry_hash
    yield M("Letztes Glied der Kette"), revision.sealed_head or ""


def _signed(document: dict[str, Any]) -> Message:
    return M("Unterschrieben von") if document.get("received") else M("Freigegeben durch")


def _signature(personal: dict[str, Any]) -> str:
    return signed(personal.get("release.name", ""), personal.get("release.function", ""))


def beside(session: Session, revision: Revision) -> list[tuple[Message, Message | str]]:
    """Who released it, whom it speaks for and whether a correction came in between, for pages that show a submission."""
    document = queries.document(revision)
    named = {kind: [b["name"] for b in document["represented"] if b["kind"] == kind] for kind in RepresentationKind}
    found: list[tuple[Message, Message | str]] = [
        *_before_correction(session, revision),
        (_signed(document), _signature(_personal(session, revision))),
        (M("Spricht für"), "; ".join(named[RepresentationKind.REPRESENTED])),
        (M("Unterstützt von"), "; ".join(named[RepresentationKind.SUPPORTER])),
    ]
    return [(label, text) for label, text in found if text]


def _before_correction(session: Session, revision: Revision) -> Iterator[tuple[Message, Message]]:
    """Said where the text was last changed before the version that the revision names."""
    found = session.execute(_SUBMITTED, {"entry": revision.entry_hash, "response": revision.response_id,
                                         "version": revision.consultation_version_id}).first()  # fmt: skip
    if found and found.details.get("before_correction"):
        since = local_day(found.effective_at)
        yield M("Stand des Textes"), M("zuletzt geändert vor der Berichtigung vom {date}", date=since)


_SUBMITTED = (
    select(HistoryEntry.details, ConsultationVersion.effective_at)
    .join(ConsultationVersion, ConsultationVersion.id == bindparam("version"))
    .where(HistoryEntry.subject_id == bindparam("response"), HistoryEntry.hash == bindparam("entry"))
)


def _marks(response: Response, revision: Revision) -> Iterator[Message]:
    if revision.late:
        yield M("nach Ablauf der allgemeinen Frist eingegangen")
    if revision.reserved and response.confirmed_at is None:
        yield M("vorbehaltlich eines Gremienbeschlusses")
    if revision.reserved and response.confirmed_at is not None:
        yield M("Gremienbeschluss bestätigt am {moment}", moment=response.confirmed_at)


def _nodes(document: dict[str, Any], whole: dict[str, Any], context: FormContext, nil_return: bool) -> Iterator[Node]:
    language = context.language
    if nil_return:
        yield Heading(1, say(M("Fehlanzeige"), language), "fehlanzeige")
        yield Paragraph(say(M("Die Stelle hat zu dieser Konsultation nichts anzumerken."), language))
    yield from _spoken_for(document["represented"], nil_return, language)
    yield from answers.nodes(context, whole)


def _spoken_for(bodies: list[dict[str, Any]], nil_return: bool, language: Language) -> Iterator[Node]:
    titles = {
        RepresentationKind.REPRESENTED.value: M("Diese Fehlanzeige gilt auch für")
        if nil_return
        else M("Diese Stellungnahme spricht für"),
        RepresentationKind.SUPPORTER.value: M("Diese Stellungnahme wird unterstützt von"),
    }
    for kind, title in titles.items():
        named = [body for body in bodies if body["kind"] == kind]
        if named:
            yield Heading(1, say(title, language), f"stellen-{kind}")
            yield ListBlock(tuple(ListItem("–", (Paragraph(f"{b['name']} ({b['ars']})"),)) for b in named))
