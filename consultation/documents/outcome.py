"""What became of one organisation's answer: its own demands beside what the newest published edition says of them.

Read from the frozen edition, the organisation's own line beside it and its own contributions; never from live points.
"""

import uuid
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core.errors import NotFound
from consultation.core.language import Language, M
from consultation.documents import queries
from consultation.documents.folders import OUTCOMES, SNAPSHOT, folder_of
from consultation.documents.frozen import Frozen
from consultation.documents.models import Edition
from consultation.documents.newer_wording import NewerWording, newer_wording
from consultation.documents.outcomes import OwnLine, Told, fullest_outcome, read_outcome
from consultation.documents.senders import SHOWN
from consultation.evaluation import redactions
from consultation.evaluation.contributions import folded
from consultation.evaluation.hiding import spans
from consultation.evaluation.models import ADOPTED, Contribution, Decision, Redaction
from consultation.questions.wording import section_label
from consultation.responses import queries as responses
from consultation.responses.models import Disclosure, Response, Revision
from consultation.rulebook import planner
from consultation.states import EditionState
from consultation.subjects import Actor

NOT_COVERED = M("ist nicht Gegenstand dieser Ausgabe")


@dataclass(frozen=True)
class Demand:
    """One demand of the house, word for word, and what was said to it."""

    said: Contribution
    section: str
    """As readers know it: "Nr. 5.2 – Höhe der Förderung"; the question where it belongs to no section."""
    number: int | None
    """Of the point in the edition; none where the edition does not show it."""
    text: str
    """How the edition words the point; empty if as the house did."""
    others: int | None
    """How many other bodies ask for the same, as far as the edition counts them."""
    named: tuple[str, ...]
    decision: Decision | None
    """None while it is undecided."""
    reply: str
    covered: bool = True
    """False where the edition is limited to other sections."""


@dataclass(frozen=True)
class Unworded:
    """A section that reads as before although demands on it are adopted, wholly or in part."""

    key: str
    section: str
    adopted: int
    """Demands of the house."""


@dataclass(frozen=True)
class Outcome:
    response: Response
    revision: Revision
    edition: Edition
    frozen: Frozen
    language: Language
    demands: tuple[Demand, ...]
    newer: NewerWording | None
    hidden: tuple[tuple[Redaction, str], ...] = ()
    """What of the answer is hidden in the edition, with the hidden words."""

    @property
    def adopted_unworded(self) -> tuple[Unworded, ...]:
        """In reading order; none where there is no newer version to read."""
        adopted = Counter(demand.said.section_key for demand in self.demands if demand.decision in ADOPTED)
        kept = self.newer.kept if self.newer else ()
        return tuple(Unworded(key, section, adopted[key]) for key, section in kept if adopted[key])

    @property
    def demo(self) -> bool:
        return self.response.consultation.demo or self.response.organisation.demo


def newest_outcome(
    session: Session, actor: Actor, response: Response, documents: Path, language: Language
) -> Outcome:  # fmt: skip
    """Of the response of the acting organisation. Raises NotFound before an edition is published, and where it took no part."""
    edition = _newest_edition(session, actor, response)
    if edition is None:
        raise NotFound(M("Die Auswertung ist noch nicht veröffentlicht. Danach steht hier Ihre Schlussmitteilung."))
    folder = folder_of(documents, edition.id)
    own = read_outcome(folder / OUTCOMES, response.organisation_id)
    if own is None:
        raise NotFound(M("In der veröffentlichten Ausgabe zählt keine Stellungnahme Ihrer Stelle. Die Ergebnisse stehen auf der "
                         "Seite der Konsultation."))  # fmt: skip
    return _outcome(session, actor, response, edition, own, folder, language)


def sample_outcome(session: Session, actor: Actor, edition: Edition, documents: Path, language: Language) -> Outcome:
    """For planners who see all Länder, also before publishing: the notice of the body with the most demands."""
    if not planner(actor, edition):
        raise NotFound(M("Diese Ausgabe gibt es nicht."))
    folder = folder_of(documents, edition.id)
    own = fullest_outcome(folder / OUTCOMES)
    if own is None:
        raise NotFound(M("Zu dieser Ausgabe gibt es keine Schlussmitteilungen."))
    revision = session.get_one(Revision, own.revision_id)  # named, so that the session keeps it for `_outcome`
    response = responses.get(session, actor, revision.response_id)
    return _outcome(session, actor, response, edition, own, folder, language)


def _outcome(
    session: Session, actor: Actor, response: Response, edition: Edition, own: OwnLine, folder: Path, language: Language
) -> Outcome:
    frozen = Frozen(folder / SNAPSHOT)
    revision = session.get_one(Revision, own.revision_id)
    demands = tuple(_demands(session, response, revision, own.demands, frozen, language))
    keys = {demand.said.section_key for demand in demands if demand.said.section_key}
    newer = newer_wording(session, actor, response.consultation, frozen, keys, language)
    hidden = tuple(redactions.in_force(session, response.id, edition.data_cut))
    return Outcome(response, revision, edition, frozen, language, demands, newer, hidden)


def hidden_of(demand: Demand, outcome: Outcome) -> list[tuple[Redaction, str]]:
    """What of this demand everybody else reads as redacted."""
    texts = (demand.said.original_text, demand.said.rationale, demand.said.locator)
    return [(one, words) for one, words in outcome.hidden if any(spans(text, words) for text in texts)]


def _newest_edition(session: Session, actor: Actor, response: Response) -> Edition | None:
    here = (Edition.consultation_id == response.consultation_id, Edition.state == EditionState.PUBLISHED)
    statement = queries.visible(actor).where(*here).order_by(Edition.number.desc()).limit(1)
    return session.scalars(statement).one_or_none()


def has_outcome(session: Session, actor: Actor, response: Response, documents: Path) -> bool:
    """Whether there is one to lead to."""
    edition = _newest_edition(session, actor, response)
    return edition is not None and (
        read_outcome(folder_of(documents, edition.id) / OUTCOMES, response.organisation_id) is not None
    )


def _demands(
    session: Session, response: Response, revision: Revision, told: tuple[Told, ...], frozen: Frozen, language: Language
) -> list[Demand]:
    statement = select(Contribution).where(
        Contribution.id.in_([one.contribution_id for one in told]),
        Contribution.organisation_id == response.organisation_id,
    )
    said: dict[uuid.UUID, Contribution] = {one.id: one for one in session.scalars(statement)}
    order = {section.key: place for place, section in enumerate(frozen.sections)}
    name = responses.document(revision)["organisation"]["name"]
    found = [_demand(said[one.contribution_id], one, name, frozen, language) for one in told]
    return sorted(found, key=lambda demand: order.get(demand.said.section_key or "", len(order)))


def _demand(said: Contribution, told: Told, name: str, frozen: Frozen, language: Language) -> Demand:
    section = _place_name(said, frozen, language)
    if told.place is None:
        return Demand(said, section, None, "", None, (), told.decision, told.reply, told.covered)
    point = frozen.at(told.place)
    same = folded(point["text"]) in (folded(said.original_text), folded(said.locator))
    decision = Decision(point["decision"]) if point["decision"] else None
    others, named = _others(told.level, point["supporters"], name)
    return Demand(said, section, told.number, "" if same else point["text"], others, named, decision, point["reply"])


def _others(level: Disclosure, supporters: dict[str, Any], name: str) -> tuple[int, tuple[str, ...]]:
    """As the edition counts them, without the house itself where it is among them."""
    named: list[str] = list(supporters["named"])
    if level == Disclosure.NAMED and name in named:
        named.remove(name)
    counted = level in SHOWN or (level == Disclosure.FIGURES and supporters["figures"] > 0)
    return supporters["count"] - counted, tuple(named)


def _place_name(said: Contribution, frozen: Frozen, language: Language) -> str:
    context = replace(frozen.context, language=language)
    if (section := context.sections.get(said.section_key or "")) is not None:
        return section_label(section, context)
    asked = context.form.by_key.get(said.question_key)
    return context.asked_as(asked.question) if asked else ""
