"""What pages post under a name: possibly nothing, several times, or something else than text."""

from collections.abc import Mapping

from consultation.core.text import clean
from consultation.questions import FormFields


def every(form: FormFields, name: str) -> list[str]:
    """All texts posted under `name` that are not blank, each once; files are passed over."""
    texts = (clean(value) for value in form.getlist(name) if isinstance(value, str))
    return list(dict.fromkeys(text for text in texts if text))


def first(form: FormFields, name: str) -> str:
    """The first text that is not blank, or ""."""
    texts = (clean(value) for value in form.getlist(name) if isinstance(value, str))
    return next(filter(None, texts), "")


def shown(value: object) -> tuple[str, ...]:
    """A raw or checked value as an input holds it."""
    return () if value is None or isinstance(value, Mapping | list) else (str(value),)
