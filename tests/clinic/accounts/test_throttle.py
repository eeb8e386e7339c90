"""Failures of several processes count together, whichever of them read its clock first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tenuto.clinic.accounts import throttle

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """Sets what the process reads as now."""
    return lambda at: monkeypatch.setattr(throttle.timezone, "now", lambda: at)


@pytest.mark.parametrize("apart", [timedelta(0), timedelta(milliseconds=5), timedelta(seconds=30)])
def test_a_process_that_read_its_clock_earlier_forgets_nothing(clock, settings, apart):
    settings.SIGN_IN_FAILURES = 2
    clock(NOON + apart)
    throttle.failed("somebody")
    clock(NOON)
    throttle.failed("somebody")
    clock(NOON + apart)
    throttle.failed("somebody")
    clock(NOON)
    assert throttle.must_wait("somebody")
    assert throttle.counted("somebody", within=timedelta(minutes=settings.SIGN_IN_WAIT_MINUTES)) == 4


def test_a_wait_that_a_clock_far_ahead_began_is_over_once_it_is_right(clock, settings):
    settings.SIGN_IN_FAILURES = 1
    clock(NOON + timedelta(hours=2))
    throttle.failed("somebody")
    assert throttle.must_wait("somebody")
    clock(NOON)
    assert not throttle.must_wait("somebody")
    throttle.failed("somebody")
    assert throttle.must_wait("somebody")
