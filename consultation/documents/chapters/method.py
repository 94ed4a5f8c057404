"""Annex: how the figures came to be, in plain words."""

from collections.abc import Iterator
from datetime import date

from consultation.core.language import M, Message, say
from consultation.documents.chapters import asked
from consultation.documents.frozen import Frozen
from consultation.documents.outline import Heading, Node, Paragraph, Table
from consultation.register.kinds import SIZE_CLASS_TITLES
from consultation.register.shipped import attribution

_COUNTING = (
    M("Gezählt wird die letzte abgegebene Fassung jeder Stellungnahme, die weder zurückgenommen noch abgelehnt ist. "
      "Verspätete und vorbehaltliche "
      "Stellungnahmen zählen mit."),
    M("Jede Stelle zählt einmal, als das, was sie ist. Ein Gemeindeverband ist eine Stelle, auch wenn er für viele "
      "Gemeinden spricht. Antwortet eine "
      "vertretene Gemeinde selbst, zählen beide, und die Vertretung entfällt."),
    M("„Kann ich nicht beurteilen“ und „nicht beantwortet“ werden getrennt gezählt und gehen in keinen Anteil und keinen "
      "mittleren Wert ein."),
    M("Bei Skalen ist der Median der untere der beiden mittleren Werte, also immer eine Stufe, die gewählt wurde. Bei "
      "Zahlen werden Median und Quartile "
      "linear zwischen Nachbarwerten bestimmt (Typ 7, wie in R und in Tabellenkalkulationen)."),
    M("Die Ergebnisse sind weder gewichtet noch hochgerechnet."),
    M("Ein Einzelpunkt ist eine Forderung. Wortgleiche Forderungen zum selben Abschnitt sind ein Punkt; unterstützende "
      "Stellen sind die verschiedenen "
      "Stellen, deren gezählte Stellungnahme die Forderung enthält."),
)  # fmt: skip
_PROTECTION = (
    M("Welcher Teil einer Stellungnahme wie gezeigt wird, hat die antwortende Stelle selbst bestimmt: mit Namen, nur mit "
      "Art und Größenklasse, nur als Zahl "
      "oder gar nicht. Es gilt, was zum Datenstand festgelegt war; ohne Festlegung wird nichts gezeigt."),
    M("Wer einen Teil gar nicht zeigen lässt, zählt bei dessen Fragen nicht mit. Darum ist die Grundlage einer Frage oft kleiner "
      "als die Zahl aller Stellungnahmen."),
    M("Zahlen sind so geschützt, dass sich aus keiner Tabelle und keiner Verbindung von Tabellen einer Frage auf weniger "
      "als {minimum} nicht einzeln "
      "veröffentlichte Stellen schließen lässt, auch nicht auf eine gemeinsame Antwort aller. Geschützte Felder zeigen „–“."),
    M("Dasselbe gilt zwischen allen öffentlichen Ausgaben und für die Beteiligung: Ob eine Stelle geantwortet hat, die nicht als "
      "Teilnehmerin genannt sein will, lässt sich keiner Gruppe entnehmen. Die Summen stehen immer da."),
)  # fmt: skip
_BESIDES = (
    M("Stadtstaaten werden zusammen mit den kreisfreien Städten gezeigt. Vertraulich gestellte Fragen erscheinen nur in "
      "Zahlen. Unterstützende Stellen, die "
      "nur als Zahl erscheinen wollen, werden bei einem Punkt erst ab {minimum} mitgezählt. Personenbezogene Angaben "
      "enthält keine Ausgabe."),
)  # fmt: skip

_ANEW = M("Einzelpunkte sind in jeder öffentlichen Ausgabe neu nummeriert.")
_KEPT = M("Ein Einzelpunkt behält seine Nummer in allen öffentlichen Ausgaben. Was neu hinzukommt, wird weitergezählt; fehlt eine "
          "Nummer, stand der Punkt in einer früheren Ausgabe.")  # fmt: skip
_CARRIED = M("Die Zahl der unterstützenden Stellen, die nur als Zahl erscheinen wollen, ändert sich gegenüber einer früheren "
             "öffentlichen Ausgabe erst, wenn mindestens {minimum} hinzugekommen oder weggefallen sind; bis dahin steht die "
             "frühere.")  # fmt: skip


def nodes(frozen: Frozen) -> Iterator[Node]:
    language = frozen.language
    if audience := frozen.head["consultation"].get("audience"):  # older editions do not hold it
        yield Heading(2, say(M("Wer gefragt wurde"), language), "methode-adressaten")
        yield from (Paragraph(say(text, language)) for text in asked.sentences(audience))
    yield Heading(2, say(M("Wie gezählt wird"), language), "methode-zaehlung")
    yield from (Paragraph(say(text, language)) for text in _COUNTING)
    yield Heading(2, say(M("Größenklassen"), language), "methode-groessenklassen")
    yield _sizes(frozen)
    if frozen.public:
        yield Heading(2, say(M("Was veröffentlicht wird"), language), "methode-schutz")
        minimum = frozen.head["consultation"]["minimum_cell"]
        numbered = _KEPT if frozen.keeps_numbers else _ANEW
        carried = (_CARRIED,) if _others_before(frozen) else ()
        told = (*_PROTECTION, numbered, *_BESIDES, *carried)
        yield from (Paragraph(say(M(text.text, minimum=minimum), language)) for text in told)
    if frozen.redactions[0]:
        yield Heading(2, say(M("Was geschwärzt ist"), language), "methode-schwaerzungen")
        passages, places = frozen.redactions
        count = M(
            "Geschwärzte Passagen: {passages}; Stellen in den Antworten: {places}.", passages=passages, places=places
        )
        yield Paragraph(say(count, language))
        yield Paragraph(say(_redacted(frozen), language))
    yield Heading(2, say(M("Woher die Angaben stammen"), language), "methode-quellen")
    yield from (Paragraph(say(text, language)) for text in _sources(frozen))
    yield Heading(2, say(M("Wie diese Ausgabe geprüft werden kann"), language), "methode-pruefung")
    yield Paragraph(
        say(
            M("Alle Formate dieser Ausgabe stammen aus denselben eingefrorenen Daten. Die Prüfsumme auf der Titelseite ist "
              "SHA-256 über die NDJSON-Datei ohne "
              "ihre letzte Zeile. Eine erneute Erstellung aus diesen Daten ergibt denselben Inhalt."),
            language,
        )
    )  # fmt: skip


def _others_before(frozen: Frozen) -> bool:
    """Whether a public edition came out before; editions of earlier versions know only their number."""
    before = frozen.published_before
    return frozen.head["number"] > 1 if before is None else bool(before)


def _redacted(frozen: Frozen) -> Message:
    if frozen.public:
        return M("Wo „[geschwärzt]“ steht, ist eine Passage verborgen, gleich wie lang sie ist. Geschwärzt wird, was Menschen "
                 "erkennbar machte oder aus anderem Grund nicht veröffentlicht werden darf; die betroffene Stelle kennt den Grund. "
                 "Die Stellungnahme selbst bleibt unverändert aufbewahrt.")  # fmt: skip
    return M("Diese interne Fassung zeigt geschwärzte Passagen zwischen „[geschwärzt:“ und „]“; in öffentlichen Ausgaben steht "
             "dort „[geschwärzt]“.")  # fmt: skip


def _sizes(frozen: Frozen) -> Table:
    language = frozen.language
    rows = []
    for title in SIZE_CLASS_TITLES.values():
        name, _, bounds = say(title, language).partition(" (")
        rows.append((name, bounds.rstrip(")")))
    head = (say(M("Größenklasse"), language), say(M("Einwohnerzahl"), language))
    return Table(say(M("Größenklassen nach der Einwohnerzahl"), language), head, tuple(rows), ("left", "left"))


def _sources(frozen: Frozen) -> Iterator[Message]:
    as_of = frozen.head["register_date"]
    yield M(
        "Namen, Schlüssel, Land, Art und Einwohnerzahl stammen aus dem amtlichen Gemeindeverzeichnis, wie es bei der Abgabe galt."
    )
    if as_of:
        yield attribution(date.fromisoformat(as_of))
