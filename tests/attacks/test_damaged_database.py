"""A database file with damaged pages is never called whole, and the commands say so in a sentence."""

from __future__ import annotations

import random
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clinic.processes import run
from tests.patience import PATIENCE

FILL = """
import django; django.setup()
from datetime import UTC, datetime
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.accounts.services import employ, open_clinic
from tenuto.clinic.ledger.services import record_read
from tenuto.clinic.people.similar import file_name
from tenuto.clinic.people.identity import register_patient
from tenuto.core.intake.facts import Identifier
clinic = open_clinic(name="Meadow", demonstration=True)
alice = employ(clinic=clinic, username="alice", password="a quiet long note", name="Alice", role=Role.PRESCRIBER, at=datetime.now(UTC))
for number in range(60):
    register_patient(name=f"Ana Silva {number}", birth_date=None, identifiers=[Identifier(str(number), "MRN", "urn:test:MRN", proves=True)], by=alice, at=datetime.now(UTC))
"""
TABLES = ("people_namekey", "ledger_auditevent", "people_patient")


@pytest.fixture(scope="module")
def filled(house):
    """The environment and the bytes of a database file, its journal taken in."""
    if house.get("TENUTO_DATABASE_URL", "").startswith("postgresql"):
        pytest.skip("the file of PostgreSQL is not a file")
    run(FILL, house)
    file = Path(house["TENUTO_VAR"]) / "tenuto.sqlite3"
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return house, file, file.read_bytes()


def verified(environment) -> subprocess.CompletedProcess[str]:
    return told(environment, "audit", "verify")


def told(environment, *words: str) -> subprocess.CompletedProcess[str]:
    """What a command says."""
    return subprocess.run(
        [sys.executable, "-m", "tenuto", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def served(environment) -> subprocess.CompletedProcess[str]:
    """A server that refuses to start; one that starts is stopped, and has failed the test."""
    command = [sys.executable, "-m", "tenuto", "serve", "--port", str(free_port())]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def page_of(content: bytes, file: Path, table: str) -> tuple[int, int]:
    """Where the first page of a table is, and how long pages are."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        (number,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    database.close()
    size = int.from_bytes(content[16:18], "big")
    return (number - 1) * size, size


def test_an_undamaged_file_is_whole(filled):
    environment, file, content = filled
    file.write_bytes(content)
    done = verified(environment)
    assert (done.returncode, "is whole" in done.stdout) == (0, True), done.stderr


def assert_not_served(environment, file) -> None:
    before = file.read_bytes()
    done = served(environment)
    assert done.returncode == 2
    assert "The database is damaged" in done.stderr
    assert "restore a backup" in done.stderr
    assert "Traceback" not in done.stderr
    assert file.read_bytes() == before


@pytest.mark.parametrize("table", TABLES)
def test_a_damaged_page_is_said(filled, table):
    environment, file, content = filled
    file.write_bytes(content)
    begin, size = page_of(content, file, table)
    noise = random.Random(7).randbytes(size // 2)
    file.write_bytes(content[: begin + 8] + noise + content[begin + 8 + len(noise) :])
    done = verified(environment)
    assert done.returncode in (1, 2)
    assert "damaged" in done.stdout + done.stderr or "can't be read" in done.stderr
    assert "Traceback" not in done.stderr
    assert "is whole" not in done.stdout
    assert_not_served(environment, file)


@pytest.mark.parametrize("left", [0, 100, 5000])
def test_a_file_that_was_cut_is_said(filled, left):
    environment, file, content = filled
    file.write_bytes(content[:left])
    done = verified(environment)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert "is whole" not in done.stdout
    if left:  # of nothing at all a new database is made
        assert_not_served(environment, file)


def test_rubbish_instead_of_a_database_is_said(filled):
    environment, file, _ = filled
    file.write_bytes(random.Random(7).randbytes(9000))
    done = verified(environment)
    assert done.returncode == 2
    assert "The ledger can't be read" in done.stderr
    assert "Traceback" not in done.stderr
    assert_not_served(environment, file)


COMMANDS = (
    ["audit", "verify"],
    ["audit", "anchor"],
    ["emergency", "Silva"],
    ["staff", "confirm", "alice", "--reason", "She is back."],
    ["manage", "showmigrations"],
    ["worker"],
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_sends_anybody_to_start_a_server_on_a_damaged_file(filled, words):
    environment, file, content = filled
    file.write_bytes(content[:5000])
    done = told(environment, *words)
    assert done.returncode == 2
    assert "The database is damaged" in done.stderr
    assert "restore a backup" in done.stderr
    assert "tenuto serve" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", COMMANDS[:4], ids=" ".join)
def test_an_empty_file_in_place_of_a_database_is_said(filled, words):
    """A new database would be begun, and look as if nobody had ever been treated."""
    environment, file, _ = filled
    file.write_bytes(b"")
    done = told(environment, *words)
    assert done.returncode == 2
    assert "The database holds no event, but the anchor file knows event" in done.stderr
    assert "restore a backup" in done.stderr
    assert "tenuto serve" not in done.stderr


def test_no_new_clinic_is_begun_in_place_of_a_lost_one(filled):
    environment, file, _ = filled
    file.write_bytes(b"")
    done = served(environment)
    assert done.returncode == 2
    assert "it was lost, or another one is named here" in done.stderr
