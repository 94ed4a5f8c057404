"""What a mail server says decides whether a mail is sent again, and nothing it says after it has taken the mail over."""

import socketserver
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from consultation.mail.transport import Outgoing, Smtp, Undeliverable
from tests.factories import MOMENT

MAIL = Outgoing("amt@ort.example", "Betreff", "Guten Tag\n", uuid.UUID(int=7), MOMENT)


@contextmanager
def mail_server(**answers: str) -> Iterator[tuple[Smtp, list[str]]]:
    """Takes everything over; `answers`: what it says to a command instead."""
    taken: list[str] = []
    said = {"DATA": "354 go on", **{command.upper(): answer for command, answer in answers.items()}}

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 ready")
            while line := self.rfile.readline().decode():
                command = line[:4].strip().upper()
                self.say(said.get(command, "250 fine"))
                if command == "DATA":
                    taken.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                    self.say("250 taken over")
                if command == "QUIT":
                    return

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with socketserver.TCPServer(("127.0.0.1", 0), Talk) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Smtp(f"smtp://127.0.0.1:{server.server_address[1]}", "post@dienst.example"), taken
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("parting", ["221 bye", "421 too busy", "500 what?"])
def test_a_mail_that_was_taken_over_is_whatever_the_server_says_in_parting(parting: str) -> None:
    with mail_server(quit=parting) as (post, taken):
        post.send(MAIL)
    assert len(taken) == 1


@pytest.mark.parametrize(("answer", "error"), [("550 no such user", Undeliverable), ("451 greylisted", OSError)])
@pytest.mark.parametrize("parting", ["221 bye", "421 too busy"])
def test_an_address_that_is_refused_is_told_from_one_that_has_to_wait(
    answer: str, error: type[Exception], parting: str
) -> None:
    with mail_server(rcpt=answer, quit=parting) as (post, taken), pytest.raises(error):
        post.send(MAIL)
    assert taken == []
