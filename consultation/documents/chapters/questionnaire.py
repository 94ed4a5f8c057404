"""Annex: the questions as they were asked."""

from collections.abc import Iterator

from consultation.core.language import M
from consultation.documents.frozen import Frozen
from consultation.documents.labels import options_of
from consultation.documents.outline import Heading, ListBlock, ListItem, Node, Paragraph
from consultation.forms.definition import Asked, Question
from consultation.questions.wording import fill


def nodes(frozen: Frozen) -> Iterator[Node]:
    intro = frozen.context.say(frozen.form.intro)
    if intro:
        yield Paragraph(intro)
    for part in frozen.form.parts:
        yield Heading(2, f"{part.key} {frozen.context.say(part.title)}", f"fragebogen-{part.key}", in_contents=False)
        yield ListBlock(tuple(_question(question, frozen) for question in part.questions))


def _question(question: Question, frozen: Frozen) -> ListItem:
    blocks: list[Paragraph | ListBlock] = [Paragraph(frozen.context.say(question.title))]
    if question.hint:
        blocks.append(Paragraph(frozen.context.say(question.hint)))
    if question.confidential:
        blocks.append(Paragraph(frozen.say(M("Vertraulich: erscheint höchstens in zusammengefassten Zahlen."))))
    asked = [a for a in frozen.form.asked if a.question.key == question.key and a.field in question.fields]
    items = [item for a in asked for item in _field(a, frozen)]
    if items:
        blocks.append(ListBlock(tuple(items)))
    return ListItem(f"{question.number}." if question.number else "•", tuple(blocks))


def _field(asked: Asked, frozen: Frozen) -> Iterator[ListItem]:
    label = frozen.context.say(asked.field.label) if asked.field.label else ""
    choices = [label for _, label in options_of(asked, frozen)]
    rows = [fill(item.label, frozen.context) for item in asked.type.items(asked.settings, frozen.context)]
    lines = [label] if label else []
    if rows and not asked.type.needs_sections and not asked.type.settles_disclosure:
        lines.append(frozen.say(M("Zeilen: {rows}", rows="; ".join(rows))))
    lines.append(frozen.say(M("Antworten: {choices}", choices="; ".join(choices)) if choices else asked.type.title))
    yield ListItem("–", (Paragraph("\n".join(lines)),))
