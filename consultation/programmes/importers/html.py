"""Web pages: only elements that carry text reach the reader, without attributes that could do anything."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from consultation.core.errors import Invalid
from consultation.core.language import M, Message
from consultation.programmes.importers import Importer, Source
from consultation.programmes.importers.guard import MAX_TEXT_DEPTH, check_kind, check_text
from consultation.programmes.importers.pandoc import read_ast

# Elements whose content is not text of the draft; dropped whole.
_DROPPED = re.compile(
    "script|style|noscript|template|i?frame|frameset|object|applet|svg|math|canvas|audio|video|select|textarea|button|"
    "datalist|nav|dialog"
)
_NESTING = re.compile(
    "html|body|div|section|article|main|blockquote|pre|ul|ol|dl|table|a|b|strong|i|em|u|s|del|sub|sup|q|code|caption"
)
_LOOSE = re.compile("head|title|h[1-6]|p|br|hr|li|dt|dd|thead|tbody|tfoot|tr|th|td|img")
_ATTRIBUTES = {"a": ("href",), "td": ("colspan", "rowspan"), "th": ("colspan", "rowspan"), "ol": ("start", "type")}
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_ATTRIBUTE = re.compile(r"(?<![a-zA-Z])([a-zA-Z]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_MAX_TAG = 5000
"""Characters of one tag; a longer one loses its attributes."""


class Html(Importer):
    key: ClassVar[str] = "html"
    title: ClassVar[Message] = M("HTML")
    extensions: ClassVar[tuple[str, ...]] = ("html", "htm", "xhtml")

    def read(self, data: bytes) -> Source:
        check_kind(data, "html")
        text, notes = check_text(data)
        dropped: Counter[str] = Counter()
        plain = "".join(_plain(text, dropped))
        if dropped:
            what = tuple(sorted(dropped))
            notes = (*notes, M("Diese Bestandteile der Seite wurden nicht übernommen: {what}.", what=what))
        return Source(read_ast(plain.encode(), "html-raw_html-native_divs-native_spans"), notes)


def _plain(text: str, dropped: Counter[str]) -> Iterator[str]:
    """The page with known elements only; every other tag goes and its content stays."""
    depth: Counter[str] = Counter()
    position, end = 0, len(text)
    last = text.rfind(">")  # behind it nothing is a tag: keeps a page of a million "<" cheap
    while position < end:
        start = text.find("<", position)
        yield _escaped(text[position : start if start >= 0 else end])
        if start < 0:
            return
        name = _NAME.match(text, start)
        closing = _tag_end(text, start) if start < last and (name or text.startswith(("<!", "<?"), start)) else -1
        if closing < 0:
            yield "&lt;"
            position = start + 1
        elif name is None:
            position = _declaration_end(text, start, closing)
        else:
            tag, source = name[1].casefold(), text[start:closing]
            position = closing
            if _DROPPED.fullmatch(tag):
                dropped[tag] += 1
                position = closing if source.startswith("</") else _element_end(text, tag, closing)
            else:
                yield _tag(tag, source, depth)


def _escaped(text: str) -> str:
    return text.replace(">", "&gt;")


def _tag_end(text: str, start: int) -> int:
    """Behind the ">" of a tag, which may stand in quotes before; -1 if there is none."""
    end = start
    for _ in range(5):
        end = text.find(">", end + 1)
        if end < 0 or text.count('"', start, end) % 2 == 0 or end - start > _MAX_TAG:
            break
    return end + 1 if end >= 0 else -1


def _declaration_end(text: str, start: int, closing: int) -> int:
    if not text.startswith("<!--", start):
        return closing
    end = text.find("-->", start + 4)
    return end + 3 if end >= 0 else len(text)


def _element_end(text: str, tag: str, position: int) -> int:
    """Behind the end tag; without one the rest of the page belongs to the element, as browsers read it."""
    found = re.compile(rf"</{tag}\b", re.IGNORECASE).search(text, position)
    closing = text.find(">", found.end()) if found else -1
    return closing + 1 if closing >= 0 else len(text)


def _tag(tag: str, source: str, depth: Counter[str]) -> str:
    nests = _NESTING.fullmatch(tag)
    if not nests and not _LOOSE.fullmatch(tag):
        return ""
    if source.startswith("</"):
        depth[tag] = max(0, depth[tag] - 1)
        return f"</{tag}>"
    if nests:
        depth[tag] += 1
        if depth.total() > MAX_TEXT_DEPTH:
            raise Invalid(M("Das Dokument ist zu tief verschachtelt. Bitte vereinfachen Sie Listen und Tabellen."))
    return f"<{tag}{_attributes(tag, source)}>"


def _attributes(tag: str, source: str) -> str:
    wanted = _ATTRIBUTES.get(tag, ())
    if not wanted or len(source) > _MAX_TAG:
        return ""
    found = {name.casefold(): html.unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(source)}
    return "".join(f' {name}="{html.escape(found[name])}"' for name in wanted if name in found)
