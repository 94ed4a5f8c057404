"""PDF: tagged (PDF/UA-1) and for archives (PDF/A-2a), printed by Typst."""

from pathlib import Path

from consultation.core.language import M
from consultation.documents.formats import Compiled, DocumentFormat
from consultation.documents.typst.driver import write_pdf


class Pdf(DocumentFormat):
    key = "pdf"
    title = M("PDF (barrierefrei, zum Drucken und Ablegen)")
    media_type = "application/pdf"
    extension = "pdf"
    reads_outline = True

    def write(self, compiled: Compiled, target: Path) -> None:
        write_pdf(compiled.outline, target)
