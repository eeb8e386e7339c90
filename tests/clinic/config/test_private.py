"""No other user of the machine reads what the program keeps."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from tenuto.clinic.config.environment import read
from tenuto.clinic.config.private import make_private

pytestmark = pytest.mark.thorough


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def var(tmp_path):
    folder = tmp_path / "var"
    folder.mkdir(mode=0o755)
    for name in ("tenuto.sqlite3", "tenuto.sqlite3-wal", "secret-key", "ledger-key", "ledger-anchor.json"):
        (folder / name).write_text("x" * 60)
        (folder / name).chmod(0o644)
    return folder


def test_what_an_older_version_left_open_is_closed(var):
    make_private(read({"TENUTO_VAR": str(var)}, root=var))
    assert mode(var) == 0o700
    assert {path.name: oct(mode(path)) for path in var.iterdir()} == {
        path.name: oct(0o600) for path in var.iterdir()
    }


def test_a_shared_folder_stays_shared_and_its_files_do_not(var):
    var.chmod(0o1777)
    make_private(read({"TENUTO_VAR": str(var)}, root=var))
    assert mode(var) == 0o1777
    assert mode(var / "tenuto.sqlite3") == 0o600


def test_everything_a_command_makes_is_its_users_alone(tmp_path):
    """The whole database with its keys and anchor, made by a process whose umask was open."""
    var = tmp_path / "new" / "var"
    own = {name: value for name, value in os.environ.items() if not name.startswith("TENUTO_")}
    subprocess.run(
        ["sh", "-c", f"umask 0; exec {sys.executable} -m tenuto manage migrate --verbosity 0"],
        env={**own, "TENUTO_VAR": str(var)},
        check=True,
    )
    made = [var, *var.rglob("*")]
    assert (var / "tenuto.sqlite3").exists()
    assert [str(path) for path in made if mode(path) & 0o077] == []
