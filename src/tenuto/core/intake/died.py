"""The finding that ends every plan: the record says that the person has died."""

from __future__ import annotations

from tenuto.core.gate import Finding, Level
from tenuto.core.sources import Basis, Tag

__all__ = ["DIED"]

DIED = Finding(
    "PERSON-DEAD",
    Level.REFUSE,
    "The record says that this person has died. Check the identity; correct the record if it is wrong.",
    Basis((Tag.D,), note="Hazard H1"),
)
