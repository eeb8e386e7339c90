"""The twenty quantities that a correct implementation must reproduce, and the page that shows them."""

from __future__ import annotations

import pytest

from tenuto.core.pk import validity
from tenuto.manual import pk_validity

CHECKS = validity.checks()


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: f"{c.number}: {c.quantity[:60]}")
def test_target_is_met(check: validity.TargetCheck) -> None:
    assert check.met, f"expected {check.expected} within {check.tolerance}, found {check.found}"


def test_all_twenty_quantities_are_checked() -> None:
    assert {c.number for c in CHECKS} == set(range(1, 21))


@pytest.mark.parametrize(
    ("tolerance", "expected", "allowed"),
    [
        ("0.5 % or 0.2 ng/mL", 10.0, 0.2),
        ("0.5 % or 0.2 ng/mL", 100.0, 0.5),
        ("1 point", 17.0, 1.0),
        ("1e-9", 1.0, 1e-9),
        ("0.5 % or the 1 min grid of the target", 43.0, 1.0),
    ],
)
def test_a_tolerance_allows_the_wider_of_what_its_words_say(
    tolerance: str, expected: float, allowed: float
) -> None:
    assert validity._allowed(tolerance, validity.np.array([expected]))[0] == pytest.approx(allowed)


def test_a_missed_target_is_shown_as_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = validity.Target(1, "made up", at=(40.0,), expected=(999.0,))
    monkeypatch.setattr(validity, "_targets", lambda: (wrong,))
    assert [c.met for c in validity.checks()] == [False]
    assert "**missed**" in pk_validity.page()
