"""A sheet as a tagged PDF (PDF/UA-1), set with typst. The sheet travels as data; no text of it becomes markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

__all__ = ["set_sheet"]


def set_sheet(template: Path, sheet: Mapping[str, Any], *, on: date) -> bytes:
    """The PDF that a template makes of a sheet of plain values, dated `on`. The same sheet gives the same bytes.

    A name in a script for which no font is at hand can't be set accessibly; such a sheet is set as a plain PDF,
    with a box for each missing letter, rather than not at all.
    """
    import typst

    inputs = {"sheet": json.dumps(dict(sheet), ensure_ascii=False)}
    stamp = datetime.combine(on, time(), UTC)
    try:
        made = typst.compile(template, format="pdf", sys_inputs=inputs, pdf_standards="ua-1", timestamp=stamp)
    except typst.TypstError:
        made = typst.compile(template, format="pdf", sys_inputs=inputs, timestamp=stamp)
    if not isinstance(made, bytes):
        raise TypeError("typst gave no document")
    return made
