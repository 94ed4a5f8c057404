"""The kinds of organisations, with what users call them."""

from enum import StrEnum

from consultation.core.language import M, Message
from consultation.register.kinds import RegisterKind


class OrganisationKind(StrEnum):
    MUNICIPALITY = "municipality"
    INDEPENDENT_CITY = "independent_city"
    CITY_STATE = "city_state"
    COUNTY = "county"
    JOINT_MUNICIPALITY = "joint_municipality"
    LOCAL_GOVERNMENT_ASSOCIATION = "local_government_association"
    QUALITY_CIRCLE = "quality_circle"
    PARTNER_ORGANISATION = "partner_organisation"
    FEDERAL_BODY = "federal_body"
    STATE_BODY = "state_body"
    FOUNDATION = "foundation"
    PROGRAMME_AGENCY = "programme_agency"


class PartnerKind(StrEnum):
    WELFARE_ASSOCIATION = "welfare_association"
    MIGRANT_ORGANISATION = "migrant_organisation"
    RELIGIOUS_COMMUNITY = "religious_community"
    CLUB = "club"
    LABOUR_MARKET_ACTOR = "labour_market_actor"
    VOLUNTEERS = "volunteers"


MUNICIPAL_BODIES = frozenset(
    {
        OrganisationKind.MUNICIPALITY,
        OrganisationKind.INDEPENDENT_CITY,
        OrganisationKind.CITY_STATE,
        OrganisationKind.COUNTY,
        OrganisationKind.JOINT_MUNICIPALITY,
    }
)
MEMBERS_KNOWN = frozenset({OrganisationKind.JOINT_MUNICIPALITY, OrganisationKind.COUNTY})
"""Whose members stand in the register."""
SPEAKS_FOR_OTHERS = frozenset(
    {
        OrganisationKind.JOINT_MUNICIPALITY,
        OrganisationKind.COUNTY,
        OrganisationKind.QUALITY_CIRCLE,
        OrganisationKind.LOCAL_GOVERNMENT_ASSOCIATION,
    }
)

KIND_TITLES: dict[OrganisationKind, Message] = {
    OrganisationKind.MUNICIPALITY: M("Gemeinde, Stadt"),
    OrganisationKind.INDEPENDENT_CITY: M("kreisfreie Stadt"),
    OrganisationKind.CITY_STATE: M("Stadtstaat"),
    OrganisationKind.COUNTY: M("Landkreis, Kreis"),
    OrganisationKind.JOINT_MUNICIPALITY: M("Gemeindeverband"),
    OrganisationKind.LOCAL_GOVERNMENT_ASSOCIATION: M("kommunaler Spitzenverband"),
    OrganisationKind.QUALITY_CIRCLE: M("Kommunaler Qualitätszirkel"),
    OrganisationKind.PARTNER_ORGANISATION: M("Partnerorganisation"),
    OrganisationKind.FEDERAL_BODY: M("Bundesbehörde"),
    OrganisationKind.STATE_BODY: M("Landesbehörde"),
    OrganisationKind.FOUNDATION: M("Stiftung"),
    OrganisationKind.PROGRAMME_AGENCY: M("Projektträger"),
}

PARTNER_TITLES: dict[PartnerKind, Message] = {
    PartnerKind.WELFARE_ASSOCIATION: M("Wohlfahrtsverband"),
    PartnerKind.MIGRANT_ORGANISATION: M("Migrantenorganisation"),
    PartnerKind.RELIGIOUS_COMMUNITY: M("Religionsgemeinschaft"),
    PartnerKind.CLUB: M("Verein"),
    PartnerKind.LABOUR_MARKET_ACTOR: M("Arbeitsmarktakteur"),
    PartnerKind.VOLUNTEERS: M("Ehrenamtliche"),
}


def organisation_kind(kind: RegisterKind) -> OrganisationKind:
    """A body of the register that can answer, as an organisation."""
    return OrganisationKind(kind.value)
