"""The planner's workbench: programmes, drafts, forms, consultations from the first idea to the published edition."""

from fastapi import APIRouter

from consultation.web.planners import (
    addresses,
    announcing,
    audience,
    consultations,
    drafts,
    editions,
    forms,
    invitations,
    log,
    mails,
    participation,
    point,
    points,
    preparing,
    programmes,
    reminders,
    responses,
    results,
    start,
)

router = APIRouter()
_PREPARING = (start, programmes, drafts, forms, consultations, preparing, audience, addresses, announcing, mails)
_RUNNING = (participation, invitations, reminders, responses, results, points, point, editions, log)
for _pages in (*_PREPARING, *_RUNNING):
    router.include_router(_pages.router)
