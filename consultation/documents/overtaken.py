"""Why a compiled edition may no longer go out: what it holds was hidden, withdrawn, replaced or closed since its data cut.

Moments alone do not tell: what was begun before the cut may be saved after it. So the edition keeps how much stood at its cut,
and the same is counted again.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.core.language import M, Message
from consultation.documents.models import Edition
from consultation.documents.queries import published_numbers
from consultation.evaluation import redactions
from consultation.responses.models import DisclosureChoice, Response, Revision
from consultation.states import Audience

ANOTHER_PUBLISHED = M(
    "Seit ihrem Datenstand wurde eine andere Ausgabe veröffentlicht, mit der sie nicht verglichen ist."
)


def allowed_at(session: Session, consultation_id: uuid.UUID, cut: datetime) -> dict[str, int]:
    """Of what was handed in before the cut: how many revisions there are, how many of them count, and how often their bodies
    chose what may be shown. Revisions and choices are only ever added, so that nothing makes up for what was taken back.
    """
    before = select(Revision.id).join(Response, Response.id == Revision.response_id)
    before = before.where(Response.consultation_id == consultation_id, Revision.submitted_at <= cut)
    counted = select(Response.id).where(Response.counted_revision_id.in_(before))
    chosen = select(DisclosureChoice.seq).where(DisclosureChoice.response_id.in_(counted))
    asked = {"revisions": before, "counted": counted, "choices": chosen}
    found = session.execute(
        select(*(select(func.count()).select_from(one.subquery()).scalar_subquery() for one in asked.values()))
    )
    return dict(zip(asked, found.one(), strict=True))


def compared_with(session: Session, consultation_id: uuid.UUID) -> dict[str, int]:
    """How many public editions were out when this one was frozen: with these, and no others, its figures are compared."""
    return {"compared": len(published_numbers(session, consultation_id))}


def overtaken(session: Session, edition: Edition) -> list[Message]:
    """The reasons; none for an edition that is as good as on the first day, or for the house only. The remedy is a new one."""
    return list(_reasons(session, edition)) if edition.audience == Audience.PUBLIC else []


def passed(session: Session, edition: Edition) -> list[Message]:
    """Of the reasons the one that no data, however new, make good: the edition with the highest number is the last word, for
    everybody who reads and for every page that looks for it.
    """
    return list(_passed(edition, published_numbers(session, edition.consultation_id)))


def _passed(edition: Edition, out: Sequence[int]) -> Iterator[Message]:
    if edition.audience == Audience.PUBLIC and any(number > edition.number for number in out):
        yield M("Ausgabe {number} ist schon veröffentlicht; eine mit kleinerer Nummer kommt nicht nach ihr heraus.",
                number=max(out))  # fmt: skip


def _out_before(session: Session, edition: Edition) -> int:
    """Of editions that an earlier version of this program has compiled, which did not note it: those out when it was asked for."""
    before = Edition.published_at <= edition.created_at
    return len(published_numbers(session, edition.consultation_id, before))


def _reasons(session: Session, edition: Edition) -> Iterator[Message]:
    consultation_id, cut = edition.consultation_id, edition.data_cut
    then, now = edition.counts, allowed_at(session, consultation_id, cut)
    out = published_numbers(session, consultation_id)
    if len(out) != (then["compared"] if "compared" in then else _out_before(session, edition)):
        yield ANOTHER_PUBLISHED
    yield from _passed(edition, out)
    if redactions.changed_since(session, consultation_id, cut, then.get("known", 0)):
        yield M("Seit ihrem Datenstand wurde geschwärzt oder eine Schwärzung aufgehoben.")
    if now["counted"] < then.get("counted", 0) or now["revisions"] != then.get("revisions"):
        yield M("Seit ihrem Datenstand wurde eine Stellungnahme zurückgenommen oder durch eine neue ersetzt.")
    elif now["choices"] != then.get("choices"):
        yield M(
            "Seit ihrem Datenstand hat eine Stelle geändert, was von ihrer Stellungnahme veröffentlicht werden darf."
        )
