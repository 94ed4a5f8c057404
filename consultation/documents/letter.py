"""The invitation as a letter for a window envelope, with the code. Codes are derived, so it can be printed again."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from consultation.consultations.codes import code_of
from consultation.consultations.models import Invitation
from consultation.core.language import SOURCE, Language, M, Message, say
from consultation.core.text import search_key
from consultation.core.times import BERLIN
from consultation.documents import words
from consultation.documents.consolidated import DEMO_MARK
from consultation.documents.typst import coverage
from consultation.documents.typst.driver import press
from consultation.register.names import as_addressed
from consultation.states import Purpose

RETURN_LINE = 130
"""Characters on two lines of small type above the address."""
TEMPLATE = Path(__file__).parent / "typst" / "letter.typ"


def write_letter(
    invitation: Invitation, secret: bytes, base_url: str, moment: datetime, target: Path, language: Language = SOURCE
) -> None:
    """A tagged PDF. `invitation` as `consultations.queries.invitation` reads it; `secret` is the installation's key."""
    write_letters([invitation], secret, base_url, moment, target, language)


def write_letters(
    invitations: Sequence[Invitation], secret: bytes, base_url: str, moment: datetime, target: Path,
    language: Language = SOURCE,
) -> None:  # fmt: skip
    """All of them in one file, each on a sheet of its own; at least one."""
    with tempfile.TemporaryDirectory(prefix="letter-") as name:
        folder = Path(name)
        shutil.copy(TEMPLATE, folder / "main.typ")
        said = [_said(one, code_of(secret, one), base_url, moment, language) for one in invitations]
        (folder / "letters.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        press("pdf", folder, moment)
        shutil.copyfile(folder / "out.pdf", target)


def address_of(invitation: Invitation) -> str:
    """The name once, however a list of addresses turns it round: "Landeshauptstadt Magdeburg"."""
    name, lines = invitation.organisation.name, invitation.postal.splitlines()
    called, *first = (set(search_key(text).split()) for text in (name, *lines[:1]))
    return "\n".join([as_addressed(name), *(lines[1:] if first == [called] else lines)])


def _said(
    invitation: Invitation, code: str, base_url: str, moment: datetime, language: Language
) -> dict[str, Any]:  # fmt: skip
    consultation = invitation.consultation
    owner, sender = consultation.programme.owner.name, consultation.programme.postal.splitlines()
    told: list[tuple[Message, Any]] = [
        (M("Datum"), M("{day}", day=moment.astimezone(BERLIN).date())),
        (M("Zeichen"), M("{text}", text=consultation.programme.reference or "–")),
        (M("Frist"), M("{deadline}", deadline=invitation.deadline or "–")),
    ]
    facts = [[say(label, language), say(value, language)] for label, value in told]
    local = moment.astimezone(BERLIN)
    raw = {
        "title": say(_title(invitation), language),
        "sender": owner, "sender-line": " · ".join(sender), "return-line": _return_line(owner, sender),
        "address": address_of(invitation),
        "facts": facts, "paragraphs": [say(text, language) for text in _paragraphs(invitation)],
        "code-label": say(M("Ihr Code"), language), "code": code, "address-label": f"{base_url}/claim",
        "closing": [say(text, language) for text in _closing(invitation, owner)],
        "marks": [say(DEMO_MARK, language)] if consultation.demo else [],
    }  # fmt: skip
    printable: dict[str, Any] = _printable(raw)
    return printable | {
        "language": language, "region": words.REGIONS[language], "fonts": coverage.FAMILIES,
        "moment": {name: getattr(local, name) for name in ("year", "month", "day", "hour", "minute", "second")},
    }  # fmt: skip


def _return_line(owner: str, sender: Sequence[str]) -> str:
    """Above the address: the whole sender, or of a long one what the post needs."""
    whole = " · ".join([owner, *sender])
    return whole if len(whole) <= RETURN_LINE else " · ".join([owner, *sender[-2:]])


def _printable(value: Any) -> Any:
    match value:
        case str():
            return coverage.printable(value)
        case list():
            return [_printable(one) for one in value]
        case _:
            return {key: _printable(one) for key, one in value.items()}


def _informs(invitation: Invitation) -> bool:
    return invitation.purpose == Purpose.FOR_INFORMATION


def _title(invitation: Invitation) -> Message:
    if _informs(invitation):
        return M("Zur Kenntnis: {title}", title=invitation.consultation.title)
    return M("Bitte um Stellungnahme: {title}", title=invitation.consultation.title)


def _paragraphs(invitation: Invitation) -> list[Message]:
    consultation = invitation.consultation
    greeting = (
        M("Guten Tag {name},", name=invitation.contact) if invitation.contact else M("Sehr geehrte Damen und Herren,")
    )
    introduction = [M("{text}", text=consultation.introduction)] if consultation.introduction else []
    if _informs(invitation):
        told = M("wir unterrichten Sie über die Konsultation „{title}“. Eine Stellungnahme erbitten wir von Ihnen nicht.",
                 title=consultation.title)  # fmt: skip
        how = M("Den Entwurf lesen Sie, wenn Sie im Browser die unten genannte Adresse öffnen und den Code eingeben.")
        return [greeting, told, *introduction, how]
    asked = M("wir bitten Sie um Ihre Stellungnahme zu „{title}“.", title=consultation.title)
    if invitation.deadline:
        asked = M("wir bitten Sie bis {deadline} um Ihre Stellungnahme zu „{title}“.",
                  deadline=invitation.deadline, title=consultation.title)  # fmt: skip
    how = M("Öffnen Sie im Browser die unten genannte Adresse und geben Sie den Code ein. Sie können allein oder gemeinsam "
            "mit Kolleginnen und "
            "Kollegen antworten.")  # fmt: skip
    return [greeting, asked, *introduction, how]


def _closing(invitation: Invitation, owner: str) -> list[Message]:
    rest = M("Haben Sie nichts anzumerken, genügt eine Fehlanzeige. Sind Sie nicht zuständig, geben Sie dieses Schreiben "
             "bitte im Haus weiter; der Code gilt "
             "für Ihre ganze Stelle.")  # fmt: skip
    if _informs(invitation):
        rest = M("Sind Sie nicht zuständig, geben Sie dieses Schreiben bitte im Haus weiter; der Code gilt für Ihre ganze "
                 "Stelle.")  # fmt: skip
    contact = invitation.consultation.contact
    questions = [M("Rückfragen: {contact}", contact=contact)] if contact else []
    return [rest, *questions, M("Mit freundlichen Grüßen\n{owner}", owner=owner)]
