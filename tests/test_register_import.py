import functools
import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from consultation.core.db import Database
from consultation.core.errors import Conflict, Invalid
from consultation.core.history import HistoryEntry
from consultation.register import queries, shipped
from consultation.register.actions import ImportReport, import_register
from consultation.register.audience import AudienceFilter, select_keys
from consultation.register.models import RegisterBody, RegisterImport
from tests.conftest import DATABASES
from tests.registers import ACTOR, copied, filled

LATER = SimpleNamespace(person_id=None, organisation_id=None, moment=datetime(2027, 1, 7, 9, tzinfo=UTC))
DATA = shipped.load()
BURG, EDDELAK = "010515163016", "010515163024"


@pytest.fixture(scope="module", params=DATABASES)
def template(request, tmp_path_factory) -> str:
    return filled(request, request.param, tmp_path_factory.mktemp("register"))


@pytest.fixture
def loaded(request, template, tmp_path) -> Iterator[Database]:
    """The shipped register is in it already."""
    yield from copied(request, template, tmp_path)


@functools.cache
def lines() -> tuple[str, ...]:
    return tuple(DATA.decode().splitlines())


def next_year(change=lambda lines: lines) -> bytes:
    """The register of the year after: the same lines, changed and dated 2026."""
    dated = (line[:2] + "20261130" + line[10:] for line in change(lines()))
    return ("\n".join(dated) + "\n").encode()


def row(ags: str) -> str:
    return next(line for line in lines() if line[0:2] == "60" and line[10:18] == ags)


def merged(old):
    """Eddelak is merged into Burg, which grows and gets the title of a town."""
    burg, eddelak = row("01051016"), row("01051024")
    grown = burg[:22] + "Burg (Dithmarschen), Stadt".ljust(50) + burg[72:139] + "00000005425" + burg[150:]
    return [grown if line == burg else line for line in old if line != eddelak]


def load(db: Database, data: bytes, actor=ACTOR, **options) -> ImportReport:
    with db.transaction() as session:
        return import_register(session, actor, data, shipped.SOURCE, **options)


def counts(db: Database) -> tuple[int, int, int]:
    with db.reader() as session:
        tables = (RegisterBody, RegisterImport, HistoryEntry)
        bodies, imports, entries = (session.scalars(select(func.count()).select_from(t)).one() for t in tables)
        return bodies, imports, entries


def test_the_first_import_adds_everything_and_the_same_file_again_changes_nothing(db: Database):
    first = load(db, DATA)
    assert first.counts() == {"added": 12_507, "changed": 0, "ended": 0, "unchanged": 0}
    with db.reader() as session:
        kept = queries.latest_import(session)
        entry = session.scalars(select(HistoryEntry)).one()
        assert kept
        assert (kept.as_of, kept.imported_at, kept.counts) == (date(2025, 11, 30), ACTOR.moment, first.counts())
        assert kept.sha256 == hashlib.sha256(DATA).hexdigest()
        assert (entry.action, entry.subject_id, entry.details["sha256"]) == ("import_register", kept.id, kept.sha256)
    before = counts(db)
    again = load(db, DATA, LATER)
    assert again.counts() == {"added": 0, "changed": 0, "ended": 0, "unchanged": 12_507}
    assert counts(db) == before == (12_507, 1, 1)


def test_a_merger_ends_a_key_and_names_its_successor(loaded: Database):
    report = load(loaded, next_year(merged), LATER, successors=b"01051024;01051016\n")
    # Changed: Burg itself; its association, county and Land, whose sums follow.
    assert report.counts() == {"added": 0, "changed": 4, "ended": 1, "unchanged": 12_502}
    assert report.without_successor == ()
    with loaded.reader() as session:
        gone, stays = queries.get(session, EDDELAK), queries.get(session, BURG)
        assert (gone.valid_to, gone.successor_key, gone.as_of) == (date(2026, 11, 30), BURG, date(2025, 11, 30))
        assert (stays.name, stays.population, stays.as_of) == ("Burg (Dithmarschen), Stadt", 5425, date(2026, 11, 30))
        assert queries.current(session, EDDELAK).key == BURG
        assert EDDELAK not in {body.key for body in queries.members(session, "010515163")}
        assert EDDELAK not in set(session.scalars(select_keys(AudienceFilter(counties=("01051",)))))
        assert EDDELAK not in {one.body.key for one in queries.search(session, "Eddelak")}
        assert session.scalars(
            select(func.count()).where(RegisterBody.as_of == date(2026, 11, 30))
        ).one() == 12_506  # fmt: skip
    assert counts(loaded)[1:] == (2, 2)


def test_a_successor_may_be_named_later_with_the_same_file(loaded: Database):
    report = load(loaded, next_year(merged), LATER)
    assert report.without_successor == (EDDELAK,)
    assert load(loaded, next_year(merged), LATER, successors=f"{EDDELAK};{BURG}".encode()).ended == 0
    with loaded.reader() as session:
        assert queries.get(session, EDDELAK).successor_key == BURG
    assert counts(loaded)[1:] == (3, 3)
    load(loaded, next_year(merged), LATER)
    with loaded.reader() as session:
        assert queries.get(session, EDDELAK).successor_key == BURG


def test_who_changes_the_association_keeps_the_ags_and_follows_itself(loaded: Database):
    def moved(old):
        eddelak = row("01051024")
        return [line[:18] + "5166" + line[22:] if line == eddelak else line for line in old]

    report = load(loaded, next_year(moved), LATER)
    assert (report.added, report.ended, report.without_successor) == (1, 1, ())
    with loaded.reader() as session:
        now = queries.by_ags(session, "01051024")
        assert now
        assert now.key == queries.current(session, EDDELAK).key == "010515166024"
        assert now.association_key == "010515166"


def test_a_key_that_comes_back_is_valid_again(loaded: Database):
    load(loaded, next_year(merged), LATER, successors=b"01051024;01051016")
    report = load(loaded, next_year().replace(b"20261130", b"20271130"), LATER)
    assert report.counts() == {"added": 0, "changed": 5, "ended": 0, "unchanged": 12_502}
    with loaded.reader() as session:
        back = queries.get(session, EDDELAK)
        assert (back.valid_to, back.successor_key) == (None, None)


DAMAGED = [
    b"",
    b"rubbish",
    DATA[:2_000_000],
    DATA.replace(b"602025113001001000", b"602025113001001OOO"),
    DATA[:-221],  # without its last line it still looks whole
    DATA[: -221 * 30],
    DATA[: DATA.index(b"502025113016077")],
]


def refuse(db: Database, data: bytes) -> None:
    before = counts(db)
    with pytest.raises(Invalid) as refused:
        load(db, data)
    assert refused.value.problems
    assert all(problem.field.startswith("line ") for problem in refused.value.problems)
    assert counts(db) == before


@pytest.mark.parametrize("data", DAMAGED)
def test_a_damaged_or_cut_file_leaves_an_empty_database_empty(db: Database, data):
    refuse(db, data)


@pytest.mark.parametrize("data", DAMAGED)
def test_a_damaged_or_cut_file_changes_nothing_in_a_filled_database(loaded: Database, data):
    refuse(loaded, data)


def test_an_older_register_is_refused(db: Database):
    load(db, next_year())
    with pytest.raises(Conflict, match=r"30\.11\.2026"):
        load(db, DATA, LATER)


def test_a_file_of_another_year_that_lacks_much_of_a_land_is_refused_unless_a_reform_is_confirmed(loaded: Database):
    def smaller(old):
        return [line for line in old if not (line[10:12] == "16" and line[10:15] >= "16070" and line[:2] != "10")]

    with pytest.raises(Invalid) as refused:
        load(loaded, next_year(smaller), LATER)
    assert "TH: " in str(refused.value.problems[0].message)
    assert load(loaded, next_year(smaller), LATER, reform=True).ended > 100


@pytest.mark.parametrize(
    ("pairs", "line"),
    [
        (b"01051024;99999999", 1),  # no such successor
        (b"01051016;01051024", 1),  # has not ended
        (b"\n01051024;01051016\n01051024;01051020\n", 3),  # twice
        (b"Eddelak;Burg", 1),
        (b"01051024,01051016", 1),
        (b"\xff\xfe", 1),
    ],
)
def test_a_wrong_file_of_successors_is_refused_with_its_line(loaded: Database, pairs, line):
    before = counts(loaded)
    with pytest.raises(Invalid) as refused:
        load(loaded, next_year(merged), LATER, successors=pairs)
    assert refused.value.problems[0].field == f"line {line}"
    assert counts(loaded) == before


def test_progress_tells_rows_written_of_rows_to_write(db: Database):
    steps: list[tuple[int, int]] = []
    load(db, DATA, progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (12_507, 12_507)
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})
