"""What has to be settled before the service goes public: who runs it, under which address, and who gets in how."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from consultation.core.language import M, Message
from consultation.people.second_factor import lacking
from consultation.settings import Settings
from consultation.upkeep.condition import Condition, Level

_FILL_IN = M("Tragen Sie es ein:")


def to_settle(session: Session, settings: Settings) -> Iterator[Condition]:
    yield _address(settings)
    yield _sender(settings)
    for title, href, names in NOTICES:
        yield _notice(settings, title, href, names)
    yield _second_step(session, settings)


NOTICES: tuple[tuple[Message, str, tuple[str, ...]], ...] = (
    (M("Impressum"), "/imprint", ("imprint_name", "imprint_address", "imprint_email")),
    (M("Datenschutzhinweise"), "/privacy", ("imprint_name", "privacy_officer", "privacy_authority")),
    (M("Erklärung zur Barrierefreiheit"), "/accessibility",
     ("imprint_email", "accessibility_authority", "accessibility_checked")),
)  # fmt: skip
"""Page → the settings it cannot do without."""


def _notice(settings: Settings, title: Message, href: str, names: tuple[str, ...]) -> Condition:
    missing = [name.upper() for name in names if not getattr(settings, name)]
    if missing:
        return Condition(title, Level.OPEN, M("Pflichtangaben fehlen."), _FILL_IN, " ".join(missing), href)
    return Condition(title, Level.FINE, M("Die Pflichtangaben stehen da."), href=href)


def _address(settings: Settings) -> Condition:
    title, parts = M("Öffentliche Adresse"), urlsplit(settings.base_url)
    if parts.scheme == "https":
        return Condition(title, Level.FINE, settings.base_url)
    text = M(
        "{address}: ohne https gehen Passwörter und Antworten unverschlüsselt durchs Netz.", address=settings.base_url
    )
    return Condition(title, Level.OPEN, text, M("Stellen Sie einen Proxy mit https davor, und tragen Sie die Adresse ein:"),
                     "BASE_URL")  # fmt: skip


def _sender(settings: Settings) -> Condition:
    title = M("Absender der Mails")
    if settings.mail_from.rstrip(">").endswith(".example"):
        text = M("{address}: ein Beispiel, an das niemand antworten kann.", address=settings.mail_from)
        return Condition(title, Level.OPEN, text, _FILL_IN, "MAIL_FROM")
    return Condition(title, Level.FINE, settings.mail_from)


def _second_step(session: Session, settings: Settings) -> Condition:
    title, found = M("Zweite Stufe der Anmeldung"), lacking(session)
    if settings.second_factor_required:
        return Condition(title, Level.FINE, M("Planung und Betrieb müssen sie haben."))
    if not any(found):
        return Condition(title, Level.FINE, M("Alle in Planung und Betrieb haben sie."))
    text = M("Ohne sie: {operators} im Betrieb, {planners} in der Planung. Ein erratenes Passwort genügt dann.",
             operators=found.operators, planners=found.planners)  # fmt: skip
    return Condition(title, Level.OPEN, text, M("Richten Sie sie unter „Mein Konto“ ein; verlangen lässt sie sich mit:"),
                     "SECOND_FACTOR_REQUIRED=1", "/account")  # fmt: skip
