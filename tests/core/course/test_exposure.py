"""Counters of exposure and where the director has to look."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.course.exposure import WINDOWS_DAYS, exposure, infusions_up_to
from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.gate import Level
from tenuto.core.policy import default_policy
from tenuto.core.units import Mg
from tests.spec.tables import rows

POLICY = default_policy()
DAY = date(2026, 1, 5)


def course(count, every, first=DAY, mg=35):
    return [GivenInfusion(first + timedelta(days=i * every), Mg(mg)) for i in range(count)]


@pytest.mark.parametrize("row", rows("course/exposure.md"))
def test_the_director_reviews_what_passes_a_limit(row):
    infusions = course(int(row["count"]), int(row["every"]), date.fromisoformat(row["from"]))
    found = exposure(infusions, as_of=infusions[-1].on, policy=POLICY).findings
    assert {f.code for f in found} == set(row["code"].split())
    assert all(f.level is Level.BLOCK for f in found)


def test_counters_look_back_from_the_day():
    counted = exposure(course(10, 20), as_of=DAY + timedelta(days=100), policy=POLICY)
    assert counted.infusions == 6
    assert counted.total == Mg(210)
    assert counted.infusions_in == {30: 2, 90: 5, 365: 6}
    assert counted.total_in[90] == Mg(175)
    assert str(counted.months) == "3.3"


@pytest.mark.parametrize("window", WINDOWS_DAYS)
def test_a_window_ends_on_its_day_and_holds_no_day_more(window):
    first = GivenInfusion(DAY, Mg(35))
    last = exposure([first], as_of=DAY + timedelta(days=window - 1), policy=POLICY)
    after = exposure([first], as_of=DAY + timedelta(days=window), policy=POLICY)
    assert (last.infusions_in[window], after.infusions_in[window]) == (1, 0)
    assert (last.total_in[window], after.total_in[window]) == (Mg(35), Mg(0))


def test_a_day_that_is_planned_counts_itself_once_and_no_later_day():
    infused = [DAY, DAY + timedelta(days=29), DAY + timedelta(days=30), DAY + timedelta(days=31)]
    assert infusions_up_to(infused[2], infused) == {30: 2, 90: 3, 365: 3, None: 3}
    assert infusions_up_to(infused[2], infused[:2]) == {30: 2, 90: 3, 365: 3, None: 3}


def test_nothing_given_is_nothing():
    counted = exposure([], as_of=DAY, policy=POLICY)
    assert (counted.infusions, counted.total, counted.findings) == (0, Mg(0), ())


@given(days=st.lists(st.integers(0, 800), max_size=40), more=st.integers(0, 800))
def test_another_infusion_never_lowers_a_counter_or_opens_the_gate(days, more):
    first = [GivenInfusion(DAY + timedelta(days=d), Mg(35)) for d in days]
    second = [*first, GivenInfusion(DAY + timedelta(days=more), Mg(35))]
    before, after = (exposure(i, as_of=DAY + timedelta(days=800), policy=POLICY) for i in (first, second))
    assert after.infusions == before.infusions + 1
    assert after.total.value == before.total.value + 35
    counts = {f.code for f in before.findings} - {"EXPOSURE-INTERVAL"}
    assert counts <= {f.code for f in after.findings}
