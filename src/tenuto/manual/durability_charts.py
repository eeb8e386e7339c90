"""The pictures of the model card, drawn from the shipped calibration by `tenuto docs build`."""

from __future__ import annotations

from tenuto.clinic.ui.charts.durability import population_chart, rows_chart
from tenuto.clinic.ui.charts.render import render
from tenuto.core.durability.calibration.card import results
from tenuto.core.durability.population import fitted

__all__ = ["population", "rows"]


def rows() -> str:
    """Published shares against what was predicted of them."""
    return render(rows_chart(results()["left_out"]), "svg").decode()


def population() -> str:
    """A population after six infusions."""
    return render(population_chart(fitted()), "svg").decode()
