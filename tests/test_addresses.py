"""Address lists: read with care, matched row by row, corrected, and taken over whole or not at all."""

import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from openpyxl.workbook.workbook import Workbook
from sqlalchemy import event, select

from consultation.consultations import actions, address_memory, addresses, audience
from consultation.consultations.address_files import MAX_BYTES, read_lines
from consultation.consultations.address_sheets import MAX_COLUMNS, MAX_ROWS
from consultation.consultations.addresses import OPEN, Settled
from consultation.consultations.models import (
    Address,
    AddressAlias,
    AddressRow,
    AddressUpload,
    Consultation,
    Invitation,
    RowState,
)
from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound, NotReady
from consultation.people.models import Organisation
from consultation.register.audience import AudienceFilter
from consultation.register.models import RegisterBody
from consultation.register.states import State
from tests import factories as make
from tests.browsing import site
from tests.planning_world import Planning

HEAD = "AGS;Name;E-Mail;Straße;PLZ;Ort;Ansprechperson\n"


@dataclass
class Listing:
    """A consultation in preparation that asks all municipalities of the small register."""

    db: Database
    world: Planning = field(init=False)
    slug: str = field(init=False)

    def __post_init__(self) -> None:
        self.world = Planning(self.db)
        actor = self.world.foundation.actor
        with self.db.transaction() as session:
            made = actions.create(session, actor, self.world.programme, title="Liste")
            audience.choose(session, actor, made.slug, AudienceFilter(include=("01051", "010515163")))
            self.slug = made.slug

    def upload(self, text: str, name: str = "liste.csv") -> list[AddressRow]:
        with self.db.transaction() as session:
            made = addresses.upload(session, self.world.foundation.actor, self.slug, name, text.encode())
            return list(addresses.page(session, made, tuple(RowState)))

    def states(self, text: str) -> list[tuple[str, str]]:
        return [(row.state, row.title.split(",")[0]) for row in self.upload(text)]

    def take_over(self, *, leave_out_rest: bool = False) -> int:
        with self.db.transaction() as session:
            return addresses.take_over(session, self.world.foundation.actor, self.slug, leave_out_rest=leave_out_rest)

    def correct(self, number: int, **changes: Any) -> dict[str, Any]:
        """One row; what is not named stays as it stands in the row."""
        with self.db.transaction() as session:
            row = session.scalars(select(AddressRow).where(AddressRow.number == number)).one_or_none()
            held = {name: getattr(row, name, "") for name in ("meant", "email", "postal", "contact")}
            values: dict[str, Any] = {"organisation_id": "", "left_out": False} | held | changes
            found = addresses.settle(session, self.world.foundation.actor, self.slug, {number: Settled(**values)})
            return [*found[0], *found[1]][0]

    def next_round(self) -> None:
        """Another consultation of the same house that asks the same bodies."""
        with self.db.transaction() as session:
            made = actions.create(session, self.world.foundation.actor, self.world.programme, title="Noch einmal")
            audience.choose(
                session, self.world.foundation.actor, made.slug, AudienceFilter(include=("01051", "010515163"))
            )
            self.slug = made.slug

    def known(self) -> dict[str, str | None]:
        with self.db.reader() as session:
            found = session.execute(
                select(Organisation.register_key, Invitation.email)
                .join(Invitation, Invitation.organisation_id == Organisation.id)
                .join(Consultation, Consultation.id == Invitation.consultation_id)
                .where(Consultation.slug == self.slug, Invitation.email.is_not(None) | (Invitation.postal != ""))
            )
            return {str(key): email for key, email in found}


@pytest.fixture
def listing(db: Database) -> Listing:
    return Listing(db)


def workbook(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# -- reading ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_is_read_in_every_usual_shape(separator: str, encoding: str):
    text = separator.join(["Gemeindeschlüssel", "Kommune", "e-mail", "STRASSE", "PLZ", "Ort", "Kontakt"])
    text += (
        "\n" + separator.join(["01051044", "Köln", "a@b.example", '"Große Straße 1"', "01234", "Köln", "Frau Ü"]) + "\n"
    )
    line = read_lines("liste.csv", text.encode(encoding))[0]
    assert (line.key, line.name, line.postal, line.contact) == (
        "01051044",
        "Köln",
        "Große Straße 1\n01234 Köln",
        "Frau Ü",
    )


def test_a_spreadsheet_with_numbers_for_keys_is_read_as_text():
    line = read_lines("l.xlsx", workbook([["AGS", "E-Mail"], [1051044, "a@b.example"]]))[0]
    assert (line.number, line.key) == (2, "1051044")


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/workbook.xml", "<a/>")
        target.writestr("xl/worksheets/sheet1.xml", b"\0" * 60_000_000)
    return out.getvalue()


def with_part(name: str, content: str) -> bytes:
    source, out = io.BytesIO(workbook([["AGS", "E-Mail"], ["01051044", "a@b.example"]])), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, old.read(entry) if entry != name else content)
        if name not in old.namelist():
            new.writestr(name, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet(rows: str) -> bytes:
    return with_part(SHEET, f"<worksheet {NS}><sheetData>{rows}</sheetData></worksheet>")


def told_often(times: int) -> bytes:
    """One long text that thousands of cells show."""
    points = ("<row>" + '<c t="s"><v>0</v></c>' * 100 + "</row>") * times
    strings = f"<sst {NS}><si><t>{'x' * 30_000}</t></si></sst>"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet(points))) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, old.read(entry))
        new.writestr("xl/sharedStrings.xml", strings)
    return out.getvalue()


FAR = f'<worksheet {NS}><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("l.csv", b"", "leer"),
        ("l.csv", b"\n \n", "leer"),
        ("l.pdf", b"%PDF-", "CSV und XLSX"),
        ("l.xlsm", b"PK", "CSV und XLSX"),
        ("l.csv", b"PK\x03\x04", "kein CSV"),
        ("l.xlsx", b"kein Archiv", "besch\u00e4digt"),
        ("l.csv", b"x" * (MAX_BYTES + 1), "gr\u00f6\u00dfer"),
        ("l.csv", b"Farbe;E-Mail\nblau;a@b.example\n", "AGS"),
        ("l.csv", b"AGS;Farbe\n01051044;blau\n", "E-Mail"),
        ("l.csv", b'AGS;E-Mail\n"offen;x\n', "Anf\u00fchrungszeichen"),
        ("l.csv", b"AGS;E-Mail\n" + b"1;a@b.example\n" * (MAX_ROWS + 1), "mehr als"),
        ("l.xlsx", bomb(), "zu gro\u00df"),
        ("l.xlsx", workbook([["AGS", "E-Mail"], ["01051044", "=1+1"]]), "Formeln"),
        ("l.xlsx", with_part("xl/vbaProject.bin", "x"), "Makros"),
        ("l.xlsx", with_part("xl/externalLinks/externalLink1.xml", "<a/>"), "andere Dateien"),
        ("l.xlsx", with_part(SHEET, FAR), "mehr als"),
        ("l.xlsx", sheet(f"<row>{'<c><v>1</v></c>' * 2_000}</row>{'<row><c><v>1</v></c></row>' * 8_000}"), "mehr als"),
        ("l.xlsx", sheet("<row>" + '<c r="A1"><v>1</v></c>' * 101 + "</row>"), "mehr als"),
        ("l.xlsx", sheet('<row><c r="CV1"><v>1</v></c><c><v>1</v></c></row>'), "mehr als"),
        ("l.xlsx", sheet("<row/>" * (MAX_ROWS + 2)), "mehr als"),
        ("l.xlsx", sheet(f'<row r="{MAX_ROWS + 1}"/><row/>'), "mehr als"),
        ("l.xlsx", sheet('<row><c r="a1048576"><v>1</v></c></row>'), "besch\u00e4digt"),
        ("l.xlsx", sheet('<row><c t="s"><v>0</v><v>1</v></c></row>'), "besch\u00e4digt"),
        ("l.xlsx", told_often(100), "zu viel Text"),
        ("l.xlsx", with_part("xl/elsewhere.xml", f"<worksheet {NS}><sheetData/></worksheet>"), "besch\u00e4digt"),
        ("l.xlsx", with_part(SHEET, '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "Dokumenttyp"),
    ],
)  # fmt: skip
def test_wrong_and_hostile_files_are_refused_with_the_reason(name: str, content: bytes, reason: str):
    with pytest.raises(Invalid) as refused:
        read_lines(name, content)
    assert reason in str(refused.value.problems[0].message)


def test_the_largest_list_allowed_is_read_whatever_names_its_cells():
    def row(key: str, number: int, name: str) -> str:
        cells = '<c t="inlineStr"><is><t>{}</t></is></c><c r="CV{}" t="inlineStr"><is><t>{}</t></is></c>'
        return f"<row>{cells.format(key, number, name)}</row>"

    rows = "".join(row("1051044", number, "a@b.example") for number in range(2, MAX_ROWS + 2))
    lines = read_lines("l.xlsx", sheet(row("AGS", 1, "E-Mail") + rows))
    assert (len(lines), lines[-1].number, lines[-1].key) == (MAX_ROWS, MAX_ROWS + 1, "1051044")
    assert MAX_COLUMNS == 100


# -- judging ---------------------------------------------------------------------------------------------------------
def test_rows_are_matched_by_any_form_of_the_key_or_by_the_exact_name(listing: Listing):
    found = listing.states(
        "Schlüssel;Name;E-Mail\n01051044;;a@b.example\n033510006006;;b@b.example\n01001;;c@b.example\n"
        "01051;;d@b.example\n;Dorf 1;e@b.example\n010515163000;;f@b.example\n"
    )
    assert found == [("matched", "Stadt Heide"), ("matched", "Celle"), ("matched", "Flensburg"),
                     ("matched", "Dithmarschen"), ("matched", "Dorf 1"), ("matched", "KLG Eider")]  # fmt: skip


def test_a_title_before_the_name_or_after_it_is_the_same_body(listing: Listing):
    with listing.db.transaction() as session:
        session.get_one(RegisterBody, "010515163001").text_key = "64"
    written = "Stadt Celle", "Celle, Stadt", "Stadt Flensburg", "Gemeinde Dorf 1"
    found = [listing.states(f"Name;E-Mail\n{name};a@b.example\n")[0] for name in written]
    assert found == [("matched", name) for name in ("Celle", "Celle", "Flensburg", "Dorf 1")]


def test_a_title_alone_does_not_make_a_name_fit_the_key_beside_it(listing: Listing):
    row = listing.upload("AGS;Name;E-Mail\n03351006;Stadt Flensburg;a@b.example\n")[0]
    assert row.state == RowState.DOUBT
    assert "Welche Stelle ist gemeint?" in str(addresses.reason(row))


def test_a_lost_leading_zero_is_mended_visibly(listing: Listing):
    rows = listing.upload("AGS;Name;E-Mail\n1051044;Heide;a@b.example\n1051049;;b@b.example\n")
    assert [row.state for row in rows] == [RowState.MATCHED, RowState.DOUBT]
    assert "führende Null" in str(addresses.reason(rows[0]))
    with listing.db.transaction() as session:
        assert addresses.confirm_proposed(session, listing.world.foundation.actor, listing.slug) == 1
    assert listing.take_over() == 2


def test_namesakes_are_a_doubt_with_county_and_association_to_choose_from(listing: Listing):
    row = listing.upload("Name;E-Mail\nNeuenkirchen;a@b.example\n")[0]
    assert row.state == RowState.DOUBT
    titles = [title for _, title in row.choices]
    assert any("Celle" in title for title in titles)
    assert any("Dithmarschen" in title for title in titles)
    assert listing.correct(2, organisation_id=row.choices[0][0])["state"] == RowState.MATCHED
    assert "Dorf 1, Dithmarschen, KLG Eider, 01051001" in [
        one.title for one in listing.upload("Name;E-Mail\nDorf 1;a@b.example\n")
    ]


def test_a_postcode_proposes_which_namesake_is_meant(listing: Listing):
    with listing.db.transaction() as session:
        session.get_one(RegisterBody, "033510012012").postcode = "29643"
    row = listing.upload("Name;E-Mail;Straße;PLZ;Ort\nNeuenkirchen;a@b.example;Weg 1;29643;Neuenkirchen\n")[0]
    assert (row.state, row.proposed) == (RowState.DOUBT, True)
    assert "Die Postleitzahl passt" in str(addresses.reason(row))
    assert "Celle" in row.choices[0][1]
    assert len(row.choices) == 2


def test_a_body_that_exists_but_is_not_asked_needs_no_decision(listing: Listing):
    with listing.db.transaction() as session:
        audience.choose(session, listing.world.foundation.actor, listing.slug, AudienceFilter(states=(State.SH,)))
    rows = listing.upload(HEAD + "03351006;;a@b.example;;;;\n;Celle;b@b.example;;;;\n01051044;;c@b.example;;;;\n")
    assert [row.state for row in rows] == [RowState.NOT_INVITED, RowState.NOT_INVITED, RowState.MATCHED]
    assert listing.take_over() == 1


def test_a_name_that_somebody_else_has_too_is_never_taken_for_granted(listing: Listing):
    with listing.db.transaction() as session:
        audience.choose(session, listing.world.foundation.actor, listing.slug, AudienceFilter(states=(State.SH,)))
    row = listing.upload("Name;E-Mail\nNeuenkirchen;a@b.example\n")[0]
    assert row.state == RowState.DOUBT
    assert "eingeladen ist eine davon" in str(addresses.reason(row))


def test_a_key_that_ended_leads_to_its_successor(listing: Listing):
    with listing.db.transaction() as session:
        make.register_body(session, "010510050050", "Altdorf", population=100)
        ended = session.get_one(RegisterBody, "010510050050")
        ended.valid_to, ended.successor_key = date(2025, 1, 1), "010510044044"
    row = listing.upload(HEAD + "01051050;;a@b.example;;;;\n")[0]
    assert (row.state, row.proposed) == (RowState.DOUBT, True)
    assert "Nachfolgerin ist „Stadt Heide" in str(addresses.reason(row))


def test_a_misspelt_name_is_answered_with_similar_ones_or_mended_by_typing(listing: Listing):
    row = listing.upload("Name;E-Mail\nHeyde;a@b.example\nGemeinde Neuenkirchen;b@b.example\nXyz;c@b.example\n")
    assert [title.split(",")[0] for _, title in row[0].choices] == ["Stadt Heide"]
    assert len(row[1].choices) == 2
    assert listing.correct(2, meant="Heide")["state"] == RowState.MATCHED
    assert listing.correct(4, meant="01051049")["state"] == RowState.MATCHED
    assert listing.correct(3, meant="Neuenkirchen")["state"] == RowState.DOUBT


@pytest.mark.parametrize(
    ("line", "state", "reason"),
    [
        ("01051044;;keine;;;;", RowState.ERROR, "keine E-Mail-Adresse"),
        ("01051044;;;;;;", RowState.ERROR, "Es fehlt eine E-Mail-Adresse"),
        ("99999999;;a@b.example;;;;", RowState.ERROR, "keine Stelle eingeladen"),
        (";Nirgendwo;a@b.example;;;;", RowState.ERROR, "Keine eingeladene Stelle"),
        ("01051044;Celle;a@b.example;;;;", RowState.DOUBT, "Welche Stelle ist gemeint"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(listing: Listing, line: str, state: RowState, reason: str):
    row = listing.upload(HEAD + line + "\n")[0]
    assert row.state == state
    assert reason in str(addresses.reason(row))


def test_the_same_body_twice_is_an_error_until_one_row_is_left_out(listing: Listing):
    rows = listing.upload(HEAD + "01051044;;a@b.example;;;;\n;Heide;b@b.example;;;;\n")
    assert [row.state for row in rows] == [RowState.MATCHED, RowState.ERROR]
    assert "Zeile 2" in str(addresses.reason(rows[1]))
    listing.correct(2, left_out=True)
    assert listing.take_over() == 1
    assert listing.known() == {"010510044044": "b@b.example"}


# -- remembered ------------------------------------------------------------------------------------------------------
LIST = "Name;E-Mail\nNeuenkirchen;a@b.example\nHeide;kaputt\nNirgendwo;c@b.example\n"


def test_corrections_are_used_at_the_next_list_of_the_next_consultation(listing: Listing):
    row = listing.upload(LIST)[0]
    near = next(one for one, title in row.choices if "Celle" in title)
    listing.correct(2, organisation_id=near)
    listing.correct(3, email="heide@b.example", contact="Frau Muster")
    listing.next_round()
    rows = listing.upload(LIST)
    assert [one.state for one in rows] == [RowState.MATCHED, RowState.MATCHED, RowState.ERROR]
    assert "wie zuletzt" in str(addresses.reason(rows[0]))
    assert (str(rows[0].organisation_id), rows[1].email, rows[1].contact) == (near, "heide@b.example", "Frau Muster")
    other = listing.upload(LIST.replace("kaputt", "neu@b.example"))[1]
    assert (other.state, other.email) == (
        RowState.MATCHED,
        "neu@b.example",
    )  # a new address goes before an old correction


def test_the_same_text_for_two_bodies_is_told_apart_by_the_address(listing: Listing):
    twice = "Name;E-Mail\nNeuenkirchen;a@b.example\nNeuenkirchen;b@b.example\n"
    rows = listing.upload(twice)
    for row, choice in zip(rows, rows[0].choices, strict=True):
        listing.correct(row.number, organisation_id=choice[0])
    listing.next_round()
    again = listing.upload(twice)
    assert [str(row.organisation_id) for row in again] == [choice[0] for choice in rows[0].choices]
    assert listing.upload("Name;E-Mail\nNeuenkirchen;c@b.example\n")[0].state == RowState.DOUBT


def test_what_one_house_has_corrected_is_nothing_to_another(listing: Listing):
    listing.upload(LIST)
    listing.correct(3, email="heide@b.example")
    with listing.db.transaction() as session:
        rows: list[dict[str, Any]] = [{"key": "", "name": "Heide", "given_email": "kaputt", "email": "kaputt"}]
        address_memory.recall(session, listing.world.ministry.organisation.id, rows)
        assert rows[0]["email"] == "kaputt"
        assert {alias.owner_id for alias in session.scalars(select(AddressAlias))} == {
            listing.world.foundation.organisation.id
        }


def test_addresses_of_earlier_consultations_are_offered_with_their_date_and_taken_only_when_asked(listing: Listing):
    listing.upload(HEAD + "01051044;;a@b.example;;;;\n01051049;;;Weg 1;01234;Ort;\n")
    listing.take_over()
    listing.next_round()
    actor = listing.world.foundation.actor
    with listing.db.reader() as session:
        consultation = session.scalars(select(Consultation).where(Consultation.slug == listing.slug)).one()
        offered = address_memory.known(session, actor, consultation)
        assert (offered.count, offered.oldest, offered.newest) == (2, make.MOMENT, make.MOMENT)
        page = address_memory.known_page(session, actor, consultation, after=None, limit=1)
        assert len(page) == 1
        assert address_memory.known(session, listing.world.ministry.actor, consultation).count == 0
    assert listing.known() == {}
    with listing.db.transaction() as session:
        assert address_memory.take_known(session, actor, listing.slug) == 2
        assert address_memory.take_known(session, actor, listing.slug) == 0
    assert listing.known() == {"010510044044": "a@b.example", "010510049049": None}
    with listing.db.transaction() as session, pytest.raises(Forbidden):
        address_memory.take_known(session, listing.world.land.actor, listing.slug)


# -- taking over -----------------------------------------------------------------------------------------------------
def test_nothing_is_half_taken_over(listing: Listing):
    listing.upload(HEAD + "01051044;;a@b.example;;;;Frau Muster\n01051049;;kaputt;Weg 1;01234;Ort;\n")
    with pytest.raises(NotReady) as refused:
        listing.take_over()
    assert "Zeile 3" in str(refused.value.problems[0].message)
    assert listing.known() == {}
    listing.correct(3, email="")
    assert listing.take_over() == 2
    assert listing.known() == {"010510044044": "a@b.example", "010510049049": None}
    with listing.db.reader() as session:
        assert {address.contact for address in session.scalars(select(Address))} == {"Frau Muster", ""}
    with pytest.raises(NotFound):
        listing.take_over()


def test_rows_that_stay_open_are_left_out_only_if_somebody_says_so(listing: Listing):
    listing.upload(HEAD + "01051044;;a@b.example;;;;\n99999999;;b@b.example;;;;\n")
    assert listing.take_over(leave_out_rest=True) == 1


def test_a_newer_list_renews_the_addresses_of_an_older_one(listing: Listing):
    for email in ("a@b.example", "neu@b.example"):
        listing.upload(HEAD + f"01051044;;{email};;;;\n")
        assert listing.take_over() == 1
    assert listing.known() == {"010510044044": "neu@b.example"}
    with listing.db.reader() as session:
        assert [address.email for address in session.scalars(select(Address))] == ["neu@b.example"]


def test_what_a_list_does_not_say_stays_and_what_it_replaces_is_seen_before(listing: Listing):
    """A list of postal addresses alone takes no mail address away."""
    listing.upload(HEAD + "01051044;;a@b.example;;;;Frau Alt\n01051049;;c@b.example;;;;\n")
    listing.take_over()
    rows = HEAD + "01051044;;;Weg 1;25746;Heide;\n01051049;;neu@b.example;;;;\n"
    paula = listing.world.browser(site(listing.db), listing.world.foundation)
    at = f"{listing.world.foundation.at}/consultations/{listing.slug}/addresses"
    paula.get(at)
    page = paula.follow(paula.post(at, files={"file": ("post.csv", rows.encode())})).text
    assert "1 Mailadresse, die schon bei einer Einladung steht, wird durch die der Liste ersetzt." in page
    shown = paula.get(f"{at}/rows?show=matched").text
    assert "Die Mailadresse bleibt: a@b.example" in shown
    assert "Ersetzt die Mailadresse c@b.example" in shown
    listing.take_over()
    assert listing.known() == {"010510044044": "a@b.example", "010510049049": "neu@b.example"}
    with listing.db.reader() as session:
        kept = {(one.email, one.postal, one.contact) for one in session.scalars(select(Address))}
    assert kept == {("a@b.example", "Weg 1\n25746 Heide", "Frau Alt"), ("neu@b.example", "", "")}


@pytest.mark.parametrize("work", ["page", "settle", "take_over"])
def test_a_long_list_takes_as_many_statements_as_a_short_one(listing: Listing, work: str):
    asked = []
    for count in (10, 900):
        with listing.db.transaction() as session:
            for number in range(count):
                make.register_body(session, f"0105{count:03}{number:05}"[:12], f"Ort {count} {number}")
            audience.choose(session, listing.world.foundation.actor, listing.slug, AudienceFilter(states=(State.SH,)))
        lines = "".join(f";Ort {count} {number};n{number}@b.example;;;;\n" for number in range(count))
        listing.upload(HEAD + lines + f";Nirgendwo;x{count}@b.example;;;;\n")
        statements: list[str] = []
        event.listen(
            listing.db.engine, "before_cursor_execute", note := lambda *said, kept=statements: kept.append(said[2])
        )
        with listing.db.transaction() as session:
            made = session.scalars(select(AddressUpload).where(AddressUpload.taken_over_at.is_(None))).one()
            if work == "page":
                addresses.counts(session, made)
                assert len(addresses.page(session, made, (*OPEN, RowState.MATCHED))) == min(count + 1, 50)
        if work == "settle":
            listing.correct(count + 2, left_out=True)
        if work == "take_over":
            assert listing.take_over(leave_out_rest=True) == count
        event.remove(listing.db.engine, "before_cursor_execute", note)
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_a_new_list_replaces_the_open_one_and_it_can_be_thrown_away(listing: Listing):
    listing.upload(HEAD + "01051044;;a@b.example;;;;\n")
    listing.upload(HEAD + "01051049;;b@b.example;;;;\n", "neu.csv")
    with listing.db.transaction() as session:
        assert [one.file_name for one in session.scalars(select(AddressUpload))] == ["neu.csv"]
        addresses.discard(session, listing.world.foundation.actor, listing.slug)
    assert listing.known() == {}
    with listing.db.reader() as session:
        assert session.scalars(select(AddressRow)).all() == []


def test_only_planners_of_the_programme_touch_addresses(listing: Listing):
    world = listing.world
    with listing.db.transaction() as session, pytest.raises(Forbidden):
        addresses.upload(session, world.land.actor, listing.slug, "l.csv", HEAD.encode())
    for actor in (world.ministry.actor, world.heide.actor):
        with listing.db.transaction() as session, pytest.raises(NotFound):
            addresses.upload(session, actor, listing.slug, "l.csv", HEAD.encode())


def test_an_organisation_that_is_not_invited_cannot_be_chosen(listing: Listing):
    listing.upload(HEAD + "99999999;;a@b.example;;;;\n")
    for wrong in (str(listing.world.ministry.organisation.id), "x"):
        with pytest.raises(Invalid):
            listing.correct(2, organisation_id=wrong)
    with pytest.raises(NotFound):
        listing.correct(99, email="a@b.example")


def test_after_the_announcement_no_list_is_taken(listing: Listing):
    with listing.db.transaction() as session:
        actions.cancel(session, listing.world.foundation.actor, listing.slug, "Schluss")
    with pytest.raises(Conflict):
        listing.upload(HEAD + "01051044;;a@b.example;;;;\n")
    with listing.db.transaction() as session, pytest.raises(Conflict):
        address_memory.take_known(session, listing.world.foundation.actor, listing.slug)


# -- on the pages ----------------------------------------------------------------------------------------------------
def test_a_list_goes_through_the_pages(listing: Listing):
    paula = listing.world.browser(site(listing.db), listing.world.foundation)
    at = f"{listing.world.foundation.at}/consultations/{listing.slug}/addresses"
    assert "ohne Anschrift" in paula.get(at).text
    assert "nichts" in paula.get(f"{at}/missing").text
    assert paula.get(f"{at}/rows").status_code == 404
    assert paula.post(at).status_code == 422
    assert paula.post(at, files={"file": ("l.exe", b"MZ")}).status_code == 422
    csv = HEAD + "01051044;Heide;a@b.example;;;;<b>Frau</b>\n;Neuenkirchen;b@b.example;;;;\n1051049;;c@b.example;;;;\n"
    shown = paula.follow(paula.post(at, files={"file": ("liste.csv", csv.encode())})).text
    assert "Neuenkirchen" in shown
    for tab in ("open", "matched", "not_invited", "left_out", "x"):
        text = paula.get(f"{at}/rows?show={tab}&after=x").text
        assert "<b>Frau" not in text
    assert paula.post(f"{at}/take-over").status_code == 422
    assert "bestätigt" in paula.follow(paula.post(f"{at}/proposed")).text
    assert "2 von 3 Zeilen" not in paula.get(at).text
    wrong = {"row": "3", "row-3-organisation": "x", "row-3-email": "b@b.example"}
    assert paula.post(f"{at}/rows", wrong).status_code == 422
    left = {"row": "3", "row-3-email": "b@b.example", "row-3-left-out": "yes"}
    assert "1 Zeile ist geklärt" in paula.follow(paula.post(f"{at}/rows", left)).text
    assert "nichts geändert" in paula.follow(paula.post(f"{at}/rows", left)).text
    assert "2 Anschriften sind übernommen" in paula.follow(paula.post(f"{at}/take-over")).text
    assert paula.post(f"{at}/discard").status_code == 404
    assert len(listing.known()) == 2


def test_what_was_typed_wrong_comes_back_named_and_what_was_right_is_kept(listing: Listing):
    paula = listing.world.browser(site(listing.db), listing.world.foundation)
    at = f"{listing.world.foundation.at}/consultations/{listing.slug}/addresses"
    csv = HEAD + "01051044;;kaputt;;;;\n01051049;;auch kaputt;;;;\n99999999;;c@b.example;;;;\n"
    paula.follow(paula.post(at, files={"file": ("liste.csv", csv.encode())}))
    typed = {
        "row": ["2", "3", "4"],
        "row-2-email": "heide@b.example",
        "row-3-email": "immer noch",
        "row-4-email": "c@b.example",
    }
    refused = paula.post(f"{at}/rows", typed)
    assert refused.status_code == 422
    assert 'href="#row-3-email"' in refused.text
    assert 'value="immer noch"' in refused.text
    assert "row-4" not in refused.text  # nobody touched it
    later = paula.get(f"{at}/rows").text
    assert 'id="row-2"' not in later
    assert 'value="immer noch"' in later


def test_known_addresses_are_seen_with_their_date_before_they_are_taken(listing: Listing):
    listing.upload(HEAD + "01051044;;a@b.example;;;;\n")
    listing.take_over()
    listing.next_round()
    paula = listing.world.browser(site(listing.db), listing.world.foundation)
    at = f"{listing.world.foundation.at}/consultations/{listing.slug}/addresses"
    assert "Für 1 Stelle ohne Anschrift kennt Ihre Organisation eine, Stand 02.03.2026." in paula.get(at).text
    seen = paula.get(f"{at}/known").text
    assert "a@b.example" in seen
    assert "02.03.2026" in seen
    assert "1 Anschrift ist übernommen" in paula.follow(paula.post(f"{at}/known")).text
    assert listing.known() == {"010510044044": "a@b.example"}


def test_of_two_who_settle_rows_nobody_undoes_what_the_other_settled(listing: Listing):
    app = site(listing.db)
    paula, again = (listing.world.browser(app, listing.world.foundation) for _ in range(2))
    at = f"{listing.world.foundation.at}/consultations/{listing.slug}/addresses"
    csv = HEAD + "01051044;;kaputt;;;;\n01051049;;auch kaputt;;;;\n"
    paula.follow(paula.post(at, files={"file": ("liste.csv", csv.encode())}))
    as_shown = {"row": ["2", "3"], "row-2-email": "kaputt", "row-3-email": "auch kaputt"}
    hers, mine = (
        as_shown | dict(re.findall(r'name="(row-\d+-seen-[a-z_]+)" value="(\w+)"', browser.get(f"{at}/rows").text))
        for browser in (paula, again)
    )
    paula.follow(paula.post(f"{at}/rows", hers | {"row-2-email": "heide@b.example"}))
    again.follow(again.post(f"{at}/rows", mine | {"row-3-email": "neu@b.example"}))
    kept = {"row-2-email": "heide@b.example", "row-3-email": "neu@b.example"}
    with listing.db.reader() as session:
        rows = session.scalars(select(AddressRow).order_by(AddressRow.number)).all()
        assert {f"row-{row.number}-email": row.email for row in rows} == kept
    both = again.post(f"{at}/rows", mine | {"row-2-email": "poststelle@b.example"})
    assert both.status_code == 409
    assert "heide@b.example" in both.text
    assert "poststelle@b.example" in both.text
    with listing.db.reader() as session:
        assert session.scalars(select(AddressRow.email).where(AddressRow.number == 2)).one() == "heide@b.example"
