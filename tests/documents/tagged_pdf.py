"""A PDF as assistive technology hears it: text by way of the structure tree, not of the page."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pikepdf
from pikepdf import Array, Dictionary, Name


class TaggedPdf:
    def __init__(self, path: Path) -> None:
        self.pdf = pikepdf.open(path)
        self.root: Any = self.pdf.Root.StructTreeRoot
        self._roles = {str(k): str(v)[1:] for k, v in dict(self.root.get("/RoleMap", {})).items()}
        self._pages: dict[tuple[int, int], dict[int, str]] = {}
        self._fonts: dict[tuple[int, int], dict[int, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pdf.close()

    def kind(self, node: Any) -> str:
        name = str(node.get("/S", ""))
        return self._roles.get(name, name[1:])

    def walk(self, node: Any = None) -> Iterator[tuple[Any, str]]:
        """Every element in reading order."""
        for child in _kids(self.root if node is None else node):
            if isinstance(child, Dictionary) and "/S" in child:
                yield child, self.kind(child)
                yield from self.walk(child)

    def headers(self, table: Any, scope: str) -> list[Any]:
        return [cell for cell, kind in self.walk(table) if kind == "TH" and _scope(cell) == scope]

    def text(self, node: Any, page: Any = None) -> str:
        page = node.get("/Pg", page)
        pieces = []
        for kid in _kids(node):
            if not isinstance(kid, Dictionary):
                pieces.append(self._marked(page).get(int(kid), ""))
            elif "/S" in kid:
                pieces.append(self.text(kid, page))
            elif "/MCID" in kid:
                pieces.append(self._marked(kid.get("/Pg", page)).get(int(kid.MCID), ""))
        return "".join(pieces) + ("" if self.kind(node) == "Span" else "\n")

    # -- the content of pages ------------------------------------------------------------------------
    def _marked(self, page: Any) -> dict[int, str]:
        """Text by marked-content number."""
        if page.objgen not in self._pages:
            self._pages[page.objgen] = self._read(page)
        return self._pages[page.objgen]

    def _read(self, page: Any) -> dict[int, str]:
        found: dict[int, str] = {}
        marks: list[tuple[int | None, str | None]] = []
        font: dict[int, str] = {}
        for operands, operator in instructions(page):
            match str(operator):
                case "BDC":
                    values = operands[1] if isinstance(operands[1], Dictionary) else Dictionary()
                    said = str(values.ActualText) if "/ActualText" in values else None
                    number = int(values.MCID) if "/MCID" in values else (marks[-1][0] if marks else None)
                    marks.append((number, said))
                    if said and number is not None:
                        found[number] = found.get(number, "") + said
                case "BMC":
                    marks.append((marks[-1][0] if marks else None, None))
                case "EMC":
                    marks.pop()
                case "Tf":
                    font = self._font(page.Resources.Font[str(operands[0])])
                case "Tj" | "TJ" if marks and marks[-1][0] is not None and marks[-1][1] is None:
                    number = marks[-1][0]
                    found[number] = found.get(number, "") + _decoded(operands[0], font)
        return found

    def _font(self, font: Any) -> dict[int, str]:
        if font.objgen not in self._fonts:
            self._fonts[font.objgen] = _unicode(font.ToUnicode.read_bytes().decode("latin-1"))
        return self._fonts[font.objgen]


def instructions(page: Any) -> Iterator[tuple[Any, Any]]:
    """What a page does: operands and operator. Inline images are none of ours."""
    for step in pikepdf.parse_content_stream(page):
        if isinstance(step, pikepdf.ContentStreamInstruction):
            yield step.operands, step.operator


def _kids(node: Any) -> list[Any]:
    kids = node.get("/K")
    return [] if kids is None else list(kids) if isinstance(kids, Array) else [kids]


def _scope(cell: Any) -> str:
    attributes = cell.get("/A", Array([]))
    for each in attributes if isinstance(attributes, Array) else [attributes]:
        if isinstance(each, Dictionary) and "/Scope" in each:
            return str(each.Scope)[1:]
    return ""


def _decoded(shown: Any, font: dict[int, str]) -> str:
    parts = shown if isinstance(shown, Array) else [shown]
    data = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
    return "".join(font.get(int.from_bytes(data[i : i + 2]), "\ufffd") for i in range(0, len(data), 2))


def _unicode(table: str) -> dict[int, str]:
    """The characters of a font by code: single ones and ranges of its ToUnicode table."""
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for low, high, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for code in range(int(low, 16), int(high, 16) + 1):
                found[code] = chr(int(text, 16) + code - int(low, 16))
    return found


def problems(path: Path) -> list[str]:
    """What PDF/UA-1 and PDF/A-2a ask for and can be told by a program without a validator."""
    with TaggedPdf(path) as tagged:
        pdf, root = tagged.pdf, tagged.pdf.Root
        metadata = root.Metadata.read_bytes().decode()
        kinds = list(tagged.walk())
        levels = [int(kind[1]) for _, kind in kinds if re.fullmatch(r"H\d", kind)]
        links = [a for page in pdf.pages for a in page.get("/Annots", []) if a.Subtype == Name.Link]
        checks = {
            "marked": bool(root.MarkInfo.Marked),
            "language": str(root.get("/Lang", "")) in {"de-DE", "en-GB"},
            "title shown": bool(root.ViewerPreferences.DisplayDocTitle) and "<dc:title>" in metadata,
            "PDF/UA-1": bool(re.search(r"pdfuaid:part[^0-9]*1", metadata)),
            "PDF/A-2a": bool(re.search(r"pdfaid:part[^0-9]*2.*?pdfaid:conformance[^A-Za-z]*A", metadata, re.DOTALL)),
            "output intent": "/OutputIntents" in root,
            "bookmarks": "/Outlines" in root,
            "not encrypted": not pdf.is_encrypted,
            "alternative texts": all("/Alt" in node for node, kind in kinds if kind == "Figure"),
            "heading levels": levels[:1] == [1] and all(b <= a + 1 for a, b in pairwise(levels)),
            "scope of headers": all(_scope(node) for node, kind in kinds if kind == "TH"),
            "structure on every page": all("/StructParents" in page for page in pdf.pages),
            "tab order": all(page.get("/Tabs") == Name.S for page in pdf.pages if "/Annots" in page),
            "links say where": all("/Contents" in link and "/StructParent" in link for link in links),
            "fonts embedded": all(_embedded(font) for font in _fonts_of(pdf)),
            "everything marked": all(_unmarked(page) == 0 for page in pdf.pages),
        }
    return [name for name, holds in checks.items() if not holds]


def _fonts_of(pdf: pikepdf.Pdf) -> Iterator[Any]:
    for page in pdf.pages:
        resources: Any = page.get("/Resources", {})
        yield from dict(resources.get("/Font", {})).values()


def _embedded(font: Any) -> bool:
    if font.Subtype == Name.Type3:
        return "/ToUnicode" in font
    inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    return (
        any(key in inner.FontDescriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")) and "/ToUnicode" in font
    )


def font_names(path: Path) -> set[str]:
    with pikepdf.open(path) as pdf:
        return {str(font.BaseFont).partition("+")[2] for font in _fonts_of(pdf) if "/BaseFont" in font}


def _unmarked(page: Any) -> int:
    depth = count = 0
    for _, operator in instructions(page):
        name = str(operator)
        depth += (name in {"BDC", "BMC"}) - (name == "EMC")
        count += depth == 0 and name in {"Tj", "TJ", "f", "f*", "S", "s", "B", "B*", "b", "Do", "sh"}
    return count
