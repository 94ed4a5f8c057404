"""Asking for more time."""

from datetime import timedelta

from starlette.responses import Response

from consultation.consultations import extensions
from consultation.consultations import queries as consultations
from consultation.core.errors import Invalid, Problem
from consultation.core.language import M
from consultation.core.times import local_day, local_day_ending, read_day
from consultation.http import Form, Pages, see_other
from consultation.rulebook import DEADLINE_EXTENSION
from consultation.web.municipalities.desks import PREFIX, At, Here, Visit, desk_page

AS_AN_EXAMPLE = timedelta(days=14)
"""How much later than the deadline the day is that stands there as an example."""

router = Pages(prefix=PREFIX + "/extension")


@router.get("")
def show(here: Here) -> Response:
    return _page(here)


@router.post("")
def ask(here: Here, form: Form) -> Response:
    try:
        with here.db.transaction() as session:
            at = here.arrive(session)
            until = read_day(form.line("until"))
            if until is None:
                raise Invalid.about("until", M("Geben Sie den Tag so an: {day}.", day=_example(at)))
            extensions.request(session, here.actor, at.invitation, until, form.text("reason"))
    except Invalid as refused:
        typed = {"until": form.line("until"), "reason": form.text("reason")}
        return _page(here, problems=refused.problems, typed=typed)
    return see_other(at.base, M("Ihre Bitte ist gestellt. Sie erhalten Nachricht; bis dahin gilt die bisherige Frist."))


def _example(at: At) -> str:
    deadline = at.invitation.deadline
    last = local_day_ending(deadline) if deadline else local_day(at.actor.moment)
    return f"{last + AS_AN_EXAMPLE:%d.%m.%Y}"


def _page(
    here: Visit, *,
    problems: tuple[Problem, ...] = (), typed: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    with here.db.reader() as session:
        at = here.arrive(session)
        asked = consultations.extensions_asked(session, at.invitation.id)
    data = {
        "example": _example(at),
        "asked": asked,
        "states": DEADLINE_EXTENSION.states,
        "problems": problems,
        "typed": typed or {},
    }
    status = 422 if problems else 200
    return desk_page(here.request, at, "municipalities/extension.html", M("Um mehr Zeit bitten"), data, status=status)
