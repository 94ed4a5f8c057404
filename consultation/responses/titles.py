"""How an answer came in, in words."""

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
