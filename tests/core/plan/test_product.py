"""Labelled vials, and hydrochloride against base."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tenuto.core.plan.product import (
    DilutionRule,
    MgHydrochloride,
    base_share,
    from_hydrochloride,
    labelled_strengths,
    to_hydrochloride,
)
from tenuto.core.units import Mg, MgPerKg, UnitError


def test_the_labelled_strengths_are_base_and_agree_with_their_hydrochloride():
    strengths = labelled_strengths()
    assert [str(s.base) for s in strengths] == ["10 mg/mL", "50 mg/mL", "100 mg/mL"]
    for strength in strengths:
        converted = from_hydrochloride(MgHydrochloride(strength.hydrochloride_mg_per_ml)).value
        assert abs(converted - strength.base.value) < Decimal("0.02")
    assert {s.rule for s in strengths} == set(DilutionRule)


def test_hydrochloride_is_converted_and_back():
    assert from_hydrochloride(MgHydrochloride(100)) == Mg("86.7")
    assert to_hydrochloride(Mg("86.7")).rounded(6) == MgHydrochloride(100)
    assert base_share().basis.sources


def test_hydrochloride_is_never_taken_for_base():
    with pytest.raises(UnitError, match="different kinds"):
        Mg(35) + MgHydrochloride(35)
    with pytest.raises(UnitError, match="names the hydrochloride"):
        Mg.parse("35 mg HCl")
    with pytest.raises(UnitError):
        MgPerKg.parse("0.5 mg")
