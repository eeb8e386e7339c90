"""`./test` says which package of the system is missing, before the hour is spent."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checks(monkeypatch):
    """The module of `./test` on a machine without apt-get, and with a browser."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    loader = importlib.machinery.SourceFileLoader("checks", str(ROOT / "test"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("checks", loader))
    loader.exec_module(module)
    monkeypatch.setattr(
        module.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "chromium" else None
    )
    return module


def test_a_browser_without_its_drivers_library_is_said(checks, monkeypatch):
    monkeypatch.setattr(checks, "has_library", lambda name: False)
    monkeypatch.setattr(checks.platform, "system", lambda: "Linux")
    with pytest.raises(
        checks.environment.CannotPrepare, match=r"libatomic\.so\.1.*apt-get install libatomic1"
    ):
        checks.browser()


def test_a_machine_that_has_both_is_ready(checks, monkeypatch):
    monkeypatch.setattr(checks, "has_library", lambda name: name == "libatomic.so.1")
    assert checks.browser() == "/usr/bin/chromium"


def test_no_browser_is_said(checks, monkeypatch):
    monkeypatch.setattr(checks.shutil, "which", lambda name: None)
    with pytest.raises(checks.environment.CannotPrepare, match="apt-get install chromium"):
        checks.browser()


def test_a_library_is_looked_for_where_the_system_looks(checks):
    assert checks.has_library("libc.so.6")
    assert not checks.has_library("libnowhere.so.1")


def test_one_check_is_chosen_by_its_name(checks, monkeypatch):
    monkeypatch.setattr(checks, "browser", lambda: "/usr/bin/chromium")
    words = {"quick": False, "soak": False, "only": "browser journeys", "extra": ["tests/journeys/test_x.py"]}
    ((name, command, added),) = checks.steps("python", **words)
    assert (name, command[-1], added) == (
        "browser journeys", "tests/journeys/test_x.py", {"TENUTO_TEST_BROWSER": "/usr/bin/chromium"}
    )  # fmt: skip
    with pytest.raises(
        checks.environment.CannotPrepare, match=r"No check is called 'x'\. They are: format, lint"
    ):
        checks.steps("python", **words | {"only": "x"})


def test_everything_is_everything(checks, monkeypatch):
    monkeypatch.setattr(checks, "browser", lambda: "/usr/bin/chromium")
    plan = checks.steps("python", quick=False, soak=False, only="", extra=["-x"])
    assert len(plan) == 9
    assert {name: command[-1] for name, command, _ in plan}["browser journeys"] == "tests/journeys"
    assert [name for name, _, added in plan if added] == ["browser journeys"]
