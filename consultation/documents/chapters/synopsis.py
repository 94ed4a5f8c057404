"""Chapter: the draft section by section, beside it what is demanded, by whom, and what was decided."""

from collections.abc import Iterator
from typing import Any

from consultation.core.blocks import from_json
from consultation.core.language import M
from consultation.documents.chapters import points
from consultation.documents.frozen import Frozen
from consultation.documents.outline import Heading, Node, Paragraph
from consultation.programmes.models import Section
from consultation.questions.wording import section_label


def nodes(frozen: Frozen) -> Iterator[Node]:
    if not frozen.sections:
        yield Paragraph(
            frozen.say(M("Zu dieser Konsultation gehört kein Entwurf; alle Punkte stehen im folgenden Kapitel."))
        )
        return
    yield Paragraph(
        frozen.say(
            M("Zu jedem Abschnitt stehen der Text der beteiligten Fassung und die Einzelpunkte. Wortgleiche Forderungen zum "
              "selben Abschnitt "
              "sind ein Punkt mit mehreren unterstützenden Stellen. Die Punkte mit den meisten unterstützenden Stellen "
              "stehen oben.")
        )
    )  # fmt: skip
    most = points.per_section(frozen)
    for section in frozen.sections:
        if not frozen.filters.shows(section.key):
            continue
        yield Heading(min(section.level + 1, 4), _title(section, frozen), f"abschnitt-{section.key}")
        yield from from_json(section.blocks)
        here = frozen.points_of(section.key, most)
        if here:
            yield from _points(section, here, frozen)
        elif section.blocks:
            yield Paragraph(frozen.say(M("Zu diesem Abschnitt liegen keine Einzelpunkte vor.")))


def _title(section: Section, frozen: Frozen) -> str:
    return section_label(frozen.context.sections[section.key], frozen.context)


def _points(section: Section, here: list[dict[str, Any]], frozen: Frozen) -> Iterator[Node]:
    title = frozen.say(M("Einzelpunkte zu {section}", section=section.number or section.heading))
    yield points.table(title, here, frozen)
    if left := frozen.points.sections[section.key] - len(here):
        rest = M("{count} weitere Punkte zu diesem Abschnitt stehen in den Datendateien.", count=left)
        yield Paragraph(frozen.say(rest))
