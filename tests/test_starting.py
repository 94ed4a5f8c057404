"""What a service says when it starts: where it is and what it works with, or at once why it cannot be there."""

import socket
from pathlib import Path

import pytest

from consultation import __version__
from tests.demo_world import consultation
from tests.test_cli import empty, running, said_until, taken

__all__ = ["empty", "taken"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--port", "{taken}"), "Anschluss {taken} (PORT, --port) ist auf 127.0.0.1 schon belegt"),
        (("--host", "203.0.113.9"), "203.0.113.9 (HOST, --host) ist keine Adresse dieses Rechners."),
        (("--host", "gibt.es.invalid"), "gibt.es.invalid (HOST, --host) ist keine Adresse dieses Rechners."),
    ],
)
def test_an_address_that_cannot_be_had_is_said_before_anything_else(
    given: tuple[str, ...], said: str, tmp_path: Path, taken: int
):
    """Not after a minute of waiting for a database, as here for one that is not there."""
    nobody = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "DATA_DIR": str(tmp_path / "var")}
    found = consultation("serve", *(word.format(taken=taken) for word in given), **nobody)
    assert found.returncode == 1
    assert said.format(taken=taken) in " ".join(found.stderr.split())
    assert len(found.stderr.splitlines()) == 1
    assert not (tmp_path / "var").exists()


def test_serve_says_where_it_is_and_what_it_works_with(empty: Path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with running("serve", "--data-dir", empty, "--port", str(port)) as process:
        first, second = said_until(process, "SQLite").splitlines()
        assert f"Fassung {__version__}: http://127.0.0.1:{port}" in first
        assert str(empty / "consultation.db") in second
        assert f"Daten: {empty}." in second
        assert f"Mails werden nicht versandt, sondern liegen in {empty / 'mail'}." in second
        assert "Aufträge laufen mit." in second
