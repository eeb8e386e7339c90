"""Charts that compare situations in the manual."""

from __future__ import annotations

import numpy as np

from tenuto.clinic.ui.charts.comparison import LevelLine, comparison_chart

TIMES = np.arange(0.0, 10.0)
LEVELS = 12.34567 * TIMES


def test_the_picture_does_not_change_with_the_last_bit_of_a_level() -> None:
    def chart(factor: float) -> dict:
        lines = [LevelLine("one", LEVELS * factor), LevelLine("two", 0.9 * LEVELS * factor)]
        return comparison_chart("Two", "Made up.", TIMES, lines)

    assert chart(1.0) == chart(1.0 + 4e-16)
    assert chart(1.0) != chart(1.01)
