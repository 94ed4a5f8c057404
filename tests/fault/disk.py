"""A disk whose power is cut: what somebody wrote and did not bring to the disk is gone, as on a machine that goes dark.

An ext4 file system in a file. Whatever is written stays in memory until somebody asks for it to be brought to the disk (`fsync`);
by itself the kernel does so after half a minute, and such a disk does not get as old. So what the file holds at one moment, while
nobody runs who could write, is what the disk would hold. Takes root on Linux.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE = 512
"""MiB; holes take no room."""
LETTING_GO = 20.0
"""Seconds."""
OPTIONS = "loop,commit=3600,data=writeback,noauto_da_alloc"
"""No journal is written by itself, and nothing is brought to the disk because a file was renamed or another one was."""


@dataclass
class Disk:
    place: Path
    image: Path

    @property
    def _left(self) -> Path:
        return self.image.with_suffix(".left")

    def lose_power(self) -> None:
        """At this moment, in which nobody may run who writes to it."""
        _run("cp", "--sparse=always", self.image, self._left)

    def come_back(self) -> None:
        """With what was on it when it lost power; nobody may have a file open."""
        self.leave()
        self._left.replace(self.image)
        self.enter()

    def bring_everything(self) -> None:
        """To the disk, whoever asked for it."""
        _run("sync", "--file-system", self.place)

    def enter(self) -> None:
        _run("mount", "-o", OPTIONS, self.image, self.place)

    def leave(self) -> None:
        """Whoever was killed may take a moment to let go."""
        end = time.monotonic() + LETTING_GO
        while True:
            try:
                _run("umount", self.place)
            except subprocess.CalledProcessError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
            else:
                return


def cannot() -> str:
    """Why there can be no such disk here; empty if there can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "takes root"
    missing = [name for name in ("mkfs.ext4", "mount", "umount") if shutil.which(name) is None]
    if missing or not os.access("/dev/loop-control", os.W_OK):
        return f"this machine lacks {', '.join(missing) or 'loop devices'}"
    with tempfile.TemporaryDirectory() as name:
        try:
            with disk(Path(name)):
                return ""
        except subprocess.CalledProcessError as error:
            return f"no file system in a file: {error.stderr.decode().strip()}"


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """Empty; its file and its place are made in this folder."""
    made = Disk(folder / "disk", folder / "disk.ext4")
    made.place.mkdir()
    with made.image.open("wb") as file:
        file.truncate(SIZE * 2**20)
    _run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", made.image)
    made.enter()
    try:
        yield made
    finally:
        made.leave()


def _run(*words: str | Path) -> None:
    subprocess.run(words, check=True, capture_output=True)
