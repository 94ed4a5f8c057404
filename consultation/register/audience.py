"""Whom a consultation asks: a filter over the register plus single bodies, counted before anything is sent."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from consultation.core.language import M, Message
from consultation.register.kinds import ANSWERING, MUNICIPALITIES, RegisterKind, SizeClass
from consultation.register.models import RegisterBody
from consultation.register.states import State


class AudienceUnit(StrEnum):
    MUNICIPALITY = "municipality"
    ADMINISTRATION = "administration"


UNIT_TITLES: dict[AudienceUnit, Message] = {
    AudienceUnit.MUNICIPALITY: M("Jede Gemeinde"),
    AudienceUnit.ADMINISTRATION: M("Jede Verwaltung (Gemeindeverbände für ihre Mitglieder)"),
}

Key = Annotated[str, Field(pattern=r"^[0-9]{5}([0-9]{4}([0-9]{3})?)?$")]
CountyKey = Annotated[str, Field(pattern=r"^[0-9]{5}$")]


class AudienceFilter(BaseModel):
    """Everything left empty does not narrow. All conditions hold at once; single bodies go before them.

    `kinds` are the kinds of the bodies asked. Empty, they are all municipalities (unit municipality) or the
    municipalities without association and all associations (unit administration). Counties are asked only when named.
    `size_classes` speak of municipalities: an association is chosen when one of its members has such a class, a county
    regardless of it. The population range speaks of the body itself; an association's or county's is the sum of its
    members. Unincorporated areas, districts, regions and Länder are never chosen, not even by `include`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    states: tuple[State, ...] = ()
    counties: tuple[CountyKey, ...] = ()
    """5 digits; an independent city answers to its own."""
    kinds: tuple[RegisterKind, ...] = ()
    size_classes: tuple[SizeClass, ...] = ()
    population_min: Annotated[int, Field(ge=0)] | None = None
    population_max: Annotated[int, Field(ge=0)] | None = None
    unit: AudienceUnit = AudienceUnit.MUNICIPALITY
    include: tuple[Key, ...] = ()
    exclude: tuple[Key, ...] = ()

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if unasked := set(self.kinds) - ANSWERING:
            raise ValueError(f"kinds that cannot be asked: {', '.join(sorted(unasked))}")
        low, high = self.population_min, self.population_max
        if low is not None and high is not None and low > high:
            raise ValueError("population_min is greater than population_max")
        return self


def select_bodies(audience: AudienceFilter) -> Select[RegisterBody]:
    """The bodies asked, in the order of their keys."""
    return select(RegisterBody).where(*conditions(audience)).order_by(RegisterBody.key)


def select_keys(audience: AudienceFilter) -> Select[str]:
    """Their keys, for use inside other queries."""
    return select(RegisterBody.key).where(*conditions(audience))


def count(session: Session, audience: AudienceFilter) -> int:
    return session.scalars(select(func.count()).select_from(RegisterBody).where(*conditions(audience))).one()


def conditions(audience: AudienceFilter) -> list[ColumnElement[bool]]:
    """For use in other queries over the register."""
    chosen = and_(_kinds(audience), _where(audience), _size(audience))
    found = [
        RegisterBody.valid_to.is_(None),
        RegisterBody.kind.in_(ANSWERING),
        or_(chosen, RegisterBody.key.in_(audience.include)) if audience.include else chosen,
    ]
    if audience.exclude:
        found.append(RegisterBody.key.not_in(audience.exclude))
    return found


def _kinds(audience: AudienceFilter) -> ColumnElement[bool]:
    if audience.unit is AudienceUnit.MUNICIPALITY:
        return RegisterBody.kind.in_(audience.kinds or MUNICIPALITIES)
    usual = MUNICIPALITIES | {RegisterKind.JOINT_MUNICIPALITY}
    return and_(RegisterBody.kind.in_(audience.kinds or usual), RegisterBody.association_key.is_(None))


def _where(audience: AudienceFilter) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [RegisterBody.key.is_not(None)]
    if audience.states:
        conditions.append(RegisterBody.state.in_(audience.states))
    if audience.counties:
        cities = [f"{county}000" for county in audience.counties]
        conditions.append(
            or_(
                RegisterBody.county_key.in_(audience.counties),
                RegisterBody.key.in_(audience.counties),
                and_(RegisterBody.ags.in_(cities), RegisterBody.county_key.is_(None)),
            )
        )
    return and_(*conditions)


def _size(audience: AudienceFilter) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [RegisterBody.key.is_not(None)]
    if audience.population_min is not None:
        conditions.append(RegisterBody.population >= audience.population_min)
    if audience.population_max is not None:
        conditions.append(RegisterBody.population <= audience.population_max)
    if audience.size_classes:
        member = aliased(RegisterBody, name="member")
        associations = select(member.association_key).where(
            member.size_class.in_(audience.size_classes), member.valid_to.is_(None), member.association_key.is_not(None)
        )
        conditions.append(
            or_(
                RegisterBody.size_class.in_(audience.size_classes),
                and_(RegisterBody.kind == RegisterKind.JOINT_MUNICIPALITY, RegisterBody.key.in_(associations)),
                RegisterBody.kind == RegisterKind.COUNTY,
            )
        )
    return and_(*conditions)
