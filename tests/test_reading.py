"""An HTML document as the service shows it: the frozen bytes with the way back above them, and nothing else changed."""

import hashlib
from pathlib import Path

import pytest

from consultation.core.db import Database
from consultation.documents.formats import write_document
from consultation.documents.formats.html import content_security_policy, hash_of
from consultation.documents.framed import Framed, framed
from consultation.documents.models import Edition
from consultation.states import Audience
from tests.browsing import Browser, site
from tests.documents import golden
from tests.edition_world import AFTER, Weighed, compiled, path_of, weighed
from tests.test_outcome import publish

BACK = "/consultations/frist/editions/1"


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reading") / "golden.html"
    write_document(golden.compiled().outline, "html", path)
    return path


def sent(made: Framed) -> bytes:
    return b"".join(made.parts())


def without_the_way_back(page: bytes) -> bytes:
    before, _, rest = page.partition(b"\n<style>.way-back")
    middle, _, rest = rest.partition(b"</style>")[2].partition(b'<nav class="way-back"')
    return before + middle + rest.partition(b"</nav>")[2]


def test_the_document_keeps_every_byte_and_the_way_back_stands_above_it(frozen: Path) -> None:
    made = framed(frozen, BACK, None, "de")
    page = sent(made)
    assert f'<a href="{BACK}">'.encode() in page
    assert without_the_way_back(page) == frozen.read_bytes()
    assert made.size == len(page)


def test_a_newer_edition_is_named_in_the_language_of_the_reader(frozen: Path) -> None:
    page = sent(framed(frozen, BACK, (2, "/consultations/frist/editions/2"), "en")).decode()
    assert '<nav class="way-back" lang="en"' in page
    assert '<a href="/consultations/frist/editions/2">' in page


def test_the_style_a_document_was_frozen_with_stays_allowed(frozen: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.html"
    older.write_bytes(frozen.read_bytes().replace(b"<style>", b"<style>/* as it was */", 1))
    style = older.read_bytes().partition(b"<style>")[2].partition(b"</style>")[0]
    assert f"'{hash_of(style)}'" in framed(older, BACK, None, "de").policy
    assert f"'{hash_of(style)}'" not in framed(frozen, BACK, None, "de").policy


def test_what_is_no_document_of_ours_is_sent_as_it_is(tmp_path: Path) -> None:
    other = tmp_path / "other.html"
    other.write_bytes(b"<!doctype html><title>x</title>")
    made = framed(other, BACK, None, "de")
    assert (sent(made), made.policy) == (other.read_bytes(), content_security_policy())


def test_the_page_shows_the_way_back_and_the_download_is_what_was_frozen(db: Database, tmp_path: Path) -> None:
    found = weighed(db, count=12)
    first = _published(db, found, tmp_path)
    anybody = Browser(site(db, AFTER, data_dir=tmp_path))
    at = f"/consultations/{found.world.slug}/editions"
    file = path_of(tmp_path / "documents", first, "html")
    page = anybody.send("GET", f"{at}/1/document")
    assert f'<a href="{at}/1">' in page.text
    assert without_the_way_back(page.content) == file.read_bytes()
    taken = anybody.send("GET", f"{at}/1/files/{file.name}").content
    assert hashlib.sha256(taken).hexdigest() == next(one.sha256 for one in first.files if one.format == "html")
    known = {"if-none-match": page.headers["etag"]}
    assert anybody.send("GET", f"{at}/1/document", headers=known).status_code == 304
    _published(db, found, tmp_path)
    again = anybody.send("GET", f"{at}/1/document", headers=known)
    assert again.status_code == 200
    assert f'<a href="{at}/2">' in again.text
    assert f'<a href="{at}/1">' not in anybody.send("GET", f"{at}/2/document").text


def _published(db: Database, found: Weighed, folder: Path) -> Edition:
    edition = compiled(db, found, folder / "documents", Audience.PUBLIC)
    publish(db, found, edition, folder / "documents")
    return edition
