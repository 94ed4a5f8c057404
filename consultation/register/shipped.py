"""The register that comes with the product; its source and licence stand in the text file beside it."""

import lzma
from datetime import date

from consultation.core.language import M, Message
from consultation.core.places import package_folder

AS_OF = date(2025, 11, 30)
NAME = f"gv100ad-{AS_OF.isoformat()}.txt.xz"
SOURCE = "Statistisches Bundesamt (Destatis), Gemeindeverzeichnis-Informationssystem GV-ISys, GV100AD"


def load() -> bytes:
    """The official file as it was published, for `actions.import_register`."""
    return lzma.decompress((package_folder() / "data" / NAME).read_bytes())


def attribution(as_of: date) -> Message:
    """What stands wherever data of the register is shown."""
    return M(
        "© Statistisches Bundesamt (Destatis), Gemeindeverzeichnis-Informationssystem GV-ISys, Gebietsstand {as_of}; "
        "eigene Aufbereitung",
        as_of=as_of,
    )
