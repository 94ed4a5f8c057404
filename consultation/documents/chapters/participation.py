"""Chapter: who was asked, who answered itself, who is spoken for, who is open; of bodies and of municipalities."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from consultation.core.language import M, Message, percent
from consultation.documents.chapters.tables import ORDER, count, right
from consultation.documents.frozen import Frozen
from consultation.documents.labels import group_label
from consultation.documents.outline import Chart, ChartRow, Heading, Node, Paragraph, Table
from consultation.evaluation.cube import SMALL_TOWN_CLASSES
from consultation.evaluation.figures import KIND, SIZE_CLASS, SMALL_TOWNS, STATE, TOTAL
from consultation.responses.participation import Counts, Margins, Reach


def nodes(frozen: Frozen) -> Iterator[Node]:
    say, total = frozen.say, frozen.participation.total
    yield Heading(2, say(M("Eingeladene Stellen")), "beteiligung-stellen")
    yield Paragraph(say(M("Jede Stelle zählt einmal, als das, was sie ist. Vertreten ist, wer nicht selbst geantwortet hat, "
                          "für wen aber eine "
                          "gezählte Stellungnahme spricht.")))  # fmt: skip
    yield _bodies(frozen, say(M("Eingeladene Stellen und Antworten")), [(say(M("Insgesamt")), total)])
    yield from _chart(frozen)
    yield _bodies(frozen, say(M("Beteiligung nach Größenklasse und Art")), _groups(frozen, SIZE_CLASS))
    yield _bodies(frozen, say(M("Beteiligung nach Land")), _groups(frozen, STATE))
    yield _bodies(frozen, say(M("Beteiligung nach Art der Stelle")), _groups(frozen, KIND))
    if isinstance(frozen.participation, Margins) and frozen.participation.suppressed:
        yield Paragraph(say(M("Gruppen, bei denen sich erkennen ließe, ob eine einzelne Stelle teilgenommen hat, die nicht "
                              "genannt sein will, sind nicht ausgewiesen; in den Summen sind sie enthalten.")))  # fmt: skip
    if frozen.participation.informed:
        yield Paragraph(say(M("Nachrichtlich beteiligt waren {count} weitere Stellen; sie zählen in keiner Tabelle.",
                              count=frozen.participation.informed)))  # fmt: skip
    yield Heading(2, say(M("Erreichte Gemeinden")), "beteiligung-gemeinden")
    yield Paragraph(say(M("Gezählt werden alle Gemeinden des amtlichen Verzeichnisses, kreisfreie Städte und Stadtstaaten "
                          "eingeschlossen. Eine "
                          "Gemeinde ist erreicht, wenn sie selbst geantwortet hat oder in einer Stellungnahme als vertreten "
                          "genannt ist.")))  # fmt: skip
    yield Paragraph(say(M("Angesprochen ist eine Gemeinde auch, wenn ihr Gemeindeverband eingeladen ist.")))
    if frozen.participation.reach_by(STATE) or not frozen.public:
        yield _municipalities(frozen, say(M("Erreichte Gemeinden nach Größenklasse")), SIZE_CLASS)
        yield _municipalities(frozen, say(M("Erreichte Gemeinden nach Land")), STATE)
    else:
        yield _municipalities(frozen, say(M("Erreichte Gemeinden")), STATE)
        yield Paragraph(say(M("Wie viele Gemeinden in einzelnen Gruppen erreicht sind, steht hier nicht: Ein Gemeindeverband "
                              "bringt alle seine Gemeinden mit, und an ihrer Zahl ließe er sich erkennen.")))  # fmt: skip
    yield Heading(2, say(M("Was daraus folgt und was nicht")), "beteiligung-grenzen")
    yield Paragraph(non_response(frozen))


def non_response(frozen: Frozen) -> str:
    """The note on non-response, in plain words."""
    total = frozen.participation.total
    return frozen.say(
        M("Die Teilnahme war freiwillig. Von {invited} eingeladenen Stellen haben {open} weder geantwortet noch abgelehnt "
          "noch sind sie vertreten. "
          "Ihre Haltung ist unbekannt: Schweigen und Fehlanzeige gelten weder als Zustimmung noch als Ablehnung. Die "
          "Ergebnisse beschreiben die "
          "Stellen, die geantwortet haben. Sie sind nicht auf alle Kommunen hochgerechnet und nicht gewichtet. Wo kleine "
          "Gemeinden seltener "
          "geantwortet haben als große, zeigen die Tabellen nach Größenklasse, ob sich die Antworten unterscheiden.",
          invited=total.invited, open=total.open)
    )  # fmt: skip


def rate(counts: Counts) -> float | None:
    return counts.answered / counts.invited if counts.invited else None


def _groups(frozen: Frozen, dimension: str) -> list[tuple[str, Counts]]:
    """Groups with somebody invited, in their order; both Kleinstadt classes together as one more row."""
    found = frozen.participation.by(dimension)
    return _with_small_towns(found, dimension, frozen, Counts())


T = TypeVar("T", Counts, Reach)


def _with_small_towns(found: dict[str, T], dimension: str, frozen: Frozen, nothing: T) -> list[tuple[str, T]]:
    rows: list[tuple[str, T]] = []
    for group in ORDER[dimension]:
        if group == SMALL_TOWN_CLASSES[0] and not frozen.public:
            both = sum((found[size] for size in SMALL_TOWN_CLASSES if size in found), nothing)
            if both != nothing:
                rows.append((group_label(dimension, SMALL_TOWNS, frozen), both))
        if group in found and (group != SMALL_TOWNS or frozen.public):
            rows.append((group_label(dimension, group, frozen), found[group]))
    return rows


_BODY_COLUMNS: tuple[tuple[Message, Callable[[Counts], int]], ...] = (
    (M("eingeladen"), lambda c: c.invited),
    (M("Stellungnahmen"), lambda c: c.submitted),
    (M("Fehlanzeige"), lambda c: c.nil_returns),
    (M("vertreten"), lambda c: c.represented),
    (M("lehnt ab"), lambda c: c.declined),
    (M("offen"), lambda c: c.open),
)


def _bodies(frozen: Frozen, caption: str, groups: list[tuple[str, Counts]]) -> Table:
    say = frozen.say
    head = (say(M("Gruppe")), *(say(label) for label, _ in _BODY_COLUMNS), say(M("Quote")))
    rows = tuple(
        (label, *(count(read(counts), frozen) for _, read in _BODY_COLUMNS), percent(rate(counts), frozen.language))
        for label, counts in groups
    )
    return Table(caption, head, rows, right(len(head) - 1))


def _chart(frozen: Frozen) -> Iterator[Chart]:
    groups = [(label, counts) for label, counts in _groups(frozen, SIZE_CLASS) if counts.invited]
    if not groups:
        return
    say = frozen.say
    rows = tuple(ChartRow(label, counts.invited, (rate(counts) or 0.0,)) for label, counts in groups)
    said = ", ".join(f"{label} {percent(rate(counts), frozen.language)}" for label, counts in groups)
    alt = say(M("Anteil der eingeladenen Stellen, die geantwortet haben: {said}.", said=said))
    title = say(M("Anteil der Stellen, die geantwortet haben, nach Größenklasse und Art"))
    yield Chart("chart-participation", title, alt, "bars", (say(M("geantwortet")),), rows)


def _municipalities(frozen: Frozen, caption: str, dimension: str) -> Table:
    say, language = frozen.say, frozen.language
    head = tuple(map(say, (
        M("Gruppe"), M("vorhanden"), M("angesprochen"), M("selbst geantwortet"), M("vertreten"), M("offen"), M("erreicht"),
        M("Einwohner erreicht"),
    )))  # fmt: skip
    groups = _with_small_towns(frozen.participation.reach_by(dimension), dimension, frozen, Reach())
    rows = [(group_label(TOTAL, "", frozen), frozen.participation.reach), *groups]
    body = tuple(
        (
            label, count(r.existing, frozen), count(r.invited, frozen), count(r.itself, frozen), count(r.represented, frozen),
            count(r.open, frozen), percent(r.reached / r.existing if r.existing else None, language),
            percent(r.population_reached / r.population if r.population else None, language),
        )
        for label, r in rows
    )  # fmt: skip
    return Table(caption, head, body, right(len(head) - 1))
