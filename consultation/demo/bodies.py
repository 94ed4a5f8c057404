"""Which administrations the exercise asks: counties from every Land, by a filter a planner could have set."""

import random
from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from consultation.register.audience import AudienceFilter, AudienceUnit, select_bodies
from consultation.register.kinds import SizeClass
from consultation.register.models import RegisterBody
from consultation.register.states import State


def choose(session: Session, count: int, dice: random.Random, spared: Collection[str]) -> AudienceFilter:
    """Counties (and independent cities) of all Länder and size classes with `count` administrations in all, without those
    whose register keys are `spared`.

    What is too much is trimmed by excluding single bodies, as planners do: of the last county if possible, of all if
    there is but one of each Land.
    """
    everywhere = AudienceFilter(unit=AudienceUnit.ADMINISTRATION)
    counties: dict[str, list[RegisterBody]] = defaultdict(list)
    for body in sorted(session.scalars(select_bodies(everywhere)), key=lambda found: found.key):
        if body.key not in spared:
            counties[body.county_key or body.key[:5]].append(body)
    taken: list[str] = []
    bodies: list[RegisterBody] = []
    for county in _order(counties, dice):
        if len(bodies) >= count and len(taken) >= len(State):
            break
        taken.append(county)
        bodies += counties[county]
    kept, last = _one_of_each(bodies, count), {b.key for b in counties[taken[-1]]}
    spare = [b.key for b in bodies if b.key not in kept]
    dice.shuffle(spare)
    spare.sort(key=lambda key: len(taken) > len(State) and key not in last)
    surplus = spare[: len(bodies) - count]
    return everywhere.model_copy(
        update={"counties": tuple(sorted(taken)), "exclude": tuple(sorted({*surplus, *spared}))}
    )


def _one_of_each(bodies: Sequence[RegisterBody], most: int) -> set[str]:
    """Of each Land, then of each size class; joint municipalities are a class of their own."""
    first: dict[str, str] = {}
    for group in ("state", "size_class"):
        for body in bodies:
            first.setdefault(f"{group} {getattr(body, group)}", body.key)
    return set(list(dict.fromkeys(first.values()))[:most])


def _order(counties: dict[str, list[RegisterBody]], dice: random.Random) -> list[str]:
    """One county of each Land and some large cities first, then the others as the dice fall."""
    shuffled = sorted(counties)
    dice.shuffle(shuffled)
    first: dict[str, str] = {}
    for county in shuffled:
        first.setdefault(counties[county][0].state, county)
    large = [c for c in shuffled if any(b.size_class == SizeClass.LARGE_CITY for b in counties[c])][:12]
    return list(dict.fromkeys([*sorted(first.values()), *large, *shuffled]))
