"""Which jobs are one letter to one recipient, and who puts it together."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from consultation.mail import letters, preview
from consultation.mail.post import Letter, Post
from consultation.people.codes import NewCode

Composer = Callable[[Session, Post, dict[str, Any]], Iterator[Letter]]
CodeComposer = Callable[[NewCode, Session, Post, dict[str, Any]], Iterator[Letter]]

LETTERS: Mapping[str, Composer] = {
    "mail.account_changed": letters.account_changed,
    "mail.cancelled": letters.cancelled,
    "mail.claimed": letters.claimed,
    "mail.corrected": letters.corrected,
    "mail.entered": letters.entered,
    "mail.extended": letters.extended,
    "mail.extension_decided": letters.extension_decided,
    "mail.extension_requested": letters.extension_requested,
    "mail.four_eyes": letters.four_eyes,
    "mail.place_refused": letters.place_refused,
    "mail.published": letters.published,
    "mail.ready": letters.response_ready,
    "mail.receipt": letters.receipt,
    "mail.returned": letters.response_returned,
    "mail.spoken_for": letters.spoken_for,
    "mail.test": preview.test_mail,
    "mail.withdrawn": letters.response_withdrawn,
}
"""Jobs that are one letter to one recipient, and no more."""
WITH_CODE: Mapping[str, CodeComposer] = {
    "mail.login_code": letters.login_code,
    "mail.password_code": letters.password_code,
    "mail.place": letters.place,
}
"""The same with a code in it."""
