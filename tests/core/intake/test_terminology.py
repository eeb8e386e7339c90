"""Codes of LOINC carry a check digit: one that does not add up is a slip of the pen, and means nothing or something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenuto.core import __file__ as core
from tenuto.core.intake.wording import Mention, Phrases

ROOT = Path(core).parent.parent
_CODE = re.compile(r"[\"/|]([0-9]{3,6})-([0-9])\"")


def codes() -> Iterator[tuple[str, str, str]]:
    for path in sorted([*ROOT.rglob("*.toml"), *ROOT.rglob("suicide_screen.py")]):
        for number, digit in sorted(set(_CODE.findall(path.read_text("utf-8")))):
            yield path.relative_to(ROOT).as_posix(), number, digit


def check_digit(number: str) -> int:
    """Modulus 10 of LOINC, which is that of credit cards."""
    doubled = "".join(str(int(c) * (2 - place % 2)) for place, c in enumerate(reversed(number)))
    return -sum(map(int, doubled)) % 10


def test_the_check_digit_is_that_of_the_guide() -> None:
    assert check_digit("12345") == 5
    assert len(list(codes())) > 200


@pytest.mark.parametrize(("path", "number", "digit"), list(codes()))
def test_every_code_has_its_check_digit(path: str, number: str, digit: str) -> None:
    assert int(digit) == check_digit(number), f"{number}-{digit} in {path}"


def test_a_diagnosis_that_is_not_confirmed_is_not_stated() -> None:
    phrases = Phrases({"it": ("schizophrenia",)})
    for text in ("Schizophrenia - not confirmed", "Schizophrenia (unconfirmed)"):
        assert phrases.mentions(text) == {"it": Mention.UNCERTAIN}
