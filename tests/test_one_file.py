"""A new question type and a new document format touch one file of the package each: the examples of CONTRIBUTING prove it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
EXAMPLES = dict(
    re.findall(
        r"^<!-- file: (\S+) -->\n```python\n(.*?)^```$",
        (TOP / "CONTRIBUTING.md").read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)
QUESTION, FORMAT = "consultation/questions/postcode.py", "consultation/documents/formats/tsv.py"
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.pyc", "var", "pictures")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with its templates and tests, and the two new files; nothing else is changed."""
    top = tmp_path_factory.mktemp("copy")
    for folder in ("consultation", "templates", "tests", "alembic"):
        shutil.copytree(TOP / folder, top / folder, ignore=NOT_COPIED)
    shutil.copy(TOP / "pyproject.toml", top)
    for name, content in EXAMPLES.items():
        assert not (top / name).exists()
        (top / name).write_text(content, "utf-8")
    return top


def run(copy: Path, *words: str) -> str:
    done = subprocess.run([sys.executable, *words], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_contributing_shows_one_of_each():
    assert set(EXAMPLES) == {QUESTION, FORMAT}


@pytest.mark.parametrize(
    ("contract", "key"), [("tests/test_questions.py", "postcode"), ("tests/test_formats.py", "tsv")]
)
def test_the_contract_test_finds_and_accepts_the_new_file(copy: Path, contract: str, key: str):
    said = run(copy, "-m", "pytest", contract, "-k", key, "-p", "no:cacheprovider", "-rA")
    passed = [line for line in said.splitlines() if line.startswith("PASSED") and key in line]
    assert len(passed) >= 2, said


def test_menus_offer_the_new_type_and_the_new_format(copy: Path):
    """Forms take the type, code lists name it in German; the format stands among those that editions come in."""
    script = (
        "import json\n"
        "from consultation.documents.formats import FORMATS\n"
        "from consultation.forms.definition import Form\n"
        "from consultation.questions import TYPES\n"
        "question = {'key': 'q', 'number': '1', 'title': {'de': 'Wo?'}, 'fields': [{'key': '', 'type': 'postcode'}]}\n"
        "part = {'key': 'A', 'title': {'de': 'Ort'}, 'questions': [question]}\n"
        "form = Form.model_validate({'key': 'f', 'title': {'de': 'Form'}, 'parts': [part]})\n"
        "print(json.dumps([str(TYPES['postcode'].title), FORMATS['tsv'].media_type, form.parts[0].questions[0].key]))\n"
    )
    assert run(copy, "-c", script).strip() == '["Postleitzahl", "text/tab-separated-values", "q"]'


def test_the_new_files_keep_the_style_of_the_house(copy: Path):
    run(copy, "-m", "ruff", "check", "--no-cache", QUESTION, FORMAT)
    run(copy, "-m", "ruff", "format", "--no-cache", "--check", QUESTION, FORMAT)
