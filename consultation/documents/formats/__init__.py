"""The contract of a document format. To add one, drop one file into this folder."""

import abc
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from consultation.core.language import Message
from consultation.core.plugins import discover
from consultation.documents.outline import Outline

Cell = str | int | float | None


@dataclass(frozen=True)
class Column:
    """`key` is stable and English (CSV, JSON); `label` is what readers of a spreadsheet see, and `words` what they read
    in place of a code.
    """

    key: str
    label: str
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """Typed rows, read once per call of `rows`."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[tuple[Cell, ...]]]


@dataclass(frozen=True)
class Compiled:
    """What every format is made from: the outline to read, the sheets to calculate with, the records to process.

    `head` and `records` are JSON: the whole edition for machines. Formats take what suits them.
    """

    outline: Outline
    sheets: tuple[Sheet, ...]
    head: dict[str, object]
    records: Callable[[], Iterator[dict[str, object]]]


class DocumentFormat(abc.ABC):
    key: ClassVar[str]
    title: ClassVar[Message]
    media_type: ClassVar[str]
    extension: ClassVar[str]
    reads_outline: ClassVar[bool] = False
    """Made of the outline alone: letters, receipts and working copies come in these formats."""

    @abc.abstractmethod
    def write(self, compiled: Compiled, target: Path) -> None:
        """Write one complete file to `target`; memory stays flat as the data grows."""


def write_document(outline: Outline, format_key: str, target: Path) -> None:
    """An outline without data behind it (a letter, a receipt, a working copy) as a file.

    Raises `KeyError` for an unknown format, `ValueError` for one that is made of data.
    """
    chosen = FORMATS[format_key]
    if not chosen.reads_outline:
        raise ValueError(f"{format_key} is made of data, not of an outline")
    chosen.write(Compiled(outline, (), {}, lambda: iter(())), target)


FORMATS: Mapping[str, DocumentFormat] = discover(sys.modules[__name__], DocumentFormat)  # type: ignore[type-abstract] # only subclasses are made
