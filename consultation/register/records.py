"""One line of the official file, read."""

from dataclasses import dataclass
from datetime import date

UNINCORPORATED = frozenset({"65", "66"})
"""Text keys of areas that belong to no municipality (inhabited, uninhabited)."""

INDEPENDENT = frozenset({"61", "62"})
"""Text keys of municipality rows that are independent cities …"""

INDEPENDENT_COUNTY = frozenset({"41", "42"})
"""… and of the county rows that say the same body once more."""

NO_ASSOCIATION = "50"
"""Text key of an association row that stands for a municipality without one."""


@dataclass(frozen=True)
class Record:
    """`region` is the regional key at its length without the association; `area` is in hectares."""

    line: int
    type: str
    as_of: date
    region: str
    association: str
    name: str
    seat: str
    text_key: str
    area: int
    population: int
    postcode: str

    @property
    def county(self) -> str:
        return self.region[:5]

    @property
    def association_key(self) -> str:
        """Nine digits, also where the row stands for a municipality without association."""
        return self.county + self.association

    @property
    def key(self) -> str:
        """The ARS at its length."""
        return self.association_key + self.region[5:] if self.type == "60" else self.region + self.association
