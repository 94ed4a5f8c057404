"""Canonical JSON: the same value is the same bytes (sorted keys, UTF-8, no white space)."""

import json
from typing import Any

import orjson


def encoded(value: Any) -> bytes:
    """Never refuses a value made of JSON types: lone surrogates become U+FFFD, numbers keep all their digits."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
    except TypeError:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
