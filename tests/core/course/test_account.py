"""The one account of a course: what it says, and that it says the same in whatever order its facts came."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.course.account import CourseResponse, account_of
from tenuto.core.course.due import CoursePhase, DueKind
from tenuto.core.course.facts import CourseFacts, InfusionFact, ScoreFact, SignedDay
from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.course.response import ResponderKind
from tenuto.core.policy import default_policy
from tenuto.core.units import Mg, MgPerKg
from tests.core.course.builders import SERIES, day, facts, infusions, scores, signed
from tests.spec.tables import rows

POLICY = default_policy()


def account(found: CourseFacts, as_of: int = 400):
    return account_of(found, as_of=day(as_of), policy=POLICY)


@pytest.mark.parametrize("row", rows("course/deviations.md"))
def test_an_infusion_is_held_against_what_was_signed(row):
    days = [int(d) for d in row["given on days"].split()]
    given = infusions(*days, last_mg=row["mg of the last"])
    plan = signed(maintenance=row["rule"])
    last = account(CourseFacts(given, (), (plan,))).given[-1]
    assert last.part == row["part"]
    assert {d.code for d in last.deviations} == set(row["deviates"].split())
    assert len(account(CourseFacts(given, (), (plan,))).given) == len(days), "a fact is always kept"


@pytest.mark.parametrize(("days", "phase", "due", "first", "last", "n"), [
    ((), CoursePhase.BEFORE, DueKind.INFUSION, 0, 0, 1),
    ((0, 2, 4, 7), CoursePhase.INDUCTION, DueKind.INFUSION, 9, 9, 5),
    (SERIES, CoursePhase.END, DueKind.MAINTENANCE, 25, 39, None),
    ((*SERIES, 32), CoursePhase.MAINTENANCE, DueKind.MAINTENANCE, 46, 60, None),
])  # fmt: skip
def test_the_next_infusion_is_due_by_what_was_signed(days, phase, due, first, last, n):
    found = account(facts(days))
    assert found.phase is phase
    assert (found.due[0].kind, found.due[0].first, found.due[0].last, found.due[0].n) == (
        due,
        day(first),
        day(last),
        n,
    )


def test_nothing_is_due_by_a_rule_without_dates_or_past_its_last_infusion():
    for rule in ("none", "as-needed-with-review"):
        found = account(facts(SERIES, plan=signed(maintenance=rule)))
        assert (found.window, found.due) == (None, found.due)
        assert not [d for d in found.due if d.kind is DueKind.MAINTENANCE]
    weekly = account(facts((*SERIES, 18, 25, 32, 39), plan=signed(maintenance="weekly-four")))
    assert (weekly.phase, weekly.window) == (CoursePhase.MAINTENANCE, None)


def test_an_optional_infusion_is_no_part_of_the_series_until_it_is_given():
    days = (*signed().days, SignedDay(7, day(14), optional=True))
    plan = signed(days=days)
    assert account(facts(SERIES, plan=plan)).due[0].kind is DueKind.OPTIONAL
    assert account(facts(SERIES, plan=plan)).missed == ()
    assert account(facts((*SERIES, 14), plan=plan)).of_series == 7
    assert account(facts((*SERIES, 14), plan=plan)).deviations == ()


def test_a_planned_date_that_passed_without_an_infusion_was_missed():
    found = account(facts((0, 2)), as_of=8)
    assert found.missed == (day(4), day(7))
    assert found.due[0].late(day(8))
    assert not found.due[0].late(day(4))


@pytest.mark.parametrize(("points", "response", "percent"), [
    ("", CourseResponse.UNKNOWN, None),
    ("-1:21", CourseResponse.UNKNOWN, None),
    ("7:9", CourseResponse.UNKNOWN, None),
    ("-1:21 12:18", CourseResponse.NONE, "14.3"),
    ("-1:21 12:15", CourseResponse.PARTIAL, "28.6"),
    ("-1:21 12:16", CourseResponse.NONE, "23.8"),
    ("-1:21 12:10", CourseResponse.RESPONSE, "52.4"),
    ("-1:21 12:4", CourseResponse.REMISSION, "81.0"),
    ("-1:10 12:5", CourseResponse.NONE, "50.0"),
    ("-1:14 0:20 12:10", CourseResponse.RESPONSE, "50.0"),
    ("-1:21 12:24", CourseResponse.NONE, "-14.3"),
])  # fmt: skip
def test_response_is_the_scales_own_and_larger_than_its_noise(points, response, percent):
    found = account(facts(SERIES, points))
    assert found.response is response
    shown = found.scale.improved_percent if found.scale else None
    assert shown == (Decimal(percent) if percent else None)


def test_baseline_best_and_last():
    found = account(facts(SERIES, "-9:19 -1:21 5:9 8:7 12:7 40:12")).scale
    assert (found.baseline.value, found.best.on, found.last.value) == (21, day(12), 12)
    assert found.responded_on == day(5)


@pytest.mark.parametrize(("points", "kind"), [
    ("-1:21 1:9", ResponderKind.EARLY),
    ("-1:21 4:9", ResponderKind.EARLY),
    ("-1:21 5:9", ResponderKind.MIDDLE),
    ("-1:21 9:9", ResponderKind.MIDDLE),
    ("-1:21 10:9", ResponderKind.LATE),
    ("-1:21 12:9", ResponderKind.LATE),
    ("-1:21 12:19", None),
])  # fmt: skip
def test_early_middle_and_late_responders(points, kind):
    assert account(facts(SERIES, points)).responder is kind


def test_two_scores_worse_than_the_best_drift_and_one_does_not():
    assert not account(facts(SERIES, "-1:21 12:6 40:12")).scale.drifting
    assert account(facts(SERIES, "-1:21 12:6 40:12 47:13")).scale.drifting
    assert not account(facts(SERIES, "-1:21 12:18 40:25 47:25")).scale.drifting, "nothing was won"


def test_the_scale_with_a_baseline_judges():
    madrs = scores("-1:34 12:12", "madrs")
    found = account(CourseFacts(infusions(*SERIES), (*madrs, *scores("12:5")), (signed(),)))
    assert (found.judged_by, found.response) == ("madrs", CourseResponse.RESPONSE)
    assert [each.scale for each in found.scales] == ["madrs", "phq9"]


def test_a_series_begun_anew_counts_from_its_own_first_infusion():
    first, second = infusions(*SERIES), infusions(100, 102, series="s2", version="v2")
    plan = (signed(in_force=False), signed(version="v2", number=2, series="s2", days=()))
    found = account(CourseFacts((*second, *first), scores("-1:21 12:6 99:18 104:8"), plan))
    assert [each.on for each in found.given] == [day(100), day(102)]
    assert found.scale.baseline.value == 18
    assert found.exposure.infusions == 8
    assert found.given[0].deviations == ()
    assert [each.days_after for each in found.given] == [None, 2]


def test_the_score_after_an_infusion_is_the_first_one_up_to_the_day_of_the_next():
    found = account(facts((0, 7, 14), "-1:21 0:20 7:15 20:9 22:8"), as_of=20)
    after = {n: found.score_after(day(n)) for n in (0, 7, 14)}
    assert {n: score and str(score.value) for n, score in after.items()} == {0: "15", 7: None, 14: "9"}


def test_an_unknown_mass_leaves_the_counters_unknown_and_the_rest_known():
    elsewhere = InfusionFact("x", GivenInfusion(day(0), dose=MgPerKg("0.5")), "s1", "v1", 1)
    found = account(CourseFacts((elsewhere,), (), (signed(),)))
    assert found.exposure is None
    assert "is not known" in found.exposure_unknown
    assert found.phase is CoursePhase.INDUCTION


def test_scores_that_are_due():
    none = account(facts((0, 2)), as_of=5)
    assert [d.kind for d in none.due] == [DueKind.INFUSION, DueKind.BASELINE]
    running = account(facts((0, 2), "-1:21 1:18"), as_of=5).next_due(DueKind.SCORE)
    assert running.last == day(8)
    end = account(facts(SERIES, "-1:21 8:18"), as_of=12).next_due(DueKind.END_SCORE)
    assert (end.first, end.last) == (day(12), day(18))
    kept = account(facts((*SERIES, 32), "-1:21 12:6 31:6"), as_of=40).next_due(DueKind.SCORE)
    assert kept.last == day(59)


DAYS = st.integers(-20, 120)
GIVEN = st.builds(
    lambda id_, d, mg, series, version, recorded: InfusionFact(
        f"i{id_}", GivenInfusion(day(d), Mg(mg)), series, version, recorded
    ),
    st.integers(0, 30), DAYS, st.integers(1, 90), st.sampled_from(["s1", "s2"]), st.sampled_from(["v1", "v2", "?"]),
    st.integers(0, 50),
)  # fmt: skip
SCORED = st.builds(
    lambda id_, scale, value, d, recorded: ScoreFact(f"f{id_}", scale, value, day(d), recorded),
    st.integers(0, 30),
    st.sampled_from(["phq9", "madrs", "auditc", "unheard-of"]),
    st.none() | st.integers(0, 27).map(Decimal),
    DAYS,
    st.integers(0, 50),
)
PLANS = st.lists(
    st.builds(
        signed,
        version=st.sampled_from(["v1", "v2"]),
        number=st.integers(1, 4),
        series=st.sampled_from(["s1", "s2"]),
        in_force=st.booleans(),
        maintenance=st.sampled_from(["every-2-4-weeks", "none", "as-needed", "weekly-four"]),
    ),
    max_size=3,
    unique_by=lambda plan: (plan.version, plan.number),
)


def unique(found):
    return list({each.id: each for each in found}.values())


@given(st.lists(GIVEN, max_size=12), st.lists(SCORED, max_size=12), PLANS, st.randoms())
def test_the_order_of_the_facts_means_nothing(given_, scored, plans, chance):
    """A late score is a score that stands later in the list: it gives the account as if it had been there from the start."""
    given_, scored = unique(given_), unique(scored)
    before = account(CourseFacts(tuple(given_), tuple(scored), tuple(plans)))
    for part in (given_, scored, plans):
        chance.shuffle(part)
    assert account(CourseFacts(tuple(given_), tuple(scored), tuple(plans))) == before


@given(st.lists(GIVEN, max_size=12), st.lists(SCORED, max_size=12), PLANS, st.data())
def test_what_was_entered_in_error_counts_as_never_recorded(given_, scored, plans, data):
    given_, scored = unique(given_), unique(scored)
    ids = [each.id for each in (*given_, *scored)]
    struck = frozenset(data.draw(st.lists(st.sampled_from(ids))) if ids else [])
    whole = CourseFacts(tuple(given_), tuple(scored), tuple(plans), struck)
    never = CourseFacts(
        tuple(each for each in given_ if each.id not in struck),
        tuple(each for each in scored if each.id not in struck),
        tuple(plans),
    )
    assert account(whole) == account(never)


@given(st.lists(GIVEN, min_size=1, max_size=12), st.lists(SCORED, max_size=6), PLANS, st.data())
def test_a_correction_gives_the_account_of_the_corrected_history(given_, scored, plans, data):
    given_ = unique(given_)
    wrong = data.draw(st.sampled_from(given_))
    right = replace(wrong, id="right", infusion=GivenInfusion(wrong.infusion.on, Mg(41)), recorded=99)
    corrected = account(CourseFacts((*given_, right), tuple(scored), tuple(plans)))
    others = tuple(each for each in given_ if each.infusion.on != wrong.infusion.on)
    assert corrected == account(CourseFacts((*others, right), tuple(scored), tuple(plans)))


@given(st.lists(GIVEN, max_size=12), st.lists(SCORED, max_size=12), PLANS, DAYS)
def test_what_comes_later_changes_nothing_of_an_earlier_day(given_, scored, plans, as_of):
    given_, scored = unique(given_), unique(scored)
    known = CourseFacts(
        tuple(each for each in given_ if each.infusion.on <= day(as_of)),
        tuple(each for each in scored if each.taken <= day(as_of)),
        tuple(plans),
    )
    everything = CourseFacts(tuple(given_), tuple(scored), tuple(plans))
    assert account(everything, as_of) == account(known, as_of)


def test_of_two_reports_of_a_day_the_one_recorded_last_counts_whatever_its_id():
    first = InfusionFact("z", GivenInfusion(day(0), Mg(63)), "s1", "v1", 1)
    second = InfusionFact("a", GivenInfusion(day(0), Mg(35)), "s1", "v1", 2)
    for reports in ((first, second), (second, first)):
        assert [each.id for each in account(CourseFacts(reports, (), (signed(),))).given] == ["a"]


def test_a_day_outside_every_fact():
    empty = account_of(CourseFacts(), as_of=date(2026, 1, 1), policy=POLICY)
    assert (empty.phase, empty.given, empty.due) == (CoursePhase.UNPLANNED, (), ())
