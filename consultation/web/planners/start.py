"""Where planners begin: their programmes and consultations, each with its state and the next step."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import queries as consultations
from consultation.consultations.models import Consultation
from consultation.consultations.titles import state_said
from consultation.core.language import M, Message
from consultation.http import Db, Pages, page, see_other
from consultation.http.actors import InPlace
from consultation.programmes import queries as programmes
from consultation.programmes.titles import LEVEL_TITLES
from consultation.rulebook import planner
from consultation.states import ConsultationState
from consultation.subjects import Actor
from consultation.web.planners.frame import PREFIX, Planning, home

router = Pages(prefix=PREFIX)


@router.get("/programmes")
def show(request: Request, db: Db, place: InPlace, actor: Planning) -> Response:
    with db.reader() as session:
        found = programmes.of_actor(session, actor)
        running = consultations.planned_by(session, actor)
        waiting = consultations.extensions_waiting(session, [one.id for one in running if planner(actor, one)])
    data: dict[str, Any] = {
        "organisation": place.name,
        "at": home(actor),
        "programmes": found,
        "consultations": [
            (one, next_step(actor, one, waiting.get(one.id, 0)), state_said(one, actor.moment)) for one in running
        ],
        "levels": LEVEL_TITLES,
        "kinds": STATE_BADGES,
    }
    return page(request, "planners/start.html", data)


@router.get("/consultations")
def consultations_stand_there_too(actor: Planning) -> Response:
    return see_other(f"{home(actor)}/programmes")


STATE_BADGES = {
    ConsultationState.DRAFT: "info",
    ConsultationState.ANNOUNCED: "success",
    ConsultationState.EVALUATING: "warning",
    ConsultationState.PUBLISHED: "success",
    ConsultationState.ARCHIVED: "info",
    ConsultationState.CANCELLED: "danger",
}


def next_step(actor: Actor, consultation: Consultation, waiting: int = 0) -> tuple[Message, str]:
    """What the planner does next, said in one sentence, and on which of the consultation's pages; empty: on its own.

    `waiting`: requests for more time that nobody has answered; somebody out there cannot go on without.
    """
    match consultation.state:
        case ConsultationState.ANNOUNCED if waiting:
            step = M(
                "{count} Bitten um mehr Zeit warten auf Antwort",
                one="1 Bitte um mehr Zeit wartet auf Antwort",
                count=waiting,
            )
            return step, "/extensions"
        case ConsultationState.DRAFT:
            return M("Vorbereiten und ankündigen"), ""
        case ConsultationState.ANNOUNCED if consultation.deadline and consultation.deadline > actor.moment:
            step = M("Beteiligung ansehen; die Frist läuft bis {deadline}", deadline=consultation.deadline)
            return step, "/participation"
        case ConsultationState.ANNOUNCED:
            return M("Auswertung beginnen; die Frist ist abgelaufen"), ""
        case ConsultationState.EVALUATING:
            return M("Einzelpunkte entscheiden und eine Ausgabe erstellen"), "/points"
        case ConsultationState.PUBLISHED:
            return M("Ausgaben ansehen"), "/editions"
        case _:
            return M("Nichts mehr zu tun"), ""
