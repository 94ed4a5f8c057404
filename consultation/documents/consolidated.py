"""The consolidated document of one edition: what it says, for readers and for machines."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from consultation.core.language import M, Message, day
from consultation.documents.chapters import (
    agreement,
    lands,
    loose_points,
    method,
    participants,
    participation,
    questionnaire,
    results,
    statements,
    summary,
    synopsis,
)
from consultation.documents.filters import NO_SECTION
from consultation.documents.formats import Compiled
from consultation.documents.frozen import Frozen
from consultation.documents.labels import GROUPINGS, kind_label, size_label
from consultation.documents.numbering import jumps, placed
from consultation.documents.outline import Heading, Meta, Node, Outline, PageBreak
from consultation.documents.sheets import sheets
from consultation.register.states import STATE_TITLES, State

DEMO_MARK = M("Beispieldaten – frei erfunden, keine Äußerung der genannten Kommunen")
LICENCE = M("Datenlizenz Deutschland – Namensnennung – Version 2.0 (www.govdata.de/dl-de/by-2-0)")

Chapter = Callable[[Frozen], Iterator[Node]]
CHAPTERS: tuple[tuple[str, Message, Chapter], ...] = (
    ("kurz", M("Das Wichtigste in Kürze"), summary.nodes),
    ("beteiligung", M("Beteiligung"), participation.nodes),
    ("ergebnisse", M("Ergebnisse je Frage"), results.nodes),
    ("zustimmung", M("Zustimmung je Abschnitt"), agreement.nodes),
    ("synopse", M("Synopse"), synopsis.nodes),
    ("punkte", M("Punkte ohne Abschnitt"), loose_points.nodes),
)
ANNEXES: tuple[tuple[str, Message, Chapter], ...] = (
    ("teilnehmende", M("Teilnehmende Stellen"), participants.nodes),
    ("laender", M("Ergebnisse nach Land"), lands.nodes),
    ("fragebogen", M("Fragebogen"), questionnaire.nodes),
    ("methode", M("Methode"), method.nodes),
    ("wortlaut", M("Texte im Wortlaut"), statements.nodes),
)


def compiled_from(frozen: Frozen, sha256: str) -> Compiled:
    outline = Outline(meta_of(frozen, sha256), lambda: _nodes(frozen))
    return Compiled(outline, sheets(frozen), frozen.head, frozen.records)


def _nodes(frozen: Frozen) -> Iterator[Node]:
    for number, (key, title, nodes) in enumerate(CHAPTERS, start=1):
        if number > 1:
            yield PageBreak()
        yield Heading(1, f"{number} {frozen.say(title)}", key)
        yield from nodes(frozen)
    for letter, (key, title, nodes) in zip("ABCDE", ANNEXES, strict=True):
        heading = frozen.say(M("Anhang {letter}: {title}", letter=letter, title=title))
        yield PageBreak()
        yield Heading(1, heading, key)
        yield from nodes(frozen)


def meta_of(frozen: Frozen, sha256: str) -> Meta:
    head, say = frozen.head, frozen.say
    consultation, programme = head["consultation"], head["programme"]
    audience = M("öffentliche Fassung") if frozen.public else M("interne Fassung")
    return Meta(
        title=consultation["title"],
        subtitle=say(M("Konsolidiertes Rückmeldedokument – Ausgabe {number}, "
                       "{audience}", number=head["number"], audience=audience)),
        author=programme["owner"],
        language=frozen.language,
        moment=frozen.moment.astimezone(UTC),
        description=say(M("Ergebnisse der Konsultation zu „{programme}“.", programme=programme["title"])),
        facts=tuple((say(label), text) for label, text in _facts(frozen, sha256) if text),
        marks=tuple(_marks(frozen)),
        keywords=(programme["title"], say(M("Konsultation")), say(M("Kommunen"))),
    )  # fmt: skip


def _facts(frozen: Frozen, sha256: str) -> Iterator[tuple[Message, str]]:
    head, say = frozen.head, frozen.say
    consultation, programme, draft = head["consultation"], head["programme"], head["draft"]
    if frozen.published_before is not None and jumps([*frozen.published_before, head["number"]]):
        yield M("Ausgabe"), say(placed(head["number"], frozen.published_before))
    yield M("Programm"), programme["title"]
    yield M("Geschäftszeichen"), programme["reference"]
    yield M("Herausgeberin"), programme["owner"]
    yield (
        M("Konsultation"),
        say(
            M(
                "Runde {round}, Frist {deadline}",
                round=consultation["round"],
                deadline=_moment(consultation["deadline"]),
            )
        ),
    )
    yield M("Datenstand"), say(M("{cut}", cut=frozen.moment))
    if draft:
        dated = day(date.fromisoformat(draft["date"]), frozen.language)
        yield M("Entwurfsfassung"), say(M("Nr. {number} vom {day}", number=draft["number"], day=dated))
    yield M("Formularfassung"), str(head["form"]["number"])
    yield M("Berücksichtigt"), _filters(frozen)
    yield M("Geschwärzte Passagen"), say(redacted(frozen))
    yield M("Prüfsumme"), f"sha256:{sha256}"
    yield M("Lizenz"), say(LICENCE if frozen.public else M("Nur für den internen Gebrauch"))


def _moment(text: str | None) -> datetime | str:
    return datetime.fromisoformat(text) if text else "–"


def redacted(frozen: Frozen) -> Message:
    passages, places = frozen.redactions
    return (
        M("{passages} (Stellen in den Antworten: {places})", passages=passages, places=places)
        if passages
        else M("keine")
    )


def _filters(frozen: Frozen) -> str:
    found, language = frozen.statistics.filters, frozen.language
    named = (
        (GROUPINGS["state"], [frozen.say(STATE_TITLES[State(state)]) for state in sorted(found.states)]),
        (GROUPINGS["size_class"], [size_label(size, language) for size in sorted(found.size_classes)]),
        (GROUPINGS["kind"], [kind_label(kind, language) for kind in sorted(found.kinds)]),
    )
    chosen = [f"{frozen.say(label)}: {', '.join(values)}" for label, values in named if values]
    chosen += map(frozen.say, points_limited_to(frozen))
    return "; ".join(chosen) or frozen.say(M("alle Antworten, die zum Datenstand zählen"))


def points_limited_to(frozen: Frozen) -> Iterator[Message]:
    """What the points of the edition are limited to; the figures are not."""
    if frozen.filters.sections:
        known = {section.key: section.number or section.heading for section in frozen.sections}
        names = [known[key] for key in known if key in frozen.filters.sections]
        names += [frozen.say(M("ohne Abschnitt"))] if NO_SECTION in frozen.filters.sections else []
        yield M("Einzelpunkte nur zu: {sections}", sections=tuple(names))
    if frozen.filters.only_decided:
        yield M("nur entschiedene Einzelpunkte")


def _marks(frozen: Frozen) -> Iterator[str]:
    if frozen.head["demo"]:
        yield frozen.say(DEMO_MARK)
    if frozen.head["consultation"]["notice"] and frozen.head["draft"]:
        yield frozen.head["consultation"]["notice"]
    if not frozen.public:
        yield frozen.say(M("Nur für den internen Gebrauch"))
