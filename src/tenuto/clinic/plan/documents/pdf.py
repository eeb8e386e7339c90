"""The sheet of a plan as a PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from tenuto.clinic.plan.documents.sheet import Sheet
from tenuto.clinic.ui.pdf import set_sheet

__all__ = ["as_pdf", "set_pdf"]

TEMPLATE = Path(__file__).with_name("sheet.typ")


def as_pdf(sheet: Sheet, *, on: date) -> bytes:
    """The PDF of a sheet, dated `on`."""
    return set_pdf(asdict(sheet), on=on)


def set_pdf(sheet: Mapping[str, Any], *, on: date) -> bytes:
    """The PDF of a sheet as plain values, as a kept version of a plan has it."""
    return set_sheet(TEMPLATE, sheet, on=on)
