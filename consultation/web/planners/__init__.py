"""The planner's workbench: programmes, drafts, forms, consultations from the first idea to the published edition."""

from fastapi import APIRouter

from consultation.web.planners import (
    addresses,
    announcing,
    audience,
    consultations,
    drafts,
    forms,
    preparing,
    programmes,
    start,
)

router = APIRouter()
for _pages in (start, programmes, drafts, forms, consultations, preparing, audience, addresses, announcing):
    router.include_router(_pages.router)
