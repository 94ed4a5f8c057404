"""What an import yields: a tree of sections with their blocks, and a report of what could not be taken over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from consultation.core.blocks import Block
from consultation.core.language import Message


@dataclass(frozen=True)
class DraftSection:
    """A heading with what stands under it. `number` is what readers see ("§ 3", "5.2", "Kapitel 1") or empty.

    `level` starts at 1 and no level is skipped. Footnotes stand at the end of `blocks`, their marks [1] in the text.
    """

    number: str
    heading: str
    level: int
    blocks: tuple[Block, ...] = ()
    children: tuple["DraftSection", ...] = ()

    @property
    def title(self) -> str:
        return f"{self.number} {self.heading}".strip()


@dataclass(frozen=True)
class DraftTree:
    """`metadata` are label and text of what stands before the first section; `report` is for the preview."""

    title: str
    metadata: tuple[tuple[str, str], ...]
    sections: tuple[DraftSection, ...]
    report: tuple[Message, ...] = ()


def walk(sections: Iterable[DraftSection]) -> Iterator[DraftSection]:
    """Every section in reading order, parents before their children."""
    for section in sections:
        yield section
        yield from walk(section.children)


def render_tree(tree: DraftTree) -> Iterator[str]:
    """One line a section: number and heading, indented by two spaces a level."""
    for section in walk(tree.sections):
        yield "  " * (section.level - 1) + section.title
