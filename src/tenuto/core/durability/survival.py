"""Probability that response is not yet lost, at each scheduled score from now on, exactly for each draw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from tenuto.core.durability.normal import Floats

__all__ = ["ResponseCurve", "survival"]


@dataclass(frozen=True, slots=True, eq=False)
class ResponseCurve:
    """Share of patients still responding, at days from now. Starts at day 0; straight between scheduled scores."""

    days: Floats
    responding: Floats

    def at(self, day: float) -> float:
        """Probability of still responding `day` days from now."""
        return float(np.interp(day, self.days, self.responding))

    def day_of_risk(self, risk: float) -> float | None:
        """The day on which the risk of having lost response reaches `risk`; None when it doesn't on the curve."""
        lost = 1 - self.responding
        if lost[-1] < risk:
            return None
        k = int(np.argmax(lost >= risk))
        if k == 0:
            return float(self.days[0])
        share = (risk - lost[k - 1]) / (lost[k] - lost[k - 1])
        return float(self.days[k - 1] + share * (self.days[k] - self.days[k - 1]))


def survival(above: Iterable[tuple[Floats, Floats]], in_row: int, run: int) -> Iterator[Floats]:
    """Probability for each draw that loss has not been confirmed, shape (n,), after each score in turn.

    above: for each scheduled score in turn, the probability (n,) that it is above the line after one that was not, and
    after one that was; errors of neighbouring scores are correlated.
    in_row: scores above the line in a row that confirm a loss. run: how many there are already, below `in_row`.

    A chain over the length of the current run.
    """
    chain: list[Floats | float] = [1.0 if length == run else 0.0 for length in range(in_row)]
    for after_low, after_high in above:
        low, highs = chain[0], chain[1:]
        fallen = low * (1 - after_low)
        for share in highs:
            fallen = fallen + share * (1 - after_high)
        # The last of the lengths, one further, is loss.
        longer: list[Floats | float] = [low * after_low, *(share * after_high for share in highs)]
        chain = [fallen, *longer][:in_row]
        yield np.asarray(sum(chain[1:], start=chain[0]))
