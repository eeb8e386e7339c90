"""The decision on the date: a revision that a prescriber signs, a window for booking, and an audit of what was shorter."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tenuto.clinic.booking.api import set_week
from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.forecast.courses import read_course
from tenuto.clinic.forecast.models import DateDecision, StoredForecast
from tenuto.clinic.forecast.services import DateRefused, ForecastMoved, decide_date
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.live.tail import newest_number
from tenuto.clinic.pathway.seen import FIELD
from tenuto.clinic.plan import api as plans
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.services import sign
from tenuto.clinic.ports.api import WindowKind, current_window, open_tasks_of
from tenuto.core.plan.series import InfusionKind
from tests.clinic.booking.conftest import WEEK
from tests.clinic.conftest import NOW
from tests.clinic.forecast.conftest import GIVEN, TODAY, known_of, later, score, signature_of
from tests.clinic.intake.conftest import text_of

REASON = "She travels in that week."


def decided(patient, by, outcome="accepted", on=None, reason="", seen=None, when=NOW):
    ground = known_of(patient).ground if seen is None else seen
    return decide_date(patient=patient, outcome=outcome, on=on, reason=reason, seen=ground, by=by, at=when)


def longest(patient):
    return read_course(known_of(patient)).found.window.end


def earlier(patient):
    """A clinic day a week before the longest."""
    return longest(patient) - timedelta(days=7)


def test_the_proposed_day_becomes_a_revision_and_a_window(maintained, alice):
    row = decided(maintained, alice)
    assert (row.on, row.proposed, row.days_shorter) == (longest(maintained), longest(maintained), 0)
    draft = PlanVersion.objects.get(pk=row.revision)
    assert [(each.n, each.on, each.kind) for each in draft.order.series] == [
        (10, longest(maintained), InfusionKind.MAINTENANCE)
    ]
    window = current_window(maintained, kind=WindowKind.DECIDED)
    assert (window.opens, window.closes) == (longest(maintained), longest(maintained))
    assert {task.kind for task in open_tasks_of(maintained)} == {"revision.sign"}
    assert not hasattr(draft, "signature"), "a decision signs nothing"


def test_the_revision_counts_once_a_prescriber_signs_it(maintained, alice):
    row = decided(maintained, alice)
    draft = PlanVersion.objects.get(pk=row.revision)
    sign(
        version=draft, seen=draft.content_sha256, reason="Read.", signature=signature_of(alice, later()), at=later()
    )  # fmt: skip
    state = plans.current(maintained)
    assert [each.on for each in state.series] == [row.on]
    assert state.order.maintenance.windows[0].first > row.on


def test_a_shorter_choice_is_on_the_audit(maintained, alice):
    row = decided(maintained, alice, "other", earlier(maintained), REASON)
    assert row.days_shorter == 7
    event = AuditEvent.objects.get(action="decided on a shorter interval than proposed")
    assert event.detail["days_shorter"] == 7
    assert event.detail["reason"] == REASON
    assert event.detail["checks_waiting"] == ["cognition"], "never looked at in sixteen weeks"


def test_the_decision_shows_what_a_shorter_interval_brings(maintained, alice, visit):
    day = earlier(maintained)
    page = text_of(visit(alice).get(f"/patients/{maintained.pk}/forecast/?on={day.isoformat()}"))
    assert "Shorter 7 days before the proposed day" in page
    assert f"On record {len(GIVEN) + 1} infusions" in page
    assert "Cognition screen, due Tue 3 Nov 2026" in page


def test_a_longer_choice_is_kept_with_how_far_it_goes_beyond(maintained, alice):
    row = decided(maintained, alice, "other", longest(maintained) + timedelta(days=7), REASON)
    assert (row.days_shorter, row.days_beyond) == (0, 7)
    assert AuditEvent.objects.filter(action="decided on the next date").count() == 1


def test_none_takes_the_window_back_and_leaves_the_plan(maintained, alice):
    decided(maintained, alice, "other", earlier(maintained), REASON)
    versions = PlanVersion.objects.count()
    row = decided(maintained, alice, "declined", reason="Wants to stop and see.", when=later(2))
    assert (row.on, row.revision) == (None, None)
    assert current_window(maintained, kind=WindowKind.DECIDED) is None
    assert PlanVersion.objects.count() == versions


@pytest.mark.parametrize(
    ("outcome", "days", "reason", "says", "field"),
    [
        ("other", -7, "", "Write why, in a sentence.", "reason"),
        ("declined", None, "x", "Write why, in a sentence.", "reason"),
        ("other", None, REASON, "Choose the day.", "on"),
        ("other", -400, REASON, "is over", "on"),
        ("other", 500, REASON, "more than a year away", "on"),
        ("other", 1, REASON, "does not infuse", "on"),
    ],
)
def test_what_cannot_be_decided_says_what_to_do(maintained, alice, outcome, days, reason, says, field):
    on = None if days is None else longest(maintained) + timedelta(days=days)
    with pytest.raises(DateRefused, match=says) as refused:
        decided(maintained, alice, outcome, on, reason)
    assert refused.value.field == field
    assert not DateDecision.objects.exists()
    assert not StoredForecast.objects.exists()


def test_a_nurse_a_coordinator_and_another_clinic_decide_nothing(visit, maintained, bob, carol, charlie):
    for staff, status in ((bob, 403), (carol, 403), (charlie, 404)):
        answer = visit(staff).post(
            f"/patients/{maintained.pk}/forecast/decide/",
            {"outcome": "accepted", "ground": known_of(maintained).ground},
        )
        assert answer.status_code == status
    with pytest.raises(PermissionError):
        decided(maintained, bob)
    assert not DateDecision.objects.exists()


def test_a_decision_on_another_forecast_is_refused(maintained, alice, bob):
    seen = known_of(maintained).ground
    score(maintained, 112, 14, bob)
    with pytest.raises(ForecastMoved):
        decided(maintained, alice, seen=seen)


def test_a_stale_page_is_shown_what_was_recorded_and_what_was_typed(visit, maintained, alice, bob):
    browser, known, number = visit(alice), known_of(maintained), newest_number()
    score(maintained, 112, 14, bob)
    typed = {"outcome": "other", "on": "2026-12-07", "reason": REASON, "ground": known.ground, FIELD: number}
    answer = browser.post(f"/patients/{maintained.pk}/forecast/decide/", typed)
    assert answer.status_code == 409
    assert REASON in answer.content.decode()
    assert not DateDecision.objects.exists()


def test_nothing_is_accepted_that_nobody_chose(visit, maintained, alice):
    page = f"/patients/{maintained.pk}/forecast/"
    assert not re.search(r'<input[^>]*name="outcome"[^>]*checked', visit(alice).get(page).content.decode())
    answer = visit(alice).post(f"{page}decide/", {"ground": known_of(maintained).ground})
    assert answer.status_code == 422
    assert "Choose one." in answer.content.decode()
    assert not DateDecision.objects.exists()


def test_a_refused_form_keeps_what_was_typed(visit, maintained, alice):
    typed = {
        "outcome": "other",
        "on": earlier(maintained).isoformat(),
        "reason": "x",
        "ground": known_of(maintained).ground,
    }
    answer = visit(alice).post(f"/patients/{maintained.pk}/forecast/decide/", typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Write why, in a sentence." in html
    assert f'value="{earlier(maintained).isoformat()}"' in html


def test_through_the_page_it_leads_to_the_revision(visit, maintained, alice):
    answer = visit(alice).post(
        f"/patients/{maintained.pk}/forecast/decide/",
        {"outcome": "accepted", "ground": known_of(maintained).ground},
    )
    row = DateDecision.objects.get()
    assert answer.headers["Location"] == f"/patients/{maintained.pk}/plan/versions/{row.revision}/"
    shown = visit(alice).get(f"/patients/{maintained.pk}/forecast/").content.decode()
    assert "Plan version 2" in shown
    assert "Decide again" in shown
    assert "decided: " in shown


def test_the_forecast_that_it_rests_on_is_kept_once(maintained, alice):
    first = decided(maintained, alice, "other", earlier(maintained), REASON)
    second = decided(maintained, alice, "declined", reason="Wants to stop and see.", when=later(2))
    assert first.forecast == second.forecast == StoredForecast.objects.get()
    assert StoredForecast.objects.get().as_of == TODAY


def test_an_agreed_rescue_slot_is_kept_on_the_card_until_the_next_decision(maintained, alice, visit):
    last = longest(maintained)
    slot = next(
        day
        for n in range(1, 9)
        if (day := NOW.date() + timedelta(days=n)) < last and day.weekday() in (0, 2, 4)
    )
    row = decide_date(
        patient=maintained, outcome="accepted", on=None, reason="", rescue=slot, seen=known_of(maintained).ground,
        by=alice, at=NOW,
    )  # fmt: skip
    assert row.rescue == slot
    assert current_window(maintained, kind=WindowKind.RESCUE).opens == slot
    assert current_window(maintained).kind != WindowKind.RESCUE
    assert "Rescue slot kept on" in text_of(visit(alice).get(f"/patients/{maintained.pk}/forecast/"))
    decided(maintained, alice)
    assert current_window(maintained, kind=WindowKind.RESCUE) is None


def test_an_agreed_rescue_slot_has_a_chair_and_none_is_agreed_where_none_is_free(maintained, alice, carol):
    set_week(content=WEEK, by=carol, at=NOW)
    last = longest(maintained)
    days = [NOW.date() + timedelta(days=n) for n in range(2, 9)]
    free, *_ = [day for day in days if day < last and day.weekday() in (0, 2, 4)]

    def agreed(when):
        decide_date(
            patient=maintained, outcome="accepted", on=None, reason="", rescue=free, seen=known_of(maintained).ground,
            by=alice, at=when,
        )  # fmt: skip
        return Appointment.objects.filter(patient=maintained, end=None, kind=Appointment.Kind.RESCUE)

    (slot,) = agreed(NOW)
    assert slot.starts_on == free
    decided(maintained, alice, when=later(1))
    assert not Appointment.objects.filter(patient=maintained, end=None).exists()
    set_week(content=WEEK | {"closed": [free.isoformat()]}, by=carol, at=later(2))
    with pytest.raises(DateRefused, match="No chair with a nurse is free on") as refused:
        agreed(later(3))
    assert refused.value.field == "rescue"
    assert current_window(maintained, kind=WindowKind.RESCUE) is None


@pytest.mark.parametrize(("days", "says"), [(-1, "is over"), (400, "more than a year"), (0, "earlier day")])
def test_a_rescue_slot_is_a_clinic_day_before_the_next_infusion(maintained, alice, days, says):
    slot = NOW.date() + timedelta(days=days) if days else longest(maintained)
    with pytest.raises(DateRefused, match=says) as refused:
        decide_date(
            patient=maintained, outcome="accepted", on=None, reason="", rescue=slot, seen=known_of(maintained).ground,
            by=alice, at=NOW,
        )  # fmt: skip
    assert refused.value.field == "rescue"
    assert not DateDecision.objects.filter(patient=maintained).exists()
