"""The planner's workbench: programmes, drafts, forms, consultations from the first idea to the published edition."""

from fastapi import APIRouter

from consultation.web.planners import (
    addresses,
    announcing,
    audience,
    audience_bodies,
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
    replies,
    responses,
    results,
    start,
)

router = APIRouter()
_PREPARING = (start, programmes, drafts, forms, consultations, preparing, announcing, mails)
_ASKING = (audience, audience_bodies, addresses)
_RUNNING = (participation, invitations, reminders, responses, results, editions, log)
_WEIGHING = (points, point, replies)
for _pages in (*_PREPARING, *_ASKING, *_RUNNING, *_WEIGHING):
    router.include_router(_pages.router)
