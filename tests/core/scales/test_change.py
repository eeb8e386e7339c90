"""What may be said about a change, and when nothing may."""

from __future__ import annotations

from decimal import Decimal
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.scales.change import StatementKind, compare, relapse_prompt
from tenuto.core.scales.definition import ScaleError
from tenuto.core.scales.reading import instrument, instruments
from tenuto.core.scales.scoring import Result, Score, Void
from tests.spec.tables import rows


def result(name: str, total: str | int, version: int = 1) -> Result | None:
    if total == "none":
        return None
    if total == "void":
        return Void(name, version, "void", (), (), (), ())
    return Score(name, version, Decimal(total), None, False, (), (), (), ())


@pytest.mark.parametrize("row", rows("scales/change.md"))
def test_what_a_change_may_be_called(row):
    name = row["scale"]
    change = compare(instrument(name), result(name, row["baseline"]), result(name, row["now"]))
    assert change.improvement == (Decimal(row["improvement"]) if row["improvement"] else None)
    for column, kind in (
        ("response", StatementKind.RESPONSE),
        ("remission", StatementKind.REMISSION),
        ("larger than noise", StatementKind.RELIABLE),
    ):
        assert change.holds(kind) == {"yes": True, "no": False, "": None}[row[column]], column


def test_without_a_baseline_nothing_is_said_but_why():
    for baseline in ("none", "void"):
        change = compare(instrument("phq9"), result("phq9", baseline), result("phq9", 3))
        assert change.statements == ()
        assert "No valid PHQ-9 baseline" in change.reason


def test_which_remission_of_the_madrs_is_a_parameter():
    madrs, before, now = instrument("madrs"), result("madrs", 30), result("madrs", 11)
    assert compare(madrs, before, now).holds(StatementKind.REMISSION) is False
    assert compare(madrs, before, now, remission_at_most=Decimal(12)).holds(StatementKind.REMISSION) is True
    with pytest.raises(ScaleError, match="Known: 10, 12"):
        compare(madrs, before, now, remission_at_most=Decimal(11))


def test_scores_of_two_scales_or_two_versions_are_not_compared():
    with pytest.raises(ScaleError, match="gad7 score can't be compared as PHQ-9"):
        compare(instrument("phq9"), result("gad7", 10), result("phq9", 5))
    change = compare(instrument("phq9"), result("phq9", 10), result("phq9", 5, version=2))
    assert "new baseline" in change.reason
    assert change.statements == ()


def test_the_words_never_say_clinically_significant():
    change = compare(instrument("phq9"), result("phq9", 20), result("phq9", 2))
    said = [s.text for s in change.statements]
    assert "Better, larger than measurement noise (6 points or more)" in said
    assert not any("significant" in text for text in said)
    worse = compare(instrument("phq9"), result("phq9", 2), result("phq9", 20))
    assert any(s.text.startswith("Worse, larger than measurement noise") for s in worse.statements)


@pytest.mark.parametrize("name", [i.id for i in instruments().values() if i.change.sd is not None])
def test_the_noise_limit_is_not_below_what_its_sd_and_reliability_give(name):
    rules = instrument(name).change
    computed = 1.96 * sqrt(2) * float(rules.sd) * sqrt(1 - float(rules.reliability))
    assert computed <= float(rules.reliable.points) < computed + 1


@given(st.integers(0, 27), st.integers(0, 27))
def test_a_fall_and_the_same_rise_are_noise_or_not_alike(a, b):
    phq9 = instrument("phq9")
    there = compare(phq9, result("phq9", a), result("phq9", b))
    back = compare(phq9, result("phq9", b), result("phq9", a))
    assert there.improvement == -back.improvement
    assert there.holds(StatementKind.RELIABLE) == back.holds(StatementKind.RELIABLE)


@pytest.mark.parametrize(
    ("later", "prompted"),
    [
        ([5], False),
        ([11], False),
        ([10, 11], False),
        ([11, 11], True),
        ([11, "void", 12], True),
        ([11, 12, 8], False),
        ([], False),
    ],
)
def test_relapse_is_prompted_by_two_scores_beyond_noise_in_a_row(later, prompted):
    phq9 = instrument("phq9")
    assert relapse_prompt(phq9, result("phq9", 5), [result("phq9", t) for t in later]) is prompted


def test_a_scale_without_a_noise_rule_prompts_nothing():
    ybocs = instrument("ybocs")
    assert relapse_prompt(ybocs, result("ybocs", 5), [result("ybocs", 30)] * 2) is False
