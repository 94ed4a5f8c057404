"""The desk of those who answer: claiming a place, reading and commenting on the draft, the form, release, receipt."""

from fastapi import APIRouter

from consultation.web.municipalities import (
    claim,
    downloads,
    draft,
    extension,
    hub,
    nil_return,
    part,
    receipt,
    release,
    representation,
    start,
)

router = APIRouter()
for _pages in (claim, start, hub, draft, part, representation, release, nil_return, downloads, receipt, extension):
    router.include_router(_pages.router)
