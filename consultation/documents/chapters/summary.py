"""Chapter: the most important things, in sentences made from the figures."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from consultation.core.language import M, Message, number, percent
from consultation.documents.chapters.excerpts import shortened
from consultation.documents.chapters.points import both_numbers, place_of, wording
from consultation.documents.chapters.tables import count, right
from consultation.documents.counted_points import CountedPoints
from consultation.documents.frozen import Frozen
from consultation.documents.labels import DECISIONS, item_label
from consultation.documents.outline import Heading, ListBlock, ListItem, Node, Paragraph, Table
from consultation.evaluation.figures import Row
from consultation.forms.definition import Asked
from consultation.questions import Tally

_UPPER = ("4", "5")
_FEWEST = 5
"""Of fewer bodies a share says nothing."""
Ranked = tuple[Fraction, Any, Row]
"""(share, what it is the share of, its row)."""


def nodes(frozen: Frozen) -> Iterator[Node]:
    say = frozen.say
    yield Heading(2, say(M("Kennzahlen")), "kurz-kennzahlen")
    yield _figures(frozen)
    yield Heading(2, say(M("Beteiligung")), "kurz-beteiligung")
    yield from (Paragraph(sentence) for sentence in _participation(frozen))
    agreement = list(_agreement(frozen))
    if agreement:
        yield Heading(2, say(M("Zustimmung und Ablehnung")), "kurz-zustimmung")
        yield from (Paragraph(sentence) for sentence in agreement)
    yield Heading(2, say(M("Die häufigsten Forderungen")), "kurz-forderungen")
    yield from _demands(frozen)


def _figures(frozen: Frozen) -> Table:
    say, total, reach = frozen.say, frozen.participation.total, frozen.participation.reach
    points = frozen.points
    rows = (
        (M("Eingeladene Stellen"), total.invited), (M("Stellungnahmen mit Inhalt"), total.submitted),
        (M("Fehlanzeigen"), total.nil_returns), (M("Eingeladene Stellen, für die andere geantwortet haben"), total.represented),
        (M("Erreichte Gemeinden (selbst oder durch ihren Verband)"), reach.reached), (M("Einzelpunkte"), points.points),
        (_contributions(frozen), points.contributions), (M("Entschiedene Einzelpunkte"), points.decided),
        *_to_be_examined(points),
    )  # fmt: skip
    head = (say(M("Kennzahl")), say(M("Anzahl")))
    return Table(say(M("Kennzahlen")), head, tuple((say(label), count(n, frozen)) for label, n in rows), right(1))


def _contributions(frozen: Frozen) -> Message:
    if frozen.public:
        return M("Beiträge zu diesen Einzelpunkten, die hier gezeigt werden dürfen")
    return M("Beiträge, aus denen die Einzelpunkte bestehen")


def _to_be_examined(points: CountedPoints) -> Iterator[tuple[Message, int]]:
    """Decided, though nothing is settled by it: whoever reads how many are decided should know."""
    if points.to_be_examined:
        yield M("davon werden weiter geprüft"), points.to_be_examined


def _participation(frozen: Frozen) -> Iterator[str]:
    say, language, total, reach = frozen.say, frozen.language, frozen.participation.total, frozen.participation.reach
    rate = percent(Fraction(total.answered, total.invited) if total.invited else None, language)
    yield say(
        M("Zur Stellungnahme eingeladen: {invited} Stellen. Geantwortet: {answered} ({rate}), davon mit Fehlanzeige: {nil}. "
          "Durch eine andere Stelle vertreten: {represented}. Teilnahme abgelehnt: {declined}. Ohne Antwort: {open}.",
          invited=total.invited, answered=total.answered, rate=rate, nil=total.nil_returns, represented=total.represented,
          declined=total.declined, open=total.open)
    )  # fmt: skip
    if reach.reached:
        share = percent(Fraction(reach.reached, reach.existing), language)
        yield say(
            M("Die Antworten sprechen für {reached} von {existing} Gemeinden ({share}) mit zusammen {population} "
              "Einwohnerinnen und Einwohnern.",
              reached=reach.reached, existing=reach.existing, share=share, population=reach.population_reached)
        )  # fmt: skip
    yield say(M("Schweigen und Fehlanzeige gelten weder als Zustimmung noch als Ablehnung."))


def _agreement(frozen: Frozen) -> Iterator[str]:
    """The sections with the highest agreement and refusal, and the statements with the highest and lowest approval."""
    sections = [
        (item_label(a, f.item, frozen), f.total)
        for a in frozen.form.asked if a.type.key == "section_agreement"
        for f in frozen.statistics.of(a.key) if f.total is not None and f.total.valid
    ]  # fmt: skip
    yield from _extreme(
        sections, "full", M("Am häufigsten ohne Änderungen zugestimmt wird {label} ({share} von {n} Stellen)."), frozen
    )
    yield from _extreme(sections, "no", M("Am häufigsten abgelehnt wird {label} ({share} von {n} Stellen)."), frozen)
    stated = [
        (_upper(f.total), a, f.total)
        for a in frozen.form.asked if a.type.key == "likert" and a.type.tally is Tally.SCALE and _is_agreement(a)
        for f in frozen.statistics.of(a.key) if f.total is not None and f.total.valid
    ]  # fmt: skip
    if best := _alone(stated, max):
        yield _statement(
            M("Die höchste Zustimmung erhält „{title}“: {share} von {n} Stellen stimmen eher oder voll zu."),
            best,
            frozen,
        )
    if len(stated) > 1 and (worst := _alone(stated, min)):
        yield _statement(
            M("Die geringste Zustimmung erhält „{title}“: {share} von {n} Stellen stimmen eher oder voll zu."),
            worst,
            frozen,
        )


def _alone(ranked: list[Ranked], foremost: Callable[[list[Fraction]], Fraction]) -> Ranked | None:
    """The first; none where several share that place, or too few could be counted to speak of one."""
    if not ranked:
        return None
    place = foremost([share for share, _, _ in ranked])
    there = [one for one in ranked if one[0] == place]
    return there[0] if len(there) == 1 and there[0][2].valid >= _FEWEST else None


def _is_agreement(asked: Asked) -> bool:
    return bool(asked.settings.scale == "agreement")


def _upper(row: Row) -> Fraction:
    """The share of the two upper steps."""
    return sum((o.share or Fraction(0) for o in row.options if o.key in _UPPER), Fraction(0))


def _statement(sentence: Any, found: Ranked, frozen: Frozen) -> str:
    share, asked, row = found
    title, shown = frozen.context.say(asked.question.title), percent(share, frozen.language)
    return frozen.say(M(sentence.text, title=title, share=shown, n=number(row.valid, frozen.language)))


def _extreme(sections: list[tuple[str, Row]], option: str, sentence: Any, frozen: Frozen) -> Iterator[str]:
    shares = [(row.option(option), label, row) for label, row in sections]
    known = [(o.share, label, row) for o, label, row in shares if o is not None and o.share]
    if found := _alone(known, max):
        share, label, row = found
        yield frozen.say(M(sentence.text, label=label, share=percent(share, frozen.language), n=row.valid))


def _demands(frozen: Frozen) -> Iterator[Node]:
    say = frozen.say
    points = frozen.points.top
    if not points:
        yield Paragraph(say(M("Es liegen keine Einzelpunkte vor, die hier gezeigt werden dürfen.")))
        return
    numbers = {section.key: section.number or section.heading for section in frozen.sections}
    items = []
    for place, point in enumerate(points, start=1):
        where = " ".join(part for part in (numbers.get(point["section"] or "", ""), place_of(point, frozen)) if part)
        supported = M("{count} Stellen", one="1 Stelle", count=point["supporters"]["count"])
        known = f"{say(M('Punkt {number}', number=both_numbers(point)))}, {say(supported)}"
        demanded = ": ".join(part for part in (where, shortened(wording(point), 300)) if part)
        if point["decision"]:
            known = f"{known}; {say(DECISIONS[point['decision']])}"
        items.append(ListItem(f"{place}.", (Paragraph(f"{demanded} ({known})"),)))
    yield ListBlock(tuple(items))
    yield Heading(2, say(M("Entscheidungen")), "kurz-entscheidungen")
    yield from _decisions(frozen)


def _decisions(frozen: Frozen) -> Iterator[Node]:
    say = frozen.say
    points, made = frozen.points, frozen.points.decisions
    all_decided = M("Diese Ausgabe enthält nur entschiedene Einzelpunkte: {decided}.", decided=points.decided)
    some = M("Entschieden sind {decided} von {points} Einzelpunkten.", decided=points.decided, points=points.points)
    told = [say(all_decided if frozen.filters.only_decided else some)]
    if n := points.to_be_examined:
        told.append(say(M("Davon werden {n} weiter geprüft.", one="Davon wird 1 weiter geprüft.", n=n)))
    yield Paragraph(" ".join(told))
    if made:
        rows = tuple((say(title), count(made[key], frozen)) for key, title in DECISIONS.items() if made[key])
        head = (say(M("Entscheidung")), say(M("Anzahl")))
        yield Table(say(M("Entscheidungen über die Einzelpunkte")), head, rows, right(1))
