"""The only module that imports the template engine: everything is escaped, whatever the file is called."""

import functools
from collections.abc import Hashable, Mapping
from contextvars import ContextVar
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.runtime import Macro
from markupsafe import Markup, escape

from consultation.core import language as words
from consultation.core.language import Language, Message
from consultation.core.places import top_folder


def render(name: str, data: Mapping[str, Any], language: Language) -> str:
    """A template under `templates/`, filled with data, in the reader's language."""
    before = _page.set(data)
    try:
        return environment(language).get_template(name).render(data)
    finally:
        _page.reset(before)


_page: ContextVar[Mapping[str, Any]] = ContextVar("page")
"""What is being drawn: forms in parts that are imported ask it for the token of the page."""


def _csrf_field() -> Markup:
    field: Markup = _page.get()["csrf_field"]()
    return field


def render_plain(name: str, data: Mapping[str, Any], language: Language) -> str:
    """A plain text template (a mail): nothing to escape, since no markup will ever be read from it."""
    if not name.endswith(".txt"):
        raise ValueError(f"{name} is no plain text")
    return _plain(language).get_template(name).render(data)


@functools.cache
def _plain(language: Language) -> Environment:
    return environment(language).overlay(autoescape=False)


@functools.cache
def environment(language: Language) -> Environment:
    env = Environment(
        loader=FileSystemLoader(top_folder("templates")), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.do"], auto_reload=False,
    )  # fmt: skip
    env.globals["language"] = language
    env.globals["t"] = functools.partial(_sentence, language=language)
    env.filters["say"] = functools.partial(_said, language=language)
    env.filters["day"] = functools.partial(words.day, language=language)
    env.filters["moment"] = functools.partial(words.moment, language=language)
    env.filters["number"] = functools.partial(words.number, language=language)
    env.filters["percent"] = functools.partial(words.percent, language=language)
    env.filters["money"] = functools.partial(words.money, language=language)
    env.filters["lines"] = lines
    env.filters["paragraphs"] = paragraphs
    env.globals["once"] = drawn_once
    env.globals["csrf_field"] = _csrf_field
    return env


@functools.lru_cache(maxsize=4096)
def drawn_once(macro: Macro, *said: Hashable) -> str:
    """`{{ once(f.question, …) }}`: what a macro draws of values that are the same for everybody; kept per process.

    Never for what somebody wrote: it would stay in memory.
    """
    return macro(*said)


def _sentence(text: str, /, *, language: Language, **parameters: Any) -> str:
    """`{{ t("Noch {count} Angaben fehlen.", count=3) }}`"""
    return words.say(words.M(text, **parameters), language)


def _said(value: Message | Mapping[str, str] | str | None, *, language: Language) -> str:
    """A message, or a planner's text per language (falling back to German), as text."""
    match value:
        case None:
            return ""
        case Message():
            return words.say(value, language)
        case str():
            return value
        case _:
            return value.get(language) or value.get(words.SOURCE) or next(iter(value.values()), "")


def lines(text: str) -> Markup:
    """User text with its line breaks, as escaped HTML inside a paragraph or a cell."""
    return escape(text).replace("\n", Markup("<br>"))


def paragraphs(text: str) -> Markup:
    """User text with its line breaks, as escaped HTML paragraphs."""
    parts = [lines(part.strip()) for part in text.split("\n\n") if part.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(part) for part in parts)
