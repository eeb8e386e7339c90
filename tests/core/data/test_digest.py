"""The digest that names a content: of what it says, not of how the file is written."""

from __future__ import annotations

from decimal import Decimal

from tenuto.core.data.digest import content_digest


def test_order_and_signatures_change_nothing():
    one = {"id": "x", "dose": {"value": Decimal("0.5"), "unit": "mg/kg"}}
    other = {"dose": {"unit": "mg/kg", "value": Decimal("0.5")}, "id": "x", "signatures": [{"by": "Dr. One"}]}
    assert content_digest(one) == content_digest(other)


def test_any_other_value_changes_it():
    digests = {content_digest({"dose": Decimal(text)}) for text in ("0.5", "0.50", "0.6")}
    assert len(digests) == 3
