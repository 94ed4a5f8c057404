"""A subject arrives as it was written: folding must neither double nor lose a space."""

import random
import uuid
from email import message_from_bytes, policy

from consultation.mail.transport import Outgoing, written
from tests.factories import MOMENT

WORDS = [
    "Förderrichtlinie",
    "Integration",
    "2027:",
    "Ihre",
    "Rückmeldung",
    "zum",
    "Entwurf",
    "Überprüfung",
    "der",
    "§",
    "3",
    "(Fassung)",
    "–",
    "neu",
    "und",
    "Anhörung",
    "kommunaler",
    "Stellen",
    "zur",
    "Änderung",
    "=?x?=",
    "amt@ort.example",
]


def arrived(subject: str) -> tuple[str, bytes]:
    sent = written(Outgoing("amt@ort.example", subject, "Text mit Ä.\n", uuid.uuid4(), MOMENT), "Dienst <a@b.example>")
    return str(message_from_bytes(bytes(sent), policy=policy.default)["Subject"]), bytes(sent)


def test_a_subject_arrives_as_it_was_written_however_long():
    chance = random.Random(4)
    for _ in range(1500):
        subject = " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, 30)))
        read, sent = arrived(subject)
        assert read == subject
        assert max(map(len, sent.split(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


def test_a_title_with_two_spaces_or_one_at_its_end_makes_no_gap():
    assert (
        arrived("Einladung zur Stellungnahme:  Richtlinie  2027 ")[0] == "Einladung zur Stellungnahme: Richtlinie 2027"
    )
