"""The decomposition of a system into modes that each decay by one exponential.

Inside a group of compartments that exchange both ways, `K` is similar to a symmetric matrix, so its rates are real and
its modes well conditioned. Between groups the coupling is one-way, so in these modes the whole system is lower
triangular: rates on the diagonal, couplings below. When the rates of different groups are far enough apart, the
triangle is diagonalised too and each mode runs alone; where they are close that loses digits, and the affected
patients are marked for the method of `clustered`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tenuto.core.compartments import symmetric
from tenuto.core.compartments.entries import Entries, dense, largest, plus, product
from tenuto.core.compartments.matrix import Bools, Floats, Links, UnsolvableSystem, groups, links

Eigen = Callable[[Floats], tuple[Floats, Floats]]

__all__ = ["Eigen", "Modes", "Together", "decompose"]

LARGEST_GROWTH = 1e4
"""How much larger than the state its separate modes may be. 1e4 keeps the error near 1e-11 of the peak."""


@dataclass(frozen=True, slots=True)
class Modes:
    """Decay rates and the ways into and out of the modes.

    `rates` `(n, patients)`; `coupling`, strictly lower triangular: mode c feeds mode r; `out` and `into`: group modes to
    amounts and back; `up` and `down`, without their diagonals of ones: from modes that run alone to group modes and back;
    `apart` `(patients,)`: where the latter may be used.
    """

    rates: Floats
    coupling: Entries
    out: Entries
    into: Entries
    up: Entries
    down: Entries
    apart: Bools

    def together(self, patients: np.ndarray[tuple[int], np.dtype[np.intp]] | slice = slice(None)) -> Together:
        """The group modes of some patients."""
        return Together(
            self.rates[:, patients],
            *(self._whole(part)[..., patients] for part in (self.coupling, self.out, self.into)),
        )

    def alone_out(self, compartments: Sequence[int]) -> Floats:
        """From modes that run alone to the amounts in `compartments`, `(compartments, n, patients)`; where `apart`."""
        rows = {place: value for place, value in self.out.items() if place[0] in compartments}
        return self._dense(plus(rows, product(rows, self.up)), compartments, self._all)

    def alone_into(self, compartments: Sequence[int]) -> dict[int, Floats]:
        """What an amount put into each of `compartments` gives the modes that run alone, `(n, patients)`."""
        columns = {place: value for place, value in self.into.items() if place[1] in compartments}
        found = self._dense(plus(columns, product(self.down, columns)), self._all, compartments)
        return {compartment: found[:, i] for i, compartment in enumerate(compartments)}

    @property
    def _all(self) -> range:
        return range(len(self.rates))

    def _whole(self, entries: Entries) -> Floats:
        return self._dense(entries, self._all, self._all)

    def _dense(self, entries: Entries, rows: Sequence[int], columns: Sequence[int]) -> Floats:
        return dense(entries, rows, columns, self.rates.shape[1])


@dataclass(frozen=True, slots=True)
class Together:
    """Group modes with their couplings, as whole arrays: rates `(n, patients)`, the others `(n, n, patients)`."""

    rates: Floats
    coupling: Floats
    out: Floats
    into: Floats


def decompose(matrix: Floats, eigen: Eigen = symmetric.eigen) -> Modes:
    """Modes of `matrix` `(patients, n, n)`; raises `UnsolvableSystem` for a one-way loop or content that never leaves."""
    patients, size = matrix.shape[:2]
    linked = links(matrix)
    flow = np.ascontiguousarray(matrix.transpose(1, 2, 0))
    rates = np.empty((size, patients))
    out, into = Entries(), Entries()
    filled = 0
    for members in groups(linked):
        span = range(filled, filled + len(members))
        values, vectors, weights = _group_modes(flow, linked, members, eigen)
        if (values >= -8 * np.finfo(np.float64).eps * np.abs(values).max(axis=0)).any():
            raise UnsolvableSystem(_closed(members))
        rates[span.start : span.stop] = -values
        for row, member in enumerate(members):
            for column, mode in enumerate(span):
                out[member, mode] = weights[row] * vectors[row, column]
                into[mode, member] = vectors[row, column] / weights[row]
        filled = span.stop
    between = {place: flow[place] for place in _between(linked)}
    coupling = product(into, product(between, out))
    up, down = _separate(rates, coupling)
    growth = (largest(up, 0, size, patients) * largest(down, 1, size, patients)).sum(axis=0)
    apart = growth < LARGEST_GROWTH
    if not apart.all():
        for entry in (*up.values(), *down.values()):
            entry[~apart] = 0.0
    return Modes(rates, coupling, out, into, up, down, apart)


def _between(linked: Links) -> Iterator[tuple[int, int]]:
    """Target and source of every flow from one group into another."""
    group_of = {member: number for number, members in enumerate(groups(linked)) for member in members}
    for target, row in enumerate(linked):
        for source, flows in enumerate(row):
            if flows and group_of[target] != group_of[source]:
                yield target, source


def _group_modes(
    flow: Floats, linked: Links, members: Sequence[int], eigen: Eigen
) -> tuple[Floats, Floats, Floats]:
    """Eigenvalues, orthonormal vectors and weights that make one group's matrix symmetric."""
    size, patients = len(members), flow.shape[2]
    weights = np.ones((size, patients))
    balanced = np.zeros((size, size, patients))
    seen, front = {0}, [0]
    while front:
        here = front.pop()
        for there in range(size):
            if there not in seen and linked[members[there]][members[here]]:
                forth, back = flow[members[there], members[here]], flow[members[here], members[there]]
                weights[there] = weights[here] * _ratio(forth, back, members)
                seen.add(there)
                front.append(there)
    for place, member in enumerate(members):
        balanced[place, place] = flow[member, member]
    for row, column in combinations(range(size), 2):
        into, out = members[row], members[column]
        if linked[into][out] or linked[out][into]:
            ratio = weights[column] / weights[row]
            forth, back = flow[into, out] * ratio, flow[out, into] / ratio
            if (np.abs(forth - back) > 1e-9 * np.maximum(forth, back)).any():
                raise UnsolvableSystem(_one_way(members))
            balanced[row, column] = balanced[column, row] = 0.5 * (forth + back)
    values, vectors = eigen(balanced)
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


def _separate(rates: Floats, coupling: Entries) -> tuple[Entries, Entries]:
    """Eigenvectors of the triangle and their inverse, without their ones; huge or not finite where rates are close."""
    size = len(rates)
    up, down = Entries(), Entries()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for column in range(size):
            for row in range(column + 1, size):
                fed = _fed(coupling.get((row, column)), coupling, up, row, column)
                if fed is not None:
                    up[row, column] = _over(fed, rates[row] - rates[column])
        for row in range(size):
            for column in range(row - 1, -1, -1):
                fed = _fed(coupling.get((row, column)), down, coupling, row, column)
                if fed is not None:
                    down[row, column] = _over(fed, rates[column] - rates[row])
    return up, down


def _fed(straight: Floats | None, first: Entries, second: Entries, row: int, column: int) -> Floats | None:
    """What reaches `row` from `column`, straight and by way of the modes between; None when nothing does."""
    fed = straight
    for via in range(column + 1, row):
        if (row, via) in first and (via, column) in second:
            part = first[row, via] * second[via, column]
            fed = part if fed is None else fed + part
    return fed


def _over(numerator: Floats, divisor: Floats) -> Floats:
    """Quotient that is zero where nothing is fed, so that two uncoupled groups of equal rate are no trouble."""
    return np.asarray(np.where(numerator == 0, 0.0, numerator / divisor), dtype=np.float64)
