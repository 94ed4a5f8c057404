"""HTML: one file that needs nothing else and may do nothing."""

import base64
import hashlib
import re
from typing import Any

import html5lib
import pytest

from consultation.documents.formats import html, write_document
from tests.documents import golden


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("html") / "golden.html"
    write_document(golden.compiled().outline, "html", path)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tree(page: str) -> Any:
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
    parsed = parser.parse(page)
    errors = [error for _, error, _ in parser.errors if error != "invalid-codepoint"]
    assert errors == []
    return parsed.getroot()


def test_the_policy_allows_the_one_style_and_nothing_else(tree: Any):
    (style,) = tree.findall(".//style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert html.content_security_policy() == f"sandbox; default-src 'none'; style-src 'sha256-{digest}'; img-src data:"
    assert [node.tag for node in tree.iter() if node.get("style") is not None] == []


def test_nothing_is_fetched_and_nothing_runs(tree: Any, page: str):
    tags = {node.tag for node in tree.iter() if isinstance(node.tag, str)}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert not [
        name for node in tree.iter() for name in node.attrib if name.startswith("on") or name in {"src", "srcset"}
    ]
    assert all(node.get("href").startswith("#") for node in tree.iter("a"))
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_one_first_heading_unique_names_and_links_that_lead_somewhere(tree: Any):
    assert [node.text for node in tree.findall(".//h1")] == [golden.meta().title]
    names = [node.get("id") for node in tree.iter() if node.get("id")]
    assert len(names) == len(set(names))
    assert {node.get("href")[1:] for node in tree.iter("a")} <= set(names)


def test_the_contents_list_the_headings(tree: Any):
    entries = ["".join(node.itertext()) for node in tree.findall(".//nav//a")]
    assert entries == [heading.text for heading in golden.compiled().outline.contents()]


def test_the_marks_stand_at_the_top(tree: Any):
    assert [node.text for node in tree.findall(".//aside/p")] == list(golden.meta().marks)


def test_title_language_and_author_are_told(tree: Any):
    assert tree.get("lang") == "de"
    assert tree.find(".//title").text == golden.meta().title
    assert tree.find(".//meta[@name='author']").get("content") == golden.meta().author


def test_no_text_became_markup(page: str):
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in page
    assert "54275" not in page.replace(golden.LONG_WORD, "")
