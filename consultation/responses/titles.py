"""How an answer came in and who signed it, in words."""

from consultation.core.language import M, Message
from consultation.responses.models import Channel

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
