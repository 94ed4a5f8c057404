"""The text of a Word file, node by node."""

from collections.abc import Iterator, Sequence

from consultation.core.blocks import Align, Block, Footnote, ListBlock, ListItem, Paragraph, Table
from consultation.documents import charts, layout, words
from consultation.documents.office.archive import XML, quoted
from consultation.documents.office.docx_parts import R, simple_field
from consultation.documents.office.docx_styles import LIST_STEP, TEXT_WIDTH, TOC_LEVELS, W
from consultation.documents.office.look import picture_size
from consultation.documents.outline import Chart, Heading, Node, Outline, PageBreak, Statement

_DRAWING = (
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"
_EMU = 36_000
"""Per millimetre."""


class Body:
    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._meta = outline.meta
        self._captions = words.Captions(outline.meta.language)
        self._anchors = 0

    def parts(self) -> Iterator[str]:
        yield f"{XML}<w:document {W} {R} {_DRAWING}><w:body>"
        yield from self._cover()
        yield from self._contents()
        for node in self._outline.walk():
            yield from self._node(node)
        yield _SECTION + "</w:body></w:document>"

    def _cover(self) -> Iterator[str]:
        meta = self._meta
        short = self._outline.short
        yield paragraph(runs(meta.author), "ShortAuthor" if short else "CoverAuthor")
        yield paragraph(runs(meta.title), "Title")
        yield paragraph(runs(meta.subtitle), "Subtitle")
        yield paragraph(runs(meta.description), "ShortText" if short else "CoverText")
        if meta.facts:
            yield from self._table(Table("", (), meta.facts))

    def _contents(self) -> Iterator[str]:
        """A field, filled with links; Word knows it to be stale and adds the page numbers, which only Word can know."""
        headings = self._outline.contents(TOC_LEVELS)
        if self._outline.short:
            return
        if not headings:
            yield _PAGE_BREAK
            return
        yield paragraph(runs(words.contents(self._meta.language)), "TOCHeading")
        for number, heading in enumerate(headings, start=1):
            begin = _TOC if number == 1 else ""
            end = _FIELD_END if number == len(headings) else ""
            link = f'<w:hyperlink w:anchor="{anchor(number)}" w:history="1">{runs(heading.text)}</w:hyperlink>'
            yield paragraph(begin + link + end, f"TOC{heading.level}")
        yield _PAGE_BREAK

    def _node(self, node: Node) -> Iterator[str]:
        match node:
            case Heading():
                yield self._heading(node)
            case Chart():
                yield from self._chart(node)
            case Statement():
                yield paragraph(runs(node.sender), f"Heading{node.level}")
                yield from (paragraph(runs(text), "Statement") for text in node.paragraphs)
            case PageBreak():
                yield _PAGE_BREAK
            case ListBlock():
                yield from self._list(layout.shallow(node), 0)
            case _:
                yield from self._block(node, 0)

    def _heading(self, heading: Heading) -> str:
        text = runs(heading.text)
        if heading.in_contents and heading.level <= TOC_LEVELS:
            self._anchors += 1
            number = self._anchors
            text = f'<w:bookmarkStart w:id="{number}" w:name="{anchor(number)}"/>{text}<w:bookmarkEnd w:id="{number}"/>'
        return paragraph(text, f"Heading{heading.level}")

    def _block(self, block: Block, level: int) -> Iterator[str]:
        """`level` is the number of lists around the block."""
        indent = f'<w:ind w:left="{LIST_STEP * level}"/>' if level else ""
        match block:
            case Paragraph(text):
                yield paragraph(runs(text), "Item" if level else "Normal", indent)
            case Footnote(label, text):
                yield paragraph(runs(f"{label}\t{text}"), "FootnoteText")
            case Table():
                yield from self._table(block)
            case ListBlock():
                yield from self._list(block, level)

    def _list(self, block: ListBlock, level: int) -> Iterator[str]:
        for item in block.items:
            yield from self._item(item, level)

    def _item(self, item: ListItem, level: int) -> Iterator[str]:
        first, rest = "", item.blocks
        if rest and isinstance(rest[0], Paragraph):
            first, rest = rest[0].text, rest[1:]
        number = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'
        yield paragraph(f"{runs(item.label)}<w:r><w:tab/></w:r>{runs(first)}", "Item", number)
        for block in rest:
            yield from self._block(block, level + 1)

    # -- tables --------------------------------------------------------------------------------------
    def _table(self, table: Table) -> Iterator[str]:
        caption = self._captions.table(table.caption)
        if caption:
            yield self._caption(self._captions.table_word, self._captions.tables, table.caption, "Caption")
        across = layout.widths(table)
        widths = [round(share * TEXT_WIDTH) for share in layout.shares(across)]
        head, aligns, style = layout.head(table), layout.aligns(table), "CellDense" if layout.dense(table) else "Cell"
        bits = 0x0600 | (0x0020 if head else 0) | (0x0080 if table.row_headers else 0)
        sides = (
            f'w:firstRow="{int(bool(head))}" w:lastRow="0" w:firstColumn="{int(table.row_headers)}" w:lastColumn="0"'
        )
        look = f'w:val="{bits:04X}" {sides}'
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        yield (
            '<w:tbl><w:tblPr><w:tblStyle w:val="DocumentTable"/>'
            f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            f'<w:tblLook {look} w:noHBand="1" w:noVBand="1"/><w:tblCaption w:val="{quoted(caption)}"/>'
            f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        )
        if head:
            yield _row(head, widths, aligns, f"{style}Head", "<w:cantSplit/><w:tblHeader/>")
        last = max(len(table.rows), 1)
        together = layout.together(table, across)
        for number, row in enumerate(layout.rows(table, self._meta.language), start=1):
            whole = "<w:cantSplit/>" if layout.whole(row, across) else ""
            yield _row(row, widths, aligns, style, whole, with_next=together and number < last)
        yield "</w:tbl>" + paragraph("", "TableEnd")

    def _caption(self, word: str, number: int, text: str, style: str) -> str:
        field = simple_field(f"SEQ {word} \\* ARABIC", str(number))
        return paragraph(f"{runs(word + ' ')}{field}{runs(': ' + text)}", style)

    # -- charts --------------------------------------------------------------------------------------
    def _chart(self, chart: Chart) -> Iterator[str]:
        caption = self._captions.chart(chart.caption)
        number = self._captions.charts
        width, height = (round(mm * _EMU) for mm in picture_size(*charts.size(chart, self._meta.language)))
        alt = quoted(chart.alt or chart.caption)
        name = f'id="{number}" name="{quoted(caption)[:60].partition(":")[0]}" descr="{alt}"'
        yield paragraph(
            '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{width}" cy="{height}"/><wp:docPr {name}/>'
            f'<a:graphic><a:graphicData uri="{_PICTURE}"><pic:pic><pic:nvPicPr><pic:cNvPr {name}/><pic:cNvPicPr/>'
            f'</pic:nvPicPr><pic:blipFill><a:blip r:embed="picture{number}"/><a:stretch><a:fillRect/></a:stretch>'
            f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
            "</wp:inline></w:drawing></w:r>",
            "Figure",
        )
        yield self._caption(self._captions.chart_word, number, chart.caption, "FigureCaption")


def anchor(number: int) -> str:
    return f"_Toc{number:06d}"


def runs(text: str) -> str:
    """Text with its line breaks and tabs."""
    pieces = quoted(text).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
    pieces = pieces.replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    return f'<w:r><w:t xml:space="preserve">{pieces}</w:t></w:r>'


def paragraph(content: str, style: str, properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{content}</w:p>'


def _row(
    cells: Sequence[str], widths: Sequence[int], aligns: Sequence[Align], style: str, properties: str,
    *, with_next: bool = False,
) -> str:  # fmt: skip
    """`with_next`: on the same page as the row below."""
    keep = "<w:keepNext/>" if with_next else ""
    parts = []
    for cell, width, align in zip(cells, widths, aligns, strict=True):
        side = keep if align == "left" else f'{keep}<w:jc w:val="{align}"/>'
        parts.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{paragraph(runs(cell), style, side)}</w:tc>'
        )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(parts)}</w:tr>"


_TOC = (
    '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
    f'<w:r><w:instrText xml:space="preserve"> TOC \\o "1-{TOC_LEVELS}" \\h \\z \\u </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
)
_FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
_PAGE_BREAK = (
    '<w:p><w:pPr><w:pageBreakBefore/><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
)
"""Begins a page, so that a full one before it is not followed by an empty one."""
_SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="header"/><w:headerReference w:type="first" r:id="header-first"/>'
    '<w:footerReference w:type="default" r:id="footer"/><w:footerReference w:type="first" r:id="footer-first"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1361" w:right="1247" w:bottom="1361" w:left="1361" w:header="680" '
    'w:footer="624" w:gutter="0"/><w:titlePg/></w:sectPr>'
)
