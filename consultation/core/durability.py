"""Whether what is committed survives a power cut: the database itself is asked.

A commit must wait for the disk: what was acknowledged is there after the next instant. SQLite does so on every
connection of ours (`core/db.py`), as far as the drive lets it; a PostgreSQL server is set up by somebody else.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, column, select, table

from consultation.core.db import is_server

MOUNTS = Path("/proc/self/mountinfo")
"""Linux: what is mounted where. Elsewhere nobody can be asked."""
# https://www.sqlite.org/wal.html: "WAL does not work over a network filesystem"; these share no memory between machines,
# and their locks are not to be relied on (https://www.sqlite.org/howtocorrupt.html, 2.1).
_NETWORK = {"9p", "afs", "ceph", "cifs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"}
_NETWORK |= {f"fuse.{name}" for name in ("ceph", "davfs", "glusterfs", "rclone", "s3fs", "sshfs")}

# https://www.postgresql.org/docs/current/runtime-config-wal.html; for `synchronous_commit` all other values wait at least
# for the disk of this server.
_OFF = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def unsafe_settings(engine: Engine) -> list[str]:
    """`fsync=off` and the like; none where commits wait for the disk."""
    if not is_server(engine):
        return []
    settings = table("pg_settings", column("name"), column("setting"))
    known = select(settings.c.name, settings.c.setting).where(settings.c.name.in_(_OFF)).order_by(settings.c.name)
    with engine.connect() as connection:
        return [f"{name}={value}" for name, value in connection.execute(known) if value == _OFF[name]]


def network_drive(path: Path) -> str:
    """The kind of the network drive this lies on, "nfs4" and the like; empty on a disk of this machine, or if nobody knows."""
    here, found = path.resolve(), (Path("/"), "")
    for place, kind in _mounts():
        if here.is_relative_to(place) and len(place.parts) >= len(found[0].parts):
            found = place, kind
    return found[1] if found[1] in _NETWORK else ""


def _mounts() -> Iterator[tuple[Path, str]]:
    """Place and kind, the last one mounted last (proc_pid_mountinfo(5): blanks are written in octal)."""
    lines = MOUNTS.read_text("utf-8", "surrogateescape").splitlines() if MOUNTS.exists() else []
    for line in lines:
        where, _, what = line.partition(" - ")
        place = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), where.split(" ")[4])
        yield Path(place), what.split(" ")[0]
