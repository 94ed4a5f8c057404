"""Cleaning at the border, once: everything stored is clean, everything later only escapes."""

import re
import unicodedata

# What Word writes for the bullets of its symbol fonts (private use area), as Unicode has it.
_WORD_SYMBOLS = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf0e0": "→", "\uf02d": "–"}
# Those, and what is refused: controls but tab and LF, surrogates, non-characters, bidirectional overrides and isolates,
# byte order mark.
_UNCLEAN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "".join(_WORD_SYMBOLS)
    + "]"
)


def clean(text: str) -> str:
    """Several lines as people typed them: NFC, LF, no characters that break a file or a reading direction."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = _UNCLEAN.sub(lambda found: _WORD_SYMBOLS.get(found[0], ""), text)
    return unicodedata.normalize("NFC", text).strip()


def clean_line(text: str) -> str:
    """One line: as `clean`, white space folded."""
    return " ".join(clean(text).split())


def sort_key(text: str) -> str:
    """German alphabetical order (DIN 5007-1) without a database collation: ä sorts as a, ß as ss."""
    return _without_marks(text.casefold())


def search_key(text: str) -> str:
    """Equal for Münster, Muenster and Munster; punctuation and white space folded."""
    folded = _without_marks(text.casefold())
    for spelled, letter in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        folded = folded.replace(spelled, letter)
    return " ".join(re.findall(r"\w+", folded))


def identity_key(text: str) -> str:
    """What makes two e-mail addresses the same: compatibility form, case and outer white space ignored."""
    return unicodedata.normalize("NFKC", clean_line(text)).casefold()


def slug(text: str) -> str:
    """A name for an address: lower-case letters, digits and hyphens."""
    spelled = text.casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        spelled = spelled.replace(umlaut, letters)
    return "-".join(re.findall(r"[a-z0-9]+", _without_marks(spelled)))[:80].strip("-")


def _without_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
