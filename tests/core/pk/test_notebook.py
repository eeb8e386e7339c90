"""The notebook on drug level: its code runs in order and prints what the page says."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[3] / "docs/explanation/drug-level.md"
CELL = re.compile(r"```python\n(?P<code>.*?)```\n\n```text\n(?P<output>.*?)```", re.DOTALL)


def test_every_cell_prints_what_the_page_shows() -> None:
    text = PAGE.read_text("utf-8")
    cells = list(CELL.finditer(text))
    assert len(cells) == text.count("```python") >= 7
    names: dict[str, object] = {}
    for cell in cells:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(cell["code"], str(PAGE), "exec"), names)  # noqa: S102
        assert printed.getvalue() == cell["output"]


def test_every_picture_of_the_page_exists() -> None:
    pictures = re.findall(r"\]\((\.\./generated/[^)]+\.svg)\)", PAGE.read_text("utf-8"))
    assert len(pictures) == 6
    assert all((PAGE.parent / picture).is_file() for picture in pictures)
