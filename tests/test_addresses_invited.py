"""An address list and the audience: the list follows it, widens it, and remembers what was left out of it."""

import pytest
from sqlalchemy import select

from consultation.consultations import address_inviting, audience
from consultation.consultations.address_list import latest
from consultation.consultations.models import AddressOmission, AddressRow, Consultation, Invitation, RowState
from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound, NotReady
from consultation.core.history import HistoryEntry
from consultation.people.models import Organisation
from consultation.register.audience import AudienceFilter
from consultation.register.states import State
from consultation.states import ConsultationState, Purpose
from tests.browsing import site
from tests.test_addresses import HEAD, Listing

STRANGERS = HEAD + "03351006;;a@b.example;;;;\n;Flensburg;b@b.example;;;;\n;Neuenkirchen;c@b.example;;;;\n"
"""Celle by its key, a name that only one body has, and a name that two bodies have."""


@pytest.fixture
def listing(db: Database) -> Listing:
    """Only Heide is asked."""
    made = Listing(db)
    asks(made)
    return made


def asks(listing: Listing, *others: str) -> None:
    """Heide by its size, and these."""
    chosen = AudienceFilter(population_min=20_000, population_max=30_000, include=others)
    with listing.db.transaction() as session:
        audience.choose(session, listing.world.foundation.actor, listing.slug, chosen)


def rows(listing: Listing) -> list[AddressRow]:
    with listing.db.reader() as session:
        consultation = session.scalars(select(Consultation).where(Consultation.slug == listing.slug)).one()
        made = latest(session, consultation)
        assert made
        found = select(AddressRow).where(AddressRow.upload_id == made.id).order_by(AddressRow.number)
        return list(session.scalars(found))


def states(listing: Listing) -> list[RowState]:
    return [row.state for row in rows(listing)]


def invite(listing: Listing, number: int = 0, choice: str = "") -> None:
    with listing.db.transaction() as session:
        actor = listing.world.foundation.actor
        if number:
            address_inviting.invite_one(session, actor, listing.slug, number, choice)
        else:
            address_inviting.invite_all(session, actor, listing.slug)


def singles(listing: Listing) -> set[str | None]:
    with listing.db.reader() as session:
        found = select(Organisation.register_key, Invitation.purpose).join(Invitation).where(~Invitation.by_filter)
        assert {purpose for _, purpose in session.execute(found)} <= {Purpose.FOR_COMMENT}
        return {key for key, _ in session.execute(found)}


# -- the list follows the audience -----------------------------------------------------------------------------------
def test_whoever_is_invited_later_is_matched_and_whoever_no_longer_is_takes_nothing_over(listing: Listing):
    assert [row.state for row in listing.upload(STRANGERS)] == [RowState.NOT_INVITED] * 3
    with listing.db.transaction() as session:
        audience.choose(session, listing.world.foundation.actor, listing.slug, AudienceFilter(states=(State.NI,)))
    assert states(listing) == [RowState.MATCHED, RowState.NOT_INVITED, RowState.DOUBT]
    asks(listing)
    assert states(listing) == [RowState.NOT_INVITED] * 3
    with pytest.raises(NotReady, match="nicht übernommen"):
        listing.take_over()


def test_a_body_taken_out_by_hand_and_taken_back_is_followed_too(listing: Listing):
    listing.upload(HEAD + "01051044;;a@b.example;;;;\n")
    with listing.db.transaction() as session:
        one = session.scalars(select(Invitation)).one()
        audience.remove(session, listing.world.foundation.actor, listing.slug, one.id)
    assert states(listing) == [RowState.NOT_INVITED]
    with listing.db.transaction() as session:
        audience.take_back(session, listing.world.foundation.actor, listing.slug, "010510044044")
    assert states(listing) == [RowState.MATCHED]


# -- the list widens the audience ------------------------------------------------------------------------------------
def test_all_recognised_bodies_of_a_list_join_the_audience_and_namesakes_wait_for_somebody(listing: Listing):
    listing.upload(STRANGERS)
    invite(listing)
    assert singles(listing) == {"033510006006", "010010000000"}
    assert states(listing) == [RowState.MATCHED, RowState.MATCHED, RowState.NOT_INVITED]
    with listing.db.reader() as session:
        assert list(session.scalars(select(HistoryEntry.action).where(HistoryEntry.action == "add_to_audience"))) == [
            "add_to_audience"
        ]
    with pytest.raises(Invalid):
        invite(listing)
    assert listing.take_over() == 2


def test_of_namesakes_the_one_somebody_chooses_joins_and_the_next_list_knows_it(listing: Listing):
    listing.upload(STRANGERS)
    near, far = rows(listing)[2].choices
    assert ("Celle" in near[1], "Dithmarschen" in far[1]) == (True, True)
    invite(listing, 4, near[0])
    assert singles(listing) == {"033510012012"}
    assert states(listing)[2] == RowState.MATCHED
    listing.upload(STRANGERS)
    assert states(listing)[2] == RowState.MATCHED
    for number, choice in ((4, far[0]), (99, near[0]), (3, "register:010515163"), (3, "organisation:x")):
        with pytest.raises(Invalid):
            invite(listing, number, choice)


def test_a_body_known_from_an_earlier_correction_joins_as_well(listing: Listing):
    asks(listing, "033510012012")
    listing.upload(STRANGERS)
    listing.correct(4, organisation_id=rows(listing)[2].choices[0][0])
    asks(listing)
    listing.upload(STRANGERS)
    row = rows(listing)[2]
    assert (row.state, len(row.choices)) == (RowState.NOT_INVITED, 1)
    invite(listing, 4, row.choices[0][0])
    assert singles(listing) == {"033510012012"}
    assert states(listing)[2] == RowState.MATCHED


def test_only_planners_widen_the_audience_and_only_while_it_is_prepared(listing: Listing):
    listing.upload(STRANGERS)
    for actor, refused in ((listing.world.land.actor, Forbidden), (listing.world.ministry.actor, NotFound)):
        with listing.db.transaction() as session, pytest.raises(refused):
            address_inviting.invite_all(session, actor, listing.slug)
    with listing.db.transaction() as session:
        session.scalars(select(Consultation)).one().state = ConsultationState.ANNOUNCED
    with pytest.raises(Conflict):
        invite(listing)
    assert singles(listing) == set()


def test_the_page_offers_the_way_on_and_never_nothing_to_take_over(listing: Listing):
    paula = listing.world.browser(site(listing.db), listing.world.foundation)
    at = f"{listing.world.foundation.at}/consultations/{listing.slug}/addresses"
    listing.upload(STRANGERS)
    text = paula.get(f"{at}/rows?show=not_invited").text
    assert "0 Anschriften" not in text
    assert "Es gibt nichts zu übernehmen" in text
    assert "Alle 2 in den Adressatenkreis aufnehmen" in text
    assert "Neuenkirchen, Dithmarschen, 01051049 in den Adressatenkreis aufnehmen" in text
    assert f'form="invite" name="one" value="4:{rows(listing)[2].choices[0][0]}"' in text
    shown = paula.follow(paula.post(f"{at}/rows/invite")).text
    assert "2 Stellen sind in den Adressatenkreis aufgenommen" in shown
    assert "2 Anschriften übernehmen" in shown
    left = paula.get(f"{at}/rows?show=not_invited").text
    assert "Neuenkirchen, Dithmarschen, 01051049 in den Adressatenkreis aufnehmen" in left
    assert "Alle 1" not in left
    assert paula.post(f"{at}/rows/invite").status_code == 422
    assert paula.post(f"{at}/rows/invite", {"one": "x:y"}).status_code == 422
    one = {"one": f"4:{rows(listing)[2].choices[1][0]}"}
    assert "3 Anschriften übernehmen" in paula.follow(paula.post(f"{at}/rows/invite", one)).text


# -- left out, and remembered ----------------------------------------------------------------------------------------
def test_a_row_left_out_stays_out_of_the_next_list_until_somebody_takes_that_back(listing: Listing):
    text = HEAD + "01051044;;a@b.example;;;;\n;Nirgendwo;x@b.example;;;;\n"
    listing.upload(text)
    listing.correct(3, left_out=True)
    listing.next_round()
    row = listing.upload(text)[1]
    assert (row.state, row.left_out) == (RowState.LEFT_OUT, True)
    assert row.reason["text"] == "So wie zuletzt von Ihnen weggelassen."
    assert listing.upload(text.replace("x@b", "y@b"))[1].state == RowState.ERROR  # another row
    listing.upload(text)
    paula = listing.world.browser(site(listing.db), listing.world.foundation)
    at = f"{listing.world.foundation.at}/consultations/{listing.slug}/addresses/rows"
    assert "Zum Zurücknehmen das Häkchen entfernen" in paula.get(f"{at}?show=left_out").text
    assert paula.post(at, {"row": "3", "row-3-email": "x@b.example"}).status_code == 422
    assert states(listing)[1] == RowState.ERROR
    assert listing.upload(text)[1].state == RowState.ERROR


def test_of_two_rows_that_say_the_same_the_first_is_kept_in_the_next_list_too(listing: Listing):
    text = HEAD + "01051044;;a@b.example;;;;\n01051044;;a@b.example;;;;\n"
    listing.upload(text)
    listing.correct(3, left_out=True)
    listing.upload(text)
    assert states(listing) == [RowState.MATCHED, RowState.LEFT_OUT]
    listing.upload(HEAD + "01051044;;a@b.example;;;;\n")
    assert states(listing) == [RowState.MATCHED]


def test_what_one_house_has_left_out_is_nothing_to_another(listing: Listing):
    listing.upload(HEAD + ";Nirgendwo;x@b.example;;;;\n")
    listing.correct(2, left_out=True)
    with listing.db.transaction() as session:
        kept = session.scalars(select(AddressOmission)).one()
        assert kept.owner_id == listing.world.foundation.organisation.id
        kept.owner_id = listing.world.ministry.organisation.id
    listing.upload(HEAD + ";Nirgendwo;x@b.example;;;;\n")
    assert states(listing) == [RowState.ERROR]
