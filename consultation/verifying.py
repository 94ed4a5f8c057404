"""`consultation verify`: what was checked in plain words, the first difference, and an exit code for scripts."""

from collections.abc import Callable, Sequence

from consultation.documents.checking import Differs, Unusable
from consultation.documents.checking.anything import Service, check_all

HOLDS, DIFFERS, UNUSABLE = 0, 1, 2


def run(given: Sequence[str], service: Service, say: Callable[[str], None], complain: Callable[[str], None]) -> int:
    """The exit code: 0 all holds, 1 something differs, 2 it could not be checked."""
    try:
        check_all(given, service, lambda message: say(str(message)))
    except Differs as differs:
        complain(f"Abweichung: {differs.message}")
        return DIFFERS
    except Unusable as unusable:
        complain(f"Nicht prüfbar: {unusable.message}")
        return UNUSABLE
    say("Alles stimmt.")
    return HOLDS
