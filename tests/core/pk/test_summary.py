from __future__ import annotations

import numpy as np
import pytest

from tenuto.core.pk import Options, Regimen, Subjects, default, load, simulate
from tenuto.core.pk.build import Scaling
from tenuto.core.pk.summary import area_to_infinity, decrement_min, last_above, peak
from tenuto.core.units import Mg, MgPerKg, Minutes

GRID = np.arange(0.0, 601.0, 0.5)


def test_a_peak_between_grid_points_is_found() -> None:
    t = np.arange(0.0, 10.0, 0.25)
    top, at = peak(t, 5 - (t - 4.3) ** 2)
    assert (top, at) == (pytest.approx(5.0), pytest.approx(4.3))


def test_a_peak_at_a_corner_stays_on_it() -> None:
    levels = simulate(default(), Regimen.single(Mg(35), Minutes(40)), Subjects(70.0), GRID).of("ketamine")[0]
    assert peak(GRID, levels)[1] == 40.0


def test_a_corner_on_uneven_times_is_not_taken_for_a_round_top() -> None:
    """A coarse grid that meets the end of the infusion: a parabola through it would invent a higher level."""
    times = np.union1d(np.arange(0.0, 600.0, 15.0), [40.0])
    levels = simulate(load("simons-2022"), Regimen.single(Mg(35), Minutes(40)), Subjects(70.0), times)
    assert peak(times, levels.of("ketamine")[0]) == (levels.of("ketamine")[0].max(), 40.0)


@pytest.mark.parametrize("times", [(0, 40, 1440), (10, 40, 240), (0, 40, 80), (0, 20, 40, 60, 80), (40,)])
def test_few_times_give_the_highest_of_their_levels_and_none_above_it(times: tuple[float, ...]) -> None:
    levels = simulate(default(), Regimen.single(Mg(35), Minutes(40)), Subjects(70.0), times).of("ketamine")[0]
    assert peak(times, levels) == (levels.max(), 40.0)


def test_the_area_follows_the_covariates_that_are_asked_for() -> None:
    usual = Regimen.single(Mg(35), Minutes(40))
    plain = area_to_infinity(default(), usual, Subjects(70.0))
    halved = area_to_infinity(default(), usual, Subjects(70.0), Options(covariates=("child-pugh-b",)))
    np.testing.assert_allclose(halved / plain, [[2.0], [1.0]])
    formed = area_to_infinity(default(), usual, Subjects(70.0), Options(covariates=("norketamine-molar",)))
    np.testing.assert_allclose(formed / plain, [[1.0], [0.7528]])


@pytest.mark.parametrize(("share", "says"), [(1.5, "can't fall by 1.5"), (1 - 1e-9, "within a week")])
def test_a_fall_that_never_comes_is_refused(share: float, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        decrement_min(default(), 40, share, Subjects(70.0))


def test_never_above_and_still_above() -> None:
    assert last_above([0.0, 1.0], [1.0, 2.0], 3.0) is None
    assert last_above([0.0, 1.0], [1.0, 5.0], 3.0) == 1.0


@pytest.mark.parametrize(
    ("kg", "scaling", "over_100", "over_50"),
    [
        (50, "published", 54, 118),
        (70, "published", 64, 143),
        (100, "published", 78, 166),
        (130, "published", 90, 182),
        (50, "all-terms", 61, 133),
        (130, "all-terms", 71, 163),
    ],
)
def test_how_long_a_level_lasts_by_weight(kg: float, scaling: str, over_100: float, over_50: float) -> None:
    options = Options(scaling=Scaling(scaling))
    level = simulate(default(), Regimen.single(MgPerKg("0.5"), Minutes(40)), Subjects(kg), GRID, options).of(
        "ketamine"
    )[0]
    assert last_above(GRID, level, 100) == pytest.approx(over_100, abs=1)
    assert last_above(GRID, level, 50) == pytest.approx(over_50, abs=1)
