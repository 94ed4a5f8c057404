"""Nothing leaves the house that must not: one published edition, and every byte that anybody outside can get is searched.

Which word may stand where is one table (`MAY` in tests/secrecy_world.py); nothing here knows a word by itself.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from consultation.core.db import Database
from consultation.documents.folders import folder_of
from consultation.documents.formats import FORMATS
from consultation.documents.models import Edition
from consultation.documents.procedure import procedure
from consultation.documents.volumes import READABLE
from consultation.mail.transport import Folder
from consultation.programmes.models import DraftVersion
from consultation.responses import desk, disclosures
from consultation.responses.models import Response
from consultation.settings import Settings
from consultation.subjects import system
from consultation.worker import run_due
from tests import evaluation_world as small
from tests import secrecy_world as w
from tests.browsing import BASE, KEY, Browser, site
from tests.edition_world import sha256
from tests.secrecy_world import AFTER, MAY, Secrets, word
from tests.unpacked import unpacked

Read = dict[str, str]
"""Where → everything that can be read there."""


@dataclass
class House:
    secrets: Secrets
    app: FastAPI
    edition: Edition

    def read(self) -> dict[str, Read]:
        """Surface → what stands on it."""
        files = dict(self._files())
        with capture_logs() as lines:
            pages = _crawl(Browser(self.app), self._addresses())
            other = Browser(self.app)
            other.log_in(w.person_of(self.secrets, self.secrets.towns[w.SILENT]))
            own = f"/o/{self.secrets.world.bodies[self.secrets.towns[w.SILENT]]}"
            other_pages = _crawl(other, ["/account", own, f"{own}/answers", *self._addresses()])
            api, other_api = dict(self._api("")), dict(self._api(self.secrets.token))
        return {
            w.FILES: files, w.PAGES: pages, w.OTHER_PAGES: other_pages, w.API: api, w.OTHER_API: other_api,
            w.MAILS: dict(self._mails()), w.LOG: {str(n): str(line) for n, line in enumerate(lines)},
            w.PROCEDURE: dict(self._procedure()), w.METRICS: {"metrics": self._metrics()},
        }  # fmt: skip

    def _files(self) -> Iterator[tuple[str, str]]:
        """As anybody downloads them."""
        for file in self.edition.files:
            path = f"/consultations/{self.secrets.world.slug}/editions/1/files/{file.name}"
            got = Browser(self.app).send("GET", path)
            assert sha256(got.content) == file.sha256
            yield file.name, _text(file.name, got.content) + str(got.headers)

    def _addresses(self) -> list[str]:
        """Where a crawl begins; also what only somebody who guesses would try."""
        responses = [f"/consultations/{slug}" for slug in (self.secrets.world.slug, "invited", "preparing")]
        guessed = [
            f"{at}{more}"
            for at in responses
            for more in ("", "/draft", "/changes", "/editions/1/document", "/editions/2")
        ]
        return ["/", "/search?q=Kz", "/feed.atom", "/sitemap.xml", "/robots.txt", *guessed]

    def _api(self, token: str) -> Iterator[tuple[str, str]]:
        """Every resource that can be read, for everything that stands in this world."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        asked = Browser(self.app)
        paths = asked.send("GET", "/api/v1/openapi.json").json()["paths"]
        for path in (p for p, verbs in paths.items() if "get" in verbs):
            for address in self._filled(path):
                got = asked.send("GET", address, headers=headers)
                assert got.status_code < 500, address
                yield address, _text(address, got.content) + str(got.headers)

    def _filled(self, path: str) -> Iterator[str]:
        with self.secrets.db.reader() as session:
            programme = self.secrets.world.consultation(session).programme.slug
            responses = [str(one) for one in session.scalars(select(Response.id))]
            drafts = [str(one) for one in session.scalars(select(DraftVersion.id))]
        known = {
            "slug": [programme] if "/programmes/" in path else [self.secrets.world.slug, "invited", "preparing"],
            "number": ["1"], "format": list(FORMATS), "key": ["state"], "ars": [self.secrets.towns[0]],
            "response_id": responses, "volume": ["1", "2"], "draft_version_id": drafts, "kind": ["ndjson"],
        }  # fmt: skip
        names = re.findall(r"\{(\w+)\}", path)
        for values in product(*(known.get(name, [str(self.edition.id)]) for name in names)):
            address = path
            for name, value in zip(names, values, strict=True):
                address = address.replace(f"{{{name}}}", value)
            yield address

    def _mails(self) -> Iterator[tuple[str, str]]:
        """To everybody, since the first invitation."""
        folder = self.secrets.folder / "mail"
        settings = Settings.model_validate({"base_url": BASE, "secret_key": KEY, "data_dir": self.secrets.folder})
        run_due(self.secrets.db, settings, Folder(folder, settings.mail_from), AFTER + timedelta(minutes=5))
        for path in folder.iterdir():
            yield path.name, "".join(unpacked(path.name, path.read_bytes()))

    def _procedure(self) -> Iterator[tuple[str, str]]:
        """Every line of the log with its details."""
        with self.secrets.db.reader() as session:
            compiled = procedure(session, system(AFTER), self.secrets.world.slug)
            for row in compiled.sheets[0].rows():
                yield str(row[0]), str(row)

    def _metrics(self) -> str:
        answer = Browser(self.app, peer="127.0.0.1").send("GET", "/metrics")
        assert answer.status_code == 200
        return answer.text


_seen: dict[str, str] = {}


def _text(where: str, content: bytes) -> str:
    """Everything in it; the same bytes are taken apart once."""
    key = sha256(content)
    if key not in _seen:
        _seen[key] = "".join(unpacked(where, content))
    return where + _seen[key]


def _crawl(browser: Browser, start: list[str]) -> Read:
    """Every page that can be reached by links, files and calendars too."""
    read: Read = {}
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path in read:
            continue
        got = browser.send("GET", path)
        assert got.status_code < 500, path
        read[path] = _text(path, got.content) + str(got.headers)
        kind = got.headers.get("content-type", "")
        found = re.findall(r'(?:href|src|action)="([^"]+)"', got.text) if "html" in kind else []
        found += re.findall(rf"{BASE}(/[^<\"\s]*)", got.text) if "xml" in kind else []
        found += [got.headers["location"]] if "location" in got.headers else []
        waiting += [address for one in found if (address := _inside(one, path)) and _wanted(address)]
    return read


def _inside(address: str, page: str) -> str:
    plain = address.replace("&amp;", "&").partition("#")[0].removeprefix(BASE)
    return page.partition("?")[0] + plain if plain.startswith("?") else plain


def _wanted(address: str) -> bool:
    """Only this house, and nothing that says the same in another language or another order."""
    return address.startswith("/") and not re.search(
        r"^//|^/static|/logout|[?&](lang|sort|order|next)=|/draft/", address
    )


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    secrets = w.build(db, tmp_path)
    app = site(db, AFTER + timedelta(minutes=10), data_dir=tmp_path, metrics="1")
    edition = w.publish(secrets)
    return House(secrets, app, edition)


def test_every_word_stands_where_it_may_and_nowhere_else(house: House) -> None:
    surfaces = house.read()
    empty = [name for name, read in surfaces.items() if not read]
    assert empty == []
    for surface, ending in ((w.FILES, ".pdf"), (w.PAGES, ".docx"), (w.API, "volumes/2/odt")):
        assert any(("-band-02." in name or "volumes" in name) and name.endswith(ending) for name in surfaces[surface])
    found = {
        (name, surface): [where for where, text in read.items() if word(name).lower() in text.lower()]
        for name in MAY
        for surface, read in surfaces.items()
    }
    numbers = re.compile(r"64[.,\s]?731[.,\s]?\d{3}\b")
    outside = {surface: read for surface, read in surfaces.items() if surface != w.PROCEDURE}
    assert [where for read in outside.values() for where, text in read.items() if numbers.search(text)] == []
    leaked = {place: where[:3] for place, where in found.items() if where and place[1] not in MAY[place[0]]}
    assert leaked == {}
    lacking = [name for name, may in MAY.items() if w.FILES in may and not found[name, w.FILES]]
    assert lacking == []
    assert found["invited title", w.OTHER_PAGES], "whoever is invited reads the title"
    words = {name for name in surfaces[w.FILES] if not name.endswith(".csv")}
    for name in (name for name in words if "-band-" not in name):
        assert "[geschwärzt]" in surfaces[w.FILES][name], name
    hiding = {
        name.rpartition(".")[2] for name in words if "-band-" in name and "[geschwärzt]" in surfaces[w.FILES][name]
    }
    assert hiding == set(READABLE)


def test_who_may_not_be_named_is_named_nowhere(house: House) -> None:
    """Neither by name nor by key; the villages for whom a union speaks tell who it is."""
    surfaces = house.read()
    hidden = [n for n, level in enumerate(w.LEVELS) if level != "named"]
    for number in hidden:
        key = house.secrets.towns[number]
        alone = re.compile(rf"\bOrt {int(key[-3:])}\b(?!\d)|{key}")
        for surface in (w.FILES, w.PAGES, w.API, w.LOG, w.METRICS):
            register = "/organisations" if surface == w.API else "nothing"
            named = [p for p, text in surfaces[surface].items() if alone.search(text) and register not in p]
            assert named == [], (number, surface)


def test_a_change_of_mind_after_closing_counts_for_the_next_edition_and_the_published_one_stays(house: House) -> None:
    """Byte for byte, and for everybody who downloads it."""
    secrets, first = house.secrets, house.edition
    folder = folder_of(secrets.documents, first.id)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with secrets.db.transaction() as session:
        for body in (*(secrets.towns[n] for n, level in enumerate(w.LEVELS) if level == "named"), w.CITY):
            town = replace(small.somebody_of(session, secrets.world, body), moment=AFTER + timedelta(hours=1))
            own = desk.open_desk(session, town, _response(session, secrets, body))
            disclosures.change(session, town, own, {"participant": "none", "A": "figures", "B": "none"})
    secrets.planner = replace(secrets.planner, moment=AFTER + timedelta(hours=2))
    later = w.compile_again(secrets, AFTER + timedelta(hours=2))
    whole = "".join(
        "".join(unpacked(path.name, path.read_bytes())) for path in folder_of(secrets.documents, later.id).iterdir()
    )
    assert [kind for kind in w.KINDS if word(f"named.{kind}") in whole] == []
    assert [kind for kind in w.KINDS if word(f"described.{kind}") not in whole] == []
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert len(dict(house._files())) == len(first.files)


def _response(session: Session, secrets: Secrets, body: str) -> uuid.UUID:
    own = select(Response.id).where(Response.organisation_id == secrets.world.bodies[body])
    return session.scalars(own).one()
