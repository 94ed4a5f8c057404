"""The child process: compiles one folder and ends. `python -m consultation.documents.typst.press pdf FOLDER MOMENT`.

The folder is the whole world: root of all files, fonts from the package, no system fonts, limited memory and time.
"""

import resource
import sys
from pathlib import Path

import typst

from consultation.documents.typst import coverage

MEMORY = 6 * 1024**3
"""Bytes of address space; threads reserve far more than they use. 1,250 pages use 1.25 GB."""
SECONDS = 600
"""Of processor time."""
PICTURE_PPI = 220


def main(kind: str, folder: Path, moment: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(coverage.folder())])
    compiler = typst.Compiler(input=str(folder / "main.typ"), root=str(folder), font_paths=fonts)
    try:
        if kind == "pdf":
            compiler.compile(
                output=str(folder / "out.pdf"), format="pdf", timestamp=moment, pdf_standards=["ua-1", "a-2a"]
            )
        else:
            compiler.compile(output=str(folder / "picture-{p}.png"), format="png", ppi=PICTURE_PPI, timestamp=moment)
    except typst.TypstError as error:
        sys.stderr.write("\n".join((error.message, *error.hints, error.diagnostic[-800:])))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
