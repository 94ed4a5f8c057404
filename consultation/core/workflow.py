"""A state machine is a table. This engine is pure: no database, no web, no clock."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from consultation.core.errors import Conflict, Forbidden, NotReady, Problem
from consultation.core.language import M, Message

A = TypeVar("A", contravariant=True)
S = TypeVar("S", contravariant=True)
T = TypeVar("T")


class Stateful(Protocol):
    @property
    def state(self) -> StrEnum: ...


St = TypeVar("St", bound=Stateful, contravariant=True)


@dataclass(frozen=True)
class Rule(Generic[A, S]):
    """A named question about (actor, subject); combine with & | ~. The name is German and stands in refusals."""

    name: Message
    test: Callable[[A, S], bool]

    def __call__(self, actor: A, subject: S) -> bool:
        return self.test(actor, subject)

    def demand(self, actor: A, subject: S) -> None:
        """Raises Forbidden, naming who may."""
        if not self(actor, subject):
            raise Forbidden(M("Das darf nur: {who}.", who=self.name))

    def __and__(self: "Rule[A, T]", other: "Rule[A, T]") -> "Rule[A, T]":
        return Rule(M("{a} und {b}", a=self.name, b=other.name), lambda a, s: self(a, s) and other(a, s))

    def __or__(self: "Rule[A, T]", other: "Rule[A, T]") -> "Rule[A, T]":
        return Rule(M("{a} oder {b}", a=self.name, b=other.name), lambda a, s: self(a, s) or other(a, s))

    def __invert__(self) -> "Rule[A, S]":
        return Rule(M("nicht: {a}", a=self.name), lambda a, s: not self(a, s))


@dataclass(frozen=True)
class Transition(Generic[A, St]):
    """One row: `ready` lists everything that is missing at once; `causes` are the job kinds that follow."""

    action: str
    title: Message
    sources: frozenset[StrEnum]
    target: StrEnum
    who: Rule[A, St]
    ready: tuple[Callable[[A, St], Iterable[Problem]], ...] = ()
    causes: tuple[str, ...] = ()

    def problems(self, actor: A, subject: St) -> tuple[Problem, ...]:
        return tuple(problem for check in self.ready for problem in check(actor, subject))


class Workflow(Generic[A, St]):
    def __init__(
        self, name: str, title: Message, states: dict[StrEnum, Message], rows: Iterable[Transition[A, St]]
    ) -> None:
        self.name = name
        self.title = title
        self.states = states
        self.rows = {row.action: row for row in rows}

    def allowed(self, actor: A, subject: St) -> list[Transition[A, St]]:
        """What this actor may do in this state: feeds buttons, beside which a page says what is still missing."""
        return [r for r in self.rows.values() if subject.state in r.sources and r.who(actor, subject)]

    def possible(self, actor: A, subject: St) -> list[Transition[A, St]]:
        """What `check` would let pass now: feeds the API's `actions` list, where nobody reads what is still missing."""
        return [row for row in self.allowed(actor, subject) if not row.problems(actor, subject)]

    def may(self, actor: A, subject: St, action: str) -> bool:
        row = self.rows[action]
        return subject.state in row.sources and row.who(actor, subject)

    def check(self, actor: A, subject: St, action: str) -> Transition[A, St]:
        """403, 409 or 422, in this order; the refusal tells who may do it and in which state."""
        row = self.rows[action]
        if not row.who(actor, subject):
            raise Forbidden(M("„{action}“ darf nur: {who}.", action=row.title, who=row.who.name))
        if subject.state not in row.sources:
            states = tuple(self.states[s] for s in self.states if s in row.sources)
            raise Conflict(
                M(
                    "„{action}“ geht nur im Zustand {states}; jetzt ist der Zustand: {state}.",
                    action=row.title,
                    states=states,
                    state=self.states[subject.state],
                )
            )
        if problems := row.problems(actor, subject):
            raise NotReady(M("„{action}“ ist noch nicht möglich.", action=row.title), problems=problems)
        return row

    def mermaid(self) -> str:
        """The diagram of the documentation; a test keeps the two equal."""
        lines = [
            f"    {s} --> {r.target}: {r.action}" for r in self.rows.values() for s in self.states if s in r.sources
        ]
        return "\n".join(["stateDiagram-v2", *lines])
