"""The workbench from the empty programme to the announced consultation, and who may see and do what there."""

import re
import uuid
from dataclasses import dataclass
from datetime import date

from fastapi import FastAPI
from sqlalchemy import select

from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Database
from consultation.core.jobs import Job
from consultation.core.places import package_folder
from consultation.forms.models import FormVersion
from consultation.people.models import Organisation
from consultation.programmes.models import DraftVersion, Programme
from consultation.register.models import RegisterBody
from consultation.states import ConsultationState, FormVersionState, Purpose
from tests import html
from tests.browsing import Browser
from tests.planning_world import House, Planning

LAW = (package_folder() / "data" / "drafts" / "kinvfg.md").read_bytes()


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found
    return found[1]


def import_law(browser: Browser, house: House, programme: str) -> str:
    """Through the pages; returns the address of the saved version."""
    at = f"{house.at}/programmes/{programme}/drafts"
    browser.get(f"{at}/import")
    preview = browser.post(f"{at}/import", files={"file": ("kinvfg.md", LAW)})
    assert preview.status_code == 200, preview.text
    saved = browser.post(at, {"packed": hidden(preview.text, "packed"), "base": hidden(preview.text, "base"),
                              "title": "KInvFG", "kind": "law", "date": "2026-02-01", "language": "de"})  # fmt: skip
    assert saved.status_code == 303, saved.text
    return str(saved.headers["location"])


def make_form(browser: Browser, house: House, programme: str) -> str:
    at = f"{house.at}/programmes/{programme}/forms"
    browser.get(f"{at}/new")
    return str(browser.post(f"{at}/new", {"template": "law_short"}).headers["location"])


@dataclass
class Made:
    at: str
    draft: str
    form: str


def prepare(browser: Browser, world: Planning) -> Made:
    """A consultation with everything but the announcement."""
    house, programme = world.foundation, world.programme
    draft, form = import_law(browser, house, programme), make_form(browser, house, programme)
    base = f"{house.at}/programmes/{programme}"
    for name, value in (("Eigenanteil", "10 %"), ("Förderquote", "90 %")):
        browser.post(
            f"{base}/parameters", {"label": name, "type": "rate", "value": value, "name": _names.get(name, "")}
        )
    browser.get(f"{base}/consultations/new")
    at = str(browser.post(f"{base}/consultations/new", {"title": "Anhörung", "round": "1"}).headers["location"])
    browser.follow(browser.post(f"{at}/versions", {"draft": draft.rpartition("/")[2], "form": form.rpartition("/")[2]}))
    browser.follow(browser.post(f"{at}/audience", {"unit": "administration", "states": "NI"}))
    browser.follow(browser.post(f"{at}/dates", {"opens_on": "", "deadline_on": "30.04.2026"}))
    return Made(at, draft, form)


_names = {"Eigenanteil": "own_share", "Förderquote": "funding_rate"}


def stored(db: Database, at: str) -> Consultation:
    with db.reader() as session:
        return session.scalars(select(Consultation).where(Consultation.slug == at.rpartition("/")[2])).one()


# -- programmes ------------------------------------------------------------------------------------------------------
def test_a_planner_makes_a_programme_and_what_was_typed_wrong_stays(db: Database, world: Planning, paula: Browser):
    at = f"{world.foundation.at}/programmes"
    assert "Noch keine Konsultation" in paula.get(at).text
    paula.get(f"{at}/new")
    refused = paula.post(f"{at}/new", {"title": " ", "level": "federal", "reference": "AZ 1", "description": "Wozu."})
    assert refused.status_code == 422
    assert "Geben Sie dem Programm einen Titel" in refused.text
    assert 'value="AZ 1"' in refused.text
    assert paula.post(f"{at}/new", {"title": "New", "level": "nobody"}).status_code == 422
    nothing = paula.post(f"{at}/new", {"title": "", "level": ""}).text
    assert "Geben Sie dem Programm einen Titel" in nothing
    assert "Wählen Sie, wer das Programm trägt" in nothing
    shown = paula.follow(paula.post(f"{at}/new", {"title": "New", "level": "federal", "reference": "AZ 1"}))
    assert "AZ 1" in shown.text
    with db.reader() as session:
        assert session.scalars(select(Programme.slug).where(Programme.title == "New")).one() == "new-2"


def test_figures_are_written_as_people_write_them(world: Planning, paula: Browser):
    at = f"{world.foundation.at}/programmes/{world.programme}"
    paula.get(at)
    wrong = paula.post(f"{at}/parameters", {"label": "Förderquote", "type": "rate", "value": "viel"})
    assert wrong.status_code == 422
    assert "Erwartet wird eine Quote" in wrong.text
    assert 'value="viel"' in wrong.text
    for label, kind, value, shown in (
        ("Förderquote", "rate", "85 %", "85 %"),
        ("Mindestbetrag", "money", "40.000 €", "40.000 €"),
        ("Laufzeit", "months", "36 Monate", "36 Monate"),
        ("Antragsfrist", "date", "31.03.2027", "31.03.2027"),
    ):
        page = paula.follow(paula.post(f"{at}/parameters", {"label": label, "type": kind, "value": value}))
        assert shown in page.text.replace("\u00a0", " ")
    assert "{foerderquote}" in paula.get(at).text


def test_terms_of_the_glossary_are_set_and_removed(world: Planning, paula: Browser):
    at = f"{world.foundation.at}/programmes/{world.programme}"
    paula.get(at)
    assert paula.post(f"{at}/terms", {"term": "Kommune", "definition": ""}).status_code == 422
    told = paula.follow(paula.post(f"{at}/terms", {"term": "Kommune", "definition": "Gemeinde oder Kreis."}))
    assert "Gemeinde oder Kreis." in told.text
    gone = paula.follow(paula.post(f"{at}/terms", {"term": "Kommune", "remove": "yes"}))
    assert "Gemeinde oder Kreis." not in gone.text


def test_a_programme_is_shared_with_another_planning_organisation_only(world: Planning, paula: Browser):
    at = f"{world.foundation.at}/programmes/{world.programme}"
    paula.get(at)
    for wrong in ("", str(uuid.uuid4()), str(world.heide.organisation.id), "x"):
        assert paula.post(f"{at}/members", {"organisation": wrong}).status_code == 422
    shared = paula.follow(paula.post(f"{at}/members", {"organisation": str(world.ministry.organisation.id)}))
    assert "Ministerium für Anderes" in shared.text


# -- drafts ----------------------------------------------------------------------------------------------------------
def test_a_draft_is_previewed_before_it_is_saved_and_read_with_its_terms(db: Database, world: Planning, paula: Browser):
    base = f"{world.foundation.at}/programmes/{world.programme}"
    paula.get(base)
    paula.post(f"{base}/terms", {"term": "Finanzhilfe", "definition": "Geld des Bundes für Länder."})
    at = f"{base}/drafts"
    paula.get(f"{at}/import")
    assert paula.post(f"{at}/import").status_code == 422
    refused = paula.post(f"{at}/import", files={"file": ("entwurf.exe", b"MZ")})
    assert refused.status_code == 422
    assert "Endung" in refused.text
    preview = paula.post(f"{at}/import", files={"file": ("kinvfg.md", LAW)})
    assert "§ 2 Verteilung" in preview.text
    with db.reader() as session:
        assert session.scalars(select(DraftVersion)).all() == []
    packed, seen = hidden(preview.text, "packed"), {"base": hidden(preview.text, "base")}
    wrong = paula.post(at, seen | {"packed": packed, "title": "Mein Titel", "kind": "novel", "date": "gestern"})
    assert wrong.status_code == 422
    assert 'value="Mein Titel"' in wrong.text
    forged = paula.post(
        at, seen | {"packed": packed[:-4] + "AAAA", "title": "x", "kind": "law", "date": "2026-02-01", "language": "de"}
    )
    assert forged.status_code == 422
    right = seen | {"packed": packed, "title": "KInvFG", "kind": "law", "date": "01.02.2026", "language": "de"}
    shown = paula.follow(paula.post(at, right))
    assert "Stand 01.02.2026" in shown.text
    assert "Geld des Bundes für Länder." in shown.text
    frozen = paula.follow(paula.post(f"{at}/{_only_draft(db).id}/publish"))
    assert "festgeschrieben" in frozen.text
    again = paula.post(f"{at}/import", files={"file": ("kinvfg.md", LAW)})
    assert "Gegenüber der letzten Fassung" in again.text


def _only_draft(db: Database) -> DraftVersion:
    with db.reader() as session:
        return session.scalars(select(DraftVersion)).one()


# -- forms -----------------------------------------------------------------------------------------------------------
def test_a_form_is_edited_as_json_with_every_problem_named_and_the_text_kept(
    db: Database, world: Planning, paula: Browser
):
    at = f"{world.foundation.at}/programmes/{world.programme}/forms"
    paula.get(f"{at}/new")
    assert paula.post(f"{at}/new", {"template": "none"}).status_code == 422
    assert "Zeile 1" in paula.post(f"{at}/new", {"template": "json", "definition": "{kein json"}).text
    deep = "[" * 300 + "]" * 300
    assert paula.post(f"{at}/new", {"template": "json", "definition": deep}).status_code == 422
    form = make_form(paula, world.foundation, world.programme)
    paula.get(form)
    wrong = '{"key": "x", "title": {"de": "Eigener Titel"}, "parts": [{"key": "A", "title": {"de": "A"}, "questions": [{}]}]}'
    refused = paula.post(f"{form}/json", {"definition": wrong})
    assert refused.status_code == 422
    assert "parts.0.questions.0.key" in refused.text
    assert "Eigener Titel" in refused.text
    with db.reader() as session:
        right = session.scalars(select(FormVersion)).one().definition
    assert "Eigener" not in str(right)
    downloaded = paula.get(f"{form}/form.json")
    assert downloaded.json() == right
    assert "attachment" in downloaded.headers["content-disposition"]
    assert paula.follow(paula.post(f"{form}/json", {"definition": downloaded.text})).status_code == 200
    assert "Eingaben werden nicht gespeichert" in paula.get(f"{form}/preview").text


def test_all_shipped_templates_can_be_previewed(world: Planning, paula: Browser):
    at = f"{world.foundation.at}/programmes/{world.programme}/forms"
    import_law(paula, world.foundation, world.programme)
    paula.get(f"{at}/new")
    for template in ("law_short", "practice_feedback"):
        made = paula.post(f"{at}/new", {"template": template}).headers["location"]
        assert paula.get(f"{made}/preview?lang=en").status_code == 200


# -- preparing -------------------------------------------------------------------------------------------------------
def test_a_consultation_goes_from_nothing_to_announced(db: Database, world: Planning, paula: Browser):
    made = prepare(paula, world)
    overview = paula.get(made.at).text
    assert "2 zur Stellungnahme" in overview
    checked = paula.get(f"{made.at}/announce").text
    assert "Noch erfährt niemand davon" in checked
    assert "2 Stellen haben weder E-Mail- noch Postanschrift und erfahren nichts." in checked
    with db.transaction() as session:
        session.scalars(select(Invitation).limit(1)).one().email = "rathaus@ort.example"
    warned = paula.get(f"{made.at}/announce").text
    assert "Sie können ankündigen" in warned
    assert "Noch erfährt niemand davon" not in warned
    assert "1 Stelle hat weder E-Mail- noch Postanschrift und erfährt nichts." in warned
    assert "Laden Sie Ihre Liste hoch" in paula.get(f"{made.at}/addresses").text
    assert paula.post(f"{made.at}/announce").status_code == 422
    told = paula.follow(paula.post(f"{made.at}/announce", {"sure": "yes"}))
    assert "ist angekündigt" in told.text
    assert stored(db, made.at).state == ConsultationState.ANNOUNCED
    with db.reader() as session:
        assert session.scalars(select(FormVersion.state)).one() == FormVersionState.FROZEN
        assert "invitations.send" in session.scalars(select(Job.kind)).all()
    assert paula.post(f"{made.at}/announce", {"sure": "yes"}).status_code == 409
    addresses = paula.get(f"{made.at}/addresses").text
    assert "Nach der Ankündigung werden Anschriften einzeln bei den Einladungen berichtigt." in addresses
    assert "Laden Sie Ihre Liste hoch" not in addresses


def test_announcing_names_everything_that_is_missing(world: Planning, paula: Browser):
    base = f"{world.foundation.at}/programmes/{world.programme}"
    paula.get(f"{base}/consultations/new")
    at = paula.post(f"{base}/consultations/new", {"title": "Leer", "round": "1"}).headers["location"]
    shown = paula.get(f"{at}/announce").text
    for sentence in ("Setzen Sie eine Frist", "Wählen Sie ein Formular", "Wählen Sie mindestens eine Stelle"):
        assert sentence in shown
    assert "Jetzt ankündigen" not in shown
    assert paula.post(f"{at}/announce", {"sure": "yes"}).status_code == 422


def test_the_audience_is_counted_before_it_is_saved(db: Database, world: Planning, paula: Browser):
    at = prepare(paula, world).at
    tried = paula.get(f"{at}/audience?unit=administration&states=SH").text
    assert "Der Filter findet 4 Stellen" in tried
    assert stored(db, at).audience["states"] == ["NI"]
    searched = paula.get(f"{at}/audience?unit=municipality&county=dithm").text
    assert 'value="01051"' in searched
    narrowed = paula.get(f"{at}/audience?unit=municipality&counties=01051&population_min=20.000").text
    assert "Der Filter findet 1 Stelle." in narrowed
    for wrong in ("population_min=viele", "population_min=9&population_max=1", "states=XX", "counties=x"):
        assert paula.get(f"{at}/audience?unit=municipality&{wrong}").status_code == 422
    saved = paula.follow(paula.post(f"{at}/audience", {"unit": "municipality", "states": ["SH", "NI"]}))
    assert "7 Stellen werden" in saved.text


def test_a_land_sees_the_reach_and_what_was_taken_out_of_its_own_bodies_alone(
    app: FastAPI, world: Planning, paula: Browser
):
    at = prepare(paula, world).at
    paula.follow(paula.post(f"{at}/audience", {"unit": "municipality", "states": ["SH", "NI"]}))
    asked = html.parse(paula.get(f"{at}/audience/bodies?q=010010000000").text)
    [flensburg] = [form.get("action") for form in asked.iter("form") if (form.get("action") or "").endswith("/remove")]
    assert flensburg
    paula.follow(paula.post(flensburg))
    whole = html.text_of(html.check(paula.get(f"{at}/audience").text))
    assert "Erreicht werden 6 von 7 Gemeinden" in whole
    assert "Flensburg" in whole
    lara = world.browser(app, world.land)
    seen = html.text_of(html.check(lara.get(world.land.at + at.removeprefix(world.foundation.at) + "/audience").text))
    assert "Erreicht werden 2 von 2 Gemeinden mit 74.900 von 74.900 Einwohnern" in seen
    for elsewhere in ("Schleswig-Holstein", "Alle Länder", "Flensburg"):
        assert elsewhere in whole
        assert elsewhere not in seen


def test_single_organisations_are_found_added_for_a_purpose_and_removed(db: Database, world: Planning, paula: Browser):
    at = prepare(paula, world).at
    found = paula.get(f"{at}/audience/single?q=neuenk").text
    assert "Dithmarschen" in found
    assert "Land Niedersachsen" in paula.get(f"{at}/audience/single").text
    post = f"{at}/audience/single"
    assert paula.post(post, {"purpose": "for_comment"}).status_code == 422
    assert paula.post(post, {"purpose": "x", "organisation": "register:010510049049"}).status_code == 422
    assert (
        paula.post(post, {"purpose": "for_comment", "organisation": f"organisation:{uuid.uuid4()}"}).status_code == 422
    )
    assert paula.post(post, {"purpose": "for_comment", "organisation": "register:99"}).status_code == 422
    chosen = ["register:010510049049", f"organisation:{world.land.organisation.id}"]
    paula.follow(paula.post(post, {"purpose": "for_information", "organisation": chosen}))
    with db.reader() as session:
        added = session.scalars(select(Invitation).where(Invitation.by_filter.is_(False))).all()
    assert {one.purpose for one in added} == {Purpose.FOR_INFORMATION}
    assert len(added) == 2
    left = paula.follow(paula.post(f"{at}/audience/{added[0].id}/remove"))
    assert "wird nicht eingeladen" in left.text


def test_a_body_that_has_ended_since_the_page_was_shown_is_not_asked(db: Database, world: Planning, paula: Browser):
    at = prepare(paula, world).at
    chosen = {"purpose": "for_comment", "organisation": "register:010510049049"}
    paula.get(f"{at}/audience/single?q=neuenk")
    with db.transaction() as session:
        session.get_one(RegisterBody, "010510049049").valid_to = date(2026, 1, 1)
    assert paula.post(f"{at}/audience/single", chosen).status_code == 422
    with db.reader() as session:
        assert session.scalars(select(Invitation).where(Invitation.by_filter.is_(False))).all() == []


def test_dates_warn_and_refuse_with_reasons(db: Database, world: Planning, paula: Browser):
    at = prepare(paula, world).at
    weekend = paula.follow(paula.post(f"{at}/dates", {"deadline_on": "2026-03-15"})).text
    assert "Wochenende" in weekend
    assert "Arbeitstage" in weekend
    assert "Anschrift" not in weekend.split("<main")[1].split("<form")[0]
    for wrong in ("", "31.02.2026", "morgen", "2026-01-01"):
        refused = paula.post(f"{at}/dates", {"deadline_on": wrong, "opens_on": "2026-03-05"})
        assert refused.status_code == 422
        assert 'value="2026-03-05"' in refused.text
    assert paula.post(f"{at}/dates", {"deadline_on": "2026-05-01", "opens_on": "2026-06-01"}).status_code == 422
    deadline = stored(db, at).deadline
    assert deadline is not None
    assert deadline.isoformat() == "2026-03-15T23:00:00+00:00"


def test_basics_are_saved_and_wrong_ones_come_back(db: Database, world: Planning, paula: Browser):
    at = prepare(paula, world).at
    paula.get(f"{at}/basics")
    right = {"title": "Neuer Titel", "visibility": "public", "notice": "", "introduction": "<script>alert(1)</script>",
             "contact": "Referat 1", "minimum_cell": "7"}  # fmt: skip
    for name, value in (
        ("title", ""),
        ("visibility", "all"),
        ("minimum_cell", "0"),
        ("minimum_cell", "4"),
        ("minimum_cell", "viele"),
    ):
        refused = paula.post(f"{at}/basics", right | {name: value})
        assert refused.status_code == 422
        assert "Referat 1" in refused.text
    shown = paula.follow(paula.post(f"{at}/basics", right | {"state": "announced", "demo": "yes"}))
    assert "Neuer Titel" in shown.text
    consultation = stored(db, at)
    assert (consultation.minimum_cell, consultation.state, consultation.demo) == (7, ConsultationState.DRAFT, False)
    assert "<script>alert" not in paula.get(f"{at}/basics").text


def test_the_newest_draft_and_the_only_form_are_chosen_beforehand(world: Planning, paula: Browser):
    house, programme = world.foundation, world.programme
    import_law(paula, house, programme)
    draft, form = import_law(paula, house, programme), make_form(paula, house, programme)
    paula.get(f"{house.at}/programmes/{programme}/consultations/new")
    fields = {"title": "Anhörung", "round": "1"}
    at = str(paula.post(f"{house.at}/programmes/{programme}/consultations/new", fields).headers["location"])
    assert checked(paula, at) == [draft.rpartition("/")[2], form.rpartition("/")[2]]
    paula.follow(paula.post(f"{at}/versions", {"draft": "", "form": form.rpartition("/")[2]}))
    assert checked(paula, at) == ["", form.rpartition("/")[2]]


def checked(browser: Browser, at: str) -> list[str]:
    page = html.check(browser.get(f"{at}/versions").text)
    return [str(one.get("value")) for one in page.findall(".//input[@type='radio'][@checked]")]


def test_a_running_consultation_is_extended_for_all_evaluated_or_cancelled(
    db: Database, app: FastAPI, world: Planning, paula: Browser
):
    at = prepare(paula, world).at
    paula.get(f"{at}/announce")
    paula.post(f"{at}/announce", {"sure": "yes"})
    running = paula.get(at).text
    assert "Beteiligung ansehen" in running
    assert "Die Auswertung kann nach der Frist beginnen" in running
    assert f"{at}/evaluate" not in running
    assert paula.post(f"{at}/evaluate").status_code == 422
    paula.get(f"{at}/extend")
    for wrong in ({"until": "2026-05-29"}, {"until": "2026-04-01", "reason": "Rat"}, {"until": "x", "reason": "Rat"}):
        refused = paula.post(f"{at}/extend", wrong)
        assert refused.status_code == 422
    slip = paula.post(f"{at}/extend", {"until": "2072-01-29", "reason": "Rat"})
    assert slip.status_code == 422
    assert "mehr als ein Jahr nach der allgemeinen Frist" in slip.text
    sunday = paula.post(f"{at}/extend", {"until": "2026-05-24", "reason": "Rat"})
    assert sunday.status_code == 422, "it is asked about before the mails go out"
    assert "Die Frist endet an einem Wochenende" in sunday.text
    other = paula.post(f"{at}/extend", {"until": "2026-05-31", "reason": "Rat", "sure": "2026-05-24"})
    assert other.status_code == 422, "another day than the one that was confirmed"
    sure = paula.post(f"{at}/extend", {"until": "2026-05-24", "reason": "Rat", "sure": "2026-05-24"})
    assert "24.05.2026" in paula.follow(sure).text
    assert "29.05.2026" in paula.follow(paula.post(f"{at}/extend", {"until": "2026-05-29", "reason": "Rat"})).text
    paula.get(f"{at}/cancel")
    assert paula.post(f"{at}/cancel", {"reason": " "}).status_code == 422
    assert "abgebrochen" in paula.follow(paula.post(f"{at}/cancel", {"reason": "Kein Geld."})).text
    assert stored(db, at).state == ConsultationState.CANCELLED
    with db.reader() as session:
        assert {"consultation.extended", "consultation.cancelled"} <= set(session.scalars(select(Job.kind)))


# -- who -------------------------------------------------------------------------------------------------------------
def pages(world: Planning, made: Made) -> list[str]:
    """As the foundation sees them; others put their own organisation in front."""
    base = f"/programmes/{world.programme}"
    at = made.at.removeprefix(world.foundation.at)
    draft, form = (path.removeprefix(world.foundation.at) for path in (made.draft, made.form))
    inside = ("", "/basics", "/versions", "/dates", "/audience", "/audience/single", "/addresses", "/announce", "/cancel",
              "/extend")  # fmt: skip
    return [base, f"{base}/drafts/import", draft, f"{base}/forms/new", form, f"{form}/preview", f"{form}/form.json",
            f"{base}/consultations/new", *(f"{at}{one}" for one in inside)]  # fmt: skip


def test_others_find_no_page_of_a_programme_they_do_not_plan(app: FastAPI, world: Planning, paula: Browser):
    made = prepare(paula, world)
    ministry, heide, stranger = (
        world.browser(app, world.ministry),
        world.browser(app, world.heide),
        Browser(app),
    )
    for path in pages(world, made):
        assert paula.get(world.foundation.at + path).status_code == 200, path
        assert ministry.get(world.ministry.at + path).status_code == 404, path
        assert heide.get(world.heide.at + path).status_code == 404, path
        assert heide.get(world.foundation.at + path).status_code == 404, path
        assert stranger.get(world.foundation.at + path).status_code == 303, path


def posts(world: Planning, made: Made) -> list[tuple[str, dict[str, str]]]:
    base = f"/programmes/{world.programme}"
    at, draft, form = (p.removeprefix(world.foundation.at) for p in (made.at, made.draft, made.form))
    return [
        (f"{base}/members", {"organisation": str(world.ministry.organisation.id)}),
        (f"{base}/parameters", {"label": "Quote", "type": "rate", "value": "5"}),
        (f"{base}/terms", {"term": "Wort", "definition": "Sinn"}),
        (f"{base}/drafts/import", {}),
        (f"{base}/drafts", {"packed": "x"}),
        (f"{draft}/publish", {}),
        (f"{base}/forms/new", {"template": "law_short"}),
        (f"{form}/json", {"definition": "{}"}),
        (f"{form}/copy", {}),
        (f"{form}/questions/need_fit/delete", {}),
        (f"{form}/parts/A/place", {"go": "down"}),
        (f"{base}/consultations/new", {"title": "Fremd", "round": "1"}),
        (f"{at}/basics", {"title": "Fremd", "visibility": "public", "minimum_cell": "5"}),
        (f"{at}/versions", {"draft": "", "form": form.rpartition("/")[2]}),
        (f"{at}/dates", {"deadline_on": "2026-06-30"}),
        (f"{at}/audience", {"unit": "municipality"}),
        (f"{at}/audience/single", {"purpose": "for_comment", "organisation": "register:010510049049"}),
        (f"{at}/audience/{uuid.uuid4()}/remove", {}),
        (f"{at}/addresses", {}),
        (f"{at}/addresses/rows", {"row": "2"}),
        (f"{at}/addresses/proposed", {}),
        (f"{at}/addresses/known", {}),
        (f"{at}/audience/take-back", {"key": "010510049049"}),
        (f"{at}/addresses/take-over", {}),
        (f"{at}/addresses/discard", {}),
        (f"{at}/announce", {"sure": "yes"}),
        (f"{at}/extend", {"until": "2026-06-30", "reason": "x"}),
        (f"{at}/cancel", {"reason": "x"}),
        (f"{at}/evaluate", {}),
        (f"{at}/archive", {}),
    ]


def test_others_change_nothing_and_a_land_unit_only_reads(db: Database, app: FastAPI, world: Planning, paula: Browser):
    made = prepare(paula, world)
    ministry, heide, land = (world.browser(app, one) for one in (world.ministry, world.heide, world.land))
    before = stored(db, made.at)
    for path, data in posts(world, made):
        assert ministry.post(world.ministry.at + path, data).status_code == 404, path
        assert heide.post(world.foundation.at + path, data).status_code == 404, path
        assert land.post(world.land.at + path, data).status_code in (403, 404, 422), path
    after = stored(db, made.at)
    assert (after.title, after.state, after.deadline, after.audience) == (
        before.title, before.state, before.deadline, before.audience,
    )  # fmt: skip
    assert land.get(world.land.at + made.at.removeprefix(world.foundation.at)).status_code == 200
    with db.reader() as session:
        assert session.scalars(select(Programme)).one().title == "Probe"


def test_an_editor_prepares_but_does_not_announce(db: Database, app: FastAPI, world: Planning, paula: Browser):
    made = prepare(paula, world)
    edgar = world.browser(app, world.editor)
    assert edgar.get(f"{made.at}/basics").status_code == 200
    assert "Ankündigen darf nur" in edgar.get(f"{made.at}/announce").text
    for path, data in (("announce", {"sure": "yes"}), ("cancel", {"reason": "x"}), ("extend", {"until": "2026-06-30"})):
        assert edgar.post(f"{made.at}/{path}", data).status_code == 403
    assert stored(db, made.at).state == ConsultationState.DRAFT


def test_a_child_of_another_programme_is_not_found_under_this_one(app: FastAPI, world: Planning, paula: Browser):
    made = prepare(paula, world)
    mia = world.browser(app, world.ministry)
    mia.get(f"{world.ministry.at}/programmes/new")
    own = mia.post(f"{world.ministry.at}/programmes/new", {"title": "Eigenes", "level": "federal"}).headers["location"]
    for path in (f"{own}/drafts/{made.draft.rpartition('/')[2]}", f"{own}/forms/{made.form.rpartition('/')[2]}"):
        assert mia.get(path).status_code == 404
    mia.get(f"{own}/consultations/new")
    at = mia.post(f"{own}/consultations/new", {"title": "Eigene", "round": "1"}).headers["location"]
    taken = {"draft": made.draft.rpartition("/")[2], "form": made.form.rpartition("/")[2]}
    assert mia.post(f"{at}/versions", taken).status_code == 422


def test_whatever_a_house_of_the_demonstration_makes_carries_its_mark(db: Database, world: Planning, paula: Browser):
    with db.transaction() as session:
        session.get_one(Organisation, world.foundation.organisation.id).demo = True
    new = f"{world.foundation.at}/programmes/new"
    paula.get(new)
    made = paula.post(new, {"title": "Ausprobiert", "level": "federal"})
    assert made.status_code == 303, made.text
    with db.reader() as session:
        assert session.scalars(select(Programme).where(Programme.title == "Ausprobiert")).one().demo
    assert "Beispieldaten" in paula.get(made.headers["location"]).text
