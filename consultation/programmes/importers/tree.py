"""What an import yields: a tree of sections with their blocks, and a report of what could not be taken over."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from consultation.core import blocks
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


def to_json(tree: DraftTree) -> dict[str, Any]:
    """The tree between its preview and its saving; without the report, which the preview has shown."""
    return {"title": tree.title, "metadata": tree.metadata, "sections": [_to_json(s) for s in tree.sections]}


def _to_json(section: DraftSection) -> dict[str, Any]:
    return {
        "number": section.number, "heading": section.heading, "level": section.level,
        "blocks": blocks.to_json(section.blocks), "children": [_to_json(child) for child in section.children],
    }  # fmt: skip


def from_json(found: Mapping[str, Any]) -> DraftTree:
    """What `to_json` made."""
    metadata = tuple((str(label), str(text)) for label, text in found["metadata"])
    return DraftTree(found["title"], metadata, tuple(_from_json(section) for section in found["sections"]))


def _from_json(found: Mapping[str, Any]) -> DraftSection:
    return DraftSection(
        found["number"], found["heading"], found["level"], blocks.from_json(found["blocks"]),
        tuple(_from_json(child) for child in found["children"]),
    )  # fmt: skip
