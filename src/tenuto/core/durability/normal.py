"""The normal distribution in NumPy alone, accurate far into the tails, so that nothing here waits for SciPy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["LOG_SQRT_2PI", "Floats", "both_above", "cdf", "log_cdf", "quantile"]

Floats: TypeAlias = npt.NDArray[np.float64]

LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)
_ROOT_HALF = math.sqrt(0.5)
# Chebyshev fit of log(erfc(x) exp(x**2) (1 + x/2)) in t = 1/(1 + x/2): relative error below 1.2e-7 for every x >= 0,
# which is what log-probabilities need (an absolute error would be useless in the tail).
_ERFC = (-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587)
_ERFC_TAIL = (-0.82215223, 0.17087277)


def _log_erfc(x: Floats) -> Floats:
    """log erfc(x) for x >= 0."""
    t = 1 / (1 + 0.5 * x)
    log = np.log(t)
    log -= x * x
    log += _polynomial(_ERFC + _ERFC_TAIL, t)
    return log


def _polynomial(coefficients: Sequence[float], t: Floats) -> Floats:
    """The sum of coefficient times power, lowest power first; in place, because memory is what takes the time."""
    value = coefficients[-1] * t
    for coefficient in coefficients[-2:0:-1]:
        value += coefficient
        value *= t
    value += coefficients[0]
    return value


def log_cdf(z: Floats) -> Floats:
    """Log of the standard normal distribution function; relative error of the probability below 2e-7."""
    upper = _log_erfc(np.abs(z) * _ROOT_HALF) - math.log(2)
    return np.where(z < 0, upper, np.log1p(-np.exp(upper)))


# Polynomial in t = 1 / (1 + 0.2316419 z), without its first power, that turns the density into the upper tail
# (Abramowitz and Stegun 26.2.17).
_TAIL_SLOPE = 0.2316419
_TAIL = tuple(
    c * math.exp(-LOG_SQRT_2PI) for c in (0.319381530, -0.356563782, 1.781477937, -1.821255978, 1.330274429)
)


def cdf(z: Floats) -> Floats:
    """The standard normal distribution function; absolute error below 7.5e-8, with one exponential a value."""
    t = np.abs(z)
    t *= _TAIL_SLOPE
    t += 1
    np.reciprocal(t, out=t)
    half = _polynomial(_TAIL, t)
    half *= t
    np.multiply(z, z, out=t)
    t *= -0.5
    half *= np.exp(t, out=t)
    # From the upper tail to either side of one half.
    np.subtract(0.5, half, out=half)
    np.copysign(half, z, out=half)
    half += 0.5
    return half


_SERIES_UP_TO = 0.3
"""Correlation up to which three terms of the series are enough."""


def both_above(h: Floats, k: Floats, p: Floats, q: Floats, correlation: float) -> Floats:
    """Probability that two standard normal variables of this correlation lie below `h` and below `k`.

    `p` and `q` are the probabilities of each alone. Absolute error below 3e-4.

    Source: tetrachoric series for small correlations, Drezner and Wesolowsky 1990 (Gauss-Legendre) beyond.
    """
    if abs(correlation) <= _SERIES_UP_TO:
        hh, kk = h * h, k * k
        density = hh + kk
        density *= -0.5
        np.exp(density, out=density)
        hh -= 1
        kk -= 1
        hh *= kk
        hh *= correlation / 3
        hh += h * k
        hh *= 0.5 * correlation
        hh += 1
        hh *= density
        hh *= correlation / (2 * math.pi)
        hh += p * q
        return hh
    points, weights = np.polynomial.legendre.leggauss(12)
    top, total = math.asin(correlation), p * q
    for point, weight in zip(points, weights, strict=True):
        angle = 0.5 * top * (1 + point)
        away = (h * h + k * k - 2 * math.sin(angle) * h * k) / (2 * math.cos(angle) ** 2)
        total = total + 0.25 * top * weight / math.pi * np.exp(-away)
    return np.asarray(total)


# Rational approximations of the normal quantile in a central and two tail regions; relative error below 1.2e-9.
_CENTRE_TOP = (
    -3.969683028665376e01,
    2.209460984245205e02,
    -2.759285104469687e02,
    1.383577518672690e02,
    -3.066479806614716e01,
    2.506628277459239e00,
)
_CENTRE_BOTTOM = (
    -5.447609879822406e01,
    1.615858368580409e02,
    -1.556989798598866e02,
    6.680131188771972e01,
    -1.328068155288572e01,
    1.0,
)
_TAIL_TOP = (
    -7.784894002430293e-03,
    -3.223964580411365e-01,
    -2.400758277161838e00,
    -2.549732539343734e00,
    4.374664141464968e00,
    2.938163982698783e00,
)
_TAIL_BOTTOM = (7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e00, 3.754408661907416e00, 1.0)
_TAIL_BELOW = 0.02425


def quantile(p: Floats) -> Floats:
    """Standard normal quantile of probabilities strictly between 0 and 1; relative error below 1.2e-9."""
    from_half = p - 0.5
    square = from_half * from_half
    found = from_half * _polynomial(_CENTRE_TOP[::-1], square) / _polynomial(_CENTRE_BOTTOM[::-1], square)
    near_edge = np.minimum(p, 1 - p)
    tails = near_edge < _TAIL_BELOW
    r = np.sqrt(-2 * np.log(near_edge[tails]))
    tail = _polynomial(_TAIL_TOP[::-1], r) / _polynomial(_TAIL_BOTTOM[::-1], r)
    found[tails] = np.where(from_half[tails] < 0, tail, -tail)
    return found
