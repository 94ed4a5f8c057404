"""Who was erased, by number, beside the database: so that a backup from before does not bring them back."""

import uuid
from collections.abc import Iterable
from pathlib import Path

from consultation.core.disk import bring, bring_written

NAME = "erased.txt"


def read(folder: Path) -> set[uuid.UUID]:
    path = folder / NAME
    return {uuid.UUID(line) for line in path.read_text("ascii").split()} if path.is_file() else set()


def add(folder: Path, ids: Iterable[uuid.UUID]) -> None:
    """Appended, and on the disk when this returns."""
    if new := sorted(set(ids) - read(folder)):
        with (folder / NAME).open("a", encoding="ascii") as file:
            file.writelines(f"{one}\n" for one in new)
            bring_written(file)
        bring(folder)
