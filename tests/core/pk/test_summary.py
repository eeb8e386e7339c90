from __future__ import annotations

import numpy as np
import pytest

from tenuto.core.pk import Options, Regimen, Subjects, default, load, simulate
from tenuto.core.pk.build import Scaling
from tenuto.core.pk.summary import last_above, peak
from tenuto.core.units import Mg, MgPerKg, Minutes

GRID = np.arange(0.0, 601.0, 0.5)


def test_a_peak_between_grid_points_is_found() -> None:
    t = np.arange(0.0, 10.0)
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
