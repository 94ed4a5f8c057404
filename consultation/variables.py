"""The settings as they hold now: value, and where it comes from; and variables that look like a setting and are none."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from consultation.settings import Explanation, Settings, describe, login_mailbox

PREFIX = "CONSULTATION_"
"""No variable of ours begins so; people who are used to such names try it."""
ALIKE = 0.84
"""How much of two names has to be the same, of names long enough for a slip of the fingers to be told from another word."""
LONG = 6
ADDRESSES = ("DATABASE_URL", "MAIL")
"""Passwords stand in them."""
HELD, DEFAULT = "gesetzt", "Vorgabe"


@dataclass(frozen=True)
class Holding:
    """One setting: what holds, and why."""

    explained: Explanation
    value: str
    source: str


def holdings(environment: Mapping[str, str], data_dir: Path | None) -> Iterator[Holding]:
    """`data_dir`: of the command line. Secrets are only said to be set."""
    given = {name: value for name, value in environment.items() if value and not login_mailbox(name, value)}
    for explained in describe():
        name = explained.name
        if name == "DATA_DIR" and data_dir is not None:
            yield Holding(explained, str(data_dir), "--data-dir")
        elif name in given:
            yield Holding(explained, _shown(name, given[name]), "Umgebung")
        elif (
            name == "SECRET_KEY" and (key := (data_dir or Path(given.get("DATA_DIR") or "var")) / "secret_key").exists()
        ):
            yield Holding(explained, HELD, f"Datei {key}")
        else:
            yield Holding(explained, explained.default, DEFAULT)


def _shown(name: str, value: str) -> str:
    if isinstance(Settings.model_fields[name.lower()].default, SecretStr):
        return HELD
    return _without_password(value) if name in ADDRESSES else value


def _without_password(address: str) -> str:
    """Only if it is clear where a password would be."""
    try:
        parts = urlsplit(address)
        host, port, user = parts.hostname, parts.port, parts.username
    except ValueError:
        return HELD
    if "@" not in address:
        return address.partition("?")[0]
    if not host or user is None or "@" in parts.path + parts.query + parts.fragment:
        return HELD
    place = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{user}:***@{place}{f':{port}' if port else ''}{parts.path}"


def strangers(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Variables that nobody reads, each with the setting that was probably meant."""
    known = [explained.name for explained in describe()]
    for name in sorted(set(environment) - set(known)):
        bare = name.removeprefix(PREFIX)
        if meant := _meant(bare, known, 0 if name != bare else ALIKE):
            yield name, meant


def _meant(name: str, known: list[str], alike: float) -> str:
    """The setting that is most like this name; empty where none is alike enough."""
    squeezed = {one.replace("_", ""): one for one in known if len(one) > LONG or not alike}
    nearest = difflib.get_close_matches(name.upper().replace("_", ""), squeezed, 1, alike)
    return squeezed[nearest[0]] if nearest else ""
