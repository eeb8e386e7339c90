"""The committed checks of the inference are of the shipped parameters, still come out the same, and pass."""

import numpy as np
import pytest

from tenuto.core.durability.population import fitted
from tenuto.core.durability.verification.nuts import agree, cases, quantiles_fast
from tenuto.core.durability.verification.report import checks, sbc_passes
from tenuto.core.durability.verification.sbc import places
from tests.core.durability.courses import RULES


def test_the_checks_belong_to_the_shipped_parameters():
    assert checks()["parameters_sha256"] == fitted().sha256


def test_simulation_based_calibration_passes_on_five_thousand_patients():
    section = checks()["sbc"]
    assert section["patients"] >= 5000
    assert sbc_passes(section)


def test_the_first_patients_still_come_out_the_same():
    section = checks()["sbc"]
    again = np.stack(list(places(fitted(), RULES, section["seed"], 0, len(section["first"]))))
    stored = np.array([[np.nan if p is None else p for p in row] for row in section["first"]])
    np.testing.assert_allclose(again, stored, atol=2e-4)
