"""Speed of the drug-level engine beside its peers on one workload, as ratios of the same run.

    python benchmarks/pk_environment.py /tmp/pk-peers
    PYTHONPATH=src /tmp/pk-peers/bin/python benchmarks/pk.py [--write benchmarks/pk-results.md] [--patients 1000 10000 100000]

W1: three compartments, log-normal variability (20 %) on all six parameters, 8 infusions of 40 min twice a week and 12 once a
week, 500 output times a patient: 25 irregular whole seconds in the 24 h after each start. W2: the same with a metabolite of
two compartments and an effect site; ketamine, metabolite and effect site are written out.

The physical reference is one `np.exp` into a freshly allocated array over as many numbers as there are (patient, time,
exponent) triples, with the arguments that occur (time since the last change times rate; none underflows). Every quantity is
measured in turn, several rounds, and the median of the rounds is shown; a peer runs on fewer patients and is scaled. What runs
in one thread is measured in processor time, so that other programs on a shared machine distort the ratios less; threads and
the cold start are measured by the wall clock.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from tenuto.core.compartments import Infusion, rate_matrix, simulate
from tenuto.core.compartments.modes import decompose

HOUR = 3600
STARTS_H = [84.0 * i for i in range(8)] + [672.0 + 168.0 * i for i in range(12)]
DURATION_H = 40 / 60
DOSE = 35.0
TYPICAL = np.array([133.0, 95.2, 187.0, 23.2, 98.8, 157.0])


def workload(patients: int, seed: int = 1) -> SimpleNamespace:
    """Rate constants 1/h of every patient, the inputs and the output times, h."""
    random = np.random.default_rng(seed)
    v1, cl, v2, q2, v3, q3 = TYPICAL[:, None] * np.exp(0.2 * random.standard_normal((6, patients)))
    seconds = np.concatenate(
        [s * HOUR + np.sort(random.choice(24 * HOUR, 25, replace=False)) for s in STARTS_H]
    )
    times = seconds / HOUR
    flows = {(0, 1): q2 / v1, (1, 0): q2 / v2, (0, 2): q3 / v1, (2, 0): q3 / v3}
    inputs = [Infusion(s, s + DURATION_H, DOSE / DURATION_H) for s in STARTS_H]
    first = rate_matrix(3, flows=flows, losses={0: cl / v1})
    more = {**flows, (0, 3): cl / v1, (3, 4): 42.778 / 98.638, (4, 3): 42.778 / 160.04}
    second = rate_matrix(6, flows=more, losses={3: 57.72 / 98.638, 5: 6.8}, copies={(0, 5): 6.8})
    return SimpleNamespace(
        v1=v1,
        cl=cl,
        flows=flows,
        matrix=first,
        matrix2=second,
        inputs=inputs,
        times=times,
        seconds=seconds.astype(int),
    )


def reference_arguments(work: SimpleNamespace) -> np.ndarray:
    """`-rate * time since the last change` of every triple."""
    changes = np.sort(np.concatenate([STARTS_H, np.array(STARTS_H) + DURATION_H]))
    since = work.times - changes[np.searchsorted(changes, work.times, side="right") - 1]
    arguments = -(decompose(work.matrix).rates[:, None, :] * since[None, :, None])
    assert arguments.min() > -700
    return arguments


def timed(
    runs: dict[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.process_time
) -> dict[str, float]:
    """Median seconds of each, measured in turn so that a busy moment hits all alike."""
    for run in runs.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            begin = clock()
            run()
            seconds[name].append(clock() - begin)
    return {name: float(np.median(values)) for name, values in seconds.items()}


def ours(patients: int, rounds: int) -> list[str]:
    """Rows of the table of ratios to the reference, one for each size."""
    work = workload(patients)
    arguments = reference_arguments(work)
    runs: dict[str, Callable[[], object]] = {"reference": lambda: np.exp(arguments)}
    for engine in ("numpy", "numba"):
        runs[f"{engine} W1"] = lambda e=engine: simulate(
            work.matrix, work.inputs, work.times, observe=[0], engine=e
        )
        runs[f"{engine} W2"] = lambda e=engine: simulate(
            work.matrix2, work.inputs, work.times, observe=[0, 3, 5], engine=e
        )
    found = timed(runs, rounds)
    points = patients * len(work.times)
    cells = [f"{patients:,}", f"{found['reference'] / points * 1e9:.1f}"]
    for engine in ("numpy", "numba"):
        first, second = found[f"{engine} W1"], found[f"{engine} W2"]
        cells += [f"{first / points * 1e9:.1f}", f"{first / found['reference']:.2f}", f"{second / first:.2f}"]
    return cells


def threads(rounds: int) -> list[str]:
    """Two threads against one on 20,000 patients, by the wall clock: the median round and the least disturbed one."""
    work = workload(20_000)
    cells = []
    for engine in ("numpy", "numba"):
        gains = []
        for _ in range(rounds):
            runs = {
                str(n): lambda e=engine, n=n: simulate(
                    work.matrix, work.inputs, work.times, observe=[0], engine=e, threads=n
                )
                for n in (1, 2)
            }
            found = timed(runs, 1, time.perf_counter)
            gains.append(found["1"] / found["2"])
        cells.append(f"{engine} {np.median(gains):.2f} (best round {max(gains):.2f})")
    return cells


def peers(rounds: int) -> list[tuple[str, float, float]]:
    """Name, ns for each patient and time, and largest difference from our answer relative to the peak."""
    work = workload(200)
    exact = simulate(work.matrix, work.inputs, work.times, observe=[0])[0] / work.v1[:, None]
    peak = exact.max()
    rows = []
    for name, run, patients in _peers(work):
        answer = run(patients)
        error = float(np.abs(np.asarray(answer) - exact[:patients]).max() / peak)
        found = timed({name: lambda r=run, p=patients: r(p)}, rounds)[name]
        rows.append((name, found / (patients * len(work.times)) * 1e9, error))
    return rows


def _peers(work: SimpleNamespace) -> list[tuple[str, Callable[[int], object], int]]:
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
    def right_hand_side(t, y, dy, p):  # type: ignore[no-untyped-def]
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


def interactive() -> float:
    """Milliseconds for one patient, 240 points, ketamine and norketamine of the default model."""
    from tenuto.core.pk import Regimen, Subjects, default
    from tenuto.core.pk import simulate as levels
    from tenuto.core.units import Mg, Minutes

    model, regimen, body, grid = (
        default(),
        Regimen.single(Mg(35), Minutes(40)),
        Subjects(70.0),
        np.arange(240.0),
    )
    return timed({"one": lambda: levels(model, regimen, body, grid)}, 200)["one"] * 1e3


def cold(rounds: int = 7) -> tuple[float, float]:
    """Seconds of wall clock and of processor for `tenuto pk` from a cold process."""
    code = "import sys; from tenuto.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "pk", "--weight", "70", "--dose", "0.5 mg/kg", "--over", "40 min"]
    wall, cpu = [], []
    for _ in range(rounds):
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        wall.append(time.perf_counter() - begin)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return float(np.median(wall)), float(np.median(cpu))


def memory(patients: int) -> float:
    """Most memory that W1 holds at once, as a multiple of its own result."""
    work = workload(patients)
    tracemalloc.start()
    result = simulate(work.matrix, work.inputs, work.times, observe=[0])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / result.nbytes


def report(sizes: list[int], rounds: int) -> str:
    """The whole page."""
    lines = [
        "# Speed of the drug-level engine",
        "",
        f"`benchmarks/pk.py` on {platform.machine()}, {os.cpu_count()} shared processors, Python {platform.python_version()}, "
        f"NumPy {np.__version__}; load average at the start {os.getloadavg()[0]:.1f}. Medians of {rounds} rounds measured in turn.",
        "",
        "ns are for each patient and time. `x exp` is the ratio to the reference of the same run (targets: numpy 3.5, "
        "numba 1.5); `W2/W1` has the target 2.5.",
        "",
        "| Patients | exp, ns | numpy W1, ns | x exp | W2/W1 | numba W1, ns | x exp | W2/W1 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    per_point = {}
    for size in sizes:
        cells = ours(size, rounds if size < 50_000 else 3)
        per_point[size] = (float(cells[2]), float(cells[5]))
        lines.append(f"| {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    lines += ["", f"Two threads against one, 20,000 patients (target 1.6): {', '.join(threads(5))}.", ""]
    base, accelerated = per_point[sizes[0]]
    lines += [
        f"W1 against peers, {sizes[0]:,} patients of ours (targets: numpy 50 times and numba 120 times the speed of opentiva). "
        "The difference is the largest from our answer, relative to the peak.",
        "",
        "| Peer | ns | numpy is faster | numba is faster | difference |",
        "|---|---|---|---|---|",
    ]
    for name, ns, error in peers(3):
        lines.append(
            f"| {name} | {ns:,.0f} | {ns / base:,.0f} times | {ns / accelerated:,.0f} times | {error:.0e} |"
        )
        print(lines[-1], flush=True)
    wall, cpu = cold()
    lines += [
        "",
        f"- One patient, 240 points, two analytes: {interactive():.2f} ms (target 1).",
        f"- `tenuto pk` cold, without a plot: {wall:.2f} s of wall clock, {cpu:.2f} s of processor (target 0.7).",
        f"- Most memory held at once, result included, 20,000 patients: {memory(20_000):.2f} times the result itself.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--patients", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    page = report(args.patients, args.rounds)
    print(page)
    if args.write:
        args.write.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
