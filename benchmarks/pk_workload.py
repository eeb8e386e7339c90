"""The workload of the drug-level benchmark, and how the peers do it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from tenuto.core.compartments import ConstantInput, rate_matrix

HOUR = 3600
STARTS_H = [84.0 * i for i in range(8)] + [672.0 + 168.0 * i for i in range(12)]
DURATION_H = 40 / 60
DOSE = 35.0
TYPICAL = np.array([133.0, 95.2, 187.0, 23.2, 98.8, 157.0])
OWN = np.array([42.778 / 98.638, 42.778 / 160.04, 57.72 / 98.638, 6.8])
"""1/h: exchange of the metabolite there and back, its loss, and the effect site."""


def workload(patients: int, seed: int = 1) -> SimpleNamespace:
    """Rate constants 1/h of every patient, the inputs and the output times, h."""
    random = np.random.default_rng(seed)
    v1, cl, v2, q2, v3, q3 = TYPICAL[:, None] * np.exp(0.2 * random.standard_normal((6, patients)))
    seconds = np.concatenate(
        [s * HOUR + np.sort(random.choice(24 * HOUR, 25, replace=False)) for s in STARTS_H]
    )
    times = seconds / HOUR
    flows = {(0, 1): q2 / v1, (1, 0): q2 / v2, (0, 2): q3 / v1, (2, 0): q3 / v3}
    inputs = [ConstantInput(s, s + DURATION_H, DOSE / DURATION_H) for s in STARTS_H]
    return SimpleNamespace(
        v1=v1,
        cl=cl,
        flows=flows,
        matrix=rate_matrix(3, flows=flows, losses={0: cl / v1}),
        matrix2=_more(flows, cl / v1, np.ones((4, 1))),
        matrix2_varied=_more(flows, cl / v1, np.exp(0.2 * random.standard_normal((4, patients)))),
        inputs=inputs,
        times=times,
        seconds=seconds.astype(int),
    )


def _more(flows: dict[tuple[int, int], np.ndarray], formed: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """With metabolite and effect site, whose four rate constants are multiplied by `factors`."""
    there, back, lost, effect = factors * OWN[:, None]
    more = {**flows, (0, 3): formed, (3, 4): there, (4, 3): back}
    return rate_matrix(6, flows=more, losses={3: lost, 5: effect}, copies={(0, 5): effect})


def peers(work: SimpleNamespace) -> list[tuple[str, Callable[[int], object], int]]:
    """Name, what does the workload for so many patients, and for how many it is measured."""
    return [
        ("opentiva 1.1.2 (Cython closed form)", _opentiva(work), 100),
        ("numbalsoda 0.3.4 (compiled LSODA, rtol 1e-6)", _numbalsoda(work), 100),
        ("SciPy 1.17 LSODA (rtol 1e-6)", _scipy(work), 4),
    ]


def _constants(work: SimpleNamespace, patient: int) -> tuple[float, ...]:
    flow = {key: float(value[patient]) for key, value in work.flows.items()}
    return float((work.cl / work.v1)[patient]), flow[0, 1], flow[1, 0], flow[0, 2], flow[2, 0]


def _opentiva(work: SimpleNamespace) -> Callable[[int], object]:
    from opentiva.pkpd import PkPdModel

    rate = DOSE / (DURATION_H * HOUR)
    doses = np.array([[s * HOUR, rate, DURATION_H * HOUR, (s + DURATION_H) * HOUR] for s in STARTS_H])
    seconds = [int(t) for t in work.seconds]

    def run(patients: int) -> np.ndarray:
        answer = np.empty((patients, len(seconds)))
        for patient in range(patients):
            k10, k12, k21, k13, k31 = (
                k / 60 for k in _constants(work, patient)
            )  # its constants are per minute
            body = SimpleNamespace(
                compartments=3,
                v1=float(work.v1[patient]),
                k10=k10,
                k12=k12,
                k21=k21,
                k13=k13,
                k31=k31,
                ke0=1.0,
            )
            model = PkPdModel(body)
            answer[patient] = [model.calculate_cp(doses, t) for t in seconds]
        return answer

    return run


def _pieces(work: SimpleNamespace) -> list[tuple[float, float, float, np.ndarray]]:
    """Start, end, rate and output times of every stretch without change."""
    changes = sorted({t for s in STARTS_H for t in (s, s + DURATION_H)})
    ends = [*changes[1:], float(work.times[-1]) + 1]
    rows = []
    for index, (start, end) in enumerate(zip(changes, ends, strict=True)):
        inside = work.times[(work.times >= start) & (work.times < end)]
        rows.append((start, end, DOSE / DURATION_H if index % 2 == 0 else 0.0, inside))
    return rows


def _scipy(work: SimpleNamespace) -> Callable[[int], object]:
    from scipy.integrate import solve_ivp

    pieces = _pieces(work)

    def run(patients: int) -> np.ndarray:
        answer = []
        for patient in range(patients):
            k10, k12, k21, k13, k31 = _constants(work, patient)
            matrix = np.array([[-k10 - k12 - k13, k21, k31], [k12, -k21, 0.0], [k13, 0.0, -k31]])
            x, levels = np.zeros(3), []
            for start, end, rate, inside in pieces:
                inflow = np.array([rate, 0.0, 0.0])
                found = solve_ivp(
                    lambda _, y, i=inflow, m=matrix: m @ y + i,
                    (start, end),
                    x,
                    "LSODA",
                    np.append(inside, end),
                    rtol=1e-6,
                    atol=1e-9,
                )
                levels.append(found.y[0, :-1])
                x = found.y[:, -1]
            answer.append(np.concatenate(levels) / work.v1[patient])
        return np.array(answer)

    return run


def _numbalsoda(work: SimpleNamespace) -> Callable[[int], object]:
    import numba
    from numbalsoda import lsoda, lsoda_sig

    @numba.cfunc(lsoda_sig)
    def right_hand_side(t, y, dy, p):
        dy[0] = p[5] - (p[0] + p[1] + p[3]) * y[0] + p[2] * y[1] + p[4] * y[2]
        dy[1] = p[1] * y[0] - p[2] * y[1]
        dy[2] = p[3] * y[0] - p[4] * y[2]

    address = right_hand_side.address
    pieces = [(np.concatenate([[start], inside, [end]]), rate) for start, end, rate, inside in _pieces(work)]

    def run(patients: int) -> np.ndarray:
        answer = []
        for patient in range(patients):
            constants = _constants(work, patient)
            x, levels = np.zeros(3), []
            for times, rate in pieces:
                found, _ = lsoda(address, x, times, np.array([*constants, rate]), rtol=1e-6, atol=1e-9)
                levels.append(found[1:-1, 0])
                x = found[-1].copy()
            answer.append(np.concatenate(levels) / work.v1[patient])
        return np.array(answer)

    return run
