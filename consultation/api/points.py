"""Points with decisions: the planner's live weighing, for members only. In public they stand in editions."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.api.gate import resource
from consultation.api.paging import USUAL, Cursor, Limit, Page, Since, cursor_of, listed, read_cursor, whole
from consultation.api.replies import reply
from consultation.api.shapes import Shape, Thing, mark_of
from consultation.consultations import queries as consultations
from consultation.consultations.models import Consultation
from consultation.core.changes import moments
from consultation.evaluation import queries
from consultation.evaluation.models import ContributionKind, Decision, Point
from consultation.evaluation.queries import AT_ONCE, Original, PointSummary
from consultation.http import Db
from consultation.http.programs import scoped
from consultation.people.tokens import Scope
from consultation.responses.participation import land_of
from consultation.states import PointState
from consultation.subjects import Actor

router = resource("Einzelpunkte")
Reader = Annotated[Actor, Depends(scoped(Scope.CONSULTATION_READ))]
Found = tuple[PointSummary, tuple[datetime, datetime]]


class OriginalObject(Shape):
    """Was eine Stelle wörtlich geschrieben hat."""

    organisation: str
    kind: ContributionKind = Field(description="Anmerkung, oder Änderungsvorschlag: streichen, ersetzen, ergänzen.")
    question: str
    locator: str = Field(description="Fundstelle im Abschnitt, etwa „Abs. 2 Satz 1“.")
    text: str
    rationale: str = Field(description="Begründung.")
    priority: str
    counts: bool = Field(description="Falsch, wenn die Abgabe ersetzt oder zurückgenommen ist.")


class PointObject(Thing):
    """Einzelpunkt: eine Forderung mit allen, die sie erheben."""

    number: int = Field(description="Nummer im Haus.")
    public_number: int | None = Field(
        description="Nummer in allen öffentlichen Ausgaben; leer, solange keine den Punkt zeigte."
    )
    section: str | None = Field(description="Schlüssel des Abschnitts.")
    text: str = Field(description="Arbeitstext; die Originale stehen daneben.")
    state: PointState
    decision: Decision | None = Field(description="Entscheidung.")
    reply: str = Field(description="Erwiderung.")
    tags: list[str] = Field(description="Schlagwörter des Katalogs.")
    supporters: int = Field(description="Verschiedene Stellen, deren gezählte Antwort dies fordert.")
    originals: list[OriginalObject]


@router.get(
    "/consultations/{slug}/points",
    response_model=Page[PointObject],
    summary="Einzelpunkte mit Entscheidungen, Stand jetzt",
)
def points(
    request: Request, db: Db, actor: Reader, slug: str, limit: Limit = USUAL, cursor: Cursor = None,
    modified_since: Since = None,
) -> Response:  # fmt: skip
    """Eine auf ein Land begrenzte Stelle sieht, was aus ihrem Land kam."""
    (after,) = read_cursor(cursor, whole) or (0,)
    with db.reader() as session:
        consultation = consultations.get(session, actor, slug)
        land = land_of(actor, consultation)
        found = _found(session, actor, consultation, after, modified_since, limit)
        originals = queries.originals_of(session, [point.id for point, _ in found[:limit]], land)
        data = [_point(consultation, point, times, originals.get(point.id, [])) for point, times in found[:limit]]
    last = cursor_of(data[-1].number) if len(found) > limit else None
    return reply(request, listed(request, data, last))


def _found(
    session: Session, actor: Actor, consultation: Consultation, number: int, since: datetime | None, limit: int
) -> list[Found]:
    """One more than asked for, if there is one."""
    found: list[Found] = []
    after = (0, number)
    while len(found) <= limit and (page := queries.points(session, actor, consultation, after=after, limit=AT_ONCE)):
        times = moments(session, Point, [point.id for point in page])
        found += [(point, times[point.id]) for point in page if since is None or times[point.id][1] >= since]
        after = page[-1].key
    return found


def _point(
    consultation: Consultation,
    point: PointSummary,
    times: tuple[datetime, datetime],
    said: list[Original],
) -> PointObject:
    return PointObject(
        id=point.id, created=times[0], modified=times[1], demo=consultation.demo, mark=mark_of(consultation.demo),
        number=point.number, public_number=point.public_number,
        section=point.section_key, text=point.text, state=point.state, decision=point.decision, reply=point.reply,
        tags=list(point.tags), supporters=point.supporters, originals=[_original(original) for original in said],
    )  # fmt: skip


def _original(original: Original) -> OriginalObject:
    said = original.contribution
    return OriginalObject(
        organisation=original.organisation, kind=said.kind, question=said.question_key, locator=said.locator,
        text=said.original_text, rationale=said.rationale, priority=said.priority, counts=original.counts,
    )  # fmt: skip
