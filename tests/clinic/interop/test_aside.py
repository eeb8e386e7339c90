"""A large record is read beside the server and within a time: nobody's page waits for it."""

from __future__ import annotations

import json
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


def test_one_is_read_at_a_time(monkeypatch):
    monkeypatch.setattr(aside, "SMALL", 0)
    monkeypatch.setattr(aside, "_one", threading.Semaphore(0))
    with pytest.raises(UnusableBundle, match="Other records are being read"):
        read(record(), within=0.05)
