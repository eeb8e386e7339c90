"""Every attack of the table has tests that exist, and so hold whenever the suite does; and every attack test is in the table."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("attacks", ROOT / "scripts/attacks.py")
attacks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(attacks)
TABLE = attacks.table()
ATTACKS = 30


def test_every_attack_is_in_the_table():
    assert list(TABLE) == [str(number) for number in range(1, ATTACKS + 1)]


@pytest.mark.parametrize("number", TABLE)
def test_an_attack_is_answered_by_tests_that_are_there(number):
    proofs = TABLE[number]["tests"]
    assert proofs != []
    assert [found for found in map(attacks.missing, proofs) if found] == []
    tests = [attacks.tests_of(ROOT / proof.partition("::")[0]) for proof in proofs]
    assert TABLE[number]["tried"] >= len(proofs)
    assert all(tests)


@pytest.mark.parametrize("number", [number for number in TABLE if "by_hand" in TABLE[number]])
def test_what_was_tried_by_hand_says_what_was_done_and_what_did_not_hold(number):
    one = TABLE[number]
    assert 0 <= one["did_not_hold"] <= one["by_hand"]
    assert one["by_hand"] > 0
    assert len(one["hand"]) > 30


def test_every_file_of_attacks_is_in_the_table():
    named = {proof.partition("::")[0] for one in TABLE.values() for proof in one["tests"]}
    files = {f"tests/attacks/{file.name}" for file in (ROOT / "tests/attacks").glob("test_*.py")}
    assert files - named == set()


def test_the_page_is_current():
    assert attacks.PAGE.read_text("utf-8") == attacks.page(), "run `python scripts/attacks.py`"
