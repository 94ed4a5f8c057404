"""What the service logs while it is tested.

A crash is one plain line. The rich traceback that the library makes by default walks the whole app: seconds for each, and tests
that break every statement of an action would take an hour.
"""

import structlog


def plain_logs() -> None:
    """Also what a test sets back to when it has changed what is logged."""
    structlog.reset_defaults()
    structlog.configure(processors=[structlog.processors.add_log_level, structlog.processors.KeyValueRenderer()])
