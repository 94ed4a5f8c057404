"""The small parts of a Word file around its text."""

from consultation.core.language import Language, moment
from consultation.documents import words
from consultation.documents.office.archive import XML, quoted
from consultation.documents.office.docx_styles import LIST_STEP, W
from consultation.documents.outline import Meta

R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PARTS = ("styles", "numbering", "settings", "header", "footer", "header-first", "footer-first")
DEEPEST = 8


def content_types() -> str:
    def part(name: str, kind: str) -> str:
        return f'<Override PartName="{name}" ContentType="{kind}"/>'

    parts = "".join(part(f"/word/{name}.xml", f"{_WORD}.{name.partition('-')[0]}+xml") for name in PARTS)
    return (
        f'{XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        f"{part('/word/document.xml', f'{_WORD}.document.main+xml')}{parts}"
        f"{part('/docProps/core.xml', 'application/vnd.openxmlformats-package.core-properties+xml')}</Types>"
    )


def package_relations() -> str:
    return (
        f'{XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>"
    )


def document_relations(pictures: int) -> str:
    parts = "".join(
        f'<Relationship Id="{name}" Type="{_RELATIONS}/{name.partition("-")[0]}" Target="{name}.xml"/>'
        for name in PARTS
    )
    images = "".join(
        f'<Relationship Id="picture{n}" Type="{_RELATIONS}/image" Target="media/picture{n}.png"/>'
        for n in range(1, pictures + 1)
    )
    return f'{XML}<Relationships xmlns="{_PACKAGE}/relationships">{parts}{images}</Relationships>'


def core_properties(meta: Meta) -> str:
    date = f"{meta.moment:%Y-%m-%dT%H:%M:%SZ}"
    dates = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{date}</dcterms:{name}>' for name in ("created", "modified")
    )
    return (
        f'{XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{quoted(meta.title)}</dc:title><dc:subject>{quoted(meta.subtitle)}</dc:subject>"
        f"<dc:creator>{quoted(meta.author)}</dc:creator><cp:keywords>{quoted(', '.join(meta.keywords))}</cp:keywords>"
        f"<dc:description>{quoted(meta.description)}</dc:description>"
        f"<dc:language>{words.locale_tag(meta.language)}</dc:language>{dates}</cp:coreProperties>"
    )


def settings(language: Language) -> str:
    tag = words.locale_tag(language)
    return (
        f'{XML}<w:settings {W}><w:autoHyphenation w:val="true"/><w:consecutiveHyphenLimit w:val="3"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        f'</w:compat><w:themeFontLang w:val="{tag}"/></w:settings>'
    )


def numbering() -> str:
    """One list whose numbers are nothing: the labels stand in the text, as they were written."""
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="none"/><w:suff w:val="nothing"/>'
        f'<w:lvlText w:val=""/><w:lvlJc w:val="left"/><w:pPr>'
        f'<w:ind w:left="{LIST_STEP * (level + 1)}" w:hanging="{LIST_STEP}"/></w:pPr></w:lvl>'
        for level in range(DEEPEST)
    )
    return (
        f'{XML}<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="multilevel"/>{levels}'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )


def header(meta: Meta, *, first: bool = False) -> str:
    """The marks on every page, the title on all but the first."""
    marks = "".join(_line("Mark", f"<w:r><w:t>{quoted(mark)}</w:t></w:r>") for mark in meta.marks)
    title = "" if first else _line("Header", f"<w:r><w:t>{quoted(meta.title)}</w:t></w:r>")
    return f"{XML}<w:hdr {W} {R}>{marks + title or '<w:p/>'}</w:hdr>"


def footer(meta: Meta, *, bare: bool = False) -> str:
    """Who, when and the number of the page; nothing of it below a title page."""
    if bare:
        return f"{XML}<w:ftr {W} {R}><w:p/></w:ftr>"
    imprint = f"{meta.author} · {moment(meta.moment, meta.language)}"
    page, of = words.page_of(meta.language)
    runs = (
        f"<w:r><w:t>{quoted(imprint)}</w:t></w:r><w:r><w:tab/></w:r>"
        f'<w:r><w:t xml:space="preserve">{page} </w:t></w:r>{simple_field("PAGE", "2")}'
        f'<w:r><w:t xml:space="preserve"> {of} </w:t></w:r>{simple_field("NUMPAGES", "2")}'
    )
    return f"{XML}<w:ftr {W} {R}>{_line('Footer', runs)}</w:ftr>"


def simple_field(code: str, shown: str) -> str:
    return f'<w:fldSimple w:instr=" {code} "><w:r><w:t>{shown}</w:t></w:r></w:fldSimple>'


def _line(style: str, runs: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>'
