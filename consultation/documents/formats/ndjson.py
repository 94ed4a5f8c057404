"""NDJSON: one record a line; the last line carries the count, so a cut file is noticed."""

from pathlib import Path

from consultation.core.language import M
from consultation.documents.formats import Compiled, DocumentFormat
from consultation.documents.machine import encoded


class Ndjson(DocumentFormat):
    key = "ndjson"
    title = M("NDJSON (ein Datensatz je Zeile)")
    media_type = "application/x-ndjson"
    extension = "ndjson"

    def write(self, compiled: Compiled, target: Path) -> None:
        count = 0
        with target.open("wb") as file:
            for count, record in enumerate(compiled.records(), start=1):  # noqa: B007 -- the last number is the count
                file.write(encoded(record) + b"\n")
            file.write(encoded({"type": "end", "count": count}) + b"\n")
