"""Forty questions of mixed kinds, and answers to them by chance: about seven in ten are answered."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.stage.words import sentence, text

STEPS = (1, 2, 3, 4, 5, "cannot_judge")
LEVELS = ("named", "named", "described", "figures", "none")
SHARE = 0.7
"""Of the questions that an organisation answers."""


def _options(count: int) -> list[dict[str, Any]]:
    return [{"key": f"option_{n}", "label": {"de": f"Antwort {n}", "en": f"Answer {n}"}} for n in range(1, count + 1)]


def _question(key: str, kind: str, settings: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    title = {"de": f"Wie beurteilen Sie in Ihrer Kommune den Gegenstand „{key}“?", "en": f"How do you judge “{key}”?"}
    return {"key": key, "title": title, "fields": [{"key": "", "type": kind, "settings": settings or {}}], **more}


def _part(key: str, title: str, questions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"key": key, "title": {"de": title, "en": title}, "questions": list(questions)}


def definition() -> dict[str, Any]:
    """40 questions in six parts: 8 single, 10 scales, 6 multiple, 3 ranked, 4 numbers, 2 matrices, 5 texts, amendments,
    disclosure.
    """
    numbers = [
        _question("hours", "integer", {"minimum": 0, "maximum": 500}), _question("share", "percent"),
        _question("money", "money"), _question("posts", "decimal", {"minimum": 0, "maximum": 50, "digits": 1}),
        _question("judged", "likert_matrix", {"rows": _options(5), "scale": "quality"}),
        _question("known", "choice_matrix", {"rows": _options(4), "options": _options(3)}),
    ]  # fmt: skip
    texts = [_question(f"text_{n}", "long_text", makes_points=n == 1) for n in range(1, 6)]
    return {
        "key": "comparison", "title": {"de": "Vergleichsbogen", "en": "Comparison form"},
        "parts": [
            _part("A", "Lage", [_question(f"single_{n}", "single", {"options": _options(5)}) for n in range(1, 9)]),
            _part("B", "Urteil", [_question(f"scale_{n}", "likert", {"scale": "agreement"}) for n in range(1, 11)]),
            _part("C", "Auswahl", [
                *(_question(f"multi_{n}", "multi", {"options": _options(8)}) for n in range(1, 7)),
                *(_question(f"ranked_{n}", "ranked", {"options": _options(6), "places": 3}) for n in range(1, 4)),
            ]),
            _part("D", "Zahlen", numbers),
            _part("E", "Worte", [*texts, _question("amendments", "amendments", makes_points=True)]),
            _part("F", "Veröffentlichung", [_question("publication", "disclosure")]),
        ],
    }  # fmt: skip


def answers(dice: random.Random, sections: Sequence[str]) -> dict[str, Any]:
    """Full field key → checked value."""
    given = {key: value for key, value in _all(dice, sections) if dice.random() < SHARE}
    levels = {part: dice.choice(LEVELS) for part in ("participant", "A", "B", "C", "D", "E")}
    return given | {"publication": levels}


def _all(dice: random.Random, sections: Sequence[str]) -> Iterator[tuple[str, Any]]:
    def chosen(count: int) -> str:
        return f"option_{dice.randint(1, count)}"

    yield from ((f"single_{n}", chosen(5)) for n in range(1, 9))
    yield from ((f"scale_{n}", dice.choice(STEPS)) for n in range(1, 11))
    for n in range(1, 7):
        picked = sorted(dice.sample(range(1, 9), dice.randint(1, 4)))
        yield f"multi_{n}", [f"option_{place}" for place in picked]
    for n in range(1, 4):
        yield f"ranked_{n}", [f"option_{place}" for place in dice.sample(range(1, 7), dice.randint(1, 3))]
    yield "hours", dice.choice((0, 8, 20, 40, 120, dice.randint(0, 500)))
    yield "share", dice.randint(0, 20) / 20
    yield "money", dice.randint(1, 200) * 100_000
    yield "posts", dice.randint(0, 20) / 2
    yield "judged", {f"option_{n}": dice.choice(STEPS) for n in range(1, 6) if dice.random() < 0.9}
    yield "known", {f"option_{n}": chosen(3) for n in range(1, 5) if dice.random() < 0.9}
    yield from ((f"text_{n}", text(dice)) for n in range(1, 6))
    yield "amendments", {str(n): _amendment(dice, sections) for n in range(1, dice.randint(2, 4))}


def _amendment(dice: random.Random, sections: Sequence[str]) -> dict[str, str]:
    return {
        "section": dice.choice(sections), "locator": "Satz 1", "kind": dice.choice(("replace", "insert")),
        "text": sentence(dice), "rationale": sentence(dice), "priority": dice.choice(("must", "should", "may")),
    }  # fmt: skip
