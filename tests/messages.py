"""Every sentence the service can say: the literals in `M("…")` and in the templates' `t("…")`.

`python -m tests.messages` prints what `locales/en.po` lacks and what it holds without need.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, nodes

from consultation.core.language import catalogue
from consultation.core.places import package_folder, top_folder


@dataclass(frozen=True)
class Sentence:
    """A literal and where it stands; `text` is None where the argument is computed, `code` says how."""

    file: str
    line: int
    text: str | None
    code: str = ""


def sentences() -> Iterator[Sentence]:
    yield from in_python(package_folder())
    yield from in_templates(top_folder("templates"))


def literals() -> set[str]:
    return {sentence.text for sentence in sentences() if sentence.text is not None}


# -- Python ------------------------------------------------------------------------------------
def in_python(folder: Path) -> Iterator[Sentence]:
    for path in sorted(folder.rglob("*.py")):
        place = path.relative_to(folder.parent).as_posix()
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and _called(call.func) == "M":
                for argument in (call.args[0], *(k.value for k in call.keywords if k.arg == "one")):
                    for text in _spelled(argument):
                        yield Sentence(place, call.lineno, text, ast.unparse(argument) if text is None else "")


def _called(function: ast.expr) -> str:
    """`M` for `M`, `language.M` and `words.M`."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _spelled(argument: ast.expr) -> Iterator[str | None]:
    """The literals an argument may turn out to be; None for one that is computed."""
    match argument:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _spelled(one)
            yield from _spelled(other)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            for start in _spelled(left):
                yield from (None if start is None or end is None else start + end for end in _spelled(right))
        case _:
            yield None


# -- templates ---------------------------------------------------------------------------------
def in_templates(folder: Path) -> Iterator[Sentence]:
    for place, tree in templates(folder):
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                for argument in (call.args[0], *(k.value for k in call.kwargs if k.key == "one")):
                    for text in _written(argument):
                        yield Sentence(place, call.lineno, text, repr(argument) if text is None else "")


def templates(folder: Path) -> Iterator[tuple[str, nodes.Template]]:
    """Every template, parsed as core.markup parses it."""
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.do"])
    for path in sorted([*folder.rglob("*.html"), *folder.rglob("*.txt")]):
        yield path.relative_to(folder.parent).as_posix(), environment.parse(path.read_text("utf-8"))


def _written(argument: nodes.Expr) -> Iterator[str | None]:
    match argument:
        case nodes.Const(value=str(text)) | nodes.TemplateData(data=text):
            yield text
        case nodes.CondExpr(expr1=one, expr2=other) if other is not None:
            yield from _written(one)
            yield from _written(other)
        case nodes.Concat(nodes=parts):
            spelled = [next(_written(part)) for part in parts]
            yield None if None in spelled else "".join(part or "" for part in spelled)
        case _:
            yield None


if __name__ == "__main__":
    known, said = catalogue("en").keys(), literals()
    sys.stdout.writelines(f"untranslated: {text!r}\n" for text in sorted(said - known))
    sys.stdout.writelines(f"unused: {text!r}\n" for text in sorted(known - said))
