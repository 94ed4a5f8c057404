"""Row headers in a tagged PDF: Typst has no word for them, so the first cells of rows become headers afterwards."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, NameTree, Object, String


def name_rows(printed: Path, target: Path, row_headers: Sequence[bool]) -> None:
    """Copies the PDF with the first cell of each body row as header of its row, table by table.

    Raises `ValueError` if the file has another number of tables than told.
    """
    with pikepdf.open(printed) as pdf:
        root = pdf.Root.StructTreeRoot
        tables = list(_tables(root))
        if len(tables) != len(row_headers):
            raise ValueError(f"{len(tables)} tables are tagged, {len(row_headers)} were written")
        named: list[tuple[str, Object]] = []
        for table, wanted in zip(tables, row_headers, strict=True):
            if wanted:
                _name(table, named)
        _register(pdf, root, named)
        pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)


def _children(node: Object) -> list[Object]:
    kids = node.get("/K")
    found = list(kids) if isinstance(kids, Array) else [kids]
    return [kid for kid in found if isinstance(kid, Dictionary) and (Name.S in kid)]


def _tables(root: Object) -> Iterator[Object]:
    """In reading order; what stands inside a table stays with it."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.get("/S") == Name.Table:
            yield node
        else:
            waiting += reversed(_children(node))


def _name(table: Object, named: list[tuple[str, Object]]) -> None:
    bodies = [part for part in _children(table) if Name.TBody == part.S]
    for row in (row for body in bodies or [table] for row in _children(body) if row.S == Name.TR):
        first, *others = _children(row)
        if first.S != Name.TD:
            continue
        key = f"row-{len(named) + 1:07d}"
        named.append((key, first))
        first.S = Name.TH
        first.ID = String(key)
        _attributes(first).Scope = Name.Row
        for cell in others:
            attributes = _attributes(cell)
            if Name.Headers not in attributes:
                attributes.Headers = Array([])
            attributes.Headers.append(String(key))


def _attributes(cell: Object) -> Any:
    """The table attributes of a cell, made if there are none."""
    present = cell.get("/A")
    every = list(present) if isinstance(present, Array) else [present] if isinstance(present, Dictionary) else []
    for attributes in every:
        if attributes.get("/O") == Name.Table:
            return attributes
    cell.A = Array([Dictionary(O=Name.Table), *every])
    return cell.A[0]


def _register(pdf: pikepdf.Pdf, root: Object, named: Sequence[tuple[str, Object]]) -> None:
    if not named:
        return
    if Name.IDTree not in root:
        root.IDTree = pdf.make_indirect(Dictionary(Names=Array([])))
    tree = NameTree(root.IDTree)
    for key, cell in named:
        tree[key] = cell
