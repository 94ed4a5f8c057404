"""How an answer came in, when, and who signed it, in words."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import orjson

from consultation.core.language import M, Message
from consultation.responses.models import BY_HAND, Channel, Revision

CHANNEL_TITLES: dict[Channel, Message] = {
    Channel.PORTAL: M("Portal"),
    Channel.API: M("API"),
    Channel.UPLOAD: M("Upload"),
    Channel.MAIL: M("E-Mail"),
    Channel.LETTER: M("Brief"),
    Channel.WORKSHOP: M("Workshop"),
}

ORDERS = ("i. V.", "i. A.")
"""In whose place or on whose order somebody signs: kept before the function, and written before the name."""


def signed(name: str, function: str) -> str:
    """I. V. Paula Planer, Oberbürgermeisterin"""
    order = next((one for one in ORDERS if function.startswith(one)), "") if name else ""
    return ", ".join(filter(None, (f"{order} {name}".strip(), function.removeprefix(order).strip())))


def received(submitted_at: datetime, received_on: date | None) -> Message:
    """`received_on`: the day of a mail, a letter or a workshop whose answer was entered later."""
    if received_on is None:
        return M("{moment}", moment=submitted_at)
    return M("{day}, erfasst am {moment}", day=received_on, moment=submitted_at)


def came(revision: Revision) -> Message:
    """The same of a submission; its document says when a letter came, under its hash."""
    return received(revision.submitted_at, came_on(revision))


def came_on(revision: Revision) -> date | None:
    """The day a mail, a letter or a workshop came that was entered later; None for what the body submitted itself."""
    day = day_in(orjson.loads(revision.document)) if revision.channel in BY_HAND else None
    return None if day is None else date.fromisoformat(day)


def day_in(document: Mapping[str, Any]) -> str | None:
    """The same, as the document of a submission writes it."""
    said = document.get("received")
    return str(said["on"]) if said else None
