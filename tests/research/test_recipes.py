"""Every recipe and the tutorial run as they stand."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RECIPES = ROOT / "docs/how-to/use-as-a-library.md"
TUTORIAL = ROOT / "docs/tutorial/in-a-notebook.md"


def blocks(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def titles(page: Path) -> list[str]:
    return re.findall(r"^## (.*)\n(?:(?!^## ).*\n)*?```python", page.read_text("utf-8"), re.MULTILINE)


@pytest.fixture
def beside_examples(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("recipe", blocks(RECIPES), ids=titles(RECIPES))
def test_a_recipe_runs_in_ten_lines(recipe, beside_examples, capsys):
    assert len([line for line in recipe.splitlines() if line.strip()]) <= 10
    exec(compile(recipe, "recipe", "exec"), {})  # noqa: S102
    wrote = [path for path in beside_examples.iterdir() if path.name != "examples"]
    assert capsys.readouterr().out or wrote
    assert all(path.read_bytes().startswith(b"<svg") for path in wrote)


def test_the_tutorial_runs_from_top_to_bottom(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shared: dict[str, object] = {}
    for cell in blocks(TUTORIAL):
        exec(compile(cell, "tutorial", "exec"), shared)  # noqa: S102
    assert capsys.readouterr().out
