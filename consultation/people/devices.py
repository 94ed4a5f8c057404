"""What a browser is called, in plain words: enough to tell one's own sessions apart, too little to follow anybody."""

import re

_BROWSERS = (
    ("Edg(e|A|iOS)?/", "Edge"),
    ("OPR/|Opera", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/|FxiOS/", "Firefox"),
    ("CriOS/|Chrome/|Chromium/", "Chrome"),
    ("Safari/", "Safari"),
)
"""In this order: most of them claim to be some of those that follow."""
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X|Macintosh", "macOS"),
    ("Linux|X11", "Linux"),
)


def device(user_agent: str) -> str:
    """As in "Firefox, Windows"; only the words of the lists above, empty for what none of them knows."""
    known = (_first(_BROWSERS, user_agent[:1000]), _first(_SYSTEMS, user_agent[:1000]))
    return ", ".join(filter(None, known))


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for pattern, name in names if re.search(pattern, user_agent)), "")
