"""The planner's way to a body that was forgotten: found, looked at, invited; and what the pages say of it afterwards."""

from datetime import date

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from consultation.consultations import audience
from consultation.consultations.models import Address, Consultation, Invitation
from consultation.core.db import Database
from consultation.core.times import end_of_day
from consultation.people.models import Organisation
from consultation.people.organisations import municipal_organisation
from consultation.states import ConsultationState, InvitationState, Purpose
from tests import factories as make
from tests import html
from tests.browsing import Browser
from tests.test_web_planners_running import Running, app, paula, running

__all__ = ["app", "paula", "running"]

FORGOTTEN, VILLAGE, AMT = "010510099099", "010535323801", "010535323"
TYPED = {
    "body": f"register:{FORGOTTEN}", "purpose": "for_comment", "email": "rathaus@vergessenau.example", "postal": "Markt 1",
    "contact": "Frau Muster", "until": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _forgotten(db: Database, running: Running) -> None:
    with db.transaction() as session:
        make.register_body(session, FORGOTTEN, "Vergessenau", population=4_000)


def invited(running: Running) -> Invitation | None:
    body = running.one(Organisation, Organisation.register_key == FORGOTTEN)
    found = running.one(Invitation, Invitation.organisation_id == body.id) if body else None
    assert found is None or isinstance(found, Invitation)
    return found


def test_a_planner_finds_the_forgotten_body_and_invites_it(running: Running, paula: Browser) -> None:
    at = f"{running.at()}/invitations"
    for place in ("", "/audience", "/invitations"):
        assert f'href="{at}/new"' in paula.get(running.at() + place).text, place
    found = paula.get(f"{at}/new?q=vergessen").text
    assert f'href="{at}/new?q=vergessen&amp;body=register%3A{FORGOTTEN}"' in found
    form = paula.get(f"{at}/new?q=vergessen&body=register:{FORGOTTEN}").text
    assert "Leer: Es gilt die allgemeine Frist bis 30.04.2026" in form
    told = paula.follow(paula.post(f"{at}/new", TYPED))
    assert "Vergessenau ist eingeladen. Die Mail geht gleich hinaus." in told.text
    assert "Nachträglich eingeladen" in told.text
    made = invited(running)
    assert made is not None
    assert (made.state, made.email, made.purpose) == (
        InvitationState.SENT, "rathaus@vergessenau.example", Purpose.FOR_COMMENT,
    )  # fmt: skip
    assert "nachträglich, am " in paula.get(f"{at}?q=vergessen").text
    assert "nachträglich, am " not in paula.get(f"{at}?q=kiel").text
    log = paula.get(f"{running.at()}/log").text
    assert "Vergessenau nachträglich eingeladen, zur Stellungnahme" in log
    assert "schon eingeladen, zur Stellungnahme" in paula.get(f"{at}/new?q=vergessen").text


def test_a_body_that_only_a_letter_reaches_has_it_printed_like_all_others(running: Running, paula: Browser) -> None:
    at = f"{running.at()}/invitations"
    paula.get(f"{at}/new")
    told = paula.follow(paula.post(f"{at}/new", TYPED | {"email": ""}))
    assert "Drucken Sie jetzt den Brief." in told.text
    made = invited(running)
    assert made is not None
    assert paula.get(f"{at}/{made.id}/letter.pdf").content.startswith(b"%PDF")
    assert paula.get(f"{at}/letters/1.pdf").content.startswith(b"%PDF")


def test_what_was_typed_stays_with_everything_that_is_wrong(running: Running, paula: Browser) -> None:
    at = f"{running.at()}/invitations/new"
    paula.get(at)
    wrong = paula.post(f"{at}?q=vergessen", TYPED | {"email": "keine", "until": "bald", "purpose": "for_information"})
    assert wrong.status_code == 422
    page = html.check(wrong.text)
    for text in ("keine", "bald", "Frau Muster", "Markt 1", "Das ist keine E-Mail-Adresse", "Geben Sie ein Datum an"):
        assert text in wrong.text, text
    ticked = [one.get("value") for one in page.iter("input") if one.get("checked") is not None]
    assert ticked == ["for_information"]
    assert f"{at}?q=vergessen" in wrong.text, "the way back leads to what was found"
    assert invited(running) is None
    assert running.one(Organisation, Organisation.register_key == FORGOTTEN) is None, "nothing was made"
    for body in ("", "register:999", "organisation:x", "organisation:00000000-0000-0000-0000-000000000000"):
        nobody = paula.post(at, TYPED | {"body": body})
        assert nobody.status_code == 422
        assert "wählen Sie sie aus der Liste" in nobody.text
        assert paula.get(f"{at}?body={body}").status_code == 200
    assert paula.post(at, TYPED | {"purpose": "x"}).status_code == 422


def test_a_last_day_at_the_weekend_is_confirmed_before_anything_leaves(running: Running, paula: Browser) -> None:
    at = f"{running.at()}/invitations/new"
    paula.get(at)
    asked = paula.post(at, TYPED | {"until": "2026-05-30"})
    assert asked.status_code == 422
    assert "Die Frist endet an einem Wochenende (30.05.2026)." in asked.text
    assert invited(running) is None
    assert paula.post(at, TYPED | {"until": "2026-05-31", "sure": "2026-05-30"}).status_code == 422
    assert paula.post(at, TYPED | {"until": "2026-05-30", "sure": "2026-05-30"}).status_code == 303
    made = invited(running)
    assert made is not None
    assert made.extended_until == end_of_day(date(2026, 5, 30))


def test_an_address_of_an_earlier_consultation_is_offered_and_corrected(
    db: Database, running: Running, paula: Browser
) -> None:
    with db.transaction() as session:
        body = municipal_organisation(session, running.world.planner, FORGOTTEN)
        consultation = running.world.consultation(session)
        audience.set_address(
            session, running.world.planner, consultation, body, email="alt@vergessenau.example", postal="", contact=""
        )
    at = f"{running.at()}/invitations/new"
    page = paula.get(f"{at}?body=register:{FORGOTTEN}").text
    assert 'value="alt@vergessenau.example"' in page
    assert "stammt aus einer früheren Konsultation" in page
    assert paula.post(at, TYPED).status_code == 303
    known = running.one(Address, Address.email == TYPED["email"])
    assert known is not None
    assert running.one(Address, Address.email == "alt@vergessenau.example") is None, (
        "the next consultation offers the new one"
    )


def test_who_is_invited_is_refused_with_the_way_to_its_invitation(running: Running, paula: Browser) -> None:
    at = f"{running.at()}/invitations"
    paula.get(f"{at}/new")
    assert paula.post(f"{at}/new", TYPED).status_code == 303
    refused = paula.post(f"{at}/new", TYPED | {"contact": "Herr Anders"})
    made = invited(running)
    assert made is not None
    assert refused.status_code == 422
    for text in ("Vergessenau ist schon eingeladen, zur Stellungnahme.", "Herr Anders", f'href="{at}/{made.id}"'):
        assert text in refused.text, text


def test_a_village_whose_association_is_invited_may_be_invited_itself_and_the_page_says_so(
    running: Running, paula: Browser
) -> None:
    page = paula.get(f"{running.at()}/invitations/new?body=register:{VILLAGE}").text
    assert "Für diese Gemeinde ist schon ihr Gemeindeverband eingeladen" in page
    assert "Jetzt einladen" in page
    assert (
        "schon eingeladen, zur Stellungnahme" in paula.get(f"{running.at()}/invitations/new?body=register:{AMT}").text
    )


def test_who_was_informed_is_asked_after_all(running: Running, paula: Browser) -> None:
    at = f"{running.at()}/invitations"
    paula.get(f"{at}/new")
    page = paula.follow(paula.post(f"{at}/new", TYPED | {"purpose": "for_information"})).text
    assert "Doch zur Stellungnahme bitten" in page
    assert "Mehr Zeit für diese Stelle" not in page, "who only reads needs none"
    made = invited(running)
    assert made is not None
    assert paula.post(f"{at}/{made.id}/ask", {"until": "bald"}).status_code == 422
    assert paula.post(f"{at}/{made.id}/ask", {"until": "2026-05-30"}).status_code == 422
    told = paula.follow(paula.post(f"{at}/{made.id}/ask", {"until": "2026-05-29"})).text
    assert "Die Stelle ist jetzt zur Stellungnahme eingeladen und bekommt einen neuen Code." in told
    assert "Mehr Zeit für diese Stelle" in told
    assert paula.post(f"{at}/{made.id}/ask", {"until": ""}).status_code == 409
    log = paula.get(f"{running.at()}/log").text
    assert "Vergessenau, bisher nachrichtlich, zur Stellungnahme eingeladen, mit eigener Frist bis" in log


def test_only_whoever_may_send_invitations_finds_the_way(app: FastAPI, running: Running) -> None:
    for name in ("edgar", "lara"):
        browser, at = running.browser(app, name), running.at(name)
        assert "/invitations/new" not in browser.get(f"{at}/invitations").text, name
        assert browser.get(f"{at}/invitations/new").status_code == 403, name
        assert browser.post(f"{at}/invitations/new", TYPED).status_code == 403, name
    assert invited(running) is None
    mia = running.browser(app, "mia")
    assert mia.get(f"{running.at('mia')}/invitations/new").status_code == 404


@pytest.mark.parametrize(
    "state", [ConsultationState.EVALUATING, ConsultationState.PUBLISHED, ConsultationState.CANCELLED]
)
def test_nothing_of_it_is_offered_when_the_consultation_is_over(
    db: Database, running: Running, paula: Browser, state: ConsultationState
) -> None:
    with db.transaction() as session:
        session.execute(update(Consultation).values(state=state))
    at = f"{running.at()}/invitations"
    assert f"{at}/new" not in paula.get(at).text
    assert paula.get(f"{at}/new").status_code == 409
    assert paula.post(f"{at}/new", TYPED).status_code == 409
    assert invited(running) is None
