"""Logging in and out, one's own account, and the way into one's organisations."""

from fastapi import APIRouter

from consultation.web.account import api_tokens, home, login, password, people, profile, renewing

router = APIRouter()
for _pages in (login, password, home, profile, api_tokens, people, renewing):
    router.include_router(_pages.router)
