"""Empty forms for entries, each with an id of its own, so that what is sent twice is kept once."""

from __future__ import annotations

from uuid import uuid4

from tenuto.clinic.infusion.forms.charting import FORMS
from tenuto.clinic.infusion.forms.entry import EntryForm

__all__ = ["new_entry"]


def new_entry(kind: str, *, auto_id: str = "", **initial: str) -> EntryForm:
    """An empty form of a kind."""
    return FORMS[kind](initial={"client_id": uuid4(), **initial}, auto_id=auto_id or f"id_{kind}_%s")
