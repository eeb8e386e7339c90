"""What a patient's phone has to fetch: the page behind the link with its styles and scripts, compressed, fits a slow network."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel
from tenuto.clinic.ports.api import put_on_call
from tenuto.clinic.scales.api import ask_by_link
from tests.clinic.conftest import NOW

LIMIT_BYTES = 60_000
ASSET = re.compile(r'(?:href|src)="/static/([^"]+)"')
IMPORT = re.compile(r"""(?:@import|import|from|url\()\s*["']?(\.{1,2}/[^"')]+)""")
DAY = timedelta(days=1)
LONGEST = ["phq9", "gad7", "urinary_check", "daily_mood"]


def assets(page: str) -> set[str]:
    """Every file of ours that the page names, and what these name in turn."""
    found, waiting = set(), ASSET.findall(page)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        path = finders.find(name)
        assert path, name
        if name.endswith((".css", ".js")):
            text, folder = Path(path).read_text("utf-8"), name.rsplit("/", 1)[0]
            waiting += [join(folder, other) for other in IMPORT.findall(text)]
    return found


def join(folder: str, name: str) -> str:
    parts = folder.split("/")
    for part in name.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def packed(name: str) -> int:
    return len(gzip.compress(Path(finders.find(name)).read_bytes(), 9))


@pytest.fixture
def phone(ana, alice):
    prefer_contact(patient=ana, channel=Channel.SMS, allowed=True, address="555 0142", by=alice, at=NOW)
    put_on_call(staff=alice, begins_at=NOW - DAY, ends_at=NOW + DAY, phone="555 0190", by=alice, at=NOW)
    sent = ask_by_link(patient=ana, instruments=LONGEST, expires=NOW + DAY, by=alice, at=NOW)
    client = Client(headers={"accept-encoding": "gzip"})
    client.post(f"/l/{sent.token}/", {"born": ana.birth_date.isoformat()})
    return client


def test_the_page_with_all_it_needs_is_at_most_60_kb(phone, record_property):
    answer = phone.get("/today/")
    assert answer["Content-Encoding"] == "gzip"
    page = gzip.decompress(answer.content).decode()
    assert 'class="today' in page
    transferred = len(answer.content) + sum(packed(name) for name in assets(page))
    record_property("bytes", transferred)
    assert transferred <= LIMIT_BYTES


def test_nothing_of_the_page_is_fetched_from_elsewhere(phone):
    page = gzip.decompress(phone.get("/today/").content).decode()
    assert not re.search(r'(?:src|rel="stylesheet" href)="(?:https?:)?//', page)


def test_the_length_of_a_compressed_page_is_padded(phone):
    lengths = {len(phone.get("/today/").content) for _ in range(12)}
    assert len(lengths) > 1


def test_the_first_answer_is_the_third_tap(phone, ana, alice):
    """Open the message's link, open with the date of birth, answer: nothing stands between."""
    sent = ask_by_link(patient=ana, instruments=["gad7"], expires=NOW + DAY, by=alice, at=NOW)
    client = Client()
    door = client.get(f"/l/{sent.token}/")
    assert door.content.decode().count("<button") == 1
    inside = client.post(f"/l/{sent.token}/", {"born": ana.birth_date.isoformat()}, follow=True)
    first = re.search(r"<form[^>]*data-question.*?</form>", inside.content.decode(), re.DOTALL)[0]
    assert " hidden" not in first.split(">", 1)[0]
    assert 'type="radio"' in first
