"""Whether an error means that the database is away, full, busy or read-only: nothing was done, and later it may go well."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError  # noqa: A004 -- a connection that could not be had


def is_outage(error: BaseException) -> bool:
    if not isinstance(error, DBAPIError):
        return isinstance(error, TimeoutError)
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return int(code) & 0xFF in _SQLITE_AWAY
    read_only = getattr(error.orig, "sqlstate", None) == "25006"
    return read_only or error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


def is_server_away(error: BaseException) -> bool:
    """An outage that may end by waiting: a server can still be starting, a file that cannot be opened stays so."""
    return is_outage(error) and getattr(getattr(error, "orig", None), "sqlite_errorcode", None) is None


_SQLITE_AWAY = frozenset({5, 6, 8, 10, 13, 14, 15})
"""Busy, locked, read-only, input/output, full, cannot open, protocol."""
