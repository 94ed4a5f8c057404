"""The form templates that are shipped, as they lie in `data/forms/`."""

import functools
from typing import Any

import orjson

from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.core.places import package_folder
from consultation.forms.checks import read_form
from consultation.forms.definition import Form


@functools.cache
def templates() -> dict[str, Form]:
    """Template key → form, in alphabetical order of file names."""
    files = sorted((package_folder() / "data" / "forms").glob("*.json"))
    return {file.stem: read_form(orjson.loads(file.read_bytes())) for file in files}


def definition(key: str) -> dict[str, Any]:
    if key not in templates():
        raise NotFound(M("Diese Formularvorlage gibt es nicht."))
    return templates()[key].model_dump(mode="json", by_alias=True, exclude_defaults=True)
