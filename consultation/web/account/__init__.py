"""Logging in and out, one's own account, and the way into one's organisations."""

from consultation.http import Pages
from consultation.web.account import (
    api_tokens,
    home,
    invited,
    login,
    own_data,
    own_second_step,
    password,
    people,
    profile,
    renewing,
    second_step,
)

router = Pages()
for _pages in (
    login,
    second_step,
    password,
    home,
    invited,
    own_second_step,
    profile,
    own_data,
    api_tokens,
    people,
    renewing,
):
    router.include_router(_pages.router)
