"""One invitation as a list of tasks: read, answer, say for whom, decide what is public, review and release."""

from typing import Any

from starlette.responses import Response

from consultation.consultations import queries as consultations
from consultation.core.language import M, Message
from consultation.forms.definition import Part
from consultation.forms.estimate import minutes
from consultation.http import Form, Pages, see_other
from consultation.people import queries as people
from consultation.responses import actions, queries
from consultation.responses.changes import changes_for
from consultation.responses.desk import Desk
from consultation.rulebook import RESPONSE
from consultation.states import ResponseState
from consultation.web.municipalities.asking import address, asked_in, numbered, way
from consultation.web.municipalities.colleagues import DRAFT, at_work, meet
from consultation.web.municipalities.desks import PREFIX, At, Here, desk_page

router = Pages(prefix=PREFIX)
Badge = tuple[str, Message]
STATE_BADGES = {
    ResponseState.DRAFTING: "info", ResponseState.READY: "warning", ResponseState.SUBMITTED: "success",
    ResponseState.DECLINED: "info", ResponseState.WITHDRAWN: "info",
}  # fmt: skip


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
        spoken_for = len(queries.represented(session, at.response.id)) if at.begun and at.speaks_for_others else 0  # fmt: skip
    if at.begun is not None:
        data |= {
            "state": RESPONSE.states[at.response.state], "badge": STATE_BADGES[at.response.state],
            "tasks": _tasks(at, spoken_for, at_work(colleagues), everything=everything), "missing": _missing(at),
            "short": minutes(at.desk.context, everything=False),
            "long": minutes(at.desk.context, everything=True),
        }  # fmt: skip
    return desk_page(here.request, at, "municipalities/hub.html", at.consultation.title, data)


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


def _missing(at: At) -> list[tuple[Message, str]]:
    """What is missing, with the way to the field; not before something is answered: then everything would be missing."""
    if not at.may_answer or not at.desk.answers:
        return []
    return [(numbered(at.desk, p).message, address(at.desk, at.base, p.field)) for p in at.desk.missing]


def _tasks(at: At, spoken_for: int, there: dict[str, Message], *, everything: bool) -> list[dict[str, Any]]:
    desk, path = at.desk, "?path=all" if everything else ""
    tasks: list[dict[str, Any]] = []
    if at.consultation.draft_version is not None:
        tasks.append(
            {"title": M("Entwurf lesen und kommentieren"), "href": f"{at.base}/draft", "badge": _comments(desk),
             "hint": there.get(DRAFT)}
        )  # fmt: skip
    for part in way(desk, everything=everything):
        answered, shown = desk.progress(part, core=not everything)
        if shown or not everything:
            badge = _part_badge(at, part, answered, shown)
            href = f"{at.base}/part/{part.key}{path}"
            task = {"title": desk.context.say(part.title), "href": href, "badge": badge, "hint": there.get(part.key)}
            tasks.append(task)
    if at.speaks_for_others:
        title = M("Für wen Sie sprechen")
        tasks.append({"title": title, "href": f"{at.base}/representation", "badge": _representation(spoken_for)})
    if key := desk.form.disclosure_key:
        part = desk.form.by_key[key].part
        tasks.append({"title": M("Was veröffentlicht werden darf"), "href": f"{at.base}/part/{part.key}{path}#{key}",
                      "badge": _disclosure(desk, key)})  # fmt: skip
    tasks.append({"title": M("Prüfen, freigeben und abgeben"), "href": f"{at.base}/review", "badge": _readiness(at)})
    return tasks


def _part_badge(at: At, part: Part, answered: int, shown: int) -> Badge:
    here = {asked.key for asked in at.desk.form.asked if asked.part.key == part.key}
    if here & set(at.desk.refusals):
        return "danger", M("Angaben prüfen")
    lacking = (asked_in(at.desk, problem.field) for problem in at.desk.missing)
    if answered and any(asked and asked.part.key == part.key for asked in lacking):
        return "warning", M("Angabe fehlt")
    return _progress(answered, shown)


def _representation(count: int) -> Badge:
    if not count:
        return "warning", M("bitte prüfen")
    return "success", M("für {n} Stellen", one="für 1 Stelle", n=count)


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
    return ("info", M("{n} Angaben zum Text", n=count)) if count else ("info", M("noch ohne Anmerkung"))


def _disclosure(desk: Desk, key: str) -> Badge:
    chosen = len(desk.answers.get(key) or ())
    if not chosen:
        return "warning", M("noch nicht festgelegt")
    return _progress(chosen, len(desk.context.disclosure_parts))


def _readiness(at: At) -> Badge:
    missing = len(at.desk.missing)
    if at.response.state == ResponseState.READY:
        return "warning", M("liegt zur Freigabe vor")
    if at.response.state != ResponseState.DRAFTING:
        return STATE_BADGES[at.response.state], RESPONSE.states[at.response.state]
    if missing:
        return "info", M("{n} Pflichtangaben fehlen", one="1 Pflichtangabe fehlt", n=missing)
    return "success", M("kann vorgelegt werden")
