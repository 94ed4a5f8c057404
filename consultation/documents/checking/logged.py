"""What the procedure log was told when an edition was finished, held against its manifest."""

from collections.abc import Callable, Mapping
from typing import Any

from consultation.core.language import M
from consultation.documents.checking import Differs
from consultation.documents.checking.manifest import Manifest

Logged = Callable[[Manifest], bool]
"""Whether a log names these very files. Raises Differs where it names others."""


def unlogged(_: Manifest) -> bool:
    """No log is at hand."""
    return False


def compare(manifest: Manifest, said: Mapping[str, Any], entry: str) -> None:
    """`said`: the details of the entry."""
    pairs = {
        manifest.snapshot.name: (manifest.snapshot.sha256, said["snapshot"]),
        "outline_sha256": (manifest.outline_sha256, said["outline"]),
    } | {file.name: (file.sha256, said["files"].get(file.name)) for file in manifest.files}
    pairs |= {name: (None, sha256) for name, sha256 in said["files"].items() if name not in pairs}
    for name, (found, expected) in pairs.items():
        if found != expected:
            raise Differs(M("{file}: Das Manifest sagt {found}, das Verfahrensprotokoll (Eintrag {entry}) sagt {expected}.",
                            file=name, found=found or "–", expected=expected or "–", entry=entry))  # fmt: skip
