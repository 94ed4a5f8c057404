"""Absätze of a law: the list "(1) … (2) …" under a §, also where the source format lost the parentheses."""

from dataclasses import replace
from itertools import count

from consultation.core.blocks import Block, ListBlock

_LEGAL = ("§", "Art")


def legal_paragraphs(blocks: tuple[Block, ...], number: str) -> tuple[Block, ...]:
    """Under a § a list "1. 2." that opens the text, or goes on from there, is the list of its Absätze.

    HTML and some word processors keep "1" of "(1)" and forget the parentheses. A list that follows a sentence
    ("… in folgenden Bereichen:") is a list of Nummern and stays as it is.
    """
    if not number.startswith(_LEGAL):
        return blocks
    result: list[Block] = []
    following = 1
    for position, block in enumerate(blocks):
        if isinstance(block, ListBlock) and (position == 0 or following > 1) and _counts_from(block, following):
            following += len(block.items)
            block = _in_parentheses(block)  # noqa: PLW2901 -- the one that is kept
        result.append(block)
    return tuple(result)


def _counts_from(block: ListBlock, first: int) -> bool:
    return all(item.label in {f"{n}.", f"({n})"} for item, n in zip(block.items, count(first), strict=False))


def _in_parentheses(block: ListBlock) -> ListBlock:
    items = (
        item if item.label.startswith("(") else replace(item, label=f"({item.label[:-1]})") for item in block.items
    )
    return ListBlock(tuple(items))
