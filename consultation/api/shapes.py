"""What every object of the API has, and the small things several resources show."""

import uuid
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from consultation.core.language import SOURCE, say
from consultation.documents.consolidated import DEMO_MARK
from consultation.people.kinds import OrganisationKind
from consultation.people.models import Organisation
from consultation.register.kinds import RegisterKind, SizeClass
from consultation.register.models import RegisterBody
from consultation.register.states import State

MARK = say(DEMO_MARK, SOURCE)
SUBMITTED_AT = "Abgabe, UTC; wo die Planung eine Antwort erfasst hat, deren Erfassung."
RECEIVED_ON = (
    "Tag, an dem eine Mail oder ein Brief kam oder ein Workshop war, deren Antwort die Planung zu `submitted_at` erfasst hat; "
    "`null`, wenn die Stelle selbst abgegeben hat. Danach richtet sich `late`."
)


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Thing(Shape):
    """Was jedes Objekt trägt."""

    id: uuid.UUID
    created: datetime = Field(description="Angelegt, UTC.", examples=["2026-03-02T09:00:00Z"])
    modified: datetime = Field(description="Zuletzt geändert, UTC.", examples=["2026-03-02T09:00:00Z"])
    demo: bool = Field(description="Beispieldaten, frei erfunden.")
    mark: str | None = Field(description="Der Vermerk, der zu jeder Kopie von Beispieldaten gehört.", examples=[MARK])
    actions: list[str] = Field(
        [],
        description="Was diese API mit diesem Zugangsschlüssel jetzt damit tut; leer, wo es über sie nur zu lesen ist.",
    )


class Tombstone(Shape):
    """Grabstein: was es nicht mehr gibt; nur mit `modified_since`."""

    id: uuid.UUID
    deleted: bool = True
    modified: datetime


class RegisterRow(Shape):
    """Zeile des amtlichen Gemeindeverzeichnisses."""

    ars: str = Field(description="Amtlicher Regionalschlüssel, Text mit führenden Nullen.", examples=["010510044044"])
    ags: str | None = Field(
        description="Amtlicher Gemeindeschlüssel, Text mit führenden Nullen.", examples=["01051044"]
    )
    name: str = Field(examples=["Heide, Stadt"])
    kind: RegisterKind
    state: State = Field(description="Land (ISO 3166-2:DE).")
    population: int | None = Field(description="Einwohnerzahl.")
    size_class: SizeClass | None = Field(description="Gemeindegrößenklasse.")
    as_of: date = Field(description="Gebietsstand des Verzeichnisses.", examples=["2025-11-30"])


class OrganisationFacts(Shape):
    """Organisation; Kommunen mit AGS, ARS und Gebietsstand des Registers."""

    id: uuid.UUID
    name: str
    kind: OrganisationKind
    state: State | None
    demo: bool
    register_: RegisterRow | None = Field(alias="register", serialization_alias="register")
    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True)


def register_row(body: RegisterBody | None) -> RegisterRow | None:
    if body is None:
        return None
    return RegisterRow(
        ars=body.key, ags=body.ags, name=body.name, kind=body.kind, state=body.state, population=body.population,
        size_class=body.size_class, as_of=body.as_of,
    )  # fmt: skip


def organisation_facts(found: Organisation, body: RegisterBody | None) -> OrganisationFacts:
    return OrganisationFacts(
        id=found.id, name=found.name, kind=found.kind, state=found.state, demo=found.demo, register_=register_row(body)
    )


def mark_of(demo: bool) -> str | None:
    return MARK if demo else None
