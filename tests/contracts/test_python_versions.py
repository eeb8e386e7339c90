"""The versions of Python that are declared are those that the README names, and the checkers are set to the oldest."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CLASSIFIER = "Programming Language :: Python :: 3."


def test_declared_required_named_and_checked_are_the_same_versions():
    declared = sorted(
        int(each.removeprefix(CLASSIFIER))
        for each in PROJECT["project"]["classifiers"]
        if each.startswith(CLASSIFIER)
    )
    named = re.search(
        r"^Python ([0-9., and]+) with pip", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert named is not None
    assert [int(minor) for minor in re.findall(r"3\.(\d+)", named[1])] == declared
    oldest = declared[0]
    assert PROJECT["project"]["requires-python"] == f">=3.{oldest}"
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py3{oldest}"
    assert PROJECT["tool"]["mypy"]["python_version"] == f"3.{oldest}"
    assert f"sys.version_info < (3, {oldest})" in (ROOT / "scripts" / "environment.py").read_text("utf-8")
