"""Speed of the drug-level engine beside its peers on one workload, as ratios of the same run.

    python benchmarks/pk_environment.py /tmp/pk-peers
    PYTHONPATH=src /tmp/pk-peers/bin/python benchmarks/pk.py [--write benchmarks/pk-results.md] [--patients 1000 10000 100000]

W1: three compartments, log-normal variability (20 %) on all six parameters, 8 infusions of 40 min twice a week and 12 once a
week, 500 output times a patient: 25 irregular whole seconds in the 24 h after each start. W2: the same with a metabolite of
two compartments and an effect site, whose own constants are the same in all patients; ketamine, metabolite and effect site are
written out. W2 varied: these constants differ between patients by 20 % too.

The physical reference is one `np.exp` into a freshly allocated array over as many numbers as there are (patient, time,
exponent) triples, with the arguments that occur (time since the last change times rate; none underflows). All quantities are
measured in turn, round after round, each right after an uncounted run of the same, so that memory that the host of a virtual
machine took back is not what is measured. A ratio is taken within each round, so that a busy moment hits both sides, and the median
of the rounds counts; the ratio of the two best rounds, which a busy machine disturbs least, stands in brackets. A peer runs on
fewer patients and is scaled. What runs in one thread is measured in processor time; threads and the cold start are measured by
the wall clock, and say nothing unless the machine is idle: see the load that the page states.
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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from pk_workload import DURATION_H, STARTS_H, peers, workload

from tenuto.core.compartments import simulate
from tenuto.core.compartments.modes import decompose

LIMITS = {"numpy": (3.5, 50), "numba": (1.5, 120)}
"""By engine: the most times the reference that W1 may take, and the least times the speed of opentiva."""
W2_LIMIT, THREADS_LIMIT, ONE_PATIENT_MS, COLD_S = 2.5, 1.6, 1.0, 0.7


def reference_arguments(work: SimpleNamespace) -> np.ndarray:
    """`-rate * time since the last change` of every triple."""
    changes = np.sort(np.concatenate([STARTS_H, np.array(STARTS_H) + DURATION_H]))
    since = work.times - changes[np.searchsorted(changes, work.times, side="right") - 1]
    arguments = -(decompose(work.matrix).rates[:, None, :] * since[None, :, None])
    assert arguments.min() > -700
    return arguments


@dataclass(frozen=True)
class Times:
    """Seconds of each round."""

    rounds: np.ndarray

    @property
    def median(self) -> float:
        return float(np.median(self.rounds))

    def over(self, other: Times) -> Ratio:
        return Ratio(
            float(np.median(self.rounds / other.rounds)), float(self.rounds.min() / other.rounds.min())
        )


@dataclass(frozen=True)
class Ratio:
    """The median over the rounds, and the ratio of the best rounds."""

    median: float
    best: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.best:.2f})"


def timed(
    runs: dict[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.process_time
) -> dict[str, Times]:
    """Each measured in turn, round after round, right after a run that isn't counted.

    That one sees to it that the system holds as much memory as is needed: what was left unused for a second or two may have been
    given back to the host of a virtual machine, and getting it again costs many times what the engines do.
    """
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            run()
            begin = clock()
            run()
            seconds[name].append(clock() - begin)
    return {name: Times(np.array(values)) for name, values in seconds.items()}


class Page:
    """The lines of the report, and which targets were missed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.missed: list[str] = []

    def add(self, *lines: str) -> None:
        self.lines += lines
        print("\n".join(lines), flush=True)

    def most(self, what: str, value: float, limit: float) -> None:
        if value > limit:
            self.missed.append(f"{what} {value:.2f} (at most {limit:g})")

    def least(self, what: str, value: float, limit: float) -> None:
        if value < limit:
            self.missed.append(f"{what} {value:.2f} (at least {limit:g})")


def ours(page: Page, patients: int, rounds: int) -> dict[str, float]:
    """One row of the table of ratios to the reference; ns for each patient and time by engine."""
    work = workload(patients)
    calls = {
        f"{engine} {name}": partial(simulate, matrix, work.inputs, work.times, observe=observe, engine=engine)
        for engine in LIMITS
        for name, matrix, observe in (("W1", work.matrix, [0]), ("W2", work.matrix2, [0, 3, 5]))
    }
    found = timed({"reference": partial(np.exp, reference_arguments(work)), **calls}, rounds)
    # One answer of each shape is held for all; more would leave the system short of memory for the largest size.
    held = {name: calls[f"numpy {name}"]() for name in ("W1", "W2")}
    over = timed({name: partial(call, out=held[name[-2:]]) for name, call in calls.items()}, rounds)
    ns = {name: times.median / (patients * len(work.times)) * 1e9 for name, times in found.items()}
    cells = [f"{patients:,}", f"{ns['reference']:.1f}"]
    for engine, (to_exp, _) in LIMITS.items():
        whole, both = (found[f"{engine} {name}"].over(found["reference"]) for name in ("W1", "W2"))
        more = found[f"{engine} W2"].over(found[f"{engine} W1"])
        again = over[f"{engine} W2"].over(over[f"{engine} W1"])
        page.most(f"{engine}, {patients:,} patients: W1 to exp", whole.median, to_exp)
        page.most(f"{engine}, {patients:,} patients: W2 to W1", more.median, W2_LIMIT)
        cells += [f"{ns[f'{engine} W1']:.1f}", str(whole), str(both), str(more), str(again)]
    page.add(f"| {' | '.join(cells)} |")
    return {engine: ns[f"{engine} W1"] for engine in LIMITS}


def varied(page: Page, rounds: int) -> None:
    """W2 where the metabolite and the effect site differ between patients too, so that no exponential serves all."""
    work = workload(10_000)
    said = []
    for engine in LIMITS:
        runs = {
            name: partial(simulate, matrix, work.inputs, work.times, observe=observe, engine=engine)
            for name, matrix, observe in (("W1", work.matrix, [0]), ("W2", work.matrix2_varied, [0, 3, 5]))
        }
        found = timed(runs, rounds)
        said.append(f"{engine} {found['W2'].over(found['W1'])}")
    page.add("", f"W2 varied against W1, 10,000 patients: {', '.join(said)}.")


def machine_gain(rounds: int) -> Ratio:
    """What a second thread gains this machine in `np.exp` on numbers that stay in the cache: no more can be hoped for."""
    halves = [-np.random.default_rng(half).random(30_000) for half in range(2)]

    def repeatedly(numbers: np.ndarray) -> None:
        room = np.empty_like(numbers)
        for _ in range(200):
            np.exp(numbers, out=room)

    with ThreadPoolExecutor(2) as pool:
        runs = {
            "1": lambda: [repeatedly(half) for half in halves],
            "2": lambda: list(pool.map(repeatedly, halves)),
        }
        found = timed(runs, rounds, time.perf_counter)
    return found["1"].over(found["2"])


def threads(page: Page, rounds: int) -> None:
    """Two threads against one on 20,000 patients, by the wall clock."""
    work = workload(20_000)
    room = simulate(work.matrix, work.inputs, work.times, observe=[0])
    said = []
    for engine in LIMITS:
        runs = {
            f"{n}{' again' * (out is not None)}": partial(
                simulate, work.matrix, work.inputs, work.times, observe=[0], engine=engine, threads=n, out=out
            )
            for n in (1, 2)
            for out in (None, room)
        }
        found = timed(runs, rounds, time.perf_counter)
        gain, again = found["1"].over(found["2"]), found["1 again"].over(found["2 again"])
        page.least(f"{engine}, two threads against one", gain.median, THREADS_LIMIT)
        said.append(f"{engine} {gain}, again {again}")
    page.add(
        "",
        f"Two threads against one, 20,000 patients (target {THREADS_LIMIT}): {'; '.join(said)}. "
        f"np.exp itself, on numbers that stay in the cache: {machine_gain(rounds)}.",
        "",
    )


def against_peers(rounds: int) -> list[tuple[str, float, float]]:
    """Name, ns for each patient and time, and largest difference from our answer relative to the peak."""
    work = workload(200)
    exact = simulate(work.matrix, work.inputs, work.times, observe=[0])[0] / work.v1[:, None]
    peak = exact.max()
    rows = []
    for name, run, patients in peers(work):
        answer = run(patients)
        error = float(np.abs(np.asarray(answer) - exact[:patients]).max() / peak)
        found = timed({name: lambda r=run, p=patients: r(p)}, rounds)[name]
        rows.append((name, found.median / (patients * len(work.times)) * 1e9, error))
    return rows


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
    return timed({"one": lambda: levels(model, regimen, body, grid)}, 500)["one"].median * 1e3


def cold(rounds: int = 7) -> tuple[float, float]:
    """Seconds of wall clock and of processor for `tenuto pk` from a cold process."""
    code = "import sys; from tenuto.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "pk", "--weight", "70", "--dose", "0.5 mg/kg", "--over", "40 min"]
    # As installed: with the bytecode that an installer, or the first start, leaves behind.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    wall, cpu = [], []
    for _ in range(rounds):
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
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


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def report(sizes: list[int], rounds: int) -> str:
    """The whole page."""
    page, begin = Page(), _load()
    page.add(
        "ns are for each patient and time. `x exp` is the ratio to the reference of the same run (targets: numpy 3.5, "
        f"numba 1.5); `W2/W1` has the target {W2_LIMIT}. `again` is the same with each answer written over an earlier one: W2 "
        "returns three times as many numbers, and above some 100 MB the system's supply of fresh memory, not the engine, decides "
        "the ratio. W2 may take 2.5 times what W1 may: 8.8 times exp with numpy, 3.8 with numba. In brackets the ratio of the "
        "best rounds.",
        "",
        f"| Patients | exp, ns | {' | '.join(f'{e} W1, ns | x exp | W2 x exp | W2/W1 | again' for e in LIMITS)} |",
        f"|---|---|{'---|---|---|---|---|' * len(LIMITS)}",
    )
    ns = {size: ours(page, size, rounds if size < 50_000 else max(3, rounds // 3)) for size in sizes}
    varied(page, rounds)
    threads(page, rounds)
    page.add(
        f"W1 against peers, {sizes[0]:,} patients of ours (targets: numpy 50 times and numba 120 times the speed of opentiva). "
        "The difference is the largest from our answer, relative to the peak.",
        "",
        "| Peer | ns | numpy is faster | numba is faster | difference |",
        "|---|---|---|---|---|",
    )
    for name, each, error in against_peers(3):
        gains = {engine: each / own for engine, own in ns[sizes[0]].items()}
        if name.startswith("opentiva"):
            for engine, (_, limit) in LIMITS.items():
                page.least(f"{engine}, times the speed of opentiva", gains[engine], limit)
        times = " | ".join(f"{gain:,.0f} times" for gain in gains.values())
        page.add(f"| {name} | {each:,.0f} | {times} | {error:.0e} |")
    one, (wall, cpu) = interactive(), cold()
    page.most("one patient, ms", one, ONE_PATIENT_MS)
    page.most("cold start, s", wall, COLD_S)
    page.add(
        "",
        f"- One patient, 240 points, two analytes: {one:.2f} ms (target {ONE_PATIENT_MS:g}).",
        f"- `tenuto pk` cold, without a plot: {wall:.2f} s of wall clock, {cpu:.2f} s of processor (target {COLD_S}).",
        f"- Most memory held at once, result included, 20,000 patients: {memory(20_000):.2f} times the result itself.",
        "",
        f"Missed: {'; '.join(page.missed) or 'nothing'}.",
    )
    return "\n".join([*_heading(rounds, begin), *page.lines]) + "\n"


def _heading(rounds: int, load: str) -> list[str]:
    return [
        "# Speed of the drug-level engine",
        "",
        f"`benchmarks/pk.py` on {platform.machine()}, {os.cpu_count()} shared processors, Python {platform.python_version()}, "
        f"NumPy {np.__version__}; load average {load} at the start and {_load()} at the end, of which one is this program. "
        f"{rounds} rounds measured in turn, fewer for the largest size.",
        "",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--patients", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    page = report(args.patients, args.rounds)
    if args.write:
        args.write.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
