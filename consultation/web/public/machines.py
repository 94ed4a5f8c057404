"""For feed readers and search engines: only what everybody may read, with addresses made from BASE_URL."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from consultation.consultations import queries
from consultation.consultations.models import Consultation
from consultation.core import markup
from consultation.documents.models import Edition
from consultation.documents.published import published
from consultation.http import Configured, Db, Pages, Spoken
from consultation.http.actors import moment_of
from consultation.web.public.phases import phase

router = Pages()
HALF_AN_HOUR = {"Cache-Control": "public, max-age=1800", "Vary": "Accept-Language, Cookie"}
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
STANDING = ("/", "/consultations", "/search", "/developers", "/accessibility", "/privacy", "/imprint")


@router.get("/feed.atom")
def feed(request: Request, db: Db, settings: Configured, language: Spoken) -> Response:
    """Consultations as they are announced, editions as they are published, the newest first."""
    moment = moment_of(request)
    with db.reader() as session:
        entries = [
            *({"consultation": c, "phase": phase(c, moment), "updated": _changed(c)} for c in queries.public(session)),
            *(
                {"edition": e, "consultation": e.consultation, "updated": _appeared(e)}
                for e in published(session, moment)
            ),
        ]
        entries.sort(key=lambda entry: str(entry["updated"]), reverse=True)
        data = {
            "site": settings.site_name, "base": settings.base_url, "language": language, "entries": entries,
            "updated": entries[0]["updated"] if entries else _utc(NEVER),
        }  # fmt: skip
        text = markup.render("public/feed.xml", data, language)
    return Response(text, media_type="application/atom+xml", headers=HALF_AN_HOUR | {"Content-Language": language})


@router.get("/sitemap.xml")
def sitemap(request: Request, db: Db, settings: Configured, language: Spoken) -> Response:
    with db.reader() as session:
        paths = list(STANDING)
        for consultation in queries.public(session):
            at = f"/consultations/{consultation.slug}"
            paths += [at, *([f"{at}/draft"] if consultation.draft_version_id else []), f"{at}/questions"]
        editions = published(session, moment_of(request), limit=10_000)
        paths += [f"/consultations/{e.consultation.slug}/editions/{e.number}" for e in editions]
    text = markup.render("public/sitemap.xml", {"base": settings.base_url, "paths": paths}, language)
    return Response(text, media_type="application/xml", headers=HALF_AN_HOUR)


@router.get("/robots.txt")
def robots(settings: Configured) -> Response:
    closed = "".join(f"Disallow: {path}\n" for path in ("/o/", "/operator", "/account", "/claim", "/search?"))
    return PlainTextResponse(
        f"User-agent: *\n{closed}\nSitemap: {settings.base_url}/sitemap.xml\n", headers=HALF_AN_HOUR
    )


def _changed(consultation: Consultation) -> str:
    return _utc(consultation.announced_at or consultation.created_at)


def _appeared(edition: Edition) -> str:
    return _utc(edition.published_at or edition.created_at)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
