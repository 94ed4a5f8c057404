"""What the log tells of answers: how they came in, what became of them, what may be shown. Never what they say."""

from consultation.core.language import M, Message
from consultation.documents.told.step import Step, Teller, always, at, on
from consultation.forms.definition import PARTICIPANT
from consultation.questions.disclosure import LEVELS
from consultation.responses.models import Channel
from consultation.responses.titles import CHANNEL_TITLES


def _channel(step: Step) -> Message:
    return CHANNEL_TITLES[Channel(step.details.get("channel", Channel.PORTAL))]


def _entered(step: Step) -> Message:
    return M("Antwort erfasst: {body} ({channel}), eingegangen am {day}, Eingangsnummer {number}", body=step.body,
             channel=_channel(step), day=on(step.details.get("received_on")), number=step.details.get("receipt"))  # fmt: skip


def _beside(step: Step) -> Message:
    return M("Antwort erfasst: {body} ({channel}), eingegangen am {day}, Eingangsnummer {number}; sie gilt, bis die Stelle "
             "ihre eigene abgibt", body=step.body, channel=_channel(step), day=on(step.details.get("received_on")),
             number=step.details.get("receipt"))  # fmt: skip


def _reopened(step: Step) -> Message:
    if step.details.get("until"):
        return M("Stellungnahme wieder geöffnet bis {until}: {body}", body=step.body, until=at(step.details["until"]))
    return M("{body} hat die eigene Stellungnahme wieder geöffnet", body=step.body)


def _disclosed(step: Step) -> Message:
    """Part by part, as far as the entry says: old parts of the form may have other keys."""
    parts = tuple(_level(part, level) for part, level in step.details.items() if level in LEVELS)
    return M("Veröffentlichungsfreigabe gewählt ({body}): {parts}", body=step.body, parts=parts)


def _level(part: str, level: str) -> Message:
    title = M("Teilnahme") if part == PARTICIPANT else M("Teil {key}", key=part)
    return M("{part} {level}", part=title, level=LEVELS[level])


SENTENCES: dict[tuple[str, str], Teller] = {
    ("intake", "begin_intake"): lambda s: M("Erfassung begonnen: {body} ({channel})", body=s.body, channel=_channel(s)),
    ("intake", "correct_intake"): always(M("Angaben zum Eingang berichtigt: {body}")),
    ("intake", "discard_intake"): always(M("Erfassung verworfen: {body}")),
    ("response", "start_response"): lambda s: M(
        "{body} hat eine Stellungnahme begonnen ({channel})", body=s.body, channel=_channel(s)),
    ("response", "mark_ready"): always(M("Stellungnahme zur Freigabe vorgelegt: {body}")),
    ("response", "return_for_rework"): always(M("Stellungnahme zur Überarbeitung zurückgegeben: {body}")),
    ("response", "submit"): lambda s: M(
        "{body} hat die Stellungnahme abgegeben, Fassung {revision}, Eingangsnummer {receipt}", body=s.body,
        revision=s.count("revision"), receipt=s.details.get("receipt")),
    ("response", "submit_nil_return"): lambda s: M(
        "{body} hat Fehlanzeige abgegeben, Fassung {revision}, Eingangsnummer {receipt}", body=s.body,
        revision=s.count("revision"), receipt=s.details.get("receipt")),
    ("response", "decline"): always(M("{body} hat die Teilnahme abgelehnt")),
    ("response", "reopen"): _reopened,
    ("response", "enter"): _entered,
    ("response", "enter_beside"): _beside,
    ("response", "withdraw"): always(M("{body} hat die Stellungnahme zurückgenommen")),
    ("response", "confirm_resolution"): always(M("{body} hat den Beschluss des Gremiums nachgereicht")),
    ("response", "set_representation"): lambda s: M(
        "{body} spricht für andere Stellen oder nennt unterstützende: {count}", body=s.body, count=s.count()),
    ("response", "choose_disclosure"): _disclosed,
    ("revision", "gather_contributions"): lambda s: M(
        "{count} Beiträge aus der Stellungnahme übernommen: {body}",
        one="1 Beitrag aus der Stellungnahme übernommen: {body}", count=s.count(), body=s.body),
}  # fmt: skip
