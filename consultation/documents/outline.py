"""The neutral document: what is said, in which order; nothing of how it looks. Formats turn it into files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from consultation.core.blocks import Footnote, ListBlock, ListItem, Paragraph, Table
from consultation.core.language import SOURCE, Language

__all__ = [
    "SPOKEN", "Chart", "ChartRow", "Footnote", "Heading", "ListBlock", "ListItem", "Meta", "Node", "Outline",
    "PageBreak", "Paragraph", "Statement", "Table",
]  # fmt: skip


SPOKEN: Language = SOURCE
"""The language in which public bodies here write."""


@dataclass(frozen=True)
class Meta:
    """`facts` stand on the title page as label and text; `marks` on every page (draft notice, demo data)."""

    title: str
    subtitle: str
    author: str
    language: Language
    moment: datetime
    description: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    marks: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heading:
    """Levels 1 to 4, none skipped. `key` is unique in the document and usable as an anchor."""

    level: int
    text: str
    key: str
    in_contents: bool = True


@dataclass(frozen=True)
class ChartRow:
    label: str
    total: int
    values: tuple[float, ...]
    """Shares of the options, 0 to 1."""


@dataclass(frozen=True)
class Chart:
    """Horizontal bars. `alt` is a sentence with the numbers; a table with the same numbers follows in the outline."""

    key: str
    caption: str
    alt: str
    kind: Literal["stacked", "bars"]
    options: tuple[str, ...]
    rows: tuple[ChartRow, ...]
    scale: bool = False
    """The options are steps of a scale: colours diverge."""


@dataclass(frozen=True)
class Statement:
    """Somebody's own words under the sender's name (a heading of level 3 or 4 that is not in the contents).

    They are in `SPOKEN`, whatever the language of the document: files say so, for those who have them read aloud.
    """

    sender: str
    key: str
    level: int
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class PageBreak:
    pass


Node = Heading | Paragraph | ListBlock | Table | Footnote | Chart | Statement | PageBreak


@dataclass(frozen=True)
class Outline:
    """`nodes` can be called again and again: each call walks the document from the start without holding it."""

    meta: Meta
    nodes: Callable[[], Iterator[Node]] = field(repr=False)
    short: bool = False
    """A few pages to lay before somebody: title and facts stand above the text, without a title page or contents."""

    def walk(self) -> Iterator[Node]:
        """The nodes, with headings that start at level 1 and skip none: accessible files must not have gaps."""
        level = 0
        for node in self.nodes():
            match node:
                case Heading() | Statement():
                    level = min(node.level, level + 1)
                    yield node if node.level == level else replace(node, level=level)
                case _:
                    yield node

    def contents(self, depth: int = 2) -> list[Heading]:
        return list(self._listed(depth))

    @property
    def has_contents(self) -> bool:
        """Walks no further than to the first of them."""
        return next(self._listed(), None) is not None

    def _listed(self, depth: int = 2) -> Iterator[Heading]:
        if not self.short:
            yield from (n for n in self.walk() if isinstance(n, Heading) and n.in_contents and n.level <= depth)

    def charts(self) -> list[Chart]:
        return [n for n in self.nodes() if isinstance(n, Chart)]
