"""What may be published, chosen part by part or by one choice for all of them: it need not be said nine times over."""

from collections.abc import Mapping
from dataclasses import replace

from consultation.core.errors import Invalid, Problem
from consultation.core.language import M, Message
from consultation.http import PostedForm
from consultation.questions.disclosure import LEVELS, levels_for
from consultation.responses import disclosures
from consultation.responses.answering import Posted
from consultation.responses.desk import Desk
from consultation.web.municipalities.desks import Visit
from consultation.web.municipalities.saving import Change

REST = "disclosure_rest"
"""The input that speaks for every part without a choice of its own."""


CHANGED = M("Gespeichert, was veröffentlicht werden darf. Das gilt für alle Ausgaben, die danach erstellt werden.")


def offered(desk: Desk) -> list[tuple[str, Message]]:
    """One level for all parts, or each by itself."""
    return [("", M("jeden Teil einzeln festlegen")), *levels_for(desk.context).items()]


PartOffered = tuple[str, str, list[tuple[str, Message]], str]
"""Part, title, levels up to its cap, chosen level; empty without a choice."""


def offered_by_part(desk: Desk, chosen: Mapping[str, str]) -> list[PartOffered]:
    levels = list(levels_for(desk.context).items())
    caps = desk.context.disclosure_caps
    return [
        (part, title, levels[list(LEVELS).index(caps.get(part, "named")) :], chosen.get(part, ""))
        for part, title in desk.context.disclosure_parts
    ]


def disclose(here: Visit, form: PostedForm) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Chosen by the releaser: what was sent, and what is wrong with it, at its input. With a problem nothing is changed."""
    chosen: dict[str, str] = {}
    try:
        with here.db.transaction() as session:
            desk = here.arrive(session).desk
            chosen = _sent(desk, form)
            disclosures.change(session, here.actor, desk, chosen)
    except Invalid as refused:
        return chosen, tuple(replace(p, field=f"disclosure.{p.field}") for p in refused.problems)
    return chosen, ()


def _sent(desk: Desk, form: PostedForm) -> dict[str, str]:
    """Part → level; a part left open is absent."""
    chosen = {part: form.line(f"disclosure.{part}") for part, _ in desk.context.disclosure_parts}
    if (same := form.line(REST)) in LEVELS:
        return {part: within_cap(desk, part, same) for part in chosen}
    return {part: level for part, level in chosen.items() if level}


def within_cap(desk: Desk, part: str, level: str) -> str:
    """A part with a confidential question is never shown more openly than its cap."""
    levels = list(LEVELS)
    return levels[max(levels.index(level), levels.index(desk.context.disclosure_caps.get(part, "named")))]


def rest_as(level: str) -> Change:
    """Parts left open get this level; what was chosen for a part stays."""

    def change(desk: Desk, posted: dict[str, Posted]) -> dict[str, Posted]:
        key = desk.form.disclosure_key
        if level not in LEVELS or key is None or key not in posted:
            return posted
        sent = posted[key]
        said = {part: value for part, value in (sent.value or {}).items() if value}
        known = {part for part, _ in desk.context.disclosure_parts}
        rest = {part: within_cap(desk, part, level) for part in sent.items & known if part not in said}
        return {**posted, key: replace(sent, value=said | rest)}

    return change


def one_for_all(level: str) -> Change:
    """Every part gets this level, whatever stood there; without one nothing changes."""

    def change(desk: Desk, posted: dict[str, Posted]) -> dict[str, Posted]:
        key = desk.form.disclosure_key
        if key is None or key not in posted:
            return posted
        if level not in LEVELS:
            return {other: sent for other, sent in posted.items() if other != key}
        every, sent = _in_all_parts(desk, level), posted[key]
        return {**posted, key: replace(sent, value={part: every[part] for part in sent.items & every.keys()})}

    return change


def common_level(desk: Desk, chosen: Mapping[str, str]) -> str:
    """The one choice that these are; empty if they differ or some are missing."""
    return next((level for level in LEVELS if chosen == _in_all_parts(desk, level)), "")


def _in_all_parts(desk: Desk, level: str) -> dict[str, str]:
    return {part: within_cap(desk, part, level) for part, _ in desk.context.disclosure_parts}


def open_parts(desk: Desk) -> bool:
    """Whether a part is still without a choice, so that one choice for all of them saves something."""
    key = desk.form.disclosure_key
    return key is not None and len(desk.answers.get(key) or ()) < len(desk.context.disclosure_parts)
