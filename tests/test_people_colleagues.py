"""Colleagues come and go: invited, reminded, approved, refused, handed over to; somebody always manages."""

import re
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation import worker
from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job
from consultation.mail.transport import Memory
from consultation.people import actions, codes, queries, sessions
from consultation.people.models import CodePurpose, Membership, OneTimeCode, Organisation, Person
from consultation.settings import Settings
from consultation.states import Role
from consultation.subjects import Actor
from tests import factories as make
from tests.browsing import KEY, Browser, site
from tests.factories import MOMENT, PASSWORD


@dataclass
class Heide:
    """Anna manages alone, Bert answers, Carla knows the code of an invitation and waits."""

    session: Session
    town: Organisation = field(init=False)
    people: dict[str, Person] = field(default_factory=dict)
    at: dict[str, Membership] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.town = make.organisation(self.session)
        for name, roles in (("Anna", make.ANSWERING_ROLES), ("Bert", [Role.CONTRIBUTOR]), ("Carla", ())):
            self.people[name] = make.person(self.session, name)
            self.at[name] = make.membership(self.session, self.people[name], self.town, roles, waiting=not roles)

    def who(self, name: str) -> Actor:
        return make.actor(self.people[name], self.town, [Role(role) for role in self.at[name].roles])

    def invite(self, email: str = "nina@heide.example", roles: tuple[str, ...] = ("contributor",)) -> Membership:
        return actions.invite_colleague(
            self.session, self.who("Anna"), email=email, name="Nina Neu", roles=roles, elsewhere=True
        )

    def roles_of(self, name: str) -> set[str]:
        return set(self.at[name].roles)


def mails(session: Session) -> list[str]:
    return [job.payload["id"] for job in session.scalars(select(Job).where(Job.kind == "mail.place"))]


def test_an_invitation_is_pending_until_the_person_accepts(db: Database):
    with db.transaction() as session:
        heide = Heide(session)
        nina, known = heide.invite(), heide.invite(make.person(session).email)
        assert (nina.invited_at, known.invited_at) == (MOMENT, MOMENT)
        sessions.begin(session, nina.person_id, MOMENT)
        session.refresh(nina)
        assert nina.invited_at == MOMENT
        accepted = actions.accept(session, make.actor(session.get_one(Person, nina.person_id)), nina.id)
        assert accepted.invited_at is None
        with pytest.raises(Conflict):
            actions.invite_again(session, heide.who("Anna"), nina.id)


def test_a_mail_sent_again_brings_a_new_code_and_the_old_one_is_worthless(db: Database):
    with db.transaction() as session:
        heide = Heide(session)
        nina = heide.invite()
        codes.make_code(session, nina.person_id, CodePurpose.PLACE, MOMENT, codes.new_code())
        old = session.scalars(select(OneTimeCode)).one().code_hash
        actions.invite_again(session, heide.who("Anna"), nina.id)
        assert mails(session) == [str(nina.id)] * 2
        codes.make_code(session, nina.person_id, CodePurpose.PLACE, MOMENT, codes.new_code())
        assert session.scalars(select(OneTimeCode)).one().code_hash != old
        with pytest.raises(Forbidden):
            actions.invite_again(session, heide.who("Bert"), nina.id)


def test_a_withdrawn_invitation_opens_nothing(db: Database):
    with db.transaction() as session:
        heide = Heide(session)
        nina = heide.invite()
        codes.make_code(session, nina.person_id, CodePurpose.PLACE, MOMENT, codes.new_code())
        actions.remove_member(session, heide.who("Anna"), nina.id)
        assert session.scalars(select(OneTimeCode)).all() == []
        assert nina.id not in {m.id for m in queries.members(session, heide.town.id)}


def test_who_is_approved_hears_it_by_mail_and_who_is_refused_stays_out(db: Database):
    with db.transaction() as session:
        heide = Heide(session)
        actions.give_roles(session, heide.who("Anna"), heide.at["Carla"].id, ["contributor"])
        assert mails(session) == [str(heide.at["Carla"].id)]
        waiting = make.membership(session, make.person(session), heide.town, (), waiting=True)
        actions.remove_member(session, heide.who("Anna"), waiting.id)
        done = session.scalars(select(HistoryEntry.action).order_by(HistoryEntry.seq)).all()
        assert list(done) == ["approve", "refuse"]


def test_management_is_handed_over_in_one_step(db: Database):
    with db.transaction() as session:
        heide = Heide(session)
        actions.hand_over(session, heide.who("Anna"), str(heide.at["Bert"].id), leave=False)
        assert heide.roles_of("Bert") == {"manager", "contributor"}
        assert heide.roles_of("Anna") == {"contributor", "releaser"}
        with pytest.raises(Forbidden):
            actions.hand_over(session, heide.who("Anna"), str(heide.at["Bert"].id), leave=False)


def test_who_does_nothing_but_manage_goes_on_answering_or_leaves(db: Database):
    with db.transaction() as session:
        heide = Heide(session)
        heide.at["Anna"].roles = ["manager"]
        actions.hand_over(session, heide.who("Anna"), str(heide.at["Bert"].id), leave=False)
        assert heide.roles_of("Anna") == {"contributor"}
        actions.hand_over(session, heide.who("Bert"), str(heide.at["Anna"].id), leave=True)
        there = {m.person_id for m in queries.members(session, heide.town.id) if not m.waiting}
        assert there == {heide.people["Anna"].id}
        assert heide.roles_of("Anna") == {"manager", "contributor"}


@pytest.mark.parametrize("to", ["Anna", "Carla", "Nina", "", "nobody"])
def test_management_goes_only_to_somebody_who_is_there(db: Database, to: str):
    """Not to oneself, not to who waits or was never here, not to nobody."""
    with db.transaction() as session:
        heide = Heide(session)
        heide.at["Nina"] = heide.invite()
        chosen = str(heide.at[to].id) if to in heide.at else to
        with pytest.raises(Invalid) as refused:
            actions.hand_over(session, heide.who("Anna"), chosen, leave=False)
        assert [problem.field for problem in refused.value.problems] == ["successor"]
        assert "manager" in heide.roles_of("Anna")


def test_a_manager_who_never_came_does_not_count_as_the_one_who_stays(db: Database):
    with db.transaction() as session:
        heide = Heide(session)
        nina = heide.invite(roles=("manager",))
        with pytest.raises(Conflict):
            actions.remove_member(session, heide.who("Anna"), heide.at["Anna"].id)
        actions.accept(session, make.actor(session.get_one(Person, nina.person_id)), nina.id)
        actions.remove_member(session, heide.who("Anna"), heide.at["Anna"].id)


# -- on the page -----------------------------------------------------------------------------------------------------
@dataclass
class Page:
    app: FastAPI
    path: str
    at: dict[str, Membership]
    emails: dict[str, str]

    def of(self, name: str) -> Browser:
        made = Browser(self.app)
        made.log_in(self.emails[name], PASSWORD)
        return made


@pytest.fixture
def page(db: Database) -> Page:
    with db.transaction() as session:
        heide = Heide(session)
    emails = {name: person.email for name, person in heide.people.items()}
    return Page(site(db), f"/o/{heide.town.id}/people", heide.at, emails)


def test_pending_invitations_stand_apart_and_can_be_sent_again_or_withdrawn(page: Page):
    anna = page.of("Anna")
    anna.get(page.path)
    asked = {"email": "nina@stadt.example", "name": "Nina Neu", "roles": ["contributor"]}
    shown = anna.follow(anna.post(f"{page.path}/invite", asked)).text
    assert "eingeladen, noch nicht angenommen" in shown
    found = re.search(r"people/([0-9a-f-]{36})/invite-again", shown)
    assert found
    assert "geht noch einmal hinaus" in anna.follow(anna.post(f"{page.path}/{found[1]}/invite-again")).text
    gone = anna.follow(anna.post(f"{page.path}/{found[1]}/remove")).text
    assert "Die Einladung ist zurückgezogen." in gone
    assert "Nina Neu" not in gone


def test_roles_that_were_refused_are_said_at_the_person(page: Page):
    anna = page.of("Anna")
    anna.get(page.path)
    refused = anna.post(f"{page.path}/{page.at['Bert'].id}/roles", {})
    assert refused.status_code == 422
    assert 'href="#given"' in refused.text
    assert "<title>Fehler:" in refused.text


def test_the_only_manager_is_told_to_hand_over_instead_of_being_offered_to_leave(page: Page):
    anna, bert = page.of("Anna"), page.of("Bert")
    assert "Verlassen können Sie die Organisation, sobald" in anna.get(page.path).text
    assert "Organisation verlassen" in bert.get(page.path).text
    refused = anna.post(f"{page.path}/hand-over", {"successor": "", "then": "leave"})
    assert refused.status_code == 422
    assert "Wählen Sie, wer die Verwaltung übernimmt" in refused.text
    left = anna.follow(anna.post(f"{page.path}/hand-over", {"successor": str(page.at["Bert"].id), "then": "leave"}))
    assert left.url.path == "/home"
    assert anna.get(page.path).status_code == 404
    assert "Kollegin oder Kollegen einladen" in bert.get(page.path).text


def test_a_claim_is_refused_on_the_page(page: Page):
    anna, carla = page.of("Anna"), page.of("Carla")
    assert "Ablehnen" in anna.get(page.path).text
    assert "Die Anfrage ist abgelehnt." in anna.follow(anna.post(f"{page.path}/{page.at['Carla'].id}/remove")).text
    assert "Sie gehören noch zu keiner Organisation" in carla.get("/home").text


def test_the_mail_to_a_colleague_names_who_invites(db: Database):
    with db.transaction() as session:
        heide = Heide(session)
        heide.invite()
        host = heide.people["Anna"]
    post = Memory()
    worker.run_due(db, Settings.model_validate({"base_url": "https://dienst.example", "secret_key": KEY}), post, MOMENT)
    (mail,) = [one for one in post.sent if one.recipient == "nina@heide.example"]
    assert f"{host.name} ({host.email}) hat Sie eingeladen" in mail.text
