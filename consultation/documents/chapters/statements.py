"""Annex: every text word for word, where they are few enough for one document; else the data files hold them."""

from collections.abc import Iterator

from consultation.core.language import M
from consultation.documents.chapters.excerpts import sender_label, texts
from consultation.documents.frozen import Frozen
from consultation.documents.outline import Heading, Node, Paragraph, Statement
from consultation.forms.definition import Asked
from consultation.questions import Tally

MOST = 2500
"""Texts in one document; see docs/decisions."""


def nodes(frozen: Frozen) -> Iterator[Node]:
    asked = [a for a in frozen.form.asked if a.type.tally is Tally.TEXTS and not a.question.personal]
    count = sum(1 for a in asked for _ in texts(a, frozen))
    if count > MOST:
        yield Paragraph(
            frozen.say(
                M("Zu den offenen Fragen liegen {count} Texte vor. So viele Texte wären in einem Dokument nicht mehr zu "
                  "lesen; sie stehen "
                  "vollständig in den Datendateien dieser Ausgabe (XLSX, CSV, JSON, NDJSON).", count=count)
            )
        )  # fmt: skip
        return
    if not count:
        yield Paragraph(frozen.say(M("Es liegen keine Texte vor, die hier gezeigt werden dürfen.")))
    for each in asked:
        yield from _field(each, frozen)


def _field(asked: Asked, frozen: Frozen) -> Iterator[Node]:
    for number, (sender, text) in enumerate(texts(asked, frozen), start=1):
        if number == 1:
            title = frozen.context.asked_as(asked.question)
            if asked.field.label:
                title += f" – {frozen.context.say(asked.field.label)}"
            yield Heading(2, title, f"wortlaut-{asked.key.replace('.', '-')}", in_contents=False)
        key = f"wortlaut-{asked.key.replace('.', '-')}-{number}"
        yield Statement(sender_label(sender, frozen), key, 3, tuple(text.split("\n\n")))
