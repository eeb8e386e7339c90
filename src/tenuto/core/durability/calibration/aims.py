"""What the second model was to reach, judged from the results that a calibration leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tenuto.core.durability.calibration.contest import PARTS, interval_score, lead, summed
from tenuto.core.durability.calibration.table import Reported, reported

__all__ = ["Aim", "aims", "inside"]

_COVERED = 0.85, 0.95


@dataclass(frozen=True, slots=True)
class Aim:
    """One of them, with the figure that decides."""

    what: str
    reached: bool
    figure: str


def aims(found: Mapping[str, Any]) -> list[Aim]:
    """All of them, reached or not."""
    return [_coverage(found), *_over_the_first_model(found), _over_the_fixed_hazard(found), _day_7(found)]


def _coverage(found: Mapping[str, Any]) -> Aim:
    covered = sum(row["hit"] for row in found["left_out"]) / len(found["left_out"])
    low, high = _COVERED
    return Aim("coverage of all rows between 85 and 95 %", low <= covered <= high, f"{covered:.1%}")


def _over_the_first_model(found: Mapping[str, Any]) -> Iterator[Aim]:
    for rival in (found["rivals"]["first"], found["rivals"]["first_shipped"]):
        for part, of in PARTS.items():
            own, other = (
                [row for row in rows if of(row["key"])] for rows in (found["left_out"], rival["left_out"])
            )
            higher, lower = (summed(own), summed(other)), (interval_score(own), interval_score(other))
            than = f"than {rival['name']}, {part}"
            yield Aim(f"a better log score {than}", higher[0] > higher[1], _against(*higher))
            yield Aim(f"a better interval score {than}", lower[0] < lower[1], _against(*lower))


def _against(own: float, other: float) -> str:
    return f"{own:.1f} against {other:.1f}"


def _over_the_fixed_hazard(found: Mapping[str, Any]) -> Aim:
    over = lead(found["left_out"], found["rivals"]["baseline"]["left_out"])
    return Aim(
        "a lead over the fixed hazard beyond two standard errors",
        over.total > 2 * over.error,
        f"{over.total:.1f} ± {over.error:.1f}",
    )


def _day_7(found: Mapping[str, Any]) -> Aim:
    row = reported()["C1-d7"]
    figure = next(check["model"] for check in found["checks"] if check["key"] == row.key)
    return Aim(
        "C1 day 7 inside its published interval (fitted)",
        inside(row, figure),
        f"{figure:.2f}, published {row.value:g}",
    )


def inside(row: Reported, figure: float) -> bool:
    """Whether a figure lies in the interval that was published with the row's own; ValueError when there is none."""
    if row.interval is None:
        raise ValueError(f"Row {row.key} was published without an interval.")
    low, high = row.interval
    return low <= figure <= high
