"""How mails leave the house: SMTP, a folder of .eml files (the default), or memory for tests."""

import os
import re
import smtplib
import ssl
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from consultation.core.disk import bring, bring_written, make_folder
from consultation.core.mailboxes import on_the_wire, sender_of
from consultation.core.text import clean_line

PATIENCE = 30
"""Seconds a mail server may take to answer."""
ENHANCED = re.compile(r"5\.(\d{1,3})\.\d{1,3}\b")
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class Undeliverable(Exception):
    """The server refused this recipient for good; trying again would not help."""


@dataclass(frozen=True)
class Outgoing:
    """One mail to one recipient. The same `message_id` again is the same mail again."""

    recipient: str
    subject: str
    text: str
    message_id: uuid.UUID
    moment: datetime
    attachments: tuple[tuple[str, str, bytes], ...] = ()
    """(file name, media type, content)"""


class Unbroken(EmailPolicy):
    """The standard way of folding doubles or loses a space where a long subject with umlauts is broken; this one does not."""

    def fold(self, name: str, value: Any) -> str:
        if name.lower() != "subject":
            return str(super().fold(name, value))
        text = str(value)
        folded = Header(text, "us-ascii" if text.isascii() else "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {folded}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode() if name.lower() == "subject" else super().fold_binary(name, value)


class Transport(Protocol):
    def send(self, mail: Outgoing) -> None:
        """Returns when the mail was taken over; raises `Undeliverable`, or OSError to be tried again."""


def written(mail: Outgoing, sender: str) -> EmailMessage:
    message = EmailMessage(policy=Unbroken(linesep="\r\n"))
    message["From"] = house = sender_of(sender)
    message["To"] = on_the_wire(mail.recipient)
    message["Subject"] = clean_line(mail.subject)
    message["Date"] = format_datetime(mail.moment)
    message["Message-ID"] = f"<{mail.message_id}@{house.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    for name, media_type, content in mail.attachments:
        main, _, sub = media_type.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message


@dataclass(frozen=True)
class Folder:
    """One file per mail, named by its id: a repeated mail takes the place of the first."""

    path: Path
    sender: str
    durable: bool = True
    """Whether a mail that was taken over survives a power cut."""

    def send(self, mail: Outgoing) -> None:
        make_folder(self.path)
        handle, name = tempfile.mkstemp(dir=self.path, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(bytes(written(mail, self.sender)))
                if self.durable:
                    bring_written(file)
        except OSError:  # the disk is full: half a mail helps nobody
            Path(name).unlink(missing_ok=True)
            raise
        Path(name).rename(self.path / f"{mail.moment:%Y%m%d-%H%M%S}-{mail.message_id}.eml")
        if self.durable:
            bring(self.path)


def _connected(way: SplitResult) -> smtplib.SMTP:
    """On the encrypted ways only with a server whose certificate is good for its name: nobody else learns password and mails."""
    host, port, certified = way.hostname or "", way.port or PORTS[way.scheme], ssl.create_default_context()
    if way.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=certified)
    server = smtplib.SMTP(host, port, timeout=PATIENCE)
    if way.scheme == "smtp+starttls":
        try:
            server.starttls(context=certified)
        except BaseException:
            server.close()
            raise
    return server


@contextmanager
def _parting(server: smtplib.SMTP) -> Iterator[smtplib.SMTP]:
    """A mail that was taken over is, whatever the server says at the end."""
    try:
        yield server
    finally:
        with suppress(smtplib.SMTPException):
            server.quit()
        server.close()


def _said(reason: bytes | str) -> str:
    return reason if isinstance(reason, str) else reason.decode(errors="replace")


def _refusal(code: int, said: str, *, of_recipient: bool) -> Exception:
    """Only what is said about the recipient is for good. The house's own relay says 5xx too: of its daily limit, of its rules, of
    a mail that is too big; that passes, or somebody has to look. `of_recipient`: what was refused, where no enhanced code
    (RFC 3463: 5.1.x is the address, 5.2.x the mailbox) says whose fault it is.
    """
    enhanced = ENHANCED.match(said)
    if code >= 500 and (enhanced[1] in {"1", "2"} if enhanced else of_recipient):
        return Undeliverable(said)
    return OSError(f"{code} {said}")


@dataclass(frozen=True)
class Smtp:
    way: str
    sender: str

    def send(self, mail: Outgoing) -> None:
        parts = urlsplit(self.way)
        try:
            with _parting(_connected(parts)) as server:
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                server.send_message(written(mail, self.sender), to_addrs=[on_the_wire(mail.recipient)])
        except smtplib.SMTPRecipientsRefused as refused:
            code, reason = next(iter(refused.recipients.values()))
            raise _refusal(code, _said(reason), of_recipient=True) from refused
        except smtplib.SMTPDataError as refused:
            raise _refusal(refused.smtp_code, _said(refused.smtp_error), of_recipient=False) from refused
        except smtplib.SMTPException as error:
            raise OSError(f"mail server: {type(error).__name__}") from error


@dataclass
class Memory:
    """What tests read."""

    sent: list[Outgoing] = field(default_factory=list)

    def send(self, mail: Outgoing) -> None:
        self.sent.append(mail)


def transport(way: str, sender: str, data_dir: Path) -> Transport:
    """For a setting such as `folder:`, `folder:/path` or `smtp+starttls://user:password@host:587`."""
    if way.startswith("folder:"):
        path = way.removeprefix("folder:")
        return Folder(Path(path) if path else data_dir / "mail", sender)
    return Smtp(way, sender)
