"""From the expected to the observed score: rounded, kept in the scale's range, with the scale's measurement error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from tenuto.core.durability.normal import LOG_SQRT_2PI, Floats, both_above, cdf, log_cdf
from tenuto.core.durability.structure import structure
from tenuto.core.scales.measurement import ScaleMeasure

__all__ = ["ErrorOfScale"]


@dataclass(frozen=True, slots=True)
class ErrorOfScale:
    """The error of one scale; swap `sd` for another clinic's or patient's.

    Errors of one patient are correlated in time: what was written down last pulls the next score towards its own error.
    """

    lowest: float
    highest: float
    step: float
    sd: float
    daily: float = 0.0
    """Correlation of the errors of two scores a day apart; that of scores further apart is its power."""

    @classmethod
    def of(cls, measure: ScaleMeasure, daily: float | None = None) -> ErrorOfScale:
        """The error that the scale's data file gives, with the current model's correlation in time unless given."""
        kept = structure().fixed["error_correlation"] if daily is None else daily
        return cls(measure.lowest, measure.highest, measure.step, measure.error_sd, kept)

    def correlation(self, days: Floats | float) -> Floats | float:
        """Correlation of the errors of two scores so many days apart."""
        return self.daily**days if self.daily > 0 else 0.0 * days

    def observe(
        self, expected: Floats, noise: Floats, *, last: Floats | float = 0.0, kept: float = 0.0
    ) -> Floats:
        """Scores as they would be written down; `noise` is standard normal, the shape of `expected`.

        last: error of each patient's last score (score minus expected). kept: its correlation with that of this one.
        """
        written = self.sd * math.sqrt(1 - kept**2) * noise + expected
        if kept:
            written += kept * last
        written /= self.step
        np.rint(written, out=written)
        written *= self.step
        return np.clip(written, self.lowest, self.highest, out=written)

    def log_likelihood(self, expected: Floats, observed: Floats, days: Floats | None = None) -> Floats:
        """Log probability of writing down each of `observed` (scores,) given the one before it; shape (scores, n).

        expected: (scores, n). days: of each score, in order; None takes the errors as independent.
        Inside the range the step's probability is step x density with Sheppard's correction of the variance
        (relative error below 0.1 % for these scales); at the ends of the range it is the whole tail.
        """
        if days is None or self.daily <= 0:
            return self._log_probability(expected, observed, np.zeros(len(observed)), expected)
        kept = np.concatenate([[0.0], self.correlation(np.diff(days))])
        before = np.concatenate([expected[:1], expected[:-1]])
        return self._log_probability(expected, observed, kept, before, np.roll(observed, 1))

    def next_log_likelihood(
        self, expected: Floats, observed: float, days: float, last_error: Floats
    ) -> Floats:
        """Log probability of writing down `observed` so many `days` after a score with these errors, shape (n,).

        expected, last_error (score minus expected): (n,). Summed over a course this is `log_likelihood` of all its scores.
        """
        kept = np.array([float(self.correlation(days))])
        alone: Floats = self._log_probability(
            expected[None], np.array([observed]), kept, -last_error[None], np.zeros(1)
        )[0]
        return alone

    def brought_by_each(self, expected: Floats, observed: Floats, days: Floats, found: Floats) -> Floats:
        """What each score adds to the log likelihood of all, shape (scores, n); `found` as from `log_likelihood`.

        Leaving a score out also leaves the next one with an earlier score before it.
        """
        if self.daily <= 0 or len(observed) < 2:
            return found
        brought = found.copy()
        kept = np.concatenate([[0.0], self.correlation(days[2:] - days[:-2])])
        before = np.concatenate([expected[:1], expected[:-2]])
        last = np.concatenate([observed[:1], observed[:-2]])
        brought[:-1] += found[1:] - self._log_probability(expected[1:], observed[1:], kept, before, last)
        return brought

    def _log_probability(
        self, expected: Floats, observed: Floats, kept: Floats, before: Floats, last: Floats | None = None
    ) -> Floats:
        """Of each score given another one, `last` (scores,), expected at `before` (scores, n), `kept` (scores,) correlated."""
        if last is None:
            found = expected - _column(observed, expected)
        else:
            found = before * _column(-kept, expected)
            found += expected
            found += _column(kept * last - observed, expected)
        spread = self.sd * np.sqrt(1 - kept**2)
        variance = spread**2 + self.step**2 / 12
        half, ends = self.step / 2, {}
        for k in np.flatnonzero((observed <= self.lowest) | (observed >= self.highest)):
            # `found` is how far the expectation lies above the score.
            side = half - found[k] if observed[k] <= self.lowest else half + found[k]
            ends[k] = log_cdf(side / float(spread[k]))
        np.square(found, out=found)
        found *= _column(-0.5 / variance, expected)
        found += _column(math.log(self.step) - 0.5 * np.log(variance) - LOG_SQRT_2PI, expected)
        for k, tail in ends.items():
            found[k] = tail
        return found

    def edge(self, line: float) -> float:
        """Where the expectation must lie for every second score to be written down above `line`; infinite when none can."""
        if line >= self.highest:
            return math.inf
        if line < self.lowest:
            return -math.inf
        return (math.floor(line / self.step + 1e-9) + 0.5) * self.step

    def above(self, expected: Floats, line: float) -> Floats:
        """Probability that the score written down is strictly above `line`, for each expected score."""
        edge = self.edge(line)
        if math.isinf(edge):
            return np.full_like(expected, 0.0 if edge > 0 else 1.0)
        distance = expected - edge
        distance /= self.sd
        return cdf(distance)

    def above_in_turn(
        self, expected: Iterable[tuple[float, Floats]], line: float, last: Floats | float
    ) -> Iterator[tuple[Floats, Floats]]:
        """Probabilities that each score in turn is above `line`: after one that was not, and after one that was.

        expected: for each score the days since the score before and the expected scores (n,). last: error of the score
        before the first. Exact for two neighbours; the memory of a score before them is left out of their chances.
        """
        edge, kept_of_last, before = self.edge(line), 1.0, None
        for days, level in expected:
            if math.isinf(edge):
                certain = np.full_like(level, 0.0 if edge > 0 else 1.0)
                yield certain, certain
                continue
            kept = float(self.correlation(days))
            kept_of_last *= kept
            spread = math.sqrt(1 - kept_of_last**2)
            distance = level + (kept_of_last * last - edge)
            distance /= self.sd * spread
            chance = cdf(distance)
            if before is None or kept == 0:
                yield chance, chance
            else:
                both = both_above(before[0], distance, before[1], chance, kept * before[2] / spread)
                yield _given(chance - both, 1 - before[1]), _given(both, before[1])
            before = distance, chance, spread


def _column(values: Floats, like: Floats) -> Floats:
    """One value for each score, beside draws of the same precision."""
    return np.asarray(values, dtype=like.dtype)[:, None]


def _given(joint: Floats, condition: Floats) -> Floats:
    """A conditional probability; where the condition is all but impossible its value does not matter."""
    share: Floats = np.clip(joint / np.maximum(condition, 1e-12), 0.0, 1.0)
    return share
