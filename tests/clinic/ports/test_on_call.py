"""The rota: who may be on call, who is, and who is given a task about a risk of suicide."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ports.models import OnCallEnd, OnCallShift
from tenuto.clinic.ports.on_call import ShiftRefused, end_shift, on_call, put_on_call, shifts_ahead
from tests.clinic.conftest import NOW, hired
from tests.clinic.intake.conftest import text_of
from tests.clinic.scales.filling import phq9

HOUR = timedelta(hours=1)
URL = "/on-call/"


def shift(staff, by, *, begins=NOW - HOUR, ends=NOW + HOUR, phone="555 0190"):
    return put_on_call(staff=staff, begins_at=begins, ends_at=ends, phone=phone, by=by, at=NOW)


@pytest.fixture
def hired_nurse(clinic):
    return hired(clinic, "nina", Role.NURSE)


def test_who_is_on_call_at_a_moment(alice, bob, clinic):
    shift(alice, bob)
    shift(bob, bob, begins=NOW + HOUR, ends=NOW + 2 * HOUR)
    assert on_call(clinic.pk, at=NOW) == [alice]
    assert on_call(clinic.pk, at=NOW + HOUR) == [bob]
    assert on_call(clinic.pk, at=NOW + 2 * HOUR) == []
    assert on_call(clinic.pk, at=NOW - 2 * HOUR) == []


def test_the_same_shift_is_kept_once(alice, bob, clinic):
    kept = shift(alice, bob)
    for begins, ends in ((NOW - HOUR, NOW + HOUR), (NOW, NOW + 5 * HOUR)):
        with pytest.raises(ShiftRefused, match="on call at that time already"):
            shift(alice, bob, begins=begins, ends=ends)
    shift(alice, bob, begins=NOW + HOUR, ends=NOW + 2 * HOUR)
    end_shift(shift=kept.pk, by=alice, at=NOW)
    shift(alice, bob)
    assert len(shifts_ahead(clinic.pk, at=NOW)) == 2


def test_who_has_left_is_not_on_call(alice, bob, clinic):
    shift(alice, bob)
    alice.is_active = False
    alice.save()
    assert on_call(clinic.pk, at=NOW) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"ends": NOW - HOUR}, "ends after it begins"),
        ({"ends": NOW + timedelta(days=15)}, "14 days at most"),
        ({"begins": NOW - 3 * HOUR, "ends": NOW - 2 * HOUR}, "over already"),
        ({"phone": "at home"}, "the number"),
    ],
)
def test_a_shift_that_can_not_be_is_refused(alice, bob, wrong, message):
    with pytest.raises(ShiftRefused, match=message):
        shift(alice, bob, **wrong)
    assert not OnCallShift.objects.exists()


def test_only_who_may_triage_is_on_call(carol, bob, charlie):
    with pytest.raises(ShiftRefused, match="may not record a suicide triage"):
        shift(carol, bob)
    with pytest.raises(WrongClinic):
        shift(charlie, bob)


def test_a_task_about_a_risk_of_suicide_is_given_to_who_is_on_call(alice, bob, ana):
    shift(alice, bob)
    tasks = phq9(ana, bob, 0, 0, 0, 0, 0, 0, 0, 0, 1).tasks
    assert [(task.kind, task.owner_name) for task in tasks] == [("suicide.screen", "Alice")]


def test_a_nurse_on_call_is_not_given_what_a_prescriber_has_to_do(bob, ana):
    shift(bob, bob)
    tasks = phq9(ana, bob, 0, 0, 0, 0, 0, 0, 0, 0, 1).tasks
    assert [task.owner_name for task in tasks] == [""]


def test_the_page_puts_on_call_and_takes_out(visit, bob, alice, clinic):
    browser = visit(bob)
    assert "Nobody is on call now" in text_of(browser.get(URL))
    sent = {
        "staff": alice.pk,
        "begins_at": "2026-11-24T09:00",
        "ends_at": "2026-11-24T21:00",
        "phone": "555 0190",
    }
    assert browser.post(URL, sent)["Location"] == URL
    assert "555 0190" in text_of(browser.get(URL))
    (kept,) = shifts_ahead(clinic.pk, at=NOW)
    assert visit(alice).post(f"{URL}{kept.pk}/end/")["Location"] == URL
    assert shifts_ahead(clinic.pk, at=NOW) == []
    end_shift(shift=kept.pk, by=alice, at=NOW)


def test_an_incomplete_shift_is_a_sentence(visit, bob):
    answer = visit(bob).post(URL, {"begins_at": "2026-11-24T09:00"})
    assert (answer.status_code, "Choose who is on call." in text_of(answer)) == (422, True)


@pytest.mark.parametrize(("who", "may"), [("alice", True), ("dora", True), ("bob", False), ("carol", False)])
def test_who_takes_a_colleague_off_call(visit, alice, dora, hired_nurse, request, who, may):
    kept, by = shift(hired_nurse, alice), request.getfixturevalue(who)
    browser = visit(by)
    assert ("Take out" in text_of(browser.get(URL))) is may
    answer = browser.post(f"{URL}{kept.pk}/end/")
    assert answer.status_code == (302 if may else 403)
    assert OnCallEnd.objects.exists() is may
    told = AuditEvent.objects.filter(by_id=str(by.pk)).order_by("number").last()
    assert told.action == ("took off call" if may else "refused")
    if not may:
        with pytest.raises(PermissionError):
            end_shift(shift=kept.pk, by=by, at=NOW)
        assert "may not take a colleague off call. Ask a prescriber or a medical director." in text_of(answer)


def test_ones_own_shift_is_taken_out_by_oneself(visit, bob, alice, clinic):
    kept = shift(bob, alice)
    browser = visit(bob)
    assert "Take out" in text_of(browser.get(URL))
    assert browser.post(f"{URL}{kept.pk}/end/").status_code == 302
    assert shifts_ahead(clinic.pk, at=NOW) == []


def test_who_may_not_put_anybody_on_call_is_refused(visit, erin, alice):
    sent = {
        "staff": alice.pk, "begins_at": "2026-11-24T09:00", "ends_at": "2026-11-24T21:00", "phone": "555 0190",
    }  # fmt: skip
    answer = visit(erin).post(URL, sent)
    assert answer.status_code == 403
    assert not OnCallShift.objects.exists()


def test_who_may_change_the_rota(visit, erin, charlie, bob, alice):
    kept = shift(alice, bob)
    assert "Put on call" not in text_of(visit(erin).get(URL))
    assert visit(erin).post(f"{URL}{kept.pk}/end/").status_code == 403
    assert "Alice" not in text_of(visit(charlie).get(URL))
    assert visit(charlie).post(f"{URL}{kept.pk}/end/").status_code == 404
