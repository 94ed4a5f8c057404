"""DOCX: a Word file with real styles, filled contents, captions, header rows and alternative texts."""

import tempfile
from pathlib import Path

from consultation.core.language import M
from consultation.documents.formats import Compiled, DocumentFormat
from consultation.documents.office import docx_parts, docx_styles
from consultation.documents.office.archive import Archive
from consultation.documents.office.docx_body import Body
from consultation.documents.typst.driver import write_pictures


class Docx(DocumentFormat):
    key = "docx"
    title = M("DOCX (Word)")
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    extension = "docx"
    reads_outline = True

    def write(self, compiled: Compiled, target: Path) -> None:
        outline = compiled.outline
        meta = outline.meta
        with tempfile.TemporaryDirectory(prefix="docx-") as folder, Archive(target, meta.moment) as file:
            pictures = write_pictures(outline, Path(folder))
            file.add("[Content_Types].xml", docx_parts.content_types())
            file.add("_rels/.rels", docx_parts.package_relations())
            file.add("docProps/core.xml", docx_parts.core_properties(meta))
            file.add("word/_rels/document.xml.rels", docx_parts.document_relations(len(pictures)))
            file.add("word/styles.xml", docx_styles.styles(meta.language))
            file.add("word/numbering.xml", docx_parts.numbering())
            file.add("word/settings.xml", docx_parts.settings(meta.language))
            file.add("word/header.xml", docx_parts.header(meta))
            file.add("word/header-first.xml", docx_parts.header(meta, first=True))
            file.add("word/footer.xml", docx_parts.footer(meta))
            file.add("word/footer-first.xml", docx_parts.footer(meta, bare=not outline.short))
            file.stream("word/document.xml", Body(outline).parts())
            for number, picture in enumerate(pictures, start=1):
                file.add(f"word/media/picture{number}.png", picture.read_bytes(), compress=False)
