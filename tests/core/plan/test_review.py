"""A course without response is stopped or justified."""

from __future__ import annotations

import pytest

from tenuto.core.gate import Level
from tenuto.core.plan.review import stop_or_justify
from tenuto.core.policy import default_policy


@pytest.mark.parametrize(("given", "responded", "due"), [
    (5, False, False),
    (6, False, True),
    (6, None, True),
    (6, True, False),
    (8, False, True),
])  # fmt: skip
def test_from_the_sixth_infusion_on_without_response(given, responded, due):
    found = stop_or_justify(given, responded=responded, policy=default_policy())
    assert [f.level for f in found] == ([Level.REVIEW] if due else [])
    assert all(f.missing is (responded is None) for f in found)
