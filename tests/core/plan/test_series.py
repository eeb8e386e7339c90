"""The induction on a calendar: a rule table, and laws on generated clinics."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tenuto.core.course.gaps import judge_gaps
from tenuto.core.gate import Level
from tenuto.core.literature.protocol import GapRule, protocol, protocols
from tenuto.core.plan.series import Calendar, InfusionKind, plan_series
from tenuto.core.policy import default_policy, weekdays
from tests.spec.tables import rows

POLICY = default_policy()
MONDAY = date(2026, 11, 23)


def days_of(text):
    return weekdays(text.split()) if text else ()


@pytest.mark.parametrize("row", rows("plan/series.md"))
def test_a_series_falls_on_the_dates_of_the_table(row):
    closed = frozenset(date.fromisoformat(d) for d in row["closed"].split())
    given_ = tuple(date.fromisoformat(d) for d in row["given"].split())
    series = plan_series(
        protocol(row["protocol"]).induction,
        start=date.fromisoformat(row["start"]),
        calendar=Calendar(days_of(row["clinic days"]), closed),
        policy=POLICY,
        given=given_,
    )
    planned = [i for i in series.infusions if i.kind is InfusionKind.INDUCTION]
    shown = " ".join(f"{i.on.day:02}.{i.on.month:02}" for i in planned)
    assert shown == row["dates"]
    assert len(series.infusions) - len(planned) == int(row["optional"] or 0)
    assert {f.code for f in series.findings} == set(row["finding"].split())


def test_a_finding_says_what_to_do():
    series = plan_series(
        protocol("depression-6x2wk").induction, start=MONDAY, calendar=Calendar((0,)), policy=POLICY
    )
    message = series.findings[0].message
    assert "36 days, until Mon 28 Dec 2026" in message
    assert "14 days" in message
    assert "on Mon, 2 days or more from one infusion to the next, it can't end sooner" in message
    assert "Open more days" in message


CLINICS = st.sets(st.integers(0, 6)).map(lambda days: tuple(sorted(days)))
STARTS = st.integers(0, 400).map(lambda n: MONDAY + timedelta(days=n))
CLOSED = st.frozensets(st.integers(0, 120).map(lambda n: MONDAY + timedelta(days=n)), max_size=40)


@given(id_=st.sampled_from(sorted(protocols())), days=CLINICS, start=STARTS, closed=CLOSED)
@settings(max_examples=150)
def test_laws_of_a_series(id_, days, start, closed):
    """Gaps kept, count right, only clinic days, first day first, never more a week, the same every time."""
    course, calendar = protocol(id_).induction, Calendar(days, closed)
    series = plan_series(course, start=start, calendar=calendar, policy=POLICY)
    assert series == plan_series(course, start=start, calendar=calendar, policy=POLICY)
    dates = [i.on for i in series.infusions]
    if not days:
        assert not dates
        assert series.findings
        return
    assert dates[0] == calendar.first_open(start)
    assert [i.n for i in series.infusions] == list(range(1, len(dates) + 1))
    assert all(calendar.is_open(d) for d in dates)
    noon = [datetime(d.year, d.month, d.day, 12, tzinfo=UTC) for d in dates]
    assert judge_gaps(noon, course.gap_rule, policy=POLICY) == ()
    said = {f.code for f in series.findings}
    span = (dates[course.infusions_min.value - 1] - dates[0]).days + 1
    assert span >= course.window_days_min.value or "SERIES-SHORT" in said
    assert len(dates) == course.infusions_max.value or said
    firm = [i for i in series.infusions if i.kind is InfusionKind.INDUCTION]
    assert len(firm) == course.infusions_min.value
    assert len(dates) <= course.infusions_max.value
    for day in dates:
        assert sum(0 <= (day - d).days < 7 for d in dates) <= course.per_week_max.value
    if not series.findings:
        assert (dates[-1] - dates[0]).days < course.window_days_max.value


@given(
    id_=st.sampled_from(["depression-6x2wk", "depression-4x2wk", "depression-daily6"]),
    days=CLINICS,
    start=STARTS,
)
@settings(max_examples=40)
def test_a_series_is_called_too_long_only_when_no_choice_of_days_would_fit(id_, days, start):
    """The slow, obvious way: try every set of open days inside the protocol's window."""
    assume(days)
    course, calendar = protocol(id_).induction, Calendar(days)
    series = plan_series(course, start=start, calendar=calendar, policy=POLICY)
    window = min(course.window_days_max.value, 14)
    first = calendar.first_open(start)
    open_days = [d for i in range(window) if calendar.is_open(d := first + timedelta(days=i))]
    step = 2 if course.gap_rule is GapRule.PSYCHIATRIC else 1
    fits = any(
        chosen[0] == first
        and all((b - a).days >= step for a, b in pairwise(chosen))
        and all(sum(0 <= (d - e).days < 7 for e in chosen) <= course.per_week_max.value for d in chosen)
        for chosen in combinations(open_days, course.infusions_min.value)
    )
    assert fits == ("SERIES-WINDOW" not in {f.code for f in series.findings})


@given(
    id_=st.sampled_from(sorted(protocols())),
    days=CLINICS,
    start=STARTS,
    missed=st.integers(0, 9),
    later=st.integers(1, 10),
)
@settings(max_examples=60)
def test_a_missed_session_extends_and_never_doubles(id_, days, start, missed, later):
    course, calendar = protocol(id_).induction, Calendar(days)
    whole = plan_series(course, start=start, calendar=calendar, policy=POLICY).infusions
    firm = [i for i in whole if i.kind is InfusionKind.INDUCTION]
    assume(missed < len(firm))
    given_ = tuple(i.on for i in firm[:missed])
    again = plan_series(
        course, start=firm[missed].on + timedelta(days=later), calendar=calendar, policy=POLICY, given=given_
    )
    rest = [i for i in again.infusions if i.kind is InfusionKind.INDUCTION]
    assert len(given_) + len(rest) == len(firm)
    assert rest[-1].on > firm[-1].on or len(rest) == 0 or rest[-1].on >= firm[missed].on
    noon = [
        datetime(d.year, d.month, d.day, 12, tzinfo=UTC) for d in (*given_, *(i.on for i in again.infusions))
    ]
    assert judge_gaps(noon, course.gap_rule, policy=POLICY) == ()


def test_a_series_that_cannot_be_spread_to_its_least_days_says_so():
    """Six in a row where the protocol means at least 14 days, because the clinic closes after them."""
    course = protocol("depression-6-8x3wk").induction
    closed = frozenset(MONDAY + timedelta(days=n) for n in range(13, 700))
    series = plan_series(course, start=MONDAY, calendar=Calendar((0, 2, 4), closed), policy=POLICY)
    (finding,) = series.findings
    assert finding.code == "SERIES-SHORT"
    assert (
        "6 infusions take 12 days, until Fri 4 Dec 2026; this protocol means at least 14 days"
        in finding.message
    )


def test_infusions_that_vanish_are_named():
    course = protocol("depression-6-8x3wk").induction
    (remark,) = plan_series(course, start=MONDAY, calendar=Calendar((0, 3)), policy=POLICY).findings
    assert remark.level is Level.PASS
    assert remark.message.startswith("Infusions 7 to 8, given only if a review says so, would reach day 25")
    asked = plan_series(course, start=MONDAY, calendar=Calendar((0, 2, 4)), policy=POLICY, infusions=8)
    assert len(asked.infusions) == 8
    assert asked.findings == ()
