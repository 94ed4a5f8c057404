"""The styles of an OpenDocument text."""

from consultation.core.language import Language, moment
from consultation.documents import layout, words
from consultation.documents.office.archive import XML, quoted
from consultation.documents.office.look import BLUE, FONT, INK, LINE, MARK_INK, MARK_PAPER, PALE, TEXT_WIDTH_MM
from consultation.documents.outline import SPOKEN, Meta

_URN = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in (
        ("office", f"{_URN}:office:1.0"), ("style", f"{_URN}:style:1.0"), ("text", f"{_URN}:text:1.0"),
        ("table", f"{_URN}:table:1.0"), ("draw", f"{_URN}:drawing:1.0"), ("fo", f"{_URN}:xsl-fo-compatible:1.0"),
        ("svg", f"{_URN}:svg-compatible:1.0"), ("meta", f"{_URN}:meta:1.0"),
        ("xlink", "http://www.w3.org/1999/xlink"), ("dc", "http://purl.org/dc/elements/1.1/"),
    )
)  # fmt: skip
LIST_STEP_MM = 8


def styles(meta: Meta, *, numbered: bool) -> str:
    """`numbered`: the first page has a number too, as it is no title page."""
    return (
        f'{XML}<office:document-styles {NAMESPACES} office:version="1.3"><office:font-face-decls>'
        f'<style:font-face style:name="{FONT}" svg:font-family="\'{FONT}\'"/></office:font-face-decls>'
        f"<office:styles>{_defaults(meta.language)}{''.join(_paragraph_styles())}{_list_style()}</office:styles>"
        f"<office:automatic-styles>{_page_layout()}</office:automatic-styles>"
        f"<office:master-styles>{_master_pages(meta, numbered)}</office:master-styles></office:document-styles>"
    )


def _defaults(language: Language) -> str:
    return (
        '<style:default-style style:family="paragraph"><style:paragraph-properties fo:margin-bottom="2.1mm" '
        'fo:line-height="113%" fo:orphans="2" fo:widows="2" style:tab-stop-distance="8mm"/>'
        f'<style:text-properties style:font-name="{FONT}" fo:font-size="10pt" fo:color="#{INK}" '
        f'{_spoken(language)} fo:hyphenate="true" fo:hyphenation-remain-char-count="3" '
        'fo:hyphenation-push-char-count="3"/></style:default-style>'
        '<style:style style:name="Standard" style:family="paragraph" style:class="text"/>'
        '<style:style style:name="Index_20_Link" style:display-name="Index Link" style:family="text">'
        f'<style:text-properties fo:color="#{INK}" style:text-underline-style="none"/></style:style>'
    )


def _style(
    name: str, paragraph: str = "", text: str = "", parent: str = "Standard", inner: str = "", more: str = ""
) -> str:
    display = name.replace("_20_", " ")
    return (
        f'<style:style style:name="{name}" style:display-name="{display}" style:family="paragraph" '
        f'style:parent-style-name="{parent}"{more}><style:paragraph-properties {paragraph}>{inner}'
        f"</style:paragraph-properties><style:text-properties {text}/></style:style>"
    )


def _spoken(language: Language) -> str:
    return f'fo:language="{language}" fo:country="{words.REGIONS[language]}"'


def _space(before: float, after: float) -> str:
    return f'fo:margin-top="{before}mm" fo:margin-bottom="{after}mm"'


def _type(size: float, *, bold: bool = False, italic: bool = False, colour: str = "") -> str:
    return (
        f'fo:font-size="{size}pt"'
        + (' fo:font-weight="bold"' if bold else "")
        + (' fo:font-style="italic"' if italic else "")
        + (f' fo:color="#{colour}" fo:hyphenate="false"' if colour else "")
    )


def _paragraph_styles() -> list[str]:
    keep = 'fo:keep-with-next="always" '
    dots = (
        '<style:tab-stops><style:tab-stop style:position="{}mm" style:type="right" style:leader-style="dotted" '
        'style:leader-text="."/></style:tab-stops>'
    )
    return [
        _style("Cover_20_Author", f'fo:border-top="5pt solid #{BLUE}" fo:padding-top="4mm" ' + _space(0, 30),
               _type(11, bold=True, colour=BLUE)),
        _style("Title", _space(0, 4), _type(26, bold=True, colour=BLUE)),
        _style("Subtitle", _space(0, 6), _type(14)),
        _style("Cover_20_Text", _space(0, 40)),
        *_headings(),
        _style("Contents_20_Heading", keep + 'fo:break-before="page" ' + _space(0, 4), _type(18, bold=True, colour=BLUE)),
        _style("Contents_20_1", _space(2, 0.7), 'fo:font-weight="bold"', inner=dots.format(TEXT_WIDTH_MM)),
        _style("Contents_20_2", 'fo:margin-left="5mm" ' + _space(0, 0.7), inner=dots.format(TEXT_WIDTH_MM - 5)),
        _style("Caption", keep + _space(4, 1.8), _type(9, bold=True, colour=BLUE), more=' style:class="extra"'),
        _style("Figure_20_Caption", 'fo:keep-with-next="auto" ' + _space(1.5, 5), parent="Caption"),
        _style("Figure", keep + _space(3.5, 0)),
        _style("Cell", 'fo:line-height="105%" ' + _space(0, 0), _type(9)),
        _style("Cell_20_right", 'fo:text-align="end"', parent="Cell"),
        _style("Cell_20_center", 'fo:text-align="center"', parent="Cell"),
        _style("Dense", "", _type(7.5), parent="Cell"),
        _style("Dense_20_right", 'fo:text-align="end"', parent="Dense"),
        _style("Dense_20_center", 'fo:text-align="center"', parent="Dense"),
        *_text_styles(),
    ]  # fmt: skip


def _text_styles() -> list[str]:
    """What stands on the pages: items, statements, notes, header and footer."""
    right = (
        f'<style:tab-stops><style:tab-stop style:position="{TEXT_WIDTH_MM}mm" style:type="right"/></style:tab-stops>'
    )
    label = f'<style:tab-stops><style:tab-stop style:position="{LIST_STEP_MM}mm"/></style:tab-stops>'
    return [
        _style("Table_20_End", _space(0, 2), _type(6)),
        _style("Page_20_Break", 'fo:break-before="page" ' + _space(0, 0), _type(2)),
        _style("Item", _space(0, 1.4), inner=label),
        _style("Statement", f'fo:margin-left="5mm" fo:border-left="1.5pt solid #{LINE}" fo:padding-left="3mm" '
               + _space(0, 1.8), _spoken(SPOKEN)),
        _style("Footnote_20_Text", 'fo:margin-left="6mm" fo:text-indent="-6mm" ' + _space(0, 1.8), _type(8.5),
               inner='<style:tab-stops><style:tab-stop style:position="0mm"/></style:tab-stops>'),
        _style("Mark", f'fo:background-color="#{MARK_PAPER}" fo:text-align="center" fo:line-height="105%" '
               + _space(0, 0), _type(8, bold=True, colour=MARK_INK)),
        _style("Header", f'fo:border-bottom="0.5pt solid #{LINE}" fo:padding-bottom="1mm" ' + _space(1, 2),
               _type(8, colour=BLUE)),
        _style("Footer", f'fo:border-top="0.5pt solid #{LINE}" fo:padding-top="1.5mm" ' + _space(2, 0),
               _type(8, colour=BLUE), inner=right),
    ]  # fmt: skip


def _headings() -> list[str]:
    sizes = ((1, 18, 9, 4), (2, 13.5, 7, 3), (3, 11, 5.5, 2), (4, 10, 4.5, 1.8))
    return [
        _style(f"Heading_20_{level}", 'fo:keep-with-next="always" fo:keep-together="always" ' + _space(before, after),
               _type(size, bold=True, colour=BLUE), more=f' style:default-outline-level="{level}" style:class="text"')
        for level, size, before, after in sizes
    ]  # fmt: skip


def _list_style() -> str:
    """Levels without numbers: the labels stand in the text, as they were written."""
    levels = "".join(
        f'<text:list-level-style-number text:level="{level}" style:num-format=""><style:list-level-properties '
        'text:list-level-position-and-space-mode="label-alignment"><style:list-level-label-alignment '
        f'text:label-followed-by="nothing" fo:text-indent="-{LIST_STEP_MM}mm" fo:margin-left="{LIST_STEP_MM * level}mm"/>'
        "</style:list-level-properties></text:list-level-style-number>"
        for level in range(1, layout.DEEPEST + 1)
    )
    return f'<text:list-style style:name="Labelled">{levels}</text:list-style>'


def _page_layout() -> str:
    edges = "".join(
        f'<style:{edge}-style><style:header-footer-properties fo:min-height="8mm" fo:margin-{gap}="3mm"/></style:{edge}-style>'
        for edge, gap in (("header", "bottom"), ("footer", "top"))
    )
    return (
        '<style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="210mm" '
        'fo:page-height="297mm" style:print-orientation="portrait" fo:margin-top="12mm" fo:margin-bottom="11mm" '
        f'fo:margin-left="24mm" fo:margin-right="22mm"/>{edges}</style:page-layout>'
    )


def _master_pages(meta: Meta, numbered: bool) -> str:
    """The marks on every page, title and page number on all but a title page."""
    marks = "".join(f'<text:p text:style-name="Mark">{quoted(mark)}</text:p>' for mark in meta.marks)
    page, of = words.page_of(meta.language)
    imprint = quoted(f"{meta.author} · {moment(meta.moment, meta.language)}")
    number = '<text:page-number text:select-page="current">2</text:page-number>'
    count = "<text:page-count>2</text:page-count>"
    footer = f'<text:p text:style-name="Footer">{imprint}<text:tab/>{page} {number} {of} {count}</text:p>'
    return (
        '<style:master-page style:name="First" style:page-layout-name="A4" style:next-style-name="Standard">'
        f"<style:header>{marks or '<text:p/>'}</style:header><style:footer>"
        f"{footer if numbered else '<text:p/>'}</style:footer></style:master-page>"
        '<style:master-page style:name="Standard" style:page-layout-name="A4">'
        f'<style:header>{marks}<text:p text:style-name="Header">{quoted(meta.title)}</text:p></style:header>'
        f"<style:footer>{footer}</style:footer></style:master-page>"
    )


def automatic_styles() -> str:
    """What the text needs beside the named styles: widths of columns in steps of a half per cent, cells, pictures."""
    columns = "".join(
        f'<style:style style:name="w{n}" style:family="table-column"><style:table-column-properties '
        f'style:column-width="{TEXT_WIDTH_MM * n / 200:.2f}mm"/></style:style>'
        for n in range(1, 201)
    )
    cell = 'fo:padding-left="1.5mm" fo:padding-right="1.5mm" fo:padding-top="0.6mm" fo:padding-bottom="0.6mm"'
    tables = "".join(
        f'<style:style style:name="{name}" style:family="table"><style:table-properties '
        f'style:width="{TEXT_WIDTH_MM}mm" table:align="left" fo:border-bottom="0.75pt solid #{BLUE}" '
        f'style:may-break-between-rows="{torn}"/></style:style>'
        for name, torn in (("table", "true"), ("table-together", "false"))
    )
    return (
        f"{columns}{tables}"
        f'<style:style style:name="cell" style:family="table-cell"><style:table-cell-properties {cell} '
        f'fo:border-top="0.5pt solid #{LINE}" fo:border-bottom="0.5pt solid #{LINE}"/></style:style>'
        f'<style:style style:name="head" style:family="table-cell"><style:table-cell-properties {cell} '
        f'fo:background-color="#{PALE}" style:vertical-align="bottom" fo:border-top="1pt solid #{BLUE}" '
        f'fo:border-bottom="0.75pt solid #{BLUE}"/></style:style>'
        '<style:style style:name="whole" style:family="table-row"><style:table-row-properties fo:keep-together="always"/>'
        '</style:style><style:style style:name="split" style:family="table-row"><style:table-row-properties '
        'fo:keep-together="auto"/></style:style>'
        '<style:style style:name="cover" style:family="paragraph" style:parent-style-name="Cover_20_Author" '
        'style:master-page-name="First"/>'
        '<style:style style:name="short" style:family="paragraph" style:parent-style-name="Cover_20_Author" '
        'style:master-page-name="First"><style:paragraph-properties fo:margin-bottom="12pt"/></style:style>'
        '<style:style style:name="short-text" style:family="paragraph" style:parent-style-name="Cover_20_Text">'
        '<style:paragraph-properties fo:margin-bottom="12pt"/></style:style>'
        '<style:style style:name="strong" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
        '<style:style style:name="picture" style:family="graphic"><style:graphic-properties style:wrap="none" '
        'style:vertical-pos="top" style:vertical-rel="baseline"/></style:style>'
    )
