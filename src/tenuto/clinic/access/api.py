"""What the other rooms may do about who sees a record."""

from __future__ import annotations

from tenuto.clinic.access.glass import AlreadyReviewed, break_glass, glasses_to_review, review_glass
from tenuto.clinic.access.restricting import change_care_team, restrict

__all__ = [
    "AlreadyReviewed",
    "break_glass",
    "change_care_team",
    "glasses_to_review",
    "restrict",
    "review_glass",
]
