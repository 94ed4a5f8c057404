"""What a mail server says decides whether a mail is sent again, and nothing it says after it has taken the mail over.

The server is a real one, on this machine; certificates come from an authority that is made for each test.
"""

import ssl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from consultation.mail.transport import Outgoing, Smtp, Undeliverable
from consultation.serving import free_port
from tests.factories import MOMENT

HOST = "127.0.0.1"
SENDER = "Beteiligung <post@dienst.example>"
USER, PASSWORD = "dienst@ort.example", "ge:heim@9/"
LOGIN = "dienst%40ort.example:ge%3Aheim%409%2F@"
MAIL = Outgoing("amt@ort.example", "Betreff", "Guten Tag\n", uuid.UUID(int=7), MOMENT)


@dataclass
class House:
    """Takes every mail over; `answers`: what it says to a command instead."""

    answers: dict[str, str] = field(default_factory=dict)
    taken: list[Envelope] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802 -- named by the library
        if refusal := self.answers.get("rcpt"):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 -- named by the library
        if refusal := self.answers.get("data"):
            return refusal
        self.taken.append(envelope)
        return "250 taken over"

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 -- named by the library
        return self.answers.get("quit", "221 bye")

    def logged_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=self.logins[-1] == (USER, PASSWORD), handled=False)


def mail_in(house: House) -> EmailMessage:
    (envelope,) = house.taken
    assert isinstance(envelope.content, bytes)
    return message_from_bytes(envelope.content, policy=policy.default)


@contextmanager
def mail_server(house: House, scheme: str = "smtp", login: str = "", **options: Any) -> Iterator[Smtp]:
    port = free_port(HOST, 0)
    server = Controller(house, hostname=HOST, port=port, authenticator=house.logged_in, **options)
    server.start()
    try:
        yield Smtp(f"{scheme}://{login}{HOST}:{port}", SENDER)
    finally:
        server.stop()


ENCRYPTED = {
    "smtp+starttls": lambda context: {"tls_context": context, "require_starttls": True},
    "smtps": lambda context: {"ssl_context": context, "auth_require_tls": False},
}
"""Way of the settings → how a server is set up that offers it."""


@dataclass(frozen=True)
class Certified:
    context: ssl.SSLContext
    authority: Path


def certified(folder: Path, name: str = HOST) -> Certified:
    """A server's certificate, and the file with the authority that vouches for it."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    return Certified(context, folder / "authority.pem")


@pytest.mark.parametrize("parting", ["221 bye", "421 too busy", "500 what?"])
def test_a_mail_that_was_taken_over_is_whatever_the_server_says_in_parting(parting: str) -> None:
    house = House({"quit": parting})
    with mail_server(house) as post:
        post.send(MAIL)
    assert len(house.taken) == 1


@pytest.mark.parametrize("answer", ["550 5.1.1 not here", "552 5.2.2 mailbox full", "451 greylisted"])
@pytest.mark.parametrize("command", ["rcpt", "data"])
@pytest.mark.parametrize("parting", ["221 bye", "421 too busy"])
def test_an_address_that_is_refused_is_told_from_one_that_has_to_wait(answer: str, command: str, parting: str) -> None:
    """Some servers refuse a mail only after they have seen it."""
    house = House({command: answer, "quit": parting})
    error = OSError if answer.startswith("4") else Undeliverable
    with mail_server(house) as post, pytest.raises(error, match=answer[4:]):
        post.send(MAIL)
    assert house.taken == []


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("data", "550 daily sending limit reached"), ("data", "550 5.7.1 rejected as spam"), ("data", "554 5.3.4 too big"),
        ("rcpt", "554 5.7.1 Relay access denied"), ("rcpt", "550 5.4.5 daily sending quota exceeded"),
    ],
)  # fmt: skip
def test_what_our_own_relay_refuses_for_now_is_no_fault_of_the_recipient(command: str, answer: str) -> None:
    house = House({command: answer})
    with mail_server(house) as post, pytest.raises(OSError, match=answer):
        post.send(MAIL)
    assert house.taken == []


def test_a_refused_address_is_the_recipients_where_the_server_says_no_more() -> None:
    with mail_server(House({"rcpt": "550 not here"})) as post, pytest.raises(Undeliverable, match="not here"):
        post.send(MAIL)


@pytest.mark.parametrize("scheme", ENCRYPTED)
def test_an_encrypted_way_logs_in_with_the_password_of_the_setting(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, house = certified(tmp_path), House()
    monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    with mail_server(house, scheme, LOGIN, **ENCRYPTED[scheme](server.context)) as post:
        post.send(MAIL)
    assert house.logins == [(USER, PASSWORD)]
    assert mail_in(house)["to"] == MAIL.recipient
    assert mail_in(house)["from"] == SENDER
    assert mail_in(house).get_content() == "Guten Tag\r\n"


@pytest.mark.parametrize("scheme", ENCRYPTED)
@pytest.mark.parametrize("vouched_for", ["", "post.ort.example"])
def test_a_server_that_nobody_vouches_for_learns_neither_password_nor_mail(
    scheme: str, vouched_for: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, house = certified(tmp_path, vouched_for or HOST), House()
    if vouched_for:  # by a good authority, but another name
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    with (
        mail_server(house, scheme, LOGIN, **ENCRYPTED[scheme](server.context)) as post,
        pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        post.send(MAIL)
    assert (house.logins, house.taken) == ([], [])


def test_a_server_that_offers_no_encryption_gets_nothing_where_it_is_asked_for() -> None:
    house = House()
    with mail_server(house, "smtp+starttls", LOGIN) as post, pytest.raises(OSError, match="SMTPNotSupportedError"):
        post.send(MAIL)
    assert (house.logins, house.taken) == ([], [])


def test_a_wrong_password_of_ours_is_no_fault_of_the_recipient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server, house = certified(tmp_path), House()
    monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    way = mail_server(house, "smtps", "dienst:falsch@", **ENCRYPTED["smtps"](server.context))
    with way as post, pytest.raises(OSError, match="SMTPAuthenticationError"):
        post.send(MAIL)
    assert house.taken == []


@pytest.mark.parametrize(
    ("typed", "wire"), [("münchberg", "xn--mnchberg-65a"), ("gießen", "xn--gieen-nqa"), ("heide", "heide")]
)
def test_a_domain_with_umlauts_is_written_as_every_server_reads_it(typed: str, wire: str) -> None:
    """And one with ß is no other one with ss."""
    house = House()
    with mail_server(house) as post:
        post.send(Outgoing(f"rathaus@{typed}.example", "Grüße", "Guten Tag\n", uuid.UUID(int=7), MOMENT))
    assert house.taken[0].rcpt_tos == [f"rathaus@{wire}.example"]
    assert mail_in(house)["to"] == f"rathaus@{wire}.example"
    assert mail_in(house)["subject"] == "Grüße"
