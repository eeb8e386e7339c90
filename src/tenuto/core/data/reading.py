"""From text to tables: TOML, JSON and CSV, each without anything said twice, then the reader, then what is left over."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

from tenuto.core.data.table import DataError, Table

__all__ = [
    "ROWS",
    "build",
    "json_content",
    "parse_csv",
    "parse_json",
    "parse_toml",
    "read_toml",
    "toml_content",
]

T = TypeVar("T")

MOST_DOTS = 200
"""In one line of TOML: more than any sentence or key has."""

ROWS = "rows"
"""The key under which the lines of a CSV file stand, each a table by column."""


def read_toml(text: str, reader: Callable[[Table], T], *, name: str) -> T:
    """What `reader` makes of a TOML file. `name` is what an error calls the file.

    Raises DataError for text that is not TOML, a value that is absent or of another type, and any key left unread.
    """
    return build(parse_toml(text, name=name), reader, name=name)


def build(raw: Mapping[str, Any], reader: Callable[[Table], T], *, name: str) -> T:
    """What `reader` makes of parsed content; DataError when it leaves a key unread or finds a value it can't use."""
    table = Table(raw, name)
    built = reader(table)
    table.finish()
    return built


def parse_toml(text: str, *, name: str) -> dict[str, Any]:
    """The content of a TOML file; numbers with a point are exact decimals."""
    try:
        return toml_content(text, parse_float=Decimal)
    except ValueError as error:
        raise DataError(f"{name} is not a TOML file: {error}.") from error


def toml_content(text: str, *, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The content of TOML from anywhere. ValueError says what is wrong, also of what makes the parser itself give up."""
    # The parser walks a dotted key anew for each of its dots, so that one long line would take it minutes.
    if any(line.count(".") > MOST_DOTS for line in text.splitlines()):
        raise ValueError(f"it has a line with more than {MOST_DOTS} dots")
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except (ValueError, ArithmeticError):  # Python converts no whole number of more than 4,300 digits
        raise ValueError("it holds a number with more digits than are read") from None


def json_content(text: str, **how: Any) -> Any:
    """The content of JSON from anywhere, by the words of `json.loads`. ValueError says what is wrong, as `toml_content` does."""
    try:
        return json.loads(text, **how)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except (ValueError, ArithmeticError) as error:
        # What is wrong with the text, or what a hook of the caller has to say, is a kind of its own.
        if isinstance(error, ValueError) and type(error) is not ValueError:
            raise
        raise ValueError("it holds a number with more digits than are read") from None


def parse_json(text: str, *, name: str) -> dict[str, Any]:
    """The content of a JSON file that holds an object; numbers with a point are exact decimals, a key stands once."""

    def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
            raise DataError(f"{name} has '{twice}' twice in one object. Keep one.")
        return found

    def no_number(constant: str) -> NoReturn:
        raise DataError(f"{name} holds {constant}, which is not a number. Correct it.")

    try:
        raw = json_content(text, parse_float=Decimal, parse_constant=no_number, object_pairs_hook=once)
    except DataError:
        raise
    except ValueError as error:
        raise DataError(f"{name} is not a JSON file: {error}.") from error
    if not isinstance(raw, dict):
        raise DataError(f"{name} must hold one JSON object.")
    return raw


def parse_csv(text: str, *, name: str) -> dict[str, Any]:
    """The lines of a CSV file under `rows`, each by its columns; an empty cell is absent. Cells are text."""
    lines = csv.reader(io.StringIO(text), strict=True)
    try:
        header = [cell.strip() for cell in next(lines, [])]
        if not header or len(set(header)) < len(header) or "" in header:
            raise DataError(f"{name} needs a first line with the name of each column, each once.")
        rows = []
        for cells in lines:
            if cells and len(cells) != len(header):
                raise DataError(
                    f"{name}, line {lines.line_num} has {len(cells)} cells, the first line {len(header)}. Correct it."
                )
            rows.append({key: cell for key, cell in zip(header, cells, strict=False) if cell.strip()})
    except csv.Error as error:
        raise DataError(f"{name}, line {lines.line_num} is not CSV: {error}.") from error
    return {ROWS: [row for row in rows if row]}
