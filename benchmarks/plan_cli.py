"""How long `tenuto plan` takes from a cold process, and how much of that comes after its imports.

    python benchmarks/plan_cli.py [rounds]

Both are also given as multiples of an empty interpreter started in the same round, which the load of the machine
moves alike. Exits 1 when a best round misses its limit.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ("plan", "examples/review.json", "--policy", "examples/policy-example.toml", "--vial", "50mg/mL",
           "--total-volume", "100mL", "--as-of", "2026-03-02", "--json")  # fmt: skip
COLD_LIMIT_S, AFTER_IMPORTS_LIMIT_S = 0.8, 0.15
IN_PROCESS = """
import contextlib, io, sys, time
import tenuto.cli.plan
from tenuto.cli import main
start = time.perf_counter()
with contextlib.redirect_stdout(io.StringIO()):
    main(sys.argv[1:])
print(time.perf_counter() - start)
"""


def wall(*words: str) -> float:
    """Seconds of one cold process."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - start


def after_imports() -> float:
    """Seconds that one plan takes in a fresh process once everything it needs is imported."""
    done = subprocess.run(
        [sys.executable, "-c", IN_PROCESS, *EXAMPLE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    wall("-m", "tenuto", *EXAMPLE)  # writes the bytecode
    taken = [(wall("-c", "pass"), wall("-m", "tenuto", *EXAMPLE), after_imports()) for _ in range(rounds)]
    print(f"tenuto plan, {rounds} rounds, Python {sys.version.split()[0]}")
    for name, column, limit in (
        ("cold process", 1, COLD_LIMIT_S),
        ("after imports", 2, AFTER_IMPORTS_LIMIT_S),
    ):
        seconds = [row[column] for row in taken]
        ratio = statistics.median(row[column] / row[0] for row in taken)
        print(
            f"{name:<14} best {min(seconds):.3f} s, median {statistics.median(seconds):.3f} s (limit {limit} s), "
            f"{ratio:.1f} times an empty interpreter"
        )
    met = (
        min(row[1] for row in taken) <= COLD_LIMIT_S and min(row[2] for row in taken) <= AFTER_IMPORTS_LIMIT_S
    )
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
