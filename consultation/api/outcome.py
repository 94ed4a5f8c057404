"""What became of the own answer: the notice of the outcome for programs."""

import uuid
from datetime import date, datetime

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response as Answered

from consultation.api.gate import resource
from consultation.api.own import Reader, require
from consultation.api.replies import reply
from consultation.api.shapes import Shape, mark_of
from consultation.core.language import say
from consultation.documents.newer_wording import NewerWording
from consultation.documents.outcome import Demand, Outcome, newest_outcome
from consultation.documents.outcome_summary import summary
from consultation.evaluation.models import ContributionKind, Decision, RedactionReason
from consultation.http import Configured, Db, Spoken
from consultation.responses import queries

router = resource("Abgabe")


class DemandOutcome(Shape):
    """Was aus einer eigenen Forderung wurde."""

    question: str = Field(description="Feld, in dem sie steht.")
    section: str | None = Field(description="Schlüssel des Abschnitts.")
    section_title: str
    kind: ContributionKind
    locator: str
    text: str = Field(description="Im eigenen Wortlaut.")
    rationale: str = Field(description="Eigene Begründung.")
    point: int | None = Field(
        description="Öffentliche Nummer des Punkts, in jeder Ausgabe dieselbe; leer, wenn die Ausgabe ihn nicht zeigt."
    )
    point_text: str = Field(description="Wortlaut des Punkts, wenn er vom eigenen abweicht.")
    others: int | None = Field(description="Andere Stellen mit derselben Forderung, wie die Ausgabe sie zählt.")
    named: list[str] = Field(description="Andere Stellen, die sich nennen lassen.")
    decision: Decision | None = Field(description="Entscheidung; leer, solange keine getroffen ist.")
    reply: str = Field(description="Erwiderung.")


class ChangedSection(Shape):
    """Abschnitt, den die neuere Fassung anders fasst."""

    section: str
    title: str
    old: str
    new: str = Field(description="Leer, wenn der Abschnitt entfallen ist.")


class UnwordedSection(Shape):
    """Abschnitt, den die neuere Fassung nicht anders fasst, obwohl eigene Forderungen dazu berücksichtigt werden."""

    section: str
    title: str
    adopted: int = Field(description="Eigene Forderungen, die ganz oder teilweise berücksichtigt werden.")


class NewerVersion(Shape):
    """Neuere Entwurfsfassung, alter und neuer Wortlaut der Abschnitte mit eigenen Forderungen."""

    number: int
    date: date
    changes: list[ChangedSection]
    adopted_unworded: list[UnwordedSection] = Field(description="Berücksichtigt, aber im Wortlaut unverändert.")


class HiddenPassage(Shape):
    """Stelle der eigenen Stellungnahme, die in öffentlichen Ausgaben geschwärzt ist."""

    text: str = Field(description="Die verborgenen Worte; nur die eigene Stelle liest sie hier.")
    reason: RedactionReason = Field(description="Grund.")
    note: str = Field(description="Erläuterung der ausschreibenden Stelle.")
    created: datetime


class OutcomeObject(Shape):
    """Schlussmitteilung: was aus der eigenen Stellungnahme geworden ist, nach der neuesten veröffentlichten Ausgabe."""

    id: uuid.UUID = Field(description="Kennung der Stellungnahme.")
    created: datetime = Field(description="Veröffentlichung der Ausgabe.")
    modified: datetime
    demo: bool
    mark: str | None
    consultation: str
    organisation: str
    edition: int = Field(description="Nummer der Ausgabe.")
    data_cut: datetime = Field(description="Datenstand.")
    revision: int = Field(description="Nummer der Abgabe, die zum Datenstand zählte.")
    own_reference: str = Field(description="Eigenes Geschäftszeichen.")
    reference: str = Field(description="Geschäftszeichen des Programms.")
    nil_return: bool = Field(description="Fehlanzeige.")
    summary: str = Field(description="Das Ergebnis in einem Satz.")
    demands: list[DemandOutcome]
    newer_draft: NewerVersion | None
    redactions: list[HiddenPassage] = Field(description="Schwärzungen zum Datenstand der Ausgabe.")


@router.get(
    "/consultations/{slug}/response/outcome",
    response_model=OutcomeObject,
    summary="Schlussmitteilung: was aus der eigenen Stellungnahme geworden ist",
)
def outcome(
    request: Request, db: Db, actor: Reader, configured: Configured, slug: str, language: Spoken
) -> Answered:  # fmt: skip
    """Sobald eine Ausgabe veröffentlicht ist; eine spätere Ausgabe erneuert sie."""
    with db.reader() as session:
        response = require(session, actor, slug)
        return reply(request, _object(newest_outcome(session, actor, response, configured.documents, language)))


def _object(found: Outcome) -> OutcomeObject:
    published, consultation = found.edition.published_at, found.response.consultation
    assert published is not None
    return OutcomeObject(
        id=found.response.id, created=published, modified=published, demo=found.demo, mark=mark_of(found.demo),
        consultation=consultation.slug, organisation=found.response.organisation.name, edition=found.edition.number,
        data_cut=found.edition.data_cut, revision=found.revision.number,
        own_reference=queries.document(found.revision)["own_reference"], reference=consultation.programme.reference,
        nil_return=found.revision.nil_return, summary=say(next(iter(summary(found))), found.language),
        demands=[_demand(demand) for demand in found.demands], newer_draft=_newer(found, found.newer) if found.newer else None,
        redactions=[
            HiddenPassage(text=words, reason=one.reason, note=one.note, created=one.made_at) for one, words in found.hidden
        ],
    )  # fmt: skip


def _demand(demand: Demand) -> DemandOutcome:
    said = demand.said
    return DemandOutcome(
        question=said.question_key, section=said.section_key, section_title=demand.section, kind=said.kind,
        locator=said.locator, text=said.original_text, rationale=said.rationale, point=demand.number,
        point_text=demand.text, others=demand.others, named=list(demand.named), decision=demand.decision, reply=demand.reply,
    )  # fmt: skip


def _newer(found: Outcome, newer: NewerWording) -> NewerVersion:
    return NewerVersion(
        number=newer.version.number, date=newer.version.date,
        changes=[ChangedSection(section=c.key, title=c.section, old=c.old, new=c.new) for c in newer.changes],
        adopted_unworded=[
            UnwordedSection(section=one.key, title=one.section, adopted=one.adopted) for one in found.adopted_unworded
        ],
    )  # fmt: skip
