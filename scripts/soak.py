"""Run the long fault, fuzz and load tests and add a dated row for each to docs/soak-results.md."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "soak-results.md"
HEAD = """\
# Long runs

Fault, fuzz and load tests that take too long for every change. `./test --soak` runs them and adds a row for each.

| date | test | result | seconds | what was done | machine |
|---|---|---|---|---|---|
"""


def main() -> int:
    """Run, record, and return pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            "soak",
            "-o",
            "junit_family=xunit1",
            f"--junitxml={report}",
            *sys.argv[1:],
        ]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        rows = _rows(report)
    text = TABLE.read_text("utf-8") if TABLE.exists() else HEAD
    TABLE.write_text(text + "".join(rows), "utf-8")
    print(f"{len(rows)} rows added to {TABLE.relative_to(ROOT)}")
    return code


def _rows(report: Path) -> list[str]:
    today = datetime.now(UTC).date().isoformat()
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    rows = []
    for case in ElementTree.parse(report).iter("testcase"):
        bad = case.find("failure") is not None or case.find("error") is not None
        done = "; ".join(f"{p.get('name')} {p.get('value')}" for p in case.iter("property"))
        rows.append(
            f"| {today} | {case.get('name')} | {'failed' if bad else 'passed'} | {float(case.get('time', 0)):.0f} "
            f"| {done} | {machine} |\n"
        )
    return rows


if __name__ == "__main__":
    sys.exit(main())
