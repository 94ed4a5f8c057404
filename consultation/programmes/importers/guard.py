"""What is refused before any reader sees it: too large, not what it claims to be, hostile."""

from consultation.core.errors import Invalid
from consultation.core.language import M, Message

MAX_BYTES = 20 * 1024 * 1024
"""An upload. A draft of 300 pages is under 1 MB; with pictures, which are not taken over, some 10 MB."""
MAX_TEXT_BYTES = 4 * 1024 * 1024
"""Markdown or HTML. The longest German laws have 2 MB."""
MAX_TEXT_DEPTH = 200
"""Nested quotations, lists or elements; people nest six."""


def check_size(data: bytes) -> None:
    if not data:
        raise Invalid(M("Die Datei ist leer. Bitte wählen Sie die Datei mit dem Entwurf."))
    if len(data) > MAX_BYTES:
        raise Invalid(M("Die Datei ist größer als {count} MB. Bitte entfernen Sie Bilder und Anhänge.",
                        count=MAX_BYTES // 1024 // 1024))  # fmt: skip


def check_text(data: bytes) -> tuple[str, tuple[Message, ...]]:
    """The text of a Markdown or HTML file, and what to say about its encoding."""
    if len(data) > MAX_TEXT_BYTES:
        raise Invalid(M("Der Text ist größer als {count} MB. Bitte teilen Sie ihn auf.",
                        count=MAX_TEXT_BYTES // 1024 // 1024))  # fmt: skip
    text, notes = _decode(data)
    if "\x00" in text:
        raise Invalid(M("Die Datei ist kein Text. Bitte speichern Sie den Entwurf als DOCX, ODT, HTML oder Markdown."))
    return text, notes


def _decode(data: bytes) -> tuple[str, tuple[Message, ...]]:
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        note = M(
            "Die Datei ist nicht in UTF-8 gespeichert; sie wurde als Windows-1252 gelesen. Bitte prüfen Sie die Umlaute."
        )
        return text, (note,) if encoding == "cp1252" else ()
    raise Invalid(M("Die Zeichen der Datei lassen sich nicht lesen. Bitte speichern Sie sie in der Kodierung UTF-8."))


_SIGNATURES = (
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0", "ole"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
    (b"\x1f\x8b", "GZIP"),
)
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.text"
_HTML = (b"<!doctype html", b"<html")


def check_kind(data: bytes, kind: str) -> None:
    """`kind` ("docx", "odt", "html", "text") is what the file's name promises; raises `Invalid` if the content differs."""
    found = _found(data)
    if found == "ole":
        raise Invalid(M("Die Datei ist mit einem Kennwort geschützt oder im alten Format DOC gespeichert. "
                        "Bitte speichern Sie sie ohne Kennwort als DOCX oder ODT."))  # fmt: skip
    if found != kind and not (kind == "html" and found == "text"):
        raise Invalid(M("Der Inhalt der Datei passt nicht zu ihrer Endung: erwartet wurde {expected}, gefunden {found}. "
                        "Bitte speichern Sie den Entwurf als DOCX, ODT, HTML oder Markdown.",
                        expected=_KINDS[kind], found=_KINDS.get(found, M("{found}", found=found))))  # fmt: skip


_KINDS = {
    "docx": M("ein Word-Dokument (DOCX)"),
    "odt": M("ein OpenDocument-Text (ODT)"),
    "html": M("eine HTML-Seite"),
    "text": M("Text"),
    "zip": M("ein anderes Archiv"),
}


def _found(data: bytes) -> str:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data.startswith(b"PK"):
        if _OPEN_DOCUMENT in data[:200]:
            return "odt"
        return "docx" if b"word/" in data else "zip"
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "html" if start.startswith(_HTML) else "text"
