"""ODT: an OpenDocument text with real styles, filled contents, captions, header rows and alternative texts."""

import tempfile
from pathlib import Path

from consultation.core.language import M
from consultation.documents.formats import Compiled, DocumentFormat
from consultation.documents.office import odt_parts, odt_styles
from consultation.documents.office.archive import Archive
from consultation.documents.office.odt_body import Body
from consultation.documents.typst.driver import write_pictures


class Odt(DocumentFormat):
    key = "odt"
    title = M("ODT (LibreOffice und andere)")
    media_type = odt_parts.MEDIA_TYPE
    extension = "odt"
    reads_outline = True

    def write(self, compiled: Compiled, target: Path) -> None:
        outline = compiled.outline
        with tempfile.TemporaryDirectory(prefix="odt-") as folder, Archive(target, outline.meta.moment) as file:
            pictures = write_pictures(outline, Path(folder))
            file.add("mimetype", odt_parts.MEDIA_TYPE, compress=False)
            file.add("META-INF/manifest.xml", odt_parts.manifest(len(pictures)))
            file.add("meta.xml", odt_parts.properties(outline.meta))
            file.add("styles.xml", odt_styles.styles(outline.meta, numbered=outline.short))
            file.stream("content.xml", Body(outline).parts())
            for number, picture in enumerate(pictures, start=1):
                file.add(f"Pictures/{number}.png", picture.read_bytes(), compress=False)
