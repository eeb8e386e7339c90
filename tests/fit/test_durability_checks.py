"""The committed checks of the inference are of the shipped parameters, still come out the same, and pass."""

import numpy as np
import pytest

from tenuto.core.durability.population import fitted
from tenuto.core.durability.posterior import Effort
from tenuto.core.durability.quasi import standard_normal
from tenuto.core.durability.verification import report
from tenuto.core.durability.verification.nuts import LEVELS, agree, cases, curve_fast, quantiles_fast
from tenuto.core.durability.verification.report import checks, sbc_passes
from tenuto.core.durability.verification.sbc import places
from tests.core.durability.courses import RULES

pytestmark = pytest.mark.thorough


def test_the_checks_belong_to_the_shipped_parameters():
    assert checks()["parameters_sha256"] == fitted().sha256


@pytest.mark.parametrize("missing", ["sbc", "nuts"])
def test_the_page_says_which_check_was_not_run(missing, monkeypatch):
    found = {name: section for name, section in checks().items() if name != missing}
    monkeypatch.setattr(report, "checks", lambda: found)
    assert f"Run `tenuto calibrate --{missing}" in report.page()


def test_simulation_based_calibration_passes_on_five_thousand_patients():
    section = checks()["sbc"]
    assert section["patients"] >= 5000
    assert sbc_passes(section)


def test_the_first_patients_still_come_out_the_same():
    section = checks()["sbc"]
    again = np.stack(list(places(fitted(), RULES, section["seed"], 0, len(section["first"]))))
    stored = np.array([[np.nan if p is None else p for p in row] for row in section["first"]])
    np.testing.assert_allclose(again, stored, atol=2e-4)


def test_at_least_twenty_patients_were_sampled_in_full_and_the_chains_mixed():
    rows = checks()["nuts"]["rows"]
    assert len(rows) >= 20
    assert max(row["r_hat"] for row in rows) < 1.02


def test_the_weighted_draws_of_today_are_those_that_were_compared():
    rows = checks()["nuts"]["rows"]
    agreeing = 0
    for case, row in zip(cases(fitted(), RULES, len(rows)), rows, strict=True):
        now = quantiles_fast(case, fitted(), RULES)
        for today, then in zip(now, row["ours"], strict=True):
            assert then == (None if today is None else pytest.approx(today, abs=0.1))
        agreeing += agree(now, row["nuts"])
    assert agreeing == len(rows)


@pytest.mark.parametrize("turn", [1, 2])
def test_with_other_points_every_risk_is_within_three_points_of_full_sampling(turn, monkeypatch):
    """What a window rests on. Days agree less well than risks do where the risk hardly rises from week to week."""
    rows = checks()["nuts"]["rows"]
    monkeypatch.setattr(
        "tenuto.core.durability.posterior.standard_normal",
        lambda count, dimensions, own=0: standard_normal(count, dimensions, own + 13 * turn),
    )
    for case, row in zip(cases(fitted(), RULES, len(rows)), rows, strict=True):
        curve = curve_fast(case, fitted(), RULES)
        for day, level in zip(row["nuts"], LEVELS, strict=True):
            assert day is None or 1 - curve.at(day) == pytest.approx(level, abs=0.03)


def test_with_ten_times_the_draws_every_patient_agrees_as_well():
    rows = checks()["nuts"]["rows"]
    more = Effort(refine=8192, final=65536)
    for case, row in zip(cases(fitted(), RULES, len(rows)), rows, strict=True):
        assert agree(quantiles_fast(case, fitted(), RULES, more), row["nuts"])
