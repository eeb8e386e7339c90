"""Names that turn the rest of a line round, hide in a word, steer a terminal or begin a line of their own."""

from __future__ import annotations

import json
import unicodedata
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from tenuto.cli import main
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.models import Identity, Patient, SupportPerson

pytestmark = pytest.mark.django_db

NAMES = {
    "\u202eevil\u202c Alder": "evil Alder",
    "Ann\u2066\u2069 Alder": "Ann Alder",
    "A\u200bnn\ufeff\u2060 Alder": "Ann Alder",
    "Ann\U000e0041 Alder": "Ann Alder",
    "Ann\x1b[2J Alder": "Ann [2J Alder",
    "Ann\r\nBcc: all@example.org": "Ann Bcc: all@example.org",
    "Ann\u2028BEGIN:VEVENT": "Ann BEGIN:VEVENT",
    "Ann\tAlder\x0b\x85": "Ann Alder",
    "=cmd|' /C calc'!A0": "=cmd|' /C calc'!A0",
    "<img src=x onerror=alert(1)>": "<img src=x onerror=alert(1)>",
    "مریم\u200cالسادات \u200fحسینی": "مریم\u200cالسادات \u200fحسینی",
}
"""As it is sent, and as it is kept. What scripts need stays."""
BOTH = ("application/x-www-form-urlencoded", "multipart/form-data")


def send(browser, path, data, kind):
    if kind == BOTH[1]:
        return browser.post(path, data)
    return browser.post(path, urlencode(data), content_type=kind)


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_kept_as_everybody_reads_it(visit, alice, ana, name, kind):
    browser, seen = visit(alice), ana.identities.first().pk
    form = {
        "name": name,
        "preferred_name": name[:90],
        "birth_date": "1981-05-04",
        "why": "Identity document seen.",
        "seen": seen,
    }
    number = AuditEvent.objects.order_by("-number").first().number
    path = reverse("pathway:amend", args=[ana.pk])
    assert send(browser, path, form | {"seen_event": number}, kind).status_code == 302
    kept = Patient.objects.get(pk=ana.pk)
    assert (kept.name, kept.preferred_name) == (NAMES[name], NAMES[name])
    assert Identity.objects.filter(patient=ana, name=NAMES[name]).exists()
    page = browser.get(reverse("pathway:person", args=[ana.pk])).content.decode()
    assert "<img src=x" not in page
    assert not any(unicodedata.bidirectional(c) in ("RLO", "LRO", "RLE", "LRE") for c in page)


@pytest.mark.parametrize("kind", BOTH)
def test_what_is_written_in_lines_keeps_its_lines_and_nothing_unseen(visit, alice, ana, kind):
    form = {
        "name": "Tom\nEscort",
        "relation": "br\u202eother",
        "phone": "555 0100",
        "may_be_told": "no",
        "seen_event": AuditEvent.objects.count(),
    }
    send(visit(alice), reverse("pathway:support", args=[ana.pk]), form, kind)
    kept = SupportPerson.objects.filter(patient=ana).order_by("-event_number").first()
    assert (kept.name, kept.relation) == ("Tom Escort", "brother")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_from_the_command_line_is_kept_as_everybody_reads_it(name, capsys):
    command = ["staff", "open-clinic", name, "--director", "opener", "--full-name", name, "--reason"]
    assert main([*command, f"Asked by {name}, known to us."]) == 0
    kept = Clinic.objects.get()
    assert kept.name == NAMES[name]
    assert kept.staff.get().name == NAMES[name]
    told = capsys.readouterr().out
    assert told.startswith(f"{NAMES[name]} is open.\n{NAMES[name]} chooses a password")
    detail = AuditEvent.objects.filter(action="opened clinic").order_by("-number").first().detail_json
    assert NAMES[name] in json.loads(detail)["reason"]


@pytest.mark.parametrize("name", ["", " ", "\u202e\u200b", "x" * 10_000, "bad\udcff\udcfe", "a\0b"])
@pytest.mark.parametrize("place", [2, 4, 6, 8])
def test_what_is_no_name_is_a_sentence_on_the_command_line(name, place, capsys):
    command = [
        "staff",
        "open-clinic",
        "Meadow",
        "--director",
        "opener",
        "--full-name",
        "Dora",
        "--reason",
        "Asked by her.",
    ]
    command[place] = name
    assert main(command) != 0
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert len(told) < 2000
    assert not Clinic.objects.exists()
