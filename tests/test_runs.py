"""Where the records of each type begin is found without reading the file, and found right."""

import tempfile
from pathlib import Path

import orjson
from hypothesis import given
from hypothesis import strategies as st

from consultation.documents import runs

TYPES = st.lists(st.sampled_from("abcdefgh"), unique=True)
LINE = st.text(max_size=40)


@given(types=TYPES, data=st.data())
def test_each_type_begins_where_reading_line_by_line_finds_it(types: list[str], data: st.DataObject) -> None:
    records = [
        {"note": text, "type": type_}
        for type_ in types
        for text in data.draw(st.lists(LINE, min_size=1, max_size=data.draw(st.sampled_from((1, 3, 60)))))
    ]
    lines = [orjson.dumps(record) + b"\n" for record in records]
    expected: dict[str, int] = {}
    place = 0
    for record, line in zip(records, lines, strict=True):
        expected.setdefault(record["type"], place)
        place += len(line)
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"".join(lines))
        file.flush()
        assert list(runs.starts(Path(file.name)).items()) == list(expected.items())
