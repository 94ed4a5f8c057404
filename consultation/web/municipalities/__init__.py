"""The desk of those who answer: claiming a place, reading and commenting on the draft, the form, release, receipt."""

from consultation.http import Pages
from consultation.web.municipalities import (
    claim,
    colleagues,
    comments,
    downloads,
    draft,
    extension,
    hub,
    nil_return,
    outcome,
    part,
    receipt,
    release,
    representation,
    start,
)

router = Pages()
_PAGES = (
    claim, start, hub, draft, part, colleagues, representation, release, comments, nil_return, downloads, receipt, outcome,
    extension,
)  # fmt: skip
for _pages in _PAGES:
    router.include_router(_pages.router)
