"""From the lines of the official file to the rows of `register_body`: one row per body, populations summed upwards."""

from collections.abc import Iterable, Mapping
from typing import Any

from consultation.core.text import search_key, sort_key
from consultation.register.kinds import MUNICIPALITIES, RegisterKind, size_class
from consultation.register.names import spelled_out
from consultation.register.parser import Register
from consultation.register.records import INDEPENDENT, INDEPENDENT_COUNTY, NO_ASSOCIATION, UNINCORPORATED, Record
from consultation.register.states import STATE_BY_KEY
from consultation.register.titles import title_of

Values = dict[str, Any]
"""The columns of one row, without its dates and successor."""

_CITY_STATES = frozenset({"02000000", "04011000", "11000000"})
"""AGS of Hamburg, Bremen and Berlin; Bremerhaven is an independent city."""

_UPPER_KINDS = {
    "10": RegisterKind.STATE,
    "20": RegisterKind.DISTRICT,
    "30": RegisterKind.REGION,
    "40": RegisterKind.COUNTY,
    "50": RegisterKind.JOINT_MUNICIPALITY,
}


def bodies(register: Register) -> dict[str, Values]:
    """Key → columns, in the order of the file. Association rows that stand for a single municipality are left out."""
    records = [record for record in register.records if not _says_it_twice(record)]
    keys = {record.key for record in records}
    seats = {record.county: record.seat for record in register.records if record.text_key in INDEPENDENT_COUNTY}
    rows = {record.key: _values(record, keys, seats) for record in records}
    for key, (population, area) in _sums(records, keys).items():
        rows[key] |= {"population": population, "area": area}
    return rows


def _says_it_twice(record: Record) -> bool:
    """An independent city's county row, or the association row of a municipality without association."""
    return record.text_key in INDEPENDENT_COUNTY or (record.type == "50" and record.text_key == NO_ASSOCIATION)


def _kind(record: Record) -> RegisterKind:
    if record.type != "60":
        return _UPPER_KINDS[record.type]
    if record.text_key in UNINCORPORATED:
        return RegisterKind.UNINCORPORATED_AREA
    if record.region in _CITY_STATES:
        return RegisterKind.CITY_STATE
    return RegisterKind.INDEPENDENT_CITY if record.text_key in INDEPENDENT else RegisterKind.MUNICIPALITY


def _values(record: Record, keys: set[str], seats: Mapping[str, str]) -> Values:
    kind = _kind(record)
    single = kind in MUNICIPALITIES
    below_county = record.type in ("50", "60")
    independent, name = record.text_key in INDEPENDENT, spelled_out(record.name)
    return {
        "key": record.key,
        "kind": kind,
        "ags": record.region if record.type in ("40", "60") else None,
        "name": name,
        "short_name": name.partition(",")[0].strip(),
        "state": STATE_BY_KEY[record.region[:2]],
        "county_key": record.county if below_county and record.county in keys else None,
        "association_key": record.association_key if record.type == "60" and record.association_key in keys else None,
        "population": record.population,
        "area": record.area,
        "seat": (seats.get(record.county) if independent else record.seat) or None,
        "postcode": record.postcode or None,
        "text_key": record.text_key or None,
        "size_class": size_class(record.population) if single else None,
        "sort_key": sort_key(name),
        "search_key": search_key(title_of(name, record.text_key)),
    }


def _sums(records: Iterable[Record], keys: set[str]) -> dict[str, tuple[int, int]]:
    """Inhabitants and hectares of everything above the municipalities; unincorporated areas count where they lie."""
    sums: dict[str, tuple[int, int]] = {}
    for record in records:
        if record.type != "60":
            continue
        for key in (record.key[:2], record.key[:3], record.key[:4], record.key[:5], record.key[:9]):
            if key in keys:
                population, area = sums.get(key, (0, 0))
                sums[key] = population + record.population, area + record.area
    return sums
