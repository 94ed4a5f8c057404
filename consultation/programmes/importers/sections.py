"""pandoc's flat list of headings and blocks → the tree of sections."""

from dataclasses import dataclass, field

from consultation.core.blocks import Block
from consultation.core.errors import Invalid
from consultation.core.language import M, Message
from consultation.programmes.importers.contents import read_blocks
from consultation.programmes.importers.inlines import Collector, Node, line
from consultation.programmes.importers.metadata import split_metadata, stated
from consultation.programmes.importers.normalise import normalise
from consultation.programmes.importers.numbers import split_number
from consultation.programmes.importers.pandoc import Ast
from consultation.programmes.importers.paragraphs import legal_paragraphs
from consultation.programmes.importers.tree import DraftSection, DraftTree
from consultation.programmes.importers.unmarked import mark_headings

MAX_SECTIONS = 3000
"""The longest German law has some 2,500 paragraphs."""


@dataclass
class _Open:
    """A section while it is read; `depth` is the level of the source, which may skip."""

    depth: int
    number: str
    heading: str
    nodes: list[Node] = field(default_factory=list)
    blocks: tuple[Block, ...] = ()


def build_tree(ast: Ast, name: str) -> DraftTree:
    """The draft in `ast`; `name` (of the file) is its title if it states none. Raises `Invalid` if it is empty."""
    collector = Collector()
    notes: list[Message] = []
    nodes = mark_headings(normalise(ast["blocks"]), notes)
    before, opened = _cut(nodes, collector)
    title, metadata = stated(ast["meta"], collector)
    if _is_title(opened, before):
        top = opened.pop(0)
        title, before = f"{top.number} {top.heading}".strip(), [*before, *top.nodes]
    facts, before = split_metadata(before, collector)
    if any(node.get("c") for node in before):
        opened.insert(0, _Open(1, "", "Vorbemerkung" if opened else title or name, before))
        if len(opened) == 1:
            notes.append(M("Im Dokument wurden keine Überschriften gefunden; der ganze Text ist ein Abschnitt. Zeichnen Sie "
                           "Überschriften mit den Formatvorlagen „Überschrift 1“ bis „Überschrift 6“ aus."))  # fmt: skip
    _check(opened)
    for section in opened:
        blocks = legal_paragraphs(read_blocks(section.nodes, collector), section.number)
        section.blocks = (*blocks, *collector.take_footnotes())
    opened = [section for section in opened if section.number or section.heading or section.blocks]
    if not any(section.blocks or section.heading for section in opened):
        raise Invalid(M("Das Dokument enthält keinen Text. Bitte prüfen Sie, ob Sie die richtige Datei gewählt haben."))
    report = (*notes, *collector.report())
    return DraftTree(title or name, (*metadata, *facts), _nest(opened, 1), report)


def _cut(nodes: list[Node], collector: Collector) -> tuple[list[Node], list[_Open]]:
    before: list[Node] = []
    opened: list[_Open] = []
    for node in nodes:
        if node["t"] != "Header":
            (opened[-1].nodes if opened else before).append(node)
            continue
        depth, _, inlines = node["c"]
        number, heading = split_number(line(inlines, collector))
        if not number and not heading:
            continue
        if opened and _continues(opened[-1], number, depth):
            opened[-1].heading = heading
        else:
            opened.append(_Open(depth, number, heading))
    return before, opened


def _continues(last: _Open, number: str, depth: int) -> bool:
    """Two headings in a row, "§ 2" and "Verteilung", are one."""
    return bool(last.number) and not last.heading and not last.nodes and not number and depth >= last.depth


def _is_title(opened: list[_Open], before: list[Node]) -> bool:
    """The only heading of the highest level, first of all and without a number, names the whole document."""
    if len(opened) < 2 or opened[0].number:
        return False
    return all(section.depth > opened[0].depth for section in opened[1:])


def _check(opened: list[_Open]) -> None:
    if len(opened) > MAX_SECTIONS:
        raise Invalid(M("Das Dokument hat mehr als {count} Abschnitte. Bitte teilen Sie es auf.", count=MAX_SECTIONS))


def _nest(opened: list[_Open], level: int) -> tuple[DraftSection, ...]:
    """Sections of one level with what follows each; a skipped level closes up."""
    sections = []
    position = 0
    while position < len(opened):
        first = opened[position]
        end = position + 1
        while end < len(opened) and opened[end].depth > first.depth:
            end += 1
        children = _nest(opened[position + 1 : end], level + 1)
        sections.append(DraftSection(first.number, first.heading, level, first.blocks, children))
        position = end
    return tuple(sections)
