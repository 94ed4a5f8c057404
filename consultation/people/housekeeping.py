"""What the worker does now and then: whatever nobody can use any more goes away."""

from datetime import datetime

from sqlalchemy.orm import Session

from consultation.people import codes, limits, sessions


def sweep(session: Session, moment: datetime) -> None:
    """Ended sessions, expired codes, counters whose window is over."""
    sessions.sweep(session, moment)
    codes.sweep(session, moment)
    limits.sweep(session, moment)
