"""How an answer came in, when, and who signed it, in words."""

from datetime import date, datetime

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
    if revision.channel not in BY_HAND:
        return received(revision.submitted_at, None)
    said = orjson.loads(revision.document).get("received")
    return received(revision.submitted_at, date.fromisoformat(said["on"]) if said else None)
