"""Generated systems and courses of inputs for the comparisons of this folder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from tenuto.core.compartments import Bolus, ConstantInput, Input, rate_matrix

LOW, HIGH = 0.02, 3.0


@dataclass(frozen=True)
class Case:
    matrix: np.ndarray
    inputs: list[Input]
    times: np.ndarray


def constants(count: int) -> st.SearchStrategy[list[float]]:
    """Rate constants: free, all equal, equal but for a hair, or equal but for a per mille."""
    free = st.lists(st.floats(LOW, HIGH), min_size=count, max_size=count)
    jitter = st.lists(st.floats(-1, 1), min_size=count, max_size=count)
    near = st.builds(
        lambda base, spread, shifts: [base * (1 + spread * s) for s in shifts],
        st.floats(2 * LOW, HIGH / 2),
        st.sampled_from([0.0, 1e-15, 1e-12, 1e-9, 1e-6, 1e-4, 1e-2]),
        jitter,
    )
    return st.one_of(free, near)


@st.composite
def systems(draw: st.DrawFn) -> np.ndarray:
    """A drug with up to two exchanging compartments, a delay, a metabolite with its own exchange, an effect site."""
    k = iter(draw(constants(14)))
    flows, losses, copies = {}, {0: next(k)}, {}
    size = 1
    for _ in range(draw(st.integers(0, 2))):
        flows |= {(0, size): next(k), (size, 0): next(k)}
        size += 1
    previous = 0
    for _ in range(draw(st.integers(0, 4))):
        flows[previous, size] = next(k)
        previous, size = size, size + 1
    losses[previous] = next(k)
    if draw(st.booleans()):
        flows |= {(previous, size): next(k), (size, previous): next(k)}
        size += 1
    if draw(st.booleans()):
        rate = next(k)
        copies[0, size], losses[size] = rate, rate
        size += 1
    return rate_matrix(size, flows=flows, losses=losses, copies=copies)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    matrix = draw(systems())
    size = matrix.shape[1]
    into = st.integers(0, size - 1)
    starts = st.floats(0, 20).map(lambda t: round(t, 3))
    boluses = st.builds(Bolus, starts, st.floats(0.1, 100), into)
    infusions = st.builds(
        lambda start, length, rate, c: ConstantInput(start, start + length, rate, c),
        starts,
        st.floats(0.01, 10),
        st.floats(0.1, 100),
        into,
    )
    inputs = draw(st.lists(st.one_of(boluses, infusions), min_size=1, max_size=5))
    times = sorted(draw(st.lists(st.floats(0, 60), min_size=1, max_size=12)))
    return Case(matrix, inputs, np.array(times))
