"""The texts of one answer, and the form that hides a passage of one of them in everything public."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations.models import Consultation
from consultation.core.db import Database
from consultation.core.errors import Invalid, NotFound
from consultation.core.language import Language, M, Message, say
from consultation.documents.labels import REDACTION_REASONS
from consultation.evaluation import redactions
from consultation.evaluation.hiding import Span, covered, merged, spans
from consultation.evaluation.models import Redaction
from consultation.evaluation.redacted import HIDDEN
from consultation.evaluation.written import Written
from consultation.forms.checks import form_of
from consultation.forms.context import FormContext, infos_of
from consultation.http import Db, Form, Pages, page, see_other
from consultation.http.language import language_of
from consultation.programmes.parameters import figures_of
from consultation.responses import models as responses
from consultation.responses import queries
from consultation.rulebook import planner
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, planned, problems_of, surroundings

router = Pages(prefix=PREFIX + "/consultations/{slug}/responses/{response_id}/texts")
PARTS: Mapping[str, Message] = {
    "text": M("Wortlaut"), "rationale": M("Begründung"), "locator": M("Stelle im Text"), "other": M("Anderes"),
    "correction": M("Berichtigung"),
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """An answer whose texts are looked at: the revision that counts, or the last one."""

    consultation: Consultation
    response: responses.Response
    revision: responses.Revision
    written: Sequence[Written]
    in_force: Sequence[tuple[Redaction, str]]

    def text(self, place: str) -> Written | None:
        return next((one for one in self.written if one.place == place), None)

    def hidden(self, written: Written) -> list[Span]:
        return merged(span for _, words in self.in_force for span in spans(written.text, words))


def _found(session: Session, actor: Actor, slug: str, response_id: uuid.UUID) -> Found:
    consultation = planned(session, actor, slug)
    response = queries.get(session, actor, response_id)
    if response.consultation_id != consultation.id or not response.submitted_once or not planner(actor, consultation):
        raise NotFound(M("Diese Stellungnahme gibt es nicht."))
    found = queries.revisions(session, response_id)
    revision = next((one for one in found if one.id == response.counted_revision_id), found[0])
    written = redactions.texts_of(session, [revision])[revision.id]
    return Found(consultation, response, revision, written, redactions.in_force(session, response_id))


@router.get("")
def show(request: Request, db: Db, actor: Planning, slug: str, response_id: uuid.UUID) -> Response:
    return _page(request, db, actor, slug, response_id, dict(request.query_params))


def _page(
    request: Request, db: Database, actor: Actor, slug: str, response_id: uuid.UUID, asked: Mapping[str, str],
    status: int = 200, **more: Any,
) -> Response:  # fmt: skip
    """`asked`: which text is chosen, and what is typed or, from the list of findings, where the passage stands."""
    language = language_of(request)
    with db.reader() as session:
        found = _found(session, actor, slug, response_id)
        context = _context(session, found, language)
    chosen = found.text(asked.get("place", ""))
    data = surroundings(actor, found.consultation, found.response.organisation.name) | {
        "response": found.response,
        "revision": found.revision,
        "texts": [(one, _label(one, context), _pieces(one, found.hidden(one))) for one in found.written],
        "chosen": chosen,
        "label": _label(chosen, context) if chosen else "",
        "pieces": _pieces(chosen, found.hidden(chosen)) if chosen else (),
        "in_force": found.in_force,
        "reasons": [(key, title) for key, title in REDACTION_REASONS.items()],
        "reason_titles": REDACTION_REASONS,
        "typed": {"passage": _passage(chosen, asked), "reason": asked.get("reason", ""),
                  "note": asked.get("note", ""), "edition": asked.get("edition", "")},
        "preview": "",
        "note_limit": redactions.NOTE_LIMIT,
    }  # fmt: skip
    return page(request, "planners/texts.html", data | more, status)


def _context(session: Session, found: Found, language: Language) -> FormContext:
    """The form as readers see it, from what the response brought along."""
    assert found.consultation.form_version is not None
    form, draft = form_of(found.consultation.form_version), found.response.consultation.draft_version
    parameters = figures_of(draft, language)
    return FormContext(form, language, found.revision.submitted_at, infos_of(session, draft), parameters)


def _label(written: Written, context: FormContext) -> str:
    """Question, field, entry and part of it: "27. Was fehlt? – Eintrag 1, Begründung"."""
    asked, path = written.asked, written.path
    field = context.say(asked.field.label) if asked.field.label else ""
    entry = [say(M("Eintrag {key}", key=path[0]), context.language)] if asked.type.itemised and len(path) > 1 else []
    part = [say(PARTS[str(path[-1])], context.language)] if path and str(path[-1]) in PARTS else []
    return " – ".join(filter(None, (context.asked_as(asked.question), field, ", ".join(entry + part))))


def _pieces(written: Written, hidden: Sequence[Span]) -> list[tuple[bool, str]]:
    """The text in pieces, each with whether it is hidden in public."""
    pieces, last = [], 0
    for span in hidden:
        pieces += [(False, written.text[last : span.begins]), (True, span.of(written.text))]
        last = span.ends
    return [piece for piece in (*pieces, (False, written.text[last:])) if piece[1]]


def _passage(chosen: Written | None, asked: Mapping[str, str]) -> str:
    begins, ends = asked.get("begins", ""), asked.get("ends", "")
    if chosen and begins.isdecimal() and ends.isdecimal() and len(begins) + len(ends) < 20:
        return Span(int(begins), int(ends)).of(chosen.text)
    return asked.get("passage", "")


@router.post("")
def redact(request: Request, db: Db, actor: Planning, slug: str, response_id: uuid.UUID, form: Form) -> Response:
    """Without `then=preview` the passage is hidden from the next edition on."""
    asked = {name: form.line(name) for name in ("place", "reason", "note", "edition")} | {
        "passage": form.text("passage")
    }
    try:
        if form.line("then") == "preview":
            return _preview(request, db, actor, slug, response_id, asked)
        with db.transaction() as session:
            found = _found(session, actor, slug, response_id)
            written = _chosen(found, asked["place"])
            others = redactions.equal_elsewhere(session, found.response, written.text)
            redactions.redact(
                session, actor, found.response, found.revision, written, asked["passage"], reason=asked["reason"],
                note=asked["note"],
            )  # fmt: skip
            if others and form.line("sure") != asked["place"]:
                raise Invalid.about("sure", _elsewhere(others))
    except Invalid as refused:
        return _page(request, db, actor, slug, response_id, asked, refused.status, problems=problems_of(refused))
    told = M("Die Textstelle ist geschwärzt. Das gilt von der nächsten Ausgabe an, die Sie erstellen.")
    if others:
        told = M("Die Textstelle ist geschwärzt, auch im gleichen Text von {count} anderen Stellen. Das gilt von der nächsten "
                 "Ausgabe an, die Sie erstellen; aufheben können Sie es unter „Alle Schwärzungen“.",
                 one="Die Textstelle ist geschwärzt, auch im gleichen Text einer anderen Stelle. Das gilt von der nächsten "
                 "Ausgabe an, die Sie erstellen; aufheben können Sie es unter „Alle Schwärzungen“.", count=others)  # fmt: skip
    at = consultation_path(actor, slug)
    number = asked["edition"]
    back = (
        f"editions/{int(number)}/texts" if number.isdecimal() and len(number) < 6 else f"responses/{response_id}/texts"
    )
    return see_other(f"{at}/{back}", told)


def _elsewhere(others: int) -> Message:
    return M("{count} andere Stellen haben diesen Text wortgleich abgegeben; dort werden sie ebenfalls verborgen.",
             one="Eine andere Stelle hat diesen Text wortgleich abgegeben; dort werden sie ebenfalls verborgen.",
             count=others)  # fmt: skip


def _chosen(found: Found, place: str) -> Written:
    if (written := found.text(place)) is None:
        raise Invalid.about("place", M("Diesen Text gibt es in der Stellungnahme nicht."))
    return written


def _preview(
    request: Request, db: Database, actor: Actor, slug: str, response_id: uuid.UUID, asked: Mapping[str, str]
) -> Response:
    """The text as everybody would read it. Nothing is saved."""
    with db.reader() as session:
        found = _found(session, actor, slug, response_id)
        written, mark = _chosen(found, asked["place"]), say(HIDDEN, language_of(request))
        wanted = redactions.found_in(written, asked["passage"])
        others = redactions.equal_elsewhere(session, found.response, written.text)
    words = wanted[0].of(written.text)
    told: dict[str, Any] = {
        "preview": covered(written.text, [*found.hidden(written), *wanted], lambda _: mark),
        "times": len(wanted),
        "own": sum(bool(spans(one.text, words)) for one in found.written if one.place != written.place),
        "others": others,
        "widened": "" if _folded(words) == _folded(asked["passage"]) else words,
    }
    return _page(request, db, actor, slug, response_id, asked, **told)


def _folded(text: str) -> list[str]:
    return text.casefold().split()
