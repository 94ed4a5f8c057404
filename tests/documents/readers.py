"""Readers that know nothing of the writers: each opens a file with foreign tools and says what is in it."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import html5lib
from lxml import etree

from tests.documents.tagged_pdf import TaggedPdf


@dataclass
class Read:
    headings: list[tuple[int, str]] = field(default_factory=list)
    """Level as in the outline and text; title and contents left out."""
    tables: list[tuple[str, ...]] = field(default_factory=list)
    """Header rows; empty for a table without one. The first is the table of facts."""
    row_headers: list[bool] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)
    text: str = ""
    """In reading order."""


def squeezed(text: str) -> str:
    """Without white space and places to break, which every format sets for itself."""
    return re.sub(r"[\s\u200b\u00ad\u2010-]+", "", text)


def folded(text: str) -> str:
    return " ".join(text.split())


def read(path: Path) -> Read:
    return {".html": html, ".pdf": pdf, ".docx": docx, ".odt": odt}[path.suffix](path)


# -- HTML ------------------------------------------------------------------------------------------
def html(path: Path) -> Read:
    tree = html5lib.parse(path.read_text(encoding="utf-8"), treebuilder="lxml", namespaceHTMLElements=False).getroot()
    found = Read(text=_all_text(tree.find(".//main")))
    for node in tree.find(".//main").iter("h2", "h3", "h4", "h5"):
        found.headings.append((int(node.tag[1]) - 1, folded(_all_text(node))))
    for table in tree.iter("table"):
        found.tables.append(tuple(folded(_all_text(cell)) for cell in table.findall("./thead/tr/th[@scope='col']")))
        found.row_headers.append(table.find("./tbody/tr/th[@scope='row']") is not None)
    svg = "{http://www.w3.org/2000/svg}"
    found.alternatives = [
        _all_text(node.find(f"{svg}desc")) for node in tree.iter(f"{svg}svg") if node.get("role") == "img"
    ]
    return found


def _all_text(node: Any) -> str:
    for line in node.iter("br"):
        line.tail = "\n" + (line.tail or "")
    return "".join(node.itertext())


# -- PDF -------------------------------------------------------------------------------------------
def pdf(path: Path) -> Read:
    with TaggedPdf(path) as tagged:
        found = Read(text=tagged.text(tagged.root))
        for node, kind in tagged.walk():
            if re.fullmatch(r"H\d", kind):
                found.headings.append((int(kind[1]), folded(tagged.text(node))))
            elif kind == "Figure":
                found.alternatives.append(str(node.Alt))
            elif kind == "Table":
                found.tables.append(tuple(folded(tagged.text(cell)) for cell in tagged.headers(node, "Column")))
                found.row_headers.append(bool(tagged.headers(node, "Row")))
    found.headings = [h for h in found.headings if h[1] not in {"Inhalt", "Contents"}]
    return found


# -- DOCX ------------------------------------------------------------------------------------------
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"


def docx(path: Path) -> Read:
    with zipfile.ZipFile(path) as file:
        body = etree.fromstring(file.read("word/document.xml"))
    found = Read(alternatives=[node.get("descr", "") for node in body.iter(f"{WP}docPr")])
    lines = []
    for node in body.iter(f"{W}p"):
        style = node.find(f"{W}pPr/{W}pStyle")
        name = "" if style is None else style.get(f"{W}val", "")
        line = _word_text(node)
        lines.append(line)
        if re.fullmatch(r"Heading\d", name):
            found.headings.append((int(name[-1]), folded(line)))
    for table in body.iter(f"{W}tbl"):
        rows = [row for row in table.findall(f"{W}tr") if row.find(f"{W}trPr/{W}tblHeader") is not None]
        found.tables.append(tuple(folded(_word_text(cell)) for row in rows for cell in row.findall(f"{W}tc")))
        look = table.find(f"{W}tblPr/{W}tblLook")
        found.row_headers.append(look is not None and look.get(f"{W}firstColumn") == "1")
    found.text = "\n".join(lines)
    return found


def _word_text(node: Any) -> str:
    signs = {f"{W}t": None, f"{W}br": "\n", f"{W}tab": "\t"}
    return "".join(signs[part.tag] or part.text or "" for part in node.iter(*signs) if part.getparent().tag == f"{W}r")


# -- ODT -------------------------------------------------------------------------------------------
URN = "urn:oasis:names:tc:opendocument:xmlns:"
TEXT, TABLE, SVG = (f"{{{URN}{name}:1.0}}" for name in ("text", "table", "svg-compatible"))


def odt(path: Path) -> Read:
    with zipfile.ZipFile(path) as file:
        body = etree.fromstring(file.read("content.xml"))
    office: Any = body[-1][0]
    for contents in office.findall(f"{TEXT}table-of-content"):
        office.remove(contents)
    found = Read(alternatives=[node.text or "" for node in body.iter(f"{SVG}desc")])
    found.headings = [(int(n.get(f"{TEXT}outline-level", "0")), folded(_open_text(n))) for n in body.iter(f"{TEXT}h")]
    for table in body.iter(f"{TABLE}table"):
        cells = table.iterfind(f"{TABLE}table-header-rows/{TABLE}table-row/{TABLE}table-cell")
        found.tables.append(tuple(folded(_open_text(cell)) for cell in cells))
    found.text = "\n".join(_open_text(node) for node in body.iter(f"{TEXT}p", f"{TEXT}h"))
    return found


def _open_text(node: Any) -> str:
    return "".join(_open_parts(node))


def _open_parts(node: Any) -> Iterator[str]:
    signs = {f"{TEXT}line-break": "\n", f"{TEXT}tab": "\t"}
    if node.tag in (f"{SVG}title", f"{SVG}desc"):
        return
    yield signs.get(node.tag) or (" " * int(node.get(f"{TEXT}c", "1")) if node.tag == f"{TEXT}s" else node.text or "")
    for child in node:
        yield from _open_parts(child)
        yield child.tail or ""
