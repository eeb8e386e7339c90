"""Published values and clinic knowledge as data files. One folder or file a subject; each entry carries its tag and source."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from tenuto.core.data import parse_toml

__all__ = ["ROOT", "folder", "table"]

ROOT = Path(__file__).parent


@cache
def table(name: str) -> dict[str, Any]:
    """The parsed data file `name`.toml; numbers with a point are exact decimals. Callers must not change it."""
    return parse_toml((ROOT / f"{name}.toml").read_text("utf-8"), name=f"literature/{name}.toml")


def folder(name: str) -> tuple[str, ...]:
    """The names of the data files in a folder, for `table`, in alphabetical order."""
    return tuple(f"{name}/{path.stem}" for path in sorted((ROOT / name).glob("*.toml")))
