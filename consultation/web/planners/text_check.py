"""Checking the texts of an edition before it is published: passages that look like persons, one page after the other."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations.models import Consultation
from consultation.core.errors import Conflict, NotFound
from consultation.core.language import M, Message
from consultation.documents import queries
from consultation.documents.folders import TEXTS, folder_of
from consultation.documents.labels import SIGN_TITLES
from consultation.documents.models import Edition
from consultation.documents.overtaken import overtaken
from consultation.documents.text_check import Finding, Shown, left_to_check, read_findings, shown
from consultation.evaluation import redactions
from consultation.evaluation.hiding import Span
from consultation.http import Configured, Db, Form, Number, Pages, page, see_other
from consultation.rulebook import planner
from consultation.states import Audience, EditionState
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, consultation_path, planned, surroundings

router = Pages(prefix=PREFIX + "/consultations/{slug}/editions/{number}/texts")
AT_ONCE = 25


def _edition(session: Session, actor: Actor, slug: str, number: int) -> tuple[Consultation, Edition]:
    consultation = planned(session, actor, slug)
    if not planner(actor, consultation):
        raise NotFound(M("Texte prüfen nur Mitglieder, die für alle Länder planen."))
    edition = queries.of_known(session, actor, consultation, number)
    if edition.audience != Audience.PUBLIC:
        raise NotFound(M("Geprüft werden die Texte öffentlicher Ausgaben."))
    if edition.state not in (EditionState.COMPILED, EditionState.PUBLISHED):
        raise Conflict(M("Diese Ausgabe ist noch nicht fertig."))
    return consultation, edition


@router.get("")
def show(request: Request, db: Db, configured: Configured, actor: Planning, slug: str, number: Number) -> Response:
    """What is not yet checked; passages that were looked at do not come back, not in later editions either."""
    with db.reader() as session:
        consultation, edition = _edition(session, actor, slug, number)
        found = read_findings(folder_of(configured.documents, edition.id) / TEXTS)
        done = redactions.checked(session, consultation.id)
        left = left_to_check(session, consultation.id, found, actor.moment)
        start = min(_start(request), max(len(left) - 1, 0) // AT_ONCE * AT_ONCE)
        rows = shown(session, left[start : start + AT_ONCE])
        reasons = overtaken(session, edition) if edition.state == EditionState.COMPILED else []
    here = f"{consultation_path(actor, slug)}/editions/{number}"
    data = surroundings(actor, consultation, M("Texte von Ausgabe {number}", number=number)) | {
        "edition": edition,
        "here": here,
        "rows": [(row, _key(row.finding), _address(actor, slug, number, row)) for row in rows],
        "counts": _counts(left),
        "left": len(left),
        "checked": sum(one.key in done for one in found),
        "overtaken": reasons,
        "lost": queries.lacks(configured.documents, edition, TEXTS),
        "signs": SIGN_TITLES,
        "previous": f"?start={max(start - AT_ONCE, 0)}" if start else "",
        "next": f"?start={start + AT_ONCE}" if start + AT_ONCE < len(left) else "",
        "about": M("{first} bis {last} von {count}", first=start + 1, last=start + len(rows), count=len(left)),
    }
    return page(request, "planners/text_check.html", data)


def _start(request: Request) -> int:
    asked = request.query_params.get("start", "")
    return int(asked) if asked.isdecimal() and len(asked) < 8 else 0


def _counts(left: Sequence[Finding]) -> list[tuple[Message, int]]:
    signs = [one.sign for one in left]
    return [(title, signs.count(sign)) for sign, title in SIGN_TITLES.items() if sign in signs]


def _key(finding: Finding) -> str:
    return f"{finding.text_hash}:{finding.span.begins}:{finding.span.ends}"


def _address(actor: Actor, slug: str, number: int, row: Shown) -> str:
    """Where the passage is redacted, or where a planner rewrites the text of a point."""
    at, finding = consultation_path(actor, slug), row.finding
    if row.response_id is None:
        return f"{at}/points/{finding.point_id}"
    place: dict[str, Any] = {
        "place": finding.place, "begins": finding.span.begins, "ends": finding.span.ends, "edition": number,
    }  # fmt: skip
    return f"{at}/responses/{row.response_id}/texts?{urlencode(place)}"


@router.post("")
def check(db: Db, actor: Planning, slug: str, number: Number, form: Form) -> Response:
    found = [_read(text) for text in form.lines("passage")[: 10 * AT_ONCE]]
    with db.transaction() as session:
        consultation, _ = _edition(session, actor, slug, number)
        count = redactions.check_off(session, actor, consultation, [one for one in found if one])
    told = M("Als geprüft vermerkt: {count}.", count=count)
    return see_other(f"{consultation_path(actor, slug)}/editions/{number}/texts", told)


def _read(text: str) -> tuple[str, Span] | None:
    """What a box of the page says; nonsense is nothing."""
    found = re.fullmatch(r"([0-9a-f]{64}):(\d{1,7}):(\d{1,7})", text, re.ASCII)
    return (found[1], Span(int(found[2]), int(found[3]))) if found else None
