"""What makes a run of all tests quick and takes nothing away from what they show.

Thousands of databases are made and dropped, so they live in memory where the machine has a file system of that kind; and
what the collected tests hold is not looked through for garbage again and again. Together a third of the time.
"""

import gc
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 6 * 1024**3
"""Bytes that a run of two workers leaves far from full."""


def live_in_memory() -> None:
    """Temporary files of this process and of those it starts, unless somebody chose a place for them (`TMPDIR`)."""
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def spare_what_lasts() -> None:
    """The modules and tests that are loaded now stay until the end of the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
