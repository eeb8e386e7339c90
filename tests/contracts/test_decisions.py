"""Each decision has a number of its own, which its file name and its title agree on."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

DECISIONS = sorted((Path(__file__).resolve().parents[2] / "docs/adr").glob("*.md"))


def test_each_decision_has_a_number_of_its_own():
    numbers = Counter(path.name[:4] for path in DECISIONS)
    assert [number for number, times in numbers.items() if times > 1] == []


def test_the_title_carries_the_number_of_the_file():
    for path in DECISIONS:
        title = re.match(r"# (\d+)\. ", path.read_text("utf-8"))
        assert title, f"{path.name} has no numbered title"
        assert int(title[1]) == int(path.name[:4]), path.name
