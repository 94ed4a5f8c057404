"""What a frozen edition becomes is known for every layout: whoever changes it is told what that means for editions made before."""

import hashlib
from pathlib import Path

import orjson
import pytest

from consultation.documents.formats import FORMATS
from consultation.documents.layout_version import LAYOUT
from consultation.documents.machine import encoded
from consultation.documents.outline_hash import outline_hash
from tests.frozen_editions import frozen

LAYOUTS = {
    1: {
        "public de": "2afb2c73494bc6783217bb7cf35c1765667a1eccecd24152902a81b552dae5dc",
        "public en": "e0561b5051400c10ac85700d1fad7e75bd6403577f82032ebc16dbe04b0a5c36",
        "internal de": "03ae1296c5e57e7c9443a857f526342b7294dbf64475d39b8e170d04e5753b47",
        "internal en": "dd8023ee32520afec6f710e48e92ec7328d10a25d4270c94df477498c9f24f29",
    },
}
"""Layout → edition → what its HTML documents and their outlines sum up to."""
DATA = {
    "public de": "8adbe3c4dc24b75b8f213056f0f5ecd393b2eee46f0e2147ec2cdc7f73d9891d",
    "public en": "fe3ffc8b56b13074ad4bc17654fb33af89726855e8ee1054468cf84e162b926f",
    "internal de": "b4e93637e3fd2b688687c88f3da21b2bf3ae580e4538300c1c8f62d9e0c87e8f",
    "internal en": "106acfb6c9c1210f0be36a0b0658f2748ac44c0e128a8755eb9e7863a41626fc",
}
RAISE = """
The same frozen data became another document. Editions made before can no longer be asked for the same bytes, and
`consultation verify` must know. If that was intended: was a version with LAYOUT = {layout} released (CHANGELOG.md)?
Then raise LAYOUT in consultation/documents/layout_version.py and give LAYOUTS here another entry. If it was not,
put the new sum here:
    "{edition}": "{found}",
"""
KEEP = """
CSV or JSON of an edition that was frozen before changed. They are data and compared exactly whatever the layout:
every edition handed out with the old ones would be reported as forged. Give what is new a new key that old snapshots
do not have, or a format of its own.
"""


@pytest.mark.parametrize("edition", DATA)
def test_a_document_is_set_and_worded_as_its_layout_says(tmp_path: Path, edition: str) -> None:
    audience, language = edition.split()
    digest = hashlib.sha256()
    with frozen(audience, tmp_path, language=language) as (_, whole, _):
        for compiled in (whole.document, *(compiled for _, compiled in whole.volumes)):
            FORMATS["html"].write(compiled, tmp_path / "file.html")
            digest.update((tmp_path / "file.html").read_bytes())
            digest.update(outline_hash(compiled.outline).encode())
    found = digest.hexdigest()
    assert found == LAYOUTS.get(LAYOUT, {}).get(edition), RAISE.format(layout=LAYOUT, edition=edition, found=found)


@pytest.mark.parametrize("edition", DATA)
def test_data_stay_what_they_were_in_every_layout(tmp_path: Path, edition: str) -> None:
    audience, language = edition.split()
    with frozen(audience, tmp_path, language=language) as (_, whole, _):
        for key in ("csv", "json"):
            FORMATS[key].write(whole.document, tmp_path / key)
    data = orjson.loads((tmp_path / "json").read_bytes())
    del data["document"]
    assert hashlib.sha256((tmp_path / "csv").read_bytes() + encoded(data)).hexdigest() == DATA[edition], KEEP


def test_layouts_are_numbered_without_gaps() -> None:
    assert list(LAYOUTS) == list(range(1, LAYOUT + 1))
