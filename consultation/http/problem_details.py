"""RFC 9457: how a refusal is told to a program, whose author has no page to go back to or to load anew."""

from collections.abc import Iterable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from consultation.core.errors import Problem
from consultation.core.language import M, Message, say
from consultation.http.language import language_of

# status → (title, what to do)
_KNOWN: dict[int, tuple[Message, Message]] = {
    400: (M("Diese Anfrage ist fehlerhaft"), M("Berichtigen Sie die Anfrage und senden Sie sie noch einmal.")),
    401: (M("Zugangsschlüssel nötig"), M("Senden Sie einen gültigen Zugangsschlüssel im Kopf „Authorization: Bearer …“. Angelegt "
          "wird er unter „Mein Konto“.")),
    403: (M("Das darf dieser Zugangsschlüssel nicht"), M("Es fehlt ihm der Bereich, oder der Person, der er gehört, das Recht.")),
    404: (M("Das gibt es hier nicht"), M("Prüfen Sie die Adresse, und ob der Zugangsschlüssel dorthin reicht.")),
    405: (M("Diese Methode gibt es hier nicht"), M("Was möglich ist, nennt der Kopf „Allow“ der Antwort.")),
    409: (M("Das geht im Moment nicht"), M("Lesen Sie den neuen Stand und senden Sie noch einmal.")),
    412: (M("Der Stand ist inzwischen ein anderer"), M("Lesen Sie den neuen Stand und senden Sie noch einmal.")),
    413: (M("Das ist zu viel auf einmal"), M("Eine Anfrage darf höchstens 2 MB groß sein.")),
    415: (M("Dieses Format wird nicht angenommen"), M("Senden Sie JSON mit dem Kopf „Content-Type: application/json“.")),
    422: (M("Bitte prüfen Sie Ihre Angaben"), M("Berichtigen Sie, was „errors“ nennt, und senden Sie noch einmal.")),
    429: (M("Zu viele Anfragen"), M("Warten Sie so viele Sekunden, wie der Kopf „Retry-After“ nennt.")),
    500: (M("Hier ist ein Fehler passiert"), M("Das liegt nicht an Ihnen. Versuchen Sie es in einigen Minuten noch einmal.")),
    503: (M("Der Dienst ist gerade nicht erreichbar"), M("Bitte versuchen Sie es in einigen Minuten noch einmal.")),
}  # fmt: skip


def problem_details(
    request: Request, status: int, code: str, message: Message | None, problems: Iterable[Problem], reference: str
) -> Response:
    title, remedy = _KNOWN.get(status) or _KNOWN[400 if status < 500 else 500]
    language = language_of(request)
    body: dict[str, Any] = {
        "type": f"urn:consultation:problem:{code}",
        "title": say(title, language),
        "status": status,
        "detail": say(message or remedy, language),
        "errors": [
            {"field": found.field, "code": found.code, "detail": say(found.in_data or found.message, language)}
            for found in problems
        ],
    }
    if reference:
        body["reference"] = reference
    return Response(orjson.dumps(body), status, media_type="application/problem+json",
                    headers={"Content-Language": language})  # fmt: skip
