"""The text of an OpenDocument file, node by node."""

import re
from collections.abc import Iterator, Sequence

from consultation.core.blocks import Align, Block, Footnote, ListBlock, ListItem, Paragraph, Table
from consultation.documents import charts, layout, words
from consultation.documents.office.archive import XML, quoted
from consultation.documents.office.look import picture_size
from consultation.documents.office.odt_styles import NAMESPACES, automatic_styles
from consultation.documents.outline import Chart, Heading, Node, Outline, PageBreak, Statement

_DEPTH = 2
"""Levels of headings in the contents."""
_SPACES = re.compile("  +")


class Body:
    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._meta = outline.meta
        self._captions = words.Captions(outline.meta.language)
        self._anchors = 0
        self._tables = 0

    def parts(self) -> Iterator[str]:
        yield (
            f'{XML}<office:document-content {NAMESPACES} office:version="1.3"><office:automatic-styles>'
            f"{automatic_styles()}</office:automatic-styles><office:body><office:text>{self._declared()}"
        )
        yield from self._cover()
        yield from self._contents()
        for node in self._outline.walk():
            yield from self._node(node)
        yield "</office:text></office:body></office:document-content>"

    def _declared(self) -> str:
        names = (self._captions.table_word, self._captions.chart_word)
        each = "".join(f'<text:sequence-decl text:display-outline-level="0" text:name="{name}"/>' for name in names)
        return f"<text:sequence-decls>{each}</text:sequence-decls>"

    def _cover(self) -> Iterator[str]:
        meta = self._meta
        short = self._outline.short
        yield paragraph(meta.author, "short" if short else "cover")
        yield paragraph(meta.title, "Title")
        yield paragraph(meta.subtitle, "Subtitle")
        yield paragraph(meta.description, "short-text" if short else "Cover_20_Text")
        if meta.facts:
            yield from self._table(Table("", (), meta.facts))

    def _contents(self) -> Iterator[str]:
        """An index that can be renewed, filled already; page numbers are references, so they are right at once."""
        headings = self._outline.contents(_DEPTH)
        if self._outline.short:
            return
        if not headings:
            yield _PAGE_BREAK
            return
        title = quoted(words.contents(self._meta.language))
        templates = "".join(
            f'<text:table-of-content-entry-template text:outline-level="{level}" text:style-name="Contents_20_{level}">'
            "<text:index-entry-link-start/><text:index-entry-text/>"
            '<text:index-entry-tab-stop style:type="right" style:leader-char="."/><text:index-entry-page-number/>'
            "<text:index-entry-link-end/></text:table-of-content-entry-template>"
            for level in range(1, _DEPTH + 1)
        )
        heading = f'<text:p text:style-name="Contents_20_Heading">{title}</text:p>'
        yield (
            f'<text:table-of-content text:name="{title}" text:protected="true">'
            f'<text:table-of-content-source text:outline-level="{_DEPTH}">'
            f'<text:index-title-template text:style-name="Contents_20_Heading">{title}</text:index-title-template>'
            f'{templates}</text:table-of-content-source><text:index-body><text:index-title text:name="{title}-1">'
            f"{heading}</text:index-title>"
        )
        for number, entry in enumerate(headings, start=1):
            page = f'<text:bookmark-ref text:reference-format="page" text:ref-name="toc{number}"></text:bookmark-ref>'
            link = f'<text:a xlink:type="simple" xlink:href="#toc{number}" {_LINK}>{inline(entry.text)}<text:tab/>{page}</text:a>'
            yield f'<text:p text:style-name="Contents_20_{entry.level}">{link}</text:p>'
        yield "</text:index-body></text:table-of-content>" + _PAGE_BREAK

    def _node(self, node: Node) -> Iterator[str]:
        match node:
            case Heading():
                yield self._heading(node)
            case Chart():
                yield self._chart(node)
            case Statement():
                yield heading(node.level, inline(node.sender))
                yield from (paragraph(text, "Statement") for text in node.paragraphs)
            case PageBreak():
                yield _PAGE_BREAK
            case ListBlock():
                yield from self._list(layout.shallow(node))
            case _:
                yield from self._block(node)

    def _heading(self, node: Heading) -> str:
        text = inline(node.text)
        if node.in_contents and node.level <= _DEPTH:
            self._anchors += 1
            name = f'text:name="toc{self._anchors}"'
            text = f"<text:bookmark-start {name}/>{text}<text:bookmark-end {name}/>"
        return heading(node.level, text)

    def _block(self, block: Block, depth: int = 0) -> Iterator[str]:
        """`depth` is the number of lists around the block; tables must not stand in lists, which are interrupted."""
        match block:
            case Paragraph(text):
                yield paragraph(text, "Item" if depth else "Standard")
            case Footnote(label, text):
                yield paragraph(f"{label}\t{text}", "Footnote_20_Text")
            case Table():
                yield "</text:list-item></text:list>" * depth
                yield from self._table(block)
                yield f"{_LIST}<text:list-item>" * depth
            case ListBlock():
                yield from self._list(block, depth)

    def _list(self, block: ListBlock, depth: int = 0) -> Iterator[str]:
        yield _LIST
        for item in block.items:
            yield from self._item(item, depth + 1)
        yield "</text:list>"

    def _item(self, item: ListItem, depth: int) -> Iterator[str]:
        first, rest = "", item.blocks
        if rest and isinstance(rest[0], Paragraph):
            first, rest = rest[0].text, rest[1:]
        yield "<text:list-item>" + paragraph(f"{item.label}\t{first}", "Item")
        for block in rest:
            yield from self._block(block, depth)
        yield "</text:list-item>"

    # -- tables --------------------------------------------------------------------------------------
    def _table(self, table: Table) -> Iterator[str]:
        caption = self._captions.table(table.caption)
        if caption:
            yield self._caption(self._captions.table_word, self._captions.tables, table.caption, "Caption")
        self._tables += 1
        across = layout.widths(table)
        columns = "".join(
            f'<table:table-column table:style-name="w{max(1, round(share * 200))}"/>' for share in layout.shares(across)
        )
        title = f"<table:title>{quoted(caption)}</table:title>" if caption else ""
        kind = "table-together" if layout.together(table, across) else "table"
        yield f'<table:table table:name="T{self._tables}" table:style-name="{kind}">{title}{columns}'
        head, aligns, style = layout.head(table), layout.aligns(table), "Dense" if layout.dense(table) else "Cell"
        if head:
            yield f"<table:table-header-rows>{_row(head, aligns, style, 'head', 'whole')}</table:table-header-rows>"
        for row in layout.rows(table, self._meta.language):
            yield _row(row, aligns, style, "cell", "whole" if layout.whole(row, across) else "split")
        yield "</table:table>" + paragraph("", "Table_20_End")

    def _caption(self, word: str, number: int, text: str, style: str) -> str:
        field = (
            f'<text:sequence text:ref-name="ref{word}{number}" text:name="{word}" text:formula="ooow:{word}+1" '
            f'style:num-format="1">{number}</text:sequence>'
        )
        return f'<text:p text:style-name="{style}">{word} {field}: {inline(text)}</text:p>'

    # -- charts --------------------------------------------------------------------------------------
    def _chart(self, chart: Chart) -> str:
        caption = self._captions.chart(chart.caption)
        number = self._captions.charts
        width, height = picture_size(*charts.size(chart, self._meta.language))
        frame = (
            f'<draw:frame draw:style-name="picture" draw:name="{self._captions.chart_word} {number}" '
            f'text:anchor-type="as-char" svg:width="{width}mm" svg:height="{height}mm">'
            f'<draw:image xlink:href="Pictures/{number}.png" xlink:type="simple" xlink:show="embed" '
            f'xlink:actuate="onLoad"/><svg:title>{quoted(caption)}</svg:title>'
            f"<svg:desc>{quoted(chart.alt or chart.caption)}</svg:desc></draw:frame>"
        )
        below = self._caption(self._captions.chart_word, number, chart.caption, "Figure_20_Caption")
        return f'<text:p text:style-name="Figure">{frame}</text:p>{below}'


def heading(level: int, content: str) -> str:
    return f'<text:h text:style-name="Heading_20_{level}" text:outline-level="{level}">{content}</text:h>'


def paragraph(text: str, style: str) -> str:
    return f'<text:p text:style-name="{style}">{inline(text)}</text:p>'


def inline(text: str) -> str:
    """Text with its line breaks, tabs and runs of spaces, which XML would fold."""
    escaped = _SPACES.sub(lambda run: f' <text:s text:c="{len(run[0]) - 1}"/>', quoted(text))
    return escaped.replace("\n", "<text:line-break/>").replace("\t", "<text:tab/>")


def _row(cells: Sequence[str], aligns: Sequence[Align], style: str, cell_style: str, row_style: str) -> str:
    parts = []
    for cell, align in zip(cells, aligns, strict=True):
        name = style if align == "left" else f"{style}_20_{align}"
        content = inline(cell)
        if cell_style == "head":
            content = f'<text:span text:style-name="strong">{content}</text:span>'
        parts.append(
            f'<table:table-cell table:style-name="{cell_style}" office:value-type="string">'
            f'<text:p text:style-name="{name}">{content}</text:p></table:table-cell>'
        )
    return f'<table:table-row table:style-name="{row_style}">{"".join(parts)}</table:table-row>'


_LINK = 'text:style-name="Index_20_Link" text:visited-style-name="Index_20_Link"'
_LIST = '<text:list text:style-name="Labelled">'
_PAGE_BREAK = '<text:p text:style-name="Page_20_Break"/>'
