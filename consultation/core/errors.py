"""Every refusal the rooms can utter. The edge maps them to status codes; nothing else knows HTTP."""

from collections.abc import Iterable
from dataclasses import dataclass

from consultation.core.language import M, Message


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: which field, why, and how to mend it (in the message).

    The field is one that whoever hears of it could fill in; it is empty for what is wrong with no single one.
    """

    field: str
    message: Message
    code: str = "invalid"
    """What an API client can tell apart; the rules beyond a JSON Schema have codes of their own."""
    in_data: Message | None = None
    """What programs read instead: where a page takes "31.03.2026" or "50 %", data hold 2026-03-31 and 0.5."""


class DomainError(Exception):
    status = 400
    code = "invalid"

    def __init__(self, message: Message, *, problems: Iterable[Problem] = ()) -> None:
        super().__init__(str(message))
        self.message = message
        self.problems = tuple(problems)


class NotFound(DomainError):
    status, code = 404, "not_found"


class Forbidden(DomainError):
    status, code = 403, "forbidden"


class Conflict(DomainError):
    status, code = 409, "conflict"


def changed_meanwhile() -> Conflict:
    """Somebody else was quicker: said in the same way on a page and to a program."""
    return Conflict(M("Jemand anderes hat dies inzwischen geändert. Sehen Sie sich den neuen Stand an."))


class NotReady(DomainError):
    """The request is understood and allowed, but what it is about is not complete or not valid."""

    status, code = 422, "not_ready"


class Invalid(NotReady):
    """Bad input; `problems` name field, reason and remedy."""

    status, code = 422, "invalid"

    @classmethod
    def about(cls, field: str, message: Message) -> "Invalid":
        """One thing is wrong."""
        return cls(M("Bitte prüfen Sie Ihre Angaben."), problems=[Problem(field, message)])


class TooMany(DomainError):
    """A limit was reached; `retry_after` is in seconds."""

    status, code = 429, "too_many"

    def __init__(self, message: Message, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
