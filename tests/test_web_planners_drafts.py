"""A draft meets its next version on the planner's pages: found again, doubted, corrected, compared."""

import re
import uuid
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select

from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.core.places import package_folder
from consultation.programmes.models import DraftVersion, Section
from tests.browsing import Browser
from tests.desk_world import filled
from tests.planning_world import Planning
from tests.test_web_municipalities import counted
from tests.test_web_planners import hidden, import_law

LAW = (package_folder() / "data" / "drafts" / "kinvfg.md").read_text()
SHORTER = LAW[: LAW.index("### § 4 ")] + LAW[LAW.index("### § 5 ") :]
SHORTER = SHORTER.replace("3,5 Milliarden Euro", "7 Milliarden Euro").replace("7,0770", "7,5")
SPLIT_BEFORE = """## 1 Zweck und Grundlage

Der Bund fördert Investitionen finanzschwacher Kommunen in Schulen, Straßen und Krankenhäuser.

Grundlage sind Bundeshaushaltsordnung, Verwaltungsvorschriften sowie allgemeine Nebenbestimmungen für Zuwendungen.

## 2 Verfahren

Anträge nimmt die Bewilligungsbehörde ganzjährig entgegen.
"""
SPLIT_AFTER = SPLIT_BEFORE.replace("1 Zweck und Grundlage", "1 Zweck").replace(
    "Grundlage sind", "## 2 Grundlage\n\nGrundlage sind"
).replace("## 2 Verfahren", "## 3 Verfahren")  # fmt: skip


def drafts_of(world: Planning) -> str:
    return f"{world.foundation.at}/programmes/{world.programme}/drafts"


def preview(browser: Browser, world: Planning, text: str) -> str:
    at = drafts_of(world)
    browser.get(f"{at}/import")
    shown = browser.post(f"{at}/import", files={"file": ("entwurf.md", text.encode())})
    assert shown.status_code == 200, shown.text
    return shown.text


def cover(page: str, **more: str) -> dict[str, str]:
    """What the form of the preview posts."""
    posted = {name: hidden(page, name) for name in ("packed", "base")}
    return posted | {"title": "Entwurf", "kind": "law", "date": "2026-02-01", "language": "de", **more}


def bring_in(browser: Browser, world: Planning, text: str, **choices: str) -> str:
    """Imported and saved; returns the address of the version."""
    saved = browser.post(drafts_of(world), cover(preview(browser, world, text), **choices))
    assert saved.status_code == 303, saved.text
    return str(saved.headers["location"])


def keys(db: Database, version: str) -> dict[str, str]:
    """Heading → key."""
    with db.reader() as session:
        found = session.scalars(select(DraftVersion)).all()
        chosen = next(one for one in found if str(one.id) == version.rpartition("/")[2])
        rows = session.scalars(select(Section).where(Section.draft_version_id == chosen.id).order_by(Section.position))
        return {f"{row.number} {row.heading}".strip(): row.key for row in rows}


# -- the next version over the last ----------------------------------------------------------------------------------
def test_the_preview_of_the_next_version_tells_what_became_of_every_section(world: Planning, paula: Browser):
    import_law(paula, world.foundation, world.programme)
    start, end = LAW.index("### § 4 "), LAW.index("### § 5 ")
    text = (
        (LAW[:start] + LAW[end:]).replace("### § 5 ", "### § 4 ", 1).replace("3,5 Milliarden Euro", "7 Milliarden Euro")
    )
    text = text.replace("### § 16 Verwaltungsvereinbarung", "### § 16 Vereinbarung mit den Ländern")
    text += "\n\n### § 17 Berichte\n\nDie Bundesregierung berichtet dem Bundestag alle zwei Jahre schriftlich.\n"
    page = preview(paula, world, text)
    for told in (
        "Nummer § 5 → § 4", "Text geändert", "Überschrift bisher „Verwaltungsvereinbarung“", "Entfallene Abschnitte: 1",
        "§ 4 Doppelförderung",
    ):  # fmt: skip
        assert told in page
    assert re.search(r"§ 17 Berichte\s*<span[^>]*>neu</span>", page)
    assert "Bitte klären" not in page


def test_the_same_draft_again_keeps_all_keys_and_says_so(db: Database, world: Planning, paula: Browser):
    first = bring_in(paula, world, LAW)
    second = bring_in(paula, world, LAW)
    assert keys(db, first) == keys(db, second)
    assert len(keys(db, first)) > 16


def test_doubts_are_settled_by_hand_before_anything_is_saved(db: Database, world: Planning, paula: Browser):
    first = bring_in(paula, world, SPLIT_BEFORE)
    old = keys(db, first)
    page = preview(paula, world, SPLIT_AFTER)
    assert "Bitte klären" in page
    assert "Keiner davon: ein neuer Abschnitt" in page
    posted = cover(page, title="Zweite Fassung")
    open_ = paula.post(drafts_of(world), posted)
    assert open_.status_code == 422
    assert 'href="#match-0"' in open_.text
    assert 'value="Zweite Fassung"' in open_.text
    twice = {"match-0": old["1 Zweck und Grundlage"], "match-1": old["1 Zweck und Grundlage"]}
    refused = paula.post(drafts_of(world), posted | twice)
    assert refused.status_code == 422
    assert "mehrfach zugeordnet" in refused.text
    with db.reader() as session:
        assert len(session.scalars(select(DraftVersion)).all()) == 1
    settled = paula.post(drafts_of(world), posted | twice | {"match-1": "new"})
    new = keys(db, str(settled.headers["location"]))
    assert new["1 Zweck"] == old["1 Zweck und Grundlage"]
    assert new["3 Verfahren"] == old["2 Verfahren"]
    assert new["2 Grundlage"] not in old.values()
    with db.reader() as session:
        line = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "import_draft")).all()[-1]
    assert (line.details["sections"], line.details["kept"]) == (3, 2)


def test_a_sure_match_can_be_changed_by_hand_too(db: Database, world: Planning, paula: Browser):
    old = keys(db, bring_in(paula, world, SPLIT_BEFORE))
    text = SPLIT_BEFORE.replace("ganzjährig entgegen", "ganzjährig und elektronisch entgegen")
    page = preview(paula, world, text)
    assert "Zuordnung ändern" in page
    new = keys(db, bring_in(paula, world, text, **{"match-1": "new"}))
    assert new["1 Zweck und Grundlage"] == old["1 Zweck und Grundlage"]
    assert new["2 Verfahren"] != old["2 Verfahren"]


def test_a_preview_made_before_another_version_came_in_is_looked_at_again(world: Planning, paula: Browser):
    bring_in(paula, world, SPLIT_BEFORE)
    posted = cover(preview(paula, world, SPLIT_BEFORE), title="Meine Fassung")
    bring_in(paula, world, LAW)
    late = paula.post(drafts_of(world), posted)
    assert late.status_code == 409
    assert "hat sich inzwischen geändert" in late.text
    assert 'value="Meine Fassung"' in late.text
    again = paula.post(drafts_of(world), cover(late.text))
    assert again.status_code == 303


# -- small corrections -----------------------------------------------------------------------------------------------
def section_page(browser: Browser, version: str, key: str) -> dict[str, Any]:
    """What the form of a section posts when nothing is changed."""
    return filled(browser.get(f"{version}/sections/{key}").text, f"/sections/{key}")


def rows(db: Database, version: str) -> list[Section]:
    with db.reader() as session:
        statement = select(Section).where(Section.draft_version_id == uuid.UUID(version.rpartition("/")[2]))
        return list(session.scalars(statement.order_by(Section.position)))


def actions(db: Database) -> list[str]:
    with db.reader() as session:
        return list(session.scalars(select(HistoryEntry.action).order_by(HistoryEntry.seq)))


def test_number_heading_and_text_are_corrected_and_the_key_stays(db: Database, world: Planning, paula: Browser):
    version = bring_in(paula, world, LAW)
    key = keys(db, version)["§ 4 Doppelförderung"]
    posted = section_page(paula, version, key)
    text = (
        posted["text"][0]
        + "\n\n- a) ein neuer Punkt\n- b) noch einer\n\n| Land | Anteil |\n|---|--:|\n| Berlin | 3,9 |"
    )
    shown = paula.follow(
        paula.post(f"{version}/sections/{key}", posted | {"number": "§ 4a", "heading": "Andere Hilfen", "text": text})
    )
    assert "§ 4a Andere Hilfen" in shown.text
    read = paula.get(version).text
    assert "ein neuer Punkt" in read
    assert "<td" in read
    (row,) = [one for one in rows(db, version) if one.key == key]
    assert (row.number, row.heading, row.version) == ("§ 4a", "Andere Hilfen", 2)
    assert "noch einer" in row.text
    assert actions(db)[-1] == "edit_section"


def test_saving_a_section_that_was_not_touched_changes_nothing(db: Database, world: Planning, paula: Browser):
    version = bring_in(paula, world, LAW)
    before = [(row.key, row.blocks, row.version) for row in rows(db, version)]
    for key in keys(db, version).values():
        posted = section_page(paula, version, key)
        assert paula.post(f"{version}/sections/{key}", posted).status_code == 303
    assert [(row.key, row.blocks, row.version) for row in rows(db, version)] == before
    assert "edit_section" not in actions(db)


def test_a_section_without_heading_and_number_is_refused_and_what_was_typed_stays(
    world: Planning, paula: Browser, db: Database
):
    version = bring_in(paula, world, SPLIT_BEFORE)
    key = keys(db, version)["2 Verfahren"]
    posted = section_page(paula, version, key)
    refused = paula.post(f"{version}/sections/{key}", posted | {"number": "", "heading": " ", "text": "Mein Text."})
    assert refused.status_code == 422
    assert "Mein Text." in refused.text
    assert 'href="#heading"' in refused.text


def test_a_heading_goes_only_if_that_is_meant(world: Planning, paula: Browser, db: Database):
    version = bring_in(paula, world, SPLIT_BEFORE)
    key = keys(db, version)["2 Verfahren"]
    posted = section_page(paula, version, key)
    asked = paula.post(f"{version}/sections/{key}", posted | {"heading": " "})
    assert asked.status_code == 422
    assert "Der Abschnitt hatte die Überschrift „Verfahren“ und hätte dann keine mehr." in asked.text
    assert rows(db, version)[1].heading == "Verfahren"
    assert paula.post(f"{version}/sections/{key}", posted | {"heading": " ", "sure": "yes"}).status_code == 303
    assert rows(db, version)[1].heading == ""


def test_a_preview_shows_the_text_as_readers_will_and_saves_nothing(world: Planning, paula: Browser, db: Database):
    version = bring_in(paula, world, SPLIT_BEFORE)
    key = keys(db, version)["2 Verfahren"]
    posted = section_page(paula, version, key) | {"text": "- a) Punkt der Vorschau", "preview": "yes"}
    shown = paula.post(f"{version}/sections/{key}", posted)
    assert shown.status_code == 200
    assert '<div class="app-list__text"><p class="kern-body">Punkt der Vorschau' in re.sub(r">\s+<", "><", shown.text)
    assert rows(db, version)[1].version == 1


def test_a_text_that_is_too_long_to_be_saved_is_not_previewed_either(world: Planning, paula: Browser, db: Database):
    version = bring_in(paula, world, SPLIT_BEFORE)
    long = {"heading": "Neu", "text": "- x " * 100_001, "preview": "yes"}
    at = f"{version}/sections/{keys(db, version)['2 Verfahren']}"
    for path, posted in ((at, section_page(paula, version, at.rpartition("/")[2])), (f"{version}/sections/new", {})):
        refused = paula.post(path, posted | long)
        assert refused.status_code == 422
        assert "Der Text ist zu lang. Teilen Sie ihn auf mehrere Abschnitte auf." in refused.text


def test_of_two_editors_of_one_section_the_second_sees_both_texts_and_overwrites_nothing(
    app: FastAPI, world: Planning, paula: Browser, db: Database
):
    version = bring_in(paula, world, SPLIT_BEFORE)
    key = keys(db, version)["2 Verfahren"]
    edgar = world.browser(app, world.editor)
    hers, his = section_page(paula, version, key), section_page(edgar, version, key)
    assert paula.post(f"{version}/sections/{key}", hers | {"text": "Anträge gehen an das Land."}).status_code == 303
    refused = edgar.post(f"{version}/sections/{key}", his | {"text": "Anträge gehen an den Bund."})
    assert refused.status_code == 409
    assert "Anträge gehen an das Land." in refused.text
    assert "Anträge gehen an den Bund." in refused.text
    assert [row.text for row in rows(db, version) if row.key == key] == ["Anträge gehen an das Land."]
    settled = edgar.post(f"{version}/sections/{key}", his | {"text": "An beide.", "seen": hidden(refused.text, "seen")})
    assert settled.status_code == 303
    assert [row.text for row in rows(db, version) if row.key == key] == ["An beide."]


def test_text_for_a_section_that_somebody_removed_is_not_lost(
    app: FastAPI, world: Planning, paula: Browser, db: Database
):
    version = bring_in(paula, world, SPLIT_BEFORE)
    key = keys(db, version)["2 Verfahren"]
    edgar = world.browser(app, world.editor)
    his = section_page(edgar, version, key)
    assert paula.follow(paula.post(f"{version}/sections/{key}/remove", {"seen": "1"})).status_code == 200
    refused = edgar.post(f"{version}/sections/{key}", his | {"text": "Mühsam getippt."})
    assert refused.status_code == 409
    assert "Mühsam getippt." in refused.text
    put_in = edgar.post(f"{version}/sections/new", his | {"text": "Mühsam getippt.", "after": ""})
    assert put_in.status_code == 303
    assert rows(db, version)[0].text == "Mühsam getippt."


def test_sections_are_moved_put_under_another_added_and_removed(db: Database, world: Planning, paula: Browser):
    version = bring_in(paula, world, LAW)
    known = keys(db, version)
    four, five = known["§ 4 Doppelförderung"], known["§ 5 Förderzeitraum"]
    paula.get(f"{version}/edit")
    assert paula.follow(paula.post(f"{version}/move", {"up": five})).status_code == 200
    order = [row.key for row in rows(db, version)]
    assert order.index(five) == order.index(four) - 1
    assert order != list(known.values())
    second = next(key for title, key in known.items() if title.startswith("Kapitel 2"))
    posted = section_page(paula, version, four)
    paula.follow(paula.post(f"{version}/sections/{four}", posted | {"parent": second}))
    last = rows(db, version)[-1]
    assert (last.key, last.parent_key, last.level) == (four, second, 2)
    assert (
        paula.post(f"{version}/sections/{second}", section_page(paula, version, second) | {"parent": four}).status_code
        == 422
    )
    paula.get(f"{version}/sections/new?after={five}")
    paula.follow(paula.post(f"{version}/sections/new", {"heading": "Berichte", "text": "Jährlich.", "after": five}))
    made = next(row for row in rows(db, version) if row.heading == "Berichte")
    assert [row.key for row in rows(db, version)].index(made.key) == order.index(five) + 1
    count = len(rows(db, version))
    paula.get(f"{version}/sections/{second}")
    paula.follow(paula.post(f"{version}/sections/{second}/remove", {"seen": "1"}))
    left = rows(db, version)
    assert len(left) < count - 5
    assert [row.position for row in left] == list(range(1, len(left) + 1))
    assert {"move_section", "edit_section", "add_section", "remove_section"} <= set(actions(db))


def test_a_published_version_is_never_corrected_but_continued(db: Database, world: Planning, paula: Browser):
    version = bring_in(paula, world, LAW)
    known = keys(db, version)
    paula.get(version)
    paula.follow(paula.post(f"{version}/publish"))
    key = known["§ 4 Doppelförderung"]
    for path, data in (
        (f"/sections/{key}", {"seen": "1", "heading": "X"}), ("/sections/new", {"heading": "X"}),
        (f"/sections/{key}/remove", {"seen": "1"}), ("/move", {"up": key}),
    ):  # fmt: skip
        assert paula.post(version + path, data).status_code == 409
    assert "ist festgeschrieben" in paula.follow(paula.get(f"{version}/edit")).text
    assert keys(db, version) == known
    assert "Neue Fassung aus dieser anlegen" in paula.get(version).text
    made = str(paula.post(f"{version}/continue").headers["location"]).removesuffix("/edit")
    assert keys(db, made) == known
    assert paula.get(f"{made}/edit").status_code == 200


# -- two versions compared -------------------------------------------------------------------------------------------
def test_two_versions_are_compared_word_by_word_in_text_lists_and_tables(db: Database, world: Planning, paula: Browser):
    first = bring_in(paula, world, LAW)
    assert "Es gibt keine frühere Fassung." in paula.get(f"{first}/compare").text
    second = bring_in(paula, world, SHORTER)
    shown = paula.get(f"{second}/compare").text
    plain = re.sub(r'<span class="kern-sr-only">[^<]*</span>', "", shown)
    assert '<del class="app-del">3,5</del><ins class="app-ins">7</ins>' in plain
    assert '<del class="app-del">7,0770</del><ins class="app-ins">7,5</ins>' in plain
    assert "[gestrichen:" in shown
    assert re.search(r"<del[^>]*>Doppelförderung</del>", plain)
    assert shown.count(">unverändert<") > 10
    assert "compare" in paula.get(second).text
    third = bring_in(paula, world, SHORTER)
    assert "Beide Fassungen haben denselben Text." in paula.get(f"{third}/compare").text
    other = paula.get(f"{third}/compare?with={first.rpartition('/')[2]}").text
    assert other.count(">entfallen<") >= 1
    assert "Beide Fassungen haben denselben Text." not in other
    assert paula.get(f"{third}/compare?with={uuid.uuid4()}").status_code == 404
    assert paula.get(f"{third}/compare?with=x").status_code == 404


def test_the_comparison_takes_few_statements_however_long_the_draft_is(world: Planning, paula: Browser, db: Database):
    bring_in(paula, world, LAW)
    second = bring_in(paula, world, LAW)
    with counted(db) as statements:
        paula.get(f"{second}/compare")
    assert len([one for one in statements if one != "BEGIN"]) <= 12
