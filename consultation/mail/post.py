"""The post room: puts a letter's text together and hands it over, one mail per recipient."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consultation.core.language import SOURCE, Language, M, say
from consultation.core.markup import render_plain
from consultation.documents.consolidated import DEMO_MARK
from consultation.mail.transport import Outgoing, Transport
from consultation.settings import Settings

TEST_MARK = M("Probemail an Sie, nicht an die genannte Stelle. Der Code ist unkenntlich.")


@dataclass(frozen=True)
class Letter:
    """`name` is the template `templates/mail/NAME.txt`; its first line is the subject."""

    name: str
    recipient: str
    data: Mapping[str, Any]
    demo: bool = False
    language: Language = SOURCE
    attachments: tuple[tuple[str, str, bytes], ...] = ()
    test: bool = False
    """Goes to a planner who wants to see it in a mailbox."""
    to: str = ""
    """Id of the person it is meant for; empty where it goes to an address or there is nobody else."""
    spare: bool = False
    """Goes out only for want of another recipient."""


@dataclass(frozen=True)
class Post:
    settings: Settings
    transport: Transport
    job_id: uuid.UUID
    moment: datetime

    def send(self, letter: Letter) -> None:
        self.transport.send(self.written(letter))

    def written(self, letter: Letter) -> Outgoing:
        data = {"site": self.settings.site_name, "base_url": self.settings.base_url, "demo": letter.demo, **letter.data}
        subject, _, text = render_plain(f"mail/{letter.name}.txt", data, letter.language).partition("\n")
        marks = [(letter.test, M("Probe"), TEST_MARK), (letter.demo, M("Beispieldaten"), DEMO_MARK)]
        said = [(say(short, letter.language), say(long, letter.language)) for there, short, long in marks if there]
        return Outgoing(
            recipient=letter.recipient,
            subject="".join(f"[{short}] " for short, _ in said) + subject,
            text="".join(f"{long}\n\n" for _, long in said) + text.strip() + "\n",
            message_id=uuid.uuid5(self.job_id, f"{letter.name}:{letter.recipient}"),
            moment=self.moment,
            attachments=letter.attachments,
        )
