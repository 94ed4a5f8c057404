"""A planner's texts as a reader sees them: in their language, placeholders filled."""

import re

from consultation.core.language import M, say
from consultation.questions import Context, SectionInfo, Texts

_PLACEHOLDER = re.compile(r"\{(section:)?([^{}\s:]+)\}")


def said(texts: Texts | None, context: Context) -> str:
    return fill(texts.said(context.language), context) if texts else ""


def fill(text: str, context: Context) -> str:
    """`{funding_rate}` becomes the programme's parameter, `{section:KEY}` the number; what is unknown stays."""

    def value(found: re.Match[str]) -> str:
        section, key = found.groups()
        if section:
            return context.sections[key].number if key in context.sections else found[0]
        return context.parameters.get(key, found[0])

    return _PLACEHOLDER.sub(value, text)


def section_label(section: SectionInfo, context: Context) -> str:
    """Such as "Nr. 5.2 – Höhe der Förderung"; a law brings its own sign: "§ 2 – Verteilung"."""
    number = section.number
    if number[:1].isdigit():
        number = say(M("Nr. {number}", number=number), context.language)
    return " – ".join(part for part in (number, section.heading) if part)
