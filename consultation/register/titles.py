"""What a body is called where its bare name would be mistaken: "Amt Büchen", not the municipality of Büchen."""

from consultation.register.models import RegisterBody

_PREFIXES = {
    "43": "Kreis",
    "44": "Landkreis",
    "51": "Amt",
    "52": "Samtgemeinde",
    "53": "Verbandsgemeinde",
    "54": "Verwaltungsgemeinschaft",
    "55": "Kirchspielslandgemeinde",
    "56": "Verwaltungsverband",
    "58": "Erfüllende Gemeinde",
}
_TITLED = ("VVG ", "GVV ", "Nachbarschaftsverband ", "Region ", "Städteregion ")
"""Beginnings of names that say themselves what they are (vereinbarte VG, Gemeindeverwaltungsverband, …)."""


def title(body: RegisterBody) -> str:
    """A proper name, the same in every language."""
    return title_of(body.name, body.text_key)


def title_of(name: str, text_key: str | None) -> str:
    """The same from the register's name and Textkennzeichen."""
    bare = name.replace(" (VGem)", "")
    prefix = _PREFIXES.get(text_key or "")
    says_county = prefix in ("Kreis", "Landkreis") and "kreis" in bare.casefold()
    if prefix is None or says_county or bare.startswith((*_TITLED, f"{prefix} ")):
        return bare
    return f"{prefix} {bare.partition(',')[0]}"
