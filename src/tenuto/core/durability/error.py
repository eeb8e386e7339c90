"""From the expected to the observed score: rounded, kept in the scale's range, with the scale's measurement error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tenuto.core.durability.normal import LOG_SQRT_2PI, Floats, cdf, log_cdf
from tenuto.core.scales.measurement import ScaleMeasure

__all__ = ["ErrorOfScale"]


@dataclass(frozen=True, slots=True)
class ErrorOfScale:
    """The error of one scale; swap `sd` for another clinic's or patient's."""

    lowest: float
    highest: float
    step: float
    sd: float

    @classmethod
    def of(cls, measure: ScaleMeasure) -> ErrorOfScale:
        """The error that the scale's data file gives."""
        return cls(measure.lowest, measure.highest, measure.step, measure.error_sd)

    def observe(self, expected: Floats, noise: Floats) -> Floats:
        """Scores as they would be written down; `noise` is standard normal, the shape of `expected`."""
        written = self.sd * noise + expected
        written /= self.step
        np.rint(written, out=written)
        written *= self.step
        return np.clip(written, self.lowest, self.highest, out=written)

    def log_likelihood(self, expected: Floats, observed: Floats) -> Floats:
        """Log probability of writing down `observed` (scores,), for each of `expected` (scores, n); shape (scores, n).

        Inside the range the step's probability is step x density with Sheppard's correction of the variance
        (relative error below 0.1 % for these scales); at the ends of the range it is the whole tail.
        """
        variance = self.sd**2 + self.step**2 / 12
        found = expected - observed[:, None]
        np.square(found, out=found)
        found *= -0.5 / variance
        found += math.log(self.step) - 0.5 * math.log(variance) - LOG_SQRT_2PI
        half = self.step / 2
        bottom, top = observed <= self.lowest, observed >= self.highest
        if bottom.any():
            found[bottom] = log_cdf((self.lowest + half - expected[bottom]) / self.sd)
        if top.any():
            found[top] = log_cdf((expected[top] - (self.highest - half)) / self.sd)
        return found

    def above(self, expected: Floats, line: float) -> Floats:
        """Probability that the score written down is strictly above `line`, for each expected score."""
        if line >= self.highest:
            return np.zeros_like(expected)
        if line < self.lowest:
            return np.ones_like(expected)
        edge = (math.floor(line / self.step + 1e-9) + 0.5) * self.step
        distance = expected - edge
        distance /= self.sd
        return cdf(distance)
