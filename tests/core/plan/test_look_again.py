"""What a gate found since an order was signed, and which of it holds the plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.plan.look_again import found_since, stops
from tenuto.core.plan.order import Judged
from tenuto.core.sources import Basis, Tag
from tests.core.plan.test_order import ordered, patients, proposed

HIGH = Finding("PRESSURE", Level.BLOCK, "The pressure is high.", Basis((Tag.D,)), "blood_pressure")


@pytest.mark.parametrize(("signed", "now", "new"), [(0, 1, 1), (1, 1, 0), (1, 2, 1), (2, 1, 0)])
def test_a_finding_is_new_as_often_as_it_was_not_signed_for(signed, now, new):
    known = (Judged(HIGH.code, HIGH.level.name, HIGH.fact),) * signed
    order = replace(ordered(proposed(), patients.COMPLETE), findings=known)
    passes = replace(HIGH, code="EVIDENCE", level=Level.PASS)
    found = [replace(HIGH, message=f"The pressure of arm {n} is high.") for n in range(now)]
    assert len(found_since(order, Gate.of([*found, passes]))) == new


@pytest.mark.parametrize(
    ("level", "missing", "holds"),
    [
        (Level.REVIEW, False, True),
        (Level.REVIEW, True, False),
        (Level.BLOCK, True, True),
        (Level.REFUSE, True, True),
    ],
)
def test_what_blocks_and_what_was_recorded_holds_a_plan_and_what_is_merely_missing_does_not(
    level, missing, holds
):
    assert stops(replace(HIGH, level=level, missing=missing)) is holds
