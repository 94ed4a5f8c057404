"""The styles of a Word document: what people change when they want it to look like their house."""

from consultation.core.language import Language
from consultation.documents import words
from consultation.documents.office.archive import XML
from consultation.documents.office.look import BLUE, FONT, INK, LINE, MARK_INK, MARK_PAPER, PALE
from consultation.documents.outline import SPOKEN

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TEXT_WIDTH = 9298
"""Twentieths of a point."""
TOC_LEVELS = 2
LIST_STEP = 454


def styles(language: Language) -> str:
    return (
        f"{XML}<w:styles {W}>{_defaults(words.locale_tag(language))}"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/></w:style>'
        f"{''.join(_paragraph_styles())}{_table_style()}</w:styles>"
    )


def _defaults(tag: str) -> str:
    fonts = "".join(f' w:{script}="{FONT}"' for script in ("ascii", "hAnsi", "cs", "eastAsia"))
    return (
        f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts{fonts}/><w:color w:val="{INK}"/><w:sz w:val="20"/>'
        f'<w:szCs w:val="20"/><w:lang w:val="{tag}" w:eastAsia="{tag}" w:bidi="he-IL"/></w:rPr></w:rPrDefault>'
        '<w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="271" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
        "</w:docDefaults>"
    )


def _style(key: str, name: str, paragraph: str = "", run: str = "", based_on: str = "Normal", after: str = "") -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="{based_on}"/>'
        f'<w:next w:val="{after or key}"/><w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>'
    )


def _spacing(before: int, after: int, line: int = 0) -> str:
    height = f' w:line="{line}" w:lineRule="auto"' if line else ""
    return f'<w:spacing w:before="{before}" w:after="{after}"{height}/>'


def _type(size: float, *, bold: bool = False, italic: bool = False, colour: str = "") -> str:
    tint = f'<w:color w:val="{colour}"/>' if colour else ""
    points = f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'
    return ("<w:b/>" if bold else "") + ("<w:i/>" if italic else "") + tint + points


def _paragraph_styles() -> list[str]:
    keep, left_line = (
        "<w:keepNext/>",
        f'<w:pBdr><w:left w:val="single" w:sz="12" w:space="8" w:color="{LINE}"/></w:pBdr>',
    )
    blue_bar = f'<w:pBdr><w:top w:val="single" w:sz="40" w:space="12" w:color="{BLUE}"/></w:pBdr>'
    right_tab = f'<w:tabs><w:tab w:val="right" w:pos="{TEXT_WIDTH}"/></w:tabs>'
    return [
        _style("CoverAuthor", "Cover Author", blue_bar + _spacing(0, 1700), _type(11, bold=True, colour=BLUE)),
        _style("Title", "Title", _spacing(0, 240, 240), _type(26, bold=True, colour=BLUE), after="Subtitle"),
        _style("Subtitle", "Subtitle", _spacing(0, 360), _type(14), after="Normal"),
        _style("CoverText", "Cover Text", _spacing(0, 2400)),
        _style("ShortAuthor", "Short Author", blue_bar + _spacing(0, 240), _type(11, bold=True, colour=BLUE)),
        _style("ShortText", "Short Text", _spacing(0, 240)),
        *_headings(),
        _style("TOCHeading", "TOC Heading", f"{keep}<w:pageBreakBefore/>" + _spacing(0, 200),
               _type(18, bold=True, colour=BLUE)),
        *_contents(),
        _style("Caption", "caption", keep + _spacing(240, 100), _type(9, bold=True, colour=BLUE), after="Normal"),
        _style("FigureCaption", "Figure Caption", '<w:keepNext w:val="0"/>' + _spacing(80, 280), "", "Caption"),
        _style("Figure", "Figure", keep + _spacing(200, 0)),
        _style("Cell", "Table Cell", _spacing(30, 30, 252), _type(9)),
        _style("CellHead", "Table Head", keep, "<w:b/>", "Cell"),
        _style("CellDense", "Table Cell Dense", "", _type(7.5), "Cell"),
        _style("CellDenseHead", "Table Head Dense", keep, "<w:b/>", "CellDense"),
        _style("TableEnd", "Table End", _spacing(0, 120, 240), _type(6)),
        _style("Item", "List Item", _spacing(0, 80)),
        _style("Statement", "Statement", left_line + _spacing(0, 100) + '<w:ind w:left="284"/>',
               f'<w:lang w:val="{words.locale_tag(SPOKEN)}"/>'),
        _style("FootnoteText", "footnote text", _spacing(0, 100) + '<w:ind w:left="340" w:hanging="340"/>', _type(8.5)),
        _style("Mark", "Mark", f'<w:shd w:val="clear" w:color="auto" w:fill="{MARK_PAPER}"/>' + _spacing(0, 0, 252)
               + '<w:jc w:val="center"/>', _type(8, bold=True, colour=MARK_INK)),
        _style("Header", "header", f'<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="3" w:color="{LINE}"/></w:pBdr>'
               + _spacing(60, 120), _type(8, colour=BLUE)),
        _style("Footer", "footer", f'<w:pBdr><w:top w:val="single" w:sz="4" w:space="4" w:color="{LINE}"/></w:pBdr>'
               + right_tab + _spacing(0, 0), _type(8, colour=BLUE)),
    ]  # fmt: skip


def _headings() -> list[str]:
    sizes = ((1, 18, 520, 220), (2, 13.5, 400, 160), (3, 11, 320, 120), (4, 10, 260, 100))
    return [
        _style(f"Heading{level}", f"heading {level}",
               f'<w:keepNext/><w:keepLines/><w:suppressAutoHyphens/>{_spacing(before, after, 252)}'
               f'<w:outlineLvl w:val="{level - 1}"/>',
               _type(size, bold=True, colour=BLUE), after="Normal")
        for level, size, before, after in sizes
    ]  # fmt: skip


def _contents() -> list[str]:
    tabs = f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{TEXT_WIDTH}"/></w:tabs>'
    indent = '<w:ind w:left="284" w:right="567"/>'
    return [
        _style("TOC1", "toc 1", tabs + _spacing(120, 40) + '<w:ind w:right="567"/>', "<w:b/>"),
        _style("TOC2", "toc 2", tabs + _spacing(0, 40) + indent),
    ]


def _table_style() -> str:
    def border(side: str, width: int, colour: str) -> str:
        return f'<w:{side} w:val="single" w:sz="{width}" w:space="0" w:color="{colour}"/>'

    lines = border("top", 8, BLUE) + border("bottom", 6, BLUE) + border("insideH", 4, LINE)
    return (
        '<w:style w:type="table" w:styleId="DocumentTable"><w:name w:val="Document Table"/><w:tblPr>'
        f"<w:tblBorders>{lines}</w:tblBorders>"
        '<w:tblCellMar><w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>{border("bottom", 6, BLUE)}</w:tcBorders>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{PALE}"/><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr>'
        "</w:style>"
    )
