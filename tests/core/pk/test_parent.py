"""The drug by itself has the levels that it has among its metabolites."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tenuto.core.pk import OutsideModel, Regimen, Subjects, load, names, simulate
from tenuto.core.pk.model import Removal
from tenuto.core.pk.parent import parent_only
from tenuto.core.units import MgPerKg, Minutes

TIMES = np.arange(0.0, 721.0, 3.0)
BODIES = Subjects(np.array([48.0, 72.5, 110.0]), age_years=np.array([25.0, 44.0, 61.0]))
USUAL = Regimen.single(MgPerKg("0.5"), Minutes(40))


@pytest.mark.parametrize("name", names())
def test_levels_of_the_drug_are_those_of_the_whole_model(name: str) -> None:
    whole, alone = load(name), parent_only(name)
    expected = simulate(whole, USUAL, BODIES, TIMES)
    found = simulate(alone, USUAL, BODIES, TIMES)
    assert found.analytes == (whole.analytes[0].id,)
    np.testing.assert_allclose(
        found.ng_per_ml[0], expected.ng_per_ml[0], rtol=1e-9, atol=1e-9 * expected.ng_per_ml[0].max()
    )


def test_metabolites_are_left_out_and_limits_stay() -> None:
    assert len(load("otto-2021").compartments) > len(parent_only("otto-2021").compartments)
    assert parent_only("otto-2021").limits == load("otto-2021").limits
    with pytest.raises(OutsideModel):
        simulate(parent_only("otto-2021"), USUAL, Subjects(12.0), TIMES)


def test_what_flows_into_the_drug_is_kept(monkeypatch) -> None:
    whole = load("otto-2021")
    metabolite = whole.analytes[1].compartment
    back = Removal(of=metabolite, rate=next(iter(whole.parameters)), to=whole.analytes[0].compartment)
    monkeypatch.setattr(
        "tenuto.core.pk.parent.load", lambda _: replace(whole, removals=(*whole.removals, back))
    )
    kept = {c.id for c in parent_only.__wrapped__("otto-2021").compartments}
    assert metabolite in kept
