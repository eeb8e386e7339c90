"""A large record is read beside the server and within a time: nobody's page waits for it."""

from __future__ import annotations

import itertools
import json
import subprocess
import threading
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from tenuto.clinic.interop import aside
from tenuto.clinic.interop.fhir import UnusableBundle, parse, read_bundle
from tenuto.clinic.interop.told import in_words

DAY, ZONE = date(2026, 3, 2), ZoneInfo("Europe/London")


def record(entries: int = 3) -> bytes:
    person = {
        "resourceType": "Patient",
        "id": "p",
        "birthDate": "1980-01-02",
        "name": [{"text": "Ana Silva"}],
    }
    more = [
        {
            "resourceType": "Condition", "id": f"c{n}", "subject": {"reference": "Patient/p"},
            "code": {"text": f"Finding {n} of the left knee"},
        }
        for n in range(entries)
    ]  # fmt: skip
    return json.dumps(
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": each} for each in (person, *more)],
        }
    ).encode()


def read(data: bytes, within: float = 300):
    return aside.read(data, name="a.json", as_of=DAY, zone=ZONE, within=within)


def test_what_is_read_beside_the_server_says_the_same(monkeypatch):
    data = record()
    here = read(data)
    monkeypatch.setattr(aside, "SMALL", 0)
    assert (
        read(data) == here == json.loads(json.dumps(in_words(read_bundle(parse(data), as_of=DAY, zone=ZONE))))
    )


@pytest.mark.parametrize("small", [0, 10**9], ids=["beside", "here"])
def test_what_takes_too_long_is_a_sentence(monkeypatch, small):
    monkeypatch.setattr(aside, "SMALL", small)
    with pytest.raises(
        UnusableBundle, match=r"not read within .* s, and nothing was kept\. Export less of it"
    ):
        read(record(3000), within=0.05)


def test_what_is_wrong_with_it_is_said_as_ever(monkeypatch):
    monkeypatch.setattr(aside, "SMALL", 0)
    with pytest.raises(UnusableBundle, match=r"a\.json"):
        read(b"{")


def test_a_busy_machine_takes_nothing_off_a_records_time(monkeypatch):
    """By the clock it is late at once; of the processor it has had nothing."""
    monkeypatch.setattr(aside, "SMALL", 10**9)
    monkeypatch.setattr("time.monotonic", itertools.count(0, 1000).__next__)
    assert read(record(), within=1)


def test_what_looks_at_no_clock_ends_too(monkeypatch):
    """A record of which the JSON alone takes longer than it may."""
    monkeypatch.setattr(aside, "SMALL", 0)
    command = subprocess.run

    def endless(given, **how):
        spin = "import sys; from tenuto.clinic.interop import aside; aside.parse = lambda *a, **k: exec('while True: pass'); aside._STARTING = 0; aside.main(*sys.argv[1:])"
        return command([given[0], "-c", spin, *given[3:]], **how)

    monkeypatch.setattr(subprocess, "run", endless)
    with pytest.raises(UnusableBundle, match="not read within 1 s"):
        read(record(), within=1)


def test_one_is_read_at_a_time(monkeypatch):
    monkeypatch.setattr(aside, "SMALL", 0)
    monkeypatch.setattr(aside, "_one", threading.Semaphore(0))
    with pytest.raises(UnusableBundle, match="Other records are being read"):
        read(record(), within=0.05)
