"""The documentation says what is: commands exist, links lead somewhere, tables and diagrams equal the code."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped, unused-ignore]  # comes without types on some machines
from typer.main import get_command

from consultation.__main__ import app
from consultation.rulebook import WORKFLOWS
from consultation.settings import Settings, describe, load
from tests.browser import pictures

TOP = Path(__file__).resolve().parent.parent
PAGES = sorted([*TOP.glob("*.md"), *TOP.glob("docs/**/*.md")])
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
TARGETS = set(re.findall(r"^([a-z]+):", (TOP / "Makefile").read_text("utf-8"), re.MULTILINE))


def name(path: Path) -> str:
    return path.relative_to(TOP).as_posix()


def between(page: str, what: str) -> str:
    text = (TOP / page).read_text("utf-8")
    return text.split(f"<!-- {what}: begin -->\n")[1].split(f"<!-- {what}: end -->")[0].strip()


def commands(page: Path) -> list[list[str]]:
    """Every line of a shell block, as words."""
    blocks = (
        block for language, block in FENCE.findall(page.read_text("utf-8")) if language in {"sh", "shell", "bash"}
    )
    lines = (line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines())
    return [shlex.split(line, comments=True) for line in lines if line]


COMMANDS = [pytest.param(words, id=" ".join(words)) for page in PAGES for words in commands(page) if words]


def test_the_pages_that_people_look_for_are_there():
    expected = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/planer.md", "docs/kommunen.md", "docs/betrieb.md",
                "docs/architektur.md", "docs/decisions/README.md"}  # fmt: skip
    assert expected <= set(map(name, PAGES))


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_in_the_documentation_exists_with_these_options(words: list[str]):
    words = [word for word in words if not re.fullmatch(r"[A-Z_]+=\S*", word)]
    match Path(words[0]).name:
        case "consultation":
            check_command(words[1:])
        case "make":
            assert set(words[1:]) <= TARGETS
        case "docker":
            assert (TOP / "docker-compose.yml").is_file()
        case "curl" | "pip" | "python" | "python3":
            pass  # examples of the interface are run by its own tests
        case unknown:
            pytest.fail(f"nothing checks {unknown}")


def check_command(words: list[str]) -> None:
    """Sub-commands are followed down, then the options are those the command knows."""
    command = get_command(app)
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    assert not hasattr(command, "commands"), f"no such command: {words[:1]}"
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= known | {"--help"}


OPERATING = (TOP / "docs/betrieb.md").read_text("utf-8")
FILES = dict(re.findall(r"^<!-- file: (/\S+) -->\n```\w+\n(.*?)^```$", OPERATING, re.MULTILINE | re.DOTALL))
"""Path → what operators put there, word for word."""
CALLED = re.compile(r"""(?:/bin/|ExecStart=|exec )consultation ([a-z][^'\n]*)""")


def test_the_files_for_running_it_by_itself_call_commands_that_exist():
    called = [words for content in FILES.values() for words in CALLED.findall(content)]
    for words in called:
        check_command(shlex.split(words))
    nightly = ["backup", "retention", "verify"]
    assert [words.split()[0] for words in called] == ["serve", *nightly, *nightly]


def test_the_variables_of_these_files_are_settings_and_hold(tmp_path: Path):
    lines = FILES["/etc/consultation.env"].splitlines()
    given = {line.partition("=")[0]: shlex.split(line.partition("=")[2])[0] for line in lines}
    assert len(given) == len(lines)
    assert set(given) <= {one.upper() for one in Settings.model_fields}
    found = load(given | {"DATA_DIR": str(tmp_path)})
    assert found.encrypted
    assert found.mail_folder is None


def test_the_units_are_whole_and_name_each_other():
    units = {Path(path).name: content for path, content in FILES.items() if path.startswith("/etc/systemd/")}
    assert set(units) == {"consultation.service", "consultation-nachts.service", "consultation-nachts.timer"}
    for unit, content in units.items():
        sections = re.findall(r"^\[(\w+)\]$", content, re.MULTILINE)
        assert sections[0] == "Unit"
        assert ("Timer" if unit.endswith(".timer") else "Service") in sections
        assert all(re.fullmatch(r"\[\w+\]|[A-Z]\w+=.+|", line) for line in content.splitlines())
        assert "EnvironmentFile=/etc/consultation.env" in content or unit.endswith(".timer")
    for path in set(re.findall(r"EnvironmentFile=(\S+)|\. (/etc/\S+);", "".join(FILES.values()))):
        assert set(path) - {""} <= set(FILES)
    for unit in re.findall(r"`systemctl enable --now ([^`]+)`", OPERATING)[0].split():
        assert "WantedBy=" in units[unit]
    assert "/usr/local/bin/consultation" in FILES["/etc/cron.d/consultation"]
    assert "/usr/local/bin/consultation" in FILES


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_to_a_file(page: Path):
    inside = [link.partition("#")[0] for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    missing = [link for link in inside if link and not (page.parent / link).exists()]
    assert missing == []


def test_the_table_of_settings_is_that_of_the_code():
    assert between("docs/betrieb.md", "settings") == settings_table()


def settings_table() -> str:
    rows = [
        f"| `{one.name}` | {f'`{one.default}`' if one.default else ''} | {one.text} | {one.expected} |"
        for one in describe()
    ]
    return "\n".join(["| Variable | Vorgabe | Bedeutung | Erwartet wird |", "|---|---|---|---|", *rows])


def test_the_diagrams_of_the_states_are_those_of_the_rulebook():
    assert between("docs/architektur.md", "states") == diagrams()


def diagrams() -> str:
    parts = []
    for workflow in WORKFLOWS:
        states = ", ".join(f"`{state}` {title}" for state, title in workflow.states.items())
        parts.append(f"### {workflow.title} (`{workflow.name}`)\n\n{states}\n\n```mermaid\n{workflow.mermaid()}\n```")
    return "\n\n".join(parts)


def test_every_decision_fits_on_a_screen_has_four_parts_and_stands_in_the_list():
    overview = (TOP / "docs/decisions/README.md").read_text("utf-8")
    decisions = sorted((TOP / "docs/decisions").glob("0*.md"))
    assert re.findall(r"\((0[^)]+)\)", overview) == [path.name for path in decisions]
    for path in decisions:
        text = path.read_text("utf-8")
        assert text.splitlines()[0].removeprefix("# ") in overview
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequences",
            "Alternatives",
        ]
        assert len(text.splitlines()) <= 40, path.name


def test_every_setting_named_in_a_text_exists():
    known = {one.upper() for one in Settings.model_fields} | {"POSTGRES_PASSWORD", "SSL_CERT_FILE"}
    named = re.findall(r"`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`", (TOP / "docs/betrieb.md").read_text("utf-8"))
    assert set(named) - known == set()


def test_the_facts_about_the_software_agree_in_all_places():
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    facts = yaml.safe_load((TOP / "publiccode.yml").read_text("utf-8"))
    assert facts["softwareVersion"] == project["version"]
    assert facts["legal"]["license"] == project["license"] == "EUPL-1.2"
    assert set(facts["description"]) == {"de", "en"}
    for description in facts["description"].values():
        assert len(description["shortDescription"]) <= 150
        assert 150 <= len(description["longDescription"]) <= 10_000
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in (TOP / "LICENSE").read_text("utf-8")
    assert f"## {project['version']}" in (TOP / "CHANGELOG.md").read_text("utf-8")


def test_pictures_are_small_and_said_in_words():
    for picture in TOP.glob("docs/pictures/*.png"):
        assert picture.stat().st_size < 150_000, picture.name
    for page in PAGES:
        assert not re.search(r"!\[\s*\]", page.read_text("utf-8")), name(page)


def test_every_picture_is_of_a_step_that_a_journey_takes_and_is_shown():
    """tests/browser/pictures.py says which look of which journey it is; the journey fails when the step cannot be done."""
    shown = {
        link.rpartition("/")[2] for page in PAGES for link in LINK.findall(page.read_text("utf-8")) if ".png" in link
    }
    assert shown == {picture.name for picture in TOP.glob("docs/pictures/*.png")}
    assert {f"{picture}.png" for picture in pictures.SHOWN.values()} <= shown
    journeys = "".join(path.read_text("utf-8") for path in TOP.glob("tests/browser/test_*.py"))
    assert [look for look in pictures.SHOWN if f'look("{look}")' not in journeys] == []


def test_every_proof_that_is_named_is_there():
    named = set(re.findall(r"tests/\w+(?:/\w+)*(?:\.py)?", (TOP / "docs/verification.md").read_text("utf-8")))
    assert len(named) > 20
    assert {one for one in named if not (TOP / one).exists()} == set()
