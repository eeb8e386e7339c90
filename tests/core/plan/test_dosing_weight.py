"""Actual, adjusted and ideal weight."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tenuto.core.plan.dosing_weight import (
    WeightBasis,
    WeightChoice,
    decide_weight,
    dosing_weights,
    ideal_weight,
)
from tenuto.core.policy import default_policy
from tenuto.core.units import Centimetres, Kg, MgPerKg, plain
from tests.spec.tables import rows

POLICY = default_policy()


@pytest.mark.parametrize("row", rows("plan/dosing-weight.md"))
def test_weights_side_by_side(row):
    height = Centimetres(row["cm"]) if row["cm"] else None
    decided = decide_weight(Kg(row["kg"]), height, row["sex"], None, policy=POLICY)
    weights = {o.basis: o.weight for o in decided.options}
    half = {b: plain(MgPerKg("0.5").of(w).rounded(1).value) for b, w in weights.items()}
    assert (plain(decided.bmi.rounded(1).value) if decided.bmi else "") == row["BMI"]
    assert plain(weights[WeightBasis.IDEAL].value) == row["ideal"] if row["ideal"] else len(weights) == 1
    assert plain(weights[WeightBasis.ADJUSTED].value) == row["adjusted"] if row["adjusted"] else True
    assert half[WeightBasis.ACTUAL] == row["mg at 0.5 mg/kg on actual"]
    assert half.get(WeightBasis.ADJUSTED, "") == row["on adjusted"]
    assert half.get(WeightBasis.IDEAL, "") == row["on ideal"]
    assert decided.used == decided.options[0]


@pytest.mark.parametrize(("kg", "codes"), [("86.69", []), ("86.7", ["WEIGHT-CHOICE"])])
def test_the_choice_is_due_from_exactly_the_policys_bmi(kg, codes):
    decided = decide_weight(Kg(kg), Centimetres(170), "male", None, policy=POLICY)
    assert [f.code for f in decided.findings] == codes


def test_an_unusual_choice_is_reviewed():
    choice = WeightChoice(WeightBasis.ADJUSTED, "frail and old")
    decided = decide_weight(Kg(80), Centimetres(170), "male", choice, policy=POLICY)
    assert [f.code for f in decided.findings] == ["WEIGHT-UNUSUAL"]
    assert decided.used.basis is WeightBasis.ADJUSTED


@pytest.mark.parametrize(("kg", "options"), [("50", 1), ("50.01", 3)])
def test_whoever_weighs_no_more_than_the_ideal_has_no_weight_to_choose(kg, options):
    assert len(dosing_weights(Kg(kg), Centimetres("152.4"), "male")) == options


def test_a_height_that_gives_no_ideal_weight_gives_none():
    assert ideal_weight(Centimetres(30), "female") is None
    assert ideal_weight(Centimetres("152.4"), "female") == Kg("45.5")
    assert ideal_weight(Centimetres("152.4"), "male").value == Decimal(50)


@pytest.mark.parametrize(
    ("cm", "there"), [("152.3", False), ("152.4", True), ("193.04", True), ("193.05", False)]
)
def test_there_is_no_ideal_weight_outside_the_heights_that_the_rule_was_made_for(cm, there):
    choice = WeightChoice(WeightBasis.IDEAL, "frail and old")
    decided = decide_weight(Kg(160), Centimetres(cm), "male", choice, policy=POLICY)
    assert (decided.used is not None) is there
    assert len(decided.options) == (3 if there else 1)
    if not there:
        (found,) = decided.findings
        assert found.code == "WEIGHT-CHOICE-IMPOSSIBLE"
        assert "a height of 152.4 cm to 193.04 cm" in found.message
