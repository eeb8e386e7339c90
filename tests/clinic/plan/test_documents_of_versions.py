"""What leaves the program is made from the stored version, carries its signature, and is an event of the audit."""

from __future__ import annotations

import io

import pytest
from icalendar import Calendar
from pypdf import PdfReader

from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.plan import services
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import OPTIONS, drafted, signed
from tests.clinic.plan.test_versions import url_of


def pdf(browser, version):
    answer = browser.get(url_of(version, "plan.pdf"))
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def tags_of(node) -> set[str]:
    """The kinds of elements in the tree that a screen reader follows."""
    node = node.get_object()
    if not hasattr(node, "get"):
        return set()
    kids = node.get("/K", [])
    kids = kids if isinstance(kids, list) else [kids]
    own = {str(node["/S"])} if "/S" in node else set()
    return own.union(*(tags_of(kid) for kid in kids if hasattr(kid, "get_object")))


def test_the_pdf_is_tagged_and_carries_signature_hash_policy_and_pages(visit, accepted, alice):
    version = signed(accepted(), alice)
    reader, text = pdf(visit(alice), version)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata.title == "Treatment plan, version 1: PASS"
    assert tags_of(root["/StructTreeRoot"]) >= {"/H1", "/H2", "/Table", "/TH", "/TD", "/P"}
    assert "pdfuaid:part" in reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "Treatment plan, version 1" in text
    assert "Signed by Alice (alice), prescriber" in text
    assert version.content_sha256 in text.replace(" ", "")
    assert "Policy tenuto-demo version 1" in text
    assert f"1 / {len(reader.pages)}" in text
    assert "36 mg ketamine base over 40 min" in text


def test_a_copy_says_when_it_is_not_in_force(visit, accepted, alice):
    patient = accepted()
    first = drafted(patient, alice)
    assert "DRAFT" in pdf(visit(alice), first)[1]
    version = signed(patient, alice)
    services.withdraw(version=version, reason="Moved away.", by=alice, at=NOW)
    assert "WITHDRAWN" in pdf(visit(alice), version)[1]


def test_the_same_version_gives_the_same_pdf(visit, accepted, alice):
    version, browser = signed(accepted(), alice), visit(alice)
    assert (
        browser.get(url_of(version, "plan.pdf")).content == browser.get(url_of(version, "plan.pdf")).content
    )


def test_printing_and_exporting_are_events_with_the_content(visit, accepted, alice, bob):
    version = signed(accepted(), alice)
    visit(bob).get(url_of(version, "plan.pdf"))
    visit(bob).get(url_of(version, "series.ics"))
    for action in ("print plan version", "export series of plan version"):
        event = AuditEvent.objects.get(action=action)
        assert event.detail == {"version": 1, "content": version.content_sha256}
        assert (event.kind, event.patient_id) == ("read", version.patient_id)


def test_the_calendar_names_nobody_and_a_revision_moves_its_entries(visit, accepted, alice):
    patient, browser = accepted(), visit(alice)
    first = signed(patient, alice)
    before = browser.get(url_of(first, "series.ics")).content
    assert b"Alder" not in before
    assert b"etamine" not in before
    second = signed(patient, alice, OPTIONS.replace("start=2026-11-24", "start=2026-12-01"))
    after = browser.get(url_of(second, "series.ics")).content
    one, two = (list(Calendar.from_ical(text).walk("VEVENT")) for text in (before, after))
    assert [e["UID"] for e in one] == [e["UID"] for e in two]
    assert two[0]["SEQUENCE"] > one[0]["SEQUENCE"]
    assert two[0].decoded("DTSTART") > one[0].decoded("DTSTART")


def test_only_the_version_in_force_has_a_calendar(visit, accepted, alice):
    version = drafted(accepted(), alice)
    assert visit(alice).get(url_of(version, "series.ics")).status_code == 404


@pytest.mark.parametrize("file", ["plan.pdf", "series.ics"])
def test_who_may_take_a_copy(visit, accepted, alice, bob, carol, erin, charlie, file):
    version = signed(accepted(), alice)
    for person in (alice, bob, carol):
        assert visit(person).get(url_of(version, file)).status_code == 200
    assert visit(erin).get(url_of(version, file)).status_code == 403
    assert visit(charlie).get(url_of(version, file)).status_code == 404
    assert visit().get(url_of(version, file)).status_code == 302
