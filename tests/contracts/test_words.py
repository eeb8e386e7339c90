"""One public name, one meaning: a class is named for one thing in the whole project, and a check says what it checks."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src/tenuto"

SAME: dict[str, str] = {}
"""Public names that may stand twice, each with the reason why both mean the same."""

VAGUE = ("require_", "validate_", "guard_", "ensure_")
"""First words of functions that refuse without saying what: such a function is called check_ and what it checks."""


def top_level() -> list[tuple[str, ast.stmt]]:
    return [
        (path.relative_to(SRC).as_posix(), node)
        for path in sorted(SRC.rglob("*.py"))
        if "migrations" not in path.parts and path.name not in ("apps.py", "__init__.py")
        for node in ast.parse(path.read_text("utf-8")).body
    ]


def test_a_public_class_has_a_name_of_its_own():
    places: dict[str, list[str]] = defaultdict(list)
    for place, node in top_level():
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            places[node.name].append(place)
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert len(places) > 600, "the classes were not found"
    assert {name: where for name, where in twice.items() if name not in SAME} == {}
    assert set(SAME) <= set(twice), "an allowance that nothing needs any more"


def test_a_check_says_what_it_checks():
    vague = [
        f"{place}: {node.name}"
        for place, node in top_level()
        if isinstance(node, ast.FunctionDef) and f"{node.name.lstrip('_')}_".startswith(VAGUE)
    ]
    assert vague == []


def test_coined_words_stay_out():
    """The field says action and send; "deed" and "leave the house" were ours alone."""
    coined = [
        f"{path.relative_to(SRC)}: {word}"
        for path in sorted(SRC.rglob("*.*"))
        if path.suffix in (".py", ".html", ".toml", ".md")
        for word in re.findall(r"\b_?deeds?\b|leaves? the house", path.read_text("utf-8").lower())
    ]
    assert coined == []
