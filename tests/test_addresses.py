"""Address lists: read with care, matched row by row, corrected, and taken over whole or not at all."""

import io
import zipfile
from dataclasses import dataclass, field
from typing import Any

import pytest
from openpyxl.workbook.workbook import Workbook
from sqlalchemy import select

from consultation.consultations import actions, addresses, audience
from consultation.consultations.address_files import MAX_BYTES, MAX_ROWS, read_lines
from consultation.consultations.addresses import RowState, Settled
from consultation.consultations.models import Address, AddressUpload, Consultation, Invitation
from consultation.core.db import Database
from consultation.core.errors import Conflict, Forbidden, Invalid, NotFound, NotReady
from consultation.people.models import Organisation
from consultation.register.audience import AudienceFilter
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

    def upload(self, text: str, name: str = "liste.csv") -> list[dict[str, Any]]:
        with self.db.transaction() as session:
            made = addresses.upload(session, self.world.foundation.actor, self.slug, name, text.encode())
            return list(made.rows)

    def states(self, text: str) -> list[tuple[str, str]]:
        return [(row["state"], row["title"].split(",")[0]) for row in self.upload(text)]

    def take_over(self, leave_out: tuple[int, ...] = ()) -> int:
        with self.db.transaction() as session:
            return addresses.take_over(session, self.world.foundation.actor, self.slug, leave_out)

    def correct(self, number: int, **changes: Any) -> dict[str, Any]:
        values: dict[str, Any] = {
            "organisation_id": "",
            "email": "",
            "postal": "",
            "contact": "",
            "left_out": False,
        } | changes
        with self.db.transaction() as session:
            return addresses.correct(session, self.world.foundation.actor, self.slug, number, Settled(**values))

    def known(self) -> dict[str, str | None]:
        with self.db.reader() as session:
            found = session.execute(
                select(Organisation.register_key, Invitation.email)
                .join(Invitation, Invitation.organisation_id == Organisation.id)
                .where(Invitation.email.is_not(None) | (Invitation.postal != ""))
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
        ("l.xlsx", with_part(SHEET, '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "Dokumenttyp"),
    ],
)  # fmt: skip
def test_wrong_and_hostile_files_are_refused_with_the_reason(name: str, content: bytes, reason: str):
    with pytest.raises(Invalid) as refused:
        read_lines(name, content)
    assert reason in str(refused.value.problems[0].message)


# -- judging ---------------------------------------------------------------------------------------------------------
def test_rows_are_matched_by_any_form_of_the_key_or_by_the_exact_name(listing: Listing):
    found = listing.states(
        "Schlüssel;Name;E-Mail\n01051044;;a@b.example\n033510006006;;b@b.example\n01001;;c@b.example\n"
        "01051;;d@b.example\n;Dorf 1;e@b.example\n010515163000;;f@b.example\n"
    )
    assert found == [("matched", "Stadt Heide"), ("matched", "Celle"), ("matched", "Flensburg"),
                     ("matched", "Dithmarschen"), ("matched", "Dorf 1"), ("matched", "KLG Eider")]  # fmt: skip


def test_a_lost_leading_zero_is_mended_visibly(listing: Listing):
    rows = listing.upload("AGS;Name;E-Mail\n1051044;Heide;a@b.example\n1051049;;b@b.example\n")
    assert [row["state"] for row in rows] == [RowState.MATCHED, RowState.DOUBT]
    assert "führende Null" in str(addresses.reason(rows[0]))
    with listing.db.transaction() as session:
        assert addresses.confirm_repaired(session, listing.world.foundation.actor, listing.slug) == 1
    assert listing.take_over() == 2


def test_namesakes_are_a_doubt_with_their_counties_to_choose_from(listing: Listing):
    row = listing.upload("Name;E-Mail\nNeuenkirchen;a@b.example\n")[0]
    assert row["state"] == RowState.DOUBT
    titles = [title for _, title in row["choices"]]
    assert any("Celle" in title for title in titles)
    assert any("Dithmarschen" in title for title in titles)
    settled = listing.correct(2, organisation_id=row["choices"][0][0], email="a@b.example")
    assert settled["state"] == RowState.MATCHED


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
    assert row["state"] == state
    assert reason in str(addresses.reason(row))


def test_the_same_body_twice_is_an_error_until_one_row_is_left_out(listing: Listing):
    rows = listing.upload(HEAD + "01051044;;a@b.example;;;;\n;Heide;b@b.example;;;;\n")
    assert [row["state"] for row in rows] == [RowState.MATCHED, RowState.ERROR]
    assert "Zeile 2" in str(addresses.reason(rows[1]))
    listing.correct(2, email="a@b.example", left_out=True)
    assert listing.take_over() == 1
    assert listing.known() == {"010510044044": "b@b.example"}


# -- taking over -----------------------------------------------------------------------------------------------------
def test_nothing_is_half_taken_over(listing: Listing):
    listing.upload(HEAD + "01051044;;a@b.example;;;;Frau Muster\n01051049;;kaputt;Weg 1;01234;Ort;\n")
    with pytest.raises(NotReady) as refused:
        listing.take_over()
    assert "Zeile 3" in str(refused.value.problems[0].message)
    assert listing.known() == {}
    listing.correct(3, email="", postal="Weg 1\n01234 Ort")
    assert listing.take_over() == 2
    assert listing.known() == {"010510044044": "a@b.example", "010510049049": None}
    with listing.db.reader() as session:
        assert {address.contact for address in session.scalars(select(Address))} == {"Frau Muster", ""}
    with pytest.raises(NotFound):
        listing.take_over()


def test_rows_that_stay_open_can_be_left_out_by_name(listing: Listing):
    listing.upload(HEAD + "01051044;;a@b.example;;;;\n99999999;;b@b.example;;;;\n")
    assert listing.take_over((3,)) == 1


def test_a_new_list_replaces_the_open_one_and_it_can_be_thrown_away(listing: Listing):
    listing.upload(HEAD + "01051044;;a@b.example;;;;\n")
    listing.upload(HEAD + "01051049;;b@b.example;;;;\n", "neu.csv")
    with listing.db.transaction() as session:
        assert [one.file_name for one in session.scalars(select(AddressUpload))] == ["neu.csv"]
        addresses.discard(session, listing.world.foundation.actor, listing.slug)
    assert listing.known() == {}


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
            listing.correct(2, organisation_id=wrong, email="a@b.example")
    with pytest.raises(NotFound):
        listing.correct(99, email="a@b.example")


def test_after_the_announcement_no_list_is_taken(listing: Listing):
    with listing.db.transaction() as session:
        actions.cancel(session, listing.world.foundation.actor, listing.slug, "Schluss")
    with pytest.raises(Conflict):
        listing.upload(HEAD + "01051044;;a@b.example;;;;\n")


def test_a_list_goes_through_the_pages(listing: Listing):
    from tests.browsing import site  # noqa: PLC0415 -- only this test needs the app

    app = site(listing.db)
    paula = listing.world.browser(app, listing.world.foundation)
    at = f"{listing.world.foundation.at}/consultations/{listing.slug}/addresses"
    assert "Ohne Anschrift" in paula.get(at).text
    assert paula.post(at).status_code == 422
    assert paula.post(at, files={"file": ("l.exe", b"MZ")}).status_code == 422
    csv = HEAD + "01051044;Heide;a@b.example;;;;<b>Frau</b>\n;Neuenkirchen;b@b.example;;;;\n1051049;;c@b.example;;;;\n"
    shown = paula.follow(paula.post(at, files={"file": ("liste.csv", csv.encode())})).text
    assert "Neuenkirchen" in shown
    assert "<b>Frau" not in shown
    for state in RowState:
        assert paula.get(f"{at}?state={state}&after=x").status_code == 200
    assert paula.post(f"{at}/take-over").status_code == 422
    assert "bestätigt" in paula.follow(paula.post(f"{at}/repaired")).text
    assert paula.post(f"{at}/rows/3", {"organisation": "x", "email": "b@b.example"}).status_code == 422
    assert "weggelassen" in paula.follow(paula.post(f"{at}/rows/3", {"email": "b@b.example", "left_out": "yes"})).text
    assert "2 Anschriften sind übernommen" in paula.follow(paula.post(f"{at}/take-over")).text
    assert paula.post(f"{at}/discard").status_code == 404
    assert len(listing.known()) == 2
    with listing.db.reader() as session:
        assert session.scalars(select(Consultation)).one().title == "Liste"
