"""The recipe *Add a stage* of CONTRIBUTING, followed in a copy with the stage of `examples/rehearsal`.

Nothing but its registration and its place in the import contract is changed, and it can't go past another stage's door.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.test_rooms import ROOT

STAGE = ROOT / "examples/rehearsal"
pytestmark = pytest.mark.thorough
GUARD = "0002_append_only.py"
LINT = "from importlinter.cli import lint_imports_command as c; c()"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The project with the stage mounted, as the recipe says."""
    copy = tmp_path_factory.mktemp("house")
    unwanted = shutil.ignore_patterns("__pycache__", ".*_cache")
    for part in ("src", "tests"):
        shutil.copytree(ROOT / part, copy / part, ignore=unwanted)
    for name in (".importlinter", "GLOSSARY.md", "pyproject.toml"):
        shutil.copy(ROOT / name, copy / name)
    room = copy / "src/tenuto/clinic/rehearsal"
    shutil.copytree(STAGE, room, ignore=shutil.ignore_patterns("__pycache__", GUARD))
    shutil.move(room / "tests", copy / "tests/clinic/rehearsal")
    (copy / "tests/clinic/rehearsal/__init__.py").touch()
    insert(
        copy / "src/tenuto/clinic/config/settings.py",
        '    "tenuto.clinic.plan",\n',
        '    "tenuto.clinic.rehearsal",\n',
    )
    insert(copy / ".importlinter", "    (booking)\n", "    rehearsal\n", after_last=True)
    python(copy, "-m", "tenuto", "manage", "makemigrations", "rehearsal", "--name", "initial")
    shutil.copy(STAGE / "migrations" / GUARD, room / "migrations")
    return copy


def insert(path: Path, line: str, new: str, *, after_last: bool = False) -> None:
    """Put a line after another one, the last of its kind or the only one."""
    before, found, after = path.read_text("utf-8").rpartition(line)
    assert found, f"{path.name} has no line {line!r}"
    assert after_last or line not in before
    path.write_text(before + line + new + after, "utf-8")


def python(copy: Path, *arguments: str, fails: bool = False) -> str:
    """What Python says in the copy; it must succeed, or fail where that is wanted."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TENUTO_")}
    environment |= {
        "PYTHONPATH": str(copy / "src"),
        "TENUTO_VAR": str(copy / "var"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert bool(done.returncode) is fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_stage_shows_everywhere_and_the_house_still_stands(copy):
    python(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/clinic/rehearsal", "tests/contracts/test_append_only.py",
           "tests/contracts/test_downward.py", "tests/contracts/test_rooms.py", "tests/clinic/pathway/test_registry.py")  # fmt: skip


def test_it_cannot_go_past_another_stages_door(copy):
    assert "0 broken" in python(copy, "-c", LINT)
    services = copy / "src/tenuto/clinic/rehearsal/services/__init__.py"
    sound = services.read_text("utf-8")
    for inside in ("plan.services", "plan.models", "plan.documents", "plan", "intake.state", "intake.models"):
        services.write_text(f"{sound}\nimport tenuto.clinic.{inside}\n", "utf-8")
        assert f"tenuto.clinic.{inside}." in python(copy, "-c", LINT, fails=True)
    services.write_text(f"{sound}\nfrom tenuto.clinic import plan\n", "utf-8")
    assert "tenuto.clinic.plan." in python(copy, "-c", LINT, fails=True)
    services.write_text(sound, "utf-8")


def test_no_earlier_stage_can_call_it(copy):
    door = copy / "src/tenuto/clinic/plan/api.py"
    sound = door.read_text("utf-8")
    door.write_text(f"{sound}\nimport tenuto.clinic.rehearsal.api\n", "utf-8")
    assert "tenuto.clinic.plan is not allowed to import tenuto.clinic.rehearsal" in python(
        copy, "-c", LINT, fails=True
    )
    door.write_text(sound, "utf-8")
