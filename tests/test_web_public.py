"""Public pages: what everybody may read, and that nothing for invited bodies only shows anywhere."""

import re
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from consultation import worker
from consultation.consultations import actions as consultations
from consultation.consultations import finding
from consultation.consultations.models import Consultation
from consultation.consultations.section_numbers import means_a_number, number_of
from consultation.core.blocks import Paragraph
from consultation.core.db import Database
from consultation.core.kept import Kept
from consultation.core.text import search_key
from consultation.documents.models import Edition
from consultation.http import cookies
from consultation.people import limits, sessions
from consultation.people.models import Membership, Person
from consultation.programmes import drafts
from consultation.programmes import queries as programmes
from consultation.programmes.importers.tree import DraftSection, DraftTree
from consultation.programmes.models import DraftKind, Programme, Section
from consultation.states import EditionState
from consultation.subjects import system
from tests import factories, html, public_world
from tests.browsing import BASE, Browser, site
from tests.public_world import LATER, SECRET, World

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
EVERYBODY = ("/", "/consultations", "/feed.atom", "/sitemap.xml", "/robots.txt", "/accessibility", "/privacy", "/imprint",
             "/developers", "/search", f"/search?q={SECRET[:9]}", "/search?q=Kommune", "/search?q=Richtlinie")  # fmt: skip


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def world(db: Database, documents: Path) -> World:
    with db.transaction() as session:
        return public_world.make(session, documents)


@pytest.fixture
def app(db: Database, documents: Path) -> FastAPI:
    return site(db, LATER, data_dir=str(documents.parent))


@pytest.fixture
def anybody(app: FastAPI) -> Browser:
    return Browser(app)


def browser(app: FastAPI, who: Person) -> Browser:
    made = Browser(app)
    made.log_in(who.email)
    return made


def pages_of(slug: str, file: str) -> list[str]:
    at = f"/consultations/{slug}"
    edition = f"{at}/editions/1"
    return [
        at,
        f"{at}/draft",
        f"{at}/draft?version=1",
        f"{at}/questions",
        edition,
        f"{edition}/document",
        f"{edition}/files/{file}",
    ]


# -- what everybody may read -----------------------------------------------------------------------------------------
def test_the_start_page_shows_what_runs_what_came_out_and_the_way_in(anybody: Browser, world: World):
    text = anybody.get("/").text
    assert "Offene Anhörung" in text
    assert "Beendete Anhörung: Ausgabe 1" in text
    assert 'href="/claim"' in text
    assert 'href="/login"' in text
    assert "Beispieldaten – frei erfunden, keine Äußerung der genannten Kommunen" in text


def test_somebody_logged_in_finds_the_way_to_their_organisations(app: FastAPI, world: World):
    assert 'href="/home"' in browser(app, world.outsider).get("/").text


def test_an_empty_service_says_so(db: Database):
    anybody = Browser(site(db))
    assert "Zurzeit läuft keine öffentliche Konsultation." in anybody.get("/").text
    assert "Es gibt noch keine öffentliche Konsultation." in anybody.get("/consultations").text
    assert ET.fromstring(anybody.get("/feed.atom").content).findall(f"{ATOM}entry") == []


def test_the_list_says_what_runs_until_when(anybody: Browser, world: World):
    tree = html.check(anybody.get("/consultations").text)
    rows = [html.text_of(row) for row in tree.findall(".//tbody/tr")]
    assert "Offene Anhörung (Beispieldaten)" in rows[0]
    assert "läuft 01.04.2026, 24:00 Uhr" in rows[0]
    assert "in Auswertung" in rows[1]
    assert len(rows) == 2


def test_the_draft_has_contents_anchors_terms_and_the_words_of_the_planner_escaped(anybody: Browser, world: World):
    tree = html.check(anybody.get(f"/consultations/{world.running}/draft").text)
    links = [a for a in tree.findall(".//nav//a") if (a.get("href") or "").startswith("#")]
    assert [html.text_of(link) for link in links] == ["1Zweck: Förderung", "1.1Empfänger", "2Verfahren"]
    assert "Jede Kommune <script>alert(1)</script> & ihre Partner." in html.text_of(tree.find(".//main"))
    assert "Erklärt: Kommune" in html.text_of(tree.find(".//main"))
    assert html.text_of(tree.find(".//section[@id='glossary']")).startswith("Begriffe KommuneGemeinde, Stadt")


def test_the_questions_of_a_public_consultation_are_there_to_read_and_not_to_answer(anybody: Browser, world: World):
    at = f"/consultations/{world.running}/questions"
    assert f'href="{at}"' in anybody.get(f"/consultations/{world.running}").text
    page = anybody.get(at).text
    for said in (
        "1. Trifft es den Bedarf?",
        "stimme voll zu",
        "Bitte antworten Sie.",
        "Antworten können eingeladene Stellen",
    ):
        assert said in page
    main = page[page.index("<main") : page.index("</main")]
    assert "<input" not in main
    assert "<textarea" not in main


def test_an_earlier_version_stays_readable_and_says_that_it_is_one(db: Database, anybody: Browser, world: World):
    with db.transaction() as session:
        found = session.scalars(sa.select(Consultation).where(Consultation.slug == world.running)).one()
        session.execute(
            sa.text(
                "insert into consultation_version (id, consultation_id, number, draft_version_id, form_version_id,"
                " effective_at, reason) select :id, consultation_id, 2, draft_version_id, form_version_id, effective_at,"
                " 'Zahl in 1.1 berichtigt' from consultation_version where consultation_id = :c"
            ).bindparams(
                sa.bindparam("id", type_=Consultation.__table__.c.id.type, value=world.town.id),
                sa.bindparam("c", type_=Consultation.__table__.c.id.type, value=found.id),
            )
        )
    assert "Zahl in 1.1 berichtigt" in anybody.get(f"/consultations/{world.running}").text
    assert "ältere Fassung" in anybody.get(f"/consultations/{world.running}/draft?version=1").text
    assert "ältere Fassung" not in anybody.get(f"/consultations/{world.running}/draft").text
    assert anybody.get(f"/consultations/{world.running}/draft?version=3").status_code == 404


def test_a_second_round_leads_to_the_first_and_shows_what_was_changed_since(db: Database, app: FastAPI, world: World):
    with db.transaction() as session:
        actor = factories.actor(world.planner, world.house, factories.PLANNING_ROLES)
        first = session.scalars(sa.select(Consultation).where(Consultation.slug == world.finished)).one()
        slug = session.get_one(Programme, first.programme_id).slug
        changed = DraftSection("1", "Zweck: Förderung", 1, (Paragraph("Gefördert wird jetzt viel mehr."),), ())
        drafts.save(session, actor, slug, DraftTree("Richtlinie, neu", (), (changed,)), kind=DraftKind.GUIDELINE,
                    dated=date(2026, 2, 15))  # fmt: skip
        second = public_world.consult(session, actor, slug, "Zweite Anhörung", world.town, public=True)
        made = session.scalars(sa.select(Consultation).where(Consultation.slug == second)).one()
        made.round = 2
        made.draft_version_id = programmes.draft_versions(session, first.programme_id)[0].id
    anybody, clerk = Browser(app), browser(app, world.clerk)
    page = anybody.get(f"/consultations/{second}").text
    assert f'href="/consultations/{world.finished}"' in page
    assert f'href="/consultations/{second}"' in anybody.get(f"/consultations/{world.finished}").text
    way = f"/consultations/{second}/changes?after_round=1"
    hub = clerk.get(f"/o/{world.town.id}/answers/{second}").text
    for where in (page, anybody.get(f"/consultations/{second}/draft").text, hub):
        assert f'href="{way}"' in where
    told = html.text_of(html.parse(anybody.get(way).text).find(".//main"))
    assert "Änderungen seit Runde 1" in told
    assert "jetzt viel mehr" in told
    assert anybody.get(f"/consultations/{second}/changes?after_round=2").status_code == 404
    assert anybody.get(f"/consultations/{world.finished}/changes?after_round=1").status_code == 404
    assert SECRET not in page + told, "programmes apart stay apart"


def test_where_results_are_out_the_first_thing_offered_is_to_read_them(anybody: Browser, world: World):
    page = anybody.get(f"/consultations/{world.finished}").text
    [first, *_] = re.findall(r'<a class="kern-btn kern-btn--(\w+)[^"]*" href="([^"]+)"', page)
    assert first == ("primary", f"/consultations/{world.finished}/editions/1")


def test_an_edition_shows_its_figures_and_files(anybody: Browser, world: World):
    text = anybody.get(f"/consultations/{world.finished}/editions/1").text
    assert "4.711" in text
    assert "1.239" in text
    assert world.file in text


def test_the_document_is_served_under_a_policy_of_its_own(anybody: Browser, world: World):
    response = anybody.send("GET", f"/consultations/{world.finished}/editions/1/document")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = response.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy


def test_files_are_downloads_with_their_type_and_unknown_names_are_not_found(anybody: Browser, world: World):
    edition = f"/consultations/{world.finished}/editions/1"
    response = anybody.send("GET", f"{edition}/files/{world.file}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["content-disposition"] == f'attachment; filename="{world.file}"'
    for name in ("snapshot.ndjson", "..%2f..%2fsecret_key", "andere.pdf"):
        assert anybody.send("GET", f"{edition}/files/{name}").status_code == 404


@pytest.mark.parametrize("page", ["accessibility", "privacy", "imprint"])
def test_the_notices_say_what_the_settings_say_and_admit_what_is_missing(db: Database, page: str):
    assert "Diese Angaben fehlen noch" in Browser(site(db)).get(f"/{page}").text
    settings: dict[str, Any] = {
        "imprint_name": "Amt für Beteiligung", "imprint_address": "Marktplatz 1\\n12345 Musterstadt",
        "imprint_email": "post@amt.example", "privacy_officer": "datenschutz@amt.example",
        "privacy_authority": "Aufsicht", "accessibility_authority": "Schlichtungsstelle",
        "accessibility_checked": "2026-03-31",
    }  # fmt: skip
    text = Browser(site(db, **settings)).get(f"/{page}").text
    assert "Diese Angaben fehlen noch" not in text
    assert "post@amt.example" in text
    assert "Marktplatz 1, 12345 Musterstadt" in text


def test_the_accessibility_statement_has_the_parts_the_law_asks_for(db: Database):
    settings: dict[str, Any] = {
        "imprint_email": "post@amt.example", "accessibility_authority": "Schlichtungsstelle nach § 16 BGG",
        "accessibility_supervisor": "Überwachungsstelle des Landes", "accessibility_checked": "2026-03-31",
    }  # fmt: skip
    tree = html.check(Browser(site(db, **settings)).get("/accessibility").text)
    parts = [html.text_of(heading) for heading in tree.findall(".//main//h2")]
    assert parts == ["Stand der Vereinbarkeit", "Was noch nicht barrierefrei ist", "Wie diese Erklärung entstanden ist",
                     "Barrieren melden", "Schlichtung und Durchsetzung"]  # fmt: skip
    text = html.text_of(tree.find(".//main"))
    for said in ("überwiegend vereinbar", "zuletzt überprüft am 31.03.2026", "post@amt.example",
                 "Schlichtungsstelle nach § 16 BGG", "Überwachungsstelle des Landes"):  # fmt: skip
        assert said in text
    for state, said in (("full", "vollständig vereinbar"), ("not", "noch nicht vereinbar")):
        assert said in Browser(site(db, **settings, accessibility_state=state)).get("/accessibility").text


def test_the_privacy_page_says_where_the_procedure_log_shows_names(db: Database):
    text = Browser(site(db)).get("/privacy").text
    assert (
        "Gespeichert sind darin Kennungen, keine Namen. Die ausschreibende Stelle sieht zu den Kennungen die Namen"
        in text
    )


def test_the_privacy_page_tells_what_the_service_really_keeps_and_sets(db: Database, app: FastAPI, world: World):
    text = Browser(site(db)).get("/privacy").text
    assert (
        f"nach {sessions.IDLE // timedelta(hours=1)} Stunden ohne Nutzung, höchstens {sessions.LONGEST.days} Tage"
        in text
    )
    assert f"{worker.KEPT.days} Tage nach der Erledigung" in text
    longest = max(limit.window for limit in vars(limits).values() if isinstance(limit, limits.Limit))
    assert longest == timedelta(days=1), "the page says so"
    tree = html.check(text)
    told = {html.text_of(row.find("th")) for row in tree.findall(".//table[@id='cookies']/tbody/tr")}
    assert told == {cookies.SESSION, cookies.VISITOR, cookies.LANGUAGE, cookies.FLASH}


def test_developers_find_the_description_of_the_interface(anybody: Browser):
    text = anybody.get("/developers").text
    assert 'href="/api/v1/openapi.json"' in text
    assert f"curl --fail --silent {BASE}/api/v1/consultations" in text


# -- search, feed, sitemap -------------------------------------------------------------------------------------------
def test_search_finds_titles_and_sections_and_tolerates_umlauts_however_they_are_written(
    anybody: Browser, world: World
):
    for spelled in ("Förderung", "foerderung", "Forderung", "FÖRDERUNG Zweck"):
        tree = html.check(anybody.get("/search", params={"q": spelled}).text)
        hits = {html.text_of(link): str(link.get("href")) for link in tree.findall(".//main//h3/a")}
        assert "/draft#s" in hits["1 Zweck: Förderung"], spelled
        assert "Förderung" in {html.text_of(mark) for mark in tree.findall(".//main//mark")}, spelled
    assert f'href="/consultations/{world.running}"' in anybody.get("/search?q=anhoerung").text


@pytest.mark.parametrize("q", ["2", "Nr. 2", "§ 2", "Abschnitt 2.", "§2", "ziffer 2"])
def test_search_finds_a_section_by_its_number_however_it_is_said(anybody: Browser, world: World, q: str):
    tree = html.check(anybody.get("/search", params={"q": q}).text)
    titles = [html.text_of(link) for link in tree.findall(".//main//h3/a")]
    assert titles
    assert set(titles) == {"2 Verfahren"}


def test_a_number_that_no_section_has_is_searched_like_a_word(anybody: Browser, world: World):
    assert "Nichts gefunden" in anybody.get("/search", params={"q": "§ 9"}).text
    assert "mindestens zwei Buchstaben" in anybody.get("/search", params={"q": "§"}).text
    assert means_a_number("Nr. 5.2")
    assert not means_a_number("2030")
    assert (number_of("Art. 6a"), number_of("§ 6 Abs. 1"), number_of("5.2.")) == ("6a", "", "5.2")


def test_a_hit_shows_the_words_around_what_was_found_and_the_words_of_others_stay_text(anybody: Browser, world: World):
    tree = html.check(anybody.get("/search?q=partner").text)
    [excerpt] = [p for p in tree.findall(".//main//li/p") if p.find("mark") is not None]
    assert html.text_of(excerpt) == "Jede Kommune <script>alert(1)</script> & ihre Partner."
    assert [html.text_of(mark) for mark in excerpt.findall("mark")] == ["Partner"]


def test_many_hits_are_paged_in_an_order_that_stays(db: Database, anybody: Browser, world: World):
    with db.transaction() as session:
        draft = session.scalars(
            sa.select(Consultation.draft_version_id).where(Consultation.slug == world.running)
        ).one()
        for number in range(45):
            session.add(Section(
                draft_version_id=draft, key=f"x{number:02}", parent_key=None, position=100 + number, level=1,
                number=str(10 + number), heading=f"Anlage {number:02}", text="Wiederholung", blocks=[], version=1,
            ))  # fmt: skip
    seen: list[str] = []
    path = "/search?q=wiederholung"
    while path:
        tree = html.check(anybody.get(path).text)
        seen += [html.text_of(link) for link in tree.findall(".//main//h3/a")]
        following = tree.find(".//a[@rel='next']")
        path = str(following.get("href")) if following is not None else ""
    assert seen == [f"{10 + number} Anlage {number:02}" for number in range(45)]
    assert "45 Treffer" in anybody.get("/search?q=wiederholung&page=2").text
    for odd in ("0", "-1", "x", "99", "9" * 30, "\u0663"):
        assert "1 bis 20 von 45" in anybody.get("/search", params={"q": "wiederholung", "page": odd}).text


def test_a_draft_is_folded_for_searching_once_and_never_for_a_word(
    anybody: Browser, world: World, monkeypatch: pytest.MonkeyPatch
):
    folded: list[str] = []

    def fold(text: str) -> str:
        folded.append(text)
        return search_key(text)

    monkeypatch.setattr(finding, "_folded", Kept(100))
    monkeypatch.setattr(finding, "search_key", fold)
    assert anybody.get("/search?q=zq").status_code == 200
    assert any("Jede Kommune" in text for text in folded)
    folded.clear()
    for word in ("äu", "eö", "zq"):
        assert anybody.get("/search", params={"q": word}).status_code == 200
    assert not any(text.count(" ") > 20 or "Jede Kommune" in text for text in folded)


@pytest.mark.parametrize(
    "q", ["", "x", "%", "_", "'; drop table section; --", "<script>", "a" * 500, "\x00", "Ö" * 300]
)
def test_search_takes_anything(anybody: Browser, world: World, q: str):
    assert anybody.get("/search", params={"q": q}).status_code == 200


def test_the_feed_holds_consultations_and_editions_and_marks_invented_data(anybody: Browser, world: World):
    response = anybody.send("GET", "/feed.atom")
    assert response.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(response.content)
    titles = {entry.findtext(f"{ATOM}title"): entry for entry in feed.findall(f"{ATOM}entry")}
    assert set(titles) == {"Offene Anhörung (Beispieldaten)", "Beendete Anhörung", "Beendete Anhörung: Ausgabe 1"}
    summary = titles["Offene Anhörung (Beispieldaten)"].findtext(f"{ATOM}summary") or ""
    assert summary.startswith("Beispieldaten – frei erfunden, keine Äußerung der genannten Kommunen. ")
    for entry in titles.values():
        link = entry.find(f"{ATOM}link")
        assert link is not None
        assert anybody.get(str(link.get("href")).removeprefix(BASE)).status_code == 200


def test_every_page_of_the_sitemap_can_be_read_by_everybody(anybody: Browser, world: World):
    tree = ET.fromstring(anybody.send("GET", "/sitemap.xml").content)
    paths = [str(loc.text).removeprefix(BASE) for loc in tree.iter(f"{SITEMAP}loc")]
    assert f"/consultations/{world.finished}/editions/1" in paths
    for path in paths:
        assert anybody.get(path).status_code == 200, path
    assert f"Sitemap: {BASE}/sitemap.xml" in anybody.get("/robots.txt").text


# -- what nobody else may read ---------------------------------------------------------------------------------------
def test_nothing_for_invited_bodies_only_stands_on_any_page_for_everybody(app: FastAPI, world: World):
    for reader in (Browser(app), browser(app, world.outsider), browser(app, world.clerk), browser(app, world.planner)):
        for path in EVERYBODY:
            text = reader.get(path).text
            assert SECRET.casefold() not in text.casefold(), path
            assert world.secret_running not in text, path


def test_a_stranger_and_another_organisation_get_404_for_it(app: FastAPI, world: World):
    for reader in (Browser(app), browser(app, world.outsider)):
        for slug, file in (
            (world.secret_running, "x"),
            (world.secret_finished, world.secret_file),
            (world.preparing, "x"),
        ):
            for path in pages_of(slug, file):
                response = reader.get(path)
                assert response.status_code == 404, path
                assert SECRET.casefold() not in response.text.casefold(), path


def test_an_invited_body_reads_what_it_was_invited_to(app: FastAPI, world: World):
    clerk = browser(app, world.clerk)
    page = clerk.get(f"/consultations/{world.secret_running}").text
    assert "Nicht öffentlich" in page
    assert f'href="/o/{world.town.id}/answers/{world.secret_running}"' in page
    assert "Entwurf, nicht abgestimmt" in page
    for path in pages_of(world.secret_finished, world.secret_file):
        assert clerk.send("GET", path).status_code == 200, path
    assert clerk.get(f"/consultations/{world.preparing}").status_code == 404


def test_a_planner_sees_the_page_before_it_is_announced(app: FastAPI, world: World):
    planner = browser(app, world.planner)
    page = planner.get(f"/consultations/{world.preparing}").text
    assert f'href="/o/{world.house.id}/consultations/{world.preparing}"' in page
    assert planner.get(f"/consultations/{world.preparing}/draft").status_code == 200


def test_whoever_waits_for_a_manager_is_still_a_stranger(db: Database, app: FastAPI, world: World):
    with db.transaction() as session:
        session.execute(sa.update(Membership).where(Membership.person_id == world.clerk.id).values(waiting=True))
    assert browser(app, world.clerk).get(f"/consultations/{world.secret_running}").status_code == 404


def test_an_edition_that_is_not_published_is_on_no_public_page_even_for_planners(
    db: Database, app: FastAPI, world: World
):
    with db.transaction() as session:
        session.execute(sa.update(Edition).values(state=EditionState.COMPILED))
    for reader in (Browser(app), browser(app, world.clerk), browser(app, world.planner)):
        for path in pages_of(world.finished, world.file)[4:]:
            assert reader.get(path).status_code == 404, path
        for path in ("/", "/feed.atom", "/sitemap.xml", f"/consultations/{world.finished}"):
            assert "editions/1" not in reader.get(path).text, path


def test_where_numbers_of_editions_are_missing_the_pages_say_why(db: Database, anybody: Browser, world: World):
    at = f"/consultations/{world.finished}"
    assert "zählen mit" not in anybody.get(f"{at}/editions/1").text
    assert "deshalb fehlen hier welche" not in anybody.get(at).text
    with db.transaction() as session:
        session.execute(sa.update(Edition).values(number=2))
    assert "2 – die erste veröffentlichte; Ausgaben, die nicht" in anybody.get(f"{at}/editions/2").text
    assert "deshalb fehlen hier welche" in anybody.get(at).text


def test_a_translation_takes_no_editions_place_and_says_its_language(
    db: Database, app: FastAPI, world: World, anybody: Browser
):
    at = f"/consultations/{world.finished}"

    def newest(number: int, language: str) -> None:
        with db.transaction() as session:
            published = sa.select(Edition).join(Consultation).where(Consultation.slug == world.finished)
            first = session.scalars(published.where(Edition.number == 1)).one()
            kept = {column.key: getattr(first, column.key) for column in sa.inspect(Edition).column_attrs}
            session.add(Edition(**kept | {"id": uuid.uuid4(), "number": number, "language": language}))

    newest(2, "en")
    german = anybody.get(f"{at}/editions/1").text
    assert "Es gibt eine neuere Ausgabe." not in german
    assert "Dieses Dokument ist auf" not in german
    assert "Dieses Dokument ist auf Englisch." in anybody.get(f"{at}/editions/2").text
    assert "This document is in German." in anybody.get(f"{at}/editions/1?lang=en").text
    anybody.get(f"{at}?lang=de")
    for path in ("/", at):
        assert anybody.get(path).text.count("(auf Englisch)") == 1, path
    newest(3, "de")
    replaced = anybody.get(f"{at}/editions/1").text
    assert "Es gibt eine neuere Ausgabe." in replaced
    assert f'href="{at}/editions/3"' in replaced
    assert "Es gibt eine neuere Ausgabe." not in anybody.get(f"{at}/editions/2").text
    front = anybody.get("/").text
    assert [number for number in "123" if f'href="{at}/editions/{number}"' in front] == ["2", "3"], (
        "of each language the last"
    )


def test_a_cancelled_public_consultation_disappears(db: Database, app: FastAPI, world: World):
    with db.transaction() as session:
        consultations.cancel(session, system(LATER + timedelta(hours=1)), world.running, "Anders entschieden")
    anybody = Browser(app)
    assert anybody.get(f"/consultations/{world.running}").status_code == 404
    assert "Offene Anhörung" not in anybody.get("/").text + anybody.get("/search?q=offene").text


def test_public_pages_ask_the_database_little(db: Database, app: FastAPI, world: World):
    anybody, asked = Browser(app), []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *details: asked.append(details[2]))
    for path in (*EVERYBODY, *pages_of(world.finished, world.file)):
        asked.clear()
        anybody.send("GET", path)
        assert len(asked) <= 12, (path, asked)


# -- nothing from elsewhere ------------------------------------------------------------------------------------------
FETCHED = {"src", "srcset", "poster", "data", "background"}
"""Attributes that make a browser ask for something by itself; of `link` and `form` it is the address."""


def fetched(text: str) -> list[str]:
    """Every address a page makes a browser ask for. A link that somebody may follow is none."""
    found = []
    for element in html.parse(text).iter():
        names = FETCHED | ({"href"} if element.tag in ("link", "use", "image", "base") else set()) | {"action"}
        found += [value for name, value in element.attrib.items() if name.rpartition("}")[2] in names]
        found += re.findall(r"url\(([^)]*)\)", str(element.get("style", "")))
    return found


def from_elsewhere(addresses: list[str]) -> list[str]:
    own = [one.strip("'\" ") for one in addresses]
    return [one for one in own if re.match(r"(?:[a-z][a-z0-9+.-]*:)?//|[a-z]+:(?!.*charset)", one, re.IGNORECASE)
            and not one.startswith((BASE, "data:"))]  # fmt: skip


def test_no_public_page_and_no_style_sheet_asks_anybody_else_for_anything(anybody: Browser, world: World):
    sheets: set[str] = set()
    for path in (*EVERYBODY, *pages_of(world.running, world.file)[:4], *pages_of(world.finished, world.file)[:6]):
        response = anybody.send("GET", path)
        assert response.status_code == 200, path
        policy = response.headers["content-security-policy"]
        assert not re.search(r"https?:|\*", policy), path
        if response.headers["content-type"].startswith("text/html"):
            addresses = fetched(response.text) if not path.endswith("/document") else re.findall(
                r"(?:src|url\()=?[\"']?([^\"')>\s]+)", response.text
            )  # fmt: skip
            assert from_elsewhere(addresses) == [], path
            sheets |= {one for one in addresses if ".css" in one}
    assert len(sheets) >= 3
    for sheet in sheets:
        text = anybody.send("GET", sheet).text
        assert from_elsewhere(re.findall(r"(?:url\(|@import\s+)([^);]+)", text)) == [], sheet


@pytest.mark.parametrize(
    ("markup", "foreign"),
    [
        ('<img alt="" src="https://example.org/x.png">', True), ('<script src="//example.org/x.js"></script>', True),
        ('<link rel="stylesheet" href="http://example.org/x.css">', True), ('<a href="https://example.org">Ein Verweis</a>', False),
        ('<img alt="" src="/static/x.png">', False),
    ],
)  # fmt: skip
def test_what_comes_from_elsewhere_is_noticed(markup: str, foreign: bool):
    page = f"<!doctype html><html lang='de'><head><title>Titel</title></head><body><main><h1>Ja</h1>{markup}</main></body></html>"
    assert bool(from_elsewhere(fetched(page))) is foreign
