"""Answers to the long practice questionnaire, on the core path or in full."""

from typing import Any

from consultation.demo.law_answers import disclosure
from consultation.demo.voices import Voices

UNITS = ("integration", "head", "treasury", "social", "youth", "education", "immigration", "housing")
NEEDS = ("language", "housing", "work", "education", "health", "advice", "engagement", "administration", "cohesion")
SIMPLER = ("lump_sums", "simple_proof", "digital", "fewer_reports", "contact", "later_use", "single_application")
PARTNERS = ("welfare", "migrant", "religion", "clubs", "jobcentre", "chambers", "volunteers")
PARTS = ("participant", "A", "B", "C", "D", "E", "F", "G", "H")


def core(voices: Voices, name: str) -> dict[str, Any]:
    """What a clerk with twenty minutes answers."""
    dice = voices.dice
    return {
        "org_profile": {"correct": True},
        "units_involved": sorted(dice.sample(UNITS, 3), key=UNITS.index),
        "mandate.kind": "administration",
        "need_fit": dice.randint(3, 5),
        "top_needs": dice.sample(NEEDS, 3),
        "eligible": dice.choice(("yes", "yes", "unclear")),
        "rate_ok": dice.randint(1, 4),
        "rate_needed": dice.choice((0.85, 0.9, 0.95, 1)),
        "own_share_source": dice.sample(("budget", "staff", "in_kind"), 2),
        "application_window": dice.choice((8, 10, 12, 16)),
        "burden_application.level": dice.randint(3, 5),
        "burden_application.hours": dice.choice((24, 40, 60, 80)),
        "burden_proof.level": dice.randint(3, 5),
        "burden_proof.hours": dice.choice((16, 24, 40, 60)),
        "section_agreement": {
            key: dice.choice(("full", "full", "with_changes", "no")) for number, key in voices.sections.items() if number.isdigit()
        },
        "amendments": voices.amendments(name) or None,
        "would_apply": dice.randint(2, 5),
        "overall": dice.randint(2, 4),
        "publication": disclosure(dice, PARTS),
    }  # fmt: skip


def full(voices: Voices, name: str) -> dict[str, Any]:
    """All that a town with an integration office of its own has to say."""
    dice, said = voices.dice, voices.texts
    return core(voices, name) | {
        "partners_involved": sorted(dice.sample(PARTNERS, 3), key=PARTNERS.index),
        "political_weight": dice.choice(("very_high", "high", "medium")),
        "volunteers": dice.randint(3, 5),
        "territory": ["quarter"],
        "terms_clear": {"1": dice.choice(said["terms"])},
        "overlap": {"1": dice.choice(said["overlaps"])},
        "task_level": dice.choice(("municipality", "shared")),
        "task_level.explanation": dice.choice(said["task_level_reasons"]),
        "joint_application": dice.choice(("alone", "county", "neighbours")),
        "onward": "yes",
        "min_size": dice.choice((2_000_000, 4_000_000, 5_000_000)),
        "budget_constraint": dice.choice(("none", "consolidation")),
        "financing_mode.mode": dice.choice(("share", "fixed")),
        "eligible_costs.kinds": ["core_staff", "interpreting"],
        "eligible_costs.share": dice.choice(said["eligible_costs_shares"]),
        "amount_needed": {"from": 6_000_000, "to": dice.choice((9_000_000, 12_000_000))},
        "staff.needed": dice.choice((0.5, 1, 1.5)),
        "staff.fillable": 0.5,
        "term": dice.choice((36, 48, 60)),
        "simplify": dice.sample(SIMPLER, 3),
        "early_start": dice.choice(("yes", "no")),
        "drawdown.answer": dice.choice(("yes", "limited", "no")),
        "allocation": dice.choice(("selection", "quota", "key")),
        "cooperation": {partner: dice.randint(2, 5) for partner in PARTNERS},
        "continuation": dice.choice(said["continuation"]),
        "missing_section": {"1": {"text": dice.choice(said["missing_sections"])}},
        "main_message": voices.main_message(),
    }
