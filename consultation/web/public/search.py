"""Search over titles and sections of public consultations; what is for invited bodies only is never looked at."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from consultation.consultations.finding import search, words_of
from consultation.core.language import M
from consultation.core.text import clean_line
from consultation.http import Db, page
from consultation.http.actors import moment_of
from consultation.subjects import stranger

router = APIRouter()
SHOWN = 50
LETTERS = 100


@router.get("/search")
def show(request: Request, db: Db, q: str = "") -> Response:
    text = clean_line(q)[:LETTERS]
    with db.reader() as session:
        hits = search(session, stranger(moment_of(request)), text, limit=SHOWN + 1)
        data = {
            "q": text,
            "asked": bool(text),
            "too_short": bool(text) and not words_of(text),
            "hits": hits[:SHOWN],
            "more": len(hits) > SHOWN,
            "demo": any(hit.consultation.demo for hit in hits),
            "breadcrumbs": [(M("Start"), "/"), (M("Suche"), "")],
        }
        return page(request, "public/search.html", data)
