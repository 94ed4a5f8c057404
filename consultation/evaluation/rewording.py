"""An amendment beside the wording it replaces: which passage of the section it is about, and what it changes in it."""

from collections.abc import Iterator, Sequence

from consultation.core.blocks import Block, ListBlock, plain_text
from consultation.evaluation.models import Contribution, ContributionKind
from consultation.programmes.wording import Words, likeness, words

ALIKE = 0.35
"""Below this no passage of the section is recognisable in the proposal."""


def rewording(said: Contribution, blocks: Sequence[Block]) -> Words:
    """Word by word, if it replaces a passage that can be told; otherwise nothing."""
    if said.kind != ContributionKind.REPLACE or not said.original_text:
        return ()
    alike = [(likeness(passage, said.original_text), passage) for passage in _passages(blocks)]
    best, passage = max(alike, key=lambda pair: pair[0], default=(0.0, ""))
    return words(passage, said.original_text) if best >= ALIKE else ()


def _passages(blocks: Sequence[Block]) -> Iterator[str]:
    """Paragraphs and list items, the nested ones too."""
    for block in blocks:
        if isinstance(block, ListBlock):
            for item in block.items:
                yield from _passages(item.blocks)
        else:
            yield plain_text([block])
