"""Which tests a break is tried against, when not all can be."""

from __future__ import annotations

import importlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE = Path("src/tenuto/core/plan/caps.py")
OWN, ROOM, FAR = (
    "tests/core/plan/test_caps.py",
    "tests/core/plan/test_dose.py",
    "tests/clinic/plan/test_page.py",
)


def test_the_nearest_come_first_and_no_test_with_many_cases_before_all_others(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    nearest = importlib.import_module("mutants").nearest
    cases = [f"{ROOM}::test_rows[{n}]" for n in (1, 2, 3)]
    others = [f"{ROOM}::test_staffing", f"{OWN}::test_a_cap", f"{FAR}::test_the_page"]
    assert nearest([*cases, *others], MODULE) == [
        f"{OWN}::test_a_cap",
        f"{ROOM}::test_rows[1]",
        f"{ROOM}::test_staffing",
        f"{ROOM}::test_rows[2]",
        f"{ROOM}::test_rows[3]",
        f"{FAR}::test_the_page",
    ]
