"""The verbs of this room, for everybody else: accounts, organisations, who belongs where.

Sessions, codes and tokens stand in modules of their own; only the pages of the account and the API's door need them.
"""

from consultation.people.accounts import (
    Known,
    appoint_operator,
    ask_code,
    change_person,
    create_operator,
    create_person,
    dismiss_operator,
    person_problems,
    set_password,
    set_password_of,
    still_has,
)
from consultation.people.inviting import (
    accept,
    appoint_again,
    appoint_manager,
    invite_again,
    invite_colleague,
    refuse,
    withdraw_appointment,
)
from consultation.people.memberships import (
    give_roles,
    hand_over,
    join,
    let_in,
    remove_member,
    revoke_claim,
    set_four_eyes,
    takes_all,
)
from consultation.people.organisations import (
    create_organisation,
    mark_may_plan,
    municipal_organisation,
    municipal_organisations,
)

__all__ = [
    "Known",
    "accept",
    "appoint_again",
    "appoint_manager",
    "appoint_operator",
    "ask_code",
    "change_person",
    "create_operator",
    "create_organisation",
    "create_person",
    "dismiss_operator",
    "give_roles",
    "hand_over",
    "invite_again",
    "invite_colleague",
    "join",
    "let_in",
    "mark_may_plan",
    "municipal_organisation",
    "municipal_organisations",
    "person_problems",
    "refuse",
    "remove_member",
    "revoke_claim",
    "set_four_eyes",
    "set_password",
    "set_password_of",
    "still_has",
    "takes_all",
    "withdraw_appointment",
]
