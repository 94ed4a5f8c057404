"""The desk of those who answer: claiming a place, reading and commenting on the draft, the form, release, receipt."""

from fastapi import APIRouter

from consultation.web.municipalities import (
    claim,
    colleagues,
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
for _pages in (
    claim, start, hub, draft, part, colleagues, representation, release, nil_return, downloads, receipt, extension,
):  # fmt: skip
    router.include_router(_pages.router)
