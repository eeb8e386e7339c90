"""Published values and clinic knowledge as data files. One folder or file a subject; each entry carries its tag and source."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["folder", "table"]

ROOT = Path(__file__).parent


@cache
def table(name: str) -> dict[str, Any]:
    """The parsed data file `name`.toml; numbers with a point are exact decimals. Callers must not change it."""
    return tomllib.loads((ROOT / f"{name}.toml").read_text("utf-8"), parse_float=Decimal)


def folder(name: str) -> tuple[str, ...]:
    """The names of the data files in a folder, for `table`, in alphabetical order."""
    return tuple(f"{name}/{path.stem}" for path in sorted((ROOT / name).glob("*.toml")))
