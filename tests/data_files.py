"""Shipped data files as parsed content, for tests that look at a file beside what the program reads from it."""

from pathlib import Path
from typing import Any

from tenuto.core.data import parse_toml

CORE = Path(__file__).resolve().parents[1] / "src/tenuto/core"


def literature(name: str) -> dict[str, Any]:
    """The content of `core/literature/<name>.toml`."""
    return parse_toml((CORE / f"literature/{name}.toml").read_text("utf-8"), name=name)
