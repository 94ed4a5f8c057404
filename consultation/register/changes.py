"""What a new register changes in what is stored. Pure: compares values, writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from consultation.core.errors import Problem
from consultation.core.language import M
from consultation.register.bodies import Values
from consultation.register.successors import refused

Stored = Mapping[str, Values]
"""Key → all columns of the stored row."""


@dataclass
class Changes:
    added: list[Values] = field(default_factory=list)
    changed: list[Values] = field(default_factory=list)
    """Whole rows; a key that comes back is changed too."""
    ended: list[Values] = field(default_factory=list)
    """`key`, `valid_to` and `successor_key` of keys the new register no longer holds."""
    linked: list[Values] = field(default_factory=list)
    """`key` and `successor_key` of keys that ended before and get another successor now."""
    unchanged: int = 0

    def any(self) -> bool:
        return bool(self.added or self.changed or self.ended or self.linked)


def compare(
    stored: Stored, new: Mapping[str, Values], as_of: date, pairs: Mapping[str, tuple[int, str]]
) -> Changes:  # fmt: skip
    """`pairs` is what `parse_successors` read. Where it is silent, a key whose AGS lives on has that row as successor:
    an ARS changes with the association, the AGS does not. Raises `Invalid` for pairs that fit no key.
    """
    changes = Changes()
    for key, values in new.items():
        old = stored.get(key)
        row = values | {"as_of": as_of, "valid_to": None, "successor_key": None}
        if old is None:
            changes.added.append(row)
        elif old["valid_to"] is not None or any(old[name] != value for name, value in values.items()):
            changes.changed.append(row)
        else:
            changes.unchanged += 1
    successors = _successors(stored, new, pairs)
    for key, old in stored.items():
        if key in new:
            continue
        successor = successors.get(key, old["successor_key"])
        if old["valid_to"] is None:
            changes.ended.append({"key": key, "valid_to": as_of, "successor_key": successor})
        elif successor != old["successor_key"]:
            changes.linked.append({"key": key, "successor_key": successor})
    return changes


def _successors(
    stored: Stored, new: Mapping[str, Values], pairs: Mapping[str, tuple[int, str]]
) -> dict[str, str]:  # fmt: skip
    alive = {values["ags"]: key for key, values in new.items() if values["ags"]}
    gone = {values["ags"]: key for key, values in stored.items() if values["ags"] and key not in new}
    found = {key: alive[values["ags"]] for key, values in stored.items() if key not in new and values["ags"] in alive}
    problems = []
    for old, (line, successor) in pairs.items():
        old_key, new_key = gone.get(old, old), alive.get(successor, successor)
        if old_key not in stored or old_key in new:
            problems.append(Problem(f"line {line}", M("Der Schlüssel {key} ist nicht weggefallen.", key=old)))
        elif new_key not in new:
            problems.append(Problem(f"line {line}", M("Das Register kennt den Schlüssel {key} nicht.", key=successor)))
        else:
            found[old_key] = new_key
    if problems:
        raise refused(problems)
    return found


def suspicious_loss(stored: Stored, new: Mapping[str, Values]) -> dict[str, tuple[int, int]]:
    """Land → (lost, before) where more than a tenth of the valid keys is gone: a cut file looks like this."""
    before: dict[str, int] = {}
    lost: dict[str, int] = {}
    for key, values in stored.items():
        if values["valid_to"] is None:
            before[values["state"]] = before.get(values["state"], 0) + 1
            lost[values["state"]] = lost.get(values["state"], 0) + (key not in new)
    return {state: (lost[state], count) for state, count in before.items() if lost[state] * 10 > count}
