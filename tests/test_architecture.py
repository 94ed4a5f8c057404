"""The rules of the house, read from the source itself. What each is for stands in docs/architecture.md."""

import ast
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from consultation.core.places import package_folder

ROOMS = ("register", "people", "programmes", "forms", "consultations", "responses", "evaluation", "documents")
EDGE = ("web", "api", "http")
HOMELESS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "managers",
    "service",
    "services",
    "repository",
}
SQL = {"select", "insert", "update", "delete", "text", "func", "and_", "or_", "join", "exists", "union", "union_all"}
WRITES = {
    "add",
    "add_all",
    "delete",
    "merge",
    "flush",
    "commit",
    "insert_new",
    "compare_and_set",
    "record",
    "perform",
    "enqueue",
}
LINES_OF_A_FILE, LINES_OF_A_FUNCTION, MEDIAN = 400, 40, 150


@dataclass(frozen=True)
class Module:
    path: Path
    name: str
    tree: ast.Module
    lines: int

    @property
    def floor(self) -> str:
        return self.name.partition(".")[0]

    def imports(self) -> Iterator[tuple[str, str]]:
        """(module, name) of every import, local ones too; the name is empty for `import x`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node.module or "", alias.name) for alias in node.names)

    def calls(self) -> Iterator[tuple[str, int]]:
        """The last name of everything called: `session.add(x)` is "add"."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                match node.func:
                    case ast.Attribute(attr=name) | ast.Name(id=name):
                        yield name, node.lineno


def read(path: Path) -> Module:
    source = path.read_text("utf-8")
    name = ".".join(path.relative_to(package_folder()).with_suffix("").parts)
    return Module(path, name, ast.parse(source), source.count("\n"))


MODULES = [read(path) for path in sorted(package_folder().rglob("*.py"))]


def test_only_one_module_knows_the_template_engine():
    assert {m.name for m in MODULES for module, _ in m.imports() if module.partition(".")[0] == "jinja2"} <= {
        "core.markup"
    }


def test_only_one_module_knows_the_database_underneath():
    found = []
    for module in (m for m in MODULES if m.name != "core.db"):
        found += [
            f"{module.name} imports {name}" for name, _ in module.imports() if name.startswith("sqlalchemy.dialects")
        ]
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback", "dialect"}:
                found.append(f"{module.name}:{node.lineno} .{node.attr}")
    assert found == []


def test_routes_build_no_sql():
    found = [
        f"{m.name} imports {module}.{name}"
        for m in MODULES
        for module, name in m.imports()
        if m.floor in EDGE and module.partition(".")[0] == "sqlalchemy" and (name in SQL or not name)
    ]
    assert found == []


def test_queries_write_nothing():
    found = []
    for module in (m for m in MODULES if m.path.stem == "queries"):
        calls = (node for node in ast.walk(module.tree) if isinstance(node, ast.Call))
        sets = {node.lineno for node in calls if _is_set_method(node)}
        found += [
            f"{module.name}:{line} {name}" for name, line in module.calls() if name in WRITES and line not in sets
        ]
        found += [
            f"{module.name} imports {name}" for _, name in module.imports() if name in {"insert", "update", "delete"}
        ]
    assert found == []


def _is_set_method(node: ast.Call) -> bool:
    """`names.add(x)` fills a set; only the session's method of that name writes."""
    return (
        isinstance(node.func, ast.Attribute)
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id == "session")
        and node.func.attr in {"add", "delete", "merge"}
    )


def test_whoever_means_all_tables_gets_all() -> None:
    """`Base.metadata` knows only the tables whose modules happen to be loaded: in a command those are few."""
    asks = {
        m.name
        for m in MODULES
        for n in ast.walk(m.tree)
        if isinstance(n, ast.Attribute)
        and n.attr == "metadata"
        and isinstance(n.value, ast.Name)
        and n.value.id == "Base"
    }
    assert asks == {"core.tables"}


def test_rooms_take_the_time_from_the_actor():
    found = [
        f"{m.name}:{line} {name}()"
        for m in MODULES
        if m.floor in (*ROOMS, "rulebook", "questions")
        for name, line in m.calls()
        if name in {"now", "utcnow", "today", "current_timestamp"}
    ]
    assert found == []


def test_nothing_private_is_taken_from_another_module():
    found = [
        f"{m.name} imports {module}.{name}"
        for m in MODULES
        for module, name in m.imports()
        if module.startswith("consultation") and name.startswith("_") and not name.startswith("__")
    ]
    assert found == []


def test_there_is_no_homeless_code():
    parts = {part for m in MODULES for part in m.path.relative_to(package_folder()).with_suffix("").parts}
    assert parts & HOMELESS == set()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_tables_and_reads_where_they_are_expected(room: str):
    folder = package_folder() / room
    loose = [m.name for m in MODULES if m.floor == room and _defines_a_table(m) and "models" not in m.name]
    assert loose == []
    assert (folder / "models.py").is_file()


def _defines_a_table(module: Module) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "__tablename__" for n in ast.walk(module.tree))


def test_no_file_and_no_function_outgrows_a_reader():
    found = [f"{m.name}: {m.lines} lines" for m in MODULES if m.lines > LINES_OF_A_FILE]
    for module in MODULES:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LINES_OF_A_FUNCTION:
                    found.append(f"{module.name}.{node.name}: {length} lines")
    assert found == []


def test_half_of_the_files_are_short():
    assert statistics.median(m.lines for m in MODULES if m.lines > 5) <= MEDIAN
