"""When a check of long-term safety is due: no order of the facts, and no further infusion, ever makes it later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.outcomes.check_rules import CheckKind, check_rules
from tenuto.core.outcomes.safety_clock import CheckGrade, CheckReason, CheckResult, CheckState, safety_checks
from tenuto.core.policy import default_policy
from tests.core.course.builders import DAY, day
from tests.spec.tables import rows

POLICY = default_policy()
TABLE = rows("outcomes/safety-clock.md")
EVERY = {"weekly": 7, "daily": 1}


def days_of(text: str) -> list[int]:
    first, _, count = text.partition(" ")
    if first in EVERY:
        return [EVERY[first] * n for n in range(int(count))]
    return [int(each) for each in text.split()]


def result(kind, on, grade, **more) -> CheckResult:
    return CheckResult(f"{kind}:{on}", kind, more.pop("what", kind), day(on), grade, "Found.", **more)


def checked(days, results, reasons=(), *, today):
    return safety_checks([day(d) for d in days], results, reasons, as_of=day(today), policy=POLICY)


def one(kind, *args, **more):
    return next(each for each in checked(*args, **more) if each.kind is kind)


@pytest.mark.parametrize("row", TABLE)
def test_a_check_is_due_by_time_by_exposure_and_by_what_was_found(row):
    kind, today = CheckKind(row["check"]), int(row["today"])
    pairs = [each.split(":") for each in row["results"].split()]
    results = [result(kind, int(on), CheckGrade[grade.upper()]) for on, grade in pairs]
    reasons = [CheckReason(kind, ground_of(each)) for each in row["reasons"].split()]
    found = checked(days_of(row["given on days"]), results, reasons, today=today)
    said = {each.kind: (str(each.state), str((each.due - DAY).days)) for each in found}
    assert said.get(kind, ("none", "")) == (row["state"], row["due on day"])
    assert all(each.because.endswith(".") for each in found)


def ground_of(text: str) -> str:
    kind, _, rest = text.partition(":")
    return f"late:{day(int(rest))}" if kind == "late" else text


def test_every_check_and_every_state_has_its_row():
    told = [row.values[0] for row in TABLE]
    assert {row["check"] for row in told} == set(CheckKind)
    assert {row["state"] for row in told} - {"none"} == set(CheckState)


def test_a_result_that_does_not_do_the_check_may_still_raise_an_alarm():
    bad = result(CheckKind.URINARY, 5, CheckGrade.ABNORMAL, whole=False)
    assert one(CheckKind.URINARY, [0], [bad], today=6).state is CheckState.HELD
    well = result(CheckKind.URINARY, 5, CheckGrade.NORMAL, whole=False)
    assert one(CheckKind.URINARY, [0], [well], today=30).state is CheckState.LATE


def test_an_abnormal_result_is_made_good_by_the_same_thing_alone():
    bad = result(CheckKind.URINARY, 5, CheckGrade.ABNORMAL, what="dipstick")
    scale = result(CheckKind.URINARY, 9, CheckGrade.NORMAL, what="icsi")
    again = result(CheckKind.URINARY, 9, CheckGrade.NORMAL, what="dipstick")
    assert one(CheckKind.URINARY, [0], [bad, scale], today=9).state is CheckState.HELD
    assert one(CheckKind.URINARY, [0], [bad, scale, again], today=9).state is CheckState.NOT_DUE


def test_a_correction_of_the_same_day_counts_and_of_equals_the_worse():
    kind = CheckKind.LIVER
    wrong = result(kind, 5, CheckGrade.ABNORMAL, recorded=1)
    right = CheckResult("other", kind, kind, day(5), CheckGrade.NORMAL, "Found.", recorded=2)
    assert one(kind, [0], [right, wrong], today=6).state is CheckState.NOT_DUE
    same = CheckResult("other", kind, kind, day(5), CheckGrade.NORMAL, "Found.", recorded=1)
    assert one(kind, [0], [same, wrong], today=6).state is CheckState.HELD


def test_of_two_records_alike_the_one_that_leaves_the_check_undone_counts():
    kind = CheckKind.URINARY
    whole = result(kind, 5, CheckGrade.NORMAL)
    short = result(kind, 5, CheckGrade.NORMAL, whole=False)
    for order in ([whole, short], [short, whole]):
        assert one(kind, [0], order, today=6).last is None


def test_every_check_says_where_it_comes_from():
    assert set(check_rules()) == set(CheckKind)
    assert all(
        rule.basis.tags and POLICY.whole(rule.every) and POLICY.whole(rule.first)
        for rule in check_rules().values()
    )


RESULTS = st.lists(
    st.builds(
        result, st.sampled_from(CheckKind), st.integers(-20, 400), st.sampled_from(CheckGrade),
        what=st.sampled_from(["one", "other"]), recorded=st.integers(0, 3), whole=st.booleans(),
    ),
    max_size=10,
)  # fmt: skip
DAYS = st.lists(st.integers(0, 400), min_size=1, max_size=40)


@given(DAYS, RESULTS, st.integers(0, 420), st.randoms())
def test_the_order_of_the_facts_changes_nothing(days, results, today, chance):
    shuffled, mixed = list(days), list(results)
    chance.shuffle(shuffled)
    chance.shuffle(mixed)
    assert checked(days, results, today=today) == checked(shuffled, mixed, today=today)


@given(DAYS, DAYS, RESULTS, st.integers(0, 420))
def test_more_exposure_never_makes_a_check_later(days, more, results, today):
    fewer = {each.kind: each for each in checked(days, results, today=today)}
    for each in checked([*days, *more], results, today=today):
        if each.kind in fewer:
            assert each.due <= fewer[each.kind].due


@given(DAYS, RESULTS, st.integers(0, 400), st.integers(0, 60))
def test_time_alone_never_makes_a_check_later(days, results, today, more):
    known = [each for each in results if each.on <= day(today)]
    given_ = [each for each in days if each <= today]
    now = {each.kind: each for each in checked(given_, known, today=today)}
    for each in checked(given_, known, today=today + more):
        assert each.due == now[each.kind].due


@given(DAYS, RESULTS, st.integers(0, 420))
def test_a_reason_for_every_ground_lets_go_of_every_hold(days, results, today):
    found = checked(days, results, today=today)
    reasons = []
    while held := [each for each in found if each.state is CheckState.HELD]:
        reasons += [CheckReason(each.kind, each.ground) for each in held]
        found = checked(days, results, reasons, today=today)
        assert len(reasons) <= 100
    assert all(each.due <= day(today) + timedelta(days=400) for each in found)
