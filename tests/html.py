"""What must hold for every page, whatever it shows: `check(text)` returns the parsed page or fails with all that is wrong."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

LABELLED = {"input", "select", "textarea", "meter", "progress"}
NEED_NO_LABEL = {"hidden", "submit", "button", "image", "reset"}

INSIDE = re.compile(
    r"de='|\bMessage\(|\bUUID\('|\bdatetime\.|\bDecimal\('| object at 0x|<[A-Z]\w+\.[A-Z_]+: |\bdict_\w+\("
)
"""How Python writes its objects: no sentence for people."""


def parse(text: str) -> Element:
    """Strict: a broken nesting or a stray tag fails."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert isinstance(tree, Element)
    return tree


def check(text: str, *, whole: bool = True) -> Element:
    """A whole page, or with `whole=False` a piece for htmx."""
    tree = parse(text if whole else f"<!doctype html><html><head><title>x</title></head><body>{text}</body></html>")
    wrong = [*_ids(tree), *_labels(tree), *_inline(tree), *_forms(tree), *_tables(tree), *_words(tree)]
    if whole:
        wrong += _frame(tree)
    assert not wrong, "\n".join(wrong)
    return tree


def text_of(element: Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def _frame(tree: Element) -> Iterator[str]:
    headings = tree.findall(".//h1")
    if len(headings) != 1:
        yield f"{len(headings)} h1"
    for name in ("main", "title"):
        if len(tree.findall(f".//{name}")) != 1:
            yield f"not one <{name}>"
    if not tree.get("lang"):
        yield "no language"
    levels = [int(e.tag[1]) for e in tree.iter() if e.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
    after = levels[levels.index(1) :] if 1 in levels else []
    yield from (f"h{b} follows h{a}" for a, b in itertools.pairwise(after) if b > a + 1)


def _words(tree: Element) -> Iterator[str]:
    yield from (f"a program's word for a thing: {found!r}" for found in INSIDE.findall(text_of(tree)))


def _ids(tree: Element) -> Iterator[str]:
    counted = Counter(e.get("id") for e in tree.iter() if e.get("id") is not None)
    yield from (f"id {name!r} {count} times" for name, count in counted.items() if count > 1)
    for element in tree.iter():
        for attribute in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
            for name in (element.get(attribute) or "").split():
                if name not in counted:
                    yield f"{attribute} names {name!r}, which is not there"
        href = element.get("href") or ""
        if element.tag == "a" and href.startswith("#") and len(href) > 1 and href[1:] not in counted:
            yield f"link to {href!r}, which is not there"


def _labels(tree: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in tree.iter("label")}
    inside = {child for label in tree.iter("label") for child in label.iter()}
    for element in tree.iter():
        if element.tag not in LABELLED or element.get("type") in NEED_NO_LABEL or element in inside:
            continue
        if not (element.get("id") in labelled or element.get("aria-label") or element.get("aria-labelledby")):
            yield f"<{element.tag} name={element.get('name')!r}> has no label"
    for fieldset in tree.iter("fieldset"):
        if fieldset.find("legend") is None and not fieldset.get("aria-labelledby"):
            yield f"fieldset {fieldset.get('id')!r} has no legend"
    for element in tree.iter():
        if element.tag in {"a", "button", "summary"} and not text_of(element) and not element.get("aria-label"):
            yield f"<{element.tag}> without text"
    yield from (f"<img src={image.get('src')!r}> without alt" for image in tree.iter("img") if image.get("alt") is None)


def _inline(tree: Element) -> Iterator[str]:
    for element in tree.iter():
        if element.tag == "style" or (element.tag == "script" and not element.get("src")):
            yield f"inline <{element.tag}>"
        for attribute, value in element.attrib.items():
            if (
                attribute == "style"
                or (attribute.startswith("on") and attribute != "on")
                or attribute.startswith("hx-on")
            ):
                yield f"{attribute} on <{element.tag}>"
            if attribute in {"href", "src", "action", "formaction"}:
                address = value.strip().lower()
                if address.startswith(("javascript:", "data:", "vbscript:")):
                    yield f"{attribute}={value[:40]!r}"
                if attribute != "href" and address.startswith(("http:", "https:", "//")):
                    yield f"{attribute} leaves the site: {value[:40]!r}"


def _forms(tree: Element) -> Iterator[str]:
    for form in tree.iter("form"):
        if (form.get("method") or "get").lower() == "post" and not any(
            field.get("name") == "csrf_token" and field.get("value") for field in form.iter("input")
        ):
            yield f"form {form.get('action')!r} has no token"
        sends_file = any(field.get("type") == "file" for field in form.iter("input"))
        if sends_file and form.get("enctype") != "multipart/form-data":
            yield f"form {form.get('action')!r} would not send its file"


def _tables(tree: Element) -> Iterator[str]:
    for table in tree.iter("table"):
        if not any(cell.tag == "th" for cell in table.iter()):
            yield f"table {table.get('id')!r} has no header cell"
