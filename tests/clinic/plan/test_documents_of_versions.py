"""What leaves the program is made from the stored version, carries its signature, and is an event of the audit."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from icalendar import Calendar
from pypdf import PdfReader

from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.identity import add_identifiers
from tenuto.clinic.plan import services
from tenuto.clinic.ports.api import HoldKind, lift_hold, open_task, place_hold
from tenuto.core.dates import say_birthday
from tenuto.core.intake.facts import Allergy, Identifier
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import OPTIONS, drafted, signed
from tests.clinic.plan.test_versions import url_of

STATE = [Identifier("999-12-3456", "SS"), Identifier("X1234567", "PPN"), Identifier("S999", "DL")]


def pdf(browser, version):
    answer = browser.get(url_of(version, "plan.pdf"))
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def dates_of(browser, version):
    """The entries of the calendar file, in its order."""
    return list(Calendar.from_ical(browser.get(url_of(version, "series.ics")).content).walk("VEVENT"))


def safety_task(patient, by):
    return open_task(
        patient=patient, kind="suicide.urgent", why="Item 9 was 2.", owner_role=Role.PRESCRIBER, target="1",
        due=NOW + timedelta(hours=1), by=by, at=NOW,
    )  # fmt: skip


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
    assert reader.metadata.title == "Treatment order, version 1: PASS"
    assert tags_of(root["/StructTreeRoot"]) >= {"/H1", "/H2", "/Table", "/TH", "/TD", "/P"}
    assert "pdfuaid:part" in reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "Treatment order, version 1" in text
    assert "Signed by Alice (alice), prescriber" in text
    assert version.content_sha256 in text.replace(" ", "")
    assert "Policy tenuto-demo version 1" in text
    assert f"1 / {len(reader.pages)}" in text
    assert "36 mg ketamine base over 40 min" in text


def test_the_paper_dates_the_verdict_of_the_day_on_which_it_was_made(visit, accepted, alice):
    _, text = pdf(visit(alice), signed(accepted(), alice))
    assert "On Tue 24 Nov 2026. Nothing stands against the plan" in text


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


def test_entries_say_the_clinic_and_the_session_and_keep_their_uid_with_a_new_number(visit, accepted, alice):
    patient, browser = accepted(), visit(alice)
    version = signed(patient, alice)
    before = dates_of(browser, version)
    assert before[0]["SUMMARY"] == f"{patient.clinic.name}: session 1 of 6"
    assert "epression" not in str([dict(event) for event in before])
    add_identifiers(patient, identifiers=[Identifier("NEW-1", "MRN")], by=alice, at=NOW)
    assert [e["UID"] for e in dates_of(browser, version)] == [e["UID"] for e in before]


def test_a_session_that_a_later_version_drops_is_cancelled(visit, accepted, alice):
    patient, browser = accepted(), visit(alice)
    first = dates_of(browser, signed(patient, alice))
    shorter = OPTIONS.replace("vial", "protocol=depression-4x2wk&vial")
    second = dates_of(browser, signed(patient, alice, shorter))
    status = {str(e["UID"]): str(e["STATUS"]) for e in second}
    assert [status[str(e["UID"])] for e in first] == ["TENTATIVE"] * 4 + ["CANCELLED"] * 2
    assert sequence_of(second) > sequence_of(first)


def test_a_withdrawn_plan_cancels_every_date_that_was_not_held(visit, accepted, alice):
    patient, browser = accepted(), visit(alice)
    version = signed(patient, alice)
    before = dates_of(browser, version)
    services.withdraw(version=version, reason="Moved away.", by=alice, at=NOW)
    events = dates_of(browser, version)
    assert {str(e["STATUS"]) for e in events} == {"CANCELLED"}
    assert sequence_of(events) > sequence_of(before)


def sequence_of(events):
    (number,) = {int(event["SEQUENCE"]) for event in events}
    return number


def test_a_plan_that_is_held_takes_its_dates_out_of_calendars_and_puts_them_back(visit, accepted, alice):
    patient, browser = accepted(), visit(alice)
    version = signed(patient, alice)
    before = dates_of(browser, version)
    hold = place_hold(
        patient=patient,
        kind=HoldKind.PLAN,
        rule="test",
        key="1",
        why="Liver tests came back high.",
        by=alice,
        at=NOW,
    )
    held = dates_of(browser, version)
    assert {str(e["STATUS"]) for e in held} == {"CANCELLED"}
    assert [e["UID"] for e in held] == [e["UID"] for e in before]
    assert sequence_of(held) > sequence_of(before)
    assert "Liver" not in str([dict(event) for event in held])
    answer = browser.get(f"/patients/{patient.pk}/plan/series.ics?{OPTIONS}")
    proposed = list(Calendar.from_ical(answer.content).walk("VEVENT"))
    assert {str(e["STATUS"]) for e in proposed} == {"CANCELLED"}
    lift_hold(hold=hold.id, why="They are well again.", by=alice, at=NOW)
    again = dates_of(browser, version)
    assert {str(e["STATUS"]) for e in again} == {"TENTATIVE"}
    assert sequence_of(again) > sequence_of(held)


def test_the_paper_is_a_complete_order_and_says_first_who_is_at_risk(visit, accepted, alice, add):
    def allergic(facts):
        attested = [a for a in facts.answers if a.fact != "allergies.attested"]
        return replace(facts, allergies=(Allergy("penicillin", reaction="hives"),), answers=tuple(attested))

    version = signed(
        accepted("Demo Alder", allergic), alice, f"{OPTIONS}&side_effects=ondansetron&diluent=dextrose"
    )
    safety_task(version.patient, alice)
    _, text = pdf(visit(alice), version)
    for words in (
        version.patient.clinic.name, "Demo Alder", say_birthday(version.patient.birth_date), "MRN DEMO-0001", "penicillin (hives)",
        "intravenous infusion by pump", "72.5 kg, actual, weighed", "0.72 mL from 1 vial printed 500 mg/10 mL (50 mg/mL)",
        "99.28 mL of dextrose 5 %", "100 mL in total, 0.36 mg/mL", "150 mL/h for 40 min", "20 mL of the diluent",
        "MOAA/S 2 or below", "every 10 min",
    ):  # fmt: skip
        assert words in text, words
    assert "Signed by Alice (alice), prescriber; " in text.split("Stop the infusion")[0]
    in_order = (
        "Suicide risk, urgent: open",
        "36 mg ketamine base over 40 min",
        "Stop the infusion",
        "Ondansetron 4 mg",
        "Signed by Alice (alice), prescriber",
        "Findings",
    )
    places = [text.rfind(words) for words in in_order]
    assert -1 not in places, in_order[places.index(-1)]
    assert places == sorted(places)


def test_no_number_of_the_state_is_on_any_paper_or_page(visit, accepted, alice):
    patient, browser = accepted(), visit(alice)
    add_identifiers(patient, identifiers=STATE, by=alice, at=NOW)
    version = signed(patient, alice)
    pages = [pdf(browser, version)[1], browser.get(url_of(version, "")).content.decode()]
    pages += [browser.get(url).content.decode() for url in (f"/patients/{patient.pk}/", "/")]
    for text in pages:
        assert not {"999-12-3456", "X1234567", "S999"} & set(text.split())
        assert "999-12-3456" not in text


def test_the_name_of_the_file_says_whose_by_number_which_protocol_and_which_day(visit, accepted, alice):
    version, browser = signed(accepted(), alice), visit(alice)
    for file, kind in (("plan.pdf", "pdf"), ("series.ics", "ics")):
        name = browser.get(url_of(version, file))["Content-Disposition"]
        day = version.signature.recorded_on.isoformat()
        assert name == f'attachment; filename="MRN-DEMO-0001_depression-6x2wk_{day}_v1.{kind}"'


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
