"""The drug ledger of a clinic: written once, witnessed on another sign-in, closed in balance only, its losses reported in time."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from pypdf import PdfReader

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ports.api import open_tasks_about_nobody
from tenuto.clinic.stock.api import (
    StockRefused,
    close_day,
    ledger_of,
    session_balance,
    tell_given,
    vial_balance,
    witness,
    write_stock,
)
from tenuto.clinic.stock.models import StockRow
from tenuto.clinic.stock.report import cabinet_at_the_end
from tenuto.core.stock.entries import (
    LossReported,
    SessionDraw,
    SessionWaste,
    StockWitnessed,
    VialCounted,
    VialLoss,
    VialReceived,
    VialWaste,
)
from tenuto.core.units import Mg, MgPerMl, Ml
from tests.clinic.conftest import NOW, hired

RECEIVED = VialReceived("V1", "42023-138-10", "L7", date(2028, 1, 1), MgPerMl(50), Ml(10), "Supplier")
RECEIVED_TOO = replace(RECEIVED, vial="V9")
SESSION, OTHER = uuid4(), uuid4()


def after(minutes):
    return NOW + timedelta(minutes=minutes)


def written(by, what, minutes=0, *, key="", **more):
    at = after(minutes)
    return write_stock(client_id=key or str(uuid4()), what=what, happened_at=at, by=by, at=at, **more)


@pytest.fixture
def bea(clinic):
    return hired(clinic, "bea", "nurse")


@pytest.fixture
def day(bob, bea, ana):
    """Received, drawn, given, wasted before a witness, and counted by two."""
    written(bob, RECEIVED, key="in")
    written(bob, SessionDraw("V1", str(SESSION), Ml("0.8")), 10, key="draw", patient=ana)
    tell_given(session=SESSION, patient=ana, mass=Mg(35), by=bob, at=after(60))
    written(bob, SessionWaste(str(SESSION), Mg(5), "gel"), 65, key="waste", patient=ana)
    witness(entry="waste", by=bea, at=after(66))
    written(bob, VialCounted("V1", Ml("9.2")), 100, key="count")
    witness(entry="count", by=bea, at=after(101))


def test_a_day_in_balance_is_closed(day, bob):
    close_day(by=bob, at=after(110))
    assert ledger_of(bob.clinic).closed == {clock.day_of(bob.clinic, NOW)}


def test_a_session_and_a_vial_are_read_alone_as_the_whole_ledger_has_them(day, bob, bea, ana):
    """The replay of the whole is the second engine, also for another vial and another session beside them."""
    written(bob, replace(RECEIVED, vial="V2", strength=MgPerMl(100)), 120)
    written(bob, SessionDraw("V2", str(OTHER), Ml("0.5")), 121, patient=ana)
    written(bob, SessionWaste(str(OTHER), Mg(10), "gel"), 122, key="unseen", patient=ana)
    whole = ledger_of(bob.clinic)
    for session in (SESSION, OTHER):
        assert session_balance(ana, session) == whole.sessions[str(session)]
    for vial in ("V1", "V2"):
        assert vial_balance(bob.clinic, vial) == whole.vials[vial]
    assert (session_balance(ana, uuid4()), vial_balance(bob.clinic, "V3")) == (None, None)


def test_the_rows_read_for_a_session_do_not_grow_with_the_ledger(day, bob, ana):
    with CaptureQueriesContext(connection) as few:
        session_balance(ana, SESSION)
    for number in range(6):
        written(bob, replace(RECEIVED, vial=f"W{number}"), 120 + number)
        written(bob, SessionDraw(f"W{number}", str(uuid4()), Ml(1)), 140 + number)
    with CaptureQueriesContext(connection) as many:
        session_balance(ana, SESSION)
    assert len(many) == len(few) == 3


def test_the_whole_ledger_is_replayed_anew_only_when_something_was_written(day, bob):
    first = ledger_of(bob.clinic)
    assert ledger_of(bob.clinic) is first
    written(bob, RECEIVED_TOO, 130)
    assert RECEIVED_TOO.vial in ledger_of(bob.clinic).vials


def test_a_day_that_does_not_balance_can_not_be_closed(day, bob, ana):
    """Hazard H27."""
    tell_given(session=SESSION, patient=ana, mass=Mg(30), by=bob, at=after(105))
    with pytest.raises(StockRefused, match="5 mg drawn are neither given nor wasted"):
        close_day(by=bob, at=after(110))
    assert not StockRow.objects.filter(kind="DayClosed").exists()


def test_nobody_witnesses_what_they_wrote(bob, bea):
    """Hazard H26: the sign-in counts, not the name."""
    written(bob, RECEIVED)
    written(bob, VialWaste("V1", Ml(1), "gel"), 5, key="waste")
    with pytest.raises(StockRefused, match="You wrote this yourself"):
        witness(entry="waste", by=bob, at=after(6))
    assert ledger_of(bob.clinic).vials["V1"].left == Ml(10)
    witness(entry="waste", by=bea, at=after(8))
    assert ledger_of(bob.clinic).vials["V1"].left == Ml(9)
    with pytest.raises(StockRefused, match="Nothing waits"):
        witness(entry="waste", by=bea, at=after(10))


def test_a_witness_can_not_be_written_by_hand(bob):
    with pytest.raises(StockRefused, match="a button of their own"):
        written(bob, StockWitnessed("waste"))


def test_what_is_sent_twice_is_kept_once(bob):
    for _ in range(2):
        written(bob, RECEIVED, key="in")
    assert StockRow.objects.count() == 1
    with pytest.raises(StockRefused, match="under this number"):
        written(bob, VialCounted("V1", Ml(1)), key="in")
    with pytest.raises(StockRefused, match="in the ledger already"):
        written(bob, RECEIVED, key="again")


def test_what_a_chart_says_again_is_written_once(bob, ana):
    for minutes in (1, 2, 3):
        tell_given(session=SESSION, patient=ana, mass=Mg(35), by=bob, at=after(minutes))
    assert StockRow.objects.count() == 1


@pytest.mark.parametrize(("hour", "notice"), [(9, date(2026, 12, 7)), (23, date(2026, 12, 7))])
def test_a_loss_on_a_friday_is_due_on_monday_and_on_the_forty_fifth_day(bob, hour, notice):
    """Hazard H28."""
    clinic = bob.clinic
    friday = datetime(2026, 12, 4, hour, tzinfo=ZoneInfo(clinic.zone))
    write_stock(client_id="in", what=RECEIVED, happened_at=friday, by=bob, at=friday)
    loss = VialLoss("V1", Ml(10), "Not in the cabinet.")
    write_stock(client_id="loss", what=loss, happened_at=friday, by=bob, at=friday)
    due = {task.kind: task.due for task in open_tasks_about_nobody(clinic)}
    assert due == {
        "stock.loss_notice": clock.start_of_day(clinic, notice + timedelta(days=1)),
        "stock.loss_form": clock.start_of_day(clinic, date(2027, 1, 19)),
    }
    sent = LossReported("loss", "loss_notice", "By fax, 7 Dec 2026.")
    write_stock(client_id="r", what=sent, happened_at=friday, by=bob, at=friday + timedelta(hours=1))
    assert [task.kind for task in open_tasks_about_nobody(clinic)] == ["stock.loss_form"]


def test_who_may(bob, carol):
    with pytest.raises(PermissionError):
        written(carol, RECEIVED)
    with pytest.raises(PermissionError):
        witness(entry="x", by=carol, at=NOW)
    with pytest.raises(PermissionError):
        close_day(by=carol, at=NOW)


def test_a_ledger_is_of_one_clinic(day, charlie):
    assert ledger_of(charlie.clinic).entries == ()
    with pytest.raises(StockRefused, match="Nothing waits"):
        witness(entry="count", by=hired(charlie.clinic, "cleo", "nurse"), at=after(200))


# The page.


def text_of(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def post(browser, kind, **fields):
    return browser.post("/drug/write/", {"kind": kind, "client_id": str(uuid4()), **fields})


RECEIPT = {
    "vial": "V9", "ndc": "42023-138-10", "lot": "L7", "expires": "2028-01-01", "strength": "50",
    "volume": "10", "supplier": "Supplier, DEA RS0000000",
}  # fmt: skip


def test_the_page_from_receipt_to_the_close_of_the_day(visit, bob, bea):
    browser = visit(bob)
    assert "Nothing is in the cabinet" in text_of(browser.get("/drug/"))
    assert post(browser, "VialReceived", **RECEIPT).status_code == 302
    assert post(browser, "VialCounted", vial="V9", volume="10").status_code == 302
    page = text_of(browser.get("/drug/"))
    assert "10 mL (500 mg)" in page
    assert "Somebody else who saw it signs in" in page
    assert "Not closed." in text_of(browser.post("/drug/close/", follow=True))
    colleague = visit(bea)
    assert "I saw this" in text_of(colleague.get("/drug/"))
    entry = StockRow.objects.get(kind="VialCounted").client_id
    assert colleague.post("/drug/witness/", {"entry": entry}).status_code == 302
    assert "Closed" in text_of(colleague.post("/drug/close/", follow=True))


def test_no_strength_is_preset(visit, bob):
    """Hazard H6."""
    page = visit(bob).get("/drug/").content.decode()
    assert page.count('name="strength"') == 3
    assert not re.search(r'name="strength"[^>]*checked', page)
    answer = post(visit(bob), "VialReceived", **{**RECEIPT, "strength": ""})
    assert answer.status_code == 422
    assert "This field is required" in text_of(answer)


def test_own_entries_are_not_witnessed_on_the_page(visit, bob):
    written(bob, RECEIVED)
    written(bob, VialWaste("V1", Ml(1), "gel"), 5, key="waste")
    assert "You wrote this yourself" in text_of(
        visit(bob).post("/drug/witness/", {"entry": "waste"}, follow=True)
    )


def test_a_loss_waits_for_its_reports_on_the_page(visit, bob):
    written(bob, RECEIVED)
    written(bob, VialLoss("V1", Ml(10), "Not in the cabinet."), 5, key="loss")
    browser = visit(bob)
    assert "Form 106" in text_of(browser.get("/drug/"))
    for each in ("loss_notice", "loss_form"):
        assert (
            post(browser, "LossReported", loss="loss", clock=each, reference="7 Dec, 4711").status_code == 302
        )
    assert "To report" not in text_of(browser.get("/drug/"))


def test_the_table_holds_no_formula(visit, bob, dora):
    """A supplier named like a formula is text in every spreadsheet."""
    evil = VialReceived("=V1", "42023", "+1", date(2028, 1, 1), MgPerMl(50), Ml(10), "@x")
    written(bob, evil)
    rows = list(csv.DictReader(io.StringIO(visit(dora).get("/drug/ledger.csv").content.decode())))
    assert (rows[0]["vial"], rows[0]["mL"], rows[0]["kind"]) == ("'=V1", "10", "VialReceived")
    assert visit(bob).get("/drug/ledger.csv").status_code == 403


def test_the_table_names_the_witness_and_whose_session_it_was(visit, day, dora, ana):
    rows = list(csv.DictReader(io.StringIO(visit(dora).get("/drug/ledger.csv").content.decode())))
    waste = next(row for row in rows if row["kind"] == "SessionWaste")
    assert waste["mg"] == "5"
    assert waste["witness"].startswith("Bea")
    assert waste["for"].startswith(ana.name)


def a_second_day(bob, bea):
    """On the next day another 2 mL are wasted of the vial."""
    written(bob, VialWaste("V1", Ml(2), "gel"), 24 * 60 + 5, key="next")
    witness(entry="next", by=bea, at=after(24 * 60 + 6))


def test_a_report_has_the_rows_of_its_days_and_no_others(visit, day, bob, bea, dora):
    a_second_day(bob, bea)
    browser, first = visit(dora), clock.day_of(bob.clinic, NOW)
    for query, kinds in (
        (f"first={first}&last={first}", 7),
        (f"first={first + timedelta(days=1)}", 2),
        (f"last={first + timedelta(days=1)}", 9),
        (f"first={first + timedelta(days=2)}", 0),
    ):
        answer = browser.get(f"/drug/ledger.csv?{query}")
        assert len(list(csv.DictReader(io.StringIO(answer.content.decode())))) == kinds, query


def test_what_was_in_the_cabinet_is_told_as_of_the_end_of_the_last_day(day, bob, bea):
    a_second_day(bob, bea)
    first = clock.day_of(bob.clinic, NOW)
    left = [
        [each.left for each in cabinet_at_the_end(bob.clinic, first + timedelta(days=n))] for n in (-1, 0, 1)
    ]
    assert left == [[], [Ml("9.2")], [Ml("7.2")]]


def test_the_report_on_paper_has_inventory_rows_and_witness(visit, day, dora, ana):
    answer = visit(dora).get("/drug/ledger.pdf")
    assert answer["Content-Type"] == "application/pdf"
    text = re.sub(
        r"\s+", " ", "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    )
    for part in ("In the cabinet at the end", "V1", "lot L7", "9.2 mL", ana.name, "Wasted 5 mg", "Bea"):
        assert part in text, part


def test_days_the_wrong_way_round_are_said(visit, day, dora, bob):
    answer = visit(dora).get("/drug/ledger.pdf?first=2026-11-24&last=2026-11-23")
    assert answer.status_code == 422
    assert "2026-11-23 is before 2026-11-24. Exchange the two." in text_of(answer)
    assert visit(bob).get("/drug/ledger.pdf").status_code == 403


def test_another_clinic_and_who_may_not_look(visit, day, charlie, carol):
    assert "Nothing is in the cabinet" in text_of(visit(charlie).get("/drug/"))
    assert visit(carol).get("/drug/").status_code == 403
    assert visit(carol).post("/drug/close/").status_code == 403
    assert Clinic.objects.count() == 2


def paper_of(visit, by):
    pdf = PdfReader(io.BytesIO(visit(by).get("/drug/ledger.pdf").content))
    return " ".join(" ".join(each.extract_text() for each in pdf.pages).split())


def test_the_paper_names_what_is_not_in_balance_and_what_is_expired(visit, day, bob, dora, ana):
    assert "every session balances" in paper_of(visit, dora)
    written(bob, replace(RECEIVED_TOO, expires=date(2026, 1, 31)), 110)
    written(bob, SessionDraw("V1", str(OTHER), Ml("0.8")), 111, patient=ana)
    paper = paper_of(visit, dora)
    assert "31 Jan 2026, expired" in paper
    assert ana.name in paper[paper.index("Not in balance") : paper.index("What was written")]


def test_a_vial_that_is_expired_says_so_when_it_is_received(visit, bob):
    fields = {
        "kind": "VialReceived", "client_id": str(uuid4()), "vial": "OLD", "ndc": "1", "lot": "L", "expires": "2020-01-01",
        "strength": "50", "volume": "10", "supplier": "Supplier",
    }  # fmt: skip
    answer = visit(bob).post("/drug/write/", fields, follow=True)
    assert "Vial OLD expired on" in strip_tags(answer.content.decode())
