"""The spine: where in the pathway."""

from __future__ import annotations

from tenuto.clinic.intake.api import Record
from tenuto.clinic.ui.components import Stage, spine
from tenuto.clinic.ui.words import day
from tenuto.core.gate import Level

__all__ = ["stages_of"]


def stages_of(record: Record, level: Level) -> tuple[Stage, ...]:
    """Intake recorded, plan here, the rest ahead."""
    closed = level >= Level.BLOCK
    words = {
        Level.PASS: "Ready to sign",
        Level.REVIEW: "To review",
        Level.BLOCK: "Blocked",
        Level.REFUSE: "Refused",
    }
    return spine(
        {
            "intake": ("done", day(record.recorded_at.date())),
            "plan": ("blocked" if closed else "here", words[level]),
        }
    )
