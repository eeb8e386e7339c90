"""Every hazard of a room that exists is controlled by a test that exists, and so passes whenever the suite does."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("hazards", ROOT / "scripts/hazards.py")
hazards = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(hazards)
REGISTER = hazards.register()


def exists(room: str) -> bool:
    """True when the room is built in either half."""
    homes = (ROOT / "src/tenuto" / half / room for half in ("core", "clinic"))
    return any((home / "__init__.py").exists() for home in homes)


def functions(path: Path) -> set[str]:
    """Names of the test functions of a file, methods as Class::name."""
    tree = ast.parse(path.read_text("utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    for owner in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        names |= {f"{owner.name}::{n.name}" for n in owner.body if isinstance(n, ast.FunctionDef)}
    return names


def test_the_register_is_complete():
    assert list(REGISTER) == [f"H{n}" for n in range(1, len(REGISTER) + 1)]
    assert len(REGISTER) >= 39


@pytest.mark.parametrize("key", REGISTER)
def test_a_built_room_proves_the_control_of_its_hazards(key):
    hazard = REGISTER[key]
    if exists(hazard["room"]):
        assert hazard["tests"], (
            f"{key} ({hazard['hazard']}) belongs to {hazard['room']}, which exists, and has no test"
        )
    for node in hazard["tests"]:
        path, _, name = node.partition("::")
        assert (ROOT / path).is_file(), f"{key}: there is no {path}"
        assert name in functions(ROOT / path), f"{key}: {path} has no {name}"


def test_the_page_of_the_register_is_current():
    assert hazards.PAGE.read_text("utf-8") == hazards.page(), "run `python scripts/hazards.py`"
