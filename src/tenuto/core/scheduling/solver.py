"""The one place that speaks to the solver, HiGHS: a linear program whose variables may be whole numbers."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from highspy import HighsLp

__all__ = ["Deadline", "Found", "WholeProgram"]


@dataclass(frozen=True, slots=True)
class Found:
    """What the solver found: a value for each variable, None where it found none in time, and what no solution beats."""

    values: NDArray[np.float64] | None
    objective: float
    bound: float

    def chosen(self, variable: int) -> int:
        """The whole number found for a variable."""
        return 0 if self.values is None else round(float(self.values[variable]))


@dataclass(slots=True)
class WholeProgram:
    """A minimisation that is built up variable by variable and row by row; every variable is a whole number from 0."""

    costs: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    _least_rows: list[float] = field(default_factory=list)
    _most_rows: list[float] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _columns: list[int] = field(default_factory=list)
    _values: list[float] = field(default_factory=list)

    def variable(self, cost: float, *, most: float = 1) -> int:
        """A new whole variable from 0 to `most`; its number."""
        self.costs.append(cost)
        self.most.append(most)
        return len(self.costs) - 1

    def row(
        self, terms: Iterable[tuple[int, float]], *, least: float = -math.inf, most: float = math.inf
    ) -> None:
        """The sum of variables times factors stays from `least` to `most`."""
        self._starts.append(len(self._columns))
        for column, value in terms:
            self._columns.append(column)
            self._values.append(value)
        self._least_rows.append(least)
        self._most_rows.append(most)

    def solve(self, *, seconds: float, gap: float = 0, start: Sequence[float] | None = None) -> Found:
        """Minimise for at most so many seconds, or until within the relative `gap`; `start` is a solution known already.

        The bound holds whether or not a solution was found; it is minus infinity when there was no time even for that, and
        infinity when there is no solution.
        """
        # Imported here: whoever only reads or checks a schedule needs no solver.
        import highspy

        if not self.costs:
            return Found(np.zeros(0), 0.0, 0.0)
        # The class that `highspy.Highs` extends by callbacks, and by a banner on standard output that nothing turns off.
        solver = highspy._core._Highs()
        for option, value in _OPTIONS.items():
            solver.setOptionValue(option, value)
        solver.setOptionValue("time_limit", max(seconds, 0.01))
        solver.setOptionValue("mip_rel_gap", gap)
        solver.passModel(self._model())
        if start is not None:
            known = highspy.HighsSolution()
            known.col_value = list(start)
            solver.setSolution(known)
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return Found(None, math.inf, math.inf)
        info = solver.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return Found(None, math.inf, float(info.mip_dual_bound))
        values = np.array(solver.getSolution().col_value)
        return Found(values, float(info.objective_function_value), float(info.mip_dual_bound))

    def _model(self) -> HighsLp:
        import highspy

        model = highspy.HighsLp()
        columns, rows = len(self.costs), len(self._starts)
        model.num_col_, model.num_row_ = columns, rows
        model.col_cost_ = np.array(self.costs, dtype=np.float64)
        model.col_lower_ = np.zeros(columns)
        model.col_upper_ = np.array(self.most, dtype=np.float64)
        model.row_lower_ = np.array(self._least_rows, dtype=np.float64)
        model.row_upper_ = np.array(self._most_rows, dtype=np.float64)
        model.integrality_ = [highspy.HighsVarType.kInteger] * columns
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.array([*self._starts, len(self._columns)], dtype=np.int32)
        model.a_matrix_.index_ = np.array(self._columns, dtype=np.int32)
        model.a_matrix_.value_ = np.array(self._values, dtype=np.float64)
        return model


_OPTIONS = {"output_flag": False, "threads": 1, "random_seed": 1}
"""One thread: the same period gives the same schedule, and the clinic's pages keep the other processors."""


class Deadline:
    """A moment by which something has to be done, and how long it is until then."""

    def __init__(self, seconds: float) -> None:
        """So many seconds from now."""
        self._at = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left, not below zero."""
        return max(self._at - time.monotonic(), 0.0)
