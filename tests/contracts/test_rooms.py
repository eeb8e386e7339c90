"""The seven words stand in one order everywhere."""

from __future__ import annotations

import ast
import configparser
import importlib
import re
from pathlib import Path

from django.db import models

ROOT = Path(__file__).resolve().parents[2]
STAGES = ["intake", "plan", "booking", "infusion", "recovery", "outcomes", "forecast"]


def layers(contract: str) -> list[str]:
    """The layers of an import contract, highest first, without the marks of unbuilt rooms."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return [line.strip("() ") for line in parser[f"importlinter:contract:{contract}"]["layers"].split()]


def test_both_halves_order_the_stages_along_the_pathway():
    for contract in ("core", "clinic"):
        assert [room for room in reversed(layers(contract)) if room in STAGES] == STAGES


def test_the_glossary_names_the_stages_in_order():
    words = re.findall(r"^\| (\w+) \|", (ROOT / "GLOSSARY.md").read_text("utf-8"), re.MULTILINE)
    assert [word for word in words if word in STAGES] == STAGES


def test_every_room_of_the_house_that_is_built_is_declared():
    for half in ("core", "clinic"):
        built = {p.parent.name for p in (ROOT / "src/tenuto" / half).glob("*/__init__.py")}
        assert built <= set(layers(half))


def test_core_reads_no_file_outside_its_own_data():
    for path in (ROOT / "src/tenuto").rglob("*.py"):
        assert "../shared" not in path.read_text("utf-8"), f"{path} must not read beyond the project"


BY_NAME = {
    "cli/__init__.py": "a command is loaded when it is asked for",
    "cli/cluster.py": "Dask is loaded when a cluster is asked for",
    "cli/docs.py": "the pages of the manual are rendered by name",
    "clinic/access/audit_rows.py": "an event names its subject's model, whichever room that is",
    "clinic/config/bodies.py": "the session store is a setting of Django",
    "clinic/forecast/spread.py": "Dask is loaded when a cluster is configured",
    "clinic/ledger/check_new.py": "an event names the rows it seals, whichever room they are in",
    "clinic/pathway/seen.py": "a page names the facts that it rests on, whichever room keeps them",
    "clinic/ui/contributions.py": "the registry reads each room's contribution",
}
"""Modules that reach others by name, past the import contracts, and why they may."""


def test_nobody_reaches_another_room_by_name():
    """`apps.get_model` and `import_module` open a room from behind: no import contract sees them."""
    source = ROOT / "src/tenuto"
    found = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", ""))
        in ("get_model", "import_module", "__import__")
    }
    assert found == set(BY_NAME)


def test_a_door_hands_out_no_table():
    """Behind a row stand its managers, its relations and every other row: a door gives frozen values and verbs."""
    rooms = sorted(each.parent.name for each in (ROOT / "src/tenuto/clinic").glob("*/api.py"))
    handed = {
        f"{room}.api.{name}"
        for room in rooms
        if (door := importlib.import_module(f"tenuto.clinic.{room}.api"))
        for name in door.__all__
        if isinstance(value := getattr(door, name), type) and issubclass(value, models.Model)
    }
    assert {"intake", "plan", "ports"} <= set(rooms)
    assert handed == set()
