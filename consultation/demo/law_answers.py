"""Answers to the short form on the law, as an administration of a certain size and temper would give them."""

import random
from collections.abc import Sequence
from typing import Any

from consultation.demo.fates import Card
from consultation.demo.voices import Voices
from consultation.register.kinds import SizeClass

UNITS = ("treasury", "building", "civil", "school", "youth", "planning", "climate", "audit", "head")
AREAS = (
    "hospitals", "noise", "urban", "broadband", "energy", "air", "early_childhood", "school_energy", "adult_education",
    "training_centres", "school_buildings",
)  # fmt: skip
OPTIONAL = (
    "budget_constraint",
    "prior_experience",
    "would_use",
    "period.months",
    "burden_proof.hours",
    "eligible_areas",
)
"""What a house leaves out now and then."""
PARTS = ("participant", "A", "B", "C", "D", "E", "F")
WISHES = "E"
"""The part in which one proposes other wording."""
LEVELS = ("named", "described", "figures", "none")


def answers(dice: random.Random, voices: Voices, name: str, size: SizeClass | None, meeting: str) -> dict[str, Any]:
    """Full field key → value; what the house left out is absent. `meeting` is the ISO day of its council."""
    small = size in (None, SizeClass.RURAL_MUNICIPALITY, SizeClass.SMALL_SMALL_TOWN)
    strained = dice.random() < (0.45 if small else 0.3)
    mandate = dice.choices(("administration", "resolved", "reserved"), (78, 10, 12))[0]
    given = {
        "org_profile": {"correct": True},
        "units_involved": sorted(dice.sample(UNITS, dice.randint(1, 2 if small else 4)), key=UNITS.index),
        "mandate.kind": mandate,
        "mandate.date": meeting if mandate == "reserved" else None,
        "prior_experience": dice.choices(("yes", "no"), (35, 65) if small else (75, 25))[0],
        "budget_constraint": dice.choices(("consolidation", "provisional", "both"), (6, 3, 1))[0]
        if strained
        else "none",
        "affected": dice.choices(("yes", "no", "unclear"), (80, 8, 12))[0],
        "need_fit": _step(dice, 4.1),
        "eligible_areas": sorted(dice.sample(AREAS, dice.randint(1, 5)), key=AREAS.index),
        "rate_ok": _step(dice, 2.2 if strained else 3.4),
        "period.sufficient": _step(dice, 2.1 if small else 2.7),
        "period.months": dice.choice((36, 48, 48, 60, 60, 60, 72, 84)),
        "burden_proof.level": _step(dice, 4.2 if small else 3.6),
        "burden_proof.hours": int(dice.triangular(8, 240 if small else 600, 60)),
        "section_agreement": _agreement(dice, voices),
        "amendments": voices.amendments(name) or None,
        "missing_section": _missing(dice, voices),
        "would_use": _step(dice, 3.2 if strained else 4.0),
        "main_message": voices.main_message() if dice.random() < 0.55 else None,
        "publication": capped(disclosure(dice, PARTS), "B"),
    }
    if isinstance(given["need_fit"], int) and dice.random() < 0.4:
        given["need_fit.explanation"] = dice.choice(voices.texts["need_fit_explanations"][str(given["need_fit"])])
    return {k: v for k, v in given.items() if v is not None and not (k in OPTIONAL and dice.random() < 0.08)}


def promised(given: dict[str, Any], voices: Voices, name: str, card: Card, meeting: str) -> dict[str, Any]:
    """The answer with what its card promises."""
    changed = dict(given)
    if card.level:
        changed["publication"] = capped(dict.fromkeys(PARTS, card.level), "B")
    if card.reserved:
        changed |= {"mandate.kind": "reserved", "mandate.date": meeting}
    if card.template:
        changed["amendments"] = voices.circulating(
            given.get("amendments") or {}, name, exact=card.template == "verbatim"
        )
    if (changed.get("publication") or {}).get(WISHES) != "named" and "amendments" in changed:
        changed["amendments"] = voices.without_name(changed["amendments"], name)
    return changed


def _step(dice: random.Random, middle: float) -> int | str:
    """A step of a scale around `middle`; one in sixteen cannot judge."""
    if dice.random() < 1 / 16:
        return "cannot_judge"
    return min(5, max(1, round(dice.gauss(middle, 1.0))))


def _agreement(dice: random.Random, voices: Voices) -> dict[str, str]:
    contested = {"§ 5", "§ 6", "§ 7", "§ 8"}
    weights = {True: (25, 45, 20, 10), False: (70, 15, 3, 12)}
    return {
        key: dice.choices(("full", "with_changes", "no", "no_view"), weights[number in contested])[0]
        for number, key in voices.sections.items()
        if number.startswith("§") and dice.random() < 0.9
    }


def _missing(dice: random.Random, voices: Voices) -> str | None:
    if dice.random() < 0.12:
        return voices.missing_rule()
    return voices.own_text() if dice.random() < 0.3 else None


def disclosure(dice: random.Random, parts: Sequence[str]) -> dict[str, str] | None:
    """Most choose one level for everything; some differ by part; a few leave it open, which means none."""
    if dice.random() < 0.05:
        return None
    level = dice.choices(LEVELS, (52, 24, 16, 8))[0]
    chosen = dict.fromkeys(parts, level)
    if dice.random() < 0.15:
        chosen[dice.choice(parts)] = dice.choice(LEVELS)
    return chosen


def capped(chosen: dict[str, str] | None, part: str, cap: str = "figures") -> dict[str, str] | None:
    """A part with nothing but confidential questions offers no level above its cap."""
    if chosen is None or part not in chosen:
        return chosen
    return chosen | {part: max(chosen[part], cap, key=LEVELS.index)}
