"""A tidy table without a data frame library: a dict of columns that any of them takes as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Literal

import narwhals as nw

from tenuto.research.chart import Chart

__all__ = ["ChartedTable", "Frame", "rows_of"]

_SHOWN = 20


class Frame(dict[str, list[Any]]):
    """Columns by name, all equally long. `pandas.DataFrame(table)` and `polars.DataFrame(table)` work.

    notes: sentences that whoever reads the figures must know, such as where they are beyond what was studied.
    """

    def __init__(self, columns: Mapping[str, Sequence[Any]], notes: Iterable[str] = ()) -> None:
        super().__init__({name: list(values) for name, values in columns.items()})
        self.notes = tuple(dict.fromkeys(notes))
        if len({len(values) for values in self.values()}) > 1:
            lengths = {name: len(values) for name, values in self.items()}
            raise ValueError(f"Columns of one table are equally long; these are not: {lengths}.")

    @classmethod
    def of_rows(cls, rows: Sequence[Mapping[str, Any]], notes: Iterable[str] = ()) -> Frame:
        """From rows that all have the same keys, at least one of them."""
        return cls({name: [row[name] for row in rows] for name in rows[0]}, notes)

    def to(self, library: Literal["pandas", "polars", "pyarrow"]) -> Any:
        """A data frame of that library, which must be installed."""
        return nw.from_dict(dict(self), backend=library).to_native()

    def rows(self) -> Iterator[dict[str, Any]]:
        """Row after row."""
        for values in zip(*self.values(), strict=True):
            yield dict(zip(self, values, strict=True))

    @property
    def height(self) -> int:
        """How many rows."""
        return len(next(iter(self.values()), []))

    def __repr__(self) -> str:
        notes = "".join(f"\nNote: {note}" for note in self.notes)
        return f"Table of {self.height} rows: {', '.join(self)}{notes}"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_shown(value))}</td>" for value in row.values()) + "</tr>"
            for row, _ in zip(self.rows(), range(_SHOWN), strict=False)
        )
        notes = "".join(f"<p>Note: {escape(note)}</p>" for note in self.notes)
        more = f"<p>{self.height - _SHOWN} more rows</p>" if self.height > _SHOWN else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}{notes}"


class ChartedTable(Frame):
    """A table with the chart that is drawn of it."""

    def __init__(self, columns: Mapping[str, Sequence[Any]], chart: Chart, notes: Iterable[str] = ()) -> None:
        super().__init__(columns, notes)
        self.chart = chart


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def rows_of(data: Any) -> list[dict[str, Any]]:
    """Rows of a data frame, of a dict of columns, or of an iterable of dicts; TypeError for anything else."""
    if isinstance(data, Mapping):
        return list(Frame(data).rows())
    if isinstance(data, Sequence) and all(isinstance(row, Mapping) for row in data):
        return [dict(row) for row in data]
    frame = nw.from_native(data, eager_only=True)
    return list(Frame({name: frame[name].to_list() for name in frame.columns}).rows())
