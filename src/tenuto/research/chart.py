"""A chart that shows itself in a notebook and can be saved to a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenuto.clinic.ui.charts.render import render

__all__ = ["Chart"]


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A Vega-Lite specification with all of its data inside."""

    spec: Mapping[str, Any] = field(repr=False)

    @property
    def description(self) -> str:
        """The chart in words."""
        return str(self.spec.get("description", ""))

    def save(self, path: str | Path) -> Path:
        """Write the chart as .svg, .png or .pdf, by the ending of `path`; ValueError for another one."""
        target = Path(path)
        target.write_bytes(render(dict(self.spec), target.suffix.lower().lstrip(".")))
        return target

    def _repr_svg_(self) -> str:
        return render(dict(self.spec), "svg").decode()
