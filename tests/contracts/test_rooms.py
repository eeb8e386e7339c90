"""The seven words stand in one order everywhere."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

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
