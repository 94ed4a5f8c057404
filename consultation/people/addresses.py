"""What counts as a mail address: one recipient, nothing that could leave the line of a header."""

import re

from consultation.core.mailboxes import on_the_wire
from consultation.core.text import clean_line, identity_key

LONGEST = 254
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", re.IGNORECASE)


def mail_address(text: str) -> str | None:
    """The address as written, cleaned; `None` if it is none: lists, names in brackets, spaces and line breaks are refused."""
    address = clean_line(text)
    local, at, domain = address.rpartition("@")
    if not at or len(address) > LONGEST or len(local) > 64 or any(sign.isspace() for sign in text.strip()):
        return None
    return address if _LOCAL.fullmatch(local) and _is_domain(domain) else None


def domain(address: str) -> str:
    """What stands behind the @, in the spelling that compares."""
    return identity_key(address).rpartition("@")[2]


def _is_domain(domain: str) -> bool:
    try:
        labels = on_the_wire(domain).split(".")
    except UnicodeError:
        return False
    return len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
