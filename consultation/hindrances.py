"""What stands in the way of a command, as one sentence: which file, folder or database, why, and what helps.

Whatever is none of that is a fault of the program, and keeps its traceback.
"""

import errno
import shutil
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from consultation.core.outage import is_outage

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
NO_RIGHTS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
NO_PLACE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EISDIR})
SLASHES = "Ein voller Pfad hat in DATABASE_URL vier Schrägstriche: sqlite:////ordner/datei.db"
RIGHTS_MISSING = "42501"
"""As PostgreSQL says that a user may not."""


def in_files(error: OSError, place: str) -> str:
    """`place` is named where the system names none."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        name, reason = str(error.args[0][0][0]), str(error.args[0][0][2])
    else:
        name, reason = str(error.filename or place), error.strerror or str(error)
    where = f"{name}: " if name else ""
    if error.errno in NO_ROOM:
        return f"{where}Es ist kein Platz mehr frei ({reason}). Schaffen Sie Platz, oder nennen Sie einen anderen Ort."
    if error.errno in NO_RIGHTS:
        return (
            f"{where}Dazu fehlen die Rechte ({reason}). Geben Sie sie dem Benutzer, unter dem der Befehl läuft, oder nennen Sie "
            "einen anderen Ort."
        )
    if error.errno in NO_PLACE:
        return f"{where}Hier lässt sich das nicht lesen oder ablegen ({reason}). Nennen Sie einen anderen Ort."
    return f"{where}Das Betriebssystem lässt das nicht zu ({reason})."


def in_database(error: SQLAlchemyError, url: str) -> str | None:
    """None for a fault of the program, and for what another database than this one says."""
    orig = getattr(error, "orig", None)
    reason = " ".join(str(orig or error).split())
    code = getattr(orig, "sqlite_errorcode", None)
    if (code is not None) != (make_url(url).get_backend_name() == "sqlite"):
        return None
    if code is not None and (remedy := _IN_FILES.get(int(code) & 0xFF)):
        return f"Die Datenbank {shown(url)} {remedy[0]} ({reason}). {remedy[1]}"
    if getattr(orig, "sqlstate", None) == RIGHTS_MISSING:
        return (
            f"Der Benutzer darf in der Datenbank {shown(url)} nicht tun, was der Befehl braucht ({reason}). Sie muss ihm "
            "gehören: CREATE DATABASE … OWNER …, oder nachträglich ALTER DATABASE … OWNER TO …"
        )
    if is_outage(error):
        return (
            f"Die Datenbank {shown(url)} ist nicht erreichbar: {reason}. Prüfen Sie diese Adresse (DATABASE_URL), und ob der "
            "Server läuft und die Datenbank schon angelegt ist."
        )
    return None


def shown(url: str) -> str:
    """The file as it is looked for from here, or the address of the server without its password."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        return str(Path(parts.database or ":memory:").absolute())
    return parts.set(drivername="postgresql", query={}).render_as_string()


_SPOILT = (
    "ist beschädigt oder keine SQLite-Datenbank",
    "Legen Sie sie mit „-wal“ und „-shm“ beiseite, und spielen Sie die letzte Sicherung zurück: consultation restore ORDNER",
)
_BUSY = ("ist gerade in Arbeit", "Warten Sie, bis der andere Befehl fertig ist, und versuchen Sie es noch einmal.")
_IN_FILES = {
    5: _BUSY,
    6: _BUSY,
    8: ("ist nur lesbar", "Geben Sie dem Benutzer, unter dem der Befehl läuft, Schreibrechte an Datei und Ordner."),
    10: ("lässt sich nicht lesen oder schreiben", "Prüfen Sie die Platte."),
    11: _SPOILT,
    13: ("hat keinen Platz mehr", "Schaffen Sie Platz auf der Platte."),
    14: ("lässt sich nicht öffnen", f"Prüfen Sie den Ordner und seine Rechte. {SLASHES}"),
    26: _SPOILT,
}
"""By the first eight bits of SQLite's code."""
