"""What must be there after a power cut is brought to the disk: the file, and the folder that holds its name."""

import os
from pathlib import Path
from typing import IO


def bring_written(file: IO[bytes] | IO[str]) -> None:
    """All that was written to it; before it gets its name, or is closed."""
    file.flush()
    os.fsync(file.fileno())


def bring(path: Path) -> None:
    """A file that is closed; or a folder with the names in it, after one was made, changed or taken away."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """With all above it that are missing, for the service alone; there for good when this returns."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        bring(folder.parent)
