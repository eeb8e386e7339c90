"""The pages of booking: what stands, ways to book side by side, a repair that shows what moves, the week and its setup."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from tenuto.clinic.access.restricting import change_care_team, restrict
from tenuto.clinic.booking.api import BookingRefused, EndKind, end_appointment, set_week, standing_of
from tenuto.clinic.booking.models import AppointmentEnd, LateArrival, WeekSetup
from tenuto.clinic.course.api import course_facts
from tenuto.clinic.intake.services import withdraw_consent
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.ports.api import lift_hold, open_tasks_of, place_hold
from tenuto.clinic.scales.api import record_form
from tenuto.core.course.facts import MissedHow
from tests.clinic.booking.conftest import WEEK
from tests.clinic.conftest import NOW
from tests.clinic.plan.test_visits import given

pytestmark = pytest.mark.django_db
REASON = {"reason": "The patient asked for it.", "words": ""}


def url(name, patient, *more):
    return reverse(f"booking:{name}", args=[patient.pk, *more])


def offered(page: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'name="visits" value="([^"]+)"', page)]


def booked(browser, patient) -> None:
    page = browser.get(url("page", patient)).content.decode()
    assert browser.post(url("book", patient), {"visits": offered(page)[0]}).status_code == 302


@pytest.mark.thorough
def test_the_series_is_offered_at_once_and_booked_in_one_act(week, alder, alice, carol, visit):
    browser = visit(carol)
    page = browser.get(url("page", alder)).content.decode()
    assert "Book these 6 visits" in page
    assert "Earliest" in page
    booked(browser, alder)
    rows = standing_of(alder)
    assert [row.n for row in rows] == [1, 2, 3, 4, 5, 6]
    after = browser.get(url("page", alder)).content.decode()
    assert "booked." in after
    assert "6 booked" in after
    assert f"{rows[0].at_clinic}" in after


@pytest.mark.thorough
def test_ways_to_book_are_different_and_each_can_be_booked(week, alder, carol, visit):
    places = offered(visit(carol).get(url("page", alder)).content.decode())
    assert 1 <= len(places) <= 3
    assert len(set(places)) == len(places)
    for each in places:
        assert len(json.loads(each)) == 6


def test_wishes_narrow_the_ways(week, alder, carol, visit):
    asked = {
        "count": 6,
        "earliest": "2026-11-25",
        "latest": "2027-01-15",
        "least": 2,
        "most": 7,
        "days": ["2"],
        "at": "10:00",
    }
    page = visit(carol).get(url("page", alder), asked).content.decode()
    assert offered(page)
    for places in offered(page):
        assert all("T10:00" in start for start, _, _ in json.loads(places))
    closer = visit(carol).get(url("page", alder), {**asked, "least": 1}).content.decode()
    assert "closer than the policy allows" in closer
    assert offered(closer) == []


def test_no_plan_and_no_week_are_said(ana, alder, carol, visit):
    assert "no plan is in force" in visit(carol).get(url("page", ana)).content.decode()
    page = visit(carol).get(url("page", alder)).content.decode()
    assert "is not set up yet" in page
    assert "Set up the week" in page


@pytest.mark.thorough
def test_a_hold_refuses_and_says_why(week, alder, alice, carol, visit):
    places = offered(visit(carol).get(url("page", alder)).content.decode())[0]
    place_hold(patient=alder, why="Seen in the emergency room on Monday.", by=alice, at=NOW)
    answer = visit(carol).post(url("book", alder), {"visits": places})
    assert answer.status_code == 422
    why = "A hold stands: Seen in the emergency room on Monday. Nothing is booked. A prescriber lifts it."
    assert why in answer.content.decode()
    assert standing_of(alder) == ()
    page = visit(carol).get(url("page", alder)).content.decode()
    assert why in page
    assert (offered(page), "Look for places" in page) == ([], False)


def test_nobody_is_booked_while_a_risk_of_suicide_is_open(week, alder, bob, carol, visit):
    """Before anybody has placed a hold."""
    places = offered(visit(carol).get(url("page", alder)).content.decode())[0]
    answers = {str(n): 2 for n in range(1, 9)} | {"9": 1}
    record_form(
        patient=alder, instrument_id="phq9", answers=answers, taken=NOW.date(), answered_by="patient", by=bob, at=NOW
    )  # fmt: skip
    answer = visit(carol).post(url("book", alder), {"visits": places})
    assert answer.status_code == 422
    assert "A prescriber sees to it first." in answer.content.decode()
    assert standing_of(alder) == ()


def test_a_visit_is_not_offered_another_place_while_a_hold_stands(week, alder, alice, carol, visit):
    browser = visit(carol)
    booked(browser, alder)
    where = url("visit", alder, standing_of(alder)[0].pk)
    assert "Move the visit" in browser.get(where).content.decode()
    place_hold(patient=alder, why="The escort is ill.", by=alice, at=NOW)
    page = browser.get(where).content.decode()
    assert "A hold stands: The escort is ill." in page
    assert "Move the visit" not in page
    assert "End the visit" in page


@pytest.mark.parametrize("text", ["", "[]", "{", "[[1,2]]", '[["2026-12-01T09:00:00","a","b"]]', "[[]]"])
def test_what_can_not_be_read_books_nothing(week, alder, carol, visit, text):
    answer = visit(carol).post(url("book", alder), {"visits": text})
    assert answer.status_code == 422
    assert standing_of(alder) == ()


@pytest.mark.thorough
def test_a_stale_page_is_shown_both(week, alder, alice, carol, visit):
    browser = visit(carol)
    places = offered(browser.get(url("page", alder)).content.decode())
    old = {"visits": places[0], "seen_event": 1}
    booked(visit(alice), alder)
    answer = browser.post(url("book", alder), old)
    assert answer.status_code == 409
    assert len(standing_of(alder)) == 6


def test_a_cancelled_visit_leads_to_the_repair_that_moves_nothing_else(week, alder, carol, visit):
    browser = visit(carol)
    booked(browser, alder)
    third = standing_of(alder)[2]
    answer = browser.post(url("end", alder, third.pk), {"kind": "cancelled", **REASON})
    assert answer.status_code == 302
    assert answer.url == url("repair", alder)
    page = browser.get(answer.url).content.decode()
    (places,) = offered(page)
    new = {start for start, _, _ in json.loads(places)}
    assert "is added" in page
    assert browser.post(url("repair", alder), {"visits": places}).status_code == 302
    rows = standing_of(alder)
    assert len(rows) == len(new) == 6
    assert AppointmentEnd.objects.filter(kind="moved").count() <= 1


def test_a_visit_is_moved_to_a_free_place_and_not_to_a_taken_one(week, alder, carol, visit):
    browser = visit(carol)
    booked(browser, alder)
    first, second = standing_of(alder)[:2]
    page = browser.get(url("visit", alder, first.pk)).content.decode()
    free = [place for place in offered(page) if first.starts_at.isoformat()[:16] not in place]
    late = free[-1]
    ((start, chair, nurse),) = json.loads(late)
    asked = {"start": start, "chair": chair, "nurse": nurse}
    assert browser.get(url("check", alder, first.pk), asked).content == b""
    taken = {"start": second.starts_at.isoformat(), "chair": second.chair, "nurse": second.nurse}
    assert b"taken twice" in browser.get(url("check", alder, first.pk), taken).content or (
        b"fixed visit" in browser.get(url("check", alder, first.pk), taken).content
    )
    answer = browser.post(url("move", alder, first.pk), {"visits": late, **REASON})
    assert answer.status_code == 302
    moved = standing_of(alder)[0]
    assert (moved.chair, moved.nurse) == (chair, nurse)
    assert moved.n == first.n


def test_a_reason_is_asked_for(week, alder, carol, visit):
    browser = visit(carol)
    booked(browser, alder)
    row = standing_of(alder)[0]
    answer = browser.post(url("end", alder, row.pk), {"kind": "cancelled", "reason": "", "words": ""})
    assert answer.status_code == 422
    assert "Write in a few words why." in answer.content.decode()
    assert len(standing_of(alder)) == 6


def test_who_comes_late_is_recorded_and_told_what_no_longer_fits(week, alder, carol, visit):
    browser = visit(carol)
    booked(browser, alder)
    row = standing_of(alder)[0]
    assert browser.post(url("late", alder, row.pk), {"minutes": 15}).status_code == 302
    answer = browser.post(url("late", alder, row.pk), {"minutes": 479}, follow=True)
    assert "no longer fits" in answer.content.decode()
    assert [each.minutes for each in LateArrival.objects.order_by("event_number")] == [15, 479]


def ended_as_missed(row, by):
    return end_appointment(
        appointment=row.pk, kind=EndKind.MISSED, why="Did not come and did not call.", by=by,
        at=row.starts_at + timedelta(hours=1),
    )  # fmt: skip


def test_who_did_not_come_is_known_to_the_course(week, alder, carol, visit):
    booked(visit(carol), alder)
    row = standing_of(alder)[0]
    ended_as_missed(row, carol)
    (missed,) = course_facts(Batch.of(alder))[alder.pk].missed
    assert (missed.on, missed.how) == (row.starts_on, MissedHow.NO_SHOW)
    assert missed.reason == "Did not come and did not call."


def test_nobody_missed_the_visit_of_an_infusion_that_was_given(week, alder, carol, bob, visit):
    booked(visit(carol), alder)
    row = standing_of(alder)[0]
    given(alder, bob, on=row.starts_on, at=row.starts_at)
    with pytest.raises(BookingRefused, match="An infusion is on record"):
        ended_as_missed(row, carol)
    assert row in standing_of(alder)


def test_nobody_else_books_or_looks(week, alder, charlie, erin, visit):
    for name in ("page", "repair"):
        assert visit(charlie).get(url(name, alder)).status_code == 404
        assert visit(erin).get(url(name, alder)).status_code == 403
    assert visit(charlie).post(url("book", alder), {"visits": "[]"}).status_code == 404


def test_the_week_shows_who_comes_by_chair_and_by_nurse(week, alder, carol, charlie, erin, visit):
    browser = visit(carol)
    booked(browser, alder)
    row = standing_of(alder)[0]
    for by in ("chair", "nurse"):
        page = browser.get(reverse("bookings:week"), {"on": str(row.starts_on), "by": by}).content.decode()
        assert page.count("data-visit=") >= 1
        assert "Demo Alder" in page
    assert visit(erin).get(reverse("bookings:week")).status_code == 403
    other = visit(charlie).get(reverse("bookings:week"), {"on": str(row.starts_on)}).content.decode()
    assert "Demo Alder" not in other


@pytest.mark.parametrize("by", ["chair", "nurse"])
def test_who_is_at_risk_or_held_is_no_plain_visit_on_the_board(
    week, alder, carol, bob, alice, dora, visit, by
):
    browser = visit(carol)
    booked(browser, alder)
    on = str(standing_of(alder)[0].starts_on)

    def board():
        return browser.get(reverse("bookings:week"), {"on": on, "by": by}).content.decode()

    visits = board().count("data-visit=")
    assert board().count("booking-warned-") == 0
    hold = place_hold(patient=alder, why="The escort is ill.", by=bob, at=NOW)
    assert board().count("booking-warned-block") == visits
    assert "On hold" in board()
    lift_hold(hold=hold.id, why="She is well.", by=alice, at=NOW)
    withdraw_consent(patient=alder, how="phone", why="She said so.", by=bob, at=NOW)
    assert board().count("booking-warned-block") == visits
    # Once in the grid and once in the list of a narrow screen.
    assert board().count("Consent withdrawn") == 2 * visits
    change_care_team(patient=alder, staff=alice, member=True, by=dora, at=NOW)
    restrict(patient=alder, restricted=True, why="A colleague's relative.", by=dora, at=NOW)
    assert "Consent withdrawn" not in board()


@pytest.mark.parametrize("on", ["", "x", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_any_week_is_a_page(week, carol, visit, on):
    assert visit(carol).get(reverse("bookings:week"), {"on": on}).status_code == 200


def typed(**changes):
    form = {
        "chairs": "window\ndoor",
        "closed": "2026-12-25",
        "prepare": 10,
        "infuse": 40,
        "observe": 120,
        "turnover": 10,
    }
    form |= {"attend": 1, "watch": 2, "nurse-0": "Bob", "nurse-1": "Bea"}
    form |= {f"hours-{day}": "08:00-16:00" for day in ("mon", "tue", "wed", "thu", "fri")}
    form |= {f"shift-0-{day}": "8-16" for day in ("mon", "tue", "wed", "thu", "fri")}
    form |= {f"shift-1-{day}": "08:00 to 16:00" for day in ("mon", "wed", "fri")}
    return form | changes


def test_the_director_sets_up_the_week(carol, dora, bob, visit):
    browser = visit(dora)
    assert browser.get(reverse("bookings:setup")).status_code == 200
    assert browser.post(reverse("bookings:setup"), typed()).status_code == 302
    assert WeekSetup.objects.get().content == WEEK
    assert "Bob" in browser.get(reverse("bookings:setup")).content.decode()
    assert visit(bob).get(reverse("bookings:setup")).status_code == 403


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"chairs": ""}, "at least one chair"),
        ({"chairs": "a\na"}, "there twice"),
        ({"hours-mon": "16:00-08:00"}, "not after"),
        ({"hours-mon": "never"}, "is no span of time"),
        ({"closed": "yesterday"}, "closed"),
        ({"observe": -1}, "greater than or equal"),
        ({"nurse-1": "Bob"}, "there twice"),
        ({"shift-0-mon": "8-99"}, "two times"),
    ],
)
def test_a_week_that_can_not_be_is_refused(dora, visit, change, words):
    answer = visit(dora).post(reverse("bookings:setup"), typed(**change))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not WeekSetup.objects.exists()


def test_a_shift_taken_away_lists_who_is_affected_and_asks_for_repairs(week, alder, carol, dora, visit):
    browser = visit(carol)
    booked(browser, alder)
    rows = standing_of(alder)
    gone = rows[0].nurse
    left = {name: shifts for name, shifts in WEEK["nurses"].items() if name != gone}
    moves = [row for row in rows if row.nurse == gone]
    form = typed(**{"nurse-0": "", "nurse-1": ""})
    for n, (name, shifts) in enumerate(left.items()):
        form |= {f"nurse-{n}": name, **{f"shift-{n}-{day}": "08:00-16:00" for day in shifts}}
    answer = visit(dora).post(reverse("bookings:setup"), form, follow=True)
    assert "can&#x27;t stand in it" in answer.content.decode()
    tasks = [task for task in open_tasks_of(alder) if task.kind == "booking.repair"]
    assert len(tasks) >= len(moves)
    (places,) = offered(browser.get(url("repair", alder)).content.decode())
    assert browser.post(url("repair", alder), {"visits": places}).status_code == 302
    assert {row.nurse for row in standing_of(alder)} == set(left)
    assert not [task for task in open_tasks_of(alder) if task.kind == "booking.repair"]


def test_beside_a_nurse_who_is_gone_nothing_is_booked_twice(week, alder, ana, carol, visit):
    """What can't stand by itself does not keep the check from looking at everything else."""
    booked(visit(carol), alder)
    row = standing_of(alder)[0]
    other = next(name for name in WEEK["nurses"] if name != row.nurse)
    nurses = {other: {day: ["08:00", "16:00"] for day in ("mon", "tue", "wed", "thu", "fri")}}
    set_week(content={**WEEK, "nurses": nurses}, by=carol, at=NOW)
    asked = {"start": row.starts_at.isoformat(), "chair": row.chair, "nurse": other}
    second = standing_of(alder)[1]
    answer = visit(carol).get(url("check", alder, second.pk), asked).content.decode()
    assert "taken twice" in answer or "fixed visit" in answer
