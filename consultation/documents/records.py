"""The records of an edition, as they stand in its snapshot, in NDJSON and in JSON: described once, checked by a test."""

from collections.abc import Sequence
from typing import Any

from consultation.evaluation.taking_part import PUBLIC_COUNTS

TEXT: dict[str, Any] = {"type": "string"}
OPTIONAL: dict[str, Any] = {"type": ["string", "null"]}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
FLAG: dict[str, Any] = {"type": "boolean"}
ANY: dict[str, Any] = {"type": "object"}


def _object(properties: dict[str, Any], optional: Sequence[str] = (), description: str = "") -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    found = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {"description": description, **found} if description else found


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _record(
    type_: str, properties: dict[str, Any], optional: Sequence[str] = (), description: str = ""
) -> dict[str, Any]:
    return _object({"type": {"const": type_}, **properties}, optional, description)


SENDER = {
    "oneOf": [
        _object(
            {
                "level": {"const": "named"}, "name": TEXT, "kind": TEXT, "size_class": OPTIONAL, "state": OPTIONAL,
                "ags": {**OPTIONAL, "pattern": "^[0-9]{5}([0-9]{3})?$"}, "ars": {**OPTIONAL, "pattern": "^[0-9]{5,12}$"},
                "register_date": OPTIONAL,
            },
            description="Keys are texts with leading zeros, of the register at that date.",
        ),
        _object(
            {"level": {"const": "described"}, "kind": TEXT, "size_class": OPTIONAL},
            description="Wants to be known by kind and size class alone.",
        ),
    ]
}  # fmt: skip
_SAID = {
    "sender": SENDER, "question": TEXT, "locator": TEXT, "kind": {"enum": ["remark", "delete", "replace", "insert"]},
    "text": TEXT, "rationale": TEXT, "priority": TEXT,
}  # fmt: skip
_BODIES = (
    "invited", "sent", "failed", "opened", "started", "submitted", "nil_returns", "declined", "withdrawn", "represented",
    "open", "late", "provisional",
)  # fmt: skip
_REACH = (
    "existing", "invited", "itself", "represented", "open", "population", "population_itself", "population_represented",
    "population_open",
)  # fmt: skip
_COVERAGE = ("itself", "represented", "invited", "municipalities_reached", "municipalities_existing")
_RECORDS = (
    _record(
        "edition",
        {
            "schema": TEXT, "number": COUNT, "audience": {"enum": ["internal", "public"]}, "language": {"enum": ["de", "en"]},
            "data_cut": {"type": "string", "format": "date-time"}, "filters": ANY, "demo": FLAG, "consultation": ANY,
            "programme": ANY, "draft": {"type": ["object", "null"]}, "form": ANY, "register_date": OPTIONAL,
            "layout": COUNT, "keeps_numbers": FLAG, "published_before": _list(COUNT),
        },
        ("layout", "keeps_numbers", "published_before"),
        description="First record: what was frozen when. `demo` marks invented data, which no body ever said; `layout` numbers "
        "how the documents are worded and set, and is missing where that was not numbered yet. `keeps_numbers`: points have the "
        "same number in all public editions; it is missing where they were numbered anew. `published_before`: numbers of the "
        "public editions that were out; those of the house count in the same row of numbers.",
    ),
    _record(
        "section",
        {"key": TEXT, "parent": OPTIONAL, "level": COUNT, "number": TEXT, "heading": TEXT, "blocks": _list(ANY)},
        description="A section of the draft, in reading order.",
    ),
    _record(
        "participation",
        {
            "informed": COUNT,
            "bodies": _list({
                "anyOf": [
                    _object({"state": TEXT, "size_class": TEXT, "kind": TEXT, **dict.fromkeys(_BODIES, COUNT)}),
                    _object({"grouping": TEXT, "group": TEXT, **dict.fromkeys(PUBLIC_COUNTS, COUNT)}),
                ]
            }),
            "municipalities": _list({
                "anyOf": [
                    _object({"state": TEXT, "size_class": TEXT, **dict.fromkeys(_REACH, COUNT)}),
                    _object({"grouping": TEXT, "group": TEXT, **dict.fromkeys(_REACH, COUNT)}, _REACH[5:]),
                ]
            }),
            "suppressed": ANY,
        },
        ("suppressed",),
        description="Bodies invited for comment, and municipalities of the register, by their dimensions; in public a row of "
        "bodies has one dimension, groups that would betray a body are `suppressed`, and municipalities are told as a whole.",
    ),
    _record(
        "figures",
        {
            "base": COUNT, "groupings": _list(TEXT), "filters": ANY, "public": FLAG,
            "coverage": _object(dict.fromkeys(_COVERAGE, COUNT)), "note": TEXT,
        },
        ("coverage", "note"),
        description="Head of the figures; `base` counts answers with content.",
    ),
    _record(
        "figure",
        {
            "key": TEXT, "item": TEXT, "part": TEXT, "tally": TEXT, "conditional": FLAG, "notes": _list(ANY), "tables": _list(ANY),
        },
        description="Tables of one field, or of one row of it. `suppressed` groups are not shown to protect somebody.",
    ),
    _record(
        "point",
        {
            "number": COUNT, "section": OPTIONAL, "state": {"enum": ["new", "in_review", "decided"]}, "kind": _SAID["kind"],
            "locator": TEXT, "text": TEXT, "rationales": _list(TEXT), "tags": _list(TEXT), "decision": OPTIONAL, "reply": TEXT,
            "supporters": _object(
                {
                    "count": COUNT, "named": _list(TEXT), "figures": COUNT,
                    "described": _list(_object({"kind": TEXT, "size_class": OPTIONAL, "count": COUNT})),
                }
            ),
            "originals": _list(_object(_SAID)), "public_number": {"type": ["integer", "null"]},
        },
        ("public_number",),
        description="One demand. In public editions the number is the public one, the same in each of them; internal editions show "
        "the number in the house and beside it `public_number`, which editions made before it was kept lack.",
    ),
    _record(
        "participant",
        {
            "sender": SENDER, "spoken_for": _list(ANY), "nil_return": FLAG, "late": FLAG, "provisional": FLAG,
            "submitted_at": {"type": "string", "format": "date-time"},
            "received_on": {
                "type": ["string", "null"], "format": "date",
                "description": "Day on which a mail or letter came, or a workshop was held, whose answer was entered at "
                "`submitted_at`; null for what the body submitted itself. Editions made before this was recorded lack it.",
            },
            "disclosure": ANY,
        },
        ("nil_return", "late", "provisional", "submitted_at", "received_on", "disclosure"),
        description="A body that took part; in public one that lets itself be named, without times.",
    ),
    _record(
        "response",
        {
            "part": OPTIONAL, "sender": SENDER, "answers": ANY, "represented": _list(ANY), "own_reference": TEXT,
            "nil_return": FLAG,
        },
        ("represented", "own_reference", "nil_return"),
        description="Answers by field key, as the form's own JSON Schema describes them: whole, or in public part by part.",
    ),
    _record(
        "redactions",
        {"passages": COUNT, "places": COUNT},
        description="How many passages are hidden, and in how many places of the answers of this edition. In public the mark "
        "stands in place of the words, in internal editions around them.",
    ),
)  # fmt: skip


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of one record."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Record of an edition",
        "oneOf": [*_RECORDS, _record("end", {"count": COUNT}, description="Last line of NDJSON alone.")],
    }  # fmt: skip
