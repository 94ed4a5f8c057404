"""Refusing a value, in whole or in part; all parts of an answer are looked at before anything is said."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import NoReturn

from consultation.core.errors import Problem
from consultation.core.language import M, Message
from consultation.questions import Refused, Value


def refuse(message: Message, *, field: str = "", code: str = "invalid", in_data: Message | None = None) -> NoReturn:
    raise Refused(Problem(field, message, code, in_data))


@contextmanager
def part(problems: list[Problem], name: str) -> Iterator[None]:
    """Collect what is refused inside, as problems of the part `name`."""
    try:
        yield
    except Refused as refused:
        problems += (
            dataclasses.replace(found, field=f"{name}.{found.field}" if found.field else name)
            for found in refused.problems
        )


def check_parts(value: Value, names: Iterable[str], check: Callable[[str, Value], Value]) -> dict[str, Value]:
    """A mapping with no other keys than `names`, each part checked, in the order of `names`; empty parts fall out."""
    if not isinstance(value, dict):
        refuse(
            M("Diese Angabe besteht aus mehreren Teilen. Bitte geben Sie je Teil einen Wert an."),
            in_data=M("Hier steht ein Objekt mit einem Wert je Teil."),
        )
    names = tuple(names)
    known = frozenset(names)
    problems = [_unknown(key) for key in islice((key for key in value if key not in known), 1)]
    clean: dict[str, Value] = {}
    for name in names:
        if name in value:
            with part(problems, name):
                clean[name] = check(name, value[name])
    if problems:
        raise Refused(*problems)
    return {name: one for name, one in clean.items() if one is not None}


def _unknown(key: str) -> Problem:
    return Problem("", M("„{key}“ gehört nicht zu dieser Frage. Bitte lassen Sie diesen Teil weg.", key=key[:40]))
