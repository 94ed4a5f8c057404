"""How long the texts are that planners and houses write freely: one place for pages and API.

Nothing is cut off: what is too long is refused with its name, how much is too much and what to do, and the page shows it again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from consultation.core.errors import Invalid, Problem
from consultation.core.language import M, Message


@dataclass(frozen=True)
class Bound:
    """`most` characters; `title` is what the field is called where people fill it in."""

    title: Message
    most: int

    def problems(self, field: str, text: str) -> Iterator[Problem]:
        over = len(text) - self.most
        if over > 0:
            yield Problem(field, M(
                "„{title}“ ist um {count} Zeichen zu lang. Erlaubt sind {most}; kürzen Sie den Text.",
                one="„{title}“ ist um 1 Zeichen zu lang. Erlaubt sind {most}; kürzen Sie den Text.",
                count=over, most=self.most, title=self.title,
            ))  # fmt: skip

    def within(self, field: str, text: str) -> str:
        """The text, or `Invalid`."""
        if found := list(self.problems(field, text)):
            raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=found)
        return text


REASON = 4_000
"""What is read in a mail: reasons, and answers to those who asked for something."""
STATEMENT = 20_000
"""What a document prints, and one cell of a spreadsheet holds."""

TITLE = Bound(M("Titel"), 300)
INTRODUCTION = Bound(M("Einführung für die Eingeladenen"), STATEMENT)
CONTACT = Bound(M("Ansprechstelle für Fragen"), 500)
NOTICE = Bound(M("Hinweis auf jeder Seite des Entwurfs"), 300)
DESCRIPTION = Bound(M("Worum geht es?"), STATEMENT)
PROGRAMME_REFERENCE = Bound(M("Geschäftszeichen"), 100)
TERM = Bound(M("Begriff"), 100)
DEFINITION = Bound(M("Erklärung"), REASON)
VALUE_LABEL = Bound(M("Bezeichnung"), 200)
POSTAL = Bound(M("Postanschrift"), 2_000)
CONTACT_PERSON = Bound(M("Ansprechperson"), 200)
WHY = Bound(M("Grund"), REASON)
WHAT_CHANGED = Bound(M("Was hat sich geändert, und warum?"), REASON)
ANSWER = Bound(M("Antwort"), REASON)
WORKING_TEXT = Bound(M("Arbeitstext"), 100_000)
"""As long as the longest answer it can be made of."""
REPLY = Bound(M("Erwiderung"), STATEMENT)
VOTE = Bound(M("Votum"), STATEMENT)
VOTE_BY = Bound(M("Wer rät?"), 200)
NOTE = Bound(M("Notiz für Kolleginnen und Kollegen"), STATEMENT)
BLOCK_TITLE = Bound(M("Name"), 120)
BLOCK = Bound(M("Textbaustein"), STATEMENT)
SENDER_REFERENCE = Bound(M("Zeichen des Absenders"), 100)
FORM_TEXT = Bound(M("Text des Formulars"), STATEMENT)
