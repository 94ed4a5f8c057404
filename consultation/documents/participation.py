"""Participation in a snapshot: cells for planners, in public the rows that may be shown; written here and read again."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from consultation.evaluation.taking_part import PUBLIC_COUNTS
from consultation.responses.participation import BodiesRow, Counts, Margins, Participation, Reach, ReachRow

BODIES = tuple(f.name for f in fields(Counts))
REACH = tuple(f.name for f in fields(Reach))


def participation_record(found: Participation) -> dict[str, Any]:
    """`bodies` and `municipalities` are rows of all dimensions; in public each row of bodies has one (`grouping`, `group`), and
    municipalities are one row, the whole.
    """
    record: dict[str, Any] = {"type": "participation", "informed": found.informed}
    if not isinstance(found, Margins):
        return record | {
            "bodies": [{"state": r.state, "size_class": r.size_class, "kind": r.kind, **vars(r.counts)} for r in found.bodies],
            "municipalities": [
                {"state": r.state, "size_class": r.size_class, **vars(r.reach)} for r in found.municipalities
            ],
        }  # fmt: skip
    bodies = {"total": {"": found.whole}, **found.tables}
    return record | {
        "bodies": [_row(name, group, counts, PUBLIC_COUNTS) for name, table in bodies.items() for group, counts in table.items()],
        "municipalities": [_row("total", "", found.municipal, REACH)],
        "suppressed": {name: list(groups) for name, groups in sorted(found.suppressed.items())},
    }  # fmt: skip


def _row(grouping: str, group: str, counts: Counts | Reach, names: tuple[str, ...]) -> dict[str, Any]:
    return {"grouping": grouping, "group": group, **{name: getattr(counts, name) for name in names}}


def read_participation(found: Mapping[str, Any]) -> Participation:
    if "suppressed" not in found:
        return Participation(
            tuple(BodiesRow(r["state"], r["size_class"], r["kind"], _counts(r)) for r in found["bodies"]),
            tuple(ReachRow(r["state"], r["size_class"], _reach(r)) for r in found["municipalities"]),
            found["informed"],
        )
    tables: dict[str, dict[str, Counts]] = {}
    reached: dict[str, dict[str, Reach]] = {}
    for row in found["bodies"]:
        tables.setdefault(row["grouping"], {})[row["group"]] = _counts(row)
    for row in found["municipalities"]:
        reached.setdefault(row["grouping"], {})[row["group"]] = _reach(row)
    suppressed = {name: tuple(groups) for name, groups in found["suppressed"].items()}
    return Margins(
        (), (), found["informed"], tables.pop("total")[""], reached.pop("total")[""], tables, reached, suppressed
    )


def _counts(row: Mapping[str, Any]) -> Counts:
    return Counts(**{name: row.get(name, 0) for name in BODIES})


def _reach(row: Mapping[str, Any]) -> Reach:
    return Reach(**{name: row.get(name, 0) for name in REACH})
