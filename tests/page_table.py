"""Every page of the service, as somebody sees it for whom it is meant.

Whoever gives a new route its row in tests/tenancy_table.py has added its page here: each row is opened in the state it
names, by one of those it lets in. Only two things are written down below: what is no page, and what deserves another look.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.tenancy_doors import fillings
from tests.tenancy_table import ANONYMOUS, EVERYBODY, TABLE, as_routed
from tests.tenancy_world import World

DOWNLOAD = "a download"
NO_PAGES = {
    "GET /feed.atom": "a feed, read in tests/test_web_public.py",
    "GET /sitemap.xml": "for search engines, read in tests/test_web_public.py",
    "GET /robots.txt": "for search engines, read in tests/test_web_public.py",
    "GET /healthz": "for machines",
    "GET /readyz": "for machines",
    "GET /metrics": "for machines",
    "GET /static/{path}": "style and script",
    "GET /consultations/{slug}/editions/{number}/document": "a document; tests/browser/test_document_on_a_telephone.py looks at it",
    "GET /o/{organisation_id}/consultations/{slug}/editions/{number}/document": "the same document",
    "GET /consultations/{slug}/editions/{number}/files/{name}": DOWNLOAD,
    "GET /o/{organisation_id}/consultations/{slug}/editions/{number}/files/{name}": DOWNLOAD,
    "GET /login/second-step": "only after a right password; tests/browser/test_second_step.py looks at it",
    "GET /account/data": "one's own data as a file; tests/test_privacy.py reads it",
    "GET /operator/people/{person_id}/data": "somebody's data as a file; tests/test_privacy_pages.py reads it",
    "GET /login/start": "leads to what there is to do; tests/test_people_login.py follows it",
    "GET /login/token": "a fresh token for a page that outlived its session; tests/test_loss.py reads it",
    "GET /o/{organisation_id}/answers/deadlines.ics": DOWNLOAD,
    "GET /o/{organisation_id}/answers/{slug}/deadline.ics": DOWNLOAD,
    "GET /o/{organisation_id}/answers/{slug}/draft/{section_key}": "leads to the section on the page of the draft",
    "GET /o/{organisation_id}/answers/{slug}/submit": "leads to the review",
    "GET /o/{organisation_id}/consultations": "leads to the programmes",
    "GET /o/{organisation_id}/answers/{slug}/receipt.{extension}": DOWNLOAD,
    "GET /o/{organisation_id}/answers/{slug}/receipt/{number}.{extension}": DOWNLOAD,
    "GET /o/{organisation_id}/answers/{slug}/outcome.{extension}": DOWNLOAD,
    "GET /o/{organisation_id}/consultations/{slug}/editions/{number}/notice.pdf": DOWNLOAD,
    "GET /o/{organisation_id}/answers/{slug}/working-copy.{extension}": DOWNLOAD,
    "GET /o/{organisation_id}/consultations/{slug}/invitations/{invitation_id}/letter.pdf": DOWNLOAD,
    "GET /o/{organisation_id}/consultations/{slug}/invitations/letters/{number}.pdf": DOWNLOAD,
    "GET /o/{organisation_id}/consultations/{slug}/log/export/{kind}": DOWNLOAD,
    "GET /o/{organisation_id}/consultations/{slug}/responses/export/{kind}": DOWNLOAD,
    "GET /o/{organisation_id}/consultations/{slug}/results/export": DOWNLOAD,
    "GET /o/{organisation_id}/consultations/{slug}/responses/{response_id}/revisions/{number}/receipt.pdf": DOWNLOAD,
    "GET /o/{organisation_id}/programmes/{slug}/forms/{form_id}/form.json": DOWNLOAD,
}
"""Route → why nobody looks at it in a browser, or where it is looked at instead."""


@dataclass(frozen=True)
class Look:
    """One page as one caller sees it. `filling` names what the path's parameters stand for, `more` follows the path."""

    route: str
    caller: str
    filling: str = ""
    more: str = ""

    def __str__(self) -> str:
        state = f"[{self.filling}]" if self.filling else ""
        return f"{self.route.removeprefix('GET ')}{self.more}{state} {self.caller}"

    def path(self, world: World) -> str:
        values = fillings(world)[self.filling]
        return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], self.route.removeprefix("GET ")) + self.more


LATER = "GET /o/{organisation_id}/consultations/{slug}/invitations/new"
ANOTHER_LOOK = (
    Look("GET /search", ANONYMOUS, more="?q=Allgemein"),
    Look("GET /o/{organisation_id}/people", "contributor", "town"),
    Look(LATER, "planner", "consultation", "?q=dorf"),
    Look("GET /o/{organisation_id}/consultations/{slug}/invitations/{invitation_id}", "planner", "informed"),
    Look(LATER, "planner", "consultation", "?body=register:010585888002"),
    Look(
        "GET /o/{organisation_id}/consultations/{slug}/responses/{response_id}/texts",
        "planner",
        "consultation",
        "?place=message",
    ),
)
"""The same page for somebody else, after a search, in English, …"""


def _of_the_tenancy_table() -> Iterator[Look]:
    for gate in TABLE:
        for route in gate:
            if route.startswith("GET ") and "/api/" not in route and gate.here:
                yield Look(route, _caller(gate.here), gate.filling)


def _caller(here: frozenset[str]) -> str:
    """Who has most to see."""
    return ANONYMOUS if here == EVERYBODY else next(c for c in ("town", "planner", *sorted(here)) if c in here)


SINGLE = "GET /o/{organisation_id}/consultations/{slug}/audience/single"
LIST = "GET /o/{organisation_id}/consultations/{slug}/audience/list"
LEADS_ON = {(route, filling) for route in (SINGLE, LIST) for filling in ("consultation", "published")}
"""Pages that lead elsewhere in these states: after the announcement nobody is added."""
_ALL = (*_of_the_tenancy_table(), *ANOTHER_LOOK)
LOOKS = tuple(
    dict.fromkeys(look for look in _ALL if look.route not in NO_PAGES and (look.route, look.filling) not in LEADS_ON)
)
DOWNLOADS = tuple(look for look in _ALL if NO_PAGES.get(look.route) == DOWNLOAD)


def looked_at() -> frozenset[str]:
    """Every route that is opened, or has said why not."""
    return frozenset(map(as_routed, {*(look.route for look in LOOKS), *NO_PAGES}))
