"""HTML: one self-contained file without script, served under a policy of its own."""

import base64
import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

from consultation.core.blocks import ListBlock
from consultation.core.language import SOURCE, M
from consultation.core.markup import environment, render
from consultation.documents import charts, layout, words
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
    captions = words.Captions(meta.language)
    for node in outline.walk():
        drawing = charts.drawing(node, meta.language) if isinstance(node, Chart) else None
        yield template.render(
            node=_shallow(node),
            kind=_kind,
            captions=captions,
            layout=layout,
            drawing=drawing,
            font="inherit",
            spoken=SPOKEN,
        )
    yield render("print/document-foot.html", {"meta": meta}, meta.language)


def _shallow(node: Node) -> Node:
    return layout.shallow(node) if isinstance(node, ListBlock) else node


def _kind(node: object) -> str:
    return type(node).__name__


@functools.cache
def style_hash() -> str:
    """What a Content-Security-Policy calls the one style of every document: `sha256-…`."""
    style = render("print/document.css", {}, SOURCE)
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def content_security_policy() -> str:
    """The policy under which documents are served, and readable in full."""
    return f"sandbox; default-src 'none'; style-src '{style_hash()}'; img-src data:"
