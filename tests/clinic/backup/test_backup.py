"""A backup is taken while the clinic writes, and comes back into an empty place; whatever is wrong is a sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from pyrage import x25519
from tests import migrated
from tests.clinic.ledger.test_faults import PREPARE, WRITE
from tests.clinic.processes import house, run

pytestmark = pytest.mark.thorough

__all__ = ["house"]

PATIENTS = """
import django
django.setup()
from tenuto.clinic.people.models import Patient
print(*Patient.objects.values_list("pk", flat=True))
"""
LATER_STEP = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('people', '9999_later', '2026-01-01 00:00:00')")
"""


@pytest.fixture(scope="module")
def clinic(house):
    """The environment of a clinic that can be backed up: its keys are given, as in production."""
    house |= {
        "TENUTO_LEDGER_KEY": "backup-ledger-" + "q8Zr4Xw2" * 6,
        "TENUTO_SECRET_KEY": "backup-secret-" + "m3Kt7Yv5" * 6,
    }
    run(PREPARE, house)
    return house


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """The file of an identity, and its recipient."""
    path = tmp_path_factory.mktemp("keys") / "identity.txt"
    done = tenuto(dict(os.environ), "backup", "key", str(path))
    assert done.returncode == 0, done.stderr
    assert path.stat().st_mode & 0o777 == 0o600
    return path, done.stdout.split()[1]


@pytest.fixture
def empty(tmp_path, clinic):
    """The environment of another server with the same keys, and what `--into` names its empty place by."""
    url = clinic.get("TENUTO_DATABASE_URL")
    var = tmp_path / "elsewhere"
    environment = {**clinic, "TENUTO_VAR": str(var)}
    if not url:
        return environment, str(var)
    import psycopg

    name = f"elsewhere_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    there = migrated.database_url(url, name)
    return environment | {"TENUTO_DATABASE_URL": there}, there


def tenuto(environment, *words) -> subprocess.CompletedProcess[str]:
    """What the command answered."""
    command = [sys.executable, "-m", "tenuto", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def made(environment, folder: Path, recipient: str, *words) -> Path:
    """A new backup in the folder."""
    before = set(folder.glob("*.age"))
    done = tenuto(environment, "backup", "make", "--to", str(folder), "--recipient", recipient, *words)
    assert done.returncode == 0, done.stderr
    (new,) = set(folder.glob("*.age")) - before
    return new


def written(environment, number: int, after: int, then=lambda: None) -> set[str]:
    """The patients whose registration was confirmed by a process that is killed after `then`, once `after` are in."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(number)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    try:
        confirmed = {writer.stdout.readline().strip() for _ in range(after)}
        then()
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.stdout.read()
        writer.wait()
    return confirmed


def test_what_was_confirmed_before_a_backup_survives_the_loss_of_the_machine(clinic, keys, empty, tmp_path):
    identity, recipient = keys
    backups = []
    confirmed = written(clinic, 1, 5, then=lambda: backups.append(made(clinic, tmp_path, recipient)))
    environment, place = empty
    done = tenuto(environment, "restore", str(backups[0]), "--identity", str(identity), "--into", place)
    assert done.returncode == 0, done.stdout + done.stderr
    assert confirmed <= set(run(PATIENTS, environment).split())
    whole = tenuto(environment, "audit", "verify")
    assert (whole.returncode, "The audit chain is whole" in whole.stdout) == (0, True), (
        whole.stdout + whole.stderr
    )
    # And it goes on there: another patient is registered, and the chain is whole with it.
    assert written(environment, 2, 1) <= set(run(PATIENTS, environment).split())
    assert tenuto(environment, "audit", "verify").returncode == 0


def test_a_backup_says_that_it_would_come_back(clinic, keys, tmp_path):
    identity, recipient = keys
    backup = made(clinic, tmp_path, recipient)
    done = tenuto(clinic, "backup", "verify", str(backup), "--identity", str(identity))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "It comes back: all rows are there, and its audit is whole." in done.stdout


def test_rows_that_were_changed_past_the_program_are_found_in_the_backup(clinic, keys, tmp_path):
    identity, recipient = keys
    written(clinic, 3, 1)

    def renamed(old: str, new: str) -> None:
        change = "import django\ndjango.setup()\nfrom django.db import connection\n"
        change += f"connection.cursor().execute('UPDATE people_patient SET name = %s WHERE name = %s', [{new!r}, {old!r}])"
        run(change, clinic)

    renamed("Fault 3-0", "Mallory")
    try:
        backup = made(clinic, tmp_path, recipient)
        done = tenuto(clinic, "backup", "verify", str(backup), "--identity", str(identity))
    finally:
        renamed("Mallory", "Fault 3-0")
    assert done.returncode == 1
    assert "This backup would not come back whole." in done.stdout


def test_nothing_in_a_backup_can_be_read_without_the_identity(clinic, keys, tmp_path):
    _, recipient = keys
    written(clinic, 4, 1)
    content = made(clinic, tmp_path, recipient).read_bytes()
    assert b"Fault Clinic" not in content
    assert b"SQLite format 3" not in content
    assert content.startswith(b"age-encryption.org/v1")
    assert {path.suffix for path in tmp_path.iterdir()} == {".age", ".sha256"}


def test_a_restore_overwrites_nothing(clinic, keys, empty, tmp_path):
    identity, recipient = keys
    backup = made(clinic, tmp_path, recipient)
    before = run(PATIENTS, clinic)
    done = tenuto(clinic, "restore", str(backup), "--identity", str(identity))
    assert (done.returncode, "The database is not empty" in done.stderr) == (2, True)
    assert run(PATIENTS, clinic) == before


DAMAGES = {
    "one bit": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
    "half": lambda content: content[: len(content) // 2],
    "nothing left": lambda _: b"",
}


@pytest.mark.parametrize(("damage", "beside"), [("one bit", True), *((name, False) for name in DAMAGES)])
def test_a_damaged_backup_is_refused(clinic, keys, empty, tmp_path, damage, beside):
    identity, recipient = keys
    backup = made(clinic, tmp_path, recipient)
    backup.write_bytes(DAMAGES[damage](backup.read_bytes()))
    if not beside:
        backup.with_name(f"{backup.name}.sha256").unlink()
    environment, place = empty
    done = tenuto(environment, "restore", str(backup), "--identity", str(identity), "--into", place)
    assert done.returncode == 2
    assert ("is not as it was written" if beside else "can't be opened") in done.stderr
    # The place is still empty: the next backup goes in.
    whole = made(clinic, keys[0].parent, recipient)
    assert (
        tenuto(environment, "restore", str(whole), "--identity", str(identity), "--into", place).returncode
        == 0
    )


def test_another_identity_opens_nothing(clinic, keys, empty, tmp_path):
    _, recipient = keys
    other = tmp_path / "other.txt"
    other.write_text(f"{x25519.Identity.generate()}\n", "ascii")
    backup = made(clinic, tmp_path, recipient)
    done = tenuto(empty[0], "restore", str(backup), "--identity", str(other), "--into", empty[1])
    assert done.returncode == 2
    assert "Give the identity whose recipient it was made for" in done.stderr


@pytest.mark.parametrize("content", ["", "# only a remark\n", "AGE-SECRET-KEY-1NONE\n", "\x00\x01"])
def test_what_is_no_identity_is_not_repeated(clinic, tmp_path, content):
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(content)
    done = tenuto(clinic, "backup", "verify", str(tmp_path / "none.age"), "--identity", str(wrong))
    assert (done.returncode, "holds no identity" in done.stderr) == (2, True)
    assert "1NONE" not in done.stderr


def test_a_key_never_takes_the_place_of_another(keys):
    identity, _ = keys
    before = identity.read_text()
    done = tenuto(dict(os.environ), "backup", "key", str(identity))
    assert (done.returncode, "Name another file" in done.stderr) == (2, True)
    assert identity.read_text() == before


def test_the_newest_are_kept_and_nothing_else_is_touched(clinic, keys, tmp_path):
    _, recipient = keys
    for second in range(4):
        (tmp_path / f"tenuto-20260101T00000{second}Z.tar.gz.age").write_bytes(b"older")
        (tmp_path / f"tenuto-20260101T00000{second}Z.tar.gz.age.sha256").write_bytes(b"older")
    (tmp_path / "tenuto-notes.txt").write_text("ours")
    new = made(clinic, tmp_path, recipient, "--keep", "2")
    kept = "tenuto-20260101T000003Z.tar.gz.age"
    assert {path.name for path in tmp_path.iterdir()} == {
        new.name, f"{new.name}.sha256", kept, f"{kept}.sha256", "tenuto-notes.txt",
    }  # fmt: skip


def test_a_backup_that_cannot_be_written_leaves_nothing_and_removes_nothing(clinic, keys, tmp_path):
    older = tmp_path / "tenuto-20260101T000000Z.tar.gz.age"
    older.write_bytes(b"older")
    done = tenuto(clinic, "backup", "make", "--to", str(tmp_path), "--recipient", "age1wrong", "--keep", "1")
    assert (done.returncode, "is no recipient" in done.stderr) == (2, True)
    done = tenuto(
        clinic, "backup", "make", "--to", str(tmp_path / "none"), "--recipient", keys[1], "--keep", "1"
    )
    assert (done.returncode, "is no folder" in done.stderr) == (2, True)
    assert [*tmp_path.iterdir()] == [older]


def test_an_anchor_outside_says_what_a_backup_does_not_hold(clinic, keys, empty, tmp_path):
    identity, recipient = keys
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "backups").mkdir()
    backup = made(clinic, tmp_path / "backups", recipient)
    seen = {"TENUTO_LEDGER_ANCHOR_OUTSIDE": str(outside)}
    run(
        "import django\ndjango.setup()\nfrom tenuto.clinic.ledger import anchor\nanchor.begin_anew()",
        {**clinic, **seen},
    )
    environment = {**empty[0], **seen}
    done = tenuto(environment, "restore", str(backup), "--identity", str(identity), "--into", empty[1])
    assert done.returncode == 1, done.stderr
    assert "cut off" in done.stdout
    assert (
        tenuto(
            environment, "audit", "accept", "--why", "The disk was lost; the newest backup is back."
        ).returncode
        == 0
    )
    assert tenuto(environment, "audit", "verify").returncode == 0


def test_an_anchor_that_outlived_the_database_is_not_overwritten(clinic, keys, empty, tmp_path):
    identity, recipient = keys
    backup = made(clinic, tmp_path, recipient)
    known = {"TENUTO_LEDGER_ANCHOR": str(tmp_path / "other-disk" / "anchor.json")}
    run(
        "import django\ndjango.setup()\nfrom tenuto.clinic.ledger import anchor\nanchor.begin_anew()",
        {**clinic, **known},
    )
    environment = {**empty[0], **known}
    done = tenuto(environment, "restore", str(backup), "--identity", str(identity), "--into", empty[1])
    assert (done.returncode, "the anchor file knows event" in done.stdout) == (1, True), (
        done.stdout + done.stderr
    )


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_a_log_of_an_earlier_database_is_not_played_into_the_restored_one(clinic, keys, empty, tmp_path, end):
    if "TENUTO_DATABASE_URL" in clinic:
        pytest.skip("PostgreSQL keeps its files to itself")
    identity, recipient = keys
    backup = made(clinic, tmp_path, recipient)
    environment, place = empty
    Path(place).mkdir()
    (Path(place) / f"tenuto.sqlite3{end}").write_bytes(b"of an earlier database")
    done = tenuto(environment, "restore", str(backup), "--identity", str(identity), "--into", place)
    assert (done.returncode, "is not empty" in done.stderr) == (2, True), done.stdout + done.stderr
    assert not (Path(place) / "tenuto.sqlite3").exists()


def test_a_backup_of_a_newer_program_is_refused(clinic, keys, empty, tmp_path):
    identity, recipient = keys
    run(LATER_STEP, clinic)
    backup = made(clinic, tmp_path, recipient)
    run(LATER_STEP.replace("INSERT INTO django_migrations (app, name, applied) VALUES ('people', '9999_later', '2026-01-01 00:00:00')",
                           "DELETE FROM django_migrations WHERE name = '9999_later'"), clinic)  # fmt: skip
    done = tenuto(empty[0], "restore", str(backup), "--identity", str(identity), "--into", empty[1])
    assert done.returncode == 2
    assert "does not know people.9999_later" in done.stderr
