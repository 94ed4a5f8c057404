"""A process and all that it started, as the kernel tells of them."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path


def is_alive(pid: int) -> bool:
    """A zombie is dead."""
    return _told(pid)[0] not in {"Z", "X", ""}


def family(pid: int) -> list[int]:
    """Children, their children and so on; without the process itself."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            children.setdefault(_told(int(path.name))[1], []).append(int(path.name))
    found, left = [], [pid]
    while left:
        own = children.get(left.pop(), [])
        found += own
        left += own
    return found


def end_family(pid: int) -> None:
    """It is stopped first, so that it starts nobody while the others are counted."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    whole = [pid, *family(pid)]
    for one in whole:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    while any(is_alive(one) for one in whole):
        time.sleep(0.005)


def _told(pid: int) -> tuple[str, int]:
    """State and parent; nothing of a process that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return "", 0
    return fields[0], int(fields[1])
