"""The procedure log in words: every action that can stand in it has a sentence in both languages, with names and local time."""

import ast
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from consultation.consultations.models import Invitation
from consultation.core.db import Base, Database
from consultation.core.history import HistoryEntry, record_all
from consultation.core.language import LANGUAGES, Language, say
from consultation.core.places import package_folder
from consultation.documents.formats import Compiled
from consultation.documents.outline import Paragraph, Table
from consultation.documents.procedure import procedure
from consultation.documents.told import SENTENCES, Told, names_of, tell
from consultation.documents.told.names import Named
from consultation.people.models import Organisation, Person
from consultation.rulebook import WORKFLOWS
from consultation.states import ConsultationState, EditionState, ExtensionState, PointState
from consultation.subjects import system
from tests import secrecy_world as w
from tests.evaluation_world import World
from tests.secrecy_world import AFTER
from tests.test_intake import enter, world

__all__ = ["world"]

NEVER_OF_A_CONSULTATION = (
    "people",
    "programmes",
    "register",
    "forms",
    "upkeep",
    "web/operator",
    "responses/comments.py",
)
"""Rooms whose rows belong to no consultation: what they write stands in the log of none."""
RAW = re.compile(r"[a-z]_[a-z]|\{|\}|None\b|\+00:00|\d{4}-\d{2}-\d{2}|[0-9a-f]{8}-[0-9a-f]{4}-")
"""Names of columns, gaps, moments as a database writes them, ids."""
WORDS = re.compile(
    r"\b(correct|publish|undo|draft|letter|prepare|granted|internal|public|accepted|named|figures|remind)\b"
)
"""Words of the program that are none of German."""
BODY, OTHER, DRAFT, NEWER, FORM = (uuid.UUID(int=number) for number in range(1, 6))
SUBJECT = uuid.UUID(int=9)
NAMES = {
    BODY: Named("Stadt Heide"), OTHER: Named("Kreis Nord"), FORM: Named(number=3),
    DRAFT: Named(number=1, day=date(2026, 1, 3)), NEWER: Named(number=2, day=date(2026, 2, 4)),
}  # fmt: skip
ABOUT = {
    "edition": Named(number=4, first="internal", second="en"), "point": Named(number=12),
    "deadline_extension": Named("Stadt Heide", first="Gern."),
}  # fmt: skip
SUBMITTED = {"receipt": "7KQ2-M4XD-09TC", "revision": 2, "hash": "0" * 64}
ENTERED = SUBMITTED | {"channel": "letter", "received_on": "2026-11-27"}
LATE, LATER = "2026-12-15 23:00:00+00:00", "2027-01-29 23:00:00+00:00"
DETAILS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("consultation", "create_consultation"): {"round": 2},
    ("consultation", "prepare"): {
        "changed": ["contact", "deadline", "draft_version_id", "introduction", "minimum_cell", "visibility"],
        "before": {"deadline": "None", "draft_version_id": "None", "minimum_cell": "5", "visibility": "invited_only"},
        "after": {"deadline": LATER, "draft_version_id": str(DRAFT), "minimum_cell": "7", "visibility": "public"},
    },
    ("consultation", "choose_audience"): {"filter": {"states": ["SH"], "population_min": 500}, "count": 7},
    ("consultation", "add_to_audience"): {"count": 2, "purpose": "for_comment", "organisations": [str(BODY), str(OTHER)]},
    ("consultation", "remove_from_audience"): {"organisation": str(BODY)},
    ("consultation", "take_known_addresses"): {"count": 3},
    ("address_upload", "upload_addresses"): {"rows": 5},
    ("address_upload", "take_over_addresses"): {"count": 4, "left_out": 1},
    ("consultation", "correct"): {
        "reason": "Nr. 5.2 war unvollständig.",
        "before": {"draft_version_id": str(DRAFT), "form_version_id": str(FORM)},
        "after": {"draft_version_id": str(NEWER), "form_version_id": str(FORM)},
    },
    ("consultation", "extend_deadline"): {"reason": "Ferien."},
    ("consultation", "publish"): {"edition": 4},
    ("consultation", "cancel"): {"reason": "Keine Mittel."},
    ("consultation", "remind"): {"stage": "14:2026-04-30", "count": 9},
    ("consultation", "remind_now"): {"count": 1},
    ("consultation", "send_test_mail"): {"letter": "invitation"},
    ("consultation", "check_passages"): {"count": 2},
    ("invitation", "post_letter"): {"day": "2026-11-27"},
    ("invitation", "invite_later"): {"purpose": "for_comment", "until": LATER},
    ("invitation", "ask_for_comment"): {"until": LATER},
    ("claim", "claim"): {"waiting": True},
    ("claim", "revoke_claim"): {"organisation": str(BODY)},
    ("deadline_extension", "request_extension"): {"until": LATER},
    ("deadline_extension", "grant"): {"until": LATER, "deadline": LATE, "asked": "2027-02-12 23:00:00+00:00"},
    ("intake", "begin_intake"): {"channel": "workshop", "body": str(BODY)},
    ("intake", "discard_intake"): {"body": str(BODY)},
    ("response", "start_response"): {"channel": "portal"},
    ("response", "submit"): SUBMITTED,
    ("response", "submit_nil_return"): SUBMITTED,
    ("response", "decline"): {"reason": "Keine Zeit."},
    ("response", "withdraw"): {"reason": "Zahlen falsch."},
    ("response", "reopen"): {"reason": "Zahlen falsch.", "until": "2027-01-29T23:00:00+00:00"},
    ("response", "enter"): ENTERED,
    ("response", "enter_beside"): ENTERED,
    ("response", "confirm_resolution"): {"revision": 1},
    ("response", "set_representation"): {"count": 14},
    ("response", "choose_disclosure"): {"A": "figures", "participant": "named"},
    ("revision", "gather_contributions"): {"count": 3},
    ("point", "decide"): {"decision": "partly_accepted"},
    ("point", "reopen"): {"decision": "accepted"},
    ("point", "propose"): {"decision": "accepted"},
    ("point", "tag"): {"tag": "simpler_application"},
    ("point", "untag"): {"tag": "simpler_application"},
    ("point", "assign"): {"assignee": str(BODY)},
    ("point", "take_out"): {"contributions": [str(BODY)], "source": 3},
    ("point", "merge"): {"source": 3},
    ("point", "undo"): {"step": "decide"},
    ("redaction", "redact"): {"reason": "single_case", "response": str(BODY), "place": "long"},
    ("edition", "start_edition"): {"number": 4, "audience": "internal", "language": "en"},
    ("edition", "publish"): {"texts_checked": True, "written": 3},
}  # fmt: skip
"""What the entries say, as the rooms write it; an action that is not here says nothing more."""
CHANGES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("consultation", "correct"): ("1", "2"),
    ("consultation", "extend_deadline"): (LATE, LATER),
    ("consultation", "plan_reminders"): ("14, 3", "-"),
    ("consultation", "publish"): (ConsultationState.EVALUATING, ConsultationState.PUBLISHED),
    ("deadline_extension", "grant"): (ExtensionState.REQUESTED, ExtensionState.GRANTED),
    ("point", "decide"): (PointState.IN_REVIEW, PointState.DECIDED),
    ("edition", "finish"): (EditionState.COMPILING, EditionState.COMPILED),
}


def told(kind: str, action: str, language: Language = "de", **more: Any) -> Told:
    """An entry as it would be told."""
    old, new = CHANGES.get((kind, action), (None, None))
    entry = HistoryEntry(
        seq=1, moment=datetime(2026, 11, 28, 1, 14, tzinfo=UTC), action=action, subject_type=kind, subject_id=SUBJECT, old=old,
        new=new, details=dict(DETAILS.get((kind, action), {})), **more,
    )  # fmt: skip
    return tell(entry, NAMES | {SUBJECT: ABOUT.get(kind, Named("Stadt Heide"))}, language)


# -- everything that can stand in it ---------------------------------------------------------------------------------
def written(path: Path) -> Iterator[str]:
    """The actions that a module writes into the log, as literals."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = {"record": 3, "record_all": 3, "perform": 4, "perform_all": 5}.get(name)
            if place is not None and len(node.args) > place:
                yield from (str(n.value) for n in ast.walk(node.args[place]) if isinstance(n, ast.Constant))


def test_every_action_that_a_room_of_a_consultation_writes_has_its_sentence():
    known = {action for _, action in SENTENCES}
    rooms = [path for path in package_folder().rglob("*.py") if not outside(path)]
    found = {(action, path.name) for path in rooms for action in written(path)}
    assert len(found) > 40
    assert sorted(one for one in found if one[0] not in known) == []


def outside(path: Path) -> bool:
    return path.relative_to(package_folder()).as_posix().startswith(NEVER_OF_A_CONSULTATION)


def test_rooms_without_sentences_have_nothing_that_belongs_to_a_consultation():
    for mapper in Base.registry.mappers:
        module = mapper.class_.__module__.removeprefix("consultation.").replace(".", "/")
        if module.startswith(NEVER_OF_A_CONSULTATION) or mapper.class_.__name__ == "AnswerComment":
            assert not hasattr(mapper.class_, "consultation_id"), mapper


def test_every_step_of_every_state_machine_of_a_consultation_has_its_sentence():
    tables = {m.class_.__tablename__: m.class_ for m in Base.registry.mappers}
    machines = [x for x in WORKFLOWS if x.name == "consultation" or hasattr(tables.get(x.name), "consultation_id")]
    assert len(machines) == 7
    lacking = [(machine.name, action) for machine in machines for action in machine.rows]
    assert [one for one in lacking if one not in SENTENCES] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "action"), SENTENCES, ids=lambda text: text)
def test_no_sentence_is_raw_in_any_language(kind: str, action: str, language: Language):
    found = told(kind, action, language)
    said = say(found.what, language)
    assert not RAW.search(said), said
    assert language == "en" or not WORDS.search(said), said
    assert "Fassung dieses Dienstes" not in said
    assert "of this service" not in said
    if language == "en":
        assert said != say(told(kind, action).what, "de")
    if found.body:
        assert found.body in said, "whom it concerns is named"


OF_BODIES = {"invitation", "response", "intake", "deadline_extension", "claim", "redaction", "revision"}


@pytest.mark.parametrize(("kind", "action"), [one for one in SENTENCES if one[0] in OF_BODIES], ids=lambda text: text)
def test_whatever_concerns_a_body_names_it(kind: str, action: str):
    assert told(kind, action).body == "Stadt Heide"


@pytest.mark.parametrize(("kind", "action", "german", "english"), [
    ("consultation", "extend_deadline", "Frist für alle verlängert: 15.12.2026, 24:00 Uhr → 29.01.2027, 24:00 Uhr",
     "Deadline extended for everybody: 15 December 2026, 24:00 → 29 January 2027, 24:00"),
    ("deadline_extension", "grant",
     "Frist verlängert (Stadt Heide): 15.12.2026, 24:00 Uhr → 29.01.2027, 24:00 Uhr; erbeten war 12.02.2027, 24:00 Uhr",
     None),
    ("consultation", "correct", "Unterlagen berichtigt, Stand 1 → 2: Entwurf (Nr. 1 vom 03.01.2026 → Nr. 2 vom 04.02.2026)",
     "Documents corrected, version 1 → 2: Draft (No. 1 of 3 January 2026 → No. 2 of 4 February 2026)"),
    ("consultation", "prepare",
     ("Vorbereitung geändert: Ansprechstelle, Frist (keine → 29.01.2027, 24:00 Uhr), Entwurf (keine → Nr. 1 vom 03.01.2026), "
      "Einführung, kleinste Gruppe in Auswertungen (5 → 7), Sichtbarkeit (Nur für Eingeladene → Öffentlich)"), None),
    ("consultation", "plan_reminders", "Erinnerungen geplant, Tage vor der Frist: 14, 3 → keine", None),
    ("consultation", "add_to_audience", "Einzeln aufgenommen, zur Stellungnahme: Stadt Heide, Kreis Nord", None),
    ("edition", "finish", "Ausgabe 4 (intern, Englisch) fertiggestellt", "Edition 4 (internal, English) finished"),
    ("point", "decide", "Punkt 12 entschieden: wird teilweise berücksichtigt", None),
    ("point", "tag", "Schlagwort an Punkt 12 vergeben: Einfachere Antragstellung", "Tag added to point 12: Simpler application"),
    ("response", "enter", "Antwort erfasst: Stadt Heide (Brief), eingegangen am 27.11.2026, Eingangsnummer 7KQ2-M4XD-09TC",
     None),
    ("response", "choose_disclosure",
     "Veröffentlichungsfreigabe gewählt (Stadt Heide): Teil A nur als Zahl in der Auswertung, Teilnahme mit Namen", None),
])  # fmt: skip
def test_the_sentences_say_old_and_new_in_local_time(kind: str, action: str, german: str, english: str | None):
    assert say(told(kind, action).what, "de") == german
    if english:
        assert say(told(kind, action, "en").what, "en") == english


def test_the_reason_stands_beside_the_step():
    assert told("consultation", "correct").reason == "Nr. 5.2 war unvollständig."
    assert told("deadline_extension", "request_extension").reason == ""
    assert told("deadline_extension", "grant").reason == "Gern."
    assert told("redaction", "redact").reason == "", "it is chosen from a list, and part of the sentence"
    assert told("point", "decide").reason == ""


def test_states_before_and_after_are_told_as_on_all_pages():
    became = told("consultation", "publish").became
    assert became is not None
    assert say(became, "de") == "in Auswertung → veröffentlicht"
    assert told("consultation", "extend_deadline").became is None


def test_an_invitation_that_did_not_arrive_says_why_without_the_words_of_a_server():
    def fail(old: str, **more: Any) -> str:
        entry = HistoryEntry(
            seq=1, moment=AFTER, action="fail", subject_type="invitation", subject_id=SUBJECT, old=old, new="failed",
            details={}, **more,
        )  # fmt: skip
        return str(tell(entry, {SUBJECT: Named("Stadt Heide")}).what)

    assert fail("planned") == "Einladung nicht versandt, keine Anschrift bekannt: Stadt Heide"
    assert fail("sent") == "Einladung nicht zustellbar: Stadt Heide"
    assert "berichtigt" in fail("sent", organisation_id=OTHER)


def test_an_entry_of_an_older_version_says_what_it_can():
    assert "alter_schritt" in str(told("consultation", "alter_schritt").what)
    assert str(told("consultation", "choose_audience").what).startswith("Adressatenkreis gewählt: 7 Stellen (")
    bare = HistoryEntry(seq=1, moment=AFTER, action="grant", subject_type="deadline_extension", subject_id=SUBJECT,
                        details={"until": LATER}, old=None, new=None)  # fmt: skip
    assert str(tell(bare, {}).what) == "Frist verlängert (eine Stelle): bis 29.01.2027, 24:00 Uhr"


# -- in the whole of a consultation ----------------------------------------------------------------------------------
def test_nothing_of_a_whole_consultation_is_raw_and_names_come_in_one_statement(db: Database, tmp_path: Path):
    secrets = w.build(db, tmp_path)
    w.publish(secrets)
    with db.reader() as session:
        entries = session.scalars(
            select(HistoryEntry).where(HistoryEntry.consultation_id == secrets.world.consultation_id)
        ).all()
        asked: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *rest: asked.append(rest[2]))
        names = names_of(session, entries, people=True)
        assert len([one for one in asked if one.startswith("SELECT")]) == 1
        said = {say(tell(entry, names, language).what, language) for entry in entries for language in LANGUAGES}
        assert len({entry.action for entry in entries}) > 15
        bodies = {one.name for one in session.scalars(select(Organisation))}
        of_bodies = [
            tell(e, names) for e in entries if e.subject_type in ("invitation", "response", "redaction", "intake")
        ]
        assert [one.what for one in of_bodies if one.body not in bodies or one.body not in str(one.what)] == []
        assert [one for one in said if RAW.search(one)] == []
        _no_document_is_raw(session, secrets)


def tables_of(compiled: Compiled) -> list[Table]:
    return [node for node in compiled.outline.nodes() if isinstance(node, Table)]


def _no_document_is_raw(session: Session, secrets: w.Secrets) -> None:
    """Neither in what is read nor in the table; programs get the entry as it is kept, beside the words."""
    raw = re.compile(r"[a-z]_[a-z]|\bNone\b|\+00:00")
    compiled = procedure(session, system(AFTER), secrets.world.slug)
    nodes = [str(node) for node in compiled.outline.nodes() if isinstance(node, Paragraph)]
    cells = [cell for table in tables_of(compiled) for row in table.rows for cell in row]
    rows = [str(cell) for row in compiled.sheets[0].rows() for cell in row if cell is not None]
    assert [one for one in [*nodes, *cells, *rows] if raw.search(one)] == []
    names = session.scalars(select(Person.name)).all()
    assert [one for one in [*nodes, *cells, *rows] if any(name in one for name in names)] == []
    assert {record["action"] for record in compiled.records()} >= {"announce", "decide", "redact", "publish"}


def test_a_letter_stands_in_the_documents_with_the_day_it_came_and_the_day_it_was_entered(db: Database, world: World):
    with db.transaction() as session:
        enter(session, world)
    with db.reader() as session:
        compiled = procedure(session, system(AFTER), world.slug)
        heard = next(table for table in tables_of(compiled) if table.caption == "Beteiligte Stellen")
        came = [row[3] for row in heard.rows if row[3] != "keine Antwort"]
    assert came == ["abgegeben, 02.03.2026, erfasst am 03.03.2026, 10:00 Uhr, zu Fassung 1"]


def test_a_long_log_is_read_page_by_page_and_its_tables_end(
    db: Database, world: World, monkeypatch: pytest.MonkeyPatch
):
    """However many entries there are: two statements a page, and no table that holds them all."""
    monkeypatch.setattr("consultation.documents.procedure.AT_ONCE", 100)
    monkeypatch.setattr("consultation.documents.procedure.ROWS", 50)
    with db.transaction() as session:
        consultation = world.consultation(session)
        record_all(session, world.planner, [consultation] * 1000, "extend_deadline", new=None, reason="Ferien.")
        bodies = session.scalars(select(Invitation)).all()
        record_all(session, world.planner, list(bodies) * 100, "correct_address")
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *rest: asked.append(rest[2]))
    with db.reader() as session:
        compiled = procedure(session, system(AFTER), world.slug)
        asked.clear()
        count = sum(1 for _ in compiled.sheets[0].rows())
        assert count > 1400
        assert len(asked) <= 2 * (count // 100 + 1)
        steps = [table for table in tables_of(compiled) if table.caption.startswith("Schritte des Verfahrens")]
    assert {len(table.rows) for table in steps[:-1]} == {50}
    assert len(steps) > 20
