"""The bodies of the open consultation: whoever looks at the demonstration acts for them, so they answer nothing else."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.register.models import RegisterBody
from consultation.register.queries import by_ags, members

TOWNS = {
    "08221000": "drafting", "09663000": "ready", "05513000": "submitted", "16053000": "submitted", "03404000": "submitted",
    "01002000": "nil_return", "14713000": "declined", "07315000": "withdrawn", "06411000": "reopened", "12054000": "extension",
    "15003000": "opened", "13003000": "invited",
}  # fmt: skip
"""AGS → the state in which the visitor finds it: Heidelberg, Würzburg, Gelsenkirchen, Jena, Osnabrück, Kiel, Leipzig,
Mainz, Darmstadt, Potsdam, Magdeburg, Rostock."""


def fates_by_key(session: Session) -> dict[str, str]:
    """Register key → fate."""
    found = [by_ags(session, ags) for ags in TOWNS]
    keys = {body.key: fate for body, fate in zip(found, TOWNS.values(), strict=True) if body is not None}
    return keys | {_association(session): "representing"}


def _association(session: Session) -> str:
    """The Verbandsgemeinde with fourteen villages that the clerk of the demonstration works for."""
    statement = select(RegisterBody.key).where(
        RegisterBody.kind == "joint_municipality", RegisterBody.state == "RP", RegisterBody.valid_to.is_(None)
    )
    keys = sorted(session.scalars(statement))
    return min(keys, key=lambda key: (abs(len(members(session, key)) - 14), key))
