from typing import ClassVar

from consultation.core.language import M, Message
from consultation.programmes.importers import Importer, Source
from consultation.programmes.importers.guard import check_kind, check_text
from consultation.programmes.importers.pandoc import Unreadable, read_ast

# Four spaces as laws are written; no HTML, TeX, citations, formulas or typography: text stays what was typed.
_FORMAT = (
    "markdown+four_space_rule-raw_html-native_divs-native_spans-raw_tex-raw_attribute-tex_math_dollars-latex_macros"
    "-citations-example_lists-smart-implicit_figures-implicit_header_references-auto_identifiers-markdown_in_html_blocks"
)


class Markdown(Importer):
    key: ClassVar[str] = "markdown"
    title: ClassVar[Message] = M("Markdown")
    extensions: ClassVar[tuple[str, ...]] = ("md", "markdown", "txt")

    def read(self, data: bytes) -> Source:
        check_kind(data, "text")
        text, notes = check_text(data)
        try:
            return Source(read_ast(text.encode(), _FORMAT), notes)
        except Unreadable:  # three dashes that open a rule, not front matter
            return Source(read_ast(text.encode(), f"{_FORMAT}-yaml_metadata_block"), notes)
