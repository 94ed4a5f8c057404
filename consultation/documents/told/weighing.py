"""What the log tells of weighing points and of redactions. Replies, votes, notes and hidden words are not in it."""

from consultation.core.language import M, Message
from consultation.documents.labels import DECISIONS, LIFT_REASONS, REDACTION_REASONS
from consultation.documents.told.step import Step, Teller, always
from consultation.evaluation.codebook import tags

STEP_TITLES: dict[str, Message] = {
    "decide": M("Entscheidung"),
    "propose": M("Vorschlag oder Erwiderung"),
    "tag": M("Schlagwort vergeben"),
    "untag": M("Schlagwort entfernt"),
    "assign": M("Zuweisung"),
    "review": M("in Prüfung genommen"),
    "reopen": M("wieder aufgenommen"),
    "edit_point": M("Arbeitstext geändert"),
    "note_vote": M("Votum einer Fachstelle vermerkt"),
    "note_point": M("Interne Notiz geändert"),
    "tags": M("Schlagwörter geändert"),
    "save": M("mehrere Angaben"),
    "take_out": M("Ausnahme herausgenommen"),
    "merge": M("zusammengeführt"),
}
"""What somebody did to points in one step, and may take back."""


def _decision(step: Step) -> Message:
    return DECISIONS.get(step.details.get("decision") or "", M("noch keine Entscheidung"))


def _proposed(step: Step) -> Message:
    if "decision" not in step.details:
        return M("Erwiderung zu Punkt {number} geschrieben", number=step.number)
    return M("Vorschlag zu Punkt {number}: {decision}", number=step.number, decision=_decision(step))


def _tag(step: Step) -> str:
    key = step.details.get("tag", "")
    found = tags().get(key)
    return found.label.said(step.language) if found else str(key)


def _assigned(step: Step) -> Message:
    """By name only where persons are named; elsewhere by the number that stands for them."""
    person = step.details.get("assignee")
    if not person:
        return M("Zuweisung von Punkt {number} aufgehoben", number=step.number)
    if name := step.named(person).name:
        return M("Punkt {number} zugewiesen an {name}", number=step.number, name=name)
    return M("Punkt {number} zugewiesen (Kennung der Person: {person})", number=step.number, person=person)


def _taken_out(step: Step) -> Message:
    return M("{count} Beiträge aus Punkt {source} herausgenommen, als Punkt {number}",
             one="1 Beitrag aus Punkt {source} herausgenommen, als Punkt {number}",
             count=len(step.details.get("contributions", ())), source=step.details.get("source"), number=step.number)  # fmt: skip


def _undone(step: Step) -> Message:
    what = STEP_TITLES.get(step.details.get("step", ""))
    if what is None:
        return M("Schritt an Punkt {number} rückgängig gemacht", number=step.number)
    return M("Schritt an Punkt {number} rückgängig gemacht: {what}", number=step.number, what=what)


def _redacted(step: Step) -> Message:
    reason = REDACTION_REASONS.get(step.details.get("reason", ""), M("anderer Grund"))
    return M("Passage in der Stellungnahme geschwärzt: {body} ({reason})", body=step.body, reason=reason)


def _lifted(step: Step) -> Message:
    """Those of earlier versions have no reason."""
    if reason := LIFT_REASONS.get(step.details.get("reason", "")):
        return M("Schwärzung in der Stellungnahme aufgehoben: {body} ({reason})", body=step.body, reason=reason)
    return M("Schwärzung in der Stellungnahme aufgehoben: {body}", body=step.body)


SENTENCES: dict[tuple[str, str], Teller] = {
    ("point", "review"): always(M("Punkt {number} in Prüfung genommen")),
    ("point", "decide"): lambda s: M("Punkt {number} entschieden: {decision}", number=s.number, decision=_decision(s)),
    ("point", "reopen"): always(M("Punkt {number} wieder aufgenommen")),
    ("point", "back_to_new"): always(M("Punkt {number} zurückgesetzt: neu")),
    ("point", "back_to_review"): always(M("Punkt {number} zurückgesetzt: in Prüfung")),
    ("point", "back_to_decided"): always(M("Punkt {number} zurückgesetzt: entschieden")),
    ("point", "edit_point"): always(M("Arbeitstext von Punkt {number} geändert")),
    ("point", "propose"): _proposed,
    ("point", "note_vote"): always(M("Votum einer Fachstelle zu Punkt {number} vermerkt")),
    ("point", "note_point"): always(M("Interne Notiz zu Punkt {number} geändert")),
    ("point", "tag"): lambda s: M("Schlagwort an Punkt {number} vergeben: {tag}", number=s.number, tag=_tag(s)),
    ("point", "untag"): lambda s: M("Schlagwort von Punkt {number} entfernt: {tag}", number=s.number, tag=_tag(s)),
    ("point", "assign"): _assigned,
    ("point", "take_out"): _taken_out,
    ("point", "merge"): lambda s: M(
        "Punkt {source} mit Punkt {number} zusammengeführt", source=s.details.get("source"), number=s.number),
    ("point", "undo"): _undone,
    ("reply_template", "add_reply_template"): always(M("Textbaustein angelegt")),
    ("reply_template", "change_reply_template"): always(M("Textbaustein geändert")),
    ("reply_template", "remove_reply_template"): always(M("Textbaustein gelöscht")),
    ("redaction", "redact"): _redacted,
    ("redaction", "lift"): _lifted,
    ("consultation", "check_passages"): lambda s: M(
        "{count} Stellen in Texten als geprüft vermerkt", one="1 Stelle in einem Text als geprüft vermerkt", count=s.count()),
}  # fmt: skip
