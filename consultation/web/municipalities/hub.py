"""One invitation as a list of tasks: read, answer, say for whom, decide what is public, review and release."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from consultation.consultations import queries as consultations
from consultation.core.language import M, Message
from consultation.forms.definition import Part
from consultation.forms.estimate import minutes
from consultation.http import Form, Pages, see_other
from consultation.people import queries as people
from consultation.responses import actions, comments, queries
from consultation.responses.changes import changes_for
from consultation.responses.desk import Desk
from consultation.responses.models import RepresentationKind, Revision
from consultation.responses.speaking import speakers
from consultation.rulebook import two_for_what_counts
from consultation.states import ConsultationState, ResponseState
from consultation.web.municipalities import spoken_for
from consultation.web.municipalities.asking import address, asked_in, numbered
from consultation.web.municipalities.badges import Badge
from consultation.web.municipalities.colleagues import DRAFT, at_work, meet
from consultation.web.municipalities.counting import reopened, state_of
from consultation.web.municipalities.desks import PREFIX, At, Here, Visit, desk_page
from consultation.web.municipalities.releasing import nobody_releases
from consultation.web.municipalities.rows import is_running
from consultation.web.municipalities.shortcomings import in_words

router = Pages(prefix=PREFIX)
REVIEW = "review"
"""Where comments on the whole stand, for the list of tasks."""
_TOLD = frozenset({ConsultationState.PUBLISHED, ConsultationState.ARCHIVED})


@router.get("")
def show(here: Here) -> Response:
    everything = here.request.query_params.get("path") == "all"
    with here.db.reader() as session:
        at = here.arrive(session)
        note = queries.last_notes(session, [at.response.id]).get(at.response.id) if at.begun else None
        last = at.begun.last_saved if at.begun else None
        ids = {note.person_id if note else None, last.editor_id if last else None}
        colleagues = meet(session, at)
        data: dict[str, Any] = {
            "note": note,
            "last": last,
            "colleagues": colleagues,
            "names": people.names(session, {one for one in ids if one}),
            "changes": changes_for(session, at.consultation, at.begun),
            "extensions": consultations.extensions_asked(session, at.invitation.id),
            "everything": everything,
            "path": "?path=all" if everything else "",
        }
        named = queries.represented(session, at.response.id) if at.begun and at.speaks_for_others else []
        kinds = [kind for _, kind in named]
        counted = queries.counted_revision(session, at.response) if at.begun else None
        speaking = speakers(session, here.actor, [at.consultation.id]).get(at.consultation.id, []) if at.asked else []
        data |= _round_before(session, here, at)
        waiting = comments.open_ones(session, here.actor, at.response.id) if at.begun else {}
        ready = at.begun and at.response.state == ResponseState.READY
        data["nobody"] = nobody_releases(session, at.response, at.response.author_id) if ready else None
    may_answer = is_running(here.actor, at.invitation, at.until)
    data["speaking"] = spoken_for.said(speaking)
    data["what_counts"] = spoken_for.what_counts(answered=counted is not None, may_answer=may_answer)
    if at.begun is not None:
        badge, state = state_of(at.response, counted)
        data |= {
            "state": state, "badge": badge, "counted": counted, "unsent": _unsent(at, counted),
            "tasks": _tasks(at, kinds, _hints(at, at_work(colleagues), waiting), badge=(badge, state), everything=everything),
            "missing": _missing(at), "lacks": in_words(at.desk), "reopened": reopened(at.response, at.until),
            "decline_refused": [problem.message for problem in two_for_what_counts(here.actor, at.response)],
            "short": minutes(at.desk.context, everything=False),
            "long": minutes(at.desk.context, everything=True),
        }  # fmt: skip
    return desk_page(here.request, at, "municipalities/hub.html", at.consultation.title, data)


def _round_before(session: Session, here: Visit, at: At) -> dict[str, Any]:
    """The consultation of the round before, and where the house reads what became of its answer to it, if it had one."""
    before = consultations.round_before(at.consultation, consultations.beside(session, here.actor, at.consultation))
    own = queries.own(session, here.actor, before.id) if before is not None else None
    if own is None or own.counted_revision_id is None or own.consultation.state not in _TOLD:
        return {"before": before, "outcome_before": ""}
    return {
        "before": before,
        "outcome_before": f"/o/{here.place.organisation_id}/answers/{own.consultation.slug}/outcome",
    }


@router.post("/start")
def start(here: Here, form: Form) -> Response:
    with here.db.transaction() as session:
        at = here.begin(session)
    if form.line("then") == "nil-return":
        return see_other(f"{at.base}/nil-return")
    return see_other(at.base, M("Sie können beginnen. Alles, was Sie speichern, sieht nur Ihre Organisation."))


@router.post("/reference")
def keep_reference(here: Here, form: Form) -> Response:
    with here.db.transaction() as session:
        at = here.arrive(session)
        actions.set_own_reference(session, here.actor, at.response.id, form.line("own_reference"))
    return see_other(at.base, M("Ihr Geschäftszeichen ist gespeichert."))


def _unsent(at: At, counted: Revision | None) -> bool:
    """A nil return was handed in, and there are answers beside it that were not."""
    sent = at.response.state == ResponseState.SUBMITTED and counted is not None and counted.nil_return
    return sent and any(not at.desk.form.by_key[key].question.with_nil_return for key in at.desk.submitted)


def _hints(at: At, there: dict[str, Message], waiting: Mapping[str, list[uuid.UUID]]) -> dict[str, Message]:
    """Key of a part, `DRAFT` or `REVIEW` → which comments are open there, and who is."""
    counts: Counter[str] = Counter()
    parts = {question.key: part.key for part in at.desk.form.parts for question in part.questions}
    for question, found in waiting.items():
        counts[parts.get(question, REVIEW)] += len(found)
    said = {place: M("{n} Kommentare offen", one="1 Kommentar offen", n=number) for place, number in counts.items()}
    both = {
        place: M("{comments}, {there}", comments=said[place], there=there[place])
        for place in said.keys() & there.keys()
    }
    return there | said | both


def _missing(at: At) -> list[tuple[Message, str]]:
    """What is missing, with the way to the field; not before something is answered: then everything would be missing."""
    if not at.may_answer or not at.desk.stored:
        return []
    return [(numbered(at.desk, p).message, address(at.desk, at.base, p.field)) for p in at.desk.missing]


def _tasks(
    at: At, named: Sequence[RepresentationKind], hints: dict[str, Message], *, badge: Badge, everything: bool
) -> list[dict[str, Any]]:  # fmt: skip
    desk, path = at.desk, "?path=all" if everything else ""
    tasks: list[dict[str, Any]] = []
    if at.consultation.draft_version is not None:
        tasks.append(
            {"title": M("Entwurf lesen und kommentieren"), "href": f"{at.base}/draft", "badge": _comments(desk),
             "hint": hints.get(DRAFT)}
        )  # fmt: skip
    for part in desk.form.way(desk.visible, everything=everything):
        done = _part_badge(at, part, *desk.progress(part, core=not everything))
        href = f"{at.base}/part/{part.key}{path}"
        tasks.append({"title": desk.context.say(part.title), "href": href, "badge": done, "hint": hints.get(part.key)})
    if at.speaks_for_others:
        title = M("Für wen Sie sprechen")
        tasks.append({"title": title, "href": f"{at.base}/representation", "badge": _representation(named)})
    if key := desk.form.disclosure_key:
        part = desk.form.by_key[key].part
        tasks.append({"title": M("Was veröffentlicht werden darf"), "href": f"{at.base}/part/{part.key}{path}#{key}",
                      "badge": _disclosure(desk, key)})  # fmt: skip
    tasks.append({"title": M("Prüfen, freigeben und abgeben"), "href": f"{at.base}/review",
                  "badge": _readiness(at, badge), "hint": hints.get(REVIEW)})  # fmt: skip
    return tasks


def _part_badge(at: At, part: Part, answered: int, shown: int) -> Badge:
    here = {asked.key for asked in at.desk.form.asked if asked.part.key == part.key}
    if here & set(at.desk.refusals):
        return "danger", M("Angaben prüfen")
    lacking = {p.field for p in at.desk.missing if (a := asked_in(at.desk, p.field)) and a.part.key == part.key}
    if answered and lacking & at.desk.unanswered:
        return "warning", M("Angabe fehlt")
    if lacking - at.desk.unanswered:
        return "warning", M("Angaben prüfen")
    return _progress(answered, shown)


def _representation(named: Sequence[RepresentationKind]) -> Badge:
    spoken_for = named.count(RepresentationKind.REPRESENTED)
    supporting = len(named) - spoken_for
    if not named:
        return "warning", M("bitte prüfen")
    support = M("unterstützt von {n} Stellen", one="unterstützt von 1 Stelle", n=supporting)
    if not spoken_for:
        return "success", support
    speaks = M("für {n} Stellen", one="für 1 Stelle", n=spoken_for)
    return "success", M("{speaks}, {support}", speaks=speaks, support=support) if supporting else speaks


def _progress(answered: int, shown: int) -> Badge:
    if not answered:
        return "info", M("noch nicht begonnen")
    return ("success", M("fertig")) if answered >= shown else ("info", M("{a} von {b}", a=answered, b=shown))


def _comments(desk: Desk) -> Badge:
    count = sum(
        len(desk.answers.get(asked.key) or ())
        for asked in desk.form.asked
        if asked.type.needs_sections and asked.type.itemised
    )
    return (
        ("info", M("{n} Angaben zum Text", one="1 Angabe zum Text", n=count))
        if count
        else ("info", M("noch ohne Anmerkung"))
    )


def _disclosure(desk: Desk, key: str) -> Badge:
    chosen = len(desk.answers.get(key) or ())
    if not chosen:
        return "warning", M("noch nicht festgelegt")
    return _progress(chosen, len(desk.context.disclosure_parts))


def _readiness(at: At, badge: Badge) -> Badge:
    if at.response.state == ResponseState.READY:
        return "warning", M("liegt zur Freigabe vor")
    if at.response.state != ResponseState.DRAFTING:
        return badge
    if at.desk.missing:
        return "warning", in_words(at.desk)
    return "success", M("kann vorgelegt werden")
