"""One public name, one meaning: a class is named for one thing in the whole project, and a check says what it checks."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src/tenuto"

SAME: dict[str, str] = {"Command": "Django finds what a management command does by this name"}
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


SAME_OF_A_DOOR = {
    "current": "where a patient stands in intake, and the plan in force: each read with its room's name",
    "policy_of": "intake hands on that of policies, the same function",
    "states": "where patients stand in intake, and what became of links: each read with its room's name",
}
"""Functions that two doors offer by one name. No third joins them."""


def test_a_function_of_a_door_has_a_name_of_its_own():
    places: dict[str, set[str]] = defaultdict(set)
    for path in sorted((SRC / "clinic").glob("*/api.py")):
        for name in names_offered(path):
            places[name].add(path.parent.name)
    twice = {name for name, rooms in places.items() if len(rooms) > 1}
    assert len(places) > 150, "the doors were not found"
    assert twice == set(SAME_OF_A_DOOR)


def names_offered(path: Path) -> list[str]:
    """The functions among what a door offers."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return [name for name in ast.literal_eval(node.value) if name.islower()]
    return []


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


def test_late_has_one_word():
    """A person reads "late" and "late since" wherever something should have been done: never three words for one thing."""
    other = re.compile(
        r"\boverdue\b(?=.* )|(?<=\w )\boverdue\b|\bdue since\b|\blooked at since \{", re.IGNORECASE
    )
    said = [f"{place}: {text[:60]}" for place, text in sentences() if other.search(text)]
    assert said == []


def sentences() -> list[tuple[str, str]]:
    """What people read: texts of templates, and strings of more than one word that are no docstring."""
    found = [
        (p.relative_to(SRC).as_posix(), re.sub(r"\{[%#].*?[%#]\}", "", p.read_text("utf-8")))
        for p in SRC.rglob("*.html")
    ]
    for path in sorted(SRC.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        place = path.relative_to(SRC).as_posix()
        found += [
            (place, node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and " " in node.value
            and id(node) not in docs
        ]
    assert len(found) > 3000, "the sentences were not found"
    return found
