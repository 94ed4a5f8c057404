"""Published versions never change: comparing two of them is done once, whoever asks, and says the same as anew."""

import uuid
from datetime import date

import pytest

from consultation.core.blocks import Paragraph, to_json
from consultation.core.kept import Kept
from consultation.programmes import compared
from consultation.programmes.comparison import Comparison, compare
from consultation.programmes.models import DraftVersion, Section
from consultation.states import DraftVersionState


def version(text: str, content_hash: str | None = "a" * 64) -> DraftVersion:
    state = DraftVersionState.PUBLISHED if content_hash else DraftVersionState.DRAFT
    made = DraftVersion(
        id=uuid.uuid4(), number=1, date=date(2026, 3, 1), title="Entwurf", language="de", state=state,
        content_hash=content_hash,
        frozen={"parameters": [{"name": "quote", "type": "rate", "value": "0.8"}]},
    )  # fmt: skip
    made.sections = [
        Section(key="s1", parent_key=None, position=0, level=1, number="1", heading="Ziel", blocks=to_json([Paragraph(text)]))
    ]  # fmt: skip
    return made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    found: list[object] = []

    def counted(*versions: object) -> Comparison:
        found.append(versions)
        return compare(*versions)  # type: ignore[arg-type]

    monkeypatch.setattr(compared, "compare", counted)
    monkeypatch.setattr(compared, "_found", Kept(2))
    return found


def test_two_published_versions_are_compared_once_with_all_their_words(asked: list[object]):
    old, new = version("Gefördert werden 70 %."), version("Gefördert werden {quote}.")
    first = compared.as_read(old, new)
    assert "80" in str(first.sections[0].blocks)
    assert compared.as_read(old, new) is first
    assert "{quote}" in str(compared.as_stored(old, new).sections[0].new)
    assert len(asked) == 2, "what people read and what programs get are two texts"


def test_what_may_still_change_is_compared_anew_and_memory_is_bounded(asked: list[object]):
    draft, new = version("Alt", None), version("Neu")
    assert compared.as_stored(draft, new) is not compared.as_stored(draft, new)
    for text in "abc":
        compared.as_stored(version(text), new)
    assert len(compared._found._values) == 2
