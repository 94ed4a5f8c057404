"""HTML: one self-contained file without script, served under a policy of its own."""

import base64
import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

from consultation.core.blocks import ListBlock
from consultation.core.language import SOURCE, Language, M
from consultation.core.markup import environment, render
from consultation.documents import charts, layout, small_screens, words
from consultation.documents.formats import Compiled, DocumentFormat
from consultation.documents.outline import SPOKEN, Chart, Node, Outline
from consultation.documents.texts import writable


class Html(DocumentFormat):
    key = "html"
    title = M("HTML (eine Datei für den Browser)")
    media_type = "text/html"
    extension = "html"
    reads_outline = True

    def write(self, compiled: Compiled, target: Path) -> None:
        with target.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(writable(part) for part in parts(compiled.outline))


def parts(outline: Outline) -> Iterator[str]:
    """The page in pieces, top to bottom."""
    meta = outline.meta
    yield render("print/document-head.html", {"meta": meta, "contents": outline.contents()}, meta.language)
    template = environment(meta.language).get_template("print/node.html")
    captions, listed = words.Captions(meta.language), outline.has_contents
    for node in outline.walk():
        drawn = _drawn(node, meta.language) if isinstance(node, Chart) else {}
        yield template.render(
            node=_shallow(node),
            kind=_kind,
            captions=captions,
            layout=layout,
            small_screens=small_screens,
            listed=listed,
            font="inherit",
            spoken=SPOKEN,
            **drawn,
        )
    yield render("print/document-foot.html", {"meta": meta, "listed": listed}, meta.language)


def _drawn(chart: Chart, language: Language) -> dict[str, charts.Drawing]:
    """Twice; the style sheet shows the one that can be read on the screen, the broad one is read aloud."""
    return {
        "drawing": charts.drawing(chart, language),
        "narrow": charts.drawing(chart, language, charts.TELEPHONE),
    }


def _shallow(node: Node) -> Node:
    return layout.shallow(node) if isinstance(node, ListBlock) else node


def _kind(node: object) -> str:
    return type(node).__name__


@functools.cache
def style_hash() -> str:
    """What a Content-Security-Policy calls the one style of every document: `sha256-…`."""
    return hash_of(render("print/document.css", {}, SOURCE).encode())


def hash_of(style: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(style).digest()).decode()


def content_security_policy(*styles: str) -> str:
    """The policy under which documents are served, and readable in full. `styles` are the hashes of other ones allowed."""
    allowed = " ".join(f"'{style}'" for style in styles or (style_hash(),))
    return f"sandbox; default-src 'none'; style-src {allowed}; img-src data:"
