"""Nobody acts for a house without having said yes, and who invites does not learn who has an account."""

import re
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from consultation import worker
from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound
from consultation.core.history import HistoryEntry
from consultation.evaluation import assignees
from consultation.mail.letters import _members
from consultation.mail.transport import Memory
from consultation.people import actions, codes, queries, sessions, tokens
from consultation.people.models import CodePurpose, Membership, OneTimeCode, Organisation, Person
from consultation.programmes import actions as programmes
from consultation.programmes.models import ProgrammeLevel
from consultation.settings import Settings
from consultation.states import Role
from tests import factories as make
from tests.browsing import KEY, Browser, site
from tests.factories import ANSWERING_ROLES, MOMENT, PLANNING_ROLES

ANNA, KNOWN, NEW = "anna@heide.example", "dora.diehl@heide.example", "nina@heide.example"
ASKED = {"name": "D. Diehl", "roles": ["contributor", "releaser"], "function": "Amt 50"}


@dataclass
class House:
    """Anna manages Heide; Dora has an account, and Heide is none of her business yet."""

    db: Database
    heide: Organisation = field(init=False)
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.db.transaction() as session:
            self.heide = make.organisation(session)
            self.people["anna"] = make.person(session, "Anna Muster", email=ANNA)
            self.people["dora"] = make.person(session, "Dr. Dora Diehl-Mustermann", email="Dora.Diehl@Heide.example")
            make.membership(session, self.people["anna"], self.heide)
            elsewhere = make.organisation(session, "Stadt Husum")
            make.membership(session, self.people["dora"], elsewhere)
        self.app = site(self.db)
        self.path = f"/o/{self.heide.id}/people"

    def of(self, who: str) -> Browser:
        made = Browser(self.app)
        made.log_in(self.people[who].email)
        return made

    def invite(self, email: str = KNOWN, roles: tuple[str, ...] = ("contributor", "releaser")) -> str:
        """The id of the membership."""
        with self.db.transaction() as session:
            actor = make.actor(self.people["anna"], self.heide)
            return str(actions.invite_colleague(session, actor, email=email, name="D. Diehl", roles=roles).id)

    def mails(self, moment: datetime = MOMENT) -> dict[str, str]:
        post = Memory()
        settings = Settings.model_validate({"base_url": "https://dienst.example", "secret_key": KEY})
        worker.run_due(self.db, settings, post, moment)
        return {mail.recipient: mail.text for mail in post.sent}


@pytest.fixture
def house(db: Database) -> House:
    return House(db)


def normal(page: str) -> str:
    page = re.sub(r'name="csrf_token" value="[^"]*"', "", page)
    page = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", page)
    return page.replace(NEW, "WHO").replace(KNOWN, "WHO")


def test_who_invites_sees_the_same_whether_or_not_the_address_has_an_account(house: House):
    """Sentence, list, order and name: before the person has said yes nothing of an account is shown."""
    shown = []
    for email in (NEW, KNOWN):
        anna = house.of("anna")
        anna.get(house.path)
        page = anna.follow(anna.post(f"{house.path}/invite", {"email": email, **ASKED})).text
        shown.append(normal(page))
        assert "eingeladen, noch nicht angenommen" in page
        assert "D. Diehl" in page
        assert "Die Einladung ist unterwegs. Die Person gehört dazu, sobald sie annimmt." in page
        found = re.search(r"people/([0-9a-f-]{36})/invite-again", page)
        assert found
        shown[-1] += normal(anna.follow(anna.post(f"{house.path}/{found[1]}/invite-again")).text)
        shown[-1] += normal(anna.post(f"{house.path}/invite", {"email": email, **ASKED}).text)
        shown[-1] += normal(anna.follow(anna.post(f"{house.path}/{found[1]}/remove")).text)
    assert shown[0] == shown[1]
    assert "Mustermann" not in shown[1]
    assert "Dora.Diehl@Heide" not in shown[1]


@pytest.mark.parametrize("state", ["deactivated", "without password"])
def test_the_list_does_not_tell_either_what_became_of_an_account(house: House, state: str):
    with house.db.transaction() as session:
        dora = session.get_one(Person, house.people["dora"].id)
        dora.active, dora.password_hash = state != "deactivated", None
    house.invite()
    shown = house.of("anna").get(house.path).text
    assert "D. Diehl" in shown
    assert "Mustermann" not in shown
    assert (KNOWN in " ".join(house.mails()).lower()) == (state != "deactivated")


def test_the_list_is_ordered_by_the_names_that_were_typed(house: House):
    with house.db.transaction() as session:
        actor = make.actor(house.people["anna"], house.heide)
        for email, name in ((NEW, "Berta"), (KNOWN, "Ada"), ("c@heide.example", "Cora")):
            actions.invite_colleague(session, actor, email=email, name=name, roles=["contributor"])
        listed = [m.shown_name for m in queries.members(session, house.heide.id)]
    assert listed == ["Ada", "Anna Muster", "Berta", "Cora"]


def test_the_person_looks_at_the_invitation_and_accepts_it(house: House):
    made = house.invite()
    dora = house.of("dora")
    home = dora.get("/home").text
    assert "Stadt Heide lädt Sie ein" in home
    assert f"/o/{house.heide.id}" not in home
    assert dora.get(house.path).status_code == 404
    page = dora.get(f"/invited/{made}").text
    assert "Anna Muster (anna@heide.example)" in page
    assert "gibt die Stellungnahme frei und ab" in page
    welcome = dora.follow(dora.post(f"/invited/{made}/accept")).text
    assert "Willkommen. Sie handeln jetzt für Stadt Heide. Ihre Rechte: Bearbeitung, Freigabe." in welcome
    assert "lädt Sie ein" not in welcome
    assert "Dr. Dora Diehl-Mustermann" in house.of("anna").get(house.path).text
    assert dora.get(house.path).status_code == 200
    assert dora.post(f"/invited/{made}/accept").status_code == 404
    with house.db.reader() as session:
        done = session.scalars(select(HistoryEntry.action).where(HistoryEntry.subject_type == "membership")).all()
    assert list(done) == ["invite", "accept"]


def test_the_person_refuses_and_nothing_is_left_of_it(house: House):
    made = house.invite()
    dora = house.of("dora")
    dora.get(f"/invited/{made}")
    assert "abgelehnt" in dora.follow(dora.post(f"/invited/{made}/refuse")).text
    assert "D. Diehl" not in house.of("anna").get(house.path).text
    with house.db.reader() as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "refuse_invitation")).one()
        assert entry.person_id == house.people["dora"].id
    told = house.mails(datetime.now(UTC))[ANNA]
    assert f"{KNOWN} hat die Einladung abgelehnt" in told
    assert "Diehl-Mustermann" not in told, "what an account says stays with it"


def test_somebody_new_sets_a_password_first_and_then_says_yes(house: House):
    made = house.invite(NEW)
    text = house.mails()[NEW]
    code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", text)
    assert code, text
    assert "Danach nehmen Sie die Einladung an oder lehnen sie ab." in text
    nina = Browser(house.app)
    nina.get("/password/code")
    new = {"email": NEW, "code": code[0], "password": "Ninas ganz eigenes Passwort"}
    home = nina.follow(nina.post("/password/code", new)).text
    assert "Stadt Heide lädt Sie ein" in home
    assert "Ihr Passwort ist gespeichert." in home
    assert "Auf anderen Geräten" not in home
    assert nina.get(house.path).status_code == 404
    nina.get(f"/invited/{made}")
    nina.follow(nina.post(f"/invited/{made}/accept"))
    assert nina.get(house.path).status_code == 200


def test_the_mail_names_the_rights_that_are_given_and_no_work_that_is_not(house: House):
    with house.db.transaction() as session:
        ministry = make.planning_organisation(session)
        actions.appoint_manager(session, make.operator(session), ministry.id, email=NEW, name="Nina Neu")
    house.invite(roles=("contributor",))
    mails = house.mails()
    assert "Ihre Rechte dort: Verwaltung, Bearbeitung (Planung), Veröffentlichung (Planung)\n" in mails[NEW]
    assert "Stellungnahme" not in mails[NEW]
    assert "Ihre Rechte dort: Bearbeitung\n" in mails[house.people["dora"].email]


def test_the_mail_to_somebody_with_an_account_leads_to_the_invitation_and_names_who_invites(house: House):
    made = house.invite()
    text = house.mails()[house.people["dora"].email]
    assert f"https://dienst.example/invited/{made}" in text
    assert "Anna Muster (anna@heide.example) hat Sie eingeladen" in text
    assert "Guten Tag D. Diehl" in text


def test_an_invitation_is_the_invited_persons_only(house: House):
    made = house.invite()
    anna = house.of("anna")
    assert anna.get(f"/invited/{made}").status_code == 404
    for verb in ("accept", "refuse"):
        assert anna.post(f"/invited/{made}/{verb}").status_code == 404
    anna.follow(anna.post(f"{house.path}/{made}/remove"))
    dora = house.of("dora")
    assert dora.get(f"/invited/{made}").status_code == 404
    assert dora.post(f"/invited/{made}/accept").status_code == 404


# -- no right anywhere -----------------------------------------------------------------------------------------------
def test_before_they_accept_nobody_plans_releases_manages_or_is_told_anything(db: Database):
    with db.transaction() as session:
        foundation = make.planning_organisation(session)
        lena = make.person(session, "Lena")
        manager = make.member(session, foundation, tuple(Role))
        own = session.scalars(select(Membership).where(Membership.person_id == manager.person_id)).one()
        invited = make.membership(session, lena, foundation, tuple(Role), invited_at=MOMENT)
        key = tokens.create_token(session, make.actor(lena, foundation, PLANNING_ROLES), "X", ["consultation:read"])
        token = sessions.begin(session, lena.id, MOMENT)
        session.flush()  # both are looked for by statements
        assert tokens.token_actor(session, key, MOMENT) is None
        programme = programmes.create(session, manager, title="Probe", level=ProgrammeLevel.FEDERAL)
        assert [m.person_id for m in assignees.team(session, programme)] == [manager.person_id]
        assert [p.id for p in _members(session, foundation.id, Role.RELEASER)] == [manager.person_id]
        assert not assignees.may_be_given(session, programme, lena.id)
        for refused in (
            lambda: actions.remove_member(session, manager, own.id),
            lambda: actions.give_roles(session, manager, own.id, ["editor"]),
        ):
            with pytest.raises(Conflict):
                refused()
        with pytest.raises(Invalid):
            actions.hand_over(session, manager, str(invited.id), leave=True)
        session.delete(own)
        session.flush()
        assert not queries.is_managed(session, foundation.id)
    viewer = sessions.find(db, token, MOMENT)
    assert viewer
    assert viewer.places == ()


def test_who_takes_the_place_with_the_code_of_an_invitation_has_said_yes_too(db: Database):
    with db.transaction() as session:
        town, anna, bert = make.organisation(session), make.person(session), make.person(session)
        make.membership(session, anna, town, [Role.CONTRIBUTOR], invited_at=MOMENT)
        first = actions.join(session, make.actor(anna), town, anna, first=True)
        assert (first.invited_at, set(first.roles)) == (None, {role.value for role in ANSWERING_ROLES})
        make.membership(session, bert, town, [Role.RELEASER], invited_at=MOMENT)
        second = actions.join(session, make.actor(bert), town, bert, first=True)
        assert (second.invited_at, second.waiting, second.roles) == (None, False, ["releaser"])


def test_a_withdrawn_invitation_leaves_the_codes_of_an_account_alone(house: House):
    made = house.invite()
    with house.db.transaction() as session:
        dora = house.people["dora"].id
        for membership in session.scalars(select(Membership).where(Membership.person_id == dora)).all():
            if str(membership.id) != made:
                session.delete(membership)
        codes.make_code(session, dora, CodePurpose.LOG_IN, MOMENT, codes.new_code())
    anna = house.of("anna")
    anna.get(house.path)
    anna.follow(anna.post(f"{house.path}/{made}/remove"))
    with house.db.reader() as session:
        assert session.scalars(select(OneTimeCode.person_id)).all() == [dora]


def test_of_accepting_and_withdrawing_at_once_one_wins(house: House):
    made = house.invite()
    barrier, done = threading.Barrier(2), []

    def work(what: str) -> None:
        barrier.wait()
        try:
            with house.db.transaction() as session:
                membership = session.get(Membership, uuid.UUID(made))
                if membership and what == "accept":
                    actions.accept(session, make.actor(house.people["dora"]), membership.id)
                elif membership:
                    actions.remove_member(session, make.actor(house.people["anna"], house.heide), membership.id)
            done.append(what)
        except NotFound:
            pass

    threads = [threading.Thread(target=work, args=(what,)) for what in ("accept", "remove")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert "remove" in done
    with house.db.reader() as session:
        assert made not in {str(found) for found in session.scalars(select(Membership.id))}


def test_the_operator_is_not_obeyed_without_consent_either(db: Database):
    with db.transaction() as session:
        town, dora = make.organisation(session), make.person(session, "Dora Diehl")
        make.person(session, email="olga@dienst.example", operator=True)
        path, email = f"/operator/organisations/{town.id}", dora.email
    olga = Browser(site(db))
    olga.log_in("olga@dienst.example")
    olga.get(path)
    shown = olga.follow(olga.post(f"{path}/manager", {"email": email, "name": "D. D."})).text
    assert "D. D." in shown
    assert "Dora Diehl" not in shown
    assert "eingeladen, noch nicht angenommen" in shown
    with db.reader() as session:
        assert not queries.is_managed(session, town.id)


# -- the question about another domain -------------------------------------------------------------------------------
def test_an_address_outside_the_house_is_asked_about_once_and_then_taken(house: House):
    anna = house.of("anna")
    anna.get(house.path)
    sent = {**ASKED, "email": "dora@husum.example"}
    asked = anna.post(f"{house.path}/invite", sent)
    assert asked.status_code == 422
    assert "Diese Adresse gehört nicht zu @heide.example. Trotzdem einladen?" in asked.text
    assert 'value="dora@husum.example"' in asked.text
    with house.db.reader() as session:
        assert len(queries.members(session, house.heide.id)) == 1
    assert anna.post(f"{house.path}/invite", {**sent, "elsewhere": "yes"}).status_code == 303


@pytest.mark.parametrize("email", ["x@heide.example", "X@HEIDE.example", "x@amt.heide.example"])
def test_an_address_of_the_house_is_not_asked_about(house: House, email: str):
    house.invite(email)


def test_only_managers_invite_also_outside(house: House):
    with house.db.transaction() as session:
        bert = make.member(session, house.heide, [Role.CONTRIBUTOR])
        with pytest.raises(Forbidden):
            actions.invite_colleague(session, bert, email=KNOWN, name="X", roles=["contributor"], elsewhere=True)
