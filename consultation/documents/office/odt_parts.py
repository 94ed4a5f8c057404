"""The small parts of an OpenDocument file."""

from consultation.documents import words
from consultation.documents.office.archive import XML, quoted
from consultation.documents.office.odt_styles import NAMESPACES
from consultation.documents.outline import Meta

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


def properties(meta: Meta) -> str:
    date = f"{meta.moment:%Y-%m-%dT%H:%M:%S}"
    keywords = "".join(f"<meta:keyword>{quoted(word)}</meta:keyword>" for word in meta.keywords)
    author = quoted(meta.author)
    return (
        f'{XML}<office:document-meta {NAMESPACES} office:version="1.3"><office:meta>'
        f"<dc:title>{quoted(meta.title)}</dc:title><dc:subject>{quoted(meta.subtitle)}</dc:subject>"
        f"<dc:description>{quoted(meta.description)}</dc:description>{keywords}"
        f"<meta:initial-creator>{author}</meta:initial-creator><dc:creator>{author}</dc:creator>"
        f"<meta:creation-date>{date}</meta:creation-date><dc:date>{date}</dc:date>"
        f"<dc:language>{words.locale_tag(meta.language)}</dc:language></office:meta></office:document-meta>"
    )


def manifest(pictures: int) -> str:
    def entry(path: str, kind: str) -> str:
        return f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'

    parts = "".join(entry(f"{name}.xml", "text/xml") for name in ("content", "styles", "meta"))
    images = "".join(entry(f"Pictures/{number}.png", "image/png") for number in range(1, pictures + 1))
    return (
        f'{XML}<manifest:manifest xmlns:manifest="{_MANIFEST}" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{MEDIA_TYPE}"/>'
        f"{parts}{images}</manifest:manifest>"
    )
