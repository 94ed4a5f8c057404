"""The form builder through its pages, as browsers without JavaScript post them: built, tried out, saved at every step."""

import re
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select

from consultation.core.db import Database
from consultation.core.history import HistoryEntry
from consultation.forms import actions
from consultation.forms.checks import read_form
from consultation.forms.definition import Form
from consultation.forms.models import FormVersion
from tests.browsing import Browser
from tests.planning_world import Planning
from tests.test_web_planners import import_law, make_form, prepare


def stored(db: Database) -> FormVersion:
    """The newest form."""
    with db.reader() as session:
        return session.scalars(select(FormVersion).order_by(FormVersion.number.desc()).limit(1)).one()


def form(db: Database) -> Form:
    return read_form(stored(db).definition)


def begin(browser: Browser, world: Planning) -> str:
    at = f"{world.foundation.at}/programmes/{world.programme}/forms/new"
    browser.get(at)
    return str(browser.post(at, {"template": "empty", "title.de": "Fragen zum Aufwand"}).headers["location"])


def ask(browser: Browser, at: str, title: str, kind: str, part: str = "A", **more: Any) -> str:
    """A new question; returns where one lands."""
    where = f"{at}/questions/new?part={part}&kind={kind}"
    assert browser.get(where).status_code == 200
    data = {"q.title.de": title, "q.core": "yes", "q.fields.0.type": kind, **more}
    answer = browser.post(where, data)
    assert answer.status_code == 303, re.findall(r"kern-error.*?</p>", answer.text, re.DOTALL)
    return str(answer.headers["location"])


def seen(text: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', text)
    assert found
    return found[1]


def test_where_every_question_is_on_the_short_route_no_route_is_offered(world: Planning, paula: Browser):
    at = begin(paula, world)
    ask(paula, at, "Wie viele Stunden?", "integer")
    overview = paula.get(at).text
    assert "1 Frage · etwa 2 Minuten" in overview
    assert "Kurzer Weg" not in paula.get(f"{at}/preview").text
    ask(paula, at, "Und sonst?", "integer", **{"q.core": ""})
    assert "2 Fragen, davon 1 auf dem kurzen Weg" in paula.get(at).text
    assert "Kurzer Weg" in paula.get(f"{at}/preview").text


def test_the_history_names_a_part_that_moved_by_its_title(world: Planning, paula: Browser):
    at = begin(paula, world)
    paula.get(f"{at}/parts/new")
    paula.follow(paula.post(f"{at}/parts/new", {"title.de": "Schluss"}))
    paula.follow(paula.post(f"{at}/parts/B/place", {"go": "up"}))
    assert "Teil „Schluss“ verschoben" in paula.get(f"{at}/history").text


# -- building --------------------------------------------------------------------------------------------------------
def test_a_form_is_built_from_nothing_with_a_condition_and_a_matrix(db: Database, world: Planning, paula: Browser):
    at = begin(paula, world)
    assert "noch keine Frage" in paula.get(at).text
    gallery = paula.get(f"{at}/add?part=A").text
    assert "Skala für mehrere Zeilen" in gallery
    assert "Zum Beispiel: Das Programm trifft einen Bedarf bei uns." in gallery
    ask(paula, at, "Sind Sie betroffen?", "single", **{"q.fields.0.settings.options.more": "Ja\n• Nein\n\nnoch unklar"})
    ask(paula, at, "Wie viele Stunden?", "integer", **{"q.fields.0.settings.minimum": "0"})
    ask(paula, at, "Wie gut klappt es mit …?", "likert_matrix",
        **{"q.fields.0.settings.scale": "quality", "q.fields.0.settings.rows.more": "Jobcenter\nVereine"})  # fmt: skip
    first, second, third = form(db).questions
    assert [one["key"] for one in first.fields[0].settings["options"]] == ["ja", "nein", "noch_unklar"]
    assert (first.number, second.number, third.number) == ("1", "2", "3")
    paula.get(f"{at}/parts/new")
    paula.follow(paula.post(f"{at}/parts/new", {"title.de": "Schluss", "title.en": "End"}))
    ask(paula, at, "Was darf veröffentlicht werden?", "disclosure", part="B")
    here = f"{at}/questions/{second.key}/condition"
    choose = paula.get(f"{here}?field={first.key}").text
    assert "ist eine von" in choose
    assert third.title.de not in choose
    saved = paula.post(here, {"field": first.key, "operator": "is", "values": "ja", "seen": seen(choose)})
    assert "mit „Ja“ beantwortet ist" in paula.follow(saved).text
    overview = paula.get(at).text
    assert "Zeigen, wenn „1. Sind Sie betroffen?“ mit „Ja“ beantwortet ist" in overview
    assert "Nichts hindert die Ankündigung" in overview
    with db.reader() as session:
        steps = [one.details["step"] for one in session.scalars(select(HistoryEntry)) if one.action == "edit_form"]
    assert steps == [*["add_question"] * 3, "add_part", "add_question", "set_condition"]


def test_wrong_input_names_the_field_and_keeps_what_was_typed(world: Planning, paula: Browser, db: Database):
    at = begin(paula, world)
    where = f"{at}/questions/new?part=A&kind=single"
    paula.get(where)
    refused = paula.post(where, {"q.title.en": "Only English", "q.hint.de": "Ein Hinweis", "q.fields.0.type": "single"})
    assert refused.status_code == 422
    for place in ("q.title.de", "q.fields.0.settings.options.more"):
        assert f'href="#{place}"' in refused.text
    assert "Only English" in refused.text
    assert "Ein Hinweis" in refused.text
    assert stored(db).revision == 0
    where = f"{at}/questions/new?part=A&kind=integer"
    bounds = {"q.title.de": "Zahl", "q.fields.0.type": "integer", "q.fields.0.settings.minimum": "9",
              "q.fields.0.settings.maximum": "3", "q.fields.0.settings.unit.en": "hours"}  # fmt: skip
    refused = paula.post(where, bounds)
    assert refused.status_code == 422
    assert 'href="#q.fields.0.settings.unit.de"' in refused.text
    refused = paula.post(where, bounds | {"q.fields.0.settings.unit.de": "Stunden"})
    assert "liegt über dem größten" in refused.text
    assert paula.post(f"{at}/parts/new", {"title.de": ""}).status_code == 422
    assert paula.post(f"{at}/basics", {"title.de": ""}).status_code == 422


def test_an_option_of_several_can_exclude_the_others_where_several_can_be_chosen(
    world: Planning, paula: Browser, db: Database
):
    at = begin(paula, world)
    ask(paula, at, "Wer?", "multi", **{"q.fields.0.settings.options.more": "Rat\nNiemand"})
    where = f"{at}/questions/wer"
    page = paula.get(where).text
    rows = {"q.title.de": "Wer?", "q.fields.0.type": "multi", "seen": seen(page)}
    assert 'name="q.fields.0.settings.options.1.alone"' in page
    for place, (key, label) in enumerate([("rat", "Rat"), ("niemand", "Niemand")]):
        rows |= {f"q.fields.0.settings.options.{place}.{name}": value for name, value in (("key", key), ("de", label))}
    paula.follow(paula.post(where, rows | {"q.fields.0.settings.options.1.alone": "yes"}))
    options = next(form(db).questions).fields[0].settings["options"]
    assert [one.get("excludes_others", False) for one in options] == [False, True]
    assert re.search(r'options\.1\.alone"[^>]* checked', paula.get(where).text)
    assert '.alone"' not in paula.get(f"{at}/questions/new?part=A&kind=single").text


def test_rows_of_options_move_and_go_and_keep_their_keys(world: Planning, paula: Browser, db: Database):
    at = begin(paula, world)
    ask(paula, at, "Wer?", "multi", **{"q.fields.0.settings.options.more": "Rat\nAmt\nVerein"})
    where = f"{at}/questions/wer"
    rows = {"q.title.de": "Wer?", "q.fields.0.type": "multi", "seen": seen(paula.get(where).text)}
    for place, (key, label) in enumerate([("rat", "Der Rat"), ("amt", "Amt"), ("verein", "Verein")]):
        rows |= {f"q.fields.0.settings.options.{place}.{name}": value for name, value in (("key", key), ("de", label))}
    moved = paula.post(where, rows | {"do": "q.fields.0.settings.options.0.down"})
    assert moved.headers["location"] == f"{where}#q.fields.0.settings.options.1.de"
    options = next(form(db).questions).fields[0].settings["options"]
    assert [(one["key"], one["label"]["de"]) for one in options] == [
        ("amt", "Amt"),
        ("rat", "Der Rat"),
        ("verein", "Verein"),
    ]


def test_a_compound_question_is_made_by_adding_an_item(world: Planning, paula: Browser, db: Database):
    at = begin(paula, world)
    ask(paula, at, "Aufwand?", "likert", **{"q.fields.0.settings.scale": "burden"})
    assert "Was soll außerdem angegeben werden?" in paula.get(f"{at}/add?to=aufwand").text
    where = f"{at}/questions/aufwand"
    page = paula.get(f"{where}?more=integer").text
    data = {"q.title.de": "Aufwand?", "q.fields.0.type": "likert", "q.fields.0.settings.scale": "burden",
            "q.fields.1.type": "integer", "seen": seen(page)}  # fmt: skip
    assert 'href="#q.fields.1.de"' in paula.post(where, data).text
    paula.follow(paula.post(where, data | {"q.fields.1.de": "Stunden", "q.fields.0.de": "Höhe"}))
    assert [asked.key for asked in form(db).asked] == ["aufwand.hoehe", "aufwand.stunden"]


def test_order_duplicate_delete_and_undo(world: Planning, paula: Browser, db: Database):
    at = begin(paula, world)
    for title in ("Eins", "Zwei"):
        ask(paula, at, title, "short_text")
    paula.follow(paula.post(f"{at}/questions/zwei/place", {"go": "up"}))
    paula.follow(paula.post(f"{at}/questions/eins/duplicate"))
    assert [one.key for one in form(db).questions] == ["zwei", "eins", "eins_2"]
    assert "Frage löschen?" in paula.get(f"{at}/questions/eins/delete").text
    told = paula.follow(paula.post(f"{at}/questions/eins/delete")).text
    assert "Letzter Schritt: Frage „Eins“ gelöscht." in told
    before = stored(db).revision
    paula.follow(paula.post(f"{at}/restore", {"revision": str(before - 1)}))
    assert [one.key for one in form(db).questions] == ["zwei", "eins", "eins_2"]
    assert "Früheren Stand wiederhergestellt" in paula.get(f"{at}/history").text
    assert paula.post(f"{at}/restore", {"revision": "99"}).status_code == 404
    paula.get(f"{at}/parts/new")
    paula.post(f"{at}/parts/new", {"title.de": "Mehr"})
    paula.post(f"{at}/questions/eins/place", {"part": "B"})
    assert [len(part.questions) for part in form(db).parts] == [2, 1]
    assert paula.post(f"{at}/parts/B/delete").status_code == 422
    paula.follow(paula.post(f"{at}/parts/B/delete", {"to": "A"}))
    assert [one.key for one in form(db).questions] == ["zwei", "eins_2", "eins"]


def test_a_move_that_would_break_a_condition_is_refused_with_the_reason(world: Planning, paula: Browser, db: Database):
    form_at = make_form(paula, world.foundation, world.programme)
    with db.transaction() as session:
        when = {"field": "affected", "is": next(iter(_options(form(db), "affected")))}
        definition = stored(db).definition
        definition["parts"][2]["questions"][1]["when"] = when
        actions.edit(session, world.foundation.actor, stored(db).id, definition)
    told = paula.follow(paula.post(f"{form_at}/questions/need_fit/place", {"part": "A"})).text
    assert "muss dahinter stehen" in told
    hanging = paula.get(f"{form_at}/questions/affected/delete").text
    assert "Diese Fragen hängen davon ab" in hanging


def _options(made: Form, key: str) -> list[str]:
    return [one["key"] for one in made.by_key[key].field.settings["options"]]


# -- two editors -----------------------------------------------------------------------------------------------------
def test_two_editors_of_one_question_both_keep_their_words_and_are_told(
    db: Database, app: FastAPI, world: Planning, paula: Browser
):
    at = begin(paula, world)
    ask(paula, at, "Eins", "short_text")
    ask(paula, at, "Zwei", "short_text")
    edgar = world.browser(app, world.editor)
    where = f"{at}/questions/eins"
    mine, his = seen(paula.get(where).text), seen(edgar.get(where).text)
    plain = {"q.fields.0.type": "short_text"}
    edgar.follow(edgar.post(where, plain | {"q.title.de": "Edgars Frage", "seen": his}))
    other = f"{at}/questions/zwei"
    paula.follow(paula.post(other, plain | {"q.title.de": "Paulas Zwei", "seen": seen(paula.get(other).text)}))
    refused = paula.post(where, plain | {"q.title.de": "Paulas Frage", "seen": mine})
    assert refused.status_code == 409
    assert "Paulas Frage" in refused.text
    assert "Edgars Frage" in refused.text
    paula.follow(paula.post(where, plain | {"q.title.de": "Paulas Frage", "seen": seen(refused.text)}))
    assert [one.title.de for one in form(db).questions] == ["Paulas Frage", "Paulas Zwei"]
    assert "Paula Planerin arbeitet auch an diesem Formular" in edgar.get(at).text
    assert "Edgar Editor" in paula.get(f"{at}/history").text
    as_json = f"{at}/json"
    page = paula.get(as_json).text
    edgar.post(f"{at}/questions/zwei/place", {"go": "up"})
    text = paula.get(f"{at}/form.json").text.replace("Paulas Zwei", "Ganz anders")
    refused = paula.post(as_json, {"definition": text, "seen": seen(page)})
    assert refused.status_code == 409
    assert "Ganz anders" in refused.text


# -- conditions ------------------------------------------------------------------------------------------------------
def test_conditions_are_put_together_in_words_and_wrong_ones_refused(world: Planning, paula: Browser, db: Database):
    at = begin(paula, world)
    ask(paula, at, "Quote?", "percent")
    ask(paula, at, "Stimmt das?", "likert", **{"q.fields.0.settings.scale": "agreement"})
    ask(paula, at, "Betrag?", "money", **{"q.fields.0.settings.range": "yes"})
    ask(paula, at, "Warum?", "long_text")
    here = f"{at}/questions/warum/condition"
    data = {"field": "quote", "operator": "greater", "seen": ""}
    paula.get(f"{here}?field=quote")
    assert paula.post(here, data | {"value": "viel"}).status_code == 422
    assert paula.post(here, data | {"field": "warum"}).status_code == 422
    assert paula.post(here, data | {"operator": "greater than"}).status_code == 422
    assert paula.post(here, {"field": "stimmt_das", "operator": "is"}).status_code == 422
    paula.follow(paula.post(here, data | {"value": "85 %"}))
    paula.follow(paula.post(here, {"field": "stimmt_das", "operator": "one_of", "values": ["4", "5"], "how": "any"}))
    text = paula.follow(
        paula.post(here, {"field": "betrag", "operator": "less", "value": "1.000 €", "how": "any"})
    ).text
    for words in (
        "größer als 85\u00a0%",
        "mit „stimme eher zu“ oder „stimme voll zu“",
        "kleiner als 1.000\u00a0€",
        "mindestens eines",
    ):
        assert words in text
    assert stored(db).definition["parts"][0]["questions"][3]["when"] == {
        "any": [
            {"field": "quote", "greater": 0.85},
            {"field": "stimmt_das", "one_of": [4, 5]},
            {"field": "betrag", "less": 100000},
        ]
    }
    paula.follow(paula.post(here, {"remove": "0", "how": "all"}))
    assert "all" in stored(db).definition["parts"][0]["questions"][3]["when"]
    assert "immer gezeigt" in paula.follow(paula.post(here, {"clear": "yes"})).text


# -- trying out ------------------------------------------------------------------------------------------------------
def test_a_form_is_tried_out_page_by_page_without_storing_anything(world: Planning, paula: Browser, db: Database):
    at = begin(paula, world)
    ask(paula, at, "Sind Sie betroffen?", "single", **{"q.fields.0.settings.options.more": "Ja\nNein"})
    ask(paula, at, "Wie viele Stunden?", "integer")
    here = f"{at}/questions/wie_viele_stunden/condition"
    paula.get(here)
    paula.post(here, {"field": "sind_sie_betroffen", "operator": "is", "values": "ja"})
    paula.get(f"{at}/parts/new")
    paula.post(f"{at}/parts/new", {"title.de": "Zweiter"})
    ask(paula, at, "Noch etwas?", "short_text", part="B")
    page = paula.get(f"{at}/preview").text
    assert 'id="shown-wie_viele_stunden" data-shown="no"' in page
    typed = {"from": "A", "sind_sie_betroffen": "ja", "wie_viele_stunden": "viele"}
    live = paula.post(f"{at}/preview", typed, headers={"HX-Request": "true"})
    assert 'data-shown="yes"' in live.text
    assert paula.post(f"{at}/preview", typed | {"go": "B"}).status_code == 422
    second = paula.post(f"{at}/preview", typed | {"go": "B", "wie_viele_stunden": "40"})
    assert "Noch etwas?" in second.text
    assert 'name="wie_viele_stunden" value="40"' in second.text
    end = paula.post(
        f"{at}/preview", typed | {"from": "B", "go": "review", "wie_viele_stunden": "40", "noch_etwas": "Ja, Zeit."}
    )
    assert "So würde die Antwort gelesen" in end.text
    assert "Ja, Zeit." in end.text
    before = stored(db)
    assert before.revision == 5


# -- beginning -------------------------------------------------------------------------------------------------------
def test_a_frozen_form_is_copied_to_be_changed(world: Planning, paula: Browser, db: Database):
    made = prepare(paula, world)
    paula.get(f"{made.at}/announce")
    paula.follow(paula.post(f"{made.at}/announce", {"sure": "yes"}))
    frozen = paula.get(f"{made.form}?check=yes").text
    assert "Frage hinzufügen" not in frozen
    assert "Nichts hindert die Ankündigung" not in frozen
    assert paula.post(f"{made.form}/questions/need_fit/place", {"go": "up"}).status_code == 409
    assert paula.post(f"{made.form}/basics", {"title.de": "Anders"}).status_code == 409
    copy = paula.follow(paula.post(f"{made.form}/copy"))
    assert "Frage hinzufügen" in copy.text
    assert stored(db).number == 2


def test_an_earlier_form_is_a_beginning_too(world: Planning, paula: Browser, db: Database):
    make_form(paula, world.foundation, world.programme)
    at = f"{world.foundation.at}/programmes/{world.programme}/forms/new"
    assert "Als Kopie eines früheren Formulars" in paula.get(at).text
    first = stored(db)
    paula.follow(paula.post(at, {"template": str(first.id)}))
    assert (stored(db).number, stored(db).definition) == (2, first.definition)
    assert paula.post(at, {"template": "empty"}).status_code == 422
    nothing = paula.post(at, {})
    assert nothing.status_code == 422
    assert "Wählen Sie, womit Sie beginnen möchten." in nothing.text
    assert "Fügen Sie die Beschreibung" not in nothing.text


def test_the_whole_shipped_template_passes_through_every_page_of_the_builder(
    world: Planning, paula: Browser, db: Database
):
    import_law(paula, world.foundation, world.programme)
    paula.get(f"{world.foundation.at}/programmes/{world.programme}/forms/new")
    at = paula.post(
        f"{world.foundation.at}/programmes/{world.programme}/forms/new", {"template": "practice_feedback"}
    ).headers["location"]
    assert paula.get(f"{at}?lang=en").status_code == 200
    for question in form(db).questions:
        for path in ("", "/condition", "/delete"):
            assert paula.get(f"{at}/questions/{question.key}{path}").status_code == 200, (question.key, path)
    for path in ("/basics", "/parts/A", "/json", "/history", "/preview", "/preview?path=all", "/add", "/add?to=staff"):
        assert paula.get(f"{at}{path}").status_code == 200, path
