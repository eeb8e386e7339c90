"""A full disk: charts can still be read on the server, pages say what is wrong, and a warning came before."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections import namedtuple
from contextlib import closing

import pytest
from django.db import OperationalError

from tenuto.cli.emergency import _readable
from tenuto.clinic.accounts.services import open_clinic
from tenuto.clinic.ledger import anchor, space
from tenuto.clinic.ui.views import server_error
from tests.clinic.processes import run

FILL = """
import django; django.setup()
from datetime import UTC, date, datetime
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.accounts.services import employ, open_clinic
from tenuto.clinic.access.restricting import change_care_team, restrict
from tenuto.clinic.intake.services import RecordSource, receive
from tenuto.core.intake.facts import Identifier, PatientFacts, Person
now = datetime.now(UTC)
clinic = open_clinic(name="Meadow", demonstration=True)
alice = employ(clinic=clinic, username="alice", password="a quiet long note", name="Alice", role=Role.MEDICAL_DIRECTOR, at=now)
def came(name, number):
    facts = PatientFacts(Person(name, (Identifier(number),), date(1981, 5, 4), "female"))
    return receive(facts=facts, source=RecordSource("a.json", number.rjust(64, "0"), {}), by=alice, at=now).patient
came("Ana Silva", "MRN 1")
pam = employ(clinic=clinic, username="pam", password="a quiet long note", name="Pam", role=Role.PRESCRIBER, at=now)
ben = came("Ben Okafor", "MRN 2")
change_care_team(patient=ben, staff=pam, member=True, by=alice, at=now)
restrict(patient=ben, restricted=True, why="A relative.", by=alice, at=now)
"""
CONTENT = """
import django, json; django.setup()
from django.db import connection
tables = connection.introspection.table_names()
with connection.cursor() as cursor:
    found = {}
    for table in tables:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        found[table] = cursor.fetchone()[0]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def filled(house):
    run(FILL, house)
    return house


def emergency(environment, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tenuto", "emergency", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_charts_are_read_on_the_server_and_nothing_is_written(filled):
    before = json.loads(run(CONTENT, filled))
    listed = emergency(filled)
    assert listed.returncode == 0, listed.stderr
    assert "Ana Silva, born 1981-05-04, MRN 1, Meadow" in listed.stdout
    assert "not on record. Note who asked and why" in listed.stdout
    shown = emergency(filled, "mrn 2")
    assert shown.returncode == 0, shown.stderr
    assert "Ben Okafor" in shown.stdout
    assert "RESTRICTED" in shown.stdout
    assert "Not recorded" in shown.stdout
    assert "Ana Silva" not in shown.stdout
    assert json.loads(run(CONTENT, filled)) == before


def test_somebody_unknown_is_a_sentence(filled):
    done = emergency(filled, "Nobody")
    assert done.returncode == 2
    assert "`tenuto emergency` lists everyone" in done.stderr


def test_the_connection_writes_nothing(filled):
    script = """
import django; django.setup()
from pathlib import Path
from tempfile import mkdtemp
from tenuto.cli.emergency import _read_only
_read_only(Path(mkdtemp()))
from tenuto.clinic.accounts.models import Tally
from django.db import DatabaseError
from django.utils import timezone
try:
    Tally.objects.create(key="x", count=1, ends_at=timezone.now())
except DatabaseError as error:
    print("refused")
"""
    assert run(script, filled).strip() == "refused"


def test_a_database_that_is_not_there_is_a_sentence(filled, tmp_path):
    done = emergency({**filled, "TENUTO_DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3"})
    assert done.returncode == 2
    assert "The database can't be read" in done.stderr
    assert not (tmp_path / "none.sqlite3").exists()


@pytest.fixture
def left(tmp_path):
    """A file in WAL mode as a clean stop leaves it, and what one leaves that was cut off: with a journal and no index."""
    well, cut = tmp_path / "well", tmp_path / "cut"
    for folder in (well, cut):
        folder.mkdir()
    with closing(sqlite3.connect(well / "a.sqlite3", isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE seen (word)")
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        writer.execute("INSERT INTO seen VALUES ('kept')")
        for name in ("a.sqlite3", "a.sqlite3-wal"):
            shutil.copyfile(well / name, cut / name)
    return {"well": well / "a.sqlite3", "cut": cut / "a.sqlite3"}


@pytest.mark.parametrize("stopped", ["well", "cut"])
def test_a_file_is_read_without_a_byte_written_beside_it(left, stopped, tmp_path):
    path, elsewhere = left[stopped], tmp_path / "elsewhere"
    elsewhere.mkdir()
    beside = sorted(each.name for each in path.parent.iterdir())
    with closing(sqlite3.connect(_readable(path, elsewhere), uri=True)) as reader:
        assert reader.execute("SELECT word FROM seen").fetchall() == [("kept",)]
        assert sorted(each.name for each in path.parent.iterdir()) == beside


@pytest.mark.django_db
def test_what_can_not_be_opened_is_never_called_lost(monkeypatch, settings, tmp_path):
    settings.LEDGER_ANCHOR = tmp_path / "anchor.json"
    open_clinic(name="Meadow", demonstration=True)
    anchor.begin_anew()
    assert anchor.number_of_events()

    def out_of_reach():
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(anchor, "newest", out_of_reach)
    assert anchor.lost_events() == ""


FULL = """
import django; django.setup()
from django.db import DatabaseError, connection
from django.test import Client
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.api import chart_text
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE filling (content)")
    cursor.execute("PRAGMA page_count")
    cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    try:
        while True:
            cursor.execute("INSERT INTO filling VALUES (randomblob(3000))")
    except DatabaseError as error:
        print(error)
client = Client(raise_request_exception=False)
for number in range(40):
    answer = client.post("/sign-in/", {"username": f"n{number}", "password": "x"})
print(answer.status_code, answer.content.decode())
print(chart_text(Patient.objects.get(name="Ana Silva")))
with connection.cursor() as cursor:
    cursor.execute("PRAGMA max_page_count = 1073741823")
    cursor.execute("DROP TABLE filling")
"""


def test_the_page_says_that_the_disk_is_full_and_a_chart_is_read(filled):
    if filled.get("TENUTO_DATABASE_URL", "").startswith("postgresql"):
        pytest.skip("PostgreSQL's disk can't be filled for a test")
    told = run(FULL, filled)
    assert told.startswith("database or disk is full\n503 ")
    assert "The disk of the server is full" in told
    assert "tenuto emergency NAME" in told
    assert "Ana Silva" in told
    assert "No plan is signed and in force" in told


@pytest.mark.django_db
def test_postgresql_says_it_by_its_code(rf):
    class DiskFull(Exception):
        sqlstate = "53100"

    try:
        raise OperationalError("could not extend file") from DiskFull()
    except OperationalError:
        answer = server_error(rf.get("/"))
    assert answer.status_code == 503
    assert server_error(rf.get("/")).status_code == 500


Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def room(monkeypatch):
    def left(free: int) -> None:
        space._looked.clear()
        monkeypatch.setattr(space.shutil, "disk_usage", lambda _: Usage(10**12, 10**12 - free, free))

    yield left
    space._looked.clear()


@pytest.mark.django_db
def test_little_room_is_said_on_pages_before_it_is_none(room, visit, alice):
    room(400_000_000)
    text = visit(alice).get("/patients/").content.decode()
    assert "has 400 MB left" in text
    room(50_000_000_000)
    assert "MB left" not in visit(alice).get("/patients/").content.decode()
