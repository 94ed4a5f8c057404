"""Documents made on demand and sent at once; nothing of them is kept."""

import tempfile
from pathlib import Path

from starlette.responses import Response

from consultation.documents.formats import FORMATS, Compiled
from consultation.documents.outline import Outline


def as_file(outline: Outline, format_key: str, name: str) -> Response:
    return sent(Compiled(outline, (), {}, lambda: iter(())), format_key, name)


def sent(compiled: Compiled, format_key: str, name: str) -> Response:
    chosen = FORMATS[format_key]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "document"
        chosen.write(compiled, target)
        content = target.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{name}.{chosen.extension.lstrip(".")}"'}
    return Response(content, media_type=chosen.media_type, headers=headers)
