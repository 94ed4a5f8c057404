"""Logs are one line an event on standard error, as JSON if wanted; control characters escaped, no answers, no addresses."""

import logging
import sys
import traceback
from collections.abc import Iterator

import structlog

from consultation.settings import Settings


def configure(settings: Settings) -> None:
    """Once, at the start of a process."""
    last: list[structlog.types.Processor] = [
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_json
        else structlog.dev.ConsoleRenderer(colors=False)
    ]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            places_only,
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def places_only(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Where a crash happened and of which kind; not its words, which may be those that somebody typed."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_places(error))
    return event


def _places(error: BaseException) -> Iterator[str]:
    if before := error.__cause__ or error.__context__:
        yield from _places(before)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
    yield f"{type(error).__module__}.{type(error).__qualname__}"
