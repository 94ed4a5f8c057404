"""Who takes part, and what the answers say in numbers: live, for members of the programme. A Land unit sees its Land."""

from collections.abc import Iterable
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.api.gate import resource
from consultation.api.replies import reply
from consultation.api.shapes import Thing, mark_of
from consultation.consultations import queries
from consultation.consultations.models import Consultation
from consultation.core.changes import moments
from consultation.documents.participation import BODIES
from consultation.evaluation import statistics as evaluation
from consultation.evaluation.coverage import for_machines
from consultation.evaluation.figures import Filters
from consultation.evaluation.taking_part import PUBLIC_COUNTS
from consultation.http import Db
from consultation.http.programs import scoped
from consultation.people.kinds import OrganisationKind
from consultation.people.tokens import Scope
from consultation.register.kinds import SizeClass
from consultation.register.states import State
from consultation.responses import participation as taking_part
from consultation.responses.participation import Counts, Margins, Participation, Reach
from consultation.subjects import Actor

router = resource("Beteiligung und Statistik")
Reader = Annotated[Actor, Depends(scoped(Scope.CONSULTATION_READ))]
Numbers = dict[str, int]


class ParticipationObject(Thing):
    """Beteiligung: eingeladene Stellen und erreichte Gemeinden, jetzt. `id` und Zeiten sind die der Konsultation."""

    informed: int = Field(description="Nur nachrichtlich beteiligt.")
    bodies: Numbers = Field(description="Zur Stellungnahme eingeladene Stellen und was daraus wurde.")
    bodies_by: dict[str, dict[str, Numbers]] = Field(description="Dasselbe nach `state`, `size_class`, `kind`.")
    municipalities: Numbers = Field(description="Gemeinden des Registers: erreicht selbst oder durch Vertretung.")
    municipalities_by: dict[str, dict[str, Numbers]] = Field(description="Dasselbe nach `state`, `size_class`.")


class StatisticsObject(Thing):
    """Zahlen je Feld und Gruppe. „Kann ich nicht beurteilen“ und „nicht beantwortet“ stehen für sich."""

    base: int = Field(description="Stellen mit gezählter Antwort, ohne Fehlanzeigen.")
    groupings: list[str]
    filters: dict[str, list[str]]
    public: bool
    coverage: Numbers = Field(
        description="Selbst geantwortet, vertreten, eingeladen; Gemeinden erreicht und vorhanden."
    )
    note: str = Field(description="Was Schweigen bedeutet, in einfachen Worten.")
    fields_: list[dict[str, Any]] = Field(alias="fields", description="Je Feld (oder Zeile) die Tabellen.")
    model_config = {"extra": "forbid", "populate_by_name": True, "serialize_by_alias": True}


@router.get(
    "/consultations/{slug}/participation", response_model=ParticipationObject, summary="Beteiligung, Stand jetzt"
)
def participation(request: Request, db: Db, actor: Reader, slug: str) -> Response:
    with db.reader() as session:
        consultation = queries.get(session, actor, slug)
        found = taking_part.for_planner(session, actor, consultation)
        facts = _facts(session, consultation)
    return reply(request, ParticipationObject(**facts, **participation_numbers(found)))


def participation_numbers(found: Participation) -> dict[str, Any]:
    """As the API shows it, live or from an edition. What a public edition does not tell is not there: 0 would be a lie."""
    names = PUBLIC_COUNTS if isinstance(found, Margins) else BODIES
    return {
        "informed": found.informed,
        **({"suppressed": found.suppressed} if isinstance(found, Margins) else {}),
        "bodies": _counts(found.total, names),
        "bodies_by": {
            name: {group: _counts(counts, names) for group, counts in found.by(name).items()}
            for name in ("state", "size_class", "kind")
        },
        "municipalities": _reach(found.reach),
        "municipalities_by": {
            name: {group: _reach(reach) for group, reach in found.reach_by(name).items()}
            for name in ("state", "size_class")
        },
    }  # fmt: skip


def _counts(counts: Counts, names: Iterable[str]) -> Numbers:
    return {**{name: getattr(counts, name) for name in names}, "answered": counts.answered}


def _reach(reach: Reach) -> Numbers:
    return {**asdict(reach), "reached": reach.reached, "population_reached": reach.population_reached}


def _several(what: str, known: type[StrEnum]) -> Any:
    word = f"({'|'.join(known)})"
    return Query(max_length=300, pattern=f"^{word}(,{word})*$", description=f"Nur {what}, mit Komma getrennt.")


States = Annotated[str | None, _several("diese Länder (`SH,NI`)", State)]
Sizes = Annotated[str | None, _several("diese Größenklassen", SizeClass)]
Kinds = Annotated[str | None, _several("diese Arten von Stellen", OrganisationKind)]


@router.get("/consultations/{slug}/statistics", response_model=StatisticsObject, summary="Statistik, Stand jetzt")
def statistics(
    request: Request, db: Db, actor: Reader, slug: str, states: States = None, size_classes: Sizes = None,
    kinds: Kinds = None,
) -> Response:  # fmt: skip
    """Ungeschützte Zahlen für die ausschreibende Stelle; veröffentlichte stehen unter den Ausgaben."""
    filters = Filters(_chosen(states), _chosen(size_classes), _chosen(kinds))
    with db.reader() as session:
        consultation = queries.get(session, actor, slug)
        found = evaluation.for_planner(session, actor, consultation, filters)
        covered = for_machines(taking_part.for_planner(session, actor, consultation))
        facts = _facts(session, consultation)
    return reply(request, StatisticsObject(**facts, **found.to_json(), **covered))


def _chosen(text: str | None) -> frozenset[str]:
    return frozenset(text.split(",")) if text else frozenset()


def _facts(session: Session, consultation: Consultation) -> dict[str, Any]:
    created, changed = moments(session, Consultation, [consultation.id])[consultation.id]
    return {
        "id": consultation.id, "created": created, "modified": changed, "demo": consultation.demo,
        "mark": mark_of(consultation.demo),
    }  # fmt: skip
