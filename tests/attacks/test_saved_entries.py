"""What a device saved without a network, attacked: a moment that can't be, a number that nobody can know, an id sent for something else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.dateparse import parse_datetime

from tenuto.clinic.infusion.models import ChartEntry
from tenuto.clinic.live.api import newest_number
from tests.clinic.infusion.conftest import LATER
from tests.clinic.infusion.test_saved_first import SOON, saved, send, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_soon")]

NOT_OF_THE_DAY = ["1905-01-01T00:00:00+00:00", "2025-11-24T09:00:00+00:00", "2026-11-23T12:00:00+00:00"]
AHEAD = ["2026-11-25T12:00:00+00:00", "2027-11-24T09:00:00+00:00", "2199-01-01T00:00:00+00:00"]
NO_MOMENT = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "NaN", "9" * 5000, ""]
FRESH = {"rate": "50"}


@pytest.fixture
def _soon(monkeypatch, running):
    """The server's clock stands 20 minutes after the start."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: SOON)


@pytest.mark.parametrize("moment", [*NOT_OF_THE_DAY, *AHEAD])
def test_a_moment_that_can_not_be_is_kept_as_what_the_device_said(visit, running, bob, moment):
    """The entry counts from when it came: it would be lost otherwise, or run a pump for a century."""
    fields = saved(running, bob, "RateChanged", **FRESH) | {"charted_at": moment}
    assert send(visit(bob), running, fields).status_code == 200
    row = ChartEntry.objects.get(kind="RateChanged")
    assert (row.happened_at, row.claimed_at) == (SOON, parse_datetime(moment))


@pytest.mark.parametrize("moment", NO_MOMENT)
def test_what_is_no_moment_is_refused_and_stays_on_the_device(visit, running, bob, moment):
    fields = saved(running, bob, "RateChanged", **FRESH) | {"charted_at": moment}
    answer = send(visit(bob), running, fields)
    assert answer.status_code == 422
    assert answer.json()["problems"]


@pytest.mark.parametrize("typed", ["2026-11-23T09:30", "2025-11-24T09:30", "1905-01-01T00:00"])
def test_a_day_before_the_session_is_refused_to_who_types_it(visit, running, bob, typed):
    fields = saved(running, bob, "RateChanged", at=typed, **FRESH)
    answer = visit(bob).post(url(running.patient, "chart/"), fields)
    assert "lies before the day of this session" in answer.content.decode()
    assert not ChartEntry.objects.filter(kind="RateChanged").exists()


@pytest.mark.parametrize("known", [1, 2**31, 2**61])
def test_a_device_that_claims_to_have_seen_the_future_has_seen_nothing(visit, running, bob, known):
    fields = saved(running, bob, "RateChanged", known=newest_number() + known, **FRESH)
    assert send(visit(bob), running, fields).status_code == 200
    assert ChartEntry.objects.get(kind="RateChanged").known_number == 0


@pytest.mark.parametrize(
    ("times", "script"),
    [
        (("04:00", "03:30"), False),
        (("04:00", ""), False),
        (("", "03:30"), False),
        # A device always says when; this is what was typed besides.
        (("04:00", "03:30"), True),
        (("", "03:30"), True),
    ],
)
def test_an_id_that_is_sent_again_with_another_time_is_not_passed_over(visit, running, bob, times, script):
    """Who goes back and puts the time right must hear that the first one counts."""
    browser, day = visit(bob), (LATER - timedelta(hours=1)).date().isoformat()
    fields = saved(running, bob, "RateChanged", **FRESH)
    answers = []
    for time in times:
        sent = {**fields, "at": f"{day}T{time}" if time else ""}
        answers.append(
            send(browser, running, sent) if script else browser.post(url(running.patient, "chart/"), sent)
        )
    assert answers[0].status_code == (200 if script else 302)
    assert answers[1].status_code == (409 if script else 422)
    assert "Another entry is on record under this number" in answers[1].content.decode()
    assert ChartEntry.objects.filter(kind="RateChanged").count() == 1


def test_an_id_of_somebody_else_is_not_passed_over(visit, running, bob, alice):
    fields = saved(running, bob, "RateChanged", **FRESH)
    assert send(visit(bob), running, fields).status_code == 200
    answer = send(visit(alice), running, {**fields, "saved_by": str(alice.pk)})
    assert answer.status_code == 409
    assert answer.json()["kept"]["who"].startswith("Bob")


def test_what_bob_saved_is_sent_by_nobody_else_and_by_bob_once(
    visit, running, bob, alice, carol, erin, charlie
):
    fields = saved(running, bob, "RateChanged", **FRESH)
    assert send(visit(alice), running, fields).status_code == 409
    for other in (carol, erin, charlie):
        assert send(visit(other), running, fields).status_code in (403, 404)
    assert send(visit(), running, fields).status_code == 302
    assert not ChartEntry.objects.filter(kind="RateChanged").exists()
    browser = visit(bob)
    browser.logout()
    assert send(browser, running, fields).status_code == 302
    assert [send(visit(bob), running, fields).status_code for _ in range(2)] == [200, 200]
    assert ChartEntry.objects.filter(kind="RateChanged").count() == 1
