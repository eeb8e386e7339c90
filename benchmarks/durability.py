"""Speed of the duration model, as ratios: forecast against NUTS, population against a plain loop, linear cost, memory, import.

    python benchmarks/durability.py [rounds]            # all but the comparison with NUTS
    python benchmarks/durability.py --nuts              # one patient, needs the extra tenuto[calibrate]

Nothing here fails on a slow machine; figures are printed with the limits beside them.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time

import numpy as np

from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.durability.course import Definitions
from tenuto.core.durability.daily import population_by_day
from tenuto.core.durability.history import History, Scored
from tenuto.core.durability.model import CourseInfusion
from tenuto.core.durability.patients import PatientParameters
from tenuto.core.durability.population import Circumstances, fitted
from tenuto.core.durability.posterior import Effort
from tenuto.core.durability.verification import nuts
from tenuto.core.forecast.answer import forecast
from tenuto.core.policy import default_policy
from tenuto.core.scales.measurement import measure
from tenuto.core.units import MgPerKg

RULES = Definitions.from_policy(default_policy())
FIT = fitted()
SERIES = [CourseInfusion(float(d), 0.5) for d in (0, 2, 4, 7, 9, 11)]


def long_history() -> History:
    """40 scores and 20 infusions of a patient drawn from the population."""
    from datetime import date, timedelta

    start, scale, rng = date(2026, 1, 5), measure("PHQ-9"), np.random.default_rng(4)
    days = [-7, 0, *range(14, 14 + 7 * 38, 7)]
    infusions = [0, 2, 4, 7, 9, 11, *range(24, 24 + 14 * 18, 18)]
    law = FIT.law(Circumstances(), scale)
    patient = PatientParameters.from_latent(law.mean[None, :] + np.array([[0.6, 0, 0, 0, 0, 0, 0, 0, 0]]))
    level = FIT.population.model().expected(
        patient, [CourseInfusion(float(d), 0.5) for d in infusions], [float(d) for d in days]
    )[:, 0]
    scores = np.clip(np.rint(level + 2.5 * rng.standard_normal(len(level))), 0, 27)
    return History(
        scale,
        "depression",
        "clinic",
        tuple(Scored(start + timedelta(days=d), float(s)) for d, s in zip(days, scores, strict=True)),
        tuple(GivenInfusion(start + timedelta(days=d), dose=MgPerKg("0.5")) for d in infusions),
    )


def timed(work, rounds: int) -> list[float]:
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return seconds


def forecasts(rounds: int) -> None:
    history = long_history()
    first = 1000 * timed(lambda: forecast(history, RULES), 1)[0]
    busy = time.process_time()
    found = sorted(1000 * s for s in timed(lambda: forecast(history, RULES), rounds))
    busy = 1000 * (time.process_time() - busy) / rounds
    late = found[min(len(found) - 1, int(0.95 * len(found)))]
    print(f"forecast, {len(history.scores)} scores, {len(history.infusions)} infusions, {rounds} rounds: "
          f"median {statistics.median(found):.1f} ms (aim 35), 95 % {late:.1f} ms (aim 150); {busy:.1f} ms of processor each; "
          f"the first, which makes the quasi-random points, {first:.1f} ms")  # fmt: skip


def populations(rounds: int) -> None:
    model, law = FIT.population.model(), FIT.law(Circumstances(), measure("PHQ-9"))
    rates = {}
    for count in (50_000, 100_000, 200_000):
        best = min(
            timed(lambda n=count: population_by_day(model, law, n, SERIES, 365, seed=1, threads=2), rounds)
        )
        rates[count] = count / best
        busy = time.process_time()
        population_by_day(model, law, count, SERIES, 365, seed=1, threads=2)
        busy = time.process_time() - busy
        print(
            f"daily scores, {count} patients x 365 days, 2 threads: {rates[count]:,.0f} patient-years a second (aim 200,000)"
        )
    print(f"cost per patient at 200,000 against 50,000: {rates[50_000] / rates[200_000]:.2f} (linear is 1)")
    print(f"against a plain loop over patients: {rates[200_000] / plain_loop(model, law):,.0f} times as fast")


def plain_loop(model, law) -> float:
    """Patient-years a second when each patient is walked alone."""
    rng = np.random.default_rng(1)
    latent = law.mean + rng.standard_normal((20, 9)) @ np.linalg.cholesky(law.covariance + 1e-9 * np.eye(9)).T
    days = [float(d) for d in range(366)]
    start = time.perf_counter()
    for row in latent:
        model.expected(PatientParameters.from_latent(row[None, :]), SERIES, days)
    return len(latent) / (time.perf_counter() - start)


def memory() -> None:
    code = (
        "import resource; from benchmarks.durability import *; "
        "population_by_day(FIT.population.model(), FIT.law(Circumstances(), measure('PHQ-9')), 1_000_000, SERIES, 365, "
        "seed=1, threads=2); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print(f"1,000,000 patients x 1 year: {float(done.stdout):.2f} GiB at most (limit 2)")


def imports(rounds: int) -> None:
    # As installed: with the bytecode that an installer, or the first start, leaves behind.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def cold(code: str) -> float:
        command = [sys.executable, "-c", code]
        return min(timed(lambda: subprocess.run(command, check=True, env=environment), rounds))

    bare, numpy, ours = cold("pass"), cold("import numpy"), cold("import tenuto.core.forecast.answer")
    print(
        f"import of the forecast: {ours - bare:.2f} s after the interpreter (aim 0.3): NumPy {numpy - bare:.2f} s, "
        f"Tenuto {ours - numpy:.2f} s"
    )


def against_nuts() -> None:
    """Time to the same Monte Carlo error of the quantiles of time to loss, in one run on one patient."""
    case = nuts.cases(FIT, RULES, 1)[0]
    truth = nuts.quantiles_fast(case, FIT, RULES, Effort(explore=4096, refine=16384, final=65536))
    ours_s = statistics.median(timed(lambda: nuts.quantiles_fast(case, FIT, RULES), 9))
    ours_error = _error([nuts.quantiles_fast(case, FIT, RULES)], truth)
    start = time.perf_counter()
    draws = nuts.sample(FIT, [case], warmup=500, draws=500, chains=4, seed=1)[0]
    theirs_s = time.perf_counter() - start
    halves = [nuts.quantiles_nuts(case, FIT, RULES, d.reshape(-1, d.shape[-1])) for d in np.split(draws, 4)]
    # The spread of quarters of the run is twice that of the whole.
    theirs_error = _error(halves, None) / 2
    ratio = theirs_s * (theirs_error / ours_error) ** 2 / ours_s
    print(f"ours {1000 * ours_s:.0f} ms, error {100 * ours_error:.2f} %; NUTS {theirs_s:.1f} s with warm-up and compilation, "
          f"error {100 * theirs_error:.2f} %; at the same error NUTS takes {ratio:,.0f} times as long (aim 100)")  # fmt: skip


def _error(runs, truth) -> float:
    """Root mean square relative error of the finite quantiles, around the truth or the runs' own mean."""
    columns = [c for c in zip(*runs, strict=True) if None not in c]
    centres = [t for t in truth if t is not None] if truth else [statistics.mean(c) for c in columns]
    return float(
        np.sqrt(np.mean([((v - m) / m) ** 2 for c, m in zip(columns, centres, strict=False) for v in c]))
    )


def main() -> None:
    if "--nuts" in sys.argv:
        against_nuts()
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    imports(3)
    forecasts(5 * rounds)
    populations(max(2, rounds // 2))
    memory()
    print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB at most")


if __name__ == "__main__":
    main()
