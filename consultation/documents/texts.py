"""Texts on their way into a file. They were cleaned at the border; this is for whatever got around it."""

import re

_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
REPLACEMENT = "\ufffd"


def writable(text: str) -> str:
    """No character that XML, HTML or UTF-8 cannot hold: a visible replacement stands in its place."""
    if text.replace("\n", "").isprintable():
        return text  # nearly all are, and this is told ten times faster than the search below
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNWRITABLE.sub(REPLACEMENT, text)
