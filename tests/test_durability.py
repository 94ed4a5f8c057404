"""What keeps the service from promising what the disk cannot hold. PostgreSQL is asked in tests/fault/test_outages.py."""

from pathlib import Path

import pytest
import typer

from consultation import terminal
from consultation.core import durability
from consultation.core.durability import network_drive
from consultation.core.migrations import upgrade
from consultation.settings import load

HERE = "24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw"


def mounted(monkeypatch: pytest.MonkeyPatch, folder: Path, *lines: str) -> None:
    """As Linux writes it: number, parent, device, root, place, options, any number of tags, a dash, kind, source, options."""
    told = folder / "mountinfo"
    told.write_text("\n".join([HERE, *lines]) + "\n")
    monkeypatch.setattr(durability, "MOUNTS", told)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "smb3", "fuse.sshfs"])
def test_a_network_drive_is_known_by_the_mount_that_holds_the_file(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    share = f"36 24 0:52 / /srv/ablage rw - {kind} //amt/ablage rw"
    local = "37 36 8:2 / /srv/ablage/schnell rw,noatime master:1 - ext4 /dev/sdb1 rw"
    mounted(monkeypatch, tmp_path, share, local)
    assert network_drive(Path("/srv/ablage/var/consultation.db")) == kind
    assert network_drive(Path("/srv/ablage/schnell/consultation.db")) == ""
    assert network_drive(Path("/srv/ablagen/consultation.db")) == ""


def test_the_last_one_mounted_over_a_place_counts_and_names_may_hold_blanks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    below, above = (f"4{n} 24 0:5{n} / /srv/Amt\\040eins rw - {kind} x rw" for n, kind in enumerate(["nfs", "xfs"]))
    mounted(monkeypatch, tmp_path, below)
    assert network_drive(Path("/srv/Amt eins/consultation.db")) == "nfs"
    mounted(monkeypatch, tmp_path, below, above)
    assert network_drive(Path("/srv/Amt eins/consultation.db")) == ""


def test_where_nobody_tells_of_mounts_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(durability, "MOUNTS", tmp_path / "none")
    assert network_drive(tmp_path) == ""


def test_a_database_file_on_a_network_drive_is_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load({}, data_dir=tmp_path / "var")
    settings.data_dir.mkdir(exist_ok=True)
    upgrade(settings.database)
    mounted(monkeypatch, tmp_path, f"36 24 0:52 / {tmp_path / 'var'} rw - nfs4 amt:/ablage rw")
    with pytest.raises(typer.Exit), terminal.attended(settings):
        raise AssertionError("it started")
    said = " ".join(capsys.readouterr().err.split())
    assert "Netzlaufwerk (nfs4)" in said
    assert "PostgreSQL" in said
    assert "UNSAFE_DATABASE=1" in said
    with terminal.attended(load({"UNSAFE_DATABASE": "1"}, data_dir=tmp_path / "var")) as database:
        assert database.file == tmp_path / "var" / "consultation.db"
