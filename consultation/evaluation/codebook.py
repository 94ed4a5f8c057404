"""The shipped tags: what consultations on funding programmes ask for again and again."""

import functools
from dataclasses import dataclass

import orjson

from consultation.core.places import package_folder
from consultation.questions import Texts


@dataclass(frozen=True)
class Tag:
    key: str
    label: Texts
    description: Texts


@functools.cache
def tags() -> dict[str, Tag]:
    """Key → tag, in the order of the codebook."""
    found = orjson.loads((package_folder() / "data" / "codebook.json").read_bytes())
    return {
        entry["key"]: Tag(entry["key"], Texts(**entry["label"]), Texts(**entry["description"]))
        for entry in found["tags"]
    }
