"""A zip file that is the same for the same content: fixed order, dates from the document."""

import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape

from consultation.core.times import BERLIN
from consultation.documents.texts import writable

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def quoted(text: str) -> str:
    """Text for element content and for attributes in double quotes."""
    return escape(writable(text), {'"': "&quot;", "\r": "&#13;"})


class Archive:
    def __init__(self, target: Path, moment: datetime) -> None:
        local = moment.astimezone(BERLIN)
        self._date = (max(local.year, 1980), local.month, local.day, local.hour, local.minute, local.second // 2 * 2)
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def add(self, name: str, content: str | bytes, *, compress: bool = True) -> None:
        """Pictures and the type of an ODT are stored as they are."""
        data = content.encode() if isinstance(content, str) else content
        self._zip.writestr(self._entry(name, compress=compress), data)

    def stream(self, name: str, parts: Iterable[str]) -> None:
        """A part that is never whole in memory."""
        with self._zip.open(self._entry(name, compress=True), "w", force_zip64=True) as file:
            for part in parts:
                file.write(part.encode())

    def _entry(self, name: str, *, compress: bool) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, self._date)
        entry.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        entry.external_attr = 0o644 << 16
        return entry
