"""`consultation verify`: what was checked in plain words, the first difference, and an exit code for scripts."""

from collections.abc import Callable, Sequence

from consultation.core.language import Message
from consultation.documents.checking import Differs, Partly, Unusable
from consultation.documents.checking.anything import Service, check_all

HOLDS, DIFFERS, UNUSABLE = 0, 1, 2
PARTLY = "Was geprüft wurde, stimmt. Was nicht Byte für Byte nachgerechnet werden konnte, und warum, steht oben."


def run(given: Sequence[str], service: Service, say: Callable[[str], None], complain: Callable[[str], None]) -> int:
    """The exit code: 0 all holds, 1 something differs, 2 it could not be checked."""
    partly = False

    def tell(message: Message) -> None:
        nonlocal partly
        partly = partly or isinstance(message, Partly)
        say(str(message))

    try:
        check_all(given, service, tell)
    except Differs as differs:
        complain(f"Abweichung: {differs.message}")
        return DIFFERS
    except Unusable as unusable:
        complain(f"Nicht prüfbar: {unusable.message}")
        return UNUSABLE
    say(PARTLY if partly else "Alles stimmt.")
    return HOLDS
