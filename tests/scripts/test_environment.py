"""The environment is built once, rebuilt when its lock changes, and says what to do when it can't be."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def fresh():
    """The module, loaded anew."""
    spec = importlib.util.spec_from_file_location("environment", ROOT / "scripts/environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """The module with a project of its own and every outside command recorded instead of run."""
    module = fresh()
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "TOOLS", tmp_path / ".tools")
    (tmp_path / "requirements").mkdir()
    for name in ("requirements/bootstrap.lock", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text("first")
    module.commands = []

    def pretend(command, *, doing):
        module.commands.append(command)
        python = module.python_of("runtime")
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()
        (tmp_path / ".tools/bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / ".tools/bin/uv").touch()

    monkeypatch.setattr(module, "run_quietly", pretend)
    monkeypatch.setattr(module, "has_pip", lambda: True)
    return module


def test_it_is_built_once_and_again_when_the_lock_changes(environment, tmp_path):
    environment.ensure("runtime")
    first = len(environment.commands)
    environment.ensure("runtime")
    assert len(environment.commands) == first
    (tmp_path / "requirements.lock").write_text("second")
    environment.ensure("runtime")
    assert len(environment.commands) > first


def test_everything_from_an_index_is_installed_by_hash(environment):
    environment.ensure("runtime")
    from_index = [c for c in environment.commands if "install" in c or "sync" in c]
    assert all("--require-hashes" in c or "--offline" in c for c in from_index)


def test_an_old_python_is_told_so(environment, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    with pytest.raises(environment.CannotPrepare, match=r"needs Python 3\.11 or newer"):
        environment.ensure("runtime")


def test_a_python_without_pip_is_told_to_install_it(environment, monkeypatch):
    monkeypatch.setattr(environment, "has_pip", lambda: False)
    with pytest.raises(
        environment.CannotPrepare, match=r"has no pip.*apt-get install python3-pip"
    ) as problem:
        environment.ensure("runtime")
    assert "index" not in str(problem.value)
    assert environment.commands == []


def test_a_long_step_says_that_it_goes_on_and_how_far_it_is(monkeypatch, capsys):
    module = fresh()
    monkeypatch.setattr(module, "SILENT_SECONDS", 0.05)
    module.run_quietly(["sh", "-c", "echo Downloading numpy; sleep 1"], doing="fetching")
    assert "still fetching" in (said := capsys.readouterr().err)
    assert "Downloading numpy" in said


def test_what_a_quiet_step_says_is_not_shown(capsys):
    fresh().run_quietly(["sh", "-c", "echo noise; echo noise >&2"], doing="fetching")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["sh", "-c", "echo no route >&2; exit 3"], "no route"),
        (["/nowhere/uv"], "Could not start /nowhere/uv"),
    ],
)
def test_a_failed_step_says_what_it_was_doing(command, message):
    module = fresh()
    with pytest.raises(module.CannotPrepare, match=message) as problem:
        module.run_quietly(command, doing="trying something")
    assert "trying something" in str(problem.value)


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-test.lock", "requirements/bootstrap.lock"]
)
def test_locks_name_exact_versions_with_hashes_and_no_addresses(lock):
    text = (ROOT / lock).read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    packages = [e for e in entries if not e.startswith("#")]
    assert packages
    assert all(re.match(r"[\w.-]+(\[[\w,]+\])?==", e) and "--hash=sha256:" in e for e in packages)
    assert "://" not in text
