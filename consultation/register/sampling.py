"""A stratified random sample of the bodies a filter finds. The same seed draws the same bodies, whatever computes it.

Strata are Land × size class; associations and counties, which have no size class, are strata of their own in each Land.
The pure part needs nothing but the keys: whoever has the register can draw again and compare (decision 0018).
"""

import hashlib
import heapq
from collections.abc import Collection, Hashable, Mapping
from functools import partial
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.register.audience import AudienceFilter, conditions
from consultation.register.kinds import RegisterKind, SizeClass
from consultation.register.models import RegisterBody
from consultation.register.states import State

S = TypeVar("S", bound=Hashable)
Stratum = tuple[State, SizeClass | RegisterKind]
LARGEST = 20_000


class Sample(BaseModel):
    """How many bodies are drawn, and the seed that says which."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    size: Annotated[int, Field(ge=1, le=LARGEST)]
    seed: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,40}$")]


def allocate(sizes: Mapping[S, int], size: int) -> dict[S, int]:
    """How many are drawn from each stratum; `sizes` holds the strata in a fixed order, none of them empty.

    Every stratum gets at least one if there are as many to draw as strata. Each further one goes to the stratum that
    lacks most of its proportional share; of equals the first. So nothing is ever one or more above its share, and what
    is below it is so by less than one wherever that is possible beside the ones that every stratum gets.
    """
    whole = sum(sizes.values())
    if size >= whole:
        return dict(sizes)
    least = 1 if size >= len(sizes) else 0
    found = dict.fromkeys(sizes, least)
    lacking = [(least * whole - size * many, place, key) for place, (key, many) in enumerate(sizes.items())]
    heapq.heapify(lacking)
    for _ in range(size - least * len(sizes)):
        surplus, place, key = lacking[0]
        found[key] += 1
        heapq.heapreplace(lacking, (surplus + whole, place, key))
    return found


def draw(strata: Mapping[S, Collection[str]], size: int, seed: str) -> list[str]:
    """The keys drawn, in the order of the register. Within a stratum those with the smallest SHA-256 of seed and key."""
    lot = partial(_lot, seed)
    shares = allocate({stratum: len(keys) for stratum, keys in strata.items() if keys}, size)
    drawn = [key for stratum, share in shares.items() for key in heapq.nsmallest(share, strata[stratum], lot)]
    return sorted(drawn)


def _lot(seed: str, key: str) -> str:
    """What orders the bodies of a stratum."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def strata(session: Session, audience: AudienceFilter) -> dict[Stratum, list[str]]:
    """The keys a filter finds by stratum: Länder in the order of their keys, size classes from large to small."""
    columns = (RegisterBody.key, RegisterBody.state, RegisterBody.kind, RegisterBody.size_class)
    found: dict[Stratum, list[str]] = {}
    for key, state, kind, size_class in session.execute(select(*columns).where(*conditions(audience))):
        found.setdefault((state, size_class or kind), []).append(key)
    order = [*SizeClass, *RegisterKind]
    return dict(sorted(found.items(), key=lambda one: (list(State).index(one[0][0]), order.index(one[0][1]))))


def drawn(session: Session, audience: AudienceFilter, sample: Sample) -> tuple[list[str], int]:
    """The keys of a sample, and of how many it was drawn. Single bodies are left out after the draw: so the others stay."""
    whole = strata(session, audience.model_copy(update={"exclude": ()}))
    left_out = set(audience.exclude)
    found = [key for key in draw(whole, sample.size, sample.seed) if key not in left_out]
    return found, sum(len(keys) for keys in whole.values())
