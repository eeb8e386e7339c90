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


def survival(above: Iterable[Floats], in_row: int, run: int) -> Iterator[Floats]:
    """Probability for each draw that loss has not been confirmed, shape (n,), after each score in turn.

    above: for each scheduled score in turn, the probability (n,) that it is above the line.
    in_row: scores above the line in a row that confirm a loss. run: how many there are already, below `in_row`.

    A chain over the length of the current run; the errors of two scores are independent given the patient.
    """
    chain: list[Floats | float] = [1.0 if length == run else 0.0 for length in range(in_row)]
    left: Floats | float = 1.0
    for high in above:
        chain = [left * (1 - high), *(share * high for share in chain[:-1])]
        left = sum(chain[1:], start=chain[0])
        yield np.asarray(left)
