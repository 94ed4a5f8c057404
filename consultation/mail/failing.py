"""What stands where planners look when a mail came to nothing: at the invitation, or at the reminder."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from consultation.consultations import invitations
from consultation.responses import reminders


def tell(session: Session, kind: str, payload: Mapping[str, Any], reason: str, moment: datetime) -> bool:
    """Whether an invitation failed for it. Mails of other kinds stand nowhere; their jobs are the operator's to see."""
    if kind == "mail.reminder":
        reminders.done(session, uuid.UUID(payload["id"]), moment, reason)
    return kind == "mail.invitation" and invitations.fail(session, uuid.UUID(payload["id"]), reason, moment)


def tried_again(session: Session, kind: str, payload: Mapping[str, Any], moment: datetime) -> None:
    """The operator has its job repeated: an invitation that failed for it is on its way again."""
    if kind == "mail.invitation":
        invitations.under_way_again(session, uuid.UUID(payload["id"]), moment)
