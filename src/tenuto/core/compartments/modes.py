"""The decomposition of a system into modes that each decay by one exponential.

Inside a group of compartments that exchange both ways, `K` is similar to a symmetric matrix, so its rates are real and
its modes well conditioned. Between groups the coupling is one-way, so in these modes the whole system is lower
triangular: rates on the diagonal, couplings below. When the rates of different groups are far enough apart, the
triangle is diagonalised too and each mode runs alone; where they are close that loses digits, and the affected
patients are marked for the method of `clustered`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tenuto.core.compartments import symmetric
from tenuto.core.compartments.matrix import Bools, Floats, UnsolvableSystem, groups, used
from tenuto.core.compartments.symmetric import FEW

Eigen = Callable[[Floats], tuple[Floats, Floats]]

__all__ = ["Eigen", "Modes", "decompose"]

LARGEST_GROWTH = 1e4
"""How much larger than the state its separate modes may be. 1e4 keeps the error near 1e-11 of the peak."""


@dataclass(frozen=True, slots=True)
class Modes:
    """Decay rates and the ways into and out of the modes. Arrays have the patients last.

    `rates` `(n, patients)`; `coupling` `(n, n, patients)`, strictly lower triangular: mode c feeds mode r;
    `out` and `into` `(n, n, patients)`: group modes to amounts and back; `up` and `down`: from modes that run alone to
    group modes and back; `apart` `(patients,)`: where the latter may be used.
    """

    rates: Floats
    coupling: Floats
    out: Floats
    into: Floats
    up: Floats | None
    down: Floats | None
    apart: Bools

    def only(self, patients: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Modes:
        """The group modes of some patients."""
        return Modes(
            self.rates[..., patients],
            self.coupling[..., patients],
            self.out[..., patients],
            self.into[..., patients],
            None,
            None,
            self.apart[patients],
        )

    @property
    def apart_out(self) -> Floats:
        """From modes that run alone to all amounts, `(n, n, patients)`; only where `apart`."""
        return self.alone_out(range(len(self.rates)))

    @property
    def apart_into(self) -> Floats:
        """From all amounts to modes that run alone, `(n, n, patients)`; only where `apart`."""
        return self.into if self.down is None else product(self.down, self.into)

    def alone_out(self, compartments: Sequence[int]) -> Floats:
        """From modes that run alone to the amounts in `compartments`, `(compartments, n, patients)`."""
        rows = self.out[list(compartments)]
        return rows if self.up is None else product(rows, self.up)

    def alone_into(self, compartments: Sequence[int]) -> dict[int, Floats]:
        """What an amount put into each of `compartments` gives the modes that run alone, `(n, patients)`."""
        columns = self.into[:, list(compartments)]
        found = columns if self.down is None else product(self.down, columns)
        return {compartment: found[:, i] for i, compartment in enumerate(compartments)}


def decompose(matrix: Floats, eigen: Eigen = symmetric.eigen) -> Modes:
    """Modes of `matrix` `(patients, n, n)`; raises `UnsolvableSystem` for a one-way loop or content that never leaves."""
    patients, size = matrix.shape[:2]
    members_of = groups(matrix)
    matrix = np.ascontiguousarray(matrix.transpose(1, 2, 0))
    rates = np.empty((size, patients))
    out, into = np.zeros((size, size, patients)), np.zeros((size, size, patients))
    spans: list[slice] = []
    filled = 0
    for members in members_of:
        span = slice(filled, filled + len(members))
        values, vectors, weights = _group_modes(matrix[np.ix_(members, members)], members, eigen)
        if (-values <= 8 * np.finfo(np.float64).eps * np.abs(values).max(axis=0)).any():
            raise UnsolvableSystem(_closed(members))
        rates[span] = -values
        for row, member in enumerate(members):
            out[member, span] = weights[row] * vectors[row]
            into[span, member] = vectors[row] / weights[row]
        spans.append(span)
        filled += len(members)
    coupling = np.zeros((size, size, patients))
    if len(spans) == 1:
        return Modes(rates, coupling, out, into, None, None, np.ones(patients, dtype=bool))
    for place, (here, source) in enumerate(zip(spans, members_of, strict=True)):
        for there, target in zip(spans[place + 1 :], members_of[place + 1 :], strict=True):
            passing = matrix[np.ix_(target, source)]
            if passing.any():
                fed = product(passing, out[list(source), here])
                coupling[there, here] = product(into[there][:, list(target)], fed)
    up, down, growth = _separate(rates, coupling)
    apart = growth < LARGEST_GROWTH
    if not apart.all():
        up[..., ~apart] = down[..., ~apart] = 0.0
    return Modes(rates, coupling, out, into, up, down, apart)


def product(left: Floats, right: Floats) -> Floats:
    """Matrix product of `(a, b, patients)` and `(b, c, patients)`; for crowds, terms that are zero in all are skipped."""
    if left.shape[2] < FEW:
        return np.asarray(np.einsum("abp,bcp->acp", left, right), dtype=np.float64)
    total = np.zeros((left.shape[0], right.shape[1], left.shape[2]))
    terms = used(left)[:, :, np.newaxis] & used(right)[np.newaxis]
    for row, via, column in np.argwhere(terms):
        total[row, column] += left[row, via] * right[via, column]
    return total


def _group_modes(inner: Floats, members: Sequence[int], eigen: Eigen) -> tuple[Floats, Floats, Floats]:
    """Eigenvalues, orthonormal vectors and weights that make one group's matrix symmetric."""
    size, patients = len(members), inner.shape[2]
    weights = np.ones((size, patients))
    seen, front = {0}, [0]
    while front:
        here = front.pop()
        for there in range(size):
            if there not in seen and inner[there, here].any():
                weights[there] = weights[here] * _ratio(inner[there, here], inner[here, there], members)
                seen.add(there)
                front.append(there)
    balanced = inner * weights[np.newaxis] / weights[:, np.newaxis]
    flipped = balanced.transpose(1, 0, 2)
    if (np.abs(balanced - flipped) > 1e-9 * np.abs(balanced)).any():
        raise UnsolvableSystem(_one_way(members))
    values, vectors = eigen(0.5 * (balanced + flipped))
    return values, vectors, weights


def _ratio(forth: Floats, back: Floats, members: Sequence[int]) -> Floats:
    """Square root of the ratio of two opposite rate constants; one where neither flows in a patient."""
    if ((forth == 0) != (back == 0)).any():
        raise UnsolvableSystem(_one_way(members))
    ratio = np.divide(forth, back, out=np.ones_like(forth), where=back != 0)
    return np.asarray(np.sqrt(ratio), dtype=np.float64)


def _one_way(members: Sequence[int]) -> str:
    named = ", ".join(str(m) for m in members)
    return (
        f"Compartments {named} form a loop whose exchanges do not balance round the loop. "
        "Connect them in pairs that flow both ways, without a ring, or use the reference solver."
    )


def _closed(members: Sequence[int]) -> str:
    named = ", ".join(str(m) for m in members)
    return f"The content of compartment {named} never leaves. Give it a loss or an outflow."


def _separate(rates: Floats, coupling: Floats) -> tuple[Floats, Floats, Floats]:
    """Eigenvectors of the triangle, their inverse, and by how much the separate modes exceed the state."""
    size, patients = rates.shape
    up = np.zeros_like(coupling)
    up[np.arange(size), np.arange(size)] = 1.0
    down = up.copy()
    present = used(coupling)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for row in range(size):
            for column in range(row):
                above = [s for s in range(column, row) if present[row, s]]
                if above:
                    fed = sum((coupling[row, s] * up[s, column] for s in above), np.zeros(patients))
                    up[row, column] = _over(fed, rates[row] - rates[column])
        for row in range(size):
            for column in range(row - 1, -1, -1):
                below = [s for s in range(column + 1, row + 1) if present[s, column]]
                if below:
                    fed = sum((down[row, s] * coupling[s, column] for s in below), np.zeros(patients))
                    down[row, column] = _over(fed, rates[column] - rates[row])
        growth = (np.abs(up).max(axis=0) * np.abs(down).max(axis=1)).sum(axis=0)
    return up, down, np.where(np.isfinite(growth), growth, np.inf)


def _over(numerator: Floats, divisor: Floats) -> Floats:
    """Quotient that is zero where nothing is fed, so that two uncoupled groups of equal rate are no trouble."""
    return np.asarray(np.where(numerator == 0, 0.0, numerator / divisor), dtype=np.float64)
