"""Reading what a page posted: with limits, and hostile bodies end in a refusal, never in a crash."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from consultation.core import text as cleaning

MAX_FIELDS = 5_000
MAX_TEXT = 2 * 1024 * 1024
MAX_FILE = 25 * 1024 * 1024
MAX_FILES = 10


@dataclass(frozen=True)
class Upload:
    """A file as it came: the name is for showing only, never for storing."""

    name: str
    content: bytes


class PostedForm:
    """A multi-dict. Question types read it raw and clean for themselves; everybody else takes `line` or `text`."""

    def __init__(self, fields: Mapping[str, list[str]], files: Mapping[str, Upload]) -> None:
        self._fields = fields
        self._files = files

    def getlist(self, key: str) -> list[Any]:
        return list(self._fields.get(key, ()))

    def keys(self) -> Iterable[str]:
        return self._fields.keys()

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def raw(self, name: str) -> str:
        """For passwords only: as typed. Everything else is cleaned."""
        values = self.getlist(name)
        return str(values[-1]) if values else ""

    def line(self, name: str) -> str:
        return cleaning.clean_line(self.raw(name))

    def text(self, name: str) -> str:
        return cleaning.clean(self.raw(name))

    def lines(self, name: str) -> list[str]:
        """All values of check boxes or repeated inputs, without empty ones."""
        return [line for value in self.getlist(name) if (line := cleaning.clean_line(value))]

    def checked(self, name: str) -> bool:
        return bool(self.line(name))

    @property
    def has_files(self) -> bool:
        return bool(self._files)

    def file(self, name: str) -> Upload | None:
        """`None` if no file was chosen."""
        return self._files.get(name)


async def posted_form(request: Request) -> PostedForm:
    """Read once per request; a second caller gets the same form."""
    known = getattr(request.state, "posted_form", None)
    if known is None:
        known = request.state.posted_form = await _sorted(await _read(request))
    return cast(PostedForm, known)


Form = Annotated[PostedForm, Depends(posted_form)]


async def _sorted(data: FormData) -> PostedForm:
    fields: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    for name, value in data.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
        elif value.filename:  # browsers send an empty name where no file was chosen
            files[name] = Upload(cleaning.clean_line(value.filename)[:200], await value.read())
    await data.close()
    return PostedForm(fields, files)


async def _read(request: Request) -> FormData:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if not kind:
        return FormData()
    if kind not in {b"multipart/form-data", b"application/x-www-form-urlencoded"}:
        raise HTTPException(415)
    if options.get(b"charset", b"utf-8").lower() not in {b"utf-8", b"utf8"}:
        raise HTTPException(415)
    try:
        return await request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=MAX_TEXT)
    except HTTPException as refusal:
        too_much = any(word in str(refusal.detail) for word in ("Too many", "exceeded"))
        raise HTTPException(413 if too_much or refusal.status_code == 413 else 400) from None
    except (FormParserError, ValueError, AssertionError):  # what the parser lets through on broken bodies
        raise HTTPException(400) from None
