"""Letting days pass from a page takes longer than an answer may: a worker does it."""

from __future__ import annotations

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.demo.forward import forward, forward_minutes
from tenuto.clinic.live.api import long_job

__all__ = ["let_days_pass", "let_minutes_pass"]


@long_job
def let_days_pass(days: int, staff_id: int) -> None:
    """Move time forward, on behalf of who asked for it."""
    forward(days=days, by=Staff.objects.get(pk=staff_id))


@long_job
def let_minutes_pass(minutes: int, staff_id: int) -> None:
    """Move time forward by less than a day, on behalf of who asked for it."""
    forward_minutes(minutes=minutes, by=Staff.objects.get(pk=staff_id))
