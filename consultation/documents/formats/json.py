"""JSON: the whole edition as one document, described by `schema()`."""

from pathlib import Path
from typing import Any

from consultation.core.language import M
from consultation.core.times import utc_text
from consultation.documents.formats import Compiled, DocumentFormat
from consultation.documents.machine import encoded

VERSION = 1


class Json(DocumentFormat):
    key = "json"
    title = M("JSON (alle Daten)")
    media_type = "application/json"
    extension = "json"

    def write(self, compiled: Compiled, target: Path) -> None:
        count = 0
        with target.open("wb") as file:
            file.write(b'{"version":%d,"document":%s,"head":%s,"records":[' % (
                VERSION, encoded(_document(compiled)), encoded(compiled.head),
            ))  # fmt: skip
            for count, record in enumerate(compiled.records(), start=1):
                file.write((b",\n" if count > 1 else b"\n") + encoded(record))
            file.write(b'\n],"count":%d}\n' % count)


def _document(compiled: Compiled) -> dict[str, Any]:
    meta = compiled.outline.meta
    return {
        "title": meta.title,
        "subtitle": meta.subtitle,
        "author": meta.author,
        "language": meta.language,
        "moment": utc_text(meta.moment),
        "marks": meta.marks,
        "facts": [{"label": label, "text": text} for label, text in meta.facts],
    }


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the file."""
    text = {"type": "string"}
    fact = {
        "type": "object",
        "properties": {"label": text, "text": text},
        "required": ["label", "text"],
        "additionalProperties": False,
    }
    document = {
        "type": "object",
        "description": "What stands on the title page. The marks belong to every copy of the data.",
        "properties": {
            "title": text,
            "subtitle": text,
            "author": text,
            "language": {"enum": ["de", "en"]},
            "moment": {"type": "string", "format": "date-time"},
            "marks": {"type": "array", "items": text},
            "facts": {"type": "array", "items": fact},
        },
        "required": ["title", "subtitle", "author", "language", "moment", "marks", "facts"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Consolidated document",
        "type": "object",
        "properties": {
            "version": {"const": VERSION, "description": "Grows with every incompatible change of this format."},
            "document": document,
            "head": {"type": "object", "description": "The edition: consultation, data cut, questionnaire, figures."},
            "records": {"type": "array", "items": {"type": "object"}, "description": "In the order of the NDJSON."},
            "count": {"type": "integer", "minimum": 0, "description": "Number of records; last, so a cut file shows."},
        },
        "required": ["version", "document", "head", "records", "count"],
        "additionalProperties": False,
    }
