"""Reads the rule tables in this folder: Markdown pages that are manual and test at once.

A page has prose and one or more pipe tables. `rows("plan/rate.md")` gives each row of the page's tables as a dict
by column heading, as a pytest parameter named by its line, so a failing row is found in the manual at once.
"""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def rows(page: str, *, table: int | None = None) -> list:
    """Rows of all tables of a page, or of its nth table (0 first)."""
    found, headings, number, in_table = [], [], -1, False
    for line_number, line in enumerate((HERE / page).read_text("utf-8").splitlines(), 1):
        if not line.startswith("|"):
            in_table = False
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not in_table:
            headings, in_table, number = cells, True, number + 1
        elif set(line) <= set("|-: "):
            continue
        elif table is None or table == number:
            if len(cells) != len(headings):
                raise ValueError(f"{page}:{line_number}: {len(cells)} cells, {len(headings)} headings")
            found.append(pytest.param(dict(zip(headings, cells, strict=True)), id=f"line-{line_number}"))
    if not found:
        raise ValueError(f"{page} has no rows")
    return found
