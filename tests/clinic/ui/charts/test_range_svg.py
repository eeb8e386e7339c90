"""The direct drawing of the range is the chart of the general renderer."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tenuto.clinic.ui.charts.dose_level import dose_level, model_range, range_chart, range_drawing
from tenuto.clinic.ui.charts.range_svg import LEFT, RIGHT, nice_step
from tenuto.clinic.ui.charts.render import render
from tenuto.core.units import Kg, Mg, Minutes

POINT = re.compile(r"(-?[\d.]+),(-?[\d.]+)")


def shown(minutes: int = 40, weight: str = "72.5"):
    return model_range(dose=Mg(37), over=Minutes(minutes), body_weight=Kg(weight), age_years=45.0)


def points(path: str) -> np.ndarray:
    return np.array(POINT.findall(path), dtype=float)


def drawn(ranged, kind: str, width: int) -> np.ndarray:
    found = re.search(rf'class="{kind}" d="([^"]+)"', range_drawing(ranged, width=width, height=200))
    return points(found[1])


def reference(ranged, role: str, width: int) -> np.ndarray:
    svg = render(range_chart(ranged, width=width), "svg").decode()
    found = re.search(
        rf'role-mark layer_\d_marks"[^>]*aria-roledescription="{role} mark.*?<path[^>]* d="([^"]+)"', svg
    )
    path = points(found[1])
    # The general renderer keeps five pixels free above and below.
    path[:, 1] = (path[:, 1] - 5) * 200 / 190
    return path


@pytest.mark.parametrize("width", [560, 250])
@pytest.mark.parametrize("minutes", [40, 45])
def test_line_and_band_run_where_the_general_renderer_draws_them(width: int, minutes: int) -> None:
    ranged = shown(minutes)
    line, band = drawn(ranged, "line", width), drawn(ranged, "band", width)
    np.testing.assert_allclose(line, reference(ranged, "line", width), atol=0.11)
    np.testing.assert_allclose(band, reference(ranged, "area", width), atol=0.11)
    assert line[:, 1].min() == line[np.abs(line[:, 0] - minutes / (minutes + 200) * width).argmin(), 1]


def words_of(ranged) -> list[str]:
    return re.findall(r">([^<]+)</text>", range_drawing(ranged, width=560, height=200))


def test_the_words_are_those_of_the_chart() -> None:
    ranged = shown()
    texts = words_of(ranged)
    said = [layer["data"]["values"][0]["name"] for layer in range_chart(ranged)["layer"][3:]]
    assert said == texts[-len(said) :]
    assert {"0", "120", "240", "100", "min from the start", "ketamine, ng/mL"} <= set(texts)


def test_a_long_infusion_is_read_in_hours() -> None:
    texts = words_of(shown(240))
    assert "h from the start" in texts
    assert {"0", "1", "7"} <= set(texts)
    assert "-0" not in texts


@pytest.mark.parametrize("minutes", [40, 120, 240, 6000])
def test_labels_stay_inside_the_drawing(minutes: int) -> None:
    for width in (560, 250):
        svg = range_drawing(shown(minutes), width=width, height=200)
        whole = float(re.search(r'width="(\d+)"', svg)[1])
        assert whole == LEFT + width + RIGHT
        for x, words in re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="start"[^>]*>([^<]+)<', svg):
            # Twelve pixels high, letters are less than 6 wide on average in the page's faces.
            assert LEFT + float(x) + 5.8 * len(words) < whole, words


def test_words_that_find_no_room_beside_the_fall_stand_above_every_curve() -> None:
    ranged = shown(240)
    svg = range_drawing(ranged, width=250, height=200)
    band = drawn(ranged, "band", 250)
    lines = re.findall(r'<text x="[\d.]+" y="([\d.]+)" text-anchor="start"[^>]*>(?=range|not|do|Otto)', svg)
    assert len(lines) == 4
    assert max(map(float, lines)) <= band[:, 1].min() + 4


@pytest.mark.parametrize(
    ("top", "step"), [(9, 2), (40, 10), (99, 20), (180, 50), (330, 100), (700, 200), (2600, 1000)]
)
def test_the_levels_named_are_round(top: float, step: int) -> None:
    assert nice_step(top) == step


def test_the_same_dose_in_the_same_body_is_worked_out_once_and_another_body_is_another_figure() -> None:
    def figure(weight: str):
        return dose_level(dose=Mg(37), over=Minutes(40), body_weight=Kg(weight), age_years=45.0)

    assert figure("72.5") is figure("72.5")
    assert figure("72.5").text != figure("82.5").text
