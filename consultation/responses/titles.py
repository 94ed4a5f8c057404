"""How an answer came in and when, in words."""

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
