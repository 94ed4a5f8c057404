"""The procedure log: every step of a consultation, and the whole of it as a file."""

import tempfile
from pathlib import Path
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from consultation.consultations import log
from consultation.consultations.log import Entry
from consultation.consultations.models import Consultation
from consultation.core.errors import NotFound
from consultation.core.language import M, Message
from consultation.documents.formats import FORMATS
from consultation.documents.labels import LIFT_REASONS, REDACTION_REASONS
from consultation.documents.procedure import procedure
from consultation.documents.procedure_file import new_procedure_file, procedure_file_name
from consultation.http import Db, Pages, page
from consultation.http.language import language_of
from consultation.rulebook import REDACTION, WORKFLOWS, planner
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, planned, surroundings

router = Pages(prefix=PREFIX + "/consultations/{slug}/log")
EXPORTS = ("pdf", "docx", "odt", "xlsx", "csv", "json", "ndjson")
ACTION_TITLES: dict[str, Message] = {
    "create_consultation": M("Konsultation angelegt"),
    "prepare": M("Vorbereitung geändert"),
    "choose_audience": M("Adressatenkreis nach Filter gewählt"),
    "add_to_audience": M("Stellen einzeln aufgenommen"),
    "remove_from_audience": M("Stelle aus dem Adressatenkreis genommen"),
    "upload_addresses": M("Anschriften hochgeladen"),
    "take_over_addresses": M("Anschriften übernommen"),
    "take_known_addresses": M("Bekannte Anschriften übernommen"),
    "discard_addresses": M("Hochgeladene Anschriften verworfen"),
    "extend_deadline": M("Frist für alle verlängert"),
    "plan_reminders": M("Erinnerungen geplant"),
    "send_test_mail": M("Probemail verschickt"),
    "remind": M("Erinnerungen verschickt"),
    "remind_now": M("Von Hand erinnert"),
    "correct_address": M("Anschrift berichtigt"),
    "pass_on": M("Einladung im Haus weitergeleitet"),
    "claim": M("Mit Code angemeldet"),
    "revoke_claim": M("Anmeldung widerrufen"),
    "request_extension": M("Um Fristverlängerung gebeten"),
    "gather_contributions": M("Beiträge übernommen"),
    "propose": M("Entscheidung vorgeschlagen"),
    "edit_point": M("Arbeitstext geändert"),
    "tag": M("Schlagwort vergeben"),
    "untag": M("Schlagwort entfernt"),
    "assign": M("Punkt zugewiesen"),
    "take_out": M("Beitrag herausgenommen"),
    "merge": M("Punkte zusammengeführt"),
    "undo": M("Schritt an einem Punkt rückgängig gemacht"),
    "note_vote": M("Votum einer Fachstelle vermerkt"),
    "note_point": M("Interne Notiz geändert"),
    "add_reply_template": M("Textbaustein angelegt"),
    "change_reply_template": M("Textbaustein geändert"),
    "remove_reply_template": M("Textbaustein gelöscht"),
    "start_edition": M("Ausgabe begonnen"),
    "redact": M("Passage geschwärzt"),
    "check_passages": M("Stellen in Texten als geprüft vermerkt"),
    "begin_intake": M("Erfassung begonnen"),
    "correct_intake": M("Erfassung berichtigt"),
    "discard_intake": M("Erfassung verworfen"),
    "enter_beside": M("Für die Stelle erfasst, die selbst schon begonnen hatte"),
    "start_response": M("Stellungnahme begonnen"),
    "choose_disclosure": M("Veröffentlichungsfreigabe gewählt"),
    "set_representation": M("Vertretene Stellen gewählt"),
    "confirm_resolution": M("Beschluss nachgereicht"),
}


REASONS = REDACTION_REASONS | LIFT_REASONS
"""Why a passage was hidden or shown again: the category, never the words or what was written about them."""


def _whole(session: Any, actor: Actor, slug: str) -> Consultation:
    """The log names bodies of all Länder, so a Land unit does not read it."""
    consultation = planned(session, actor, slug)
    if not planner(actor, consultation):
        raise NotFound(M("Das Verfahrensprotokoll sehen nur Mitglieder, die für alle Länder planen."))
    return consultation


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    asked = request.query_params.get("before", "")
    before = int(asked[:15]) if asked.isascii() and asked.isdigit() else None
    with db.reader() as session:
        consultation = _whole(session, actor, slug)
        found = log.entries(session, consultation.id, before=before, limit=log.AT_ONCE + 1)
    shown = found[: log.AT_ONCE]
    data = surroundings(actor, consultation, M("Verfahrensprotokoll")) | {
        "entries": [(entry, told(entry), _became(entry)) for entry in shown],
        "next": f"?before={shown[-1].line.seq}" if len(found) > log.AT_ONCE else "",
        "exports": [(key, FORMATS[key].title) for key in EXPORTS if key in FORMATS],
    }
    return page(request, "planners/log.html", data)


def told(entry: Entry) -> Message:
    """What happened, in words: the transition's title, or that of another change."""
    if entry.line.subject_type == REDACTION.name and (reason := REASONS.get(entry.line.details.get("reason", ""))):
        return M("{told} – {reason}", told=_told(entry), reason=reason)
    return _told(entry)


def _told(entry: Entry) -> Message:
    workflow = next((w for w in WORKFLOWS if w.name == entry.line.subject_type), None)
    if workflow and entry.line.action in workflow.rows:
        return M("{subject}: {action}", subject=workflow.title, action=workflow.rows[entry.line.action].title)
    if sample := entry.line.details.get("filter", {}).get("sample"):
        return M("Stichprobe gezogen: {size} von {of} Stellen, Startwert {seed}", **sample)
    return ACTION_TITLES.get(entry.line.action, M("{action}", action=entry.line.action.replace("_", " ")))


def _became(entry: Entry) -> Message | None:
    workflow = next((w for w in WORKFLOWS if w.name == entry.line.subject_type), None)
    states = {str(state): title for state, title in workflow.states.items()} if workflow else {}
    return states.get(entry.line.new or "")


@router.get("/export/{kind}")
def export(request: Request, db: Db, actor: Planning, slug: str, kind: str) -> Response:
    if kind == "zip":
        return _provable(request, db, actor, slug)
    if kind not in EXPORTS or kind not in FORMATS:
        raise NotFound(M("Diese Datei gibt es nicht."))
    chosen = FORMATS[kind]
    with tempfile.TemporaryDirectory(prefix="log-") as folder:
        target = Path(folder) / f"log.{chosen.extension}"
        with db.reader() as session:
            consultation = _whole(session, actor, slug)
            chosen.write(procedure(session, actor, slug, language_of(request)), target)
        content = target.read_bytes()
    mark = "beispieldaten-" if consultation.demo else ""
    name = f"{mark}{slug}-verfahrensprotokoll.{chosen.extension}"
    return Response(content, media_type=chosen.media_type,
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})  # fmt: skip


def _provable(request: Request, db: Db, actor: Planning, slug: str) -> Response:
    """The file that proves itself: written whole, sent from the disk, gone afterwards."""
    with db.reader() as session:
        consultation = _whole(session, actor, slug)
        path = new_procedure_file(session, actor, slug, language_of(request))
    return FileResponse(
        path,
        media_type="application/zip",
        filename=procedure_file_name(consultation),
        background=BackgroundTask(path.unlink),
    )
