"""OpenDocument text: checked, then packed anew with nothing but text and styles for the reader."""

import re
from collections.abc import Iterator
from typing import ClassVar

from consultation.core.language import M, Message
from consultation.programmes.importers import Importer, Source
from consultation.programmes.importers.guard import check_kind
from consultation.programmes.importers.package import (
    Attributes,
    Package,
    check_xml,
    encrypted,
    pack,
    with_macros,
    with_references,
)  # fmt: skip
from consultation.programmes.importers.pandoc import Unreadable, read_ast

_EXTERNAL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|/|\\|\.\./")
_LINKS = {"text a", "drawing a"}
_SOURCES = {"section-source", "dde-source", "dde-connection-decl", "include", "database-display"}
# Definitions of a term, as office programs style them; read as an indented paragraph, however the style is laid out.
_DEFINITION = re.compile(rb'(text:style-name=")Definition(?:_20_Definition)?(?:_20_Tight)?(")')
_INDENTED = (b'<style:style style:name="indented-definition" style:family="paragraph">'
             b'<style:paragraph-properties fo:margin-left="20mm"/></style:style>')  # fmt: skip
_STYLES_END = b"</office:automatic-styles>"
_CHANGES_BEGIN = re.compile(rb"<text:tracked-changes(?:\s[^<>]*?)?(/?)>")
_CHANGES_END = b"</text:tracked-changes>"


class Odt(Importer):
    key: ClassVar[str] = "odt"
    title: ClassVar[Message] = M("OpenDocument-Text (ODT)")
    extensions: ClassVar[tuple[str, ...]] = ("odt",)

    def read(self, data: bytes) -> Source:
        check_kind(data, "odt")
        package = Package(data)
        if any(name.startswith(("Basic/", "Scripts/")) for name in package.names):
            raise with_macros()
        if b"encryption-data" in package.read("META-INF/manifest.xml"):
            raise encrypted()
        seen = _Seen()
        content, styles = package.read("content.xml"), package.read("styles.xml")
        if not content:
            raise Unreadable
        check_xml(content, seen.element)
        if styles:
            check_xml(styles, seen.element)
        parts = {"mimetype": package.read("mimetype"), "content.xml": _prepared(content)}
        return Source(read_ast(pack(parts | ({"styles.xml": styles} if styles else {})), "odt"), seen.notes())


def _prepared(content: bytes) -> bytes:
    """Without what tracked changes deleted; definitions are indented, so that they are told from other text."""
    content = b"".join(_without_changes(content))
    if _STYLES_END not in content:
        return content
    content = _DEFINITION.sub(rb"\1indented-definition\2", content)
    return content.replace(_STYLES_END, _INDENTED + _STYLES_END, 1)


def _without_changes(content: bytes) -> Iterator[bytes]:
    """In one walk: each beginning is looked at once, and an end that is missing is missed once."""
    position = 0
    for begin in _CHANGES_BEGIN.finditer(content):
        if begin.start() < position:
            continue
        end = begin.end() if begin[1] else content.find(_CHANGES_END, begin.end())
        if end < 0:
            break
        yield content[position : begin.start()]
        position = end if begin[1] else end + len(_CHANGES_END)
    yield content[position:]


class _Seen:
    """What the parts contain beside text: refused at once, or noted for the report."""

    def __init__(self) -> None:
        self.changes = self.comments = self.embedded = False

    def element(self, name: str, attributes: Attributes) -> None:
        namespace, _, tag = name.rpartition(" ")
        family = namespace.rsplit(":", 2)[-2] if namespace.count(":") > 2 else namespace
        if tag in {"event-listener", "script", "library-embedded"} or (family == "form" and tag != "forms"):
            raise with_macros()
        if tag in _SOURCES or "XInclude" in namespace:
            raise with_references()
        if f"{family} {tag}" not in _LINKS and _EXTERNAL.match(attributes.get("http://www.w3.org/1999/xlink href", "")):
            raise with_references()
        self.changes = self.changes or tag == "changed-region"
        self.comments = self.comments or tag == "annotation"
        self.embedded = self.embedded or tag in {"object", "object-ole", "plugin", "applet"}

    def notes(self) -> tuple[Message, ...]:
        said = (
            (self.changes, M("Nachverfolgte Änderungen wurden angenommen. Bitte prüfen Sie den Wortlaut.")),
            (self.comments, M("Kommentare wurden nicht übernommen.")),
            (self.embedded, M("Eingebettete Dateien und Objekte wurden nicht übernommen.")),
        )
        return tuple(message for is_so, message in said if is_so)
