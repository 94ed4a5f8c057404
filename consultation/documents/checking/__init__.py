"""Checking what the service handed out: editions, the procedure log, receipts. Reads only, and says what it looked at."""

from collections.abc import Callable
from dataclasses import dataclass

from consultation.core.language import Message

Tell = Callable[[Message], None]
"""Told of everything that was looked at and holds."""


@dataclass(frozen=True)
class Partly(Message):
    """Told of what could not be compared byte for byte: whoever hears it does not say that everything holds."""

    @staticmethod
    def only(message: Message) -> "Partly":
        return Partly(message.text, message.parameters)


class Differs(Exception):
    """The first difference between what is there and what should be."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class Unusable(Exception):
    """What was given cannot be checked; the message says how it can be."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message
