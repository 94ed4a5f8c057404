"""The demonstration: its files agree with each other and with counts in SQL, made by readers of our own."""

import email
import email.policy
import json
import random
import re
import uuid
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from consultation.core.db import Database
from consultation.core.times import BERLIN
from consultation.demo import bodies
from consultation.demo.towns import fates_by_key
from consultation.register.audience import select_bodies
from tests.conftest import DATABASES, PostgresServer
from tests.demo_world import ASKED, LAW, NETWORK, SECOND, Demo, in_postgres, made, shared_folder
from tests.recount import MARK, Files, Who, number, painted, part, squeezed, who

READABLE = ("html", "docx", "odt", "pdf")
COUNTED = {"single", "multi", "likert", "confirm"}


@pytest.fixture(scope="session", params=DATABASES)
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return _seven(str(request.param), request, tmp_path_factory)


def _seven(kind: str, request: pytest.FixtureRequest, factory: pytest.TempPathFactory) -> Demo:
    shared = shared_folder(factory)
    if kind == "sqlite":
        return made(shared, "demo-sqlite", 7, {})
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return made(shared, "demo-postgresql", 7, {"DATABASE_URL": in_postgres(shared, server)})


@pytest.fixture(scope="session")
def sqlite_demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return _seven("sqlite", request, tmp_path_factory)


@pytest.fixture(scope="session")
def postgresql_demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return _seven("postgresql", request, tmp_path_factory)


@pytest.fixture(scope="session")
def other_demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """With another seed."""
    return made(shared_folder(tmp_path_factory), "demo-other", 8, {})


# -- figures ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("audience", ["internal", "public"])
def test_every_cell_of_every_table_is_the_same_in_every_readable_format(demo: Demo, audience: str):
    files: Files = getattr(demo, audience)
    first = _squeezed(files.tables("html"))
    assert len(first) > 30
    for extension in READABLE[1:]:
        assert _squeezed(files.tables(extension)) == first, extension


def _squeezed(tables: list[list[list[str]]]) -> list[list[list[str]]]:
    return [[[squeezed(cell) for cell in row] for row in table] for table in tables]


def test_participation_is_the_same_in_sql_and_in_every_format(demo: Demo):
    sql, naive = demo.sql, demo.naive
    invited = sql.one("select count(*) from invitation where consultation_id = ? and purpose = 'for_comment'", naive.id)
    states = sql.counts("select state, count(*) from response where consultation_id = ? group by state", naive.id)
    nil_returns = len(naive.counted) - len(naive.documents)
    wanted = {
        "eingeladen": invited, "Stellungnahmen": len(naive.documents), "Fehlanzeigen": nil_returns,
        "abgelehnt": states["declined"], "zurückgenommen": states["withdrawn"],
    }  # fmt: skip
    for files in (demo.internal, demo.public):
        sheet = files.xlsx["Beteiligung"]
        english = dict(zip(wanted, ("invited", "submitted", "nil_returns", "declined", "withdrawn"), strict=True))
        if files is demo.public:  # rows of one dimension each, the total first; nobody is told who went back
            wanted.pop("zurückgenommen", None)
            assert "zurückgenommen" not in sheet[0]
            sheet = sheet[:1]
            assert all(len([row[name] for name in ("Land", "Größenklasse", "Art") if row[name]]) == 1 for row in
                       files.xlsx["Beteiligung"][1:])  # fmt: skip
        assert {name: sum(row[name] for row in sheet) for name in wanted} == wanted
        for records in (files.ndjson, files.json["records"]):
            bodies = next(r for r in records if r["type"] == "participation")["bodies"]
            whole = [row for row in bodies if row.get("grouping", "total") == "total"]
            assert {name: sum(row[english[name]] for row in whole) for name in wanted} == wanted
        key_figures = _numbers(_table(files, "Kennzahl"))
        assert key_figures["Eingeladene Stellen"] == invited
        assert key_figures["Stellungnahmen mit Inhalt"] == len(naive.documents)
        assert key_figures["Fehlanzeigen"] == nil_returns
        assert key_figures["Erreichte Gemeinden (selbst oder durch ihren Verband)"] == naive.municipalities_reached()
        total = _table(files, "Gruppe")[1]
        assert [*map(number, total[1:4]), number(total[5])] == [
            invited,
            len(naive.documents),
            nil_returns,
            states["declined"],
        ]


def test_points_and_their_supporters_are_the_same_in_sql_and_in_every_format(demo: Demo):
    points = {n: len(names) for n, names in demo.naive.points().items()}
    files = demo.internal
    assert {p["number"]: p["supporters"]["count"] for p in files.records("point")} == points
    assert {p["number"]: len(p["supporters"]["named"]) for p in files.records("point")} == points
    assert {row["Nr."]: row["unterstützende Stellen"] for row in files.xlsx["Einzelpunkte"]} == points
    shown = {
        number(row[0].partition(",")[0]): number(re.match(r"(\d+) ?Stelle", row[2])[1])  # type: ignore[index]  # a row without it should fail here
        for table in files.tables("html") if table[0][:2] == ["Nr.", "Forderung"] for row in table[1:]
    }  # fmt: skip
    assert shown == points
    key_figures = _numbers(_table(files, "Kennzahl"))
    contributions = len(files.xlsx["Beiträge"])
    assert key_figures["Einzelpunkte"] == len(points)
    assert key_figures["Beiträge, aus denen die Einzelpunkte bestehen"] == contributions
    assert contributions == demo.sql.one(
        "select count(*) from contribution c join response r on r.counted_revision_id = c.revision_id"
        " where c.consultation_id = ?", demo.naive.id,
    )  # fmt: skip
    decided = demo.sql.one("select count(*) from point where state = 'decided' and consultation_id = ?", demo.naive.id)
    assert key_figures["Entschiedene Einzelpunkte"] >= decided - 1  # one whose only supporter withdrew is not shown


def test_the_sheets_say_in_words_what_is_demanded(demo: Demo):
    words = {"streichen", "ersetzen", "ergänzen", "Anmerkung"}
    assert {row["Art"] for row in demo.internal.xlsx["Einzelpunkte"]} == words
    assert {row["Änderung"] for row in demo.internal.xlsx["Beiträge"]} == words


def test_the_summary_says_of_each_frequent_demand_how_it_was_decided(demo: Demo):
    told = {
        "accepted": "wird berücksichtigt", "partly_accepted": "wird teilweise berücksichtigt",
        "not_accepted": "wird nicht berücksichtigt", "noted": "wird zur Kenntnis genommen",
        "already_covered": "ist bereits enthalten", "out_of_scope": "liegt außerhalb des Regelungsbereichs",
        "to_be_examined": "wird weiter geprüft",
    }  # fmt: skip
    decisions = {point["number"]: point["decision"] for point in demo.public.records("point")}
    page = demo.public.path("html").read_text(encoding="utf-8")
    chapter = page.partition('id="kurz-forderungen"')[2].partition('id="kurz-entscheidungen"')[0]
    demands = re.findall(r"\(Punkt(\d+),[^()]*?Stellen?(?:;([^()]*))?\)", squeezed(re.sub(r"<[^>]+>", " ", chapter)))
    assert len(demands) > 5
    assert any(said for _, said in demands)
    for point, said in demands:
        assert said == squeezed(told.get(decisions[int(point)] or "", "")), point


def test_the_names_of_supporters_are_those_of_the_database(demo: Demo):
    by_number = {number: sorted(name for name, _ in bodies) for number, bodies in demo.naive.points().items()}
    assert {p["number"]: sorted(p["supporters"]["named"]) for p in demo.internal.records("point")} == by_number
    for row in demo.internal.xlsx["Einzelpunkte"]:
        assert sorted(row["Namen"].split("; ")) == by_number[row["Nr."]]


def test_every_count_of_every_question_agrees_with_a_naive_recount(demo: Demo):
    naive, checked = demo.naive, 0
    rows = _figure_rows(demo.internal)
    for figure in demo.internal.records("figure"):
        key, item = figure["key"], figure["item"]
        if naive.types.get(key) not in COUNTED | {"section_agreement"}:
            continue
        for table in figure["tables"]:
            for row in table["rows"]:
                where = _where(table["grouping"], row["group"])
                if where is None:
                    continue
                options = naive.options(key, item, **where)
                assert row["answered"] == len(naive.values(key, item, **where)), (key, item, where)
                assert row.get("cannot_judge", 0) == options.pop("cannot_judge", 0)
                assert {o["key"]: o["count"] for o in row["options"] if o["count"]} == options
                for option in row["options"]:
                    assert rows[key, item, table["grouping"], row["group"], option["key"]] == option["count"]
                    checked += 1
    assert checked > 1000


def _where(grouping: str, group: str) -> dict[str, str | None] | None:
    """None for groups that are made of several things."""
    if grouping == "total":
        return {}
    if grouping == "state" and group:
        return {"state": group}
    if grouping == "size_class" and group in {"large_city", "medium_town", "larger_small_town", "small_small_town"}:
        return {"size_class": group}
    return None


def _figure_rows(files: Files) -> dict[tuple[str, ...], int]:
    names = ("Feld", "Zeile", "Gliederung", "Gruppe", "Antwort")
    return {tuple(row[name] or "" for name in names): row["Anzahl"] for row in files.xlsx["Ergebnisse"]}


def test_medians_and_quartiles_agree_with_a_naive_recount(demo: Demo):
    found = {f["key"]: f["tables"][0]["rows"][0] for f in demo.internal.records("figure") if not f["item"]}
    for key in ("burden_proof.hours", "period.months"):
        assert found[key]["quartiles"] == demo.naive.quartiles(key)
        row = next(r for r in demo.internal.xlsx["Ergebnisse"] if r["Feld"] == key and r["Gliederung"] == "total")
        assert [row["unteres Quartil"], row["Median"], row["oberes Quartil"]] == demo.naive.quartiles(key)
    for key, kind in demo.naive.types.items():
        if kind == "likert":
            assert found[key]["lower_median"] == demo.naive.lower_median(key), key


def test_the_shares_people_read_are_the_counts_of_the_answers(demo: Demo):
    """Every table of a single choice or scale, in the readable formats, by its line for everybody."""
    tables = [t for t in demo.internal.tables("pdf") if [squeezed(c) for c in t[0][:2]] == ["Gruppe", "n"]]
    asked = [k for k, kind in demo.naive.types.items() if kind in {"confirm", "single", "likert"}]
    figures = {f["key"]: f["tables"][0]["rows"][0] for f in demo.internal.records("figure")}
    shares = [[squeezed(cell) for cell in table[1][1:]] for table in tables]
    for key in asked:
        row = figures[key]
        n = sum(o["count"] for o in row["options"])
        wanted = [str(n), *(f"{o['count'] / n:.1%}".replace(".", ",") for o in row["options"])]
        assert any(line[: len(wanted)] == wanted for line in shares), (key, wanted)


def test_tables_of_answers_hold_every_answer_that_counts(demo: Demo):
    naive = demo.naive
    wanted = Counter(
        {
            who(d["organisation"]): sum(_rows(naive.types.get(k), v) for k, v in d["answers"].items())
            for d in naive.counted
        }
    )
    tables = ((demo.internal.csv, "sender", "ars"), (demo.internal.xlsx["Stellungnahmen"], "Stelle", "ARS"))
    for rows, name, ars in tables:
        assert Counter((row[name], row[ars] or "") for row in rows) == wanted
    assert len(demo.internal.records("response")) == len(naive.counted)
    by_body = {who(d["organisation"]): d["answers"] for d in naive.counted}
    assert {who(r["sender"]): _unmarked(r["answers"]) for r in demo.internal.records("response")} == by_body


def _unmarked(answers: dict[str, Any]) -> dict[str, Any]:
    """As they were handed in: the internal edition puts a mark around what is hidden in public."""
    found: dict[str, Any] = json.loads(re.sub(r"\[geschwärzt: (.*?)\]", r"\1", json.dumps(answers, ensure_ascii=False)))
    return found


def test_a_name_with_a_number_is_redacted_in_public_and_marked_inside(any_demo: Demo):
    public, internal = (
        files.path("ndjson").read_text(encoding="utf-8") for files in (any_demo.public, any_demo.internal)
    )
    assert "Beispielmann" not in public
    assert "Rückfragen beantwortet [geschwärzt]." in public
    assert "Rückfragen beantwortet [geschwärzt: Frau Erika Beispielmann unter 030 23125 014]." in internal
    assert any_demo.public.records("redactions") == [{"type": "redactions", "passages": 1, "places": 1}]


def test_no_text_of_the_demonstration_waits_to_be_looked_at_for_persons(any_demo: Demo):
    counts = any_demo.sql("select counts from edition where audience = 'public'")
    found = [json.loads(value) if isinstance(value, str) else value for (value,) in counts]
    assert found
    assert [one["suspicions"] for one in found] == [0] * len(found)
    assert all(one["written"] > 100 for one in found)


def _rows(kind: str | None, value: Any) -> int:
    return len(value) if kind in {"section_agreement", "amendments"} else 1


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_json_and_ndjson_hold_the_same_records(demo: Demo, audience: str):
    files: Files = getattr(demo, audience)
    assert files.json["records"] == files.ndjson[:-1]
    assert files.json["count"] == files.ndjson[-1]["count"] == len(files.ndjson) - 1


def test_an_excerpt_quotes_each_wording_once_and_no_days(sqlite_demo: Demo):
    page = sqlite_demo.internal.path("html").read_text(encoding="utf-8")
    found = r'<article class="statement" aria-labelledby="(auszug-[^"]+)-\d+">.*?</h\d>(.*?)</article>'
    statements = re.findall(found, page, re.DOTALL)
    quoted = [(question, squeezed(re.sub(r"<[^>]+>", " ", text))) for question, text in statements]
    assert quoted
    assert len(set(quoted)) == len(quoted)
    assert not [text for _, text in quoted if re.fullmatch(r"[\d.]+", text)]


def test_the_log_of_the_demonstration_tells_of_days_and_of_no_nights(sqlite_demo: Demo):
    """Everybody works from eight to six; what the log lists as newest is newest."""
    today = f"{datetime.now(BERLIN):%Y-%m-%d}"
    rows = [
        datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(BERLIN)
        for (moment,) in sqlite_demo.sql(
            "select moment from history_entry where subject_type in ('point', 'edition') order by seq"
        )
    ]
    assert rows
    assert rows == sorted(rows)
    assert all(8 <= moment.hour <= 18 for moment in rows if f"{moment:%Y-%m-%d}" < today)


# -- what leaves the house -------------------------------------------------------------------------
def test_only_bodies_that_let_themselves_be_named_are_named_in_public(demo: Demo):
    levels = demo.naive.levels()
    named = {body for body in _counted(demo) if "named" in levels.get(body, {}).values()}
    as_participant = {body for body, parts in levels.items() if parts.get("participant") == "named"}
    files = demo.public
    assert {who(r["sender"]) for r in files.records("participant")} == as_participant & _counted(demo)
    senders = [r["sender"] for r in files.records("response")]
    senders += [o["sender"] for p in files.records("point") for o in p["originals"]]
    assert {who(s) for s in senders if "name" in s} <= named
    assert {name for p in files.records("point") for name in p["supporters"]["named"]} <= {name for name, _ in named}
    assert {(row["sender"], row["ars"] or "") for row in files.csv if row["level"] == "named"} <= named
    assert all(s.get("state") is None for s in senders if s["level"] != "named")


def test_no_public_file_holds_the_name_of_a_body_that_stays_unnamed(demo: Demo):
    levels, files = demo.naive.levels(), demo.public
    unnamed = {body for body in _counted(demo) if set(levels.get(body, {}).values()) <= {"figures", "none"}}
    speaking = {name for name, _ in _counted(demo) - unnamed}  # among them namesakes and names that hold another one
    spoken = {squeezed(part) for name in speaking for part in (name, name.partition(",")[0])}
    silent = {squeezed(name) for name, _ in unnamed} - spoken
    assert silent
    longest_first = sorted(spoken | silent, key=len, reverse=True)
    names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    for extension in ("html", "docx", "odt", "pdf", "csv", "json", "ndjson"):
        assert not silent & set(names.findall(_text(files, extension))), extension


def _counted(demo: Demo) -> set[Who]:
    return {who(d["organisation"]) for d in demo.naive.counted}


def _text(files: Files, extension: str) -> str:
    path = files.path(extension)
    match extension:
        case "pdf":
            return squeezed("\n".join(painted(path)))
        case "docx" | "odt":
            tree = part(path, "word/document.xml" if extension == "docx" else "content.xml")
            return squeezed("\n".join(tree.itertext()))
        case _:
            return squeezed(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_the_mark_of_invented_data_stands_everywhere(demo: Demo, audience: str):
    files: Files = getattr(demo, audience)
    assert all(squeezed(MARK) in squeezed(page) for page in painted(files.path("pdf")))
    for name in ("word/header.xml", "word/header-first.xml"):
        assert MARK in "".join(part(files.path("docx"), name).itertext())
    style = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
    headers = list(part(files.path("odt"), "styles.xml").iter(f"{style}header"))
    assert headers
    assert all(MARK in "".join(header.itertext()) for header in headers)
    assert MARK in files.path("html").read_text(encoding="utf-8")
    assert files.json["document"]["marks"][0] == MARK
    assert files.json["head"]["demo"] is files.ndjson[0]["demo"] is True
    assert all("beispieldaten" in p.name for p in files.folder.iterdir() if "-ausgabe-" in p.name)
    assert sum("-ausgabe-" in p.name for p in files.folder.iterdir()) == 8


def test_every_mail_is_marked_and_goes_nowhere(demo: Demo):
    mails = list((demo.folder / "mail").glob("*.eml"))
    assert len(mails) > 150
    for path in mails:
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = mail.get_body()
        assert body is not None
        assert "[Beispieldaten]" in mail["Subject"]
        assert MARK in body.get_content()
        assert mail["To"].endswith(".example")
        assert all("beispieldaten" in str(a.get_filename()) for a in mail.iter_attachments())


def test_every_address_ends_in_example(demo: Demo):
    for table in ("person", "invitation", "address"):
        found = [address for (address,) in demo.sql(f"select email from {table} where email is not null")]
        assert found
        assert all(address.endswith(".example") for address in found)


def test_everything_in_the_database_is_marked_as_invented(demo: Demo):
    for table in ("organisation", "programme", "consultation"):
        assert all(flag for (flag,) in demo.sql(f"select demo from {table}"))


# -- the scenario ----------------------------------------------------------------------------------
@pytest.fixture(params=["sqlite_demo", "other_demo"])
def any_demo(request: pytest.FixtureRequest) -> Demo:
    found: Demo = request.getfixturevalue(request.param)
    return found


def test_the_finished_consultation_holds_every_case_whatever_the_seed(any_demo: Demo):
    sql, naive = any_demo.sql, any_demo.naive
    states = sql.counts("select state, count(*) from response where consultation_id = ? group by state", naive.id)
    assert set(states) == {"submitted", "declined", "withdrawn"}
    revisions = sql(
        "select v.nil_return, v.late, v.reserved, r.confirmed_at is not null from response r"
        " join revision v on v.id = r.counted_revision_id where r.consultation_id = ?", naive.id,
    )  # fmt: skip
    assert any(nil for nil, *_ in revisions)
    assert any(late for _, late, *_ in revisions)
    assert {bool(confirmed) for _, _, reserved, confirmed in revisions if reserved} == {False, True}
    silent = (
        "select count(*) from invitation where consultation_id = ? and id not in (select invitation_id from response)"
    )
    assert sql.one(silent, naive.id) > 5
    late = "select count(*) from deadline_extension where state = 'granted' and consultation_id = ?"
    assert sql.one(late, naive.id) >= 1
    assert sql.one("select state from consultation where id = ?", naive.id) == "published"
    assert sql("select number, audience, state from edition order by number") == [
        (1, "public", "published"),
        (2, "public", "published"),
        (3, "internal", "compiled"),
    ]


def test_the_second_edition_has_something_new_to_say_and_leaves_something_open_whatever_the_seed(any_demo: Demo):
    folders = {
        number: any_demo.folder / "documents" / str(uuid.UUID(str(key)))
        for key, number in any_demo.sql("select id, number from edition where audience = 'public'")
    }
    records = {
        number: map(json.loads, (folder / "snapshot.ndjson").read_text(encoding="utf-8").splitlines())
        for number, folder in folders.items()
    }
    shown = {n: {r["number"]: r["state"] for r in found if r["type"] == "point"} for n, found in records.items()}
    assert shown[1].keys() == shown[2].keys(), "a point keeps its number"
    decided = {n for n, state in shown[2].items() if state == "decided" != shown[1][n]}
    assert decided
    assert set(shown[2].values()) > {"decided"}


def test_all_levels_of_disclosure_are_chosen_whatever_the_seed(any_demo: Demo):
    levels = any_demo.naive.levels()
    assert {parts["C"] for parts in levels.values() if "C" in parts} == {"named", "described", "figures", "none"}


def test_a_template_statement_gives_one_point_with_supporters_at_every_level(any_demo: Demo):
    bodies = max(any_demo.naive.points().values(), key=len)
    assert len(bodies) >= 7
    levels = any_demo.naive.levels()
    assert {levels.get(body, {}).get("E", "none") for body in bodies} == {"named", "described", "figures", "none"}
    public = max(any_demo.public.records("point"), key=lambda p: int(p["supporters"]["count"]))
    assert public["supporters"]["named"]
    assert public["supporters"]["described"]
    rationales = Counter(
        e["rationale"] for d in any_demo.naive.documents for e in d["answers"].get("amendments", {}).values()
        if e.get("text") == public["text"]
    )  # fmt: skip
    assert rationales.most_common(1)[0][1] >= 5, "word for word"
    assert len(rationales) >= 2, "with changes"


def test_a_joint_answer_names_its_supporters_and_administrations_speak_for_their_members(any_demo: Demo):
    counts = any_demo.sql.counts(
        "select s.kind, count(*) from representation s join response r on r.id = s.response_id where r.consultation_id = ? "
        "and r.counted_revision_id is not null group by s.kind", any_demo.naive.id,
    )  # fmt: skip
    assert counts["supporter"] == 12
    assert counts["represented"] > 1


def test_all_laender_and_size_classes_are_asked(any_demo: Demo):
    asked = any_demo.sql(
        "select b.state, b.size_class from invitation i join organisation o on o.id = i.organisation_id"
        " join register_body b on b.key = o.register_key where i.by_filter and i.consultation_id = ?", any_demo.naive.id,
    )  # fmt: skip
    assert len(asked) == ASKED
    assert len({state for state, _ in asked}) == 16
    assert len({size for _, size in asked if size}) == 5


@pytest.mark.parametrize("count", [20, 21, 48, 300, 600, 4000])
def test_any_number_of_administrations_can_be_asked(sqlite_demo: Demo, count: int):
    database = Database(sqlite_demo.url, threads=1)
    with database.reader() as session:
        spared = fates_by_key(session)
        for seed in range(4):
            chosen = bodies.choose(session, count, random.Random(seed), spared)
            found = session.execute(select_bodies(chosen)).scalars().all()
            assert len(found) == count
            assert len({body.state for body in found}) == 16
            assert not {body.key for body in found} & set(spared)
    database.close()


def test_towns_that_wait_for_the_visitor_are_asked_nothing_else(any_demo: Demo):
    assert not any_demo.sql(
        "select i.organisation_id from invitation i where i.organisation_id in (select n.organisation_id from invitation n"
        " join consultation c on c.id = n.consultation_id where c.slug = ?) group by i.organisation_id having count(*) > 1",
        NETWORK,
    )


def test_the_second_round_asks_houses_that_answered(any_demo: Demo):
    sql = any_demo.sql
    second = "select id from consultation where slug = ?"
    assert sql.one("select round from consultation where slug = ?", SECOND) == 2
    asked = sql(f"select organisation_id from invitation where consultation_id = ({second})", SECOND)
    assert len(asked) > 10
    answered = sql("select organisation_id from response where consultation_id = ? and counted_revision_id is not null",
                   any_demo.naive.id)  # fmt: skip
    assert set(asked) <= set(answered)


def test_the_second_draft_follows_the_decisions_on_the_first(any_demo: Demo):
    """Where something was adopted the wording changed, and where it changed a reply to something adopted says so."""
    wording: dict[int, dict[str, tuple[str, str]]] = {1: {}, 2: {}}
    for number_, key, section, text in any_demo.sql(
        "select d.number, s.key, s.number, s.text from section s join draft_version d on d.id = s.draft_version_id"
        " join programme p on p.id = d.programme_id join consultation c on c.programme_id = p.id where c.slug = ?", SECOND,
    ):  # fmt: skip
        wording[number_][key] = (section, text)
    changed = {section for key, (section, text) in wording[2].items() if wording[1].get(key) != (section, text)}
    adopted = any_demo.sql(
        "select section_key, reply from point where consultation_id = ? and state = 'decided'"
        " and decision in ('accepted', 'partly_accepted')", any_demo.naive.id,
    )  # fmt: skip
    assert len(changed) > 5
    assert {wording[1][key][0] for key, _ in adopted if key} <= changed
    assert changed <= {section for _, reply in adopted for section in re.findall(r"§ \d+a?", reply)}


def test_weighing_left_replies_to_use_again_votes_and_an_exception(any_demo: Demo):
    sql, exercise = any_demo.sql, any_demo.naive.id
    assert sql.one("select count(*) from reply_template where consultation_id = ?", exercise) == 3
    assert (
        sql.one("select count(*) from point where consultation_id = ? and vote <> '' and vote_by <> ''", exercise) == 3
    )
    apart = sql("select decision, state from point where consultation_id = ? and source_id is not null", exercise)
    assert apart == [("not_accepted", "decided")]


def test_the_open_consultation_has_towns_in_every_state(any_demo: Demo):
    sql = any_demo.sql
    rows = sql(
        "select i.state, r.state, r.counted_revision_id is not null, r.revision_count, i.id from invitation i"
        " left join response r on r.invitation_id = i.id join consultation c on c.id = i.consultation_id where c.slug = ?", NETWORK,
    )  # fmt: skip
    assert len(rows) == 13
    states = Counter(response for _, response, *_ in rows)
    assert set(states) == {"drafting", "ready", "submitted", "declined", "withdrawn", None}
    assert {invitation for invitation, *_ in rows} == {"sent", "opened"}
    assert any(response == "drafting" and counted for _, response, counted, *_ in rows), "reopened, and still counting"
    assert sql.one(
        "select count(*) from revision v join consultation c on c.id = v.consultation_id where v.nil_return and c.slug = ?",
        NETWORK,
    )  # fmt: skip
    assert sql.one(
        "select count(*) from deadline_extension d join consultation c on c.id = d.consultation_id"
        " where d.state = 'requested' and c.slug = ?", NETWORK,
    ) == 1  # fmt: skip
    assert sql.one("select state from consultation where slug = ?", NETWORK) == "announced"


def test_no_job_is_left_or_failed(demo: Demo):
    assert demo.sql.counts("select state, count(*) from job group by state").keys() == {"done"}


def test_only_the_owner_can_read_the_passwords(demo: Demo):
    assert (demo.folder / "demo.json").stat().st_mode & 0o077 == 0
    assert all(Path(path).is_file() for path in demo.notes["documents"])


# -- the seed --------------------------------------------------------------------------------------
def test_the_same_seed_gives_the_same_content_on_both_databases(sqlite_demo: Demo, postgresql_demo: Demo):
    assert _content(sqlite_demo) == _content(postgresql_demo)


def test_another_seed_gives_other_content(sqlite_demo: Demo, other_demo: Demo):
    ours, others = _content(sqlite_demo), _content(other_demo)
    assert [r for r in ours if r["type"] == "response"] != [r for r in others if r["type"] == "response"]
    assert [r for r in ours if r["type"] == "point"] != [r for r in others if r["type"] == "point"]


def _content(demo: Demo) -> list[dict[str, Any]]:
    """The internal edition without ids, hashes and times. Keys of sections are ids: their numbers take their place."""
    text = demo.internal.path("ndjson").read_text(encoding="utf-8")
    for key, section in demo.internal.sections.items():
        text = text.replace(f'"{key}"', json.dumps(section, ensure_ascii=False))
    text = re.sub(r'"\d{4}-\d\d-\d\dT[\d:.]+Z"|"[0-9a-f]{64}"', '""', text)
    records = [json.loads(line) for line in text.splitlines()]
    records[0]["draft"]["date"] = ""
    for record in records:
        record.get("answers", {}).pop("mandate.date", None)
    return records


# -- the table people see --------------------------------------------------------------------------
def test_everything_to_type_is_whole_in_a_narrow_terminal(sqlite_demo: Demo):
    told = (line for line in sqlite_demo.said.splitlines() if not line.startswith(str(sqlite_demo.folder)))
    assert max(map(len, told)) <= 80
    for login in sqlite_demo.notes["logins"]:
        assert login["email"] in sqlite_demo.said
        assert login["password"] in sqlite_demo.said
    assert MARK in sqlite_demo.said
    assert str(sqlite_demo.folder / "ausgaben" / f"{LAW}-public") in sqlite_demo.said


def _table(files: Files, first: str) -> list[list[str]]:
    return next(table for table in files.tables("html") if table[0][0] == first)


def _numbers(table: list[list[str]]) -> dict[str, int]:
    return {row[0]: number(row[1]) for row in table[1:]}
