"""Annex: every text word for word, where they are few enough for one document; else the volumes that hold them."""

from collections.abc import Iterator

from consultation.core.language import M, Message
from consultation.documents.annex import Volume
from consultation.documents.chapters.excerpts import sender_label, texts
from consultation.documents.frozen import Frozen
from consultation.documents.outline import Heading, Node, Paragraph, Statement, Table
from consultation.forms.definition import Asked
from consultation.questions import Family


def nodes(frozen: Frozen) -> Iterator[Node]:
    if frozen.volumes:
        yield from _volumes(frozen)
        return
    if not any(count for _, count in frozen.text_counts):
        yield Paragraph(frozen.say(M("Es liegen keine Texte vor, die hier gezeigt werden dürfen.")))
    for asked, count in frozen.text_counts:
        if count:
            yield heading(asked, frozen, in_contents=False)
            yield from _dates(asked, frozen) if asked.type.family is Family.NUMBER else _statements(asked, frozen)


def _statements(asked: Asked, frozen: Frozen) -> Iterator[Node]:
    for number, (sender, text) in enumerate(texts(asked, frozen), start=1):
        yield statement(asked, number, sender_label(sender, frozen), text)


def _dates(asked: Asked, frozen: Frozen) -> Iterator[Node]:
    """What is no more than a day needs no heading of its own."""
    head = (frozen.say(M("Stelle")), frozen.say(M("Antwort")))
    yield Table("", head, tuple((sender_label(sender, frozen), text) for sender, text in texts(asked, frozen)))


def heading(asked: Asked, frozen: Frozen, *, in_contents: bool, goes_on: bool = False) -> Heading:
    title = frozen.context.asked_as(asked.question)
    if asked.field.label:
        title += f" – {frozen.context.say(asked.field.label)}"
    if goes_on:
        title = frozen.say(M("{title} (Fortsetzung)", title=title))
    return Heading(2, title, f"wortlaut-{_key(asked)}", in_contents)


def statement(asked: Asked, number: int, sender: str, text: str) -> Statement:
    """`number` counts within the question."""
    return Statement(sender, f"wortlaut-{_key(asked)}-{number}", 3, tuple(text.split("\n\n")))


def _key(asked: Asked) -> str:
    return asked.key.replace(".", "-")


def questions(volume: Volume) -> Message:
    first, last = volume.questions
    if first == last:
        return M("Frage {number}", number=first)
    return M("Fragen {first} bis {last}", first=first, last=last)


def _volumes(frozen: Frozen) -> Iterator[Node]:
    volumes, say = frozen.volumes, frozen.say
    yield Paragraph(
        say(M("Zu den offenen Fragen liegen {count} Texte vor. Sie stehen vollständig und im Wortlaut in {volumes} Bänden, die "
              "zu dieser Ausgabe gehören (PDF, DOCX, ODT, HTML), und in ihren Datendateien (XLSX, CSV, JSON, NDJSON).",
              count=volumes[0].total, volumes=len(volumes)))
    )  # fmt: skip
    rows = tuple(
        (
            str(volume.number),
            say(questions(volume)),
            say(M("{first} bis {last}", first=volume.first, last=volume.last)),
            f"{frozen.base_name}{volume.suffix}",
        )
        for volume in volumes
    )
    head = (say(M("Band")), say(M("Fragen")), say(M("Texte")), say(M("Datei")))
    yield Table(say(M("Bände mit den Texten im Wortlaut")), head, rows, ("right", "left", "left", "left"))
