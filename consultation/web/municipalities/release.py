"""The whole answer as it will be sent; lay it before the releaser, return it, release and submit it, or decline."""

import uuid
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from consultation.core.errors import Conflict, Invalid, NotReady, Problem
from consultation.core.language import M, Message
from consultation.http import Form, Pages, see_other
from consultation.people import queries as people
from consultation.responses import actions, comments, queries
from consultation.responses.changes import Changes, changes_for
from consultation.responses.comments import Thread
from consultation.responses.submission import submit_held, unsigned
from consultation.rulebook import COMMENT_ON, COMMENTABLE, another_pair_of_eyes, releaser
from consultation.states import ResponseState
from consultation.web.municipalities.asking import address, numbered
from consultation.web.municipalities.desks import PREFIX, At, Here, Visit, desk_page
from consultation.web.municipalities.disclosing import CHANGED, disclose, offered, offered_by_part
from consultation.web.municipalities.own_names import telling
from consultation.web.municipalities.persons import looks_personal
from consultation.web.municipalities.reading import read_questions, unanswered
from consultation.web.municipalities.releasing import SIGNED, handed_in, nobody_releases, release_of, signed_in
from consultation.web.municipalities.shown_as import by_level, by_part

router = Pages(prefix=PREFIX)


@router.get("/submit")
def after_reload(here: Here) -> Response:
    """The address of a refused release, loaded again."""
    return see_other(f"{here.look().base}/review")


@router.get("/review")
def show(here: Here) -> Response:
    return review_page(here)


def review_page(
    here: Visit, *, status: int = 200,
    problems: tuple[Problem, ...] = (), refused: Message | None = None, typed: dict[str, str] | None = None,
    disclosed: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    with here.db.reader() as session:
        at = here.arrive(session)
        if at.begun is None:
            return see_other(at.base, M("Beginnen Sie zuerst die Stellungnahme."), "info")
        notes = queries.notes(session, at.response.id)
        threads = comments.threads(session, here.actor, at.response.id)
        ids = {n.person_id for n in notes} | {at.response.author_id} | _writers(threads)
        data: dict[str, Any] = {
            "names": people.names(session, {i for i in ids if i}), "notes": notes,
            "represented": queries.represented(session, at.response.id) if at.speaks_for_others else [],
            "four_eyes_off": None if at.response.four_eyes else people.four_eyes_off(session, here.place.organisation_id),
            "nobody": nobody_releases(session, at.response, here.actor.person_id) if at.may("mark_ready") else None,
            "changes": changes_for(session, at.consultation, at.begun) if _is_written(at) else None,
            "persons": looks_personal(session, at.desk, at.base),
            "telling": telling(session, at.desk, at.base, _chosen(at)),
        }  # fmt: skip
    parts = [(one, read_questions(at.desk, one), unanswered(at.desk, one, at.base)) for one in at.desk.form.parts]
    data |= {
        "short": _short_way(at), "undecided": _undecided(at), "unread": _unread(at, data["changes"]),
        "parts": [p for p in parts if p[1]], "skipped": [p for p in parts if p[2] and not p[1]],
        "threads": threads, "commentable": COMMENT_ON(here.actor, at.response),
        "open_threads": [(_where(at, thread), thread) for thread in threads if thread.is_open],
        "missing": [(numbered(at.desk, p).message, address(at.desk, at.base, p.field)) for p in at.desk.missing],
        "four_eyes": [p.message for p in another_pair_of_eyes(here.actor, at.response)],
        "levels": by_level(at.desk), "example": by_part(at.desk, _chosen(at)), **_publishing(at, disclosed),
        "refused": refused, "own_problems": problems, "typed": typed or {}, "function": here.place.function,
    }  # fmt: skip
    releases = at.may("submit") and not data["four_eyes"]
    data["submits"] = releases and at.is_open and not data["missing"]
    # who is alone has nobody to write a comment to, or to lay it before
    data["comments"] = data["commentable"] and not here.place.alone
    data["lays"] = at.may("mark_ready") and not (here.place.alone and releases)
    if problems and not data["submits"]:  # the form has gone meanwhile: nothing on the page to lead to
        data["own_problems"] = tuple(replace(p, field="" if p.field in SIGNED else p.field) for p in problems)
    return desk_page(here.request, at, "municipalities/review.html", M("Prüfen und freigeben"), data, status=status)


def _is_written(at: At) -> bool:
    return at.response.state in COMMENTABLE


def _unread(at: At, found: Changes | None) -> bool:
    """The draft was corrected, and nobody has changed the text since."""
    return bool(found and found.latest and at.desk.written_before(found.latest.effective_at))


def _chosen(at: At) -> dict[str, str]:
    key = at.desk.form.disclosure_key
    chosen: dict[str, str] = (at.desk.answers.get(key) or {}) if key else {}
    return chosen


def _publishing(at: At, disclosed: dict[str, str] | None) -> dict[str, Any]:
    """For whoever releases, until it is submitted: then the receipt asks it. Nothing for everybody else."""
    asks = at.desk.form.disclosure_key and at.response.state in COMMENTABLE and releaser(at.actor, at.response)
    parts = offered_by_part(at.desk, _chosen(at) | (disclosed or {})) if asks else ()
    return {"publishing": parts, "rest": offered(at.desk), "unfolded": disclosed is not None}


def _writers(threads: list[Thread]) -> set[uuid.UUID | None]:
    return {one.person_id for thread in threads for one in (thread.comment, *thread.answers)}


def _where(at: At, thread: Thread) -> Message | str:
    """What an open comment is about, for the list of them."""
    asked = next((q for q in at.desk.form.questions if q.key == thread.comment.question_key), None)
    return at.desk.context.asked_as(asked) if asked else M("Zur ganzen Stellungnahme")


def _short_way(at: At) -> set[str]:
    """Keys of the parts in which nothing beyond the core questions is answered."""
    beyond = {
        asked.part.key for asked in at.desk.form.asked if not asked.question.core and asked.key in at.desk.submitted
    }
    return {part.key for part in at.desk.form.parts} - beyond


def _undecided(at: At) -> str:
    """Where to say what may be published; empty if that is said for every part, or if it can no longer be said here."""
    key = at.desk.form.disclosure_key
    if key is None or not at.may_answer:
        return ""
    said = len(at.desk.answers.get(key) or ()) >= len(at.desk.context.disclosure_parts)
    return "" if said else address(at.desk, at.base, key)


@router.post("/review/disclosure")
def change_disclosure(here: Here, form: Form) -> Response:
    """What is published is decided by whoever releases; no answer is changed by it."""
    chosen, problems = disclose(here, form)
    if problems:
        return review_page(here, status=422, problems=problems, disclosed=chosen)
    return see_other(f"{here.look().base}/review#disclosed", CHANGED)


@router.post("/ready")
def ready(here: Here) -> Response:
    try:
        with here.db.transaction() as session:
            at = here.arrive(session)
            actions.mark_ready(session, here.actor, at.response.id)
            nobody = nobody_releases(session, at.response, here.actor.person_id)
    except (NotReady, Conflict) as refused:
        return review_page(here, status=refused.status, refused=refused.message)
    if nobody is not None:
        return see_other(
            at.base,
            M("Die Stellungnahme liegt jetzt zur Freigabe vor. Zurzeit kann niemand freigeben. {why}", why=nobody),
            "warning",
        )
    return see_other(
        at.base, M("Die Stellungnahme liegt jetzt zur Freigabe vor. Wer freigeben darf, erhält eine Mail.")
    )


@router.post("/return")
def give_back(here: Here, form: Form) -> Response:
    reason = form.text("reason")
    try:
        with here.db.transaction() as session:
            at = here.arrive(session)
            actions.return_for_rework(session, here.actor, at.response.id, reason)
    except Invalid as refused:
        return review_page(here, status=422, problems=refused.problems, typed={"reason": reason})
    except Conflict as refused:
        typed = {"reason": reason}
        return review_page(here, status=409, refused=refused.message, typed=typed)
    return see_other(at.base, M("Die Stellungnahme ist zur Überarbeitung zurückgegeben."))


@router.post("/submit")
def release(here: Here, form: Form) -> Response:
    """A double click comes to the same receipt."""
    typed = signed_in(form)
    if problems := unsigned(typed["name"], typed["function"]):
        return review_page(here, status=422, problems=problems, typed=typed)
    try:
        with here.db.transaction() as session:
            at = here.arrive_alone(session)
            revision = submit_held(session, here.actor, at.desk, release_of(typed))
    except (NotReady, Conflict) as refused:
        own = tuple(p for p in refused.problems if p.code in ("deadline", "four_eyes"))
        message = own[0].message if own else refused.message
        return review_page(here, status=refused.status, refused=message, typed=typed)
    return see_other(f"{at.base}/receipt", *handed_in(revision, nil_return=False))


@router.post("/decline")
def decline(here: Here, form: Form) -> Response:
    """Refused, the reason that was typed comes back with the refusal (http/held.py)."""
    with here.db.transaction() as session:
        at = here.begin(session)
        if at.response.state != ResponseState.DECLINED:
            counted = queries.counted_revision(session, at.response)
            if counted is not None and form.line("counts") != counted.receipt_number:
                raise Conflict(
                    M("Von Ihrer Stelle zählt eine Abgabe. Sehen Sie auf der Seite der Beteiligung, was aus ihr würde, und "
                      "lehnen Sie dort ab.")
                )  # fmt: skip
            actions.decline(session, here.actor, at.response.id, form.text("reason"))
    return see_other(
        at.base, M("Ihre Stelle nimmt nicht teil. Die ausschreibende Stelle sieht das in ihrer Übersicht.")
    )
