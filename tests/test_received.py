"""Answers that are exported without having been read come out as they would if they were read."""

from typing import Any

import orjson
import pytest

from consultation.documents.machine import encoded
from consultation.documents.received import unread, whole
from consultation.responses.submission import canonical

AROUND: dict[str, Any] = {
    "consultation": {"round": 1}, "organisation": {"name": 'A,"consultation":{"round":2}'}, "own_reference": "",
    "personal": {"a": "1", "consultation": "2"},
}  # fmt: skip


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"a": 'Wer ,"consultation":{ schreibt, sagt \\",\\"consultation\\":{ noch nichts.', "b": "„Ü“\n"},
        {"a": 1, "consultation": {"round": 2}, "d": [1.5, None]},
    ],
)
def test_what_is_written_unread_is_what_was_kept(answers: dict[str, Any]):
    document = canonical({"answers": answers, **AROUND}).decode()
    assert encoded(unread(document)) == encoded(whole(document)) == document.encode()


def test_a_document_in_another_order_is_read():
    document = orjson.dumps({**AROUND, "answers": {"a": 1}}).decode()
    assert unread(document)["answers"] == {"a": 1}
