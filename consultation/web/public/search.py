"""Search over titles and sections of public consultations; what is for invited bodies only is never looked at."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations.finding import search, words_of
from consultation.consultations.section_numbers import means_a_number
from consultation.core.language import M
from consultation.core.text import clean_line
from consultation.http import Db, Pages, page
from consultation.http.actors import moment_of
from consultation.subjects import stranger

router = Pages()
SHOWN = 20
LETTERS = 100
LAST_PAGE = 10_000


@router.get("/search")
def show(request: Request, db: Db, q: str = "", page_: Annotated[str, Query(alias="page")] = "1") -> Response:
    """Twenty hits a page; a page that does not exist shows the first."""
    text = clean_line(q)[:LETTERS]
    number = min(int(page_), LAST_PAGE) if page_.isascii() and page_.isdigit() and 0 < len(page_) < 7 else 1
    with db.reader() as session:
        actor = stranger(moment_of(request))
        skip = (max(number, 1) - 1) * SHOWN
        hits, count = search(session, actor, text, skip=skip, limit=SHOWN)
        if not hits and skip:
            skip = 0
            hits, count = search(session, actor, text, limit=SHOWN)
        data = {
            "q": text,
            "asked": bool(text),
            "too_short": bool(text) and not words_of(text) and not means_a_number(text),
            "hits": hits,
            "count": count,
            "first": skip + 1,
            "previous": _page(text, skip // SHOWN) if skip else "",
            "next": _page(text, skip // SHOWN + 2) if skip + len(hits) < count else "",
            "demo": any(hit.consultation.demo for hit in hits),
            "breadcrumbs": [(M("Start"), "/"), (M("Suche"), "")],
        }
        return page(request, "public/search.html", data)


def _page(text: str, number: int) -> str:
    return "/search?" + urlencode({"q": text} | ({"page": number} if number > 1 else {}))
