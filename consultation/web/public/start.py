"""The front door: what this is, what runs, what came out, and the way in for those who were invited."""

from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations import queries
from consultation.documents.published import newest
from consultation.http import Db, Pages, page
from consultation.http.actors import moment_of
from consultation.web.public.phases import phase

router = Pages()
RESULTS = 6


@router.get("/")
def show(request: Request, db: Db) -> Response:
    moment = moment_of(request)
    with db.reader() as session:
        consultations = [(one, phase(one, moment)) for one in queries.public(session)]
        editions = newest(session, moment, limit=RESULTS)
        running = [(one, seen) for one, seen in consultations if seen.running]
        running.sort(key=lambda pair: (pair[0].deadline or moment, pair[0].title))
        shown = {one.id for one, _ in running} | {edition.consultation_id for edition in editions}
        data = {
            "running": running,
            "others": sum(one.id not in shown for one, _ in consultations),
            "editions": editions,
            "demo": any(one.demo for one, _ in consultations),
        }
        return page(request, "public/start.html", data)
