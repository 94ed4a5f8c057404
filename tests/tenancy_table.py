"""Which route is for whom: every route of the service stands here, with what fills its path and who may come in.

`here`: callers let in at the owner's own address. `home`: callers let in when the address names their own organisation
instead. `maybe`: callers for whom either answer is right (what they may do depends on what they send). Everybody else is
refused. No caller ever reads a word that is not theirs, whatever the answer is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.tenancy_world import PERSONS

ANONYMOUS = "anonymous"
LOGGED_IN = frozenset({*PERSONS, "nobody", "waiting", "operator"})
PLACED = frozenset(PERSONS)
TOKENS = frozenset(
    f"{name}_token"
    for name in ("planner", "editor", "land", "other_planner", "town", "neighbour", "informed", "uninvited", "reading")
)
DEAD_TOKENS = frozenset({"revoked_token", "expired_token", "made_up_token"})
PAGES = LOGGED_IN | {ANONYMOUS}
"""Who comes to pages."""
ANYBODY = frozenset({ANONYMOUS, "waiting", "town", "other_planner", "operator"})
"""Enough of them where everybody is let in."""
PROGRAMS = TOKENS | DEAD_TOKENS | {ANONYMOUS, "town", "planner", "operator"}
"""Who comes to the API; a cookie is no key there."""
NOBODY: frozenset[str] = frozenset()
EVERYBODY = PAGES | TOKENS
OPERATOR = frozenset({"operator"})
TOWN = frozenset({"town", "contributor", "releaser"})
TOWN_HOUSE = TOWN | {"manager"}
ANSWERING = TOWN | {"neighbour", "celle", "union"}
PLANNERS = frozenset({"planner", "editor", "publisher"})
EDITORS = frozenset({"planner", "editor"})
PUBLISHERS = frozenset({"planner", "publisher"})
HOUSES = PLANNERS | {"other_planner", "land"}
READERS = PLANNERS | {"land"}
LAND = frozenset({"land"})
MAY_ASK = frozenset({"editor", "land"})
"""They read the page of the form; whether they hear what is missing or that they may not comes to the same."""
INVITED = ANSWERING | {"informed"}
MANAGERS = frozenset(name for name, (_, roles, _) in PERSONS.items() if "manager" in roles)

PLANNING_TOKENS = frozenset({"planner_token", "editor_token", "land_token"})
ANSWERING_TOKENS = frozenset({"town_token", "reading_token", "neighbour_token"})
WRITING_TOKENS = frozenset({"town_token", "neighbour_token"})
READING_TOKENS = PLANNING_TOKENS | ANSWERING_TOKENS | {"informed_token"}


@dataclass(frozen=True)
class Gate:
    """Routes with the same people before them. `filling` names what their path parameters stand for."""

    filling: str
    routes: str
    here: frozenset[str] = NOBODY
    home: frozenset[str] | None = None
    maybe: frozenset[str] = NOBODY
    slow: bool = False
    """Makes a document: of those who are let in only one is asked."""
    by_code: bool = False
    """Whoever holds the code in the address may read what the invitation says."""

    def __iter__(self) -> Iterator[str]:
        return iter(line.strip() for line in self.routes.strip().splitlines())


TABLE = (
    # -- for everybody ---------------------------------------------------------------------------------------------------
    Gate("", """
        GET /
        GET /consultations
        GET /search
        GET /accessibility
        GET /privacy
        GET /imprint
        GET /developers
        GET /feed.atom
        GET /sitemap.xml
        GET /robots.txt
        GET /login
        GET /login/code
        GET /login/code/enter
        GET /password
        GET /password/code
        GET /claim
        GET /healthz
        GET /readyz
        GET /static/{path}
        """, here=EVERYBODY),
    Gate("", """
        POST /login
        POST /login/code
        POST /login/code/enter
        GET /login/second-step
        POST /login/second-step
        POST /logout
        POST /password
        POST /password/code
        POST /claim
        """, maybe=EVERYBODY),
    Gate("", "GET /metrics"),
    Gate("town", """
        GET /claim/{code}
        POST /claim/{code}
        POST /claim/{code}/pass-on
        """, here=EVERYBODY, by_code=True),
    Gate("public", """
        GET /consultations/{slug}
        GET /consultations/{slug}/changes
        GET /consultations/{slug}/draft
        GET /consultations/{slug}/questions
        GET /consultations/{slug}/editions/{number}
        GET /consultations/{slug}/editions/{number}/document
        GET /consultations/{slug}/editions/{number}/files/{name}
        """, here=EVERYBODY),
    Gate("town", """
        GET /consultations/{slug}
        GET /consultations/{slug}/changes
        GET /consultations/{slug}/draft
        GET /consultations/{slug}/questions
        """, here=INVITED | READERS),
    Gate("town", """
        GET /consultations/{slug}/editions/{number}
        GET /consultations/{slug}/editions/{number}/document
        GET /consultations/{slug}/editions/{number}/files/{name}
        """),
    Gate("preparing", """
        GET /consultations/{slug}
        GET /consultations/{slug}/changes
        GET /consultations/{slug}/draft
        GET /consultations/{slug}/questions
        """, here=READERS),
    # -- one's own account -----------------------------------------------------------------------------------------------
    Gate("", """
        GET /home
        GET /login/done
        GET /login/start
        GET /login/token
        GET /account
        GET /account/data
        POST /account
        POST /account/password
        POST /account/sessions/end-others
        GET /account/second-step
        POST /account/second-step
        POST /account/second-step/begin
        POST /account/second-step/recovery-codes
        POST /account/second-step/remove
        """, here=LOGGED_IN),
    Gate("", "POST /account/tokens", maybe=LOGGED_IN),
    Gate("town", """
        POST /account/sessions/{session_id}/end
        POST /account/tokens/{token_id}/revoke
        """, here=frozenset({"town"})),
    Gate("invited", """
        GET /invited/{membership_id}
        POST /invited/{membership_id}/accept
        POST /invited/{membership_id}/refuse
        """, here=frozenset({"waiting"})),
    # -- people of an organisation ---------------------------------------------------------------------------------------
    Gate("town", "GET /o/{organisation_id}/people", here=TOWN_HOUSE, home=PLACED),
    Gate("town", """
        POST /o/{organisation_id}/people/invite
        POST /o/{organisation_id}/people/four-eyes
        POST /o/{organisation_id}/people/hand-over
        """, here=frozenset({"town", "manager"}), home=MANAGERS),
    Gate("town", """
        POST /o/{organisation_id}/people/{membership_id}/invite-again
        POST /o/{organisation_id}/people/{membership_id}/roles
        """, here=frozenset({"town", "manager"})),
    Gate("town", "POST /o/{organisation_id}/people/{membership_id}/remove",
         here=frozenset({"town", "manager", "contributor"})),
    # -- the desk of an invited body -------------------------------------------------------------------------------------
    Gate("town", """
        GET /o/{organisation_id}/answers
        GET /o/{organisation_id}/answers/deadlines.ics
        """, here=TOWN,
         home=frozenset(n for n, (_, roles, _) in PERSONS.items() if {"contributor", "releaser"} & set(roles))),
    Gate("town", """
        GET /o/{organisation_id}/answers/{slug}
        GET /o/{organisation_id}/answers/{slug}/deadline.ics
        GET /o/{organisation_id}/answers/{slug}/draft
        GET /o/{organisation_id}/answers/{slug}/draft/{section_key}
        GET /o/{organisation_id}/answers/{slug}/submit
        GET /o/{organisation_id}/answers/{slug}/extension
        GET /o/{organisation_id}/answers/{slug}/part/{part_key}
        GET /o/{organisation_id}/answers/{slug}/nil-return
        GET /o/{organisation_id}/answers/{slug}/receipt
        GET /o/{organisation_id}/answers/{slug}/review
        POST /o/{organisation_id}/answers/{slug}/extension
        POST /o/{organisation_id}/answers/{slug}/presence
        POST /o/{organisation_id}/answers/{slug}/start
        """, here=TOWN, home=ANSWERING, maybe=frozenset({"informed"})),
    Gate("town", "GET /o/{organisation_id}/answers/{slug}/representation", maybe=INVITED),
    Gate("union", "GET /o/{organisation_id}/answers/{slug}/representation", here=frozenset({"union"}), home=NOBODY,
         maybe=INVITED),
    Gate("town", """
        GET /o/{organisation_id}/answers/{slug}/receipt.{extension}
        GET /o/{organisation_id}/answers/{slug}/receipt/{number}.{extension}
        """, here=TOWN, home=ANSWERING, maybe=frozenset({"informed"}), slow=True),
    Gate("town", "GET /o/{organisation_id}/answers/{slug}/receipt/{number}", here=TOWN, home=ANSWERING,
         maybe=frozenset({"informed"})),
    Gate("answered", "GET /o/{organisation_id}/answers/{slug}/outcome", here=TOWN),
    Gate("answered", "GET /o/{organisation_id}/answers/{slug}/outcome.{extension}", here=TOWN, slow=True),
    Gate("town", "GET /o/{organisation_id}/answers/{slug}/working-copy.{extension}", here=TOWN, home=INVITED),
    Gate("town", """
        POST /o/{organisation_id}/answers/{slug}/reference
        POST /o/{organisation_id}/answers/{slug}/draft/{section_key}
        POST /o/{organisation_id}/answers/{slug}/part/{part_key}
        POST /o/{organisation_id}/answers/{slug}/ready
        POST /o/{organisation_id}/answers/{slug}/representation
        """, here=frozenset({"town", "contributor"}), home=ANSWERING, maybe=INVITED),
    Gate("town", "POST /o/{organisation_id}/answers/{slug}/nil-return", here=TOWN, home=ANSWERING, maybe=INVITED),
    Gate("town", "POST /o/{organisation_id}/answers/{slug}/comments", here=TOWN, home=ANSWERING, maybe=INVITED),
    Gate("town", """
        POST /o/{organisation_id}/answers/{slug}/comments/{comment_id}/answer
        POST /o/{organisation_id}/answers/{slug}/comments/{comment_id}/{verb}
        """, here=TOWN, maybe=frozenset({"informed"})),
    Gate("town", """
        POST /o/{organisation_id}/answers/{slug}/return
        POST /o/{organisation_id}/answers/{slug}/submit
        POST /o/{organisation_id}/answers/{slug}/decline
        POST /o/{organisation_id}/answers/{slug}/reopen
        POST /o/{organisation_id}/answers/{slug}/withdraw
        POST /o/{organisation_id}/answers/{slug}/resolution
        POST /o/{organisation_id}/answers/{slug}/disclosure
        POST /o/{organisation_id}/answers/{slug}/review/disclosure
        """, here=frozenset({"town", "releaser"}), home=ANSWERING, maybe=INVITED),
    # -- the operator ----------------------------------------------------------------------------------------------------
    Gate("town", """
        GET /operator
        POST /operator/jobs/{job_id}/repeat
        POST /operator/organisations
        GET /operator/organisations/{organisation_id}
        POST /operator/organisations/{organisation_id}/may-plan
        POST /operator/organisations/{organisation_id}/manager
        POST /operator/organisations/{organisation_id}/people/{membership_id}/invite-again
        POST /operator/organisations/{organisation_id}/people/{membership_id}/withdraw
        POST /operator/organisations/{organisation_id}/people/{membership_id}/let-in
        POST /operator/organisations/{organisation_id}/people/{membership_id}/reset-second-step
        GET /operator/privacy
        POST /operator/privacy/person
        POST /operator/privacy/retention
        GET /operator/people/{person_id}
        GET /operator/people/{person_id}/data
        POST /operator/people/{person_id}/forget
        """, here=OPERATOR),
    # -- the workbench of a planning house -------------------------------------------------------------------------------
    Gate("programme", """
        GET /o/{organisation_id}/programmes
        GET /o/{organisation_id}/consultations
        GET /o/{organisation_id}/programmes/new
        POST /o/{organisation_id}/programmes/new
        """, here=PLANNERS, home=HOUSES),
    Gate("programme", """
        GET /o/{organisation_id}/programmes/{slug}
        GET /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}
        GET /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/compare
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/form.json
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/preview
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/preview
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/add
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/basics
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/history
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/json
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/parts/{part_key}
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/questions/{question_key}
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/questions/{question_key}/condition
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/questions/{question_key}/delete
        """, here=PLANNERS, home=READERS),
    Gate("programme", "POST /o/{organisation_id}/programmes/{slug}/delete", here=PUBLISHERS, maybe=MAY_ASK),
    Gate("programme", """
        GET /o/{organisation_id}/programmes/{slug}/edit
        POST /o/{organisation_id}/programmes/{slug}/edit
        GET /o/{organisation_id}/programmes/{slug}/consultations/new
        GET /o/{organisation_id}/programmes/{slug}/drafts/import
        GET /o/{organisation_id}/programmes/{slug}/forms/new
        POST /o/{organisation_id}/programmes/{slug}/members
        POST /o/{organisation_id}/programmes/{slug}/parameters
        POST /o/{organisation_id}/programmes/{slug}/terms
        POST /o/{organisation_id}/programmes/{slug}/drafts/import
        POST /o/{organisation_id}/programmes/{slug}/drafts
        POST /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/publish
        POST /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/cover
        POST /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/sections/new
        POST /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/sections/{section_key}
        POST /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/sections/{section_key}/remove
        POST /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/move
        POST /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/continue
        POST /o/{organisation_id}/programmes/{slug}/forms/new
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/basics
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/copy
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/json
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/parts/{part_key}
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/parts/{part_key}/delete
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/parts/{part_key}/place
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/questions/{question_key}
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/questions/{question_key}/condition
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/questions/{question_key}/delete
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/questions/{question_key}/duplicate
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/questions/{question_key}/place
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/renumber
        POST /o/{organisation_id}/programmes/{slug}/forms/{form_id}/restore
        POST /o/{organisation_id}/programmes/{slug}/consultations/new
        """, here=PLANNERS, maybe=LAND),
    Gate("open", """
        GET /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}
        GET /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/compare
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/basics
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/json
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/parts/{part_key}
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/questions/{question_key}
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/questions/{question_key}/condition
        GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/questions/{question_key}/delete
        """, here=PLANNERS, home=READERS),
    Gate("open", """
        GET /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/cover
        POST /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/cover
        GET /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/edit
        GET /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/sections/new
        GET /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/sections/{section_key}
        POST /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/sections/new
        POST /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/sections/{section_key}
        POST /o/{organisation_id}/programmes/{slug}/drafts/{draft_id}/sections/{section_key}/remove
        """, here=PLANNERS, maybe=LAND),
    *(Gate(filling, """
        GET /o/{organisation_id}/consultations/{slug}
        GET /o/{organisation_id}/consultations/{slug}/addresses
        GET /o/{organisation_id}/consultations/{slug}/addresses/missing
        GET /o/{organisation_id}/consultations/{slug}/announce
        GET /o/{organisation_id}/consultations/{slug}/audience
        GET /o/{organisation_id}/consultations/{slug}/audience/bodies
        GET /o/{organisation_id}/consultations/{slug}/audience/list
        GET /o/{organisation_id}/consultations/{slug}/audience/single
        GET /o/{organisation_id}/consultations/{slug}/basics
        GET /o/{organisation_id}/consultations/{slug}/dates
        GET /o/{organisation_id}/consultations/{slug}/versions
        """, here=PLANNERS, home=READERS) for filling in ("consultation", "preparing", "published")),
    Gate("preparing", """
        GET /o/{organisation_id}/consultations/{slug}/addresses/known
        GET /o/{organisation_id}/consultations/{slug}/addresses/rows
        """, here=PLANNERS),
    *(Gate(filling, """
        POST /o/{organisation_id}/consultations/{slug}/addresses
        POST /o/{organisation_id}/consultations/{slug}/addresses/discard
        POST /o/{organisation_id}/consultations/{slug}/addresses/known
        POST /o/{organisation_id}/consultations/{slug}/addresses/proposed
        POST /o/{organisation_id}/consultations/{slug}/addresses/rows
        POST /o/{organisation_id}/consultations/{slug}/addresses/rows/invite
        POST /o/{organisation_id}/consultations/{slug}/addresses/take-over
        POST /o/{organisation_id}/consultations/{slug}/audience
        POST /o/{organisation_id}/consultations/{slug}/audience/list
        POST /o/{organisation_id}/consultations/{slug}/audience/single
        POST /o/{organisation_id}/consultations/{slug}/audience/take-back
        POST /o/{organisation_id}/consultations/{slug}/audience/{invitation_id}/remove
        POST /o/{organisation_id}/consultations/{slug}/basics
        POST /o/{organisation_id}/consultations/{slug}/dates
        POST /o/{organisation_id}/consultations/{slug}/versions
        POST /o/{organisation_id}/consultations/{slug}/evaluate
        """, here=PLANNERS, maybe=LAND) for filling in ("consultation", "preparing")),
    *(Gate(filling, """
        GET /o/{organisation_id}/consultations/{slug}/cancel
        GET /o/{organisation_id}/consultations/{slug}/extend
        POST /o/{organisation_id}/consultations/{slug}/announce
        POST /o/{organisation_id}/consultations/{slug}/archive
        POST /o/{organisation_id}/consultations/{slug}/cancel
        POST /o/{organisation_id}/consultations/{slug}/correct
        POST /o/{organisation_id}/consultations/{slug}/extend
        """, here=PUBLISHERS, maybe=MAY_ASK) for filling in ("consultation", "preparing")),
    *(Gate(filling, """
        GET /o/{organisation_id}/consultations/{slug}/correct
        GET /o/{organisation_id}/consultations/{slug}/editions
        GET /o/{organisation_id}/consultations/{slug}/extensions
        GET /o/{organisation_id}/consultations/{slug}/invitations
        GET /o/{organisation_id}/consultations/{slug}/participation
        GET /o/{organisation_id}/consultations/{slug}/points
        GET /o/{organisation_id}/consultations/{slug}/reminders
        GET /o/{organisation_id}/consultations/{slug}/replies
        GET /o/{organisation_id}/consultations/{slug}/responses
        GET /o/{organisation_id}/consultations/{slug}/responses/export/{kind}
        GET /o/{organisation_id}/consultations/{slug}/results
        GET /o/{organisation_id}/consultations/{slug}/results/export
        """, here=PLANNERS, home=READERS) for filling in ("consultation", "published")),
    Gate("published", "GET /o/{organisation_id}/consultations/{slug}/editions/{number}/notice.pdf", here=PLANNERS, slow=True),
    Gate("published", """
        GET /o/{organisation_id}/consultations/{slug}/editions/{number}/texts
        POST /o/{organisation_id}/consultations/{slug}/editions/{number}/texts
        """, here=PLANNERS),
    Gate("consultation", """
        GET /o/{organisation_id}/consultations/{slug}/editions/{number}
        GET /o/{organisation_id}/consultations/{slug}/editions/{number}/document
        GET /o/{organisation_id}/consultations/{slug}/editions/{number}/files/{name}
        GET /o/{organisation_id}/consultations/{slug}/invitations/{invitation_id}
        GET /o/{organisation_id}/consultations/{slug}/points/{point_id}
        GET /o/{organisation_id}/consultations/{slug}/responses/{response_id}
        GET /o/{organisation_id}/consultations/{slug}/responses/{response_id}/revisions/{number}
        GET /o/{organisation_id}/consultations/{slug}/responses/{response_id}/texts
        GET /o/{organisation_id}/consultations/{slug}/redactions
        GET /o/{organisation_id}/consultations/{slug}/log
        GET /o/{organisation_id}/consultations/{slug}/mails
        """, here=PLANNERS),
    Gate("consultation", """
        GET /o/{organisation_id}/consultations/{slug}/intake
        GET /o/{organisation_id}/consultations/{slug}/intake/{intake_id}
        GET /o/{organisation_id}/consultations/{slug}/intake/{intake_id}/letter
        GET /o/{organisation_id}/consultations/{slug}/intake/{intake_id}/review
        GET /o/{organisation_id}/consultations/{slug}/invitations/{invitation_id}/intake
        POST /o/{organisation_id}/consultations/{slug}/intake/{intake_id}
        POST /o/{organisation_id}/consultations/{slug}/intake/{intake_id}/discard
        POST /o/{organisation_id}/consultations/{slug}/intake/{intake_id}/letter
        POST /o/{organisation_id}/consultations/{slug}/intake/{intake_id}/review
        POST /o/{organisation_id}/consultations/{slug}/invitations/{invitation_id}/intake
        """, here=EDITORS),
    Gate("consultation", """
        GET /o/{organisation_id}/consultations/{slug}/invitations/{invitation_id}/letter.pdf
        GET /o/{organisation_id}/consultations/{slug}/responses/{response_id}/revisions/{number}/receipt.pdf
        """, here=PLANNERS, slow=True),
    Gate("export", "GET /o/{organisation_id}/consultations/{slug}/log/export/{kind}", here=PLANNERS),
    Gate("consultation", "GET /o/{organisation_id}/consultations/{slug}/invitations/letters/{number}.pdf"),
    Gate("consultation", """
        POST /o/{organisation_id}/consultations/{slug}/editions
        POST /o/{organisation_id}/consultations/{slug}/editions/{number}/retry
        POST /o/{organisation_id}/consultations/{slug}/claims/{claim_id}/revoke
        POST /o/{organisation_id}/consultations/{slug}/invitations/posted
        POST /o/{organisation_id}/consultations/{slug}/invitations/{invitation_id}/address
        POST /o/{organisation_id}/consultations/{slug}/mails/test
        POST /o/{organisation_id}/consultations/{slug}/points/bulk
        POST /o/{organisation_id}/consultations/{slug}/reminders/plan
        POST /o/{organisation_id}/consultations/{slug}/points/undo
        POST /o/{organisation_id}/consultations/{slug}/points/{point_id}/{verb}
        POST /o/{organisation_id}/consultations/{slug}/replies
        POST /o/{organisation_id}/consultations/{slug}/replies/{template_id}
        POST /o/{organisation_id}/consultations/{slug}/replies/{template_id}/remove
        POST /o/{organisation_id}/consultations/{slug}/responses/{response_id}/reopen
        POST /o/{organisation_id}/consultations/{slug}/responses/{response_id}/texts
        POST /o/{organisation_id}/consultations/{slug}/redactions/{redaction_id}/lift
        """, here=PLANNERS, maybe=LAND),
    Gate("consultation", "GET /o/{organisation_id}/consultations/{slug}/invitations/new", here=PUBLISHERS),
    Gate("consultation", """
        POST /o/{organisation_id}/consultations/{slug}/invitations/new
        POST /o/{organisation_id}/consultations/{slug}/invitations/{invitation_id}/ask
        POST /o/{organisation_id}/consultations/{slug}/editions/{number}/publish
        POST /o/{organisation_id}/consultations/{slug}/extensions/together
        POST /o/{organisation_id}/consultations/{slug}/extensions/{extension_id}/{decision}
        POST /o/{organisation_id}/consultations/{slug}/invitations/{invitation_id}/extend
        POST /o/{organisation_id}/consultations/{slug}/reminders/now
        """, here=PUBLISHERS, maybe=MAY_ASK),
    # -- the other house, whom the same town has answered ----------------------------------------------------------------
    Gate(
        "other",
        """
        GET /o/{organisation_id}/consultations/{slug}/responses
        GET /o/{organisation_id}/consultations/{slug}/responses/export/{kind}
        GET /o/{organisation_id}/consultations/{slug}/points
        GET /o/{organisation_id}/consultations/{slug}/editions/{number}
        """,
        here=frozenset({"other_planner"}),
    ),
    Gate("other", "GET /api/v1/consultations/{slug}/responses", here=frozenset({"other_planner_token"})),
    # -- programs --------------------------------------------------------------------------------------------------------
    Gate("api", "GET /api/v1/openapi.json", here=EVERYBODY | DEAD_TOKENS),
    Gate("api", """
        GET /api/v1/consultations
        GET /api/v1/codelists
        GET /api/v1/codelists/{key}
        GET /api/v1/organisations/{ars}
        """, here=EVERYBODY),
    Gate("public", """
        GET /api/v1/consultations/{slug}
        GET /api/v1/consultations/{slug}/form
        GET /api/v1/consultations/{slug}/form/schema
        GET /api/v1/consultations/{slug}/editions
        GET /api/v1/consultations/{slug}/editions/{number}
        GET /api/v1/consultations/{slug}/editions/{number}/files/{format}
        GET /api/v1/consultations/{slug}/editions/{number}/volumes/{volume}/{format}
        GET /api/v1/consultations/{slug}/editions/{number}/participation
        GET /api/v1/consultations/{slug}/editions/{number}/statistics
        GET /api/v1/consultations/{slug}/editions/{number}/points
        GET /api/v1/consultations/{slug}/editions/{number}/participants
        GET /api/v1/consultations/{slug}/editions/{number}/responses
        GET /api/v1/draft-versions/{public_draft_id}
        GET /api/v1/draft-versions/{public_draft_id}/comparison
        """, here=EVERYBODY),
    Gate("api", """
        GET /api/v1/consultations/{slug}
        GET /api/v1/consultations/{slug}/form
        GET /api/v1/consultations/{slug}/form/schema
        GET /api/v1/consultations/{slug}/editions
        GET /api/v1/draft-versions/{draft_version_id}
        GET /api/v1/draft-versions/{draft_version_id}/comparison
        """, here=READING_TOKENS),
    Gate("api", """
        GET /api/v1/consultations/{slug}/editions/{number}
        GET /api/v1/consultations/{slug}/editions/{number}/files/{format}
        GET /api/v1/consultations/{slug}/editions/{number}/volumes/{volume}/{format}
        GET /api/v1/consultations/{slug}/editions/{number}/participation
        GET /api/v1/consultations/{slug}/editions/{number}/statistics
        GET /api/v1/consultations/{slug}/editions/{number}/points
        GET /api/v1/consultations/{slug}/editions/{number}/participants
        GET /api/v1/consultations/{slug}/editions/{number}/responses
        """, here=frozenset({"planner_token", "editor_token"})),
    Gate("api", "GET /api/v1/programmes", here=PLANNING_TOKENS | {"other_planner_token"}),
    Gate("api programme", """
        GET /api/v1/programmes/{slug}
        GET /api/v1/programmes/{slug}/draft-versions
        """, here=PLANNING_TOKENS),
    *(Gate(filling, """
        GET /api/v1/consultations/{slug}/participation
        GET /api/v1/consultations/{slug}/statistics
        GET /api/v1/consultations/{slug}/points
        GET /api/v1/consultations/{slug}/responses
        GET /api/v1/consultations/{slug}/responses.{kind}
        """, here=PLANNING_TOKENS) for filling in ("api", "public")),
    Gate("api", "GET /api/v1/consultations/{slug}/responses/{response_id}",
         here=frozenset({"planner_token", "editor_token"})),
    Gate("api", "GET /api/v1/consultations/{slug}/log.zip", here=frozenset({"planner_token", "editor_token"}), slow=True),
    Gate("api", """
        GET /api/v1/consultations/{slug}/response
        GET /api/v1/consultations/{slug}/response/disclosure
        GET /api/v1/consultations/{slug}/response/revisions/{number}
        """, here=ANSWERING_TOKENS),
    Gate("api", "GET /api/v1/consultations/{slug}/invitation", here=ANSWERING_TOKENS | {"informed_token"}),
    Gate("public", "GET /api/v1/consultations/{slug}/response/outcome", here=frozenset({"town_token", "reading_token"})),
    Gate("api", """
        PUT /api/v1/consultations/{slug}/response
        PUT /api/v1/consultations/{slug}/response/disclosure
        POST /api/v1/consultations/{slug}/response/submit
        POST /api/v1/consultations/{slug}/response/nil-return
        POST /api/v1/consultations/{slug}/response/ready
        POST /api/v1/consultations/{slug}/response/rework
        POST /api/v1/consultations/{slug}/response/decline
        POST /api/v1/consultations/{slug}/response/withdraw
        POST /api/v1/consultations/{slug}/response/reopen
        """, here=WRITING_TOKENS, maybe=frozenset({"informed_token"})),
)  # fmt: skip
ALIASES = {"{ars}": "{key}", "{public_draft_id}": "{draft_version_id}", "/{path}": ""}
"""Parameters that stand for different things in different routes, by the names they have in the table."""


def documented() -> frozenset[str]:
    """The routes of the table as the app calls them."""
    return frozenset(as_routed(route) for gate in TABLE for route in gate)


def as_routed(route: str) -> str:
    for ours, theirs in ALIASES.items():
        route = route.replace(ours, theirs)
    return route
