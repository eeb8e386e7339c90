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
ATTACKS = 22


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


def test_every_file_of_attacks_is_in_the_table():
    named = {proof.partition("::")[0] for one in TABLE.values() for proof in one["tests"]}
    files = {f"tests/attacks/{file.name}" for file in (ROOT / "tests/attacks").glob("test_*.py")}
    assert files - named == set()


def test_the_page_is_current():
    assert attacks.PAGE.read_text("utf-8") == attacks.page(), "run `python scripts/attacks.py`"
