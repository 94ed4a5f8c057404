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
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
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
