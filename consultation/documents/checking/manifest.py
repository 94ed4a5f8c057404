"""`manifest.json`: which files belong to an edition, what their bytes sum up to, and which programs made them."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from consultation.core.language import M
from consultation.documents.annex import MOST
from consultation.documents.checking import Unusable
from consultation.documents.folders import MANIFEST, SNAPSHOT


class _Named(BaseModel):
    """A file of an edition; its name is never a way out of the folder."""

    name: str = Field(pattern=r"^[^/\\\x00]+$")
    sha256: str


class _File(_Named):
    format: str
    volume: int = 0


class _Annex(BaseModel):
    """Editions made before there were volumes say nothing of them."""

    most: int = Field(MOST, ge=1)
    outlines: list[str] = []


class Manifest(BaseModel):
    """`manifest.json` beside the files of an edition."""

    schema_: Literal["consultation-manifest-1"] = Field(alias="schema")
    consultation: str
    edition: int
    snapshot: _Named
    outline_sha256: str
    made_with: dict[str, str] = {}
    annex: _Annex = _Annex()
    files: list[_File]


def read_manifest(folder: Path) -> Manifest:
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise Unusable(
            M("{folder} enthält kein lesbares {manifest} einer Ausgabe. Legen Sie alle Dateien der Ausgabe mit {manifest} und "
              "{snapshot} in einen Ordner; „consultation compile --out“ schreibt sie so.",
              folder=str(folder), manifest=MANIFEST, snapshot=SNAPSHOT)
        ) from error  # fmt: skip
