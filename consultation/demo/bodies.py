"""Which administrations the exercise asks: whole counties from every Land, by a filter a planner could have set."""

import random
from collections import defaultdict

from sqlalchemy.orm import Session

from consultation.register.audience import AudienceFilter, AudienceUnit, select_bodies
from consultation.register.kinds import SizeClass
from consultation.register.models import RegisterBody


def choose(session: Session, count: int, dice: random.Random) -> AudienceFilter:
    """Counties (and independent cities) of all Länder and size classes with `count` administrations in all.

    The last county is trimmed by excluding single bodies, as planners do.
    """
    everywhere = AudienceFilter(unit=AudienceUnit.ADMINISTRATION)
    counties: dict[str, list[RegisterBody]] = defaultdict(list)
    for body in session.scalars(select_bodies(everywhere)):
        counties[body.county_key or body.key[:5]].append(body)
    chosen = _order(counties, dice)
    taken: list[str] = []
    bodies: list[RegisterBody] = []
    for county in chosen:
        if len(bodies) >= count:
            break
        taken.append(county)
        bodies += counties[county]
    surplus = dice.sample([b.key for b in counties[taken[-1]]], max(0, len(bodies) - count))
    return everywhere.model_copy(update={"counties": tuple(sorted(taken)), "exclude": tuple(sorted(surplus))})


def _order(counties: dict[str, list[RegisterBody]], dice: random.Random) -> list[str]:
    """One county of each Land and some large cities first, then the others as the dice fall."""
    shuffled = sorted(counties)
    dice.shuffle(shuffled)
    first: dict[str, str] = {}
    for county in shuffled:
        first.setdefault(counties[county][0].state, county)
    large = [c for c in shuffled if any(b.size_class == SizeClass.LARGE_CITY for b in counties[c])][:12]
    return list(dict.fromkeys([*sorted(first.values()), *large, *shuffled]))
