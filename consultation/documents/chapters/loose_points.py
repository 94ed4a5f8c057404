"""Chapter: demands that belong to no section of the draft."""

from collections.abc import Iterator

from consultation.core.language import M
from consultation.documents.chapters import points
from consultation.documents.filters import NO_SECTION
from consultation.documents.frozen import Frozen
from consultation.documents.outline import Node, Paragraph


def nodes(frozen: Frozen) -> Iterator[Node]:
    known = {section.key for section in frozen.sections}
    sections = [key for key in frozen.points.sections if key not in known]
    loose = sum(frozen.points.sections[key] for key in sections)
    if not loose:
        left_out = M("Punkte ohne Abschnitt gehören nicht zu dieser Ausgabe.")
        none = M("Alle Einzelpunkte gehören zu einem Abschnitt.")
        yield Paragraph(frozen.say(none if frozen.filters.shows(NO_SECTION) else left_out))
        return
    most = points.per_section(frozen)
    here = [point for key in sections for point in frozen.points_of(key, most)][:most]
    yield points.table(frozen.say(M("Einzelpunkte ohne Abschnitt")), here, frozen)
    if left := loose - len(here):
        yield Paragraph(frozen.say(M("{count} weitere Punkte stehen in den Datendateien.", count=left)))
