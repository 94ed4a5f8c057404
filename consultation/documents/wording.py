"""The texts of a snapshot, sorted by question on disk: the snapshot is read once, a volume reads its own part only."""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import orjson

from consultation.documents.annex import Piece
from consultation.documents.chapters.excerpts import sender_label
from consultation.documents.frozen import Frozen
from consultation.documents.machine import encoded

AT_ONCE = 4 * 1024**2
"""Bytes that wait in memory before they go to the disk."""


class Wording:
    """One file for each question with texts; where each text begins is eight bytes in memory."""

    def __init__(self, frozen: Frozen, folder: Path) -> None:
        self._folder = folder
        self._starts: dict[str, array[int]] = defaultdict(lambda: array("Q"))
        self._waiting: dict[str, bytearray] = defaultdict(bytearray)
        self._sort(frozen)

    def of(self, piece: Piece) -> Iterator[tuple[int, str, str]]:
        """(number within the question, sender, text), in the order of the snapshot."""
        key = piece.asked.key
        with self._path(key).open("rb") as file:
            file.seek(self._starts[key][piece.first - 1])
            for number in range(piece.first, piece.last + 1):
                sender, text = orjson.loads(file.readline())
                yield number, sender, text

    def _sort(self, frozen: Frozen) -> None:
        ends: dict[str, int] = defaultdict(int)
        waiting = 0
        for asked, sender, text in frozen.texts():
            line = encoded([sender_label(sender, frozen), text]) + b"\n"
            self._starts[asked.key].append(ends[asked.key])
            ends[asked.key] += len(line)
            self._waiting[asked.key] += line
            waiting += len(line)
            if waiting > AT_ONCE:
                self._write()
                waiting = 0
        self._write()

    def _write(self) -> None:
        for key, lines in self._waiting.items():
            with self._path(key).open("ab") as file:
                file.write(lines)
        self._waiting.clear()

    def _path(self, key: str) -> Path:
        return self._folder / f"{list(self._starts).index(key)}.ndjson"
