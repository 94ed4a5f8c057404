"""The notice of the outcome: a few pages for one organisation, ready to be laid before its council or a committee."""

from collections.abc import Iterator
from datetime import date, datetime

from consultation.core.language import M, Message, day, say
from consultation.documents import amending
from consultation.documents.consolidated import DEMO_MARK
from consultation.documents.labels import AMENDMENT_KINDS, DECISIONS, REDACTION_REASONS
from consultation.documents.newer_wording import NewerWording
from consultation.documents.outcome import NOT_COVERED, Demand, Outcome, Unworded, hidden_of
from consultation.documents.outcome_summary import summary
from consultation.documents.outline import Heading, ListBlock, ListItem, Meta, Node, Outline, Paragraph, Table
from consultation.register.names import as_addressed
from consultation.responses import queries
from consultation.responses.titles import came

TITLE = M("Schlussmitteilung")
UNWORDED = M("Berücksichtigt, aber im Wortlaut unverändert")
NAMES = 8
"""So many other bodies are named; the edition names all."""
SHORT = 160
"""Characters of a demand in the overview."""


def outcome_notice(outcome: Outcome) -> Outline:
    return Outline(_meta(outcome), lambda: _nodes(outcome), short=True)


def _meta(outcome: Outcome) -> Meta:
    consultation, language = outcome.response.consultation, outcome.language
    about = M("Was aus der Stellungnahme geworden ist: {organisation}", organisation=_addressed(outcome))
    return Meta(
        title=say(TITLE, language), subtitle=consultation.title, author=consultation.programme.owner.name,
        language=language, moment=_moment(outcome), description=say(about, language),
        facts=tuple((say(label, language), say(text, language)) for label, text in facts(outcome)),
        marks=tuple(say(mark, language) for mark in _marks(outcome)),
    )  # fmt: skip


def _addressed(outcome: Outcome) -> str:
    return as_addressed(outcome.response.organisation.name)


def _moment(outcome: Outcome) -> datetime:
    return outcome.edition.published_at or outcome.edition.data_cut


def _marks(outcome: Outcome) -> Iterator[Message]:
    if outcome.demo:
        yield DEMO_MARK
    if outcome.edition.published_at is None:
        yield M("Vorschau – noch niemandem mitgeteilt")


def facts(outcome: Outcome) -> Iterator[tuple[Message, Message]]:
    """Who, to whom, about what, on which ground: what a file and a council need."""
    revision, edition, language = outcome.revision, outcome.edition, outcome.language
    consultation, programme = outcome.response.consultation, outcome.response.consultation.programme
    reference = queries.document(revision)["own_reference"]
    draft = outcome.frozen.head["draft"]
    yield M("An"), _text(_addressed(outcome))
    yield M("Datum"), _text(day(_moment(outcome), language))
    if reference:
        yield M("Ihr Geschäftszeichen"), _text(reference)
    if programme.reference:
        yield M("Geschäftszeichen"), _text(programme.reference)
    yield M("Programm"), _text(programme.title)
    yield M("Es entscheidet"), _text(programme.owner.name)
    if draft:
        dated = day(date.fromisoformat(draft["date"]), language)
        yield M("Entwurfsfassung"), M("Nr. {number} vom {day}", number=draft["number"], day=dated)
    if consultation.deadline:
        yield M("Frist der Konsultation"), M("{deadline}", deadline=consultation.deadline)
    yield M("Ihre Stellungnahme"), M("Fassung {n}, eingegangen am {moment}, Eingangsnummer {number}", n=revision.number,
                                     moment=came(revision), number=revision.receipt_number)  # fmt: skip
    yield (
        M("Grundlage"),
        M("Ausgabe {number} der Auswertung, Datenstand {cut}", number=edition.number, cut=edition.data_cut),
    )
    if consultation.contact:
        yield M("Rückfragen"), _text(consultation.contact)


def _text(text: str) -> Message:
    return M("{text}", text=text)


def _nodes(outcome: Outcome) -> Iterator[Node]:
    language = outcome.language
    yield Heading(1, say(M("Das Ergebnis in Kürze"), language), "ergebnis")
    for sentence in summary(outcome):
        yield Paragraph(say(sentence, language))
    if len(outcome.demands) > 1:
        yield _overview(outcome)
    if outcome.demands:
        yield Heading(1, say(M("Ihre Forderungen im Einzelnen"), language), "forderungen")
        for number, demand in enumerate(outcome.demands, start=1):
            yield Heading(2, heading(number, demand, outcome), f"forderung-{number}")
            yield _demand(demand, outcome)
    if outcome.newer is not None:
        yield from _wordings(outcome.newer, outcome)
    yield Heading(1, say(M("Wie diese Mitteilung zu lesen ist"), language), "hinweise")
    for note in notes(outcome):
        yield Paragraph(say(note, language))


def heading(number: int, demand: Demand, outcome: Outcome) -> str:
    title = M("Forderung {number}", number=number)
    return say(
        M("{title}: {section}", title=title, section=demand.section) if demand.section else title, outcome.language
    )


def _overview(outcome: Outcome) -> Table:
    language = outcome.language
    head = (M("Nr."), M("Abschnitt oder Frage"), M("Ihre Forderung"), M("Entscheidung"))
    rows = tuple(
        (str(n), d.section or "–", _shortened(d.said.original_text or d.said.locator), say(decision(d), language))
        for n, d in enumerate(outcome.demands, start=1)
    )
    caption = say(M("Ihre Forderungen im Überblick"), language)
    return Table(caption, tuple(say(one, language) for one in head), rows, ("left", "left", "left", "left"))


def _shortened(text: str) -> str:
    return text if len(text) <= SHORT else text[:SHORT].rsplit(" ", 1)[0] + " …"


def _demand(demand: Demand, outcome: Outcome) -> Table:
    rows = tuple((say(label, outcome.language), say(text, outcome.language)) for label, text in told(demand, outcome))
    return Table("", (), rows, ("left", "left"))


def told(demand: Demand, outcome: Outcome) -> Iterator[tuple[Message, Message]]:
    """What stands under a demand, label and text."""
    yield M("Ihre Forderung"), _text(own_words(demand, outcome))
    if demand.said.rationale:
        yield M("Ihre Begründung"), _text(demand.said.rationale)
    for redaction, words in hidden_of(demand, outcome):
        because = M("{reason} ({note})", reason=REDACTION_REASONS[redaction.reason], note=redaction.note)
        because = because if redaction.note else REDACTION_REASONS[redaction.reason]
        yield M("Öffentlich geschwärzt"), M("„{words}“: {reason}", words=words, reason=because)
    if demand.number is not None:
        yield M("In der Ausgabe"), point_of(demand)
        yield M("Andere Stellen"), others(demand)
    yield M("Entscheidung"), decision(demand)
    if demand.reply:
        yield M("Erwiderung"), _text(demand.reply)


def own_words(demand: Demand, outcome: Outcome) -> str:
    said = demand.said
    kind = say(AMENDMENT_KINDS[said.kind], outcome.language) if said.kind in AMENDMENT_KINDS else ""
    place = ", ".join(part for part in (said.locator, kind) if part)
    return "\n".join(part for part in (f"{place}:" if place else "", said.original_text) if part)


def point_of(demand: Demand) -> Message:
    if demand.text:
        return M("Punkt {number}: {text}", number=demand.number, text=demand.text)
    return M("Punkt {number}, im Wortlaut Ihrer Forderung", number=demand.number)


def others(demand: Demand) -> Message:
    if not demand.others:
        return M("In der Ausgabe fordert keine andere Stelle dasselbe.")
    count = (
        M("1 weitere Stelle fordert dasselbe")
        if demand.others == 1
        else M("{n} weitere Stellen fordern dasselbe", n=demand.others)
    )
    if not demand.named:
        return M("{count}.", count=count)
    named = "; ".join(demand.named[:NAMES])
    if len(demand.named) > NAMES:
        return M("{count}, darunter {names} und weitere.", count=count, names=named)
    return (
        M("{count}: {names}.", count=count, names=named)
        if len(demand.named) == demand.others
        else M("{count}, darunter {names}.", count=count, names=named)
    )


def decision(demand: Demand) -> Message:
    if not demand.covered:
        return NOT_COVERED
    return DECISIONS[demand.decision] if demand.decision else M("ist noch nicht entschieden")


def _wordings(newer: NewerWording, outcome: Outcome) -> Iterator[Node]:
    language, old = outcome.language, outcome.frozen.head["draft"]
    yield Heading(1, say(M("Alter und neuer Wortlaut"), language), "wortlaut")
    if not newer.changes:
        yield Paragraph(say(unchanged(newer), language))
    else:
        yield Paragraph(say(new_version(newer), language))
    head = (M("Fassung {number}", number=old["number"]), M("Fassung {number}", number=newer.version.number))
    for change in newer.changes:
        yield Heading(2, change.section, f"wortlaut-{change.key}")
        gone = say(M("Dieser Abschnitt ist entfallen."), language)
        if change.new:
            told = (say(message, language) for message in amending.told(change.words))
            yield ListBlock(tuple(ListItem("–", (Paragraph(text),)) for text in told))
        yield Table(
            "", tuple(say(one, language) for one in head), ((change.old, change.new or gone),), ("left", "left"), False
        )
    yield from _unworded(outcome, newer)


def _unworded(outcome: Outcome, newer: NewerWording) -> Iterator[Node]:
    if outcome.adopted_unworded:
        yield Heading(2, say(UNWORDED, outcome.language), "wortlaut-unveraendert")
        yield Paragraph(say(unworded_intro(newer), outcome.language))
        told = (say(unworded(one), outcome.language) for one in outcome.adopted_unworded)
        yield ListBlock(tuple(ListItem("–", (Paragraph(text),)) for text in told))


def unworded_intro(newer: NewerWording) -> Message:
    return M("Zu folgenden Abschnitten wird von Ihren Forderungen etwas berücksichtigt, ohne dass Fassung {number} ihren "
             "Wortlaut ändert. Wo und wie es geschieht, sagt die Erwiderung; sonst fragen Sie nach.",
             number=newer.version.number)  # fmt: skip


def unworded(one: Unworded) -> Message:
    return M("{section}: {n} Ihrer Forderungen werden ganz oder teilweise berücksichtigt, der Wortlaut ist unverändert.",
             one="{section}: Eine Ihrer Forderungen wird ganz oder teilweise berücksichtigt, der Wortlaut ist unverändert.",
             n=one.adopted, section=one.section)  # fmt: skip


def new_version(newer: NewerWording) -> Message:
    return M("Fassung {number} vom {day} fasst diese Abschnitte neu, zu denen Sie etwas gefordert haben.",
             number=newer.version.number, day=newer.version.date)  # fmt: skip


def unchanged(newer: NewerWording) -> Message:
    return M("Fassung {number} vom {day} lässt die Abschnitte, zu denen Sie etwas gefordert haben, unverändert.",
             number=newer.version.number, day=newer.version.date)  # fmt: skip


def notes(outcome: Outcome) -> Iterator[Message]:
    """How to read the numbers, and that a later edition brings a newer notice."""
    if any(demand.number is not None for demand in outcome.demands):
        yield M("Wie viele andere Stellen dasselbe fordern und welche, steht hier wie in der veröffentlichten Ausgabe. Es können "
                "mehr sein: Wer dort nicht erscheint, ist nicht mitgezählt.")  # fmt: skip
        if outcome.frozen.keeps_numbers:
            yield M("Die Nummer eines Punkts ist in allen öffentlichen Ausgaben dieselbe, und unter ihr findet ihn auch die "
                    "ausschreibende Stelle.")  # fmt: skip
    if any(not demand.covered for demand in outcome.demands):
        yield M(
            "Die Ausgabe ist auf einen Teil der Abschnitte beschränkt; über die übrigen Forderungen sagt sie nichts."
        )
    if any(demand.number is None and demand.covered for demand in outcome.demands):
        yield M("Forderungen ohne Punktnummer stehen nicht in der veröffentlichten Ausgabe, weil niemand ihren Wortlaut zur "
                "Veröffentlichung freigegeben hat. Die Entscheidung dazu erfährt nur, wer sie erhoben hat.")  # fmt: skip
    yield M("Maßgeblich ist Ausgabe {number} der Auswertung. Erscheint eine spätere Ausgabe, erneuert sie diese Mitteilung.",
            number=outcome.edition.number)  # fmt: skip
