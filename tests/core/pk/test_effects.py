from __future__ import annotations

import numpy as np
import pytest

from tenuto.core.compartments import ConstantInput, rate_matrix
from tenuto.core.compartments import simulate as amounts
from tenuto.core.pk import Options, Regimen, Site, Subjects, default, load, simulate
from tenuto.core.pk.effects import dissociation, drug_high, drug_high_range, effect_site, haemodynamics
from tenuto.core.units import Mg, MgPerKg, Minutes

GRID = np.arange(0.0, 241.0)
USUAL = Regimen.single(MgPerKg("0.5"), Minutes(40))
LEVELS = simulate(default(), USUAL, Subjects(70.0), GRID)


def test_the_effect_site_follows_behind_the_level_by_its_delay() -> None:
    """Against the exact solution with the effect site as a compartment of the system."""
    k, half = 0.02, 6.1
    ke0 = np.log(2) / half
    both = rate_matrix(2, losses={0: k, 1: ke0}, copies={(0, 1): ke0})
    exact = amounts(both, [ConstantInput(0.0, 40.0, 1.0)], GRID)[:, 0]
    levels = simulate(default(), USUAL, Subjects(70.0), GRID)
    object.__setattr__(levels, "ng_per_ml", exact[np.newaxis, :1].repeat(2, axis=0))
    found = effect_site(levels).values[0]
    np.testing.assert_allclose(found, exact[1], atol=1e-3 * exact[1].max())


def test_a_borrowed_delay_says_so() -> None:
    assert "not fitted with Otto 2021" in effect_site(LEVELS).cautions[0]
    domino = simulate(load("domino"), USUAL, Subjects(70.0), GRID)
    assert effect_site(domino, "navarrete").cautions == ()


def test_drug_high_is_half_at_its_c50() -> None:
    found = drug_high(LEVELS)
    at = int(np.abs(LEVELS.of("ketamine")[0] - 71).argmin())
    assert found.values[0, at] == pytest.approx(0.5, abs=0.01)
    assert any("arterial" in c for c in found.cautions)
    arterial = simulate(
        load("simons-2022"), USUAL, Subjects(70.0), GRID, Options(form="esketamine", site=Site.ARTERIAL)
    )
    assert drug_high(arterial).cautions == ()


def test_psychotomimetic_items_rise_in_lines_and_stop_where_nobody_was_studied() -> None:
    low, high = drug_high_range(LEVELS)
    assert high.values.max() == pytest.approx(0.89 * 160.2 / 200, abs=0.01)
    assert (low.values <= high.values).all()
    more = simulate(default(), Regimen.single(Mg(140), Minutes(40)), Subjects(70.0), GRID)
    assert drug_high_range(more)[1].values.max() == pytest.approx(0.89)
    assert "above 200 ng/mL" in drug_high_range(more)[1].cautions[-1]


@pytest.mark.parametrize(
    ("statistic", "systolic", "says"),
    [
        ("group-mean", 3.28, "group mean"),
        ("pooled-mean", 12.61, "pooled mean"),
        ("individual-maxima", 19.6, "each person's highest"),
    ],
)
def test_blood_pressure_reaches_its_statistic_and_names_it(
    statistic: str, systolic: float, says: str
) -> None:
    found = haemodynamics(LEVELS, LEVELS, statistic)
    assert found["systolic"].values.max() == pytest.approx(systolic)
    assert says in found["systolic"].statistic
    assert ("heart_rate" in found) == (statistic == "pooled-mean")


def test_an_unknown_delay_lists_those_there_are() -> None:
    with pytest.raises(ValueError, match="Use one of olofsen, navarrete"):
        effect_site(LEVELS, "tea")


def test_an_unknown_statistic_lists_those_there_are() -> None:
    with pytest.raises(ValueError, match="Use one of group-mean, pooled-mean, individual-maxima"):
        haemodynamics(LEVELS, LEVELS, "maximum")


def test_dissociation_is_labelled_exploratory_and_can_be_changed() -> None:
    found = dissociation(LEVELS, LEVELS)
    assert "exploratory" in found.label
    assert "Exploratory" in found.cautions[0]
    assert found.values.max() == pytest.approx(15)
    assert dissociation(LEVELS, LEVELS, peak=30).values.max() == pytest.approx(30)
    assert found.values[0, 160] < 0.2 * found.values.max()  # two hours after the end
    with pytest.raises(ValueError, match="give no curve"):
        dissociation(LEVELS, LEVELS, steepness=0)
