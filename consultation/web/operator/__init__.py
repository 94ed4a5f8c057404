"""For whoever runs the installation: which organisations may plan, and what the worker could not do."""

from consultation.http import Pages
from consultation.web.operator import organisations, overview

router = Pages()
router.include_router(overview.router)
router.include_router(organisations.router)
