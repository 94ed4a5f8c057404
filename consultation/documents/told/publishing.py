"""What the log tells of editions: each with whom it is for and its language."""

from collections.abc import Mapping

from consultation.core.language import M, Message
from consultation.documents.told.step import Step, Teller
from consultation.states import Audience

AUDIENCES: Mapping[str, Message] = {Audience.INTERNAL: M("intern"), Audience.PUBLIC: M("öffentlich")}
LANGUAGES: Mapping[str, Message] = {"de": M("Deutsch"), "en": M("Englisch")}


def _edition(step: Step) -> Message:
    found = step.about
    audience, language = AUDIENCES.get(found.first), LANGUAGES.get(found.second)
    return M("Ausgabe {number} ({audience}, {language})", number=step.number, audience=audience, language=language)


def _of_edition(text: Message) -> Teller:
    return lambda step: Message(text.text, (("edition", _edition(step)),))


SENTENCES: dict[tuple[str, str], Teller] = {
    ("edition", "start_edition"): _of_edition(M("{edition} begonnen")),
    ("edition", "finish"): _of_edition(M("{edition} fertiggestellt")),
    ("edition", "fail"): _of_edition(M("{edition} nicht fertig geworden")),
    ("edition", "retry"): _of_edition(M("{edition} noch einmal begonnen")),
    ("edition", "publish"): _of_edition(M("{edition} veröffentlicht; alle Texte sind als geprüft bestätigt")),
}
