"""For whoever runs the installation: which organisations may plan, and what the worker could not do."""

from fastapi import APIRouter

from consultation.web.operator import organisations, overview

router = APIRouter()
router.include_router(overview.router)
router.include_router(organisations.router)
