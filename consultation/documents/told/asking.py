"""What the log tells of preparing a consultation, of asking and reminding, and of its deadlines."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from consultation.consultations.audience import SAMPLE
from consultation.consultations.posting import POSTED
from consultation.consultations.titles import PURPOSE_TITLES, VISIBILITY_TITLES
from consultation.core.language import M, Message
from consultation.documents.chapters.asked import conditions
from consultation.documents.told.step import NONE, Step, Teller, always, at, on
from consultation.register.audience import AudienceFilter
from consultation.responses.reminders import last_day
from consultation.states import InvitationState, Purpose, Visibility

PREPARED: dict[str, Message] = {
    "title": M("Titel"),
    "introduction": M("Einführung"),
    "contact": M("Ansprechstelle"),
    "notice": M("Hinweis"),
    "visibility": M("Sichtbarkeit"),
    "minimum_cell": M("kleinste Gruppe in Auswertungen"),
    "opens_at": M("Beginn"),
    "deadline": M("Frist"),
    "draft_version_id": M("Entwurf"),
    "form_version_id": M("Formular"),
}
"""Column of the consultation → what it is called."""


def _prepared(step: Step) -> Message:
    changed = [name for name in step.details.get("changed", ()) if name in PREPARED]
    if not changed:
        return M("Vorbereitung gespeichert")
    return M("Vorbereitung geändert: {what}", what=tuple(_change(step, name) for name in changed))


def _change(step: Step, name: str) -> Message:
    """With old and new where the entry keeps them; of long texts it says only that they changed."""
    before, after = step.details.get("before", {}), step.details.get("after", {})
    if name not in after:
        return PREPARED[name]
    return M("{title} ({old} → {new})", title=PREPARED[name], old=_value(step, name, before.get(name)),
             new=_value(step, name, after[name]))  # fmt: skip


def _value(step: Step, name: str, value: Any) -> Any:
    match name:
        case "opens_at" | "deadline":
            return at(value)
        case "visibility":
            return VISIBILITY_TITLES[Visibility(value)]
        case "draft_version_id" | "form_version_id":
            found = step.named(value)
            if found.number is None:
                return NONE
            if found.day is None:
                return M("Nr. {number}", number=found.number)
            return M("Nr. {number} vom {day}", number=found.number, day=found.day)
    return NONE if value in (None, "", "None") else value


def _corrected(step: Step) -> Message:
    """Which versions took the place of which."""
    before, after = step.details.get("before", {}), step.details.get("after", {})
    what = tuple(_change(step, name) for name in PREPARED if name in after and after[name] != before.get(name))
    return M("Unterlagen berichtigt, Stand {old} → {new}: {what}", old=step.entry.old, new=step.entry.new, what=what)


def _audience(step: Step) -> Message:
    held = dict(step.details.get("filter") or {})
    if sample := held.pop(SAMPLE, None):
        return M("Stichprobe gezogen: {size} von {of} Stellen, Startwert {seed}", **sample)
    try:
        chosen = conditions(AudienceFilter.model_validate(held).model_dump(mode="json"))
    except ValidationError:  # the filter of an earlier version of the service
        return M(
            "Adressatenkreis gewählt: {count} Stellen", one="Adressatenkreis gewählt: 1 Stelle", count=step.count()
        )
    return M("Adressatenkreis gewählt: {count} Stellen ({conditions})", one="Adressatenkreis gewählt: 1 Stelle ({conditions})",
             count=step.count(), conditions=chosen)  # fmt: skip


def _added(step: Step) -> Message:
    purpose = PURPOSE_TITLES[Purpose(step.details["purpose"])]
    names = tuple(name for one in step.details.get("organisations", ()) if (name := step.named(one).name))
    if names and len(names) == step.count():
        return M("Einzeln aufgenommen, {purpose}: {names}", purpose=purpose, names=names)
    return M("{count} Stellen einzeln aufgenommen, {purpose}", one="1 Stelle einzeln aufgenommen, {purpose}",
             count=step.count(), purpose=purpose)  # fmt: skip


def _planned_reminders(step: Step) -> Message:
    old, new = (NONE if days in (None, "-") else days for days in (step.entry.old, step.entry.new))
    return M("Erinnerungen geplant, Tage vor der Frist: {old} → {new}", old=old, new=new)


def _reminded(step: Step) -> Message:
    days, _ = last_day(step.details.get("stage", ""))
    if days is None:
        return M("{count} Stellen erinnert, von Hand angestoßen", one="1 Stelle erinnert, von Hand angestoßen",
                 count=step.count())  # fmt: skip
    if days == 1:
        return M("{count} Stellen erinnert, am Tag vor ihrer Frist", one="1 Stelle erinnert, am Tag vor ihrer Frist",
                 count=step.count())  # fmt: skip
    return M("{count} Stellen erinnert, {days} Tage vor ihrer Frist", one="1 Stelle erinnert, {days} Tage vor ihrer Frist",
             count=step.count(), days=days)  # fmt: skip


def _published(step: Step) -> Message:
    return M("Konsultation veröffentlicht, mit Ausgabe {number}", number=step.details.get("edition", "–"))


def _sent(step: Step) -> Message:
    """Whether a letter went to the post is another step, which a planner notes."""
    if step.details.get("by") == "letter":
        return M("Brief mit der Einladung zum Drucken bereitgestellt: {body}", body=step.body)
    return M("Einladung versandt: {body}", body=step.body)


def _sent_again(step: Step) -> Message:
    if step.details.get("by") == "letter":
        return M("Brief mit der Einladung erneut zum Drucken bereitgestellt: {body}", body=step.body)
    return M("Einladung erneut versandt: {body}", body=step.body)


def _failed(step: Step) -> Message:
    """The words of a mail server are not told: they may hold addresses of persons."""
    if step.entry.old == InvitationState.PLANNED:
        return M("Einladung nicht versandt, keine Anschrift bekannt: {body}", body=step.body)
    if step.entry.organisation_id is not None:
        return M("Einladung hinfällig, weil die Anschrift berichtigt wurde: {body}", body=step.body)
    return M("Einladung nicht zustellbar: {body}", body=step.body)


def _requested(step: Step) -> Message:
    return M("{body} bittet um eine längere Frist, bis {until}", body=step.body, until=at(step.details.get("until")))


def _granted(step: Step) -> Message:
    """Until when it was before is kept since the deadline of the body is noted with the entry."""
    until, asked, deadline = (step.details.get(name) for name in ("until", "asked", "deadline"))
    what = M("{old} → {new}", old=at(deadline), new=at(until)) if deadline else M("bis {until}", until=at(until))
    if deadline and until and deadline != "None" and datetime.fromisoformat(until) < datetime.fromisoformat(deadline):
        return M("Frist für {body} verkürzt: {what}", body=step.body, what=what)
    if asked:
        return M("Frist verlängert ({body}): {what}; erbeten war {asked}", body=step.body, what=what, asked=at(asked))
    return M("Frist verlängert ({body}): {what}", body=step.body, what=what)


def _later(step: Step) -> Message:
    purpose = PURPOSE_TITLES[Purpose(step.details.get("purpose", Purpose.FOR_COMMENT))]
    if until := step.details.get("until"):
        return M("{body} nachträglich eingeladen, {purpose}, mit eigener Frist bis {until}", body=step.body, purpose=purpose,
                 until=at(until))  # fmt: skip
    return M("{body} nachträglich eingeladen, {purpose}", body=step.body, purpose=purpose)


def _asked_after_all(step: Step) -> Message:
    if until := step.details.get("until"):
        return M("{body}, bisher nachrichtlich, zur Stellungnahme eingeladen, mit eigener Frist bis {until}", body=step.body,
                 until=at(until))  # fmt: skip
    return M("{body}, bisher nachrichtlich, zur Stellungnahme eingeladen", body=step.body)


SENTENCES: dict[tuple[str, str], Teller] = {
    ("consultation", "create_consultation"): lambda s: M("Konsultation angelegt, Runde {round}", round=s.count("round")),
    ("consultation", "prepare"): _prepared,
    ("consultation", "choose_audience"): _audience,
    ("consultation", "add_to_audience"): _added,
    ("consultation", "remove_from_audience"): always(M("{body} aus dem Adressatenkreis genommen")),
    ("consultation", "take_known_addresses"): lambda s: M(
        "{count} bekannte Anschriften übernommen", one="1 bekannte Anschrift übernommen", count=s.count()),
    ("address_upload", "upload_addresses"): lambda s: M(
        "Anschriften hochgeladen: {count} Zeilen", one="Anschriften hochgeladen: 1 Zeile", count=s.count("rows")),
    ("address_upload", "take_over_addresses"): lambda s: M(
        "Hochgeladene Anschriften übernommen: {count}, weggelassen: {left}", count=s.count(), left=s.count("left_out")),
    ("address_upload", "discard_addresses"): always(M("Hochgeladene Anschriften verworfen")),
    ("consultation", "announce"): always(M("Konsultation angekündigt")),
    ("consultation", "correct"): _corrected,
    ("consultation", "extend_deadline"): lambda s: M(
        "Frist für alle verlängert: {old} → {new}", old=at(s.entry.old), new=at(s.entry.new)),
    ("consultation", "evaluate"): always(M("Auswertung begonnen")),
    ("consultation", "publish"): _published,
    ("consultation", "archive"): always(M("Konsultation archiviert")),
    ("consultation", "drop_consultation"): always(M("Konsultation vor der Ankündigung gelöscht")),
    ("programme", "drop_programme"): always(M("Programm gelöscht")),
    ("consultation", "cancel"): always(M("Konsultation abgebrochen")),
    ("consultation", "plan_reminders"): _planned_reminders,
    ("consultation", "remind"): _reminded,
    ("consultation", "remind_now"): lambda s: M(
        "Erinnerung an {count} Stellen angestoßen", one="Erinnerung an 1 Stelle angestoßen", count=s.count()),
    ("consultation", "send_test_mail"): always(M("Probemail an sich selbst verschickt")),
    ("invitation", "send"): _sent,
    ("invitation", "send_again"): _sent_again,
    ("invitation", POSTED): lambda s: M(
        "Brief mit der Einladung am {day} zur Post gegeben: {body}", body=s.body, day=on(s.details.get("day"))),
    ("invitation", "open"): always(M("{body} hat die Einladung geöffnet")),
    ("invitation", "fail"): _failed,
    ("invitation", "correct_address"): always(M("Anschrift berichtigt: {body}")),
    ("invitation", "invite_later"): _later,
    ("invitation", "ask_for_comment"): _asked_after_all,
    ("invitation", "pass_on"): always(M("{body} hat die Einladung im Haus weitergeleitet")),
    ("claim", "claim"): lambda s: M(
        "Mit dem Code angemeldet, wartet auf Zustimmung im Haus: {body}" if s.details.get("waiting")
        else "Mit dem Code angemeldet: {body}", body=s.body),
    ("claim", "revoke_claim"): always(M("Anmeldung mit dem Code widerrufen: {body}")),
    ("deadline_extension", "request_extension"): _requested,
    ("deadline_extension", "grant"): _granted,
    ("deadline_extension", "refuse"): always(M("Längere Frist abgelehnt: {body}")),
}  # fmt: skip
