"""A second pair of eyes: reads the files of an edition and counts in SQL, without a line of the product's code."""

import csv
import json
import re
import sqlite3
import statistics
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import html5lib
import openpyxl
import pikepdf
import psycopg
from lxml import etree

from tests.documents.tagged_pdf import TaggedPdf, instructions

Tables = list[list[list[str]]]
Who = tuple[str, str]
"""Name and regional key (ARS) of a body; many municipalities share their name with others. Empty where it has no key."""
MARK = "Beispieldaten – frei erfunden, keine Äußerung der genannten Kommunen"


# -- counting in SQL -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Sql:
    """Raw questions to either database. Ids come as 32 hexadecimal digits, JSON as values."""

    url: str

    def __call__(self, question: str, *values: str) -> list[tuple[Any, ...]]:
        if self.url.startswith("sqlite"):
            connection = sqlite3.connect(self.url.removeprefix("sqlite:///"))
            try:
                rows = connection.execute(question, values).fetchall()
            finally:
                connection.close()
            return rows
        with psycopg.connect(self.url.replace("+psycopg", "")) as server:
            return [
                tuple(getattr(v, "hex", v) if type(v).__name__ == "UUID" else v for v in row)
                for row in server.execute(question.replace("?", "%s"), values).fetchall()
            ]

    def one(self, question: str, *values: str) -> Any:
        return self(question, *values)[0][0]

    def counts(self, question: str, *values: str) -> dict[str, int]:
        return dict(self(question, *values))


class Naive:
    """What the answers of one consultation come to, counted one by one from the documents that count."""

    def __init__(self, sql: Sql, slug: str) -> None:
        self.sql = sql
        self.id = sql.one("select id from consultation where slug = ?", slug)
        rows = sql(
            "select v.document, v.nil_return from response r join revision v on v.id = r.counted_revision_id"
            " where r.consultation_id = ?", self.id,
        )  # fmt: skip
        self.counted = [json.loads(document) for document, _ in rows]
        self.documents = [document for document in self.counted if not document["nil_return"]]
        definition = sql.one(
            "select f.definition from form_version f join consultation c on c.form_version_id = f.id where c.id = ?", self.id
        )  # fmt: skip
        self.form = json.loads(definition) if isinstance(definition, str) else definition

    @cached_property
    def types(self) -> dict[str, str]:
        """Full field key → type."""
        return {
            ".".join(filter(None, (question["key"], field.get("key", "")))): field["type"]
            for part in self.form["parts"] for question in part["questions"] for field in question["fields"]
        }  # fmt: skip

    def values(self, field: str, item: str = "", **where: str | None) -> list[Any]:
        """Of those that answered; `where` compares the register's row as it was."""
        found = [d["answers"].get(field) for d in self.documents if _fits(d, where)]
        if item:
            found = [(value or {}).get(item) for value in found]
        return [value for value in found if value is not None]

    def options(self, field: str, item: str = "", **where: str | None) -> Counter[str]:
        return Counter(option for value in self.values(field, item, **where) for option in _options(value))

    def quartiles(self, field: str) -> list[float]:
        return statistics.quantiles(self.values(field), n=4, method="inclusive")

    def lower_median(self, field: str) -> int | None:
        steps = [value for value in self.values(field) if value != "cannot_judge"]
        return statistics.median_low(steps) if steps else None

    def points(self) -> dict[int, set[Who]]:
        """Number → the bodies that ask for it with an answer that counts."""
        found: dict[int, set[Who]] = {}
        for number, name, ars in self.sql(
            "select p.number, o.name, o.register_key from contribution c join point p on p.id = c.point_id"
            " join organisation o on o.id = c.organisation_id"
            " join response r on r.counted_revision_id = c.revision_id where p.consultation_id = ?", self.id,
        ):  # fmt: skip
            found.setdefault(number, set()).add((name, ars or ""))
        return found

    def municipalities_reached(self) -> int:
        """Those that answered (a nil return too) or are spoken for in an answer that counts."""
        kinds = "('municipality', 'independent_city', 'city_state')"
        return int(self.sql.one(
            f"select count(*) from register_body b where b.valid_to is null and b.kind in {kinds} and (b.key in"
            " (select o.register_key from response r join organisation o on o.id = r.organisation_id"
            "  where r.counted_revision_id is not null and r.consultation_id = ?) or b.key in"
            " (select s.register_key from representation s join response r on r.id = s.response_id"
            "  where r.counted_revision_id is not null and s.kind = 'represented' and r.consultation_id = ?))",
            self.id, self.id,
        ))  # fmt: skip

    def levels(self) -> dict[Who, dict[str, str]]:
        """Body → part → level of disclosure in force."""
        found: dict[Who, dict[str, str]] = {}
        for name, ars, part, level in self.sql(
            "select o.name, o.register_key, d.part, d.level from disclosure_choice d join response r on r.id = d.response_id"
            " join organisation o on o.id = r.organisation_id"
            " where r.consultation_id = ? order by d.seq", self.id,
        ):  # fmt: skip
            found.setdefault((name, ars or ""), {})[part] = level
        return found


def who(organisation: dict[str, Any]) -> Who:
    """Of an organisation in a submitted document, or of a sender in a record of an edition."""
    register = organisation.get("register") or organisation
    return organisation["name"], register.get("ars") or ""


def _fits(document: dict[str, Any], where: dict[str, str | None]) -> bool:
    register = document["organisation"]["register"] or {}
    return all(register.get(name) == wanted for name, wanted in where.items())


def _options(value: Any) -> list[str]:
    match value:
        case list():
            return ["other" if isinstance(one, dict) else str(one) for one in value]
        case {"correct": correct}:
            return ["correct" if correct else "corrected"]
        case _:
            return [str(value)]


# -- reading the files -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Files:
    """The files of one edition in a folder."""

    folder: Path

    def path(self, extension: str) -> Path:
        found: Path = next(p for p in sorted(self.folder.glob(f"*.{extension}")) if "-ausgabe-" in p.name)
        return found

    @cached_property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.path("json").read_text(encoding="utf-8")))

    @cached_property
    def ndjson(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path("ndjson").read_text(encoding="utf-8").splitlines()]

    def records(self, kind: str) -> list[dict[str, Any]]:
        return [record for record in self.ndjson if record["type"] == kind]

    @cached_property
    def csv(self) -> list[dict[str, str]]:
        with self.path("csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))

    @cached_property
    def xlsx(self) -> dict[str, list[dict[str, Any]]]:
        """Sheet → rows by their headings, without the first sheet."""
        book = openpyxl.load_workbook(self.path("xlsx"), read_only=True)
        found = {}
        for sheet in book.worksheets[1:]:
            head, *rows = sheet.iter_rows(values_only=True)
            found[sheet.title] = [dict(zip(map(str, head), row, strict=True)) for row in rows]
        book.close()
        return found

    @cached_property
    def sections(self) -> dict[str, str]:
        """Key → number, as far as it has one."""
        return {record["key"]: record["number"] or record["heading"] for record in self.records("section")}

    def tables(self, extension: str) -> Tables:
        return {"html": _html, "docx": _docx, "odt": _odt, "pdf": _pdf}[extension](self.path(extension))


def squeezed(text: str) -> str:
    """Without white space and places to break, which every format sets for itself."""
    return re.sub(r"[\s\u200b\u00ad\u2010\u2011-]+", "", text)


def number(text: str) -> int:
    """10.751 as people write it in German."""
    return int(re.sub(r"\D", "", text))


def _html(path: Path) -> Tables:
    tree = html5lib.parse(path.read_text(encoding="utf-8"), treebuilder="lxml", namespaceHTMLElements=False)
    return [
        [[_text(cell) for cell in row if cell.tag in ("th", "td")] for row in table.iter("tr") if _owner(row) is table]
        for table in tree.getroot().iter("table")
    ]


def _text(node: Any) -> str:
    return "".join(node.itertext())


def _owner(node: Any) -> Any:
    """The table a row or cell belongs to, whatever stands between."""
    return next(parent for parent in node.iterancestors() if str(parent.tag).endswith(("table", "tbl")))


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _docx(path: Path) -> Tables:
    body = part(path, "word/document.xml")
    return [
        [[_word(cell) for cell in row.findall(f"{W}tc")] for row in table.findall(f"{W}tr")]
        for table in body.iter(f"{W}tbl")
    ]


def _word(node: Any) -> str:
    return "".join(found.text or "" for found in node.iter(f"{W}t"))


TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def _odt(path: Path) -> Tables:
    body = part(path, "content.xml")
    return [
        [
            [_text(cell) for cell in row.findall(f"{TABLE}table-cell")]
            for row in table.iter(f"{TABLE}table-row") if _owner(row) is table
        ]
        for table in body.iter(f"{TABLE}table")
    ]  # fmt: skip


def _pdf(path: Path) -> Tables:
    with TaggedPdf(path) as tagged:
        return [
            [
                [tagged.text(cell) for cell, kind in tagged.walk(row) if kind in ("TH", "TD")]
                for row, kind in tagged.walk(table) if kind == "TR"
            ]
            for table, kind in tagged.walk() if kind == "Table"
        ]  # fmt: skip


def part(path: Path, name: str) -> Any:
    """One XML file inside of an office file."""
    with zipfile.ZipFile(path) as file:
        return etree.fromstring(file.read(name))


def painted(path: Path) -> list[str]:
    """Everything on each page of a PDF, headers and footers included, which are no part of its structure."""
    with TaggedPdf(path) as tagged:
        return ["".join(_on_page(tagged, page)) for page in tagged.pdf.pages]


def _on_page(tagged: TaggedPdf, page: pikepdf.Page) -> Iterator[str]:
    font: dict[int, str] = {}
    for operands, operator in instructions(page):
        if str(operator) == "Tf":
            font = tagged._font(page.Resources.Font[str(operands[0])])
        elif str(operator) in {"Tj", "TJ"}:
            parts = operands[0] if isinstance(operands[0], pikepdf.Array) else [operands[0]]
            data = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
            yield "".join(font.get(int.from_bytes(data[i : i + 2]), "") for i in range(0, len(data), 2))
