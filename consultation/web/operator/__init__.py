"""For whoever runs the installation: which organisations may plan, what the worker could not do, and the rules of privacy."""

from consultation.http import Pages
from consultation.web.operator import organisations, overview, persons, privacy

router = Pages()
router.include_router(overview.router)
router.include_router(organisations.router)
router.include_router(privacy.router)
router.include_router(persons.router)
