"""A change as a server-sent event."""

from __future__ import annotations

from django.utils.html import format_html

from tenuto.clinic.live.tail import LedgerChange
from tenuto.clinic.ui.words import moment

__all__ = ["as_event"]


def as_event(
    change: LedgerChange | None, *, in_words: bool, zone: str = "", number: int | None = None
) -> str:
    """One event of the kind `changed`, told in the clinic's `zone`: a stream outlives the clock of its request.

    `number` is what the browser sends back when it reconnects.
    """
    number = change.number if change is not None else number
    told = _words(change, zone) if in_words else "changed"
    # An event's data ends at a line break; none of ours may bring one.
    line = " ".join(told.split())
    return (f"id: {number}\n" if number is not None else "") + f"event: changed\ndata: {line}\n\n"


def _words(change: LedgerChange | None, zone: str) -> str:
    """The sentence on a patient's page, with the link that shows the page anew."""
    said = "Several entries were made." if change is None else _said(change, zone)
    return format_html('<span>{}</span> <a href="">Show what changed</a>', said)


def _said(change: LedgerChange, zone: str) -> str:
    return f"{moment(change.at, zone)}, {change.by_name}: {change.action}."
