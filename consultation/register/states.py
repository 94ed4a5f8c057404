"""The sixteen Länder: ISO 3166-2 code, official key and German name."""

from enum import StrEnum

from consultation.core.language import M, Message


class State(StrEnum):
    """A Land, in the order of its official key."""

    SH = "SH"
    HH = "HH"
    NI = "NI"
    HB = "HB"
    NW = "NW"
    HE = "HE"
    RP = "RP"
    BW = "BW"
    BY = "BY"
    SL = "SL"
    BE = "BE"
    BB = "BB"
    MV = "MV"
    SN = "SN"
    ST = "ST"
    TH = "TH"


STATE_BY_KEY: dict[str, State] = {f"{number:02}": state for number, state in enumerate(State, start=1)}
"""Official two-digit key → Land: "01" is Schleswig-Holstein."""

KEY_BY_STATE: dict[State, str] = {state: key for key, state in STATE_BY_KEY.items()}

STATE_TITLES: dict[State, Message] = {
    State.SH: M("Schleswig-Holstein"),
    State.HH: M("Hamburg"),
    State.NI: M("Niedersachsen"),
    State.HB: M("Bremen"),
    State.NW: M("Nordrhein-Westfalen"),
    State.HE: M("Hessen"),
    State.RP: M("Rheinland-Pfalz"),
    State.BW: M("Baden-Württemberg"),
    State.BY: M("Bayern"),
    State.SL: M("Saarland"),
    State.BE: M("Berlin"),
    State.BB: M("Brandenburg"),
    State.MV: M("Mecklenburg-Vorpommern"),
    State.SN: M("Sachsen"),
    State.ST: M("Sachsen-Anhalt"),
    State.TH: M("Thüringen"),
}
