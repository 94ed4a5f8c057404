"""Everything that can be read in a file, whatever it is packed into: names, texts, properties, pictures, compressed or not."""

import base64
import binascii
import email
import email.policy
import gzip
import io
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from tests.documents import readers

_PNG = b"\x89PNG\r\n\x1a\n"


def unpacked(name: str, content: bytes) -> Iterator[str]:
    """The name, the bytes as they are, and all that is inside."""
    yield name
    yield content.decode("utf-8", "replace")
    if content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content)):
        yield from _zip(content)
    elif content.startswith(b"%PDF"):
        yield from _pdf(content)
    elif content.startswith(b"\x1f\x8b"):
        yield from unpacked(name, gzip.decompress(content))
    elif content.startswith(_PNG):
        yield from _png(content)
    elif name.endswith(".eml"):
        yield from _mail(content)
    for packed in re.findall(rb"data:[\w/+.-]+;base64,([A-Za-z0-9+/=]+)", content):
        yield from unpacked(f"{name} data", base64.b64decode(packed))


def _zip(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield archive.comment.decode("utf-8", "replace")
        for info in archive.infolist():
            yield info.comment.decode("utf-8", "replace")
            yield from unpacked(info.filename, archive.read(info))


def _pdf(content: bytes) -> Iterator[str]:
    """What a reader reads, every string (titles, alternative texts, bookmarks) and every stream (XMP, fonts, attachments)."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        yield readers.squeezed(readers.pdf(Path(file.name)).text)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        yield str(pdf.docinfo)
        for thing in pdf.objects:
            yield from _strings(thing)
            if isinstance(thing, pikepdf.Stream):
                yield from unpacked("stream", _stream(thing))


def _strings(thing: Any, deep: int = 4) -> Iterator[str]:
    """Of one object; what it refers to has its own turn."""
    if isinstance(thing, pikepdf.String):
        yield str(thing)
    elif isinstance(thing, pikepdf.Dictionary) and deep:
        for value in thing.values():
            yield from _strings(value, deep - 1)
    elif isinstance(thing, pikepdf.Array) and deep:
        for value in thing:
            yield from _strings(value, deep - 1)


def _stream(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:  # a picture
        return stream.read_raw_bytes()


def _png(content: bytes) -> Iterator[str]:
    """The chunks that hold texts."""
    at = len(_PNG)
    while at + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        chunk = content[at + 8 : at + 8 + length]
        if kind in (b"tEXt", b"iTXt", b"zTXt"):
            yield chunk.decode("latin-1")
            for start in range(len(chunk)):
                if chunk[start : start + 1] == b"\x78":
                    yield _inflated(chunk[start:])
        at += 12 + length


def _inflated(packed: bytes) -> str:
    try:
        return zlib.decompress(packed).decode("utf-8", "replace")
    except zlib.error:
        return ""


def _mail(content: bytes) -> Iterator[str]:
    message = email.message_from_bytes(content, policy=email.policy.default)
    yield str(dict(message.items()))
    for part in message.walk():
        if not part.is_multipart():
            try:
                payload = part.get_payload(decode=True)
            except binascii.Error:
                continue
            if isinstance(payload, bytes):
                yield from unpacked(part.get_filename() or "part", payload)
