"""Answers made from the JSON Schema of a question type: what an API client might send that has read the schema."""

from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]


def answers_to(schema: Schema) -> st.SearchStrategy[Any]:
    """Mostly valid values; the keywords are those the types use, and a bound is sometimes overstepped by one."""
    if "anyOf" in schema:
        return st.one_of(*map(answers_to, schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of(*(_OF_TYPE[kind](schema) for kind in types))


def _text(schema: Schema) -> st.SearchStrategy[Any]:
    if "pattern" in schema:
        return st.from_regex(schema["pattern"])
    edge = st.integers(-1, 1).map(lambda step: "ä" * (schema["maxLength"] + step))
    awkward = st.text(" \t\n\r\u0000\u202e\u0958\ufb1da", max_size=schema["maxLength"])
    return st.text(max_size=schema["maxLength"] + 1) | awkward | edge


def _whole(schema: Schema) -> st.SearchStrategy[Any]:
    numbers = st.integers(schema["minimum"] - 1, schema["maximum"] + 1)
    return numbers | numbers.map(float) | st.sampled_from([schema["minimum"], schema["maximum"]])


def _fraction(schema: Schema) -> st.SearchStrategy[Any]:
    low, high = schema["minimum"], schema["maximum"]
    rounded = st.floats(low, high).flatmap(lambda x: st.integers(0, 5).map(lambda digits: round(x, digits)))
    return rounded | st.floats(low, high) | st.sampled_from([low, high, -0.0, low - 0.01, high + 0.01])


def _list(schema: Schema) -> st.SearchStrategy[Any]:
    items = answers_to(schema["items"])
    return st.lists(items, max_size=schema.get("maxItems", 5) + 1) | st.lists(items, max_size=5, unique_by=repr)


def _object(schema: Schema) -> st.SearchStrategy[Any]:
    parts = {key: answers_to(one) for key, one in schema.get("properties", {}).items()}
    required = {key: parts.pop(key) for key in schema.get("required", ())}
    fixed = st.fixed_dictionaries(required, optional=parts)
    if not isinstance(schema.get("additionalProperties"), dict):
        return fixed
    keys = st.from_regex(schema["propertyNames"]["pattern"]) | st.integers(1, 12).map(str)
    return st.dictionaries(
        keys, answers_to(schema["additionalProperties"]), max_size=min(schema["maxProperties"] + 1, 4)
    )


_OF_TYPE = {
    "null": lambda schema: st.none(),
    "string": _text,
    "integer": _whole,
    "number": _fraction,
    "array": _list,
    "object": _object,
}
