"""What a row of the register can be, how big it is, and what both are called."""

from enum import StrEnum

from consultation.core.language import M, Message


class RegisterKind(StrEnum):
    STATE = "state"
    DISTRICT = "district"
    REGION = "region"
    COUNTY = "county"
    JOINT_MUNICIPALITY = "joint_municipality"
    MUNICIPALITY = "municipality"
    INDEPENDENT_CITY = "independent_city"
    CITY_STATE = "city_state"
    UNINCORPORATED_AREA = "unincorporated_area"


class SizeClass(StrEnum):
    """By population alone; has nothing to do with the BBSR Stadt- und Gemeindetyp."""

    LARGE_CITY = "large_city"
    MEDIUM_TOWN = "medium_town"
    LARGER_SMALL_TOWN = "larger_small_town"
    SMALL_SMALL_TOWN = "small_small_town"
    RURAL_MUNICIPALITY = "rural_municipality"


MUNICIPALITIES = frozenset({RegisterKind.MUNICIPALITY, RegisterKind.INDEPENDENT_CITY, RegisterKind.CITY_STATE})
"""What counts as a municipality: these three have a size class."""

ANSWERING = MUNICIPALITIES | {RegisterKind.JOINT_MUNICIPALITY, RegisterKind.COUNTY}
"""What can be asked and can answer."""

KIND_TITLES: dict[RegisterKind, Message] = {
    RegisterKind.STATE: M("Land"),
    RegisterKind.DISTRICT: M("Regierungsbezirk"),
    RegisterKind.REGION: M("Region"),
    RegisterKind.COUNTY: M("Landkreis oder Kreis"),
    RegisterKind.JOINT_MUNICIPALITY: M("Gemeindeverband"),
    RegisterKind.MUNICIPALITY: M("Kreisangehörige Gemeinde oder Stadt"),
    RegisterKind.INDEPENDENT_CITY: M("Kreisfreie Stadt"),
    RegisterKind.CITY_STATE: M("Stadtstaat"),
    RegisterKind.UNINCORPORATED_AREA: M("Gemeindefreies Gebiet"),
}

SIZE_CLASS_TITLES: dict[SizeClass, Message] = {
    SizeClass.LARGE_CITY: M("Großstadt (ab 100.000 Einwohner)"),
    SizeClass.MEDIUM_TOWN: M("Mittelstadt (20.000 bis 99.999 Einwohner)"),
    SizeClass.LARGER_SMALL_TOWN: M("Größere Kleinstadt (10.000 bis 19.999 Einwohner)"),
    SizeClass.SMALL_SMALL_TOWN: M("Kleine Kleinstadt (5.000 bis 9.999 Einwohner)"),
    SizeClass.RURAL_MUNICIPALITY: M("Landgemeinde (unter 5.000 Einwohner)"),
}

_LOWER_BOUNDS = (
    (100_000, SizeClass.LARGE_CITY),
    (20_000, SizeClass.MEDIUM_TOWN),
    (10_000, SizeClass.LARGER_SMALL_TOWN),
    (5_000, SizeClass.SMALL_SMALL_TOWN),
)


def size_class(population: int) -> SizeClass:
    """The size class of a municipality with so many inhabitants."""
    return next((size for least, size in _LOWER_BOUNDS if population >= least), SizeClass.RURAL_MUNICIPALITY)
