"""A programme is described anew, loses a value, or goes altogether as long as nobody was asked about it."""

import re
from datetime import date

import pytest
from sqlalchemy import func, select

from consultation.consultations import actions as consultations
from consultation.consultations import audience
from consultation.consultations.models import Consultation, Invitation
from consultation.core.db import Base, Database
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound
from consultation.core.history import HistoryEntry
from consultation.evaluation import dropping, replies
from consultation.forms import actions as forms
from consultation.programmes import actions, drafts, queries
from consultation.programmes.importers.tree import DraftSection, DraftTree
from consultation.programmes.models import DraftKind, ParameterType, Programme
from consultation.questions import Texts
from consultation.register.audience import AudienceFilter, AudienceUnit
from consultation.states import Role
from tests import evaluation_world, factories
from tests.browsing import Browser
from tests.planning_world import Planning


def at(world: Planning) -> str:
    return f"{world.foundation.at}/programmes/{world.programme}"


def draft(db: Database, world: Planning) -> None:
    with db.transaction() as session:
        tree = DraftTree("Richtlinie", (), (DraftSection("§ 1", "Zweck", 1), DraftSection("§ 2", "Quote", 1)))
        drafts.save(
            session, world.foundation.actor, world.programme, tree, kind=DraftKind.GUIDELINE, dated=date(2026, 2, 1)
        )


# -- values ----------------------------------------------------------------------------------------------------------
def test_a_value_belongs_to_a_section_that_is_in_the_draft(db: Database, world: Planning, paula: Browser):
    value = {"label": "Förderquote", "type": "rate", "value": "85 %", "section_number": "§ 99"}
    paula.get(at(world))
    paula.follow(paula.post(f"{at(world)}/parameters", value))  # before there is a draft nobody can tell
    draft(db, world)
    refused = paula.post(f"{at(world)}/parameters", value)
    assert refused.status_code == 422
    assert "Den Abschnitt „§ 99“ gibt es im Entwurf nicht" in refused.text
    paula.follow(paula.post(f"{at(world)}/parameters", value | {"section_number": " § 2 "}))
    with db.reader() as session:
        (kept,) = queries.get(session, world.foundation.actor, world.programme).parameters
        assert kept.section_number == "§ 2"


def test_a_value_is_removed_and_the_log_says_so(db: Database, world: Planning, paula: Browser):
    paula.get(at(world))
    paula.follow(paula.post(f"{at(world)}/parameters", {"label": "Förderquote", "type": "rate", "value": "85 Prozent"}))
    page = paula.get(at(world)).text
    assert "Entfernen: Förderquote" in page
    told = paula.follow(paula.post(f"{at(world)}/parameters", {"name": "foerderquote", "remove": "yes"}))
    assert "Der Programmwert ist entfernt." in told.text
    assert "Entfernen: Förderquote" not in told.text
    with db.transaction() as session:
        line = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "remove_parameter")).one()
        assert (line.old, line.details["name"]) == ("0.85", "foerderquote")
        with pytest.raises(NotFound):
            actions.remove_parameter(session, world.foundation.actor, world.programme, "foerderquote")
        with pytest.raises(Forbidden):
            actions.remove_parameter(session, world.land.actor, world.programme, "foerderquote")


# -- details ---------------------------------------------------------------------------------------------------------
def test_the_owner_describes_a_programme_anew_and_its_address_stays(db: Database, world: Planning, paula: Browser):
    assert f"{at(world)}/edit" in paula.get(at(world)).text
    page = paula.get(f"{at(world)}/edit").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    said = {"title": "Neuer  Titel ", "level": "state", "reference": "AZ 7", "description": "Worum", "seen": seen[1],
            "postal": " Hauptstraße 1 \n\n12345 Berlin"}  # fmt: skip
    told = paula.follow(paula.post(f"{at(world)}/edit", said))
    assert "Neuer Titel" in told.text
    assert "AZ 7" in told.text
    again = paula.post(f"{at(world)}/edit", said | {"title": "Noch neuer"})
    assert again.status_code == 409
    assert "Noch neuer" in again.text
    assert "Gespeichert ist: „Neuer Titel“" in again.text
    with db.reader() as session:
        programme = queries.get(session, world.foundation.actor, world.programme)
        assert (programme.title, programme.slug) == ("Neuer Titel", world.programme)
        assert programme.postal == "Hauptstraße 1\n12345 Berlin"
        line = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "describe_programme")).one()
        assert line.details["changed"] == ["description", "level", "postal", "reference", "title"]


def test_everything_wrong_with_the_details_is_told_at_once(world: Planning, paula: Browser):
    paula.get(f"{at(world)}/edit")
    long = "\n".join(["Hauptstraße 1"] * 5)
    typed = {"title": " ", "level": "", "reference": "AZ 7", "seen": "x", "postal": long}
    refused = paula.post(f"{at(world)}/edit", typed)
    assert refused.status_code == 422
    assert "Nennen Sie höchstens 4 Zeilen mit je 60 Zeichen" in refused.text
    assert refused.text.count("Hauptstraße 1") == 5
    assert "Geben Sie dem Programm einen Titel." in refused.text
    assert "Wählen Sie, wer das Programm trägt." in refused.text
    assert "AZ 7" in refused.text


def test_who_shares_a_programme_neither_describes_nor_deletes_it(db: Database, world: Planning):
    with db.transaction() as session:
        house = factories.planning_organisation(session, "Projektträger")
        member = factories.member(session, house, factories.PLANNING_ROLES)
        actions.share(session, world.foundation.actor, world.programme, house.id, None)
    with db.transaction() as session:
        for actor in (member, world.land.actor):
            with pytest.raises(Forbidden):
                actions.describe(session, actor, world.programme, actions.Details("x", "state"), "")
            with pytest.raises(Forbidden):
                dropping.drop(session, actor, world.programme)
        with pytest.raises(NotFound):
            dropping.drop(session, world.ministry.actor, world.programme)


# -- the end ---------------------------------------------------------------------------------------------------------
def prepared(db: Database, world: Planning) -> str:
    """A programme with all that can be prepared before anybody is asked."""
    draft(db, world)
    actor, slug = world.foundation.actor, world.programme
    with db.transaction() as session:
        actions.set_parameter(
            session, actor, slug, name="rate", type_=ParameterType.RATE, label={"de": "Quote"}, value="0.8"
        )
        actions.set_term(session, actor, slug, "Teilhabe", "Dabei sein.")
        form = forms.begin(session, actor, slug, Texts(de="Fragen"))
        forms.change(session, actor, form.id, "renumber", lambda old: old.model_copy(update={"title": Texts(de="Neu")}))
        made = consultations.create(session, actor, slug, title="Vorbereitet")
        version = queries.draft_versions(session, made.programme_id)[0]
        consultations.prepare(session, actor, made.slug, {"draft_version_id": version.id, "form_version_id": form.id})
        audience.choose(session, actor, made.slug, AudienceFilter(unit=AudienceUnit.ADMINISTRATION))
        assert session.scalar(select(func.count()).select_from(Invitation))
        replies.add(session, actor, made, title="Dank", text="Danke.")
        return made.slug


def test_a_programme_nobody_was_asked_about_is_deleted_with_all_that_was_prepared(
    db: Database, world: Planning, paula: Browser
):
    prepared(db, world)
    page = paula.get(f"{at(world)}/edit").text
    assert "Auch die vorbereitete Konsultation verschwindet." in page
    told = paula.follow(paula.post(f"{at(world)}/delete"))
    assert "Das Programm ist gelöscht." in told.text
    assert paula.get(at(world)).status_code == 404
    with db.reader() as session:
        for name in (
            "programme", "programme_member", "programme_parameter", "glossary_term", "draft_version", "section",
            "form_version", "form_step", "consultation", "invitation", "reminder_stage", "reply_template",
        ):  # fmt: skip
            assert session.scalar(select(func.count()).select_from(Base.metadata.tables[name])) == 0, name
        lines = session.scalars(select(HistoryEntry.action)).all()
        assert "drop_programme" in lines
        assert "drop_consultation" in lines


def test_a_programme_somebody_was_asked_about_stays(db: Database):
    world = evaluation_world.standing(db, 6)
    with db.transaction() as session:
        slug = world.consultation(session).programme.slug
        with pytest.raises(Conflict, match="schon eine Konsultation angekündigt"):
            dropping.drop(session, world.planner, slug)
    with db.reader() as session:
        assert session.scalar(select(func.count()).select_from(Programme)) == 1
        assert session.scalar(select(func.count()).select_from(Consultation)) == 1


def test_an_editor_describes_but_does_not_delete(db: Database, world: Planning):
    with db.transaction() as session:
        edgar = world.editor.actor
        assert edgar.roles == {Role.EDITOR}
        with pytest.raises(Forbidden):
            dropping.drop(session, edgar, world.programme)
        seen = actions.fingerprint(queries.get(session, edgar, world.programme))
        changed = actions.describe(session, edgar, world.programme, actions.Details("Anders", "state"), seen)
        assert changed.title == "Anders"


def test_a_new_consultation_tells_all_that_is_wrong(db: Database, world: Planning, paula: Browser):
    paula.get(f"{at(world)}/consultations/new")
    refused = paula.post(f"{at(world)}/consultations/new", {"title": " ", "round": "erste"})
    assert refused.status_code == 422
    assert "Geben Sie der Konsultation einen Titel." in refused.text
    assert "Die Runde ist eine Zahl, in der ersten Runde 1." in refused.text
    with db.transaction() as session, pytest.raises(Invalid):
        consultations.create(session, world.foundation.actor, world.programme, title="x", round_=100)
