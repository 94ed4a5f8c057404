"""Starts the press: one process per document, in an empty folder of its own."""

import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from consultation.core.places import package_folder
from consultation.documents.outline import Outline
from consultation.documents.typst import coverage
from consultation.documents.typst.rows import name_rows
from consultation.documents.typst.source import Source, picture

SECONDS = 900
"""Until a document is given up."""
PROGRAM = Path(__file__).parent / "main.typ"
PICTURES = """#let count = int(read("count.txt"))
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#for number in range(count) { if number > 0 { pagebreak() }; image("chart-" + str(number + 1) + ".svg") }
"""


class PressStopped(RuntimeError):
    """Typst refused the document; the text is its message."""


def write_pdf(outline: Outline, target: Path) -> None:
    """Tagged PDF, PDF/UA-1 and PDF/A-2a. Raises `PressStopped`."""
    try:
        _write(Source, outline, target)
    except PressStopped:
        _write(_Careful, outline, target)


class _Careful(Source):
    """Everything outside the first font is named: the second attempt, which no text can stop."""

    def __init__(self, outline: Outline, folder: Path) -> None:
        super().__init__(outline, folder, coverage.latin)


def _write(kind: type[Source], outline: Outline, target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="pdf-") as name:
        folder = Path(name)
        shutil.copy(PROGRAM, folder / "main.typ")
        source = kind(outline, folder)
        source.write()
        press("pdf", folder, outline.meta.moment)
        name_rows(folder / "out.pdf", target, source.row_headers)


def write_pictures(outline: Outline, folder: Path) -> list[Path]:
    """Every chart of the outline as PNG into `folder`, in reading order: for formats without SVG."""
    count = 0
    for count, chart in enumerate(outline.charts(), start=1):
        picture(folder, chart, outline, count, coverage.printable)
    if not count:
        return []
    (folder / "count.txt").write_text(str(count))
    (folder / "main.typ").write_text(PICTURES)
    press("png", folder, outline.meta.moment)
    return [folder / f"picture-{number}.png" for number in range(1, count + 1)]


def press(kind: str, folder: Path, moment: datetime) -> None:
    """`main.typ` in the folder becomes `out.pdf` or `picture-N.png`, dated with the moment. Raises `PressStopped`."""
    seconds = str(int(moment.timestamp()))
    command = [sys.executable, "-m", "consultation.documents.typst.press", kind, str(folder), seconds]
    try:
        done = subprocess.run(  # noqa: S603 -- our own module, no shell
            command, cwd=package_folder().parent, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise PressStopped(f"no document after {SECONDS} seconds") from late
    if done.returncode:
        raise PressStopped(done.stderr[-2000:] or f"the press ended with {done.returncode}")
