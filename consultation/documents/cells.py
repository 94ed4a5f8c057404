"""Answers as cells of a column: what many bodies chose alike is put into words once."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from consultation.documents.formats import Cell
from consultation.forms.definition import Asked
from consultation.questions import Context, Tally

CellOf = Callable[[Any], Cell]
KEPT = 1000
"""Different answers to one field whose words are kept: all there are to most, without letting memory grow."""
_WORDS = {str}
_CHOSEN = (Tally.OPTIONS, Tally.SCALE, Tally.RANKS)


def cells_of(asked: Asked, context: Context) -> CellOf:
    """What makes the cell of an answer to this field; an answer is never None."""

    def cell(value: Any) -> Cell:
        return asked.type.cell(value, asked.settings, context)

    if asked.type.tally not in _CHOSEN:
        return cell
    one = lru_cache(KEPT, typed=True)(cell)
    several = lru_cache(KEPT)(lambda keys: cell(list(keys)))

    def known(value: Any) -> Cell:
        if isinstance(value, str | int):
            return one(value)
        if isinstance(value, list) and set(map(type, value)) <= _WORDS:
            return several(tuple(value))
        return cell(value)

    return known
