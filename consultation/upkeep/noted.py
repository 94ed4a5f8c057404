"""What commands leave behind in DATA_DIR for whoever looks at the state of the service: the last backup, the last check."""

from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import orjson

from consultation.core.disk import bring, bring_written

BACKUP, CHECK = "last_backup.json", "last_check.json"


@dataclass(frozen=True)
class Noted:
    """`well`: nothing was missing in the backup; everything held when it was checked."""

    at: datetime
    well: bool
    where: str = ""
    """The folder of the backup."""


def note(data_dir: Path, name: str, noted: Noted) -> None:
    """In place of the last one; whole or not at all. Where the command may not write, what it did stands all the same."""
    whole = data_dir / f".{name}"
    with suppress(OSError):
        with whole.open("wb") as file:
            file.write(orjson.dumps(asdict(noted)))
            bring_written(file)
        whole.rename(data_dir / name)
        bring(data_dir)


def last(data_dir: Path, name: str) -> Noted | None:
    """None too if somebody spoiled the note: then it is done once more."""
    try:
        found = orjson.loads((data_dir / name).read_bytes())
        return Noted(datetime.fromisoformat(found["at"]), bool(found["well"]), str(found["where"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
