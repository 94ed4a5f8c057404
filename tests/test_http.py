"""The web foundation against a real app with a few routes of its own: tokens, limits, headers, refusals, language."""

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from consultation.app import create_app
from consultation.core import markup
from consultation.core.blocks import Footnote, ListBlock, ListItem, Paragraph, Table
from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem, TooMany
from consultation.core.language import M
from consultation.http import Db, Form, Upload, client_address, csrf, page, safe_path, see_other
from consultation.http.headers import CONTENT_SECURITY_POLICY
from consultation.settings import Settings
from tests import html
from tests.routes import every_route

BASE = "http://consultation.example"
KEY = "k" * 40


class Body(BaseModel):
    model_config = {"extra": "forbid"}
    number: int
    name: str = ""


def web_routes() -> APIRouter:
    web = APIRouter()

    @web.get("/form")
    def show(request: Request) -> Response:
        return page(request, "sample.html", SAMPLE | {"problems": PROBLEMS if "wrong" in request.query_params else ()})

    @web.post("/form")
    def save(request: Request, form: Form) -> Response:
        file = form.file("file")
        said = f"{form.line('name')}|{len(file.content) if isinstance(file, Upload) else '-'}"
        return see_other("/form", M("Gespeichert: {said}", said=said))

    @web.get("/items/{item}")
    def item(item: uuid.UUID, db: Db) -> Response:
        raise NotFound(M("Geheimer Entwurf"))

    @web.get("/refuse/{what}")
    def refuse(request: Request, what: str) -> Response:
        if "person" in request.query_params:
            request.state.viewer = SimpleNamespace(name="Erika Muster", organisations=(), language="de")
        raise {
            "forbidden": Forbidden(M("Geheim, nur für Planende")),
            "conflict": Conflict(M("Schon geändert.")),
            "many": TooMany(M("Zu oft."), retry_after=30),
            "invalid": Invalid(M("Nicht gültig."), problems=[Problem("name", M("Der Name fehlt."))]),
            "crash": RuntimeError("secret detail"),
        }[what]

    @web.get("/who")
    def who(request: Request) -> dict[str, str]:
        return {"address": client_address(request), "scheme": request.url.scheme}

    house = APIRouter(prefix="/{thing}")
    house.add_api_route("/who", who)
    outer = APIRouter(prefix="/things")
    outer.include_router(house)
    web.include_router(outer)
    return web


def api_routes() -> APIRouter:
    api = APIRouter()

    @api.post("/api/v1/things")
    def things(body: Body) -> Body:
        return body

    @api.get("/api/v1/refuse")
    def api_refuse(request: Request) -> None:
        raise Invalid(M("Nicht gültig."), problems=[Problem("a.b", M("Fehlt."))])

    @api.get("/api/v1/cookies")
    def cookies(request: Request) -> dict[str, str]:
        return dict(request.cookies)

    return api


SAMPLE: dict[str, Any] = {
    "error": "",
    "blocks": (
        Paragraph("Der Bund unterstützt <b>Investitionen</b>."),
        ListBlock((
            ListItem("1.", (Paragraph("Infrastruktur:"), ListBlock((ListItem("a)", (Paragraph("Krankenhäuser"),)),)))),
            ListItem("2.", (Table("", ("Land", "Anteil"), (("Bayern", "8,26"), ("Hessen", "9,06")), ("left", "right")),)),
        )),
        Footnote("1", "BGBl. I S. 974"),
    ),
}  # fmt: skip
PROBLEMS = (Problem("hours", M("Geben Sie den Aufwand als ganze Zahl an.")), Problem("", M("Es fehlt etwas.")))


def make(db: Database, **changes: Any) -> FastAPI:
    settings = Settings.model_validate({"base_url": BASE, "secret_key": KEY, **changes})
    app = create_app(settings, db)
    app.include_router(web_routes(), dependencies=[Depends(csrf.protect)])
    app.include_router(api_routes())
    return app


class Client:
    """Drives an app over ASGI, keeps cookies, checks every HTML page that passes."""

    def __init__(self, app: FastAPI, base: str = BASE, peer: str = "203.0.113.9") -> None:
        self.app, self.base, self.peer = app, base, peer
        self.cookies = httpx.Cookies()

    def __call__(self, method: str, path: str, **options: Any) -> httpx.Response:
        response = asyncio.run(self._send(method, path, **options))
        if response.headers.get("content-type", "").startswith("text/html") and method != "HEAD":
            html.check(response.text, whole=response.request.headers.get("hx-request") != "true")
        return response

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=(self.peer, 4711))
        async with httpx.AsyncClient(transport=transport, base_url=self.base, cookies=self.cookies) as client:
            response = await client.request(method, path, **options)
            self.cookies = client.cookies
            return response

    def token(self) -> str:
        found = html.parse(self("GET", "/form").text).find(".//input[@name='csrf_token']")
        assert found is not None
        return str(found.get("value"))


@pytest.fixture(scope="module")
def database(sqlite_template: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{sqlite_template}", threads=4)
    yield database
    database.close()


@pytest.fixture(scope="module", autouse=True)
def _sample_templates() -> None:
    for language in ("de", "en"):
        loader: Any = markup.environment(language).loader
        loader.searchpath.append(str(Path(__file__).parent / "templates"))


@pytest.fixture(scope="module")
def app(database: Database) -> FastAPI:
    return make(database)


@pytest.fixture
def client(app: FastAPI) -> Client:
    return Client(app)


# -- pages ---------------------------------------------------------------------------------------
def test_a_page_says_its_language_and_title(client):
    response = client("GET", "/form")
    tree = html.parse(response.text)
    assert tree.get("lang") == "de"
    assert html.text_of(tree.find(".//title")) == "Stellungnahme der Stadt Musterstadt – Beteiligung der Kommunen"
    assert "&lt;b&gt;Investitionen" in response.text


def test_a_page_with_problems_says_so_in_its_title_and_links_to_the_field(client):
    tree = html.parse(client("GET", "/form?wrong=1").text)
    assert html.text_of(tree.find(".//title")).startswith("Fehler: ")
    assert [a.get("href") for a in tree.iterfind(".//div[@id='error-summary']//a")] == ["#hours"]


def test_the_language_is_switched_by_link_and_remembered(client):
    assert html.parse(client("GET", "/form?lang=en&wrong=1").text).get("lang") == "en"
    tree = html.parse(client("GET", "/form").text)
    assert tree.get("lang") == "en"
    assert {a.get("href") for a in tree.iter("a") if a.get("hreflang")} == {"?lang=de"}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en-GB,de;q=0.5", "en"),
        ("fr,en;q=0.1", "en"),
        ("de,en", "de"),
        ("xx", "de"),
        ("en;q=0", "de"),
        ("q=" * 9999, "de"),
    ],
)
def test_the_browser_may_wish_a_language(client, header, language):
    assert client("GET", "/form", headers={"Accept-Language": header}).headers["content-language"] == language


def test_a_sentence_survives_one_redirect_and_is_shown_once(client):
    response = client("POST", "/form", data={"csrf_token": client.token(), "name": " <i>Müller\u200f "})
    assert (response.status_code, response.headers["location"]) == (303, "/form")
    assert "Gespeichert: &lt;i&gt;Müller|-" in client("GET", "/form").text
    assert "Gespeichert" not in client("GET", "/form").text


def test_a_forged_sentence_is_not_shown(client):
    client.cookies.set("flash", "WyJpbmZvIiwiR2Vmw6RsdXRlIE5hY2hyaWNodCJd.AAAA")
    assert "Nachricht" not in client("GET", "/form").text


@pytest.mark.parametrize(
    "url", ["https://evil.example", "//evil.example", "/\\evil", "javascript:1", "/a\r\nb", "", "x", "/ü", "/a b"]
)
def test_nobody_is_sent_to_another_site(url):
    assert safe_path(url, "/start") == "/start"
    with pytest.raises(ValueError, match="path of this service"):
        see_other(url)


# -- tokens --------------------------------------------------------------------------------------
def test_a_post_with_its_token_passes(client):
    assert client("POST", "/form", data={"csrf_token": client.token()}).status_code == 303
    assert client("POST", "/form", headers={"X-CSRF-Token": client.token()}).status_code == 303


@pytest.mark.parametrize("token", ["", "x", "a.b", "é.é", "A" * 100_000])
def test_a_post_without_a_valid_token_is_refused(client, token):
    client.token()
    response = client("POST", "/form", data={"csrf_token": token})
    assert response.status_code == 403
    assert "laden Sie die Seite neu" in response.text


def test_a_token_belongs_to_one_browser_and_one_session(app, client):
    token = client.token()
    assert Client(app)("POST", "/form", data={"csrf_token": token}).status_code == 403
    stranger = Client(app)
    stranger.token()
    assert stranger("POST", "/form", data={"csrf_token": token}).status_code == 403
    client.cookies.set("session", "a-new-session", domain="consultation.example", path="/")
    assert client("POST", "/form", data={"csrf_token": token}).status_code == 403
    assert client("POST", "/form", data={"csrf_token": client.token()}).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_post_from_another_site_is_refused_even_with_a_token(client, headers):
    assert client("POST", "/form", data={"csrf_token": client.token()}, headers=headers).status_code == 403


def test_a_post_from_our_own_page_passes(client):
    headers = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
    assert client("POST", "/form", data={"csrf_token": client.token()}, headers=headers).status_code == 303


def test_cookies_are_safe_flags_and_all(database):
    client = Client(make(database, base_url="https://consultation.example"), base="https://consultation.example")
    cookie = client("GET", "/form").headers["set-cookie"]
    assert cookie.startswith("__Host-visitor=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


# -- headers -------------------------------------------------------------------------------------
PATHS = [
    "/form",
    "/nowhere",
    "/refuse/crash",
    "/static/app.css",
    "/static/none.css",
    "/healthz",
    "/metrics",
    "/api/v1/refuse",
    "/who",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_security_headers(client, path):
    headers = client("GET", path).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in headers
    assert headers["cache-control"] == ("public, max-age=86400" if path == "/static/app.css" else "no-store")


def test_with_https_browsers_are_told_to_stay_there(database):
    client = Client(make(database, base_url="https://consultation.example"), base="https://consultation.example")
    assert client("GET", "/form").headers["strict-transport-security"].startswith("max-age=31536000")
    assert client("GET", "/form", headers={"Host": "evil.example"}).headers["strict-transport-security"]


def test_style_sheets_are_cached_for_ever_under_their_version(app, client):
    response = client("GET", app.state.assets.address("vendor/kern/kern.min.css"))
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"].startswith("text/css")


def test_head_is_answered_like_get_without_a_body(client):
    response = client("HEAD", "/form")
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize(
    "path", ["/.env", "/.git/config", "/static/../settings.py", "/static/%2e%2e/settings.py", "/docs", "/redoc"]
)
def test_nothing_else_is_served(client, path):
    assert client("GET", path).status_code == 404


# -- refusals ------------------------------------------------------------------------------------
def test_a_stranger_cannot_tell_forbidden_from_missing(client):
    pages = [client("GET", path) for path in ("/refuse/forbidden", f"/items/{uuid.uuid4()}", "/nowhere", "/items/1")]
    assert {response.status_code for response in pages} == {404}
    assert len({response.text.replace(response.request.url.path, "") for response in pages}) == 1
    assert "Geheim" not in pages[0].text


def test_a_person_learns_why_something_is_refused(client):
    response = client("GET", "/refuse/forbidden?person=1")
    assert response.status_code == 403
    assert "nur für Planende" in response.text
    assert "Erika Muster" in response.text


@pytest.mark.parametrize(("what", "status"), [("conflict", 409), ("many", 429), ("invalid", 422), ("crash", 500)])
def test_refusals_become_pages(client, what, status):
    response = client("GET", f"/refuse/{what}")
    assert response.status_code == status
    assert response.headers.get("retry-after") == ("30" if what == "many" else None)
    assert "secret detail" not in response.text
    assert client("GET", f"/refuse/{what}", headers={"HX-Request": "true"}).status_code == status


def test_a_method_that_does_not_fit_is_refused(client):
    assert client("POST", "/who", headers={"X-CSRF-Token": client.token()}).status_code == 405
    assert client("TRACE", "/form").status_code in {403, 405}


def test_the_api_answers_with_problem_json(client):
    response = client("GET", "/api/v1/refuse", headers={"Accept-Language": "de"})
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:consultation:problem:invalid", "title": "Bitte prüfen Sie Ihre Angaben", "status": 422,
        "detail": "Nicht gültig.", "errors": [{"field": "a.b", "code": "invalid", "detail": "Fehlt."}],
    }  # fmt: skip
    assert client("GET", "/api/v1/nowhere").json()["status"] == 404


@pytest.mark.parametrize(
    "body",
    [b'{"number": "\\ud800"}', b'{"number": 1, "\\ud800": 2}', b'{"number": NaN}', b'{"number": 1e309}', b"{", b"null", b"[]",
     b'{"number": "secret-input"}', b'{"number": 1, "name": {"x": "secret-input"}}', b"\xff\xfe", b"[" * 100_000,
     b'{"number":' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_hostile_json_is_refused_without_an_echo(client, body):
    response = client("POST", "/api/v1/things", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in {400, 422}
    assert response.headers["content-type"] == "application/problem+json"
    assert b"secret-input" not in response.content
    json.loads(response.content)


def test_the_api_never_sees_a_cookie(client):
    client.cookies.set("session", "stolen")
    assert client("GET", "/api/v1/cookies").json() == {}


# -- limits --------------------------------------------------------------------------------------
async def endless(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65536):
        yield b"a" * 65536


def test_too_large_bodies_are_refused_by_their_length_and_while_they_come(client):
    urlencoded = {"Content-Type": "application/x-www-form-urlencoded"}
    big = b"name=" + b"a" * 3_000_000
    assert client("POST", "/form", content=big, headers=urlencoded).status_code == 413
    assert client("POST", "/form", content=endless(4_000_000), headers=urlencoded).status_code == 413
    assert (
        client("POST", "/form", content=b"", headers={"Content-Length": "99999999999999999999999"}).status_code == 413
    )
    assert client("POST", "/form", content=b"x", headers={"Content-Length": "-1"}).status_code == 400
    assert client("POST", "/api/v1/things", content=endless(11_000_000)).status_code == 413


def test_too_many_fields_are_refused(client):
    content = "&".join(f"f{n}=1" for n in range(5_001))
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRF-Token": client.token()}
    assert client("POST", "/form", content=content, headers=headers).status_code == 413


def test_a_file_arrives_with_its_size(client):
    files = {"file": ("../Adressen.csv", b"a;b\n", "text/csv")}
    client("POST", "/form", data={"csrf_token": client.token(), "name": "x"}, files=files)
    assert "Gespeichert: x|4" in client("GET", "/form").text


def multipart(parts: bytes, boundary: bytes = b"b") -> bytes:
    return b"--" + boundary + b"\r\n" + parts + b"\r\n--" + boundary + b"--\r\n"


FILE = b'Content-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
FIELD = b'Content-Disposition: form-data; name="name"\r\n\r\n'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"not multipart"),
        ("multipart/form-data; boundary=b", multipart(b"Content-Disposition: form-data\r\n\r\nx")),
        ("multipart/form-data; boundary=b", multipart(b"X: " + b"y" * 5_000_000 + b"\r\n" + FIELD)),
        ("multipart/form-data; boundary=b; charset=unicode_escape", multipart(FIELD + b"\\ud800")),
        ("multipart/form-data; boundary=b; charset=idna", multipart(FIELD + b"..a")),
        ("multipart/form-data; boundary=" + "b" * 300, b"--" + b"b" * 300),
        ("multipart/form-data; boundary=b", multipart(FIELD + b"x" * 2_200_000)),
        ("multipart/form-data; boundary=b", (b"--b\r\n" + FIELD + b"x\r\n") * 20_000 + b"--b--\r\n"),
        ("multipart/form-data; boundary=b", (b"--b\r\n" + FILE + b"x\r\n") * 11 + b"--b--"),
        ("text/plain", b"name=x"),
        ("application/json", b"{}"),
        ("\xff", b"x"),
        ("application/x-www-form-urlencoded", b"%ff=%&&&=;=%zz\x00\xff"),
    ],
)  # fmt: skip
def test_hostile_forms_never_crash(client, kind, body):
    headers = {"Content-Type": kind.encode("latin-1"), "X-CSRF-Token": client.token()}
    response = client("POST", "/form", content=body, headers=headers)
    assert response.status_code in {303, 400, 403, 413, 415, 422}


# -- hosts, proxies ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "host", ["evil.example", "consultation.example.evil.example", "", "[", "a@consultation.example@evil", "\xff"]
)
def test_an_unknown_host_is_refused(client, host):
    assert client("GET", "/form", headers={"Host": host.encode("latin-1")}).status_code == 400


@pytest.mark.parametrize(
    "host",
    [
        "consultation.example",
        "consultation.example:8000",
        "localhost",
        "127.0.0.1:1",
        "[::1]:8000",
        "CONSULTATION.example",
    ],
)
def test_a_known_host_is_answered(client, host):
    assert client("GET", "/who", headers={"Host": host}).status_code == 200


def test_forwarded_addresses_are_believed_from_configured_proxies_only(database, app):
    forwarded = {
        "X-Forwarded-For": "6.6.6.6, 198.51.100.7, 10.0.0.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
    }
    assert Client(app)("GET", "/who", headers=forwarded).json() == {"address": "203.0.113.9", "scheme": "http"}
    behind = Client(make(database, trusted_proxies="10.0.0.0/8"), peer="10.0.0.5")
    assert behind("GET", "/who", headers=forwarded).json() == {"address": "198.51.100.7", "scheme": "https"}
    assert behind("GET", "/who", headers={"X-Forwarded-For": "no address"}).json()["address"] == "10.0.0.5"


# -- machines ------------------------------------------------------------------------------------
def test_health_and_readiness(client):
    assert client("GET", "/healthz").text == "ok"
    assert client("GET", "/readyz").text == "ready"


def test_a_database_without_schema_is_not_ready(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}", threads=2)
    response = Client(make(database))("GET", "/readyz")
    database.close()
    assert response.status_code in {200, 503}


def test_figures_are_for_this_machine_or_for_the_token(database, app):
    assert Client(app, peer="127.0.0.1")("GET", "/metrics").status_code == 404
    open_app = make(database, metrics="1")
    assert Client(open_app)("GET", "/metrics").status_code == 404
    near = Client(open_app, peer="127.0.0.1")
    near("GET", "/items/7f3c8d52-0000-4000-8000-000000000000?name=Erika")
    near("GET", "/things/Musterstadt/who")
    text = near("GET", "/metrics").text
    assert 'route="/things/{thing}/who",status="200"' in text
    assert "Musterstadt" not in text
    assert 'route="/items/{item}",status="404"' in text
    assert "Erika" not in text
    assert near("GET", "/metrics", headers={"X-Forwarded-For": "6.6.6.6"}).status_code == 404
    secured = Client(make(database, metrics="1", metrics_token="t" * 20))
    assert secured("GET", "/metrics").status_code == 404
    assert secured("GET", "/metrics", headers={"Authorization": "Bearer " + "t" * 20}).status_code == 200


def test_every_route_of_the_site_wants_a_token_before_anything_else(database):
    app = create_app(Settings.model_validate({"base_url": BASE, "secret_key": KEY}), database)
    client = Client(app)
    for found in every_route(app):
        for method in found.methods - csrf.SAFE_METHODS if not found.path.startswith("/api/") else ():
            address = re.sub(r"\{[^}]*\}", str(uuid.UUID(int=1)), found.path)
            assert client(method, address).status_code == 403, f"{method} {found.path}"
            assert getattr(found.route, "body_field", None) is None, f"{found.path} reads its body by itself"
